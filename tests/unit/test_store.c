/*
 * libjit/store.c, tombstone.c, mark.c, session.c: what lies on disk is believed only as
 * far as it verifies.
 */
#include "libjit/file.h"
#include "libjit/store.h"
#include "test.h"
#include "world.h"

#include <poll.h>

static struct jit_access access_;

static size_t
load(size_t *ret_skipped)
{
	struct jit_held_list list = { 0 };
	size_t n;

	ASSERT_OK(jit_store_load(&access_.site, &access_.keys, &access_.subject,
		&access_.now, &list, ret_skipped));
	n = list.n;
	jit_held_list_done(&list);
	return n;
}

static char *
grant_path(const char *place, const struct jit_grant *grant)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s/grants/%d/%s", world_root(), place,
		WORLD_SUBJECT_UID, grant->jti);
	return path;
}

/* Written at the world's own time. */
static void
date(const char *path)
{
	struct timespec times[2] = { { .tv_sec = WORLD_NOW }, { .tv_sec = WORLD_NOW } };

	ASSERT_EQ_INT(utimensat(AT_FDCWD, path, times, 0), 0);
}

static struct jit_grant
bring(void)
{
	struct jit_grant g = world_grant();
	_cleanup_free_ char *token = world_token(&g, "carol");

	ASSERT_OK(jit_store_add_brought(
		&access_.site, &access_.subject, &g, token, &access_.now, WORLD_NOW));
	date(grant_path("lib", &g));
	return g;
}

static struct jit_grant
make(void)
{
	struct jit_grant g = {
		.by_host = true,
		.iss = "host",
		.sub = "bob",
		.aud = WORLD_HOST,
		.role = "packages",
		.via = JIT_VIA_AUTO,
		.iat = WORLD_NOW,
		.boot = WORLD_BOOT,
		.from_ms = WORLD_BOOT_MS,
		.to_ms = WORLD_BOOT_MS + 600000,
	};
	_cleanup_free_ char *token = NULL;

	jit_grant_new_id(g.jti);
	token = world_token(&g, "host");
	ASSERT_OK(jit_store_add_host(&access_.site, &access_.subject, &g, token));
	date(grant_path("run", &g));
	return g;
}

/* Ends every test: nothing is left for the next. */
static void
clean(void)
{
	jit_access_close(&access_);
	world_clean();
}

static void
test_both_kinds_come_back(void)
{
	struct jit_held_list list = { 0 };

	world_open(&access_);
	bring();
	make();
	ASSERT_OK(jit_store_load(&access_.site, &access_.keys, &access_.subject,
		&access_.now, &list, NULL));
	ASSERT_EQ_UINT(list.n, 2);
	for (size_t i = 0; i < list.n; i++) {
		if (list.v[i].grant.by_host)
			continue;
		ASSERT_EQ_STR(list.v[i].grant.iss, "carol");
		ASSERT_EQ_INT(list.v[i].start_sec, WORLD_NOW);
		ASSERT_EQ_INT(list.v[i].start_boot_ms, WORLD_BOOT_MS);
		ASSERT_EQ_STR(list.v[i].start_boot, WORLD_BOOT);
	}
	jit_held_list_done(&list);
	clean();
}

/* "Start is written once": the same token again moves nothing. */
static void
test_a_second_time_is_refused(void)
{
	struct jit_grant g;
	_cleanup_free_ char *token = NULL;

	world_open(&access_);
	g = bring();
	token = world_token(&g, "carol");
	ASSERT_ERR(jit_store_add_brought(&access_.site, &access_.subject, &g, token,
			   &access_.now, WORLD_NOW + 500),
		EEXIST);
	ASSERT_EQ_UINT(load(NULL), 1);
	clean();
}

static void
test_what_root_did_not_write_is_passed_over(void)
{
	struct jit_grant g;
	size_t skipped = 0, len;
	_cleanup_free_ char *text = NULL;

	world_open(&access_);
	g = bring();
	text = test_file_read(grant_path("lib", &g), &len);
	for (size_t cut = 0; cut < len; cut += 7) {
		test_file_write(grant_path("lib", &g), 0600, text, cut);
		ASSERT_EQ_UINT(load(&skipped), 0);
		ASSERT_EQ_UINT(skipped, 1);
	}
	test_file_write(grant_path("lib", &g), 0600, text, len);
	ASSERT_EQ_UINT(load(NULL), 1);
	ASSERT_EQ_INT(chmod(grant_path("lib", &g), 0640), 0);
	ASSERT_EQ_UINT(load(NULL), 0);
	ASSERT_EQ_INT(unlink(grant_path("lib", &g)), 0);
	ASSERT_EQ_INT(mkfifo(grant_path("lib", &g), 0600), 0);
	ASSERT_EQ_UINT(load(NULL), 0);
	ASSERT_EQ_INT(unlink(grant_path("lib", &g)), 0);
	ASSERT_EQ_INT(symlink("/etc/passwd", grant_path("lib", &g)), 0);
	ASSERT_EQ_UINT(load(NULL), 0);
	clean();
}

