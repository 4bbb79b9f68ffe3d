/*
 * libjit/lock.c: what is locked stays so for its term, by the clock that nobody can set.
 */
#include <poll.h>
#include <sys/wait.h>

#include "libjit/file.h"
#include "libjit/lock.h"
#include "test.h"
#include "world.h"

#define KID "k4.pid.0123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"
#define OTHER_BOOT "ffffffffffffffffffffffffffffffff"

static struct jit_site site;
static struct jit_now now;

static void
open_world(void)
{
	world_site(&site);
	now = (struct jit_now){
		.wall_sec = WORLD_NOW, .boot_ms = WORLD_BOOT_MS, .boot_id = WORLD_BOOT
	};
}

static void
close_world(void)
{
	jit_site_close(&site);
	world_clean();
}

static struct jit_lock
lock_of(enum jit_lock_kind kind, const char *name)
{
	struct jit_lock lock = {
		.kind = kind,
		.by = "root",
		.reason = "lost laptop",
		.since_sec = WORLD_NOW,
		.boot = WORLD_BOOT,
	};

	snprintf(lock.name, sizeof(lock.name), "%s", name);
	return lock;
}

static size_t
in_force(void)
{
	_cleanup_locks_ struct jit_locks locks = { 0 };

	ASSERT_OK(jit_locks_load(&site, &now, &locks));
	return locks.n;
}

static void
test_each_kind(void)
{
	static const struct {
		enum jit_lock_kind kind;
		const char *name, *file, *word;
	} rows[] = {
		{ JIT_LOCK_USER, "bob", "lib/locks/user-bob", "user" },
		{ JIT_LOCK_ROLE, "root", "lib/locks/role-root", "role" },
		{ JIT_LOCK_KEY, KID, "lib/locks/key-" KID, "key" },
		{ JIT_LOCK_ALL, "", "lib/locks/all", "all" },
	};

	ASSERT_EQ_UINT(strlen(KID), JIT_KID_LEN);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_lock lock = lock_of(rows[i].kind, rows[i].name);
		_cleanup_locks_ struct jit_locks locks = { 0 };
		const struct jit_lock *found;

		test_row(rows[i].word);
		open_world();
		ASSERT_EQ_STR(jit_lock_kind_name(rows[i].kind), rows[i].word);
		ASSERT_EQ_INT(jit_lock_there(&site, rows[i].kind, rows[i].name), 0);
		ASSERT_OK(jit_lock_add(&site, &lock));
		ASSERT_EQ_INT(access(world_path(rows[i].file), F_OK), 0);
		ASSERT_EQ_INT(jit_lock_there(&site, rows[i].kind, rows[i].name), 1);
		ASSERT_OK(jit_locks_load(&site, &now, &locks));
		ASSERT_EQ_UINT(locks.n, 1);
		found = jit_locks_find(&locks, rows[i].kind, rows[i].name);
		ASSERT_TRUE(found != NULL);
		ASSERT_EQ_STR(found->by, "root");
		ASSERT_EQ_STR(found->reason, "lost laptop");
		ASSERT_EQ_INT(found->since_sec, WORLD_NOW);
		ASSERT_TRUE(jit_locks_find(&locks, JIT_LOCK_USER, "alice") == NULL);
		ASSERT_TRUE(jit_locks_find(&locks, JIT_LOCK_ROLE, "bob") == NULL);
		ASSERT_OK(jit_lock_remove(&site, rows[i].kind, rows[i].name));
		ASSERT_ERR(jit_lock_remove(&site, rows[i].kind, rows[i].name), ENOENT);
		ASSERT_EQ_UINT(in_force(), 0);
		close_world();
	}
	test_row(NULL);
}

