/*
 * jitctl edit: the lock, /run/jit/edit.lock, and who holds it.
 *
 * Runs as root. The lock goes with the process: a killed one leaves none.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "config.h"
#include "jitctl/administrator.h"
#include "jitctl/edit.h"
#include "libjit/escape.h"
#include "libjit/file.h"

#define LOCK_FILE "edit.lock"

enum { LOCK_TEXT_MAX = 256 };

static int
busy(const struct jit_site *site, struct jit_error *err)
{
	_cleanup_free_ char *text = NULL;
	char shown[LOCK_TEXT_MAX * 2];

	if (jit_file_read(site->run, LOCK_FILE, site->owner, 0600, LOCK_TEXT_MAX, &text,
		    NULL) < 0)
		return jit_error_set(err, -EBUSY, "somebody else is editing");
	text[strcspn(text, "\n")] = '\0';
	return jit_error_set(err, -EBUSY, "%s is editing; try again later",
		jit_escape(text, shown, sizeof(shown)));
}

/* Who, for the others. */
static void
sign(int fd)
{
	char by[JIT_NAME_MAX + 1], when[32] = "?", text[LOCK_TEXT_MAX];
	time_t now = time(NULL);
	struct tm tm;
	int n;

	administrator_name(by);
	if (localtime_r(&now, &tm))
		(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &tm);
	n = snprintf(text, sizeof(text), "%s (process %d, since %s)\n", by, (int)getpid(),
		when);
	(void)!ftruncate(fd, 0);
	(void)!pwrite(fd, text, (size_t)n, 0);
}

int
edit_lock(const struct jit_site *site, struct jit_error *err)
{
	_cleanup_close_ int fd = site->run < 0
		? site->run
		: openat(site->run, LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
			  0600);

	if (fd < 0)
		return jit_error_set(
			err, -EIO, JIT_RUN_DIR " cannot be used: jitctl init makes it");
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK
			? busy(site, err)
			: jit_error_set(err, -errno, "%s", strerror(errno));
	sign(fd);
	return TAKE_FD(fd);
}
