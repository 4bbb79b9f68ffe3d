/*
 * jitsu/when_at.c: --at means one moment, also where the clocks change.
 */
#include "jitsu/when_at.h"

#include "libjit/parse.h"
#include "test.h"

enum { HOUR = 3600 };

/* Berlin: summer time began on 2026-03-29 at 01:00 UTC, ends on 2026-10-25 at 01:00 UTC. */
static struct jit_zone_change changes[] = { { INT64_C(1761440400), HOUR },
	{ INT64_C(1774746000), 2 * HOUR }, { INT64_C(1792890000), HOUR } };
static const struct jit_zone berlin = { "", 3, changes };

static const struct row {
	const char *text;
	const struct jit_zone *zone;
	const char *now, *want; /* UTC; want NULL: -ERANGE */
} rows[] = {
	/* 2026-03-02 was a Monday */
	{ "22:00", NULL, "2026-03-02T09:00:00Z", "2026-03-02T22:00:00Z" },
	{ "08:00", NULL, "2026-03-02T09:00:00Z", "2026-03-03T08:00:00Z" },
	{ "09:00", NULL, "2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z" },
	{ "09:00", NULL, "2026-03-02T08:59:59Z", "2026-03-02T09:00:00Z" },
	{ "Sat 22:00", NULL, "2026-03-02T09:00:00Z", "2026-03-07T22:00:00Z" },
	{ "mon 22:00", NULL, "2026-03-02T09:00:00Z", "2026-03-02T22:00:00Z" },
	{ "Mon 08:00", NULL, "2026-03-02T09:00:00Z", "2026-03-09T08:00:00Z" },
	{ "Sun 00:00", NULL, "2026-03-02T09:00:00Z", "2026-03-08T00:00:00Z" },
	{ "2026-12-01 22:00", NULL, "2026-03-02T09:00:00Z", "2026-12-01T22:00:00Z" },
	{ "2026-03-01 22:00", NULL, "2026-03-02T09:00:00Z", NULL },
	{ "2028-02-29 00:00", NULL, "2026-03-02T09:00:00Z", "2028-02-29T00:00:00Z" },
	{ "2026-02-29 00:00", NULL, "2026-01-02T09:00:00Z", NULL },
	{ "2026-13-01 00:00", NULL, "2026-01-02T09:00:00Z", NULL },
	{ "24:00", NULL, "2026-03-02T09:00:00Z", NULL },
	{ "23:60", NULL, "2026-03-02T09:00:00Z", NULL },
	/* a day's time is the zone's */
	{ "22:00", &berlin, "2026-03-02T09:00:00Z", "2026-03-02T21:00:00Z" },
	{ "2026-07-01 22:00", &berlin, "2026-03-02T09:00:00Z", "2026-07-01T20:00:00Z" },
	{ "00:30", &berlin, "2026-03-02T23:10:00Z", "2026-03-02T23:30:00Z" },
	{ "Tue 00:30", &berlin, "2026-03-02T23:10:00Z", "2026-03-02T23:30:00Z" },
	/* the hour that is left out: 02:30 on 2026-03-29 */
	{ "2026-03-29 02:30", &berlin, "2026-03-28T12:00:00Z", NULL },
	{ "02:30", &berlin, "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z" },
	{ "Sun 02:30", &berlin, "2026-03-28T12:00:00Z", "2026-04-05T00:30:00Z" },
	{ "2026-03-29 03:00", &berlin, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z" },
	{ "2026-03-29 01:59", &berlin, "2026-03-28T12:00:00Z", "2026-03-29T00:59:00Z" },
	/* the hour that comes twice: 02:30 on 2026-10-25 */
	{ "2026-10-25 02:30", &berlin, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z" },
	{ "02:30", &berlin, "2026-10-25T00:40:00Z", "2026-10-25T01:30:00Z" },
	{ "02:30", &berlin, "2026-10-25T01:40:00Z", "2026-10-26T01:30:00Z" },
};

static int64_t
at(const char *time)
{
	int64_t sec = 0;

	ASSERT_OK(jit_parse_time(time, &sec));
	return sec;
}

static void
test_the_next_such_moment(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char got[JIT_TIME_SIZE];
		int64_t sec = -1;
		int r = when_at_parse(rows[i].text, rows[i].zone, at(rows[i].now), &sec);

		test_row(rows[i].text);
		if (!rows[i].want) {
			ASSERT_ERR(r, ERANGE);
			ASSERT_EQ_INT(sec, -1); /* untouched */
			continue;
		}
		ASSERT_OK(r);
		ASSERT_EQ_STR(jit_format_time(sec, got), rows[i].want);
	}
}

static void
test_what_is_no_moment(void)
{
	static const char *const cases[] = { "", "now", "22", "22:0", "22:00:00", "9:00",
		" 22:00", "22:00 ", "Sat", "Sat22:00", "Saturday 22:00", "Sat  22:00",
		"2026-12-01", "2026-12-01T22:00", "26-12-01 22:00", "2026-12-01 22:00Z",
		"+1:00", "-1:00", "tomorrow 22:00", "22:00\n", "\xff\xff:00" };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t sec = -1;

		test_row(cases[i]);
		ASSERT_ERR(when_at_parse(cases[i], NULL, 0, &sec), EINVAL);
		ASSERT_EQ_INT(sec, -1);
	}
}

TEST_MAIN(TEST(test_the_next_such_moment), TEST(test_what_is_no_moment))
