/*
 * The ends of grants: revoked or given back. Runs as: root.
 *
 * A host-signed grant's tombstone lies in /run/jit/uses and dies with it at reboot; every
 * other one, also of a grant that nobody has seen yet, in /var/lib/jit/revoked. In both that
 * of break-glass which a second person agreed to: what they said outlives the boot.
 */
#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>

#include "break_glass.h"
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

/* Of whose grants is it? ret is "" where it counts for everybody's. */
static int
read_whose(const json_t *object, char ret[JIT_NAME_MAX + 1])
{
	ret[0] = '\0';
	return json_object_get(object, "sub")
		? jit_state_string(object, "sub", ret, JIT_NAME_MAX + 1)
		: 0;
}

static json_t *
tombstone_of(const char *sub, const char *by, const char *reason, int64_t sec)
{
	char time[JIT_TIME_SIZE];

	return json_pack("{s:s*, s:s, s:s, s:s}", "sub", sub[0] ? sub : NULL, "by", by,
		"reason", reason ? reason : "", "time", jit_format_time(sec, time));
}

/* There is one. The first word stays, unless it was about another person's grant of this id
 * only: then it is for everybody's. */
static int
tombstone_widen(const struct jit_site *site, int dirfd, const char *name, const char *sub,
	json_t *wide)
{
	json_auto_t *object = NULL, *owned = wide;
	char whose[JIT_NAME_MAX + 1];
	int r = jit_state_read(dirfd, name, site->owner, &object);

	if (r == 0)
		r = read_whose(object, whose);
	if (r < 0 || !whose[0] || jit_streq(whose, sub))
		return r;
	owned = NULL;
	return jit_state_replace(dirfd, name, wide);
}

static int
tombstone_write(const struct jit_site *site, bool in_run, const char *id, const char *sub,
	const char *by, const char *reason, const struct jit_now *now)
{
	_cleanup_close_ int dirfd = tombstones_open(site, in_run);
	char name[JIT_ID_LEN + 8];
	int r;

	if (dirfd < 0)
		return dirfd;
	tombstone_name(id, name);
	r = jit_state_create(dirfd, name, tombstone_of(sub, by, reason, now->wall_sec));
	if (r == -EEXIST)
		return tombstone_widen(site, dirfd, name, sub,
			tombstone_of("", by, reason, now->wall_sec));
	if (r < 0)
		return r;
	/* ending never waits for what is only told */
	(void)!jit_break_glass_ended(site, id, now->wall_sec);
	return 0;
}

int
jit_store_end(const struct jit_site *site, const struct jit_grant *grant_or_null,
	const char *id, const char *by, const char *reason, const struct jit_now *now)
{
	const char *sub = grant_or_null ? grant_or_null->sub : "";
	bool in_run = grant_or_null && grant_or_null->by_host;
	int r;

	if (!jit_id_valid(id))
		return -EINVAL;
	r = tombstone_write(site, in_run, id, sub, by, reason, now);
	if (r < 0 || !in_run || !grant_or_null->req[0])
		return r;
	return tombstone_write(site, false, id, sub, by, reason, now);
}

static int
tombstone_read(const struct jit_site *site, bool in_run, const char *id, const char *sub,
	char ret_by[JIT_NAME_MAX + 1], char ret_reason[JIT_REASON_MAX + 1])
{
	_cleanup_close_ int dirfd = tombstones_open(site, in_run);
	json_auto_t *object = NULL;
	char name[JIT_ID_LEN + 8], whose[JIT_NAME_MAX + 1];
	int r;

	if (dirfd < 0)
		return dirfd;
	tombstone_name(id, name);
	r = jit_state_read(dirfd, name, site->owner, &object);
	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = read_whose(object, whose);
	if (r < 0)
		return r;
	if (whose[0] && sub && sub[0] && !jit_streq(whose, sub))
		return 0; /* ids are chosen by who signs: this was about another's */
	r = jit_state_string(object, "by", ret_by, JIT_NAME_MAX + 1);
	if (r == 0)
		r = jit_state_string(object, "reason", ret_reason, JIT_REASON_MAX + 1);
	return r < 0 ? r : 1;
}

int
jit_store_ended(const struct jit_site *site, const char *id, const char *sub,
	bool by_host, char ret_by[JIT_NAME_MAX + 1], char ret_reason[JIT_REASON_MAX + 1])
{
	int r = by_host ? tombstone_read(site, true, id, sub, ret_by, ret_reason) : 0;

	return r != 0 ? r : tombstone_read(site, false, id, sub, ret_by, ret_reason);
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
