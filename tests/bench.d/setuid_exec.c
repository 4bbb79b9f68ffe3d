/*
 * The least that a setuid program does: become root in all respects, then the command.
 * What every other way costs more than this is its own.
 *
 *	bench-setuid CMD [ARG...]
 */
#include <grp.h>
#include <unistd.h>

extern char **environ;

int
main(int argc, char **argv)
{
	const gid_t group = 0;

	if (argc < 2)
		return 64;
	if (setgroups(1, &group) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return 71;
	(void)execve(argv[1], argv + 1, environ);
	return 126;
}
