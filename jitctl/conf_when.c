/*
 * `when`: weekly windows.
 *
 *	when   = window *( "," window ) [ " " zone ]
 *	window = days [ " " hours ] | hours
 *	days   = day [ "-" day ] *( "," day [ "-" day ] )
 *	hours  = HH:MM "-" HH:MM
 *	day    = Mon | Tue | Wed | Thu | Fri | Sat | Sun
 *
 * `Mon,Wed 08:00-12:00`: both days. `Mon-Fri 08:00-18:00, Sat`: all of Saturday. Hours
 * without days mean every day, and then no days stand anywhere. Hours that end before they
 * begin end on the next day: `Fri 22:00-06:00`.
 *
 * Runs as root. MUST refuse what could be read in two ways.
 */
#include "conf.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "zone.h"

enum {
	DAY = 24 * 60,
	WEEK = 7 * DAY,
	ALL_DAYS = 0x7f,
	RANGES_MAX = 7 * 16,
	ZONES_MAX = 64,
	YEAR_SEC = 366 * 86400,
	YEARS_AHEAD = 15,
};

static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

enum last { LAST_NOTHING, LAST_DAYS, LAST_HOURS, LAST_ZONE };

struct when {
	const struct conf_reader *r;
	const struct conf_node *node;
	struct conf *conf;
	enum last last;
	bool comma; /* one stands before this word */
	bool any_days, any_bare_hours;
	unsigned int pending; /* days that wait for their hours */
	uint32_t zone;
	size_t n;
	struct jit_when_range ranges[RANGES_MAX];
};

static bool
refuse(struct when *w, const char *word, const char *why)
{
	conf_error(w->r, w->node, "when: \"%s\": %s", word, why);
	return false;
}

/* ---- words ---- */

static int
day_of(const char *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(days); i++)
		if (strncmp(s, days[i], 3) == 0)
			return (int)i;
	return -1;
}

/* `Mon` or `Mon-Fri` (or `Fri-Mon`, around the end of the week). */
static bool
parse_days(const char *word, unsigned int *ret)
{
	size_t len = strlen(word);
	int first = day_of(word), last = first;

	if (len == 7 && word[3] == '-')
		last = day_of(word + 4);
	else if (len != 3)
		return false;
	if (first < 0 || last < 0)
		return false;
	*ret = 1u << last;
	for (int day = first; day != last; day = (day + 1) % 7)
		*ret |= 1u << day;
	return true;
}

static int
minutes_of(const char *s)
{
	int hour, minute;

	if (!isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[1]) ||
		s[2] != ':' || !isdigit((unsigned char)s[3]) ||
		!isdigit((unsigned char)s[4]))
		return -1;
	hour = (s[0] - '0') * 10 + s[1] - '0';
	minute = (s[3] - '0') * 10 + s[4] - '0';
	if (hour > 24 || minute > 59 || (hour == 24 && minute > 0))
		return -1;
	return hour * 60 + minute;
}

static bool
parse_hours(const char *word, int *ret_start, int *ret_end)
{
	if (strlen(word) != 11 || word[5] != '-')
		return false;
	*ret_start = minutes_of(word);
	*ret_end = minutes_of(word + 6);
	return *ret_start >= 0 && *ret_end >= 0;
}

/* ---- ranges ---- */

static bool
add_ranges(struct when *w, unsigned int mask, int start, int end)
{
	if (end <= start)
		end += DAY;
	for (int day = 0; day < 7; day++) {
		int from = day * DAY + start, to = day * DAY + end;

		if (!(mask & (1u << day)))
			continue;
		if (w->n == RANGES_MAX)
			return refuse(w, w->node->string, "too many windows");
		w->ranges[w->n++] = (struct jit_when_range){
			.start = (uint16_t)from,
			.end = (uint16_t)(to > WEEK ? to - WEEK : to),
		};
	}
	return true;
}

static bool
take_days(struct when *w, const char *word, unsigned int mask)
{
	if (w->last != LAST_NOTHING && !w->comma)
		return refuse(w, word, "a comma is missing before it");
	if (w->any_bare_hours)
		return refuse(w, word, "name the days of the hours before it, too");
	w->any_days = true;
	w->pending |= mask;
	w->last = LAST_DAYS;
	return true;
}

