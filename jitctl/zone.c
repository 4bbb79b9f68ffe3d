/*
 * Time zones as tables of changes, found by asking libc for the offset from UTC.
 *
 * Runs as root, in jitctl only: it sets TZ for a moment. MUST NOT take a name that leads
 * out of the zone directory.
 */
#include "zone.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#define ZONE_DIR "/usr/share/zoneinfo/"

enum {
	STEP_SEC = 86400, /* two changes within a day would be missed: there are none */
	CHANGES_MAX = 4096,
};

static bool
is_zone_name(const char *name)
{
	if (!isalpha((unsigned char)name[0]) || strlen(name) > JIT_NAME_MAX)
		return false;
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("/_+-", *p))
			return false;
	return !strstr(name, "//") && name[strlen(name) - 1] != '/';
}

bool
zone_exists(const char *name)
{
	char path[sizeof(ZONE_DIR) + JIT_NAME_MAX], magic[4] = { 0 };
	_cleanup_fclose_ FILE *f = NULL;

	if (!is_zone_name(name))
		return false;
	(void)snprintf(path, sizeof(path), ZONE_DIR "%s", name);
	f = fopen(path, "re");
	return f && fread(magic, 1, sizeof(magic), f) == sizeof(magic) &&
		memcmp(magic, "TZif", sizeof(magic)) == 0;
}

static int
offset_at(int64_t sec, int32_t *ret)
{
	time_t t = (time_t)sec;
	struct tm tm;

	if (!localtime_r(&t, &tm))
		return -EOVERFLOW;
	*ret = (int32_t)tm.tm_gmtoff;
	return 0;
}

/* The first second at which the offset is no longer `before`, between low (where it still
 * is) and high (where it is not). */
static int
bisect(int64_t low, int64_t high, int32_t before, int64_t *ret)
{
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		int32_t offset;
		int r = offset_at(middle, &offset);

		if (r < 0)
			return r;
		if (offset == before)
			low = middle;
		else
			high = middle;
	}
	*ret = high;
	return 0;
}

/* Adds the change, if any, between two moments of which the first is covered. */
static int
probe(int64_t from, int64_t to, struct jit_zone_change *changes, size_t *n)
{
	int32_t before = changes[*n - 1].offset_sec, after;
	int64_t at;
	int r = offset_at(to, &after);

	if (r < 0 || after == before)
		return r;
	if (*n == CHANGES_MAX)
		return -E2BIG;
	r = bisect(from, to, before, &at);
	if (r == 0)
		changes[(*n)++] =
			(struct jit_zone_change){ .from_sec = at, .offset_sec = after };
	return r;
}

static int
probe_all(int64_t from, int64_t to, struct jit_zone_change **ret, size_t *ret_n)
{
	_cleanup_free_ struct jit_zone_change *changes =
		calloc(CHANGES_MAX, sizeof(*changes));
	size_t n = 1;
	int r;

	if (!changes)
		return -ENOMEM;
	changes[0].from_sec = from;
	r = offset_at(from, &changes[0].offset_sec);
	for (int64_t at = from; r == 0 && at < to; at += STEP_SEC)
		r = probe(at, at + STEP_SEC, changes, &n);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(changes);
	*ret_n = n;
	return 0;
}

static int
use_zone(const char *name)
{
	char value[sizeof(":" ZONE_DIR) + JIT_NAME_MAX];

	if (!name[0])
		return unsetenv("TZ") == 0 ? 0 : -errno;
	(void)snprintf(value, sizeof(value), ":" ZONE_DIR "%s", name);
	return setenv("TZ", value, 1) == 0 ? 0 : -errno;
}

int
zone_compile(const char *name, int64_t from_sec, int64_t to_sec,
	struct jit_zone_change **ret, size_t *ret_n)
{
	const char *tz = getenv("TZ");
	_cleanup_free_ char *before = tz ? strdup(tz) : NULL;
	int r;

	if (tz && !before)
		return -ENOMEM;
	if (name[0] && !zone_exists(name))
		return -EINVAL;
	r = use_zone(name);
	tzset();
	if (r == 0)
		r = probe_all(from_sec, to_sec, ret, ret_n);
	if ((before ? setenv("TZ", before, 1) : unsetenv("TZ")) < 0 && r == 0)
		r = -errno;
	tzset();
	return r;
}
