/*
 * Starts notify-run with a notice. Runs as root, all three uids 0, perhaps inside somebody
 * else's process.
 *
 * MUST NOT wait for the hook. MUST hand it nothing that can be changed any more.
 */
#include "notify.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "config.h"
#include "file.h"
#include "spawn.h"

/* The tests' build puts its own in front. */
#ifndef JIT_SITE_ROOT
#define JIT_SITE_ROOT ""
#endif

static const char path[] = JIT_SITE_ROOT JIT_LIBEXEC_DIR "/notify-run";

/* A file without a name that holds the text and stays as it is. */
static int
sealed(const char *text)
{
	_cleanup_close_ int fd = memfd_create("notice", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return -errno;
	r = jit_write_full(fd, text, strlen(text));
	if (r < 0)
		return r;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	if (fcntl(fd, F_ADD_SEALS,
		    F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return -errno;
	return TAKE_FD(fd);
}

int
jit_notify(const struct jit_globals *globals, const struct jit_notice *notice)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int fd = -1;
	int r;

	if (!globals->notify_command || !globals->notify_command[0])
		return 0;
	r = jit_notice_json(globals, notice, &text);
	if (r < 0)
		return r;
	fd = sealed(text);
	return fd < 0 ? fd : jit_spawn_program(path, "notify-run", fd);
}
