/*
 * Starts processes. Runs as root, perhaps inside somebody else's process.
 *
 * MUST leave nothing behind in that process: no child that it could wait for, no SIGCHLD, no
 * descriptor, no changed signal mask. Between clone and exec MUST call nothing but system
 * calls.
 */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* fork(), but the child's end sends no signal, and only a wait that names it sees it. */
static pid_t
clone_silently(void)
{
	struct clone_args args = { 0 };

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* A grandchild, which init inherits. It does not come back. */
static int
spawn(void (*become)(void *), void *arg)
{
	pid_t pid = clone_silently();
	int status = 0;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		pid = clone_silently();
		if (pid == 0)
			become(arg);
		_exit(pid > 0 ? 0 : 1);
	}
	while (waitpid(pid, &status, __WALL) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EAGAIN;
}

/* Nobody's handler runs in the children: all signals wait while they are made. */
int
jit_spawn(void (*become)(void *arg), void *arg)
{
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	r = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (r != 0)
		return -r;
	r = spawn(become, arg);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

struct program {
	const char *path;
	char *const argv[2];
	int input;
};

static void
become_program(void *arg)
{
	const struct program *program = arg;
	char *const envp[] = { NULL };

	/* input is above 2, so that 0 is another and is not closed by exec */
	if (dup2(program->input, 0) == 0 && close_range(1, ~0U, 0) == 0)
		(void)execve(program->path, program->argv, envp);
}

int
jit_spawn_program(const char *path, const char *name, int input)
{
	_cleanup_close_ int above = fcntl(input, F_DUPFD_CLOEXEC, 3);
	struct program program = {
		.path = path, .argv = { (char *)name, NULL }, .input = above
	};

	return above < 0 ? -errno : jit_spawn(become_program, &program);
}
