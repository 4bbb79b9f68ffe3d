/*
 * Who called, from where. Runs as: root, real uid of the caller or 0.
 *
 * MUST NOT split /proc/PID/stat on blanks before the last `)`: the name in it is the
 * caller's choice.
 */
#include "caller.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "libjit/parse.h"

enum { FIELD_FIRST = 3, FIELD_TTY = 7, FIELD_START = 22, STAT_SIZE = 4096 };

int
caller_stat_field(const char *stat, unsigned field, uint64_t *ret)
{
	const char *at = strrchr(stat, ')');
	char number[24];
	size_t len;

	if (!at || field < FIELD_FIRST)
		return -EBADMSG;
	for (at++; field >= FIELD_FIRST; field--) {
		if (*at != ' ')
			return -EBADMSG;
		at++;
		len = strcspn(at, " \n");
		if (field == FIELD_FIRST)
			break;
		at += len;
	}
	len = strcspn(at, " \n");
	if (len == 0 || len >= sizeof(number))
		return -EBADMSG;
	(void)snprintf(number, sizeof(number), "%.*s", (int)len, at);
	return jit_parse_u64(number, UINT64_MAX, ret) < 0 ? -EBADMSG : 0;
}

static int
read_stat(pid_t pid, char ret[STAT_SIZE])
{
	char name[64];
	_cleanup_close_ int fd = -1;
	ssize_t n;

	(void)snprintf(name, sizeof(name), "/proc/%d/stat", (int)pid);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	n = read(fd, ret, STAT_SIZE - 1);
	if (n < 0)
		return -errno;
	ret[n] = '\0';
	return 0;
}

static void
device_name(unsigned dev_major, unsigned dev_minor, char *ret, size_t size)
{
	char link[64], target[256];
	const char *base;
	ssize_t n;

	if (dev_major >= 136 && dev_major <= 143) { /* Unix98 pseudo terminals */
		(void)snprintf(
			ret, size, "/dev/pts/%u", (dev_major - 136) * 256 + dev_minor);
		return;
	}
	(void)snprintf(link, sizeof(link), "/sys/dev/char/%u:%u", dev_major, dev_minor);
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return;
	target[n] = '\0';
	base = strrchr(target, '/');
	(void)snprintf(ret, size, "/dev/%.40s", base ? base + 1 : target);
}

/* The name is only believed if it leads to the device that the kernel named. */
static void
read_tty(uint64_t tty_nr, struct caller *ret)
{
	/* proc(5): minor in bits 31-20 and 7-0, major in bits 15-8 */
	unsigned dev_major = (unsigned)(tty_nr >> 8) & 0xff;
	unsigned dev_minor = (unsigned)((tty_nr & 0xff) | ((tty_nr >> 12) & 0xfff00));
	struct stat st;

	if (tty_nr == 0)
		return;
	ret->tty_device = makedev(dev_major, dev_minor);
	device_name(dev_major, dev_minor, ret->tty, sizeof(ret->tty));
	if (stat(ret->tty, &st) < 0 || !S_ISCHR(st.st_mode) ||
		st.st_rdev != ret->tty_device)
		ret->tty[0] = '\0';
}

int
caller_read(struct caller *ret)
{
	char stat[STAT_SIZE];
	uint64_t tty_nr;
	int r = read_stat(getpid(), stat);

	if (r == 0)
		r = caller_stat_field(stat, FIELD_TTY, &tty_nr);
	if (r < 0)
		return r;
	read_tty(tty_nr, ret);
	ret->session = getsid(0);
	/* a session whose leader is gone has no start: nothing is remembered for it */
	if (ret->session > 0 && read_stat(ret->session, stat) == 0 &&
		caller_stat_field(stat, FIELD_START, &ret->leader_start) < 0)
		ret->leader_start = 0;
	if (!getcwd(ret->cwd, sizeof(ret->cwd)) || ret->cwd[0] != '/')
		ret->cwd[0] = '\0';
	return 0;
}