/* CVE-2023-42456 and a reused uid: a file must be where its token says, for its user. */
static void
test_a_file_in_another_place_is_none(void)
{
	struct jit_grant g, host;
	char from[256];

	world_open(&access_);
	g = bring();
	host = make();
	ASSERT_EQ_UINT(load(NULL), 2);
	strcpy(from, grant_path("lib", &g));
	ASSERT_EQ_INT(rename(from, grant_path("run", &g)), 0); /* brought in, in /run */
	ASSERT_EQ_UINT(load(NULL), 1);
	ASSERT_EQ_INT(rename(grant_path("run", &g), from), 0);
	strcpy(from, grant_path("lib", &g));
	g.jti[0] = g.jti[0] == 'a' ? 'b' : 'a';
	ASSERT_EQ_INT(rename(from, grant_path("lib", &g)), 0); /* another name */
	ASSERT_EQ_UINT(load(NULL), 1);
	strcpy(access_.subject.name, "alice"); /* the uid has another owner now */
	ASSERT_EQ_UINT(load(NULL), 0);
	(void)host;
	clean();
}

static void
test_a_directory_that_others_may_write_is_an_error(void)
{
	struct jit_held_list list = { 0 };

	world_open(&access_);
	bring();
	ASSERT_EQ_INT(chmod(world_path("lib/grants"), 0777), 0);
	ASSERT_ERR(jit_store_load(&access_.site, &access_.keys, &access_.subject,
			   &access_.now, &list, NULL),
		EPERM);
	clean();
}

/* A person who was taken out of trusted_keys: gone at the next use. */
static void
test_keys_of_now(void)
{
	struct jit_grant g;
	_cleanup_free_ char *token = NULL;

	world_open(&access_);
	g = world_grant();
	strcpy(g.iss, "stranger");
	token = world_token(&g, "stranger");
	ASSERT_OK(jit_store_add_brought(
		&access_.site, &access_.subject, &g, token, &access_.now, WORLD_NOW));
	ASSERT_EQ_UINT(load(NULL), 0);
	free(token);
	g = world_grant();
	strcpy(g.iss, "frank"); /* valid-before has passed */
	token = world_token(&g, "frank");
	ASSERT_OK(jit_store_add_brought(
		&access_.site, &access_.subject, &g, token, &access_.now, WORLD_NOW));
	ASSERT_EQ_UINT(load(NULL), 0);
	free(token);
	g = world_grant();
	strcpy(g.iss, "erin"); /* trusted, but not for jit-grant */
	token = world_token(&g, "erin");
	ASSERT_OK(jit_store_add_brought(
		&access_.site, &access_.subject, &g, token, &access_.now, WORLD_NOW));
	ASSERT_EQ_UINT(load(NULL), 0);
	clean();
}

static void
test_tombstones(void)
{
	struct jit_grant g, host;
	struct jit_held_list list = { 0 };
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1];

	world_open(&access_);
	g = bring();
	host = make();
	ASSERT_EQ_INT(jit_store_ended(&access_.site, g.jti, NULL, false, by, reason), 0);
	ASSERT_OK(jit_store_end(
		&access_.site, &g, g.jti, "carol", "wrong host", &access_.now));
	ASSERT_OK(
		jit_store_end(&access_.site, &host, host.jti, "bob", NULL, &access_.now));
	/* the first word stays */
	ASSERT_OK(jit_store_end(&access_.site, &g, g.jti, "mallory", "x", &access_.now));
	ASSERT_EQ_INT(jit_store_ended(&access_.site, g.jti, NULL, false, by, reason), 1);
	ASSERT_EQ_STR(by, "carol");
	ASSERT_EQ_STR(reason, "wrong host");
	ASSERT_EQ_INT(
		jit_store_ended(&access_.site, host.jti, NULL, true, by, reason), 1);
	ASSERT_EQ_INT(access(world_path("run/uses"), F_OK), 0);
	ASSERT_OK(jit_store_load(&access_.site, &access_.keys, &access_.subject,
		&access_.now, &list, NULL));
	ASSERT_EQ_UINT(list.n, 2);
	ASSERT_TRUE(list.v[0].ended && list.v[1].ended);
	jit_held_list_done(&list);
	clean();
}

