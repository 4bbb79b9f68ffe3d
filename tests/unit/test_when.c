/*
 * libjit/when.c: a moment is inside a weekly window or not, in the compiled-in time zone.
 */
#include "libjit/when.h"

#include "test.h"

enum { DAY = 24 * 60, MON = 0, TUE = DAY, FRI = 4 * DAY, SAT = 5 * DAY, SUN = 6 * DAY };
#define AT(day, hour, minute) ((uint16_t)((day) + (hour)*60 + (minute)))

/* 2026-03-02 was a Monday. */
#define MONDAY INT64_C(1772409600)
#define SECONDS(day, hour, minute) (MONDAY + INT64_C(60) * AT(day, hour, minute))

static bool
holds(struct jit_when_range range, const struct jit_zone *zone, int64_t sec)
{
	const struct jit_when when = { .text = "", .n = 1, .ranges = &range };

	return jit_when_holds(&when, zone, sec);
}

static const struct row {
	const char *name;
	struct jit_when_range range;
	int64_t sec;
	bool want;
} rows[] = {
	{ "at the start", { AT(MON, 8, 0), AT(MON, 18, 0) }, SECONDS(MON, 8, 0), true },
	{ "before the start", { AT(MON, 8, 0), AT(MON, 18, 0) }, SECONDS(MON, 8, 0) - 1,
		false },
	{ "last second", { AT(MON, 8, 0), AT(MON, 18, 0) }, SECONDS(MON, 18, 0) - 1,
		true },
	{ "end is exclusive", { AT(MON, 8, 0), AT(MON, 18, 0) }, SECONDS(MON, 18, 0),
		false },
	{ "another day", { AT(MON, 8, 0), AT(MON, 18, 0) }, SECONDS(TUE, 9, 0), false },
	{ "a week later", { AT(MON, 8, 0), AT(MON, 18, 0) },
		SECONDS(MON, 9, 0) + 7 * 86400, true },
	{ "overnight, evening", { AT(FRI, 22, 0), AT(SAT, 6, 0) }, SECONDS(FRI, 23, 0),
		true },
	{ "overnight, morning", { AT(FRI, 22, 0), AT(SAT, 6, 0) }, SECONDS(SAT, 5, 59),
		true },
	{ "overnight, over", { AT(FRI, 22, 0), AT(SAT, 6, 0) }, SECONDS(SAT, 6, 0),
		false },
	{ "wraps, Sunday night", { AT(SUN, 22, 0), AT(MON, 6, 0) }, SECONDS(SUN, 22, 0),
		true },
	{ "wraps, Monday morning", { AT(SUN, 22, 0), AT(MON, 6, 0) },
		SECONDS(MON, 5, 59) + 7 * 86400, true },
	{ "wraps, not in between", { AT(SUN, 22, 0), AT(MON, 6, 0) }, SECONDS(MON, 6, 0),
		false },
	{ "to the end of the week", { AT(SUN, 0, 0), AT(SUN, 24, 0) },
		SECONDS(SUN, 24, 0) - 1, true },
	{ "the whole week", { 0, 7 * DAY }, SECONDS(SUN, 23, 59), true },
	{ "empty is never", { AT(MON, 8, 0), AT(MON, 8, 0) }, SECONDS(MON, 8, 0), false },
	{ "the epoch was a Thursday", { AT(3 * DAY, 0, 0), AT(3 * DAY, 0, 1) }, 0, true },
	{ "before it Wednesday", { AT(2 * DAY, 23, 59), AT(3 * DAY, 0, 0) }, -1, true },
	{ "far before", { 0, 7 * DAY }, INT64_MIN, true },
	{ "far behind", { 0, 7 * DAY }, INT64_MAX, true },
};

static void
test_ranges_of_the_week_in_utc(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		test_row(rows[i].name);
		ASSERT_EQ_INT(holds(rows[i].range, NULL, rows[i].sec), rows[i].want);
	}
}

static void
test_no_range_is_always(void)
{
	const struct jit_when when = { .text = "" };

	ASSERT_TRUE(jit_when_holds(&when, NULL, MONDAY));
}

static void
test_any_of_several_ranges(void)
{
	struct jit_when_range ranges[] = { { AT(MON, 8, 0), AT(MON, 9, 0) },
		{ AT(TUE, 8, 0), AT(TUE, 9, 0) } };
	const struct jit_when when = { .text = "", .n = 2, .ranges = ranges };

	ASSERT_TRUE(jit_when_holds(&when, NULL, SECONDS(MON, 8, 30)));
	ASSERT_TRUE(jit_when_holds(&when, NULL, SECONDS(TUE, 8, 30)));
	ASSERT_FALSE(jit_when_holds(&when, NULL, SECONDS(MON, 10, 0)));
}

/* Berlin: summer time began on 2026-03-29 at 01:00 UTC, ends on 2026-10-25. */
static void
test_local_time_follows_the_changes_of_the_zone(void)
{
	enum { HOUR = 3600 };
	struct jit_zone_change changes[] = { { INT64_C(1761440400), HOUR },
		{ INT64_C(1774746000), 2 * HOUR }, { INT64_C(1792890000), HOUR } };
	const struct jit_zone berlin = { "Europe/Berlin", 3, changes };
	const struct jit_when_range sunday_two = { AT(SUN, 2, 0), AT(SUN, 3, 0) };
	const struct jit_when_range sunday_three = { AT(SUN, 3, 0), AT(SUN, 4, 0) };
	const int64_t spring = INT64_C(1774746000), autumn = INT64_C(1792890000);

	test_row("the hour before summer time is two o'clock no more after it");
	ASSERT_TRUE(holds((struct jit_when_range){ AT(SUN, 1, 0), AT(SUN, 2, 0) },
		&berlin, spring - 1));
	ASSERT_FALSE(holds(sunday_two, &berlin, spring));
	ASSERT_TRUE(holds(sunday_three, &berlin, spring));
	test_row("in autumn two o'clock comes twice");
	ASSERT_TRUE(holds(sunday_two, &berlin, autumn - 1));
	ASSERT_TRUE(holds(sunday_two, &berlin, autumn));
	ASSERT_FALSE(holds(sunday_two, &berlin, autumn + HOUR));
	test_row("before the first change the first holds");
	ASSERT_TRUE(holds((struct jit_when_range){ AT(3 * DAY, 1, 0), AT(3 * DAY, 1, 1) },
		&berlin, 0));
}

static void
test_a_zone_west_of_greenwich(void)
{
	struct jit_zone_change change = { 0, -5 * 3600 };
	const struct jit_zone zone = { "", 1, &change };

	ASSERT_TRUE(holds((struct jit_when_range){ AT(SUN, 19, 0), AT(SUN, 19, 1) },
		&zone, MONDAY));
}

TEST_MAIN(TEST(test_ranges_of_the_week_in_utc), TEST(test_no_range_is_always),
	TEST(test_any_of_several_ranges),
	TEST(test_local_time_follows_the_changes_of_the_zone),
	TEST(test_a_zone_west_of_greenwich))
