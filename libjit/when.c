/*
 * Weekly time windows, judged in compiled-in time zones.
 *
 * Runs as: any. Pure: MUST NOT read a clock, a time zone file or the environment.
 */
#include "when.h"

enum {
	DAY = 24 * 60,
	WEEK = 7 * DAY,
	MONDAY_TO_EPOCH = 3 * DAY, /* 1970-01-01 was a Thursday */
};

/* The offset of the last change at or before sec; before the first, the first one's. */
int32_t
jit_zone_offset(const struct jit_zone *zone, int64_t sec)
{
	size_t low = 0, high;

	if (!zone || zone->n_changes == 0)
		return 0;
	high = zone->n_changes;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (zone->changes[middle].from_sec <= sec)
			low = middle;
		else
			high = middle;
	}
	return zone->changes[low].offset_sec;
}

static int
minute_of_week(int64_t local_sec)
{
	int64_t in_week = local_sec % (WEEK * 60);

	if (in_week < 0)
		in_week += WEEK * 60;
	return (int)((in_week / 60 + MONDAY_TO_EPOCH) % WEEK);
}

static bool
range_holds(const struct jit_when_range *range, int minute)
{
	if (range->start <= range->end)
		return range->start <= minute && minute < range->end;
	return range->start <= minute || minute < range->end;
}

bool
jit_when_holds(const struct jit_when *when, const struct jit_zone *zone, int64_t sec)
{
	int64_t local_sec;
	int minute;

	if (when->n == 0)
		return true;
	if (__builtin_add_overflow(sec, (int64_t)jit_zone_offset(zone, sec), &local_sec))
		return false;
	minute = minute_of_week(local_sec);
	for (size_t i = 0; i < when->n; i++)
		if (range_holds(&when->ranges[i], minute))
			return true;
	return false;
}
