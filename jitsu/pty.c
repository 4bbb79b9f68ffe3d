/*
 * The command's own terminal. Runs as: root (keeper). pty(7), tty_ioctl(4).
 */
#include "pty.h"

#include <errno.h>
#include <fcntl.h>

void
pty_close(struct pty *pty)
{
	if (pty->master >= 0)
		close(pty->master);
	if (pty->slave >= 0)
		close(pty->slave);
	*pty = PTY_NONE;
}

static void
set_post_processing(int fd, bool on)
{
	struct termios t;

	if (tcgetattr(fd, &t) < 0)
		return;
	t.c_oflag = on ? t.c_oflag | OPOST : t.c_oflag & ~(tcflag_t)OPOST;
	(void)tcsetattr(fd, TCSANOW, &t);
}

static int
open_pair(struct pty *ret)
{
	ret->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (ret->master < 0)
		return -errno;
	if (grantpt(ret->master) < 0 || unlockpt(ret->master) < 0)
		return -errno;
	/* by descriptor: no path, whatever is mounted on /dev/pts */
	ret->slave = ioctl(ret->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return ret->slave < 0 ? -errno : 0;
}

static int
set_up(const struct terminal *like, uid_t target, struct pty *ret)
{
	if (fchown(ret->slave, target, (gid_t)-1) < 0)
		return -errno;
	if (tcsetattr(ret->slave, TCSANOW, &like->original) < 0)
		return -errno;
	pty_set_size(ret, &like->size);
	return ioctl(ret->slave, TIOCSCTTY, 0) < 0 ? -errno : 0;
}

int
pty_open(const struct terminal *like, uid_t target, bool foreground, struct pty *ret)
{
	struct pty pty = PTY_NONE;
	int r = open_pair(&pty);

	if (r == 0)
		r = set_up(like, target, &pty);
	if (r < 0) {
		pty_close(&pty);
		return r;
	}
	pty.post_processing = like->original.c_oflag & OPOST;
	if (!foreground)
		set_post_processing(pty.slave, false);
	*ret = pty;
	return 0;
}

void
pty_give(const struct pty *pty, pid_t group, bool raw)
{
	if (pty->slave < 0)
		return;
	if (raw && pty->post_processing)
		set_post_processing(pty->slave, true);
	(void)tcsetpgrp(pty->slave, group);
}

void
pty_set_size(const struct pty *pty, const struct winsize *size)
{
	if (pty->master >= 0)
		(void)ioctl(pty->master, TIOCSWINSZ, size);
}
