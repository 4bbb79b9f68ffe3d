/*
 * What is over: to the archive, and after `limits.keep` away. Runs as: root.
 *
 * MUST NOT take anything away that could still decide something: a tombstone outlives every
 * token that it can be about.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "break_glass.h"
#include "config.h"
#include "file.h"
#include "lock.h"
#include "parse.h"
#include "requests.h"
#include "store.h"

/* No token can be used longer after its signing than this. */
#define TOKEN_LIFE_SEC                                                                   \
	((int64_t)JIT_CEILING_AHEAD_SEC + JIT_CEILING_GRANT_SEC + 2 * 86400)

int
jit_archive_month(const struct jit_site *site, int64_t sec)
{
	_cleanup_close_ int archive = -1;
	char time[JIT_TIME_SIZE];

	if (site->lib < 0)
		return site->lib;
	archive = jit_dir_make(site->lib, "archive", site->owner);
	if (archive < 0)
		return archive;
	jit_format_time(sec, time);
	time[strlen("YYYY-MM")] = '\0';
	return jit_dir_make(archive, time, site->owner);
}

static bool
held_is_past(const struct jit_held *held, const struct jit_now *now)
{
	const struct jit_grant *grant = &held->grant;

	if (!grant->by_host)
		return grant->exp + JIT_CLOCK_BACK_SEC < now->wall_sec;
	return !jit_streq(grant->boot, now->boot_id) || grant->to_ms <= now->boot_ms;
}

/* Takes one file out of its directory: brought-in tokens are kept in the archive. */
static void
file_put_away(const struct jit_site *site, int dirfd, const char *name, bool by_host,
	const struct jit_now *now)
{
	_cleanup_close_ int archive =
		by_host ? -1 : jit_archive_month(site, now->wall_sec);

	if (by_host)
		(void)unlinkat(dirfd, name, 0);
	else if (archive >= 0)
		(void)renameat(dirfd, name, archive, name);
}

/* What verified, and is over or has ended. A tombstone stays behind where one was. */
static void
put_away_past(const struct jit_site *site, const struct jit_subject *subject,
	const struct jit_held_list *held, const struct jit_now *now)
{
	_cleanup_close_ int host = jit_store_dir(site, true, subject->uid, false);
	_cleanup_close_ int brought = jit_store_dir(site, false, subject->uid, false);

	for (size_t i = 0; i < held->n; i++) {
		const struct jit_grant *grant = &held->v[i].grant;
		int dirfd = grant->by_host ? host : brought;

		if (dirfd >= 0 && (held->v[i].ended || held_is_past(&held->v[i], now)))
			file_put_away(site, dirfd, grant->jti, grant->by_host, now);
	}
}

static bool
is_held(const struct jit_held_list *held, const char *jti)
{
	for (size_t i = 0; i < held->n; i++)
		if (jit_streq(held->v[i].grant.jti, jti))
			return true;
	return false;
}

/* What does not verify any more (a key that was taken out) once nobody could use it even
 * if the key came back. */
