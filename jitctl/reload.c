/*
 * jitctl reload: puts trusted_keys, and then the policy, in force.
 *
 * Runs as root. MUST change nothing of what a mistake was found in: the keys do not wait
 * for the policy, but each is replaced whole or not at all.
 */
#include "jitctl/reload.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "config.h"
#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "libjit/file.h"

enum { LOCK_TRIES = 50, LOCK_PAUSE_NS = 100 * 1000 * 1000 };

static void
print_help(FILE *out)
{
	fputs("usage: jitctl reload [--force] [--previous | --if-signed]\n"
	      "Checks " JIT_ETC_DIR
	      "/trusted_keys, jit.conf, conf.d/*.conf and host.conf and "
	      "puts them in\nforce. What has a mistake changes nothing: the last good "
	      "one stays.\n"
	      "  --force      load a policy that enforces and yet leaves nobody a way "
	      "in\n"
	      "  --previous   put back the sources that were in force before those of "
	      "now, and load\n"
	      "               them; trusted_keys stays as it is\n"
	      "  --if-signed  wait until no source has changed for two seconds; load "
	      "signed ones, only\n"
	      "               report others (for jit-policy.service)\n",
		out);
}

void
reload_fail(struct reload *reload, int exit_code)
{
	if (!reload->exit_code)
		reload->exit_code = exit_code;
}

const char *
reload_time(int64_t sec, char buf[64])
{
	time_t t = (time_t)sec;
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(buf, 64, "%Y-%m-%d %H:%M", &tm))
		(void)snprintf(buf, 64, "?");
	return buf;
}

const char *
reload_errors(const struct conf_problems *problems, char buf[32])
{
	size_t n = problems->count[CONF_ERROR] + problems->count[CONF_REFUSAL];

	(void)snprintf(buf, 32, "%zu error%s", n, n == 1 ? "" : "s");
	return buf;
}

int
reload_put(struct reload *reload, const char *name, const struct compiled *compiled)
{
	int r = jit_file_replace(
		reload->site.lib, name, 0600, compiled->buf, compiled->len);

	if (r == 0)
		return 0;
	fprintf(stderr,
		"jitctl: " JIT_LIB_DIR "/%s cannot be written: %s; nothing changed\n",
		name, strerror(-r));
	reload_fail(reload, JITCTL_CANNOT_WRITE);
	return r;
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

/* The sources as they are now. All files are read before any is judged: what a signature
 * is held against is what is compiled. */
static void
reload_present(struct reload *reload)
{
	__attribute__((cleanup(compiled_done))) struct compiled compiled = { 0 };
	struct conf_problems problems = { 0 };
	struct conf_sources sources;
	struct reload_keys keys;
	struct conf conf = { 0 };

	reload_keys_read(reload, &keys);
	conf_sources_read(&reload->site, &sources, &problems);
	if (reload_signed(reload, &sources, &keys)) {
		reload_keys_install(reload, &keys);
		conf_load_sources(&sources, &reload->world, &conf, &problems);
		if (reload_policy_compile(reload, &conf, &problems, &compiled))
			reload_policy_install(reload, &conf, &problems, &compiled);
	}
	conf_problems_done(&problems);
	conf_done(&conf);
	conf_sources_done(&sources);
	reload_keys_done(&keys);
}

static void
reload_locked(struct reload *reload)
{
	int r = reload->site.lib < 0 ? reload->site.lib : lock_site(&reload->site);

	if (r == -EBUSY) {
		fputs("jitctl: another reload is running; try again\n", stderr);
		reload_fail(reload, JITCTL_CANNOT_WRITE);
		return;
	}
	if (r < 0) {
		fprintf(stderr, "jitctl: " JIT_LIB_DIR " %s; jitctl init makes it\n",
			jit_file_problem(r));
		reload_fail(reload, JITCTL_CANNOT_WRITE);
		return;
	}
	reload->world = conf_world_here(&reload->arena);
	if (reload->previous)
		reload_previous(reload);
	else if (!reload->if_signed || reload_is_signed(reload))
		reload_present(reload);
}

static int
run(struct reload *reload)
{
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	jit_site_open(&reload->site);
	if (reload->if_signed)
		reload_wait_quiet(&reload->site);
	reload_locked(reload);
	jit_site_close(&reload->site);
	conf_arena_done(&reload->arena);
	return reload->exit_code;
}

int
reload_run(bool force)
{
	struct reload reload = { .site = JIT_SITE_NONE, .force = force };

	return run(&reload);
}

int
cmd_reload(int argc, char **argv)
{
	struct reload reload = { .site = JIT_SITE_NONE };
	const struct option_set options = {
		.entries = { { "force", .flag = &reload.force },
			{ "previous", .flag = &reload.previous },
			{ "if-signed", .flag = &reload.if_signed } },
		.help = print_help,
	};
	int r = option_read(argc, argv, &options);

	if (r >= 0)
		return r;
	if (reload.if_signed && (reload.previous || reload.force)) {
		print_help(stderr);
		return JITCTL_USAGE;
	}
	if (geteuid() != jit_site_owner()) {
		fputs("jitctl: reload: run this as root\n", stderr);
		return JITCTL_NOT_ALLOWED;
	}
	return run(&reload);
}
