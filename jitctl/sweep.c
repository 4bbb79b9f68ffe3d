/*
 * jitctl sweep: what falls due by itself, once a minute: requests that nobody answered in
 * time, those that are to be asked next, what is kept no longer. For jit-sweep.timer.
 *
 * Runs as root. MUST be cheap where nothing is due; MUST do the rest if one part fails.
 */
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "libjit/access.h"
#include "libjit/file.h"
#include "libjit/notify.h"

#define STAMP "swept" /* RUN/swept: when old files were looked for last */

enum { TRIM_EVERY_SEC = 3600 };

static void
print_help(FILE *out)
{
	fputs("usage: jitctl sweep\n"
	      "Closes requests that nobody answered in time, asks those of then_ask, and "
	      "takes away what\n"
	      "is kept no longer. jit-sweep.timer runs it every minute.\n",
		out);
}

static int
sweep_requests(struct jit_access *access)
{
	_cleanup_requests_ struct jit_request_list escalated = { 0 };
	int r = jit_access_sweep(access, &escalated);

	for (size_t i = 0; r == 0 && i < escalated.n; i++) {
		struct jit_notice notice;

		jit_notice_of_request(&escalated.v[i], true, &notice);
		(void)jit_notify(&access->policy.globals, &notice);
	}
	if (r < 0)
		fprintf(stderr,
			"jitctl: the open requests cannot be looked through: %s\n",
			strerror(-r));
	return r;
}

static bool
trim_is_due(const struct jit_access *access)
{
	struct stat st;

	return fstatat(access->site.run, STAMP, &st, 0) < 0 ||
		st.st_mtime > access->now.wall_sec ||
		st.st_mtime + TRIM_EVERY_SEC <= access->now.wall_sec;
}

/* Once an hour: it reads whole directories. The mark first: by it the trimming sees a clock
 * that was set forward. */
static void
trim(struct jit_access *access)
{
	if (access->site.run < 0 || !trim_is_due(access))
		return;
	(void)!jit_access_clock_move(access);
	jit_store_trim(&access->site, access->policy.globals.keep_sec, &access->now);
	(void)!jit_file_replace(access->site.run, STAMP, 0600, "", 0);
}

int
cmd_sweep(int argc, char **argv)
{
	_cleanup_access_ struct jit_access access = JIT_ACCESS_NONE;
	const struct option_set options = { .help = print_help };
	struct jit_error err = { 0 };
	int r = option_read(argc, argv, &options);

	if (r >= 0)
		return r;
	if (geteuid() != jit_site_owner()) {
		fputs("jitctl: sweep: run this as root\n", stderr);
		return JITCTL_NOT_ALLOWED;
	}
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	if (jit_access_open(&access, &err) < 0) {
		fprintf(stderr, "jitctl: %s\n", err.text);
		return JITCTL_FAILED;
	}
	r = sweep_requests(&access);
	trim(&access);
	return r < 0 ? JITCTL_FAILED : JITCTL_DONE;
}
