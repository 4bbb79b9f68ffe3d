/*
 * libjit/break_glass.c, make.c: an emergency is loud, listed apart, and reviewed once.
 */
#include <signal.h>
#include <sys/resource.h>

#include "handing.h"
#include "libjit/break_glass.h"

static const char *fix[] = { "/usr/bin/fix", "it" };

static struct jit_break_glass
use_of(const char *id, int64_t started_sec)
{
	struct jit_break_glass use = { .uid = 1,
		.sub = "daemon",
		.role = "fix",
		.target = "root",
		.reason = "fire",
		.command_shown = "/usr/bin/fix it",
		.started_sec = started_sec };

	snprintf(use.id, sizeof(use.id), "%s", id);
	return use;
}

#define ID_A "0000000000000000000000000000000a"
#define ID_B "0000000000000000000000000000000b"

static void
test_list_and_review(void)
{
	struct jit_break_glass a = use_of(ID_A, WORLD_NOW - 100), got_;
	struct jit_break_glass b = use_of(ID_B, WORLD_NOW);
	struct jit_break_glass_list list = { 0 };

	open_world();
	ASSERT_OK(jit_break_glass_list(&access_.site, &list));
	ASSERT_EQ_UINT(list.n, 0);
	ASSERT_ERR(jit_break_glass_mark(&access_.site, ID_A, "carol", "", 1), ENOENT);
	ASSERT_OK(jit_break_glass_add(&access_.site, &a));
	ASSERT_OK(jit_break_glass_add(&access_.site, &b));
	ASSERT_ERR(jit_break_glass_add(&access_.site, &a), EEXIST);
	ASSERT_OK(jit_break_glass_list(&access_.site, &list));
	ASSERT_EQ_UINT(list.n, 2);
	ASSERT_EQ_STR(list.v[0].id, ID_B); /* newest first */
	ASSERT_EQ_STR(list.v[1].id, ID_A);
	ASSERT_EQ_STR(list.v[1].sub, "daemon");
	ASSERT_EQ_STR(list.v[1].role, "fix");
	ASSERT_EQ_STR(list.v[1].target, "root");
	ASSERT_EQ_STR(list.v[1].reason, "fire");
	ASSERT_EQ_STR(list.v[1].command_shown, "/usr/bin/fix it");
	ASSERT_EQ_UINT(list.v[1].uid, 1);
	ASSERT_EQ_INT(list.v[1].started_sec, WORLD_NOW - 100);
	ASSERT_EQ_INT(list.v[1].seen_sec, 0);
	jit_break_glass_list_done(&list);
	ASSERT_OK(jit_break_glass_mark(&access_.site, ID_A, "carol", "fine", WORLD_NOW));
	ASSERT_ERR(jit_break_glass_mark(&access_.site, ID_A, "dave", "", WORLD_NOW),
		EALREADY);
	ASSERT_OK(jit_break_glass_ended(&access_.site, ID_A, WORLD_NOW - 50));
	ASSERT_OK(jit_break_glass_ended(&access_.site, ID_A, WORLD_NOW));
	ASSERT_OK(jit_break_glass_find(&access_.site, ID_A, &got_));
	ASSERT_EQ_STR(got_.seen_by, "carol");
	ASSERT_EQ_STR(got_.seen_reason, "fine");
	ASSERT_EQ_INT(got_.seen_sec, WORLD_NOW);
	ASSERT_EQ_INT(got_.ended_sec, WORLD_NOW - 50); /* the first end stays */
	/* whoever ends its grant ends it */
	ASSERT_OK(jit_store_end(
		&access_.site, NULL, ID_B, "bob", "given back", &access_.now));
	ASSERT_OK(jit_break_glass_find(&access_.site, ID_B, &got_));
	ASSERT_EQ_INT(got_.ended_sec, access_.now.wall_sec);
	ASSERT_ERR(jit_break_glass_find(&access_.site, WORLD_BOOT, &got_), ENOENT);
	ASSERT_ERR(jit_break_glass_find(&access_.site, "../../clock", &got_), ENOENT);
	close_world();
}