static void
test_names_that_are_none(void)
{
	static const struct {
		enum jit_lock_kind kind;
		const char *name;
	} rows[] = {
		{ JIT_LOCK_USER, "" },
		{ JIT_LOCK_USER, "../root" },
		{ JIT_LOCK_USER, "a/b" },
		{ JIT_LOCK_USER, ".bob" },
		{ JIT_LOCK_ROLE, "*" },
		{ JIT_LOCK_KEY, "bob" },
		{ JIT_LOCK_KEY, "../../../../../../../../../../../../../../../../etcs" },
		{ JIT_LOCK_ALL, "bob" },
		{ JIT_LOCK_NONE, "bob" },
		{ (enum jit_lock_kind)9, "bob" },
	};

	open_world();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_lock lock = lock_of(rows[i].kind, rows[i].name);

		test_row(rows[i].name);
		ASSERT_ERR(jit_lock_add(&site, &lock), EINVAL);
		ASSERT_ERR(jit_lock_remove(&site, rows[i].kind, rows[i].name), EINVAL);
		ASSERT_ERR(jit_lock_there(&site, rows[i].kind, rows[i].name), EINVAL);
	}
	test_row(NULL);
	ASSERT_EQ_UINT(in_force(), 0);
	close_world();
}

/* Ten minutes, made at WORLD_NOW. */
static void
test_terms(void)
{
	static const struct {
		const char *name;
		int64_t wall_later, boot_later_ms;
		const char *boot;
		bool locked;
	} rows[] = {
		{ "at once", 0, 0, WORLD_BOOT, true },
		{ "a moment before its end", 599, 599999, WORLD_BOOT, true },
		{ "at its end", 600, 600000, WORLD_BOOT, false },
		{ "the wall clock set forward", 86400, 1000, WORLD_BOOT, true },
		{ "the wall clock set back", -86400, 600000, WORLD_BOOT, false },
		{ "after a reboot, before its end", 599, -4000000, OTHER_BOOT, true },
		{ "after a reboot, at its end", 600, -4000000, OTHER_BOOT, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_lock lock = lock_of(JIT_LOCK_USER, "bob");

		test_row(rows[i].name);
		open_world();
		lock.until_sec = WORLD_NOW + 600;
		lock.until_boot_ms = WORLD_BOOT_MS + 600000;
		ASSERT_OK(jit_lock_add(&site, &lock));
		now.wall_sec += rows[i].wall_later;
		now.boot_ms += rows[i].boot_later_ms;
		memcpy(now.boot_id, rows[i].boot, sizeof(now.boot_id));
		ASSERT_EQ_UINT(in_force(), rows[i].locked);
		jit_locks_trim(&site, &now);
		ASSERT_EQ_INT(
			jit_lock_there(&site, JIT_LOCK_USER, "bob"), rows[i].locked);
		close_world();
	}
	test_row(NULL);
}

static void
test_no_term(void)
{
	struct jit_lock lock = lock_of(JIT_LOCK_ALL, "");

	open_world();
	ASSERT_OK(jit_lock_add(&site, &lock));
	now.wall_sec += 3650 * 86400;
	now.boot_ms += INT64_C(3650) * 86400 * 1000;
	ASSERT_EQ_UINT(in_force(), 1);
	jit_locks_trim(&site, &now);
	ASSERT_EQ_UINT(in_force(), 1);
	close_world();
}

static void
test_a_newer_one_replaces(void)
{
	struct jit_lock lock = lock_of(JIT_LOCK_USER, "bob");
	_cleanup_locks_ struct jit_locks locks = { 0 };

	open_world();
	ASSERT_OK(jit_lock_add(&site, &lock));
	strcpy(lock.reason, "left");
	ASSERT_OK(jit_lock_add(&site, &lock));
	ASSERT_OK(jit_locks_load(&site, &now, &locks));
	ASSERT_EQ_UINT(locks.n, 1);
	ASSERT_EQ_STR(locks.v[0].reason, "left");
	close_world();
}

/* What cannot be read may be a lock: an error, which denies. */
static void
test_what_cannot_be_read(void)
{
	static const struct {
		const char *name, *file, *text;
		mode_t mode;
		int error;
	} rows[] = {
		{ "no JSON", "lib/locks/user-bob", "x", 0600, EBADMSG },
		{ "empty", "lib/locks/all", "", 0600, EBADMSG },
		{ "others may write", "lib/locks/role-x", "{}", 0622, EPERM },
		{ "another's content", "lib/locks/user-bob",
			"{\"format\":1,\"name\":\"alice\",\"by\":\"root\",\"reason\":"
			"\"\","
			"\"since\":1,\"until\":0,\"boot\":\"\",\"until_boot_ms\":0}",
			0600, EBADMSG },
	};
	_cleanup_locks_ struct jit_locks locks = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		test_row(rows[i].name);
		open_world();
		test_file_write(world_path(rows[i].file), rows[i].mode, rows[i].text,
			strlen(rows[i].text));
		ASSERT_ERR(jit_locks_load(&site, &now, &locks), rows[i].error);
		ASSERT_EQ_UINT(locks.n, 0);
		close_world();
	}
	test_row(NULL);
	open_world();
	test_file_write(world_path("lib/locks/.new-0"), 0600, "x", 1);
	test_file_write(world_path("lib/locks/README"), 0600, "x", 1);
	ASSERT_EQ_UINT(in_force(), 0); /* no locks */
	ASSERT_EQ_INT(rename(world_path("lib/locks"), world_path("lib/gone")), 0);
	ASSERT_ERR(jit_locks_load(&site, &now, &locks), ENOENT);
	close_world();
}

