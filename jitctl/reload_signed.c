/*
 * jitctl reload where a policy key is compiled in; and --if-signed.
 *
 * Runs as root. MUST NOT load what is not signed; MUST NOT wait for ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "config.h"
#include "jitctl/administrator.h"
#include "jitctl/drift.h"
#include "jitctl/jitctl.h"
#include "jitctl/policy_key.h"
#include "jitctl/reload.h"
#include "jitctl/signed.h"
#include "libjit/audit.h"

enum {
	QUIET_MS = 2000,
	LOOK_MS = 250,
	WAIT_MAX_MS = 60000, /* somebody who never stops writing: look all the same */
};

static const struct conf_source *
source_of(const struct reload_keys *keys)
{
	return keys->error == 0 ? &keys->source : NULL;
}

/* 1: signed; 0: no key is compiled in; -errno: not signed, with a text. */
static int
judge(const struct reload *reload, const struct conf_sources *sources,
	const struct reload_keys *keys, struct signed_policy *ret, struct jit_error *err)
{
	uint8_t key[32];
	int r = policy_key(key);

	if (r < 0)
		return jit_error_set(err, r,
			"the policy key that was compiled in is no ssh-ed25519 key: "
			"build "
			"jitctl anew");
	if (r == 0)
		return 0;
	r = signed_check(&reload->site, key, sources, source_of(keys), ret, err);
	return r < 0 ? r : 1;
}

static void
refused(struct reload *reload, const char *hash, const char *why)
{
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_POLICY_REFUSED);
	char by[JIT_NAME_MAX + 1], text[600];

	administrator_name(by);
	(void)snprintf(text, sizeof(text), "not signed: %s", why);
	audit.subject = by;
	audit.policy = hash;
	audit.why = text;
	fprintf(stderr, "jitctl: %s\njitctl: not loaded. ", why);
	reload_print_what_stays(&reload->site);
	if (jit_audit_write(&reload->site, &audit) < 0)
		fputs("jitctl: this could not be recorded in the audit log\n", stderr);
	reload_fail(reload, JITCTL_NOT_ALLOWED);
}

bool
reload_signed(struct reload *reload, const struct conf_sources *sources,
	const struct reload_keys *keys)
{
	struct signed_policy policy;
	struct jit_error err = { 0 };
	int r = judge(reload, sources, keys, &policy, &err);

	if (r > 0) {
		r = signed_accept(&reload->site, &policy);
		if (r < 0)
			(void)jit_error_set(&err, r,
				JIT_LIB_DIR "/serial cannot be written: %s",
				strerror(-r));
		else
			printf("jitctl: signed, serial %llu\n",
				(unsigned long long)policy.serial);
	}
	if (r < 0)
		refused(reload, sources->hash, err.text);
	return r >= 0;
}

/* ---- --if-signed ---- */

static void
look(struct reload *reload, struct drift *ret_drift, int *ret_signed,
	struct jit_error *err)
{
	struct conf_problems problems = { 0 };
	struct signed_policy policy;
	struct conf_sources sources;
	struct reload_keys keys;

	reload_keys_read(reload, &keys);
	conf_sources_read(&reload->site, &sources, &problems);
	drift_look(&reload->site, &sources, source_of(&keys), ret_drift);
	*ret_signed = judge(reload, &sources, &keys, &policy, err);
	conf_problems_done(&problems);
	conf_sources_done(&sources);
	reload_keys_done(&keys);
}

bool
reload_is_signed(struct reload *reload)
{
	struct jit_error err = { 0 };
	struct drift drift;
	int is_signed;

	look(reload, &drift, &is_signed, &err);
	if (!drift.policy && !drift.keys) {
		(void)drift_record(&reload->site, &drift, NULL);
		puts("jitctl: nothing differs from what is in force");
		return false;
	}
	if (is_signed > 0)
		return true;
	(void)drift_record(
		&reload->site, &drift, is_signed < 0 ? err.text : "it is not signed");
	fprintf(stderr, "jitctl: %s was changed and is not loaded: %s\n", JIT_ETC_DIR,
		is_signed < 0 ? err.text
			      : "no policy key is compiled in; jitctl reload by hand");
	reload_fail(reload, JITCTL_NO);
	return false;
}

/* When any of it changed last: names by their directories, content by the files. */
static int64_t
last_change_ms(const struct jit_site *site)
{
	static const char *const names[] = { ".", "conf.d", "jit.conf", "host.conf",
		"trusted_keys", "manifest", "manifest.sig" };
	struct conf_problems problems = { 0 };
	struct conf_sources sources;
	int64_t last = 0;
	struct stat st;

	conf_sources_read(site, &sources, &problems);
	for (size_t i = 0; i < ARRAY_SIZE(names) + sources.n; i++) {
		const char *name = i < ARRAY_SIZE(names)
			? names[i]
			: sources.v[i - ARRAY_SIZE(names)].path + strlen(JIT_ETC_DIR "/");
		int64_t ms;

		if (site->etc < 0 ||
			fstatat(site->etc, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		ms = (int64_t)st.st_ctim.tv_sec * 1000 + st.st_ctim.tv_nsec / 1000000;
		last = ms > last ? ms : last;
	}
	conf_problems_done(&problems);
	conf_sources_done(&sources);
	return last;
}

/* Counts its own looks, so that a clock that jumps changes nothing. */
void
reload_wait_quiet(const struct jit_site *site)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
	int64_t before = last_change_ms(site);
	int quiet = 0;

	for (int waited = 0; waited < WAIT_MAX_MS && quiet < QUIET_MS;
		waited += LOOK_MS) {
		int64_t now;

		nanosleep(&pause, NULL);
		now = last_change_ms(site);
		quiet = now == before ? quiet + LOOK_MS : 0;
		before = now;
	}
}