/* What nobody has reviewed is never taken away. */
static void
test_trim(void)
{
	struct jit_break_glass a = use_of(ID_A, WORLD_NOW - 100);
	struct jit_break_glass b = use_of(ID_B, WORLD_NOW - 100), got_;

	open_world();
	ASSERT_OK(jit_break_glass_add(&access_.site, &a));
	ASSERT_OK(jit_break_glass_add(&access_.site, &b));
	ASSERT_OK(jit_break_glass_mark(&access_.site, ID_A, "carol", "", WORLD_NOW));
	jit_break_glass_trim(&access_.site, WORLD_NOW - 100);
	ASSERT_OK(jit_break_glass_find(&access_.site, ID_A, &got_));
	jit_break_glass_trim(&access_.site, WORLD_NOW - 99);
	ASSERT_ERR(jit_break_glass_find(&access_.site, ID_A, &got_), ENOENT);
	ASSERT_OK(jit_break_glass_find(&access_.site, ID_B, &got_));
	close_world();
}

static int
make(struct jit_held *ret, struct jit_decision *d)
{
	struct jit_request request = {
		.argv = { 2, fix }, .way = JIT_WAY_BREAK_GLASS, .reason = "fire"
	};

	ASSERT_OK(jit_access_ask(&access_, &request, d, &err));
	ASSERT_EQ_INT(d->reason, JIT_WHY_RULE_BREAK_GLASS);
	return jit_access_make(&access_, &request, d, ret, &err);
}

static void
test_a_use(void)
{
	struct jit_break_glass_list list = { 0 };
	struct jit_decision d;
	struct jit_held held;

	open_world();
	ASSERT_OK(make(&held, &d));
	ASSERT_EQ_INT(held.grant.via, JIT_VIA_BREAK_GLASS);
	ASSERT_EQ_STR(held.grant.req, "");
	ASSERT_EQ_INT(held.grant.to_ms - held.grant.from_ms, 1800000); /* its ceiling */
	ASSERT_TRUE(recorded_with("break-glass", held.grant.jti));
	ASSERT_TRUE(recorded_with("break-glass", "\"via\":\"break-glass\""));
	ASSERT_TRUE(recorded_with("break-glass", "\"reason\":\"fire\""));
	ASSERT_EQ_INT(recorded("\"event\":\"grant-accepted\""), 0);
	ASSERT_EQ_INT(jit_event_priority(JIT_EVENT_BREAK_GLASS), 1); /* LOG_ALERT */
	ASSERT_OK(jit_break_glass_list(&access_.site, &list));
	ASSERT_EQ_UINT(list.n, 1);
	ASSERT_EQ_STR(list.v[0].id, held.grant.jti);
	ASSERT_EQ_STR(list.v[0].sub, "daemon");
	ASSERT_EQ_STR(list.v[0].command_shown, "/usr/bin/fix it");
	ASSERT_EQ_INT(list.v[0].started_sec, WORLD_NOW);
	jit_break_glass_list_done(&list);
	jit_grant_done(&held.grant);
	close_world();
}

/* A grant of the past would be put away, and the mark moved: not in an emergency. */
static void
test_a_disk_that_cannot_be_written(void)
{
	struct jit_decision d;
	struct jit_held held;
	struct jit_grant g;
	int lib;

	open_world();
	g = approval("carol", WORLD_BOOT, "login");
	g.via = JIT_VIA_DIRECT;
	g.req[0] = '\0';
	ASSERT_EQ_INT(hand_in_grant(&g), JIT_ACCEPT_IN_FORCE);
	later(120);
	access_.held_loaded = false;
	jit_held_list_done(&access_.held);
	{
		struct jit_request request = {
			.argv = { 2, fix }, .way = JIT_WAY_BREAK_GLASS, .reason = "fire"
		};

		ASSERT_OK(jit_access_ask(&access_, &request, &d, &err));
		lib = access_.site.lib;
		access_.site.lib = -EROFS;
		ASSERT_OK(jit_access_make(&access_, &request, &d, &held, &err));
		access_.site.lib = lib;
	}
	ASSERT_TRUE(recorded_with("break-glass", held.grant.jti));
	jit_grant_done(&held.grant);
	close_world();
}

TEST_MAIN(TEST(test_list_and_review), TEST(test_trim), TEST(test_a_use),
	TEST(test_a_disk_that_cannot_be_written))
