/*
 * Locks on disk. Runs as: root.
 *
 * MUST deny by an error what cannot be read: a lock that nobody can read may be one.
 */
#include "lock.h"

#include <errno.h>
#include <string.h>

#include "file.h"
#include "parse.h"
#include "state.h"

static const char *const kind_names[] = {
	[JIT_LOCK_NONE] = "",
	[JIT_LOCK_USER] = "user",
	[JIT_LOCK_ROLE] = "role",
	[JIT_LOCK_KEY] = "key",
	[JIT_LOCK_ALL] = "all",
};

enum { LOCK_FILE_SIZE = sizeof("locks/user-") + JIT_NAME_MAX };

const char *
jit_lock_kind_name(enum jit_lock_kind kind)
{
	return kind < ARRAY_SIZE(kind_names) ? kind_names[kind] : "";
}

void
jit_locks_done(struct jit_locks *locks)
{
	free(locks->v);
	*locks = (struct jit_locks){ 0 };
}

/* A key's id has the form of a name (k4.pid.… in base64url), so one check is enough. */
static bool
name_is_sound(enum jit_lock_kind kind, const char *name)
{
	switch (kind) {
	case JIT_LOCK_USER:
	case JIT_LOCK_ROLE: return jit_name_valid(name);
	case JIT_LOCK_KEY: return strlen(name) == JIT_KID_LEN && jit_name_valid(name);
	case JIT_LOCK_ALL: return !name[0];
	case JIT_LOCK_NONE: break;
	}
	return false;
}

/* `user-bob`, `role-root`, `key-k4.pid.…`, `all`. -EINVAL: nothing that can be locked. */
static int
file_name(enum jit_lock_kind kind, const char *name, char ret[LOCK_FILE_SIZE])
{
	if (!name_is_sound(kind, name))
		return -EINVAL;
	(void)snprintf(ret, LOCK_FILE_SIZE, "%s%s%s", kind_names[kind],
		kind == JIT_LOCK_ALL ? "" : "-", name);
	return 0;
}

/* Which kind a file is of; NONE: no lock (a temporary). */
static enum jit_lock_kind
file_kind(const char *file)
{
	for (size_t i = JIT_LOCK_USER; i < ARRAY_SIZE(kind_names); i++) {
		size_t len = strlen(kind_names[i]);

		if (strncmp(file, kind_names[i], len) == 0 &&
			file[len] == (i == JIT_LOCK_ALL ? '\0' : '-'))
			return (enum jit_lock_kind)i;
	}
	return JIT_LOCK_NONE;
}

static int
locks_open(const struct jit_site *site)
{
	return site->lib < 0 ? site->lib : jit_dir_open(site->lib, "locks", site->owner);
}

/* ---- reading ---- */

static int
lock_read(const struct jit_site *site, int dirfd, const char *file, struct jit_lock *ret)
{
	json_auto_t *object = NULL;
	struct jit_lock lock = { .kind = file_kind(file) };
	char expected[LOCK_FILE_SIZE];
	int r = jit_state_read(dirfd, file, site->owner, &object);

	if (r < 0)
		return r;
	if (jit_state_string(object, "name", lock.name, sizeof(lock.name)) < 0 ||
		jit_state_string(object, "by", lock.by, sizeof(lock.by)) < 0 ||
		jit_state_string(object, "reason", lock.reason, sizeof(lock.reason)) <
			0 ||
		jit_state_integer(object, "since", &lock.since_sec) < 0 ||
		jit_state_integer(object, "until", &lock.until_sec) < 0 ||
		jit_state_string(object, "boot", lock.boot, sizeof(lock.boot)) < 0 ||
		jit_state_integer(object, "until_boot_ms", &lock.until_boot_ms) < 0 ||
		file_name(lock.kind, lock.name, expected) < 0 ||
		!jit_streq(expected, file))
		return -EBADMSG;
	*ret = lock;
	return 0;
}

/* Within the boot that it was made in, its clock alone counts: nobody can set that. */
static bool
lock_in_force(const struct jit_lock *lock, const struct jit_now *now)
{
	if (lock->until_sec == 0)
		return true;
	if (jit_streq(lock->boot, now->boot_id))
		return now->boot_ms < lock->until_boot_ms;
	return now->wall_sec < lock->until_sec;
}