static bool
take_hours(struct when *w, const char *word, int start, int end)
{
	unsigned int mask = w->pending;

	if (start == end || start == DAY)
		return refuse(w, word,
			"these hours are empty; the whole day is written "
			"without hours");
	if (w->last == LAST_DAYS && w->comma)
		return refuse(w, word, "no comma between days and their hours");
	if (w->last == LAST_HOURS && !w->comma)
		return refuse(w, word, "a comma is missing before it");
	if (w->last != LAST_DAYS) {
		if (w->any_days)
			return refuse(
				w, word, "write the days of these hours before them");
		w->any_bare_hours = true;
		mask = ALL_DAYS;
	}
	w->pending = 0;
	w->last = LAST_HOURS;
	return add_ranges(w, mask, start, end);
}

/* ---- zones ---- */

static bool
zone_add(struct when *w, const char *name, uint32_t *ret)
{
	struct jit_globals *globals = &w->conf->globals;
	int64_t now = w->conf->world.now_sec;
	struct jit_zone zone = { .name = name };
	int r;

	for (size_t i = 0; i < globals->n_zones; i++) {
		if (jit_streq(globals->zones[i].name, name)) {
			*ret = (uint32_t)i;
			return true;
		}
	}
	if (globals->n_zones == ZONES_MAX)
		return refuse(w, name, "too many different time zones");
	r = zone_compile(name, now - YEAR_SEC, now + (int64_t)YEARS_AHEAD * YEAR_SEC,
		&zone.changes, &zone.n_changes);
	if (r < 0)
		return refuse(w, name, strerror(-r));
	*ret = (uint32_t)globals->n_zones;
	globals->zones = conf_grow(
		globals->zones, globals->n_zones, &w->conf->zones_size, sizeof(zone));
	globals->zones[globals->n_zones++] = zone;
	return true;
}

static bool
refuse_word(struct when *w, const char *word)
{
	struct jit_strv candidates = { .n = ARRAY_SIZE(days), .v = (const char **)days };
	const char *day = conf_strndup(w->r->arena, word, strnlen(word, 3));

	conf_error(w->r, w->node,
		"when: \"%s\" is neither days (Mon, Mon-Fri), nor hours (08:00-18:00), "
		"nor a "
		"time zone of this host (Europe/Berlin)%s",
		word, conf_did_you_mean(w->r, day, &candidates));
	return false;
}

static bool
take_zone(struct when *w, const char *word)
{
	if (!zone_exists(word))
		return refuse_word(w, word);
	if (w->comma)
		return refuse(w, word, "no comma before the time zone");
	if (w->last == LAST_NOTHING)
		return refuse(w, word, "a time zone stands at the end, once");
	w->last = LAST_ZONE;
	return zone_add(w, word, &w->zone);
}

/* ---- the whole ---- */

static bool
take_word(struct when *w, const char *word)
{
	unsigned int mask;
	int start, end;

	if (w->last == LAST_ZONE)
		return refuse(w, word, "nothing stands behind the time zone");
	if (parse_days(word, &mask))
		return take_days(w, word, mask);
	if (parse_hours(word, &start, &end))
		return take_hours(w, word, start, end);
	return take_zone(w, word);
}

static bool
take_all(struct when *w)
{
	const char *p = w->node->string;

	for (;;) {
		size_t len;

		p += strspn(p, " ");
		w->comma = *p == ',';
		if (w->comma) {
			p++;
			p += strspn(p, " ");
		}
		len = strcspn(p, " ,");
		if (len == 0)
			break;
		if (w->comma && w->last == LAST_NOTHING)
			return refuse(w, w->node->string, "begins with a comma");
		if (!take_word(w, conf_strndup(w->r->arena, p, len)))
			return false;
		p += len;
	}
	if (w->comma)
		return refuse(w, w->node->string, "a comma too many");
	return w->pending == 0 || add_ranges(w, w->pending, 0, DAY);
}

bool
conf_read_when(const struct conf_reader *r, const struct conf_node *node,
	struct conf *conf, struct jit_when *ret)
{
	struct when w = { .r = r, .node = node, .conf = conf };
	struct jit_when when;

	if (!conf_read_text(r, node, 256, &when.text))
		return false;
	if (!take_all(&w))
		return false;
	if (w.n == 0)
		return refuse(
			&w, node->string, "no time at all; leave when out for always");
	when.zone = w.zone;
	when.n = w.n;
	when.ranges = conf_alloc(r->arena, w.n * sizeof(*when.ranges));
	memcpy(when.ranges, w.ranges, w.n * sizeof(*when.ranges));
	*ret = when;
	return true;
}

bool
conf_add_host_zone(const struct conf_reader *r, struct conf *conf)
{
	struct conf_node node = { .type = CONF_STRING, .name = "when", .string = "" };
	struct when w = { .r = r, .node = &node, .conf = conf };
	uint32_t zone;

	return zone_add(&w, "", &zone);
}