/* Ids are chosen by who signs: a tombstone counts for its subject's grants. Of two for one
 * id each counts. */
static void
test_whose_tombstone_it_is(void)
{
	static const struct {
		const char *first, *second; /* whose; "": everybody's; NULL: none */
		bool bob, alice, carol;
	} rows[] = {
		{ "bob", NULL, true, false, false },
		{ "bob", "bob", true, false, false },
		{ "bob", "alice", true, true, true },
		{ "bob", "", true, true, true },
		{ "", NULL, true, true, true },
		{ "", "bob", true, true, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *const whose[] = { rows[i].first, rows[i].second };
		char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1], row[64];
		const struct jit_site *site = &access_.site;

		snprintf(row, sizeof(row), "row %zu", i);
		test_row(row);
		world_open(&access_);
		for (size_t k = 0; k < ARRAY_SIZE(whose) && whose[k]; k++) {
			struct jit_grant g = { 0 };

			snprintf(g.sub, sizeof(g.sub), "%s", whose[k]);
			ASSERT_OK(jit_store_end(site,
				k                     ? &g
					: whose[k][0] ? &g
						      : NULL,
				WORLD_BOOT, "root", "x", &access_.now));
		}
		ASSERT_EQ_INT(jit_store_ended(site, WORLD_BOOT, "bob", false, by, reason),
			rows[i].bob);
		ASSERT_EQ_INT(
			jit_store_ended(site, WORLD_BOOT, "alice", true, by, reason),
			rows[i].alice);
		ASSERT_EQ_INT(
			jit_store_ended(site, WORLD_BOOT, "carol", false, by, reason),
			rows[i].carol);
		ASSERT_EQ_INT(
			jit_store_ended(site, WORLD_BOOT, NULL, false, by, reason), 1);
		clean();
	}
	test_row(NULL);
}

/* What a second person agreed to is not to be had again after a reboot, which takes the
 * host's grant of the same id away with its own tombstones. */
static void
test_the_end_of_agreed_break_glass(void)
{
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1];
	const struct jit_site *site = &access_.site;
	struct jit_grant g = { .by_host = true, .via = JIT_VIA_BREAK_GLASS };

	world_open(&access_);
	snprintf(g.jti, sizeof(g.jti), "%s", WORLD_BOOT);
	snprintf(g.req, sizeof(g.req), "%s", "ffffffffffffffffffffffffffffffff");
	snprintf(g.sub, sizeof(g.sub), "bob");
	ASSERT_OK(jit_store_end(site, &g, g.req, "root", "x", &access_.now));
	ASSERT_EQ_INT(jit_store_ended(site, g.req, "bob", true, by, reason), 1);
	ASSERT_EQ_INT(jit_store_ended(site, g.req, "bob", false, by, reason), 1);
	g.req[0] = '\0';
	ASSERT_OK(jit_store_end(site, &g, g.jti, "root", "x", &access_.now));
	ASSERT_EQ_INT(jit_store_ended(site, g.jti, "bob", true, by, reason), 1);
	ASSERT_EQ_INT(jit_store_ended(site, g.jti, "bob", false, by, reason), 0);
	clean();
}

/* Revoked before it was ever handed in. */
static void
test_revoked_before_seen(void)
{
	struct jit_grant g = world_grant();
	_cleanup_free_ char *token = NULL;

	world_open(&access_);
	token = world_token(&g, "carol");
	ASSERT_OK(jit_store_end(&access_.site, NULL, g.jti, "root", "", &access_.now));
	ASSERT_ERR(jit_store_add_brought(&access_.site, &access_.subject, &g, token,
			   &access_.now, WORLD_NOW),
		ESTALE);
	ASSERT_ERR(jit_store_end(&access_.site, NULL, "../x", "root", "", &access_.now),
		EINVAL);
	clean();
}

