/*
 * The only reader of clocks. Runs as: any.
 */
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "file.h"
#include "parse.h"

enum { UUID_LEN = 36, WORTH_WRITING_SEC = 60 };

static int
boot_id_read(char ret[JIT_ID_LEN + 1])
{
	_cleanup_close_ int fd =
		open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	char uuid[UUID_LEN], id[JIT_ID_LEN + 1] = "";
	size_t n = 0;
	int r;

	if (fd < 0)
		return -errno;
	r = jit_pread_full(fd, uuid, sizeof(uuid), 0);
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(uuid) && n < JIT_ID_LEN; i++)
		if (uuid[i] != '-')
			id[n++] = uuid[i];
	if (!jit_id_valid(id))
		return -EINVAL;
	memcpy(ret, id, sizeof(id));
	return 0;
}

static bool
kernel_clock_synchronised(void)
{
	struct timex t = { .modes = 0 };

	return adjtimex(&t) >= 0 && !(t.status & STA_UNSYNC);
}

int
jit_clock_now(struct jit_now *ret)
{
	struct timespec wall, boot;
	struct jit_now now = { 0 };
	int r;

	if (clock_gettime(CLOCK_REALTIME, &wall) < 0 ||
		clock_gettime(CLOCK_BOOTTIME, &boot) < 0)
		return -errno;
	r = boot_id_read(now.boot_id);
	if (r < 0)
		return r;
	now.wall_sec = wall.tv_sec;
	now.boot_ms = (int64_t)boot.tv_sec * 1000 + boot.tv_nsec / 1000000;
	now.synchronised = kernel_clock_synchronised();
	*ret = now;
	return 0;
}

bool
jit_clock_is_back(const struct jit_clock_mark *mark, const struct jit_now *now)
{
	if (now->synchronised)
		return false;
	return now->wall_sec < mark->wall_sec - JIT_CLOCK_BACK_SEC;
}

/* The highest wall time that the mark can have risen to by now. */
static int64_t
mark_ceiling(const struct jit_clock_mark *mark, const struct jit_now *now)
{
	int64_t passed_ms = now->boot_ms - mark->boot_ms;

	if (mark->wall_sec == 0 || now->synchronised ||
		!jit_streq(mark->boot_id, now->boot_id))
		return now->wall_sec;
	if (passed_ms < 0)
		return mark->wall_sec;
	return mark->wall_sec + passed_ms / 1000;
}

bool
jit_clock_mark_advance(const struct jit_clock_mark *mark, const struct jit_now *now,
	struct jit_clock_mark *ret)
{
	int64_t ceiling = mark_ceiling(mark, now);
	int64_t wall = now->wall_sec < ceiling ? now->wall_sec : ceiling;

	if (wall < mark->wall_sec && !now->synchronised)
		return false;
	*ret = (struct jit_clock_mark){ .wall_sec = wall, .boot_ms = now->boot_ms };
	memcpy(ret->boot_id, now->boot_id, sizeof(ret->boot_id));
	return wall < mark->wall_sec || wall >= mark->wall_sec + WORTH_WRITING_SEC;
}
