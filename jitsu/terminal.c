/*
 * The caller's terminal. Runs as: root before the run, subject (front) during it.
 *
 * MUST NOT touch its settings unless we are in the foreground.
 */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>

static int
open_any(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	for (int i = 0; fd < 0 && i <= 2; i++)
		if (isatty(i))
			fd = fcntl(i, F_DUPFD_CLOEXEC, 3);
	return fd;
}

void
terminal_open(struct terminal *ret)
{
	struct terminal t = TERMINAL_NONE;

	t.fd = open_any();
	if (t.fd >= 0 && tcgetattr(t.fd, &t.original) < 0) {
		close(t.fd);
		t.fd = -1;
	}
	terminal_read_size(&t);
	*ret = t;
}

void
terminal_read_size(struct terminal *terminal)
{
	struct winsize size;

	if (terminal->fd >= 0 && ioctl(terminal->fd, TIOCGWINSZ, &size) == 0)
		terminal->size = size;
}

bool
terminal_is_foreground(const struct terminal *terminal)
{
	return terminal->fd >= 0 && tcgetpgrp(terminal->fd) == getpgrp();
}

int
terminal_set_raw(struct terminal *terminal)
{
	struct termios raw;

	if (terminal->is_raw)
		return 0;
	if (!terminal_is_foreground(terminal))
		return -EAGAIN;
	if (tcgetattr(terminal->fd, &terminal->original) < 0)
		return -errno;
	raw = terminal->original;
	cfmakeraw(&raw);
	if (tcsetattr(terminal->fd, TCSADRAIN, &raw) < 0)
		return -errno;
	terminal->is_raw = true;
	return 0;
}

void
terminal_restore(struct terminal *terminal)
{
	if (!terminal->is_raw)
		return;
	terminal->is_raw = false;
	/* not in the foreground any more: somebody else has set it up for himself */
	if (terminal_is_foreground(terminal))
		(void)tcsetattr(terminal->fd, TCSADRAIN, &terminal->original);
}
