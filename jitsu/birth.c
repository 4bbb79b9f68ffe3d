/*
 * Processes that are born in a cgroup. Runs as: root.
 *
 * MUST NOT let a child go on outside of its group.
 */
#include "birth.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "exit_code.h"
#include "libjit/cgroup.h"

/* For kernels, and filters of system calls, without clone3(2). */
static pid_t
fork_and_move(int group_fd)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0 && jit_cgroup_run_enter(group_fd, 0) < 0)
		_exit(EXIT_INTERNAL);
	return pid;
}

pid_t
birth_into(int group_fd)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)group_fd,
	};
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid >= 0)
		return (pid_t)pid;
	if (errno == ENODEV || errno == ENOMEM || errno == EAGAIN)
		return -errno;
	return fork_and_move(group_fd);
}
