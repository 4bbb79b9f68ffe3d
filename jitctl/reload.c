/*
 * jitctl reload: puts trusted_keys, and then the policy, in force.
 *
 * Runs as root. MUST change nothing of what a mistake was found in: the keys do not wait
 * for the policy, but each is replaced whole or not at all.
 */
#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "config.h"
#include "jitctl/administrator.h"
#include "jitctl/compile.h"
#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "libjit/audit.h"
#include "libjit/file.h"
#include "libjit/store.h"

enum { LOCK_TRIES = 50, LOCK_PAUSE_NS = 100 * 1000 * 1000 };

struct reload {
	struct jit_site site;
	struct conf_arena arena;
	struct conf_world world;
	bool force;
	int exit_code; /* of the first thing that failed */
};

static void
print_help(FILE *out)
{
	fputs("usage: jitctl reload [--force]\n"
	      "Checks " JIT_ETC_DIR
	      "/trusted_keys, jit.conf, conf.d/*.conf and host.conf and "
	      "puts them in\nforce. What has a mistake changes nothing: the last good "
	      "one "
	      "stays.\n"
	      "  --force   load a policy that enforces and yet leaves nobody a way in\n",
		out);
}

static void
fail(struct reload *reload, int exit_code)
{
	if (!reload->exit_code)
		reload->exit_code = exit_code;
}

/* One reload at a time: the second waits five seconds. */
static int
lock_site(const struct jit_site *site)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(site->lib, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return -EBUSY;
}

static const char *
local_time(int64_t sec, char *buf, size_t size)
{
	time_t t = (time_t)sec;
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(buf, size, "%Y-%m-%d %H:%M", &tm))
		(void)snprintf(buf, size, "?");
	return buf;
}

static int
put_in_place(struct reload *reload, const char *name, const struct compiled *compiled)
{
	int r = jit_file_replace(
		reload->site.lib, name, 0600, compiled->buf, compiled->len);

	if (r == 0)
		return 0;
	fprintf(stderr,
		"jitctl: " JIT_LIB_DIR "/%s cannot be written: %s; nothing changed\n",
		name, strerror(-r));
	fail(reload, JITCTL_CANNOT_WRITE);
	return r;
}

static void
count_errors(const struct conf_problems *problems, char *buf, size_t size)
{
	size_t n = problems->count[CONF_ERROR] + problems->count[CONF_REFUSAL];

	(void)snprintf(buf, size, "%zu error%s", n, n == 1 ? "" : "s");
}

/* ---- keys ---- */

/* The host's own public key; without one, nothing that this host signs is believed. */
static bool
find_host_key(struct reload *reload, struct jit_key *ret)
{
	_cleanup_host_key_ struct jit_host_key secret = { 0 };
	struct jit_error err = { 0 };

	if (jit_host_key_load(&reload->site, &secret, &err) < 0) {
		fprintf(stderr, "jitctl: %s\n",
			err.text[0] ? err.text : "this host has no key: jitctl init");
		fail(reload, JITCTL_BAD_INPUT);
		return false;
	}
	*ret = (struct jit_key){ .principal = "host", .is_host = true };
	memcpy(ret->public_key, secret.sign_public, sizeof(ret->public_key));
	memcpy(ret->machine_id, secret.machine_id, JIT_ID_LEN);
	return true;
}

static size_t
count_people(const struct trusted_keys *keys)
{
	size_t n = 0;

	for (size_t i = 0; i < keys->n; i++) {
		size_t k = 0;

		while (k < i && !jit_streq(keys->v[k].principal, keys->v[i].principal))
			k++;
		n += k == i;
	}
	return n;
}

static void
install_keys(struct reload *reload, const struct trusted_keys *keys,
	const struct jit_key *host)
{
	__attribute__((cleanup(compiled_done))) struct compiled compiled = { 0 };
	size_t people = count_people(keys);
	int r = compile_keys(keys, host, &compiled);

	if (r < 0) {
		fprintf(stderr, "jitctl: keys.cdb cannot be made: %s\n", strerror(-r));
		fail(reload, JITCTL_FAILED);
		return;
	}
	if (put_in_place(reload, "keys.cdb", &compiled) == 0)
		printf("jitctl: keys: %zu of %zu %s%s\n", keys->n, people,
			people == 1 ? "person" : "people",
			host ? ", and this host's" : "");
}

static void
keys_refused(struct reload *reload, const struct conf_problems *problems)
{
	char errors[64];

	count_errors(problems, errors, sizeof(errors));
	fprintf(stderr,
		"jitctl: keys not loaded: %s. The keys of before stay in force.\n",
		errors);
	fail(reload, JITCTL_BAD_INPUT);
}

static void
reload_keys(struct reload *reload)
{
	struct conf_problems problems = { 0 };
	struct conf_source source = { 0 };
	struct trusted_keys keys = { 0 };
	struct jit_key host;
	bool has_host = find_host_key(reload, &host);
	int r = conf_source_read(&reload->site, "trusted_keys", JIT_KEYS_FILE_MAX,
		&reload->arena, &source, &problems);

	if (r == 0)
		trusted_keys_parse(
			&source, has_host ? host.public_key : NULL, &keys, &problems);
	else if (r == -ENOENT)
		fputs("jitctl: there is no " JIT_ETC_DIR
		      "/trusted_keys: nobody can approve\n",
			stderr);
	conf_problems_print(&problems, stderr);
	if (problems.count[CONF_ERROR])
		keys_refused(reload, &problems);
	else
		install_keys(reload, &keys, has_host ? &host : NULL);
	trusted_keys_done(&keys);
	conf_problems_done(&problems);
	free((void *)source.text);
}

