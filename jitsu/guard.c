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
#include "schedule.h"

enum { GROUP_TRIES = 5 };

/* One result fits into any pipe: nobody waits for anybody. */
static _Noreturn void
guarded(void (*work)(void *, struct guard_result *), void *arg, int result_fd)
{
	struct guard_result result = { EXIT_INTERNAL, "" };

	if (setsid() < 0)
		_exit(EXIT_INTERNAL);
	schedule_own();
	work(arg, &result);
	_exit(jit_write_full(result_fd, &result, sizeof(result)) < 0 ? EXIT_INTERNAL
								     : EXIT_DONE);
}

static pid_t
bear_in(const struct jit_cgroup_place *place)
{
	pid_t pid = -ENODEV;

	/* the service manager may clear an empty group away in between */
	for (int i = 0; pid == -ENODEV && i < GROUP_TRIES; i++) {
		_cleanup_close_ int group = jit_cgroup_keepers(place);

		pid = group < 0 ? (pid_t)group : birth_into(group);
	}
	return pid;
}

/* Among the keepers; beside us only where all our groups are root's anyhow. Anywhere else
 * the caller could freeze it, so there it does not begin. */
static pid_t
bear(void)
{
	struct jit_cgroup_place place = { JIT_PLACE_NONE, -1 };
	pid_t pid = jit_cgroup_find(&place, NULL);

	if (pid < 0)
		return pid;
	if (place.kind == JIT_PLACE_WEAK)
		pid = fork();
	else
		pid = bear_in(&place);
	jit_cgroup_place_close(&place);
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