static void
test_no_more_than_can_be_read(void)
{
	struct jit_lock lock = lock_of(JIT_LOCK_USER, "u");

	open_world();
	for (int i = 0; i < JIT_LOCKS_MAX; i++) {
		char name[64];

		snprintf(name, sizeof(name), "lib/locks/user-u%d", i);
		test_file_write(world_path(name), 0600, "", 0);
	}
	ASSERT_ERR(jit_lock_add(&site, &lock), E2BIG);
	strcpy(lock.name, "u7"); /* there is one */
	ASSERT_OK(jit_lock_add(&site, &lock));
	close_world();
}

static void
trim(void)
{
	jit_locks_trim(&site, &now);
}

static void
add(void)
{
	struct jit_lock lock = lock_of(JIT_LOCK_USER, "bob");

	ASSERT_OK(jit_lock_add(&site, &lock));
}

/* What takes away an old lock must not come between the look at it and a new one in its
 * place: each waits for the other. */
static void
test_trimming_and_adding_wait_for_each_other(void)
{
	static const struct {
		const char *name;
		void (*act)(void);
	} rows[] = { { "trimming", trim }, { "adding", add } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_lock old = lock_of(JIT_LOCK_USER, "bob");
		struct pollfd done = { -1, POLLIN, 0 };
		int ends[2], status, dirfd;

		test_row(rows[i].name);
		open_world();
		old.until_sec = WORLD_NOW - 1;
		old.until_boot_ms = WORLD_BOOT_MS - 1000;
		ASSERT_OK(jit_lock_add(&site, &old));
		dirfd = jit_dir_open(site.lib, "locks", site.owner);
		ASSERT_OK(jit_file_lock(dirfd));
		ASSERT_EQ_INT(pipe(ends), 0);
		fflush(stdout);
		if (fork() == 0) {
			close(ends[0]);
			close(dirfd);
			rows[i].act();
			_exit(0);
		}
		close(ends[1]); /* the other one is closed when it has done it */
		done.fd = ends[0];
		ASSERT_EQ_INT(poll(&done, 1, 200), 0);
		ASSERT_EQ_INT(jit_lock_there(&site, JIT_LOCK_USER, "bob"), 1);
		ASSERT_EQ_UINT(in_force(), 0);
		close(dirfd);
		ASSERT_TRUE(wait(&status) > 0);
		ASSERT_EQ_INT(status, 0);
		ASSERT_EQ_INT(
			jit_lock_there(&site, JIT_LOCK_USER, "bob"), rows[i].act == add);
		close(ends[0]);
		close_world();
	}
	test_row(NULL);
}

TEST_MAIN(TEST(test_each_kind), TEST(test_names_that_are_none), TEST(test_terms),
	TEST(test_no_term), TEST(test_a_newer_one_replaces),
	TEST(test_what_cannot_be_read), TEST(test_no_more_than_can_be_read),
	TEST(test_trimming_and_adding_wait_for_each_other))
