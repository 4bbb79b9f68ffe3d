/*
 * libjit/bound.c: what ends something that runs.
 */
#include "libjit/file.h"
#include "test.h"
#include "world.h"

#define KID "k4.pid.0123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"

static struct jit_access access_;
static char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1];

static struct jit_bound
bound_of(bool by_host)
{
	return (struct jit_bound){
		.id = WORLD_BOOT,
		.by_host = by_host,
		.subject = "bob",
		.role = "root",
		.kid = KID,
	};
}

static int
ended(const struct jit_bound *bound)
{
	by[0] = reason[0] = '\0';
	return jit_access_ended(&access_.site, bound, &access_.now, by, reason);
}

static void
close_world(void)
{
	jit_access_close(&access_);
	world_clean();
}

static void
test_tombstones(void)
{
	static const struct {
		const char *name;
		bool tomb_by_host, bound_by_host;
		const char *whose;
		int result;
	} rows[] = {
		{ "a brought one", false, false, "", 1 },
		{ "a host's one", true, true, "", 1 },
		{ "a host's one, ended from outside", false, true, "", 1 },
		{ "another's", true, false, "", 0 },
		{ "one's own", false, false, "bob", 1 },
		{ "another person's of this id", false, false, "alice", 0 },
		{ "another person's that a host made", true, true, "alice", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_bound bound = bound_of(rows[i].bound_by_host);
		struct jit_grant g = { .by_host = rows[i].tomb_by_host };

		test_row(rows[i].name);
		world_open(&access_);
		strcpy(g.sub, rows[i].whose);
		ASSERT_EQ_INT(ended(&bound), 0);
		ASSERT_OK(jit_store_end(&access_.site, &g, WORLD_BOOT, "carol",
			"wrong host", &access_.now));
		ASSERT_EQ_INT(ended(&bound), rows[i].result);
		if (rows[i].result) {
			ASSERT_EQ_STR(by, "carol");
			ASSERT_EQ_STR(reason, "wrong host");
		}
		bound.id[0] = '\0'; /* under no grant: nothing but locks */
		ASSERT_EQ_INT(ended(&bound), 0);
		close_world();
	}
	test_row(NULL);
}

static void
test_locks(void)
{
	static const struct {
		enum jit_lock_kind kind;
		const char *name, *reason, *says;
		int result;
	} rows[] = {
		{ JIT_LOCK_USER, "bob", "left", "locked: left", 1 },
		{ JIT_LOCK_USER, "alice", "left", "", 0 },
		{ JIT_LOCK_ROLE, "root", "", "locked", 1 },
		{ JIT_LOCK_ROLE, "bob", "", "", 0 },
		{ JIT_LOCK_KEY, KID, "stolen", "locked: stolen", 1 },
		{ JIT_LOCK_ALL, "", "stop", "locked: stop", 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_bound bound = bound_of(true);
		struct jit_lock lock = { .kind = rows[i].kind, .by = "root" };

		test_row(rows[i].says);
		world_open(&access_);
		snprintf(lock.name, sizeof(lock.name), "%s", rows[i].name);
		snprintf(lock.reason, sizeof(lock.reason), "%s", rows[i].reason);
		lock.until_sec = WORLD_NOW + 60;
		lock.until_boot_ms = WORLD_BOOT_MS + 60000;
		memcpy(lock.boot, WORLD_BOOT, sizeof(lock.boot));
		ASSERT_OK(jit_lock_add(&access_.site, &lock));
		ASSERT_EQ_INT(ended(&bound), rows[i].result);
		ASSERT_EQ_STR(reason, rows[i].says);
		ASSERT_EQ_STR(by, rows[i].result ? "root" : "");
		access_.now.boot_ms += 60000; /* its term is over */
		ASSERT_EQ_INT(ended(&bound), 0);
		close_world();
	}
	test_row(NULL);
}

static void
test_a_long_reason(void)
{
	struct jit_bound bound = bound_of(true);
	struct jit_lock lock = { .kind = JIT_LOCK_ALL, .by = "root" };

	world_open(&access_);
	memset(lock.reason, 'a', JIT_REASON_MAX);
	ASSERT_OK(jit_lock_add(&access_.site, &lock));
	ASSERT_EQ_INT(ended(&bound), 1);
	ASSERT_CONTAINS(reason, "locked: aaa");
	close_world();
}

/* Whoever cannot look must not go on. */
static void
test_what_cannot_be_seen(void)
{
	static const char *const dirs[] = { "lib/locks", "lib/revoked" };
	struct jit_bound bound = bound_of(false);

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		_cleanup_free_ char *from = NULL;

		test_row(dirs[i]);
		world_open(&access_);
		from = strdup(world_path(dirs[i]));
		ASSERT_EQ_INT(rename(from, world_path("lib/elsewhere")), 0);
		ASSERT_ERR(ended(&bound), ENOENT);
		close_world();
	}
	test_row(NULL);
	world_open(&access_);
	ASSERT_EQ_INT(rmdir(world_path("lib/locks")), 0);
	test_file_write(world_path("lib/locks"), 0600, "x", 1);
	ASSERT_ERR(ended(&bound), ENOTDIR);
	close_world();
	world_open(&access_);
	test_file_write(world_path("lib/locks/all"), 0600, "x", 1);
	ASSERT_ERR(ended(&bound), EBADMSG);
	close_world();
	world_open(&access_);
	test_file_write(world_path("lib/revoked/" WORLD_BOOT ".end"), 0600, "x", 1);
	ASSERT_ERR(ended(&bound), EBADMSG);
	close_world();
}

TEST_MAIN(TEST(test_tombstones), TEST(test_locks), TEST(test_a_long_reason),
	TEST(test_what_cannot_be_seen))
