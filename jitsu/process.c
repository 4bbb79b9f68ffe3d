/*
 * Resets what was inherited. Runs as: root (effective), with the caller's real uid.
 *
 * MUST run before the first open; MUST leave 0, 1 and 2 open; MUST NOT trust a limit, a
 * signal disposition or a timer of the caller.
 */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "libjit/file.h"

enum { OWN_UMASK = 077, OFFERED_UMASK = 0177 };

/* Limits of our own. Odd values where PAM's pam_limits may well set the even one: what
 * differs afterwards has been configured, the rest is the caller's. A core limit of 1 stops
 * core files and core pipes (core(5)). */
static const struct own_limit {
	int resource;
	rlim_t value;
} own_limits[] = {
	{ RLIMIT_CORE, 1 },
	{ RLIMIT_CPU, RLIM_INFINITY },
	{ RLIMIT_DATA, RLIM_INFINITY },
	{ RLIMIT_FSIZE, RLIM_INFINITY },
	{ RLIMIT_NOFILE, 1021 },
	{ RLIMIT_STACK, 8 * 1024 * 1024 + 4096 },
	{ RLIMIT_AS, RLIM_INFINITY },
	{ RLIMIT_NPROC, RLIM_INFINITY },
	{ RLIMIT_RTTIME, RLIM_INFINITY },
};

static void
set_limit(int resource, const struct rlimit *limit)
{
	/* fails without privilege; then main refuses soon after */
	(void)setrlimit((__rlimit_resource_t)resource, limit);
}

static void
save_limits(struct process_inherited *ret)
{
	for (int i = 0; i < RLIM_NLIMITS; i++)
		if (getrlimit((__rlimit_resource_t)i, &ret->limits[i]) < 0)
			ret->limits[i] = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	(void)memcpy(ret->own, ret->limits, sizeof(ret->own));
}

/* A hard limit is never lowered: one of descriptors may be higher than root can set now. */
static void
set_own_limits(struct process_inherited *inherited)
{
	for (size_t i = 0; i < ARRAY_SIZE(own_limits); i++) {
		struct rlimit *own = &inherited->own[own_limits[i].resource];

		own->rlim_cur = own_limits[i].value;
		if (own->rlim_max < own->rlim_cur)
			own->rlim_max = own->rlim_cur;
		set_limit(own_limits[i].resource, own);
	}
}

static int
open_standard_descriptors(void)
{
	struct stat st;

	for (int fd = 0; fd <= 2; fd++) {
		if (fstat(fd, &st) == 0)
			continue;
		/* the lowest free number is fd: those below are open by now */
		if (errno != EBADF || open("/dev/null", O_RDWR | O_NOCTTY) != fd)
			return -EBADF;
	}
	return 0;
}

static void
reset_signals(sigset_t *ret_ignored)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL }, old;

	sigemptyset(ret_ignored);
	for (int sig = 1; sig < NSIG; sig++) {
		if (sigaction(sig, &dfl, &old) == 0 && old.sa_handler == SIG_IGN)
			sigaddset(ret_ignored, sig);
	}
}

static void
reset_timers(void)
{
	static const struct itimerval none;

	(void)setitimer(ITIMER_REAL, &none, NULL);
	(void)setitimer(ITIMER_VIRTUAL, &none, NULL);
	(void)setitimer(ITIMER_PROF, &none, NULL);
	(void)prctl(PR_SET_TIMERSLACK, 50000UL, 0, 0, 0);
}

int
process_sanitize(struct process_inherited *ret)
{
	sigset_t none;
	int r;

	save_limits(ret);
	set_own_limits(ret);
	if (close_range(3, ~0U, 0) < 0)
		return -errno;
	r = open_standard_descriptors();
	if (r < 0)
		return r;
	reset_timers();
	reset_signals(&ret->ignored);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ,
		SIG_IGN); /* where a limit cannot be raised: an error, not an end */
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		return -errno;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
	ret->umask = umask(OWN_UMASK);
	return 0;
}

void
process_limits_take(struct process_inherited *inherited)
{
	struct rlimit now;

	for (int i = 0; i < RLIM_NLIMITS; i++) {
		const struct rlimit *own = &inherited->own[i];

		if (getrlimit((__rlimit_resource_t)i, &now) < 0)
			continue;
		if (now.rlim_cur == own->rlim_cur && now.rlim_max == own->rlim_max)
			continue;
		inherited->limits[i] = now;
		set_limit(i, own);
	}
}

int
process_limits_give(const struct process_inherited *inherited)
{
	for (int i = 0; i < RLIM_NLIMITS; i++)
		if (setrlimit((__rlimit_resource_t)i, &inherited->limits[i]) < 0)
			return -errno;
	return 0;
}

void
process_umask_offer(void)
{
	(void)umask(OFFERED_UMASK);
}

void
process_umask_take(struct process_inherited *inherited)
{
	mode_t now = umask(OWN_UMASK);

	/* without pam_umask: the caller's, but never one that lets others write */
	inherited->umask = now != OFFERED_UMASK ? now : (inherited->umask | 022);
}

void
process_signals_default(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

void
process_protect(void)
{
	static const char never[] = "-1000"; /* proc(5), oom_score_adj */
	_cleanup_close_ int fd =
		open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0) /* a container may forbid it */
		(void)!jit_write_full(fd, never, sizeof(never) - 1);
}
