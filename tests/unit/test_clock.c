/*
 * libjit/clock.c: the high-water mark (CVE-2013-1775: a clock set back).
 */
#include "libjit/clock.h"
#include "test.h"

#define BOOT_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BOOT_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct jit_clock_mark mark = {
	.wall_sec = 1000000,
	.boot_ms = 50000,
	.boot_id = BOOT_A,
};

static struct jit_now
at(int64_t wall, int64_t boot_ms, const char *boot)
{
	struct jit_now now = { .wall_sec = wall, .boot_ms = boot_ms };

	memcpy(now.boot_id, boot, JIT_ID_LEN);
	return now;
}

static void
test_now_is_whole(void)
{
	struct jit_now now;

	ASSERT_OK(jit_clock_now(&now));
	ASSERT_TRUE(now.wall_sec > 1700000000);
	ASSERT_TRUE(now.boot_ms > 0);
	ASSERT_EQ_UINT(strlen(now.boot_id), JIT_ID_LEN);
}

static void
test_five_minutes_behind_are_forgiven_and_no_more(void)
{
	struct jit_now now = at(1000000 - 300, 60000, BOOT_A);

	ASSERT_FALSE(jit_clock_is_back(&mark, &now));
	now.wall_sec--;
	ASSERT_TRUE(jit_clock_is_back(&mark, &now));
	now.synchronised = true;
	ASSERT_FALSE(jit_clock_is_back(&mark, &now));
}

static void
test_the_mark_rises_no_faster_than_boot_time(void)
{
	/* a year ahead, after 100 seconds of boot time */
	struct jit_now now = at(1000000 + 31536000, 150000, BOOT_A);
	struct jit_clock_mark moved = mark;

	ASSERT_TRUE(jit_clock_mark_advance(&mark, &now, &moved));
	ASSERT_EQ_INT(moved.wall_sec, 1000100);
	ASSERT_EQ_INT(moved.boot_ms, 150000);
}

static void
test_another_boot_believes_the_wall(void)
{
	struct jit_now now = at(1000000 + 31536000, 10, BOOT_B);
	struct jit_clock_mark moved = mark;

	ASSERT_TRUE(jit_clock_mark_advance(&mark, &now, &moved));
	ASSERT_EQ_INT(moved.wall_sec, 1000000 + 31536000);
	ASSERT_EQ_STR(moved.boot_id, BOOT_B);
}

static void
test_it_never_falls_by_itself(void)
{
	struct jit_now now = at(900000, 150000, BOOT_A);
	struct jit_clock_mark moved = mark;

	ASSERT_FALSE(jit_clock_mark_advance(&mark, &now, &moved));
	ASSERT_EQ_INT(moved.wall_sec, mark.wall_sec);
}

static void
test_a_synchronised_clock_replaces_it(void)
{
	struct jit_now now = at(900000, 150000, BOOT_A);
	struct jit_clock_mark moved = mark;

	now.synchronised = true;
	ASSERT_TRUE(jit_clock_mark_advance(&mark, &now, &moved));
	ASSERT_EQ_INT(moved.wall_sec, 900000);
}

static void
test_a_minute_is_not_worth_writing(void)
{
	struct jit_now now = at(1000059, 150000, BOOT_A);
	struct jit_clock_mark moved = mark;

	ASSERT_FALSE(jit_clock_mark_advance(&mark, &now, &moved));
	now.wall_sec++;
	ASSERT_TRUE(jit_clock_mark_advance(&mark, &now, &moved));
}

static void
test_the_first_mark(void)
{
	const struct jit_clock_mark none = { 0 };
	struct jit_now now = at(5000000, 1, BOOT_A);
	struct jit_clock_mark moved;

	ASSERT_FALSE(jit_clock_is_back(&none, &now));
	ASSERT_TRUE(jit_clock_mark_advance(&none, &now, &moved));
	ASSERT_EQ_INT(moved.wall_sec, 5000000);
}

TEST_MAIN(TEST(test_now_is_whole),
	TEST(test_five_minutes_behind_are_forgiven_and_no_more),
	TEST(test_the_mark_rises_no_faster_than_boot_time),
	TEST(test_another_boot_believes_the_wall), TEST(test_it_never_falls_by_itself),
	TEST(test_a_synchronised_clock_replaces_it),
	TEST(test_a_minute_is_not_worth_writing), TEST(test_the_first_mark))