/* ---- policy ---- */

static void
print_what_stays(const struct jit_site *site)
{
	struct jit_policy policy = JIT_POLICY_NONE;
	char when[64];

	if (jit_policy_open(site, &policy, NULL) < 0) {
		fputs("There is no policy in force: everything is refused.\n", stderr);
		return;
	}
	fprintf(stderr, "The policy of %s stays in force.\n",
		local_time(policy.globals.compiled_at, when, sizeof(when)));
	jit_policy_close(&policy);
}

static void
policy_refused(struct reload *reload, const struct conf *conf,
	const struct conf_problems *problems)
{
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_POLICY_REFUSED);
	char errors[64], why[1024], by[JIT_NAME_MAX + 1];

	administrator_name(by);
	audit.subject = by;
	count_errors(problems, errors, sizeof(errors));
	fprintf(stderr, "jitctl: not loaded: %s. ", errors);
	print_what_stays(&reload->site);
	if (!problems->count[CONF_ERROR])
		fputs("jitctl: if that is meant: jitctl reload --force\n", stderr);
	audit.policy = conf->sources.hash;
	audit.why = conf_problems_first(problems, why, sizeof(why));
	if (jit_audit_write(&reload->site, &audit) < 0)
		fputs("jitctl: this could not be recorded in the audit log\n", stderr);
	fail(reload, JITCTL_BAD_INPUT);
}

static void
policy_loaded(struct reload *reload, const struct conf *conf, bool forced)
{
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_POLICY_LOADED);
	const char *mode = conf->globals.mode == JIT_MODE_OBSERVE ? "observe" : "enforce";
	char by[JIT_NAME_MAX + 1];
	struct jit_now now;
	int r;

	administrator_name(by);
	audit.subject = by;
	printf("jitctl: loaded: %zu role%s, %zu rule%s, mode %s (policy %.8s)\n",
		conf->n_roles, conf->n_roles == 1 ? "" : "s", conf->n_rules,
		conf->n_rules == 1 ? "" : "s", mode, conf->sources.hash);
	audit.policy = conf->sources.hash;
	audit.why = forced ? "forced over refusals" : NULL;
	if (jit_audit_write(&reload->site, &audit) < 0) {
		fputs("jitctl: the policy is in force, but the audit log could not take "
		      "the "
		      "record\n",
			stderr);
		fail(reload, JITCTL_UNREACHABLE);
	}
	r = conf_sources_keep(&reload->site, &conf->sources, conf->world.now_sec);
	if (r < 0)
		fprintf(stderr,
			"jitctl: the policy is in force, but its sources could not be "
			"kept: %s\n",
			strerror(-r));
	if (jit_clock_now(&now) == 0)
		jit_store_trim(&reload->site, conf->globals.keep_sec, &now);
}

static void
install_policy(
	struct reload *reload, const struct conf *conf, struct conf_problems *problems)
{
	__attribute__((cleanup(compiled_done))) struct compiled compiled = { 0 };
	bool refused = problems->count[CONF_REFUSAL] > 0;
	int r = 0;

	if (!problems->count[CONF_ERROR])
		r = compile_policy(conf, problems, &compiled);
	conf_problems_print(problems, stderr);
	if (problems->count[CONF_ERROR] || (refused && !reload->force)) {
		policy_refused(reload, conf, problems);
	} else if (r < 0) {
		fprintf(stderr, "jitctl: policy.cdb cannot be made: %s\n", strerror(-r));
		fail(reload, JITCTL_FAILED);
	} else if (put_in_place(reload, "policy.cdb", &compiled) == 0) {
		if (refused)
			fputs("jitctl: loaded all the same, because of --force\n",
				stderr);
		policy_loaded(reload, conf, refused);
	}
}

static void
reload_policy(struct reload *reload)
{
	struct conf_problems problems = { 0 };
	struct conf conf;

	conf_load(&reload->site, &reload->world, &conf, &problems);
	install_policy(reload, &conf, &problems);
	conf_problems_done(&problems);
	conf_done(&conf);
}

/* ---- the command ---- */

static void
reload_all(struct reload *reload)
{
	int r;

	jit_site_open(&reload->site);
	r = reload->site.lib < 0 ? reload->site.lib : lock_site(&reload->site);
	if (r == -EBUSY) {
		fputs("jitctl: another reload is running; try again\n", stderr);
		fail(reload, JITCTL_CANNOT_WRITE);
	} else if (r < 0) {
		fprintf(stderr, "jitctl: " JIT_LIB_DIR " %s; jitctl init makes it\n",
			jit_file_problem(r));
		fail(reload, JITCTL_CANNOT_WRITE);
	} else {
		reload->world = conf_world_here(&reload->arena);
		reload_keys(reload);
		fflush(stdout); /* so that it stands before what is said next */
		reload_policy(reload);
	}
	jit_site_close(&reload->site);
	conf_arena_done(&reload->arena);
}

int
cmd_reload(int argc, char **argv)
{
	struct reload reload = { .site = JIT_SITE_NONE };
	const struct option_set options = {
		.entries = { { "force", .flag = &reload.force } },
		.help = print_help,
	};
	int r = option_read(argc, argv, &options);

	if (r >= 0)
		return r;
	if (geteuid() != jit_site_owner()) {
		fputs("jitctl: reload: run this as root\n", stderr);
		return JITCTL_NOT_ALLOWED;
	}
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	reload_all(&reload);
	return reload.exit_code;
}