static int
locks_add(struct jit_locks *locks, const struct jit_lock *lock)
{
	struct jit_lock *v = reallocarray(locks->v, locks->n + 1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	locks->v = v;
	locks->v[locks->n++] = *lock;
	return 0;
}

/* Each lock's file; a handler's error ends it. */
static int
each_file(const struct jit_site *site,
	int (*handle)(void *arg, int dirfd, const char *file), void *arg)
{
	_cleanup_dir_ DIR *dir = NULL;
	const struct dirent *entry;
	int fd = locks_open(site), r = jit_dir_stream(fd, &dir);

	if (r < 0)
		return r;
	while (errno = 0, (entry = readdir(dir))) {
		r = file_kind(entry->d_name) == JIT_LOCK_NONE
			? 0
			: handle(arg, fd, entry->d_name);
		if (r < 0)
			return r;
	}
	return -errno;
}

struct loading {
	const struct jit_site *site;
	const struct jit_now *now;
	struct jit_locks locks;
	size_t seen;
};

static int
load_one(void *arg, int dirfd, const char *file)
{
	struct loading *loading = arg;
	struct jit_lock lock;
	int r;

	if (++loading->seen > JIT_LOCKS_MAX)
		return -E2BIG;
	r = lock_read(loading->site, dirfd, file, &lock);
	if (r == -ENOENT)
		return 0; /* unlocked just now */
	if (r < 0)
		return r;
	return lock_in_force(&lock, loading->now) ? locks_add(&loading->locks, &lock) : 0;
}

int
jit_locks_load(
	const struct jit_site *site, const struct jit_now *now, struct jit_locks *ret)
{
	struct loading loading = { .site = site, .now = now };
	int r = each_file(site, load_one, &loading);

	if (r < 0)
		jit_locks_done(&loading.locks);
	else
		*ret = loading.locks;
	return r;
}

const struct jit_lock *
jit_locks_find(const struct jit_locks *locks, enum jit_lock_kind kind, const char *name)
{
	for (size_t i = 0; i < locks->n; i++)
		if (locks->v[i].kind == kind && jit_streq(locks->v[i].name, name))
			return &locks->v[i];
	return NULL;
}

int
jit_lock_there(const struct jit_site *site, enum jit_lock_kind kind, const char *name)
{
	char file[LOCK_FILE_SIZE], path[sizeof("locks/") + LOCK_FILE_SIZE];
	int r = file_name(kind, name, file);

	if (r < 0 || site->lib < 0)
		return r < 0 ? r : site->lib;
	(void)snprintf(path, sizeof(path), "locks/%s", file);
	return jit_file_there(site->lib, path);
}

/* ---- writing ---- */

static int
count_one(void *arg, int dirfd, const char *file)
{
	size_t *n = arg;

	(void)dirfd, (void)file;
	++*n;
	return 0;
}

int
jit_lock_add(const struct jit_site *site, const struct jit_lock *lock)
{
	_cleanup_close_ int dirfd = -1;
	char file[LOCK_FILE_SIZE];
	size_t n = 0;
	int r = file_name(lock->kind, lock->name, file);

	if (r < 0)
		return r;
	dirfd = locks_open(site);
	if (dirfd < 0)
		return dirfd;
	/* jit_locks_trim must not take away the one that takes the place of an old one */
	r = jit_file_lock(dirfd);
	if (r == 0)
		r = each_file(site, count_one, &n);
	if (r < 0)
		return r;
	/* one more than can be read would shut everything */
	if (n >= JIT_LOCKS_MAX && jit_file_there(dirfd, file) <= 0)
		return -E2BIG;
	return jit_state_replace(dirfd, file,
		json_pack("{s:s, s:s, s:s, s:I, s:I, s:s, s:I}", "name", lock->name, "by",
			lock->by, "reason", lock->reason, "since",
			(json_int_t)lock->since_sec, "until", (json_int_t)lock->until_sec,
			"boot", lock->boot, "until_boot_ms",
			(json_int_t)lock->until_boot_ms));
}

int
jit_lock_remove(const struct jit_site *site, enum jit_lock_kind kind, const char *name)
{
	_cleanup_close_ int dirfd = -1;
	char file[LOCK_FILE_SIZE];
	int r = file_name(kind, name, file);

	if (r < 0)
		return r;
	dirfd = locks_open(site);
	return dirfd < 0 ? dirfd : jit_file_remove(dirfd, file);
}

static int
trim_one(void *arg, int dirfd, const char *file)
{
	struct loading *loading = arg;
	struct jit_lock lock;

	if (lock_read(loading->site, dirfd, file, &lock) == 0 &&
		!lock_in_force(&lock, loading->now))
		(void)!jit_file_remove(dirfd, file);
	return 0;
}

void
jit_locks_trim(const struct jit_site *site, const struct jit_now *now)
{
	struct loading loading = { .site = site, .now = now };
	_cleanup_close_ int dirfd = locks_open(site);

	if (dirfd >= 0 && jit_file_lock(dirfd) == 0)
		(void)each_file(site, trim_one, &loading);
}
