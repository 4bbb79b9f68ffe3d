/*
 * jitctl check: what is in force, and whether it is what the files say.
 *
 * Runs as root. MUST change nothing but the audit record.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "jitctl/check.h"
#include "jitctl/drift.h"
#include "jitctl/trusted_keys.h"

enum { SOON_SEC = 14 * 86400 };

static const char *
day(int64_t sec, char buf[32])
{
	time_t t = (time_t)sec;
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(buf, 32, "%Y-%m-%d", &tm))
		(void)snprintf(buf, 32, "?");
	return buf;
}

static bool
has_policy(const struct check *check)
{
	return check->policy.table.fd >= 0;
}

/* ---- policy ---- */

void
check_policy(struct check *check)
{
	const struct jit_globals *globals = &check->policy.globals;
	struct jit_error err = { 0 };
	char when[32];

	if (jit_policy_open(&check->site, &check->policy, &err) < 0) {
		check_add(check, CHECK_FAIL, "jitctl reload", "no policy is in force: %s",
			err.text);
		return;
	}
	check_add(check, CHECK_OK, NULL, "policy loaded %s, mode %s, this host is %s",
		day(globals->compiled_at, when),
		globals->mode == JIT_MODE_OBSERVE ? "observe" : "enforce", globals->host);
}

static void
add_drift(struct check *check, const struct drift *drift)
{
	if (!drift->policy)
		check_add(
			check, CHECK_OK, NULL, "no drift: the files are those in force");
	else
		check_add(check, CHECK_WARN, "jitctl reload",
			"drift: the policy's files were changed since they were loaded");
}

void
check_drift(struct check *check)
{
	struct conf_problems problems = { 0 };
	struct conf_source keys = { 0 };
	struct drift drift;
	int r;

	if (check->source_errors)
		check_add(check, CHECK_WARN, "jitctl reload shows them, with their lines",
			"the policy's files have %zu mistake%s and would not load",
			check->source_errors, check->source_errors == 1 ? "" : "s");
	else if (check->source_warnings)
		check_add(check, CHECK_WARN, "jitctl reload shows them, with their lines",
			"the policy's files have %zu warning%s", check->source_warnings,
			check->source_warnings == 1 ? "" : "s");
	if (!has_policy(check))
		return;
	r = conf_source_read(&check->site, "trusted_keys", JIT_KEYS_FILE_MAX,
		&check->arena, &keys, &problems);
	drift_look(&check->site, &check->conf.sources, r == 0 ? &keys : NULL, &drift);
	add_drift(check, &drift);
	(void)drift_record(&check->site, &drift, NULL);
	free((void *)keys.text);
	conf_problems_done(&problems);
}

void
check_observe(struct check *check)
{
	const struct jit_globals *globals = &check->policy.globals;
	int64_t left = globals->observe_until - check->now.wall_sec;
	char when[32];

	if (!has_policy(check) || !globals->observe_until)
		return;
	if (left <= 0)
		check_add(check, CHECK_WARN,
			"write mode = \"enforce\", or a later observe_until; jitctl "
			"reload",
			"observing ended on %s: this host enforces",
			day(globals->observe_until - 1, when));
	else if (left < SOON_SEC)
		check_add(check, CHECK_WARN, "journalctl JIT_EVENT=would-deny",
			"observing ends on %s; then this host enforces",
			day(globals->observe_until - 1, when));
	else
		check_add(check, CHECK_OK, NULL, "observing until %s",
			day(globals->observe_until - 1, when));
}

void
check_exempt(struct check *check)
{
	const struct jit_globals *globals = &check->policy.globals;
	size_t good = 0;
	char when[32];

	if (!has_policy(check))
		return;
	for (size_t i = 0; i < globals->n_exempt; i++) {
		const struct jit_exempt *exempt = &globals->exempt[i];
		int64_t left = exempt->until - check->now.wall_sec;

		if (exempt->until && left <= 0)
			continue;
		good++;
		if (exempt->until && left < 2 * SOON_SEC)
			check_add(check, CHECK_WARN,
				"set until anew in privileged.exempt",
				"the exemption of %s on %s ends on %s", exempt->user,
				exempt->tty, day(exempt->until - 1, when));
	}
	if (good == 0)
		check_add(check, CHECK_WARN,
			"privileged.exempt, and exempt=root@tty1 on pam_jit's line in "
			"/etc/pam.d/login",
			"no console is exempt: if policy breaks, root has no way in");
	else
		check_add(check, CHECK_OK, NULL, "a console is exempt");
}

