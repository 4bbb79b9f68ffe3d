/*
 * Writing to terminals of the session. Runs as root, in session-watch.
 *
 * MUST open terminals only by the number that the kernel gives, only below /dev/pts or a
 * virtual console, and write only if the descriptor is that terminal and the user's own. MUST
 * NOT block on a stopped one, nor take one as its own.
 */
#include "terminal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum {
	TERMINALS_MAX = 32,
	MAJOR_CONSOLE = 4, /* linux/Documentation/admin-guide/devices.txt */
	MAJOR_PTS = 136,
	CONSOLES_MAX = 63,
};

/* The path of a device number as /proc/PID/stat shows it. */
static bool
tty_path(uint32_t tty, char *buf, size_t size)
{
	unsigned major_number = (tty >> 8) & 0xfff;
	unsigned minor_number = (tty & 0xff) | ((tty >> 12) & 0xfff00);

	if (major_number == MAJOR_PTS)
		(void)snprintf(buf, size, "/dev/pts/%u", minor_number);
	else if (major_number == MAJOR_CONSOLE && minor_number > 0 &&
		minor_number <= CONSOLES_MAX)
		(void)snprintf(buf, size, "/dev/tty%u", minor_number);
	else
		return false;
	return true;
}

static bool
is_users_tty(int fd, uint32_t tty, uid_t uid)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_uid == uid &&
		major(st.st_rdev) == ((tty >> 8) & 0xfff) &&
		minor(st.st_rdev) == ((tty & 0xff) | ((tty >> 12) & 0xfff00));
}

static bool
tell_one(uint32_t tty, uid_t uid, const char *line, size_t len)
{
	char path[32];
	_cleanup_close_ int fd = -1;

	if (!tty_path(tty, path, sizeof(path)))
		return false;
	fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || !is_users_tty(fd, tty, uid))
		return false;
	return write(fd, line, len) == (ssize_t)len;
}

static bool
has_tty(const uint32_t *seen, size_t n, uint32_t tty)
{
	for (size_t i = 0; i < n; i++)
		if (seen[i] == tty)
			return true;
	return false;
}

bool
terminal_tell(const struct process *list, size_t n, uid_t uid, const char *text)
{
	uint32_t seen[TERMINALS_MAX];
	size_t n_seen = 0;
	bool told = false;
	char line[1024];
	int len = snprintf(line, sizeof(line), "\r\n%s\r\n", text);

	if (len < 0 || (size_t)len >= sizeof(line))
		return false;
	for (size_t i = 0; i < n && n_seen < TERMINALS_MAX; i++) {
		if (list[i].tty == PROCESS_TTY_NONE || has_tty(seen, n_seen, list[i].tty))
			continue;
		seen[n_seen++] = list[i].tty;
		told |= tell_one(list[i].tty, uid, line, (size_t)len);
	}
	return told;
}
