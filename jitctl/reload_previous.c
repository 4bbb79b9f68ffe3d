/*
 * jitctl reload --previous: what was in force before is in force again.
 *
 * Runs as root. MUST judge the former sources before a file is touched, and keep those that
 * they replace. MUST NOT touch trusted_keys: who was taken out stays out.
 */
#include <errno.h>
#include <string.h>

#include "config.h"
#include "jitctl/jitctl.h"
#include "jitctl/reload.h"
#include "libjit/policy.h"

static void
find_failed(struct reload *reload, int r)
{
	if (r == -ENOENT)
		fputs("jitctl: no earlier sources are kept in " JIT_LIB_DIR
		      "/sources; nothing changed\n",
			stderr);
	else
		fprintf(stderr,
			"jitctl: the earlier sources in " JIT_LIB_DIR
			"/sources cannot be read: %s; nothing changed\n",
			strerror(-r));
	reload_fail(reload, r == -ENOENT ? JITCTL_NOT_FOUND : JITCTL_BAD_INPUT);
}

static bool
in_force(const struct jit_site *site, const struct conf_sources *sources)
{
	struct jit_policy policy = JIT_POLICY_NONE;
	bool same = jit_policy_open(site, &policy, NULL) == 0 &&
		jit_streq(policy.globals.hash, sources->hash);

	jit_policy_close(&policy);
	return same;
}

/* The files of now are not lost: kept already if they are in force, else set aside. */
static bool
keep_present(struct reload *reload, const struct conf_sources *now)
{
	char name[64];
	int r;

	if (in_force(&reload->site, now))
		r = conf_sources_keep(&reload->site, now, reload->world.now_sec - 1);
	else
		r = conf_sources_set_aside(
			&reload->site, now, reload->world.now_sec, name);
	if (r < 0) {
		fprintf(stderr,
			"jitctl: the sources of now cannot be kept: %s; nothing "
			"changed\n",
			strerror(-r));
		reload_fail(reload, JITCTL_CANNOT_WRITE);
	} else if (!in_force(&reload->site, now)) {
		printf("jitctl: what was in " JIT_ETC_DIR
		       " and not in force is kept: " JIT_LIB_DIR "/sources/%s\n",
			name);
	}
	return r == 0;
}

static bool
put_back(struct reload *reload, const struct conf_sources *now,
	const struct conf_sources *former, const char *when)
{
	int r;

	if (!keep_present(reload, now))
		return false;
	r = conf_sources_put_back(&reload->site, now, former);
	if (r < 0) {
		fprintf(stderr,
			"jitctl: " JIT_ETC_DIR " could not be written whole: %s; what is "
			"in force did not change\n",
			strerror(-r));
		reload_fail(reload, JITCTL_CANNOT_WRITE);
		return false;
	}
	printf("jitctl: the sources of %s are back in " JIT_ETC_DIR "\n", when);
	fflush(stdout);
	return true;
}

static void
load_former(struct reload *reload, struct conf_sources *now, struct conf_sources *former,
	int64_t former_sec)
{
	__attribute__((cleanup(compiled_done))) struct compiled compiled = { 0 };
	struct conf_problems problems = { 0 };
	char when[64], why[128];
	struct conf conf;

	(void)snprintf(why, sizeof(why), "put back: the sources of %s",
		reload_time(former_sec, when));
	reload->why = why;
	conf_load_sources(former, &reload->world, &conf, &problems);
	if (reload_policy_compile(reload, &conf, &problems, &compiled) &&
		put_back(reload, now, &conf.sources, when))
		reload_policy_install(reload, &conf, &problems, &compiled);
	reload->why = NULL;
	conf_problems_done(&problems);
	conf_done(&conf);
}

void
reload_previous(struct reload *reload)
{
	struct conf_problems unseen = { 0 }; /* of the files that go */
	struct conf_sources now, former = { 0 };
	struct reload_keys keys;
	int64_t former_sec;
	int r;

	conf_sources_read(&reload->site, &now, &unseen);
	reload_keys_read(reload, &keys);
	r = conf_sources_kept(&reload->site, now.hash, &former, &former_sec);
	if (r < 0) {
		find_failed(reload, r);
	} else if (reload_signed(reload, &former, &keys)) {
		reload_keys_install(reload, &keys);
		load_former(reload, &now, &former, former_sec);
	}
	conf_problems_done(&unseen);
	conf_sources_done(&now);
	conf_sources_done(&former);
	reload_keys_done(&keys);
}
