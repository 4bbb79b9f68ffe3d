/*
 * --at: a moment as people write it. Runs as: root, on the caller's words.
 *
 * MUST take the whole text or refuse it; MUST NOT ask the environment for a time zone.
 */
#include "when_at.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "libjit/parse.h"

enum {
	DAY_SEC = 86400,
	MONDAY_TO_EPOCH = 3, /* 1970-01-01 was a Thursday */
	ANY_DAY = -1,
	DAYS_AHEAD =
		15, /* a weekday's time can be left out once, by a change of the clocks */
};

/* What the text says: a time of day, and of which day. */
struct wanted {
	int minute;  /* of the day */
	int weekday; /* from Monday, 0; or ANY_DAY */
	int64_t day; /* of a date: days since the epoch; -1: none */
};

/* Exactly n digits. -1: they are not. */
static int
digits(const char **text, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++, (*text)++) {
		if (!isdigit((unsigned char)**text))
			return -1;
		value = value * 10 + (**text - '0');
	}
	return value;
}

static bool
skip(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

/* HH:MM to the end of the text. */
static int
parse_time(const char *text, int *ret_minute)
{
	int hour = digits(&text, 2), minute;

	if (hour < 0 || !skip(&text, ':'))
		return -EINVAL;
	minute = digits(&text, 2);
	if (minute < 0 || *text)
		return -EINVAL;
	if (hour > 23 || minute > 59)
		return -ERANGE;
	*ret_minute = hour * 60 + minute;
	return 0;
}

static int
parse_date(const char **text, int64_t *ret_day)
{
	int year, month, day, r;
	int64_t sec;

	year = digits(text, 4);
	if (year < 0 || !skip(text, '-'))
		return -EINVAL;
	month = digits(text, 2);
	if (month < 0 || !skip(text, '-'))
		return -EINVAL;
	day = digits(text, 2);
	if (day < 0 || !skip(text, ' '))
		return -EINVAL;
	r = jit_time_from_utc(year, month, day, 0, 0, 0, &sec);
	if (r < 0)
		return -ERANGE;
	*ret_day = sec / DAY_SEC;
	return *ret_day >= 0 ? 0 : -ERANGE;
}

static int
parse_weekday(const char **text, int *ret)
{
	static const char *const names[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat",
		"Sun" };

	for (int i = 0; i < 7; i++) {
		if (strncasecmp(*text, names[i], 3) != 0)
			continue;
		*text += 3;
		*ret = i;
		return skip(text, ' ') ? 0 : -EINVAL;
	}
	return -EINVAL;
}

static int
parse(const char *text, struct wanted *ret)
{
	struct wanted wanted = { .weekday = ANY_DAY, .day = -1 };
	int r = 0;

	if (isalpha((unsigned char)*text))
		r = parse_weekday(&text, &wanted.weekday);
	else if (strlen(text) > strlen("HH:MM"))
		r = parse_date(&text, &wanted.day);
	if (r == 0)
		r = parse_time(text, &wanted.minute);
	if (r < 0)
		return r;
	*ret = wanted;
	return 0;
}

/* The first moment after `after` at which the zone's clocks show local_sec. */
static int
moment_of(const struct jit_zone *zone, int64_t local_sec, int64_t after, int64_t *ret)
{
	int64_t early = local_sec - jit_zone_offset(zone, local_sec - DAY_SEC);
	int64_t late = local_sec - jit_zone_offset(zone, local_sec + DAY_SEC);
	const int64_t candidates[] = { early < late ? early : late,
		early < late ? late : early };

	for (size_t i = 0; i < ARRAY_SIZE(candidates); i++) {
		int64_t sec = candidates[i];

		if (sec > after && sec + jit_zone_offset(zone, sec) == local_sec) {
			*ret = sec;
			return 0;
		}
	}
	return -ERANGE;
}

int
when_at_parse(
	const char *text, const struct jit_zone *zone, int64_t now_sec, int64_t *ret_sec)
{
	int64_t today = (now_sec + jit_zone_offset(zone, now_sec)) / DAY_SEC;
	struct wanted wanted;
	int r = parse(text, &wanted);

	if (r < 0)
		return r;
	if (wanted.day >= 0)
		return moment_of(zone, wanted.day * DAY_SEC + wanted.minute * 60, now_sec,
			ret_sec);
	for (int64_t day = today; day < today + DAYS_AHEAD; day++) {
		if (wanted.weekday != ANY_DAY &&
			(day + MONDAY_TO_EPOCH) % 7 != wanted.weekday)
			continue;
		if (moment_of(zone, day * DAY_SEC + wanted.minute * 60, now_sec,
			    ret_sec) == 0)
			return 0;
	}
	return -ERANGE;
}
