/*
 * Work that nobody may stop in the middle. Runs as: root.
 *
 * Until the keeper is there, we are a process of the caller's job: his terminal can stop us,
 * and where he owns our cgroup he can freeze us. If we held the lock of the record then,
 * nobody on this host could write one.
 *
 * MUST block signals before the process is born, so that none arrives in between.
 */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "birth.h"
#include "libjit/cgroup.h"
#include "libjit/file.h"

/* One result fits into any pipe: nobody waits for anybody. */
static _Noreturn void
guarded(void (*work)(void *, struct guard_result *), void *arg, int result_fd)
{
	struct guard_result result = { EXIT_INTERNAL, "" };

	if (setsid() < 0)
		_exit(EXIT_INTERNAL);
	work(arg, &result);
	_exit(jit_write_full(result_fd, &result, sizeof(result)) < 0 ? EXIT_INTERNAL
								     : EXIT_DONE);
}

/* In keepers where there is such a place; else (no command runs there either) beside us. */
static pid_t
bear(void)
{
	struct jit_cgroup_place place = { JIT_PLACE_NONE, -1 };
	_cleanup_close_ int group = -1;
	pid_t pid = -ENODEV;

	if (jit_cgroup_find(&place, NULL) == 0)
		group = jit_cgroup_keepers(&place);
	if (group >= 0)
		pid = birth_into(group);
	jit_cgroup_place_close(&place);
	if (pid < 0) {
		pid = fork();
		if (pid < 0)
			return -errno;
	}
	return pid;
}

/* Waits for its end, then takes what it left. */
static void
await(pid_t pid, int result_fd, struct guard_result *ret)
{
	struct guard_result result;

	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (read(result_fd, &result, sizeof(result)) == sizeof(result))
		*ret = result;
}

void
guard_run(void (*work)(void *arg, struct guard_result *ret), void *arg,
	struct guard_result *ret)
{
	_cleanup_close_ int reader = -1, writer = -1;
	sigset_t all, before;
	int ends[2];
	pid_t pid;

	*ret = (struct guard_result){ EXIT_INTERNAL, "internal error: no process" };
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	reader = ends[0];
	writer = ends[1];
	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	pid = bear();
	if (pid == 0)
		guarded(work, arg, writer);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid > 0)
		await(pid, reader, ret);
}