/* ---- keys ---- */

/* trusted_keys as it is now; false, with a finding, if it cannot be read. */
static bool
read_keys(struct check *check, struct trusted_keys *ret, struct drift *ret_drift)
{
	struct conf_problems problems = { 0 };
	struct conf_source source = { 0 };
	size_t errors;
	int r = conf_source_read(&check->site, "trusted_keys", JIT_KEYS_FILE_MAX,
		&check->arena, &source, &problems);

	*ret = (struct trusted_keys){ 0 };
	if (r == 0)
		trusted_keys_parse(&source, NULL, ret, &problems);
	drift_look(
		&check->site, &check->conf.sources, r == 0 ? &source : NULL, ret_drift);
	errors = problems.count[CONF_ERROR];
	conf_problems_done(&problems);
	free((void *)source.text);
	if (errors)
		check_add(check, CHECK_WARN, "jitctl reload shows them, with their lines",
			"trusted_keys has %zu mistake%s: what is in force is older",
			errors, errors == 1 ? "" : "s");
	return errors == 0;
}

void
check_keys(struct check *check)
{
	struct trusted_keys keys;
	struct drift drift;

	if (read_keys(check, &keys, &drift)) {
		if (!drift.keys)
			check_add(check, CHECK_OK, NULL, "trusted_keys is in force");
		else
			check_add(check, CHECK_FAIL, "jitctl reload",
				"trusted_keys or the host's key was changed, and what is "
				"in force is older");
	}
	trusted_keys_done(&keys);
}

/* ---- approvers ---- */

/* Until when a person can sign grants; 0: not now, INT64_MAX: no end. */
static int64_t
good_until(const struct trusted_keys *keys, const char *name, int64_t now_sec)
{
	int64_t until = 0;

	for (size_t i = 0; i < keys->n; i++) {
		const struct jit_key *key = &keys->v[i];
		int64_t end = key->valid_before ? key->valid_before : INT64_MAX;

		if (jit_streq(key->principal, name) &&
			jit_key_allows(key, JIT_NS_GRANT, now_sec) && end > until)
			until = end;
	}
	return until;
}

static void
check_approver(struct check *check, const struct trusted_keys *keys, const char *name,
	const struct jit_rule *rule)
{
	int64_t until = good_until(keys, name, check->now.wall_sec);
	char when[32];

	if (until == 0)
		check_add(check, CHECK_WARN, "a line in trusted_keys; then jitctl reload",
			"%s, who approves in rule %s, has no key that can sign grants "
			"now",
			name, rule->name);
	else if (until != INT64_MAX && until - check->now.wall_sec < SOON_SEC)
		check_add(check, CHECK_WARN, "renew valid-before in trusted_keys",
			"the key of %s, who approves in rule %s, ends on %s", name,
			rule->name, day(until, when));
}

void
check_approvers(struct check *check)
{
	struct conf_names seen = { 0 };
	struct trusted_keys keys;
	struct drift unused;
	size_t before = check->n;

	if (check->source_errors || !read_keys(check, &keys, &unused))
		return;
	for (size_t i = 0; i < check->conf.n_rules; i++) {
		const struct jit_rule *rule = &check->conf.rules[i].rule;

		for (size_t k = 0; k < rule->approvers.n; k++) {
			if (conf_names_find(&seen, rule->approvers.v[k]))
				continue;
			conf_names_add(&seen, rule->approvers.v[k], i);
			check_approver(check, &keys, rule->approvers.v[k], rule);
		}
	}
	if (seen.n && check->n == before)
		check_add(check, CHECK_OK, NULL,
			"every approver has a key that is good now");
	conf_names_done(&seen);
	trusted_keys_done(&keys);
}