/* Nobody can tell whether it was revoked: that is not "no". */
static void
test_no_tombstone_directory_denies(void)
{
	struct jit_held_list list = { 0 };

	world_open(&access_);
	bring();
	ASSERT_EQ_INT(rmdir(world_path("lib/revoked")), 0);
	ASSERT_ERR(jit_store_load(&access_.site, &access_.keys, &access_.subject,
			   &access_.now, &list, NULL),
		ENOENT);
	clean();
}

static void
test_a_watcher_looks_within_a_second(void)
{
	int fd = jit_store_watch();
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	uint64_t times;

	ASSERT_TRUE(fd >= 0);
	ASSERT_TRUE(read(fd, &times, sizeof(times)) < 0);
	ASSERT_EQ_INT(poll(&pollfd, 1, 1000), 1);
	ASSERT_EQ_INT(read(fd, &times, sizeof(times)), sizeof(times));
	close(fd);
}

static void
test_uses_are_counted(void)
{
	struct jit_grant g = world_grant();
	struct jit_held_list list = { 0 };
	_cleanup_free_ char *token = NULL;

	world_open(&access_);
	g.uses = 2;
	token = world_token(&g, "carol");
	ASSERT_OK(jit_store_add_brought(
		&access_.site, &access_.subject, &g, token, &access_.now, WORLD_NOW));
	ASSERT_OK(jit_store_use(&access_.site, &g, 0));
	ASSERT_OK(jit_store_use(&access_.site, &g, 0));
	ASSERT_ERR(jit_store_use(&access_.site, &g, 0), EDQUOT);
	ASSERT_OK(jit_store_load(&access_.site, &access_.keys, &access_.subject,
		&access_.now, &list, NULL));
	ASSERT_EQ_UINT(list.v[0].used, 2);
	jit_held_list_done(&list);
	clean();
}

