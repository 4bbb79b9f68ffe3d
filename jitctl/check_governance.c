/*
 * jitctl check: what governs the policy itself: ceilings, signatures, review dates.
 *
 * Runs as root. MUST NOT change anything.
 */
#include <string.h>
#include <time.h>

#include "config.h"
#include "jitctl/check.h"
#include "jitctl/policy_key.h"
#include "jitctl/signed.h"
#include "libjit/parse.h"

enum { OVERDUE_SHOWN = 10 };

void
check_ceilings(struct check *check)
{
	static const struct {
		const char *what;
		int64_t sec;
	} ceilings[] = {
		{ "grants", JIT_CEILING_GRANT_SEC },
		{ "break-glass", JIT_CEILING_BREAK_GLASS_SEC },
		{ "PINs", JIT_CEILING_PIN_SEC },
		{ "starts ahead", JIT_CEILING_AHEAD_SEC },
		{ "observing", JIT_CEILING_OBSERVE_SEC },
	};
	char text[512] = "", dur[JIT_DURATION_SIZE];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(ceilings) && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s %s",
			i ? ", " : "", ceilings[i].what,
			ceilings[i].sec ? jit_format_duration(ceilings[i].sec, dur)
					: "0");
	check_add(check, CHECK_OK, NULL, "compiled-in ceilings: %s", text);
}

/* ---- signatures ---- */

static void
check_signature(
	struct check *check, const uint8_t key[32], const struct conf_source *keys)
{
	struct signed_policy policy;
	struct jit_error err = { 0 };

	if (signed_check(&check->site, key, &check->conf.sources, keys, &policy, &err) <
		0)
		check_add(check, CHECK_FAIL,
			"jitctl manifest, and sign it: see jit-keys(5)", "not signed: %s",
			err.text);
	else
		check_add(check, CHECK_OK, NULL,
			"the policy's files are signed, serial %llu",
			(unsigned long long)policy.serial);
}

void
check_signed(struct check *check)
{
	struct conf_problems problems = { 0 };
	struct conf_source keys = { 0 };
	uint8_t key[32];
	int r = policy_key(key);

	if (r == 0)
		check_add(check, CHECK_OK, NULL,
			"no policy key is compiled in: root alone says what is in force");
	else if (r < 0)
		check_add(check, CHECK_FAIL, "build jitctl anew",
			"the policy key that was compiled in is no ssh-ed25519 key: no "
			"policy can be loaded");
	if (r <= 0)
		return;
	r = conf_source_read(&check->site, "trusted_keys", JIT_KEYS_FILE_MAX,
		&check->arena, &keys, &problems);
	check_signature(check, key, r == 0 ? &keys : NULL);
	free((void *)keys.text);
	conf_problems_done(&problems);
}

/* ---- review dates ---- */

static const char *
day_before(int64_t sec, char buf[32])
{
	time_t t = (time_t)sec - 1;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(buf, 32, "%Y-%m-%d", &tm))
		(void)snprintf(buf, 32, "?");
	return buf;
}

void
check_review(struct check *check)
{
	size_t overdue = 0;
	char when[32];

	for (size_t i = 0; i < check->conf.n_rules; i++) {
		const struct jit_rule *rule = &check->conf.rules[i].rule;

		if (!rule->review_sec || rule->review_sec > check->now.wall_sec)
			continue;
		if (++overdue <= OVERDUE_SHOWN)
			check_add(check, CHECK_WARN,
				"look at the rule; then set its review anew",
				"rule %s (%s:%u) was to be reviewed by %s", rule->name,
				rule->file, rule->line,
				day_before(rule->review_sec, when));
	}
	if (overdue > OVERDUE_SHOWN)
		check_add(check, CHECK_WARN, "grep review in jit.conf",
			"and %zu more rules are overdue", overdue - OVERDUE_SHOWN);
}