static void
put_away_stale(const struct jit_site *site, const struct jit_subject *subject,
	const struct jit_held_list *held, bool by_host, const struct jit_now *now)
{
	int dirfd = jit_store_dir(site, by_host, subject->uid, false);
	DIR *dir = dirfd < 0 ? NULL : fdopendir(dirfd);
	const struct dirent *entry;
	struct stat st;

	if (!dir) {
		jit_closep(&dirfd);
		return;
	}
	while ((entry = readdir(dir)))
		if (jit_id_valid(entry->d_name) && !is_held(held, entry->d_name) &&
			fstatat(dirfd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			st.st_mtime < now->wall_sec - TOKEN_LIFE_SEC)
			file_put_away(site, dirfd, entry->d_name, by_host, now);
	closedir(dir);
}

static bool
is_live(const struct jit_held *held, const struct jit_now *now)
{
	bool used_up = held->grant.uses && held->used >= held->grant.uses;

	return !held->ended && !used_up && !held_is_past(held, now);
}

int
jit_store_make_room(const struct jit_site *site, const struct jit_subject *subject,
	const struct jit_held_list *held, const struct jit_now *now)
{
	size_t live = 0;

	put_away_past(site, subject, held, now);
	put_away_stale(site, subject, held, true, now);
	put_away_stale(site, subject, held, false, now);
	for (size_t i = 0; i < held->n; i++)
		live += is_live(&held->v[i], now);
	return live < JIT_GRANTS_HELD_MAX ? 0 : -EDQUOT;
}

/* The moment at which the month of archive/YYYY-MM is over; -EINVAL: not such a name. */
static int
month_end(const char *name, int64_t *ret_sec)
{
	char date[JIT_TIME_SIZE];
	int64_t first;
	int n = snprintf(date, sizeof(date), "%s-01", name);

	if (n != (int)strlen("YYYY-MM-DD") || jit_parse_date_end(date, &first) < 0)
		return -EINVAL;
	*ret_sec = first + 30 * 86400;
	return 0;
}

/* Removes the plain files of a directory that were last written before a moment. */
static void
files_remove(int dirfd, int64_t before_sec)
{
	int fd = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir) {
		jit_closep(&fd);
		return;
	}
	while ((entry = readdir(dir))) {
		struct stat st;

		if (fstatat(dirfd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISREG(st.st_mode) && st.st_mtime < before_sec)
			(void)unlinkat(dirfd, entry->d_name, 0);
	}
	closedir(dir);
}

static void
months_remove(const struct jit_site *site, int archive, int64_t before_sec)
{
	int fd = fcntl(archive, F_DUPFD_CLOEXEC, 3);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir) {
		jit_closep(&fd);
		return;
	}
	while ((entry = readdir(dir))) {
		_cleanup_close_ int month = -1;
		int64_t end;

		if (month_end(entry->d_name, &end) < 0 || end >= before_sec)
			continue;
		month = jit_dir_open(archive, entry->d_name, site->owner);
		if (month < 0)
			continue;
		files_remove(month, INT64_MAX);
		(void)unlinkat(archive, entry->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

/* The time by which things are over: a wall clock that was set forward, and that nothing
 * keeps, must not make the host forget; how far it may have come says the mark. */
static int
trim_time(const struct jit_site *site, const struct jit_now *now, struct jit_now *ret)
{
	struct jit_clock_mark mark, moved;
	int r = jit_store_clock_mark(site, &mark);

	if (r < 0)
		return r;
	moved = mark;
	(void)jit_clock_mark_advance(&mark, now, &moved);
	*ret = *now;
	if (moved.wall_sec < ret->wall_sec)
		ret->wall_sec = moved.wall_sec;
	return 0;
}

static void
trim(const struct jit_site *site, int64_t keep_sec, const struct jit_now *now)
{
	static const char *const spent[] = { "revoked", "uses", "unproven" };
	_cleanup_close_ int in_run = -1;
	int64_t life = keep_sec > TOKEN_LIFE_SEC ? keep_sec : TOKEN_LIFE_SEC;
	_cleanup_close_ int archive = -1;

	archive = jit_dir_open(site->lib, "archive", site->owner);
	if (archive >= 0)
		months_remove(site, archive, now->wall_sec - keep_sec);
	jit_break_glass_trim(site, now->wall_sec - keep_sec);
	jit_locks_trim(site, now);
	jit_requests_tidy(site);
	for (size_t i = 0; i < ARRAY_SIZE(spent); i++) {
		_cleanup_close_ int dirfd =
			jit_dir_open(site->lib, spent[i], site->owner);

		if (dirfd >= 0)
			files_remove(dirfd, now->wall_sec - life);
	}
	/* of host-signed grants, which never last longer than this */
	in_run = site->run < 0 ? -1 : jit_dir_open(site->run, "uses", site->owner);
	if (in_run >= 0)
		files_remove(in_run, now->wall_sec - JIT_CEILING_GRANT_SEC - 86400);
}

void
jit_store_trim(const struct jit_site *site, int64_t keep_sec, const struct jit_now *now)
{
	struct jit_now then;

	if (site->lib >= 0 && trim_time(site, now, &then) == 0)
		trim(site, keep_sec, &then);
}