/* The grant's own limit and its role's: the smaller one holds. */
static void
test_the_smaller_limit_of_uses(void)
{
	static const struct {
		uint32_t own, roles, allowed;
	} rows[] = { { 2, 0, 2 }, { 0, 3, 3 }, { 2, 3, 2 }, { 3, 2, 2 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_grant g = world_grant();

		world_open(&access_);
		g.uses = rows[i].own;
		for (uint32_t k = 0; k < rows[i].allowed; k++)
			ASSERT_OK(jit_store_use(&access_.site, &g, rows[i].roles));
		ASSERT_ERR(jit_store_use(&access_.site, &g, rows[i].roles), EDQUOT);
		clean();
	}
}

static void
load_list(struct jit_held_list *ret)
{
	ASSERT_OK(jit_store_load(
		&access_.site, &access_.keys, &access_.subject, &access_.now, ret, NULL));
}

static int
make_room(const struct jit_held_list *list)
{
	return jit_store_make_room(&access_.site, &access_.subject, list, &access_.now);
}

static void
test_past_grants_go_to_the_archive(void)
{
	struct jit_grant g;
	struct jit_held_list list = { 0 };

	world_open(&access_);
	g = bring();
	make();
	load_list(&list);
	ASSERT_OK(make_room(&list));
	ASSERT_EQ_UINT(load(NULL), 2); /* nothing is past yet */
	access_.now.wall_sec = g.exp + JIT_CLOCK_BACK_SEC + 1;
	access_.now.boot_ms += 600000;
	ASSERT_OK(make_room(&list));
	ASSERT_EQ_UINT(load(NULL), 0);
	ASSERT_EQ_INT(access(world_path("lib/archive/2027-01"), F_OK), 0);
	jit_held_list_done(&list);
	clean();
}

/* Somebody who makes and drops grants without end hides nobody else's, nor their own. */
static void
test_dropped_grants_do_not_pile_up(void)
{
	struct jit_held_list list = { 0 };

	world_open(&access_);
	for (size_t i = 0; i < 3; i++) {
		struct jit_grant g = make();

		ASSERT_OK(
			jit_store_end(&access_.site, &g, g.jti, "bob", "", &access_.now));
	}
	load_list(&list);
	ASSERT_EQ_UINT(list.n, 3);
	ASSERT_OK(make_room(&list));
	jit_held_list_done(&list);
	ASSERT_EQ_UINT(load(NULL), 0);
	clean();
}

/* A file that no key vouches for any more goes when no key could. */
static void
test_what_nobody_vouches_for_goes_in_time(void)
{
	struct jit_held_list none = { 0 };
	struct jit_grant g;

	world_open(&access_);
	g = bring();
	test_file_write(grant_path("lib", &g), 0600, "{}", 2);
	date(grant_path("lib", &g));
	access_.now.wall_sec += 9 * 86400;
	ASSERT_OK(make_room(&none));
	ASSERT_EQ_INT(access(grant_path("lib", &g), F_OK), 0);
	access_.now.wall_sec += 2 * 86400;
	ASSERT_OK(make_room(&none));
	ASSERT_TRUE(access(grant_path("lib", &g), F_OK) < 0);
	clean();
}

static void
test_there_is_an_end_to_what_one_can_hold(void)
{
	struct jit_held_list list = { 0 };

	world_open(&access_);
	for (size_t i = 0; i < JIT_GRANTS_HELD_MAX; i++)
		make();
	load_list(&list);
	ASSERT_ERR(make_room(&list), EDQUOT);
	jit_held_list_done(&list);
	for (size_t i = JIT_GRANTS_HELD_MAX; i <= JIT_GRANTS_MAX; i++)
		make();
	/* too many for a decision, which denies; but root's listing goes on */
	ASSERT_ERR(jit_store_load(&access_.site, &access_.keys, &access_.subject,
			   &access_.now, &list, NULL),
		E2BIG);
	ASSERT_OK(jit_store_load_all(&access_.site, &access_.keys, &access_.now, &list));
	ASSERT_EQ_UINT(list.n, JIT_GRANTS_MAX);
	jit_held_list_done(&list);
	clean();
}

static void
test_the_archive_is_kept_as_long_as_policy_says(void)
{
	struct jit_now now;

	world_open(&access_);
	now = access_.now; /* 2027-01-15 */
	ASSERT_EQ_INT(mkdir(world_path("lib/archive"), 0700), 0);
	ASSERT_EQ_INT(mkdir(world_path("lib/archive/2026-10"), 0700), 0);
	ASSERT_EQ_INT(mkdir(world_path("lib/archive/2026-12"), 0700), 0);
	ASSERT_EQ_INT(mkdir(world_path("lib/archive/other"), 0700), 0);
	test_file_write(world_path("lib/archive/2026-10/" WORLD_BOOT), 0600, "x", 1);
	jit_store_trim(&access_.site, 30 * 86400, &now);
	ASSERT_TRUE(access(world_path("lib/archive/2026-10"), F_OK) < 0);
	ASSERT_EQ_INT(access(world_path("lib/archive/2026-12"), F_OK), 0);
	ASSERT_EQ_INT(access(world_path("lib/archive/other"), F_OK), 0);
	clean();
}

/* However short `keep` is, a revocation outlives every token that it can be about. */
static void
test_tombstones_outlive_tokens(void)
{
	struct jit_now now;
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1];

	world_open(&access_);
	ASSERT_OK(jit_clock_now(&now));
	ASSERT_OK(jit_store_end(&access_.site, NULL, WORLD_BOOT, "root", "", &now));
	now.wall_sec += 8 * 86400;
	jit_store_trim(&access_.site, 1, &now);
	ASSERT_EQ_INT(
		jit_store_ended(&access_.site, WORLD_BOOT, NULL, false, by, reason), 1);
	now.wall_sec += 4 * 86400;
	jit_store_trim(&access_.site, 1, &now);
	ASSERT_EQ_INT(
		jit_store_ended(&access_.site, WORLD_BOOT, NULL, false, by, reason), 0);
	clean();
}

/* A wall clock that was set forward, with nothing that keeps it, makes the host forget
 * nothing. */
