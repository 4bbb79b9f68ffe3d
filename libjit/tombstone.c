/*
 * The ends of grants: revoked or given back. Runs as: root.
 *
 * A host-signed grant's tombstone lies in /run/jit/uses and dies with it at reboot; every
 * other one, also of a grant that nobody has seen yet, in /var/lib/jit/revoked.
 */
#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>

#include "file.h"
#include "parse.h"
#include "state.h"
#include "store.h"

static int
tombstones_open(const struct jit_site *site, bool in_run)
{
	int base = in_run ? site->run : site->lib;

	if (base < 0)
		return base;
	return in_run ? jit_dir_make(base, "uses", site->owner)
		      : jit_dir_open(base, "revoked", site->owner);
}

static void
tombstone_name(const char *id, char ret[JIT_ID_LEN + 8])
{
	(void)snprintf(ret, JIT_ID_LEN + 8, "%s.end", id);
}

int
jit_store_end(const struct jit_site *site, const struct jit_grant *grant_or_null,
	const char *id, const char *by, const char *reason, const struct jit_now *now)
{
	_cleanup_close_ int dirfd = -1;
	char name[JIT_ID_LEN + 8], time[JIT_TIME_SIZE];
	int r;

	if (!jit_id_valid(id))
		return -EINVAL;
	dirfd = tombstones_open(site, grant_or_null && grant_or_null->by_host);
	if (dirfd < 0)
		return dirfd;
	tombstone_name(id, name);
	r = jit_state_create(dirfd, name,
		json_pack("{s:s, s:s, s:s}", "by", by, "reason", reason ? reason : "",
			"time", jit_format_time(now->wall_sec, time)));
	return r == -EEXIST ? 0 : r; /* it has ended: the first reason stays */
}

static int
tombstone_read(const struct jit_site *site, bool in_run, const char *id,
	char ret_by[JIT_NAME_MAX + 1], char ret_reason[JIT_REASON_MAX + 1])
{
	_cleanup_close_ int dirfd = tombstones_open(site, in_run);
	json_auto_t *object = NULL;
	char name[JIT_ID_LEN + 8];
	int r;

	if (dirfd < 0)
		return dirfd;
	tombstone_name(id, name);
	r = jit_state_read(dirfd, name, site->owner, &object);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	r = jit_state_string(object, "by", ret_by, JIT_NAME_MAX + 1);
	if (r == 0)
		r = jit_state_string(object, "reason", ret_reason, JIT_REASON_MAX + 1);
	return r < 0 ? r : 1;
}

int
jit_store_ended(const struct jit_site *site, const char *id, bool by_host,
	char ret_by[JIT_NAME_MAX + 1], char ret_reason[JIT_REASON_MAX + 1])
{
	int r = by_host ? tombstone_read(site, true, id, ret_by, ret_reason) : 0;

	return r != 0 ? r : tombstone_read(site, false, id, ret_by, ret_reason);
}

/* A look twice a second, and not inotify: root has 128 instances of that for everything it
 * runs, and each user could take one with each command. */
int
jit_store_watch(void)
{
	const struct itimerspec twice_a_second = {
		.it_interval.tv_nsec = 500000000,
		.it_value.tv_nsec = 500000000,
	};
	_cleanup_close_ int fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0 || timerfd_settime(fd, 0, &twice_a_second, NULL) < 0)
		return -errno;
	return TAKE_FD(fd);
}
