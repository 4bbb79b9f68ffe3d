/*
 * The command's process between birth and exec. Runs as: root, then the target for good.
 *
 * MUST start nothing unless every step before it worked; MUST hand on no descriptor beyond
 * 0, 1 and 2; MUST execute the file that was decided on.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "libjit/escape.h"
#include "message.h"
#include "role.h"

static _Noreturn void
give_up(const char *step, int error)
{
	say("internal error: the command could not be set up (%s: %s)", step,
		strerror(-error));
	_exit(EXIT_INTERNAL);
}

/* Each of 0-2 that is a terminal becomes the new one; the others stay what they are. */
static int
set_descriptors(const struct pty *pty)
{
	for (int fd = 0; fd <= 2; fd++)
		if (pty->slave >= 0 && isatty(fd) && dup2(pty->slave, fd) < 0)
			return -errno;
	return 0;
}

/* A process group of its own in the keeper's session: what the terminal or the front signals
 * reaches it and not the keeper, and it can be stopped and continued. */
static int
set_group(const struct pty *pty, bool foreground)
{
	if (setpgid(0, 0) < 0)
		return -errno;
	if (foreground)
		pty_give(pty, getpid(), true); /* SIGTTOU is ignored still */
	return 0;
}

/* Should the keeper die, the command must not go on without it. Cleared by the changes of
 * identity, so it comes after them. */
static int
die_with(pid_t keeper)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	return getppid() == keeper ? 0 : -ESRCH;
}

/* As the target: what it may not enter, it does not start in. */
static void
enter_directory(const char *directory)
{
	char shown[256];

	if (!*directory || chdir(directory) == 0)
		return;
	say("cannot change to %s, where the role runs its commands: %s",
		jit_escape(directory, shown, sizeof(shown)), strerror(errno));
	_exit(EXIT_CANNOT_EXECUTE);
}

/* Returns why it could not be done. */
static int
start_program(const struct command *command, char *const *argv, char *const *env)
{
	int r = command_check_same(command);

	if (r < 0)
		return -r;
	if (command->by_descriptor)
		(void)execveat(command->fd, "", argv, env, AT_EMPTY_PATH);
	else
		(void)execve(command->path, argv, env);
	return errno;
}

static _Noreturn void
execute(const struct run *run, const struct environment *env)
{
	/* argv[0] is the path that was decided on, not what was typed: programs find their
	 * own files by it */
	const struct jit_strv *words = &run->request.argv;
	char shown[256];
	int error = start_program(&run->command, (char *const *)words->v, env->v);

	say("cannot execute %s: %s", jit_escape(run->command.path, shown, sizeof(shown)),
		error == ENOEXEC ? "not a program, and no #! line" : strerror(error));
	_exit(error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE);
}

void
child_start(const struct run *run, const struct pty *pty, const struct environment *env)
{
	pid_t keeper = getppid();
	int r = set_group(pty, run->foreground);

	if (r < 0)
		give_up("process group", r);
	r = set_descriptors(pty);
	if (r < 0)
		give_up("terminal", r);
	/* closed by exec: until then the descriptor of the command holds the file's inode */
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		give_up("descriptors", -errno);
	(void)umask(role_umask(run));
	r = process_limits_give(&run->inherited);
	if (r < 0)
		give_up("limits", r);
	schedule_give(&run->schedule);
	r = role_become_target(run);
	if (r < 0)
		give_up("identity", r);
	r = die_with(keeper);
	if (r < 0)
		give_up("keeper", r);
	enter_directory(role_directory(run));
	process_signals_default();
	execute(run, env);
}