static void
test_trimming_goes_by_the_mark(void)
{
	static const struct {
		const char *name;
		int64_t wall_later, boot_later_ms;
		bool synchronised, trimmed;
	} rows[] = {
		{ "set forward by a year", 365 * 86400, 60000, false, false },
		{ "kept by a time service", 365 * 86400, 60000, true, true },
		{ "a year has passed", 365 * 86400, INT64_C(365) * 86400000, false,
			true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_clock_mark mark = { .wall_sec = WORLD_NOW,
			.boot_ms = WORLD_BOOT_MS,
			.boot_id = WORLD_BOOT };
		struct jit_now now;

		test_row(rows[i].name);
		world_open(&access_);
		now = access_.now;
		ASSERT_OK(jit_store_clock_mark_set(&access_.site, &mark));
		ASSERT_EQ_INT(mkdir(world_path("lib/archive"), 0700), 0);
		ASSERT_EQ_INT(mkdir(world_path("lib/archive/2026-12"), 0700), 0);
		now.wall_sec += rows[i].wall_later;
		now.boot_ms += rows[i].boot_later_ms;
		now.synchronised = rows[i].synchronised;
		jit_store_trim(&access_.site, 30 * 86400, &now);
		ASSERT_EQ_INT(access(world_path("lib/archive/2026-12"), F_OK) < 0,
			rows[i].trimmed);
		clean();
	}
	test_row(NULL);
}

static void
test_the_clock_mark(void)
{
	struct jit_clock_mark mark = {
		.wall_sec = 77, .boot_ms = 5, .boot_id = WORLD_BOOT
	};
	struct jit_clock_mark back = { 0 };

	world_open(&access_);
	ASSERT_OK(jit_store_clock_mark(&access_.site, &back));
	ASSERT_EQ_INT(back.wall_sec, 0);
	ASSERT_OK(jit_store_clock_mark_set(&access_.site, &mark));
	ASSERT_OK(jit_store_clock_mark(&access_.site, &back));
	ASSERT_EQ_INT(back.wall_sec, 77);
	ASSERT_EQ_STR(back.boot_id, WORLD_BOOT);
	test_file_write(world_path("lib/clock"), 0600, "{}", 2);
	ASSERT_ERR(jit_store_clock_mark(&access_.site, &back), EBADMSG);
	ASSERT_OK(jit_store_clock_mark_clear(&access_.site));
	ASSERT_OK(jit_store_clock_mark_clear(&access_.site));
	clean();
}

static void
test_sessions(void)
{
	struct jit_session s = { .id = WORLD_BOOT,
		.grant = WORLD_BOOT,
		.subject = "bob",
		.target = "root",
		.role = "root",
		.service = "jitsu",
		.command = "/usr/bin/id",
		.rhost = "192.0.2.7",
		.tty = "pts/3\x1b[2J",
		.uid = 4242,
		.keeper = 77,
		.started_sec = WORLD_NOW,
		.end_ms = 99 };
	struct jit_session *list = NULL;
	size_t n = 0;

	world_open(&access_);
	ASSERT_OK(jit_session_add(&access_.site, &s));
	test_file_write(world_path("run/sessions/ffffffffffffffffffffffffffffffff"), 0600,
		"{", 1); /* damaged: passed over */
	ASSERT_OK(jit_session_list(&access_.site, &list, &n));
	ASSERT_EQ_UINT(n, 1);
	ASSERT_EQ_STR(list[0].command, "/usr/bin/id");
	ASSERT_EQ_STR(list[0].rhost, "192.0.2.7");
	ASSERT_EQ_STR(list[0].tty, "pts/3\\x1b[2J");
	ASSERT_EQ_INT(list[0].keeper, 77);
	free(list);
	ASSERT_OK(jit_session_remove(&access_.site, s.id));
	ASSERT_ERR(jit_session_remove(&access_.site, s.id), ENOENT);
	clean();
}

static void
test_everybodys(void)
{
	struct jit_held_list list = { 0 };

	world_open(&access_);
	bring();
	make();
	ASSERT_OK(jit_store_load_all(&access_.site, &access_.keys, &access_.now, &list));
	ASSERT_EQ_UINT(list.n, 2);
	jit_held_list_done(&list);
	clean();
}

TEST_MAIN(TEST(test_both_kinds_come_back), TEST(test_a_second_time_is_refused),
	TEST(test_what_root_did_not_write_is_passed_over),
	TEST(test_a_file_in_another_place_is_none),
	TEST(test_a_directory_that_others_may_write_is_an_error), TEST(test_keys_of_now),
	TEST(test_tombstones), TEST(test_whose_tombstone_it_is),
	TEST(test_the_end_of_agreed_break_glass), TEST(test_revoked_before_seen),
	TEST(test_no_tombstone_directory_denies),
	TEST(test_a_watcher_looks_within_a_second), TEST(test_uses_are_counted),
	TEST(test_the_smaller_limit_of_uses), TEST(test_past_grants_go_to_the_archive),
	TEST(test_dropped_grants_do_not_pile_up),
	TEST(test_what_nobody_vouches_for_goes_in_time),
	TEST(test_there_is_an_end_to_what_one_can_hold),
	TEST(test_the_archive_is_kept_as_long_as_policy_says),
	TEST(test_tombstones_outlive_tokens), TEST(test_trimming_goes_by_the_mark),
	TEST(test_the_clock_mark), TEST(test_sessions), TEST(test_everybodys))
