/*
 * The surroundings of session-watch. Runs as root.
 *
 * MUST refuse to go on with a real or saved uid that is not root's: kill(2) looks at those.
 */
#include "surroundings.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "libjit/file.h"
#include "libjit/site.h"
#include "watch.h"

static int
check_uids(void)
{
	uid_t real, effective, saved, owner = jit_site_owner();

	if (getresuid(&real, &effective, &saved) < 0)
		return -errno;
	return real == owner && effective == owner && saved == owner ? 0 : -EPERM;
}

/* 0 to 2 are there, whatever writes to them; beyond our two there is nothing. */
static int
reset_descriptors(void)
{
	if (fcntl(WATCH_SOCKET, F_GETFD) < 0 || fcntl(WATCH_APPLICATION, F_GETFD) < 0)
		return -EBADF;
	if (close_range(0, WATCH_SOCKET - 1, 0) < 0 ||
		close_range(WATCH_APPLICATION + 1, ~0U, 0) < 0)
		return -errno;
	for (int fd = 0; fd < WATCH_SOCKET; fd++)
		if (open("/dev/null", O_RDWR) !=
			fd) /* kept over no exec: there is none */
			return -EBADF;
	return 0;
}

static int
reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL); /* some cannot be set */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL) < 0 ? -errno : 0;
}

/* What was set for the user is not for us. Best effort: root may exceed them. */
static void
reset_limits(void)
{
	static const int limits[] = { RLIMIT_AS, RLIMIT_CPU, RLIMIT_DATA, RLIMIT_FSIZE };
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	const struct rlimit files = { 64, 64 }, no_core = { 0, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		(void)setrlimit(limits[i], &unlimited);
	(void)setrlimit(RLIMIT_NOFILE, &files);
	(void)setrlimit(RLIMIT_CORE, &no_core);
}

/* The user could otherwise have us killed by running out of memory. Best effort. */
static void
keep_from_oom(void)
{
	static const char never[] = "-1000";
	_cleanup_close_ int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && jit_write_full(fd, never, sizeof(never) - 1) < 0)
		return;
}

int
surroundings_enter(void)
{
	int r = check_uids();

	if (r == 0)
		r = reset_descriptors();
	if (r == 0)
		r = reset_signals();
	if (r < 0)
		return r;
	reset_limits();
	keep_from_oom();
	(void)umask(077);
	return setsid() < 0 || chdir("/") < 0 ? -errno : 0;
}
