/*
 * Strict readers for what people and tokens write. Runs as: any. Pure.
 */
#include "parse.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define TEN_YEARS_SEC INT64_C(315576000)

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

int
jit_parse_u64(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (!is_digit(*s) || (s[0] == '0' && s[1]))
		return -EINVAL;
	for (; *s; s++) {
		if (!is_digit(*s))
			return -EINVAL;
		if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
			__builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return -ERANGE;
	}
	if (v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

int
jit_parse_uid(const char *s, uid_t *ret)
{
	uint64_t v;
	int r = jit_parse_u64(s, INT_MAX, &v);

	if (r == 0)
		*ret = (uid_t)v;
	return r;
}

static const struct {
	char letter;
	int64_t sec;
} duration_units[] = { { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };

/* One number with its unit at *s; unit rises, so that each stands once and in order. */
static int
duration_part(const char **s, size_t *unit, int64_t *sum)
{
	int64_t v = 0;
	size_t digits = 0;

	for (; is_digit(**s); (*s)++, digits++)
		if (digits >= 9)
			return -ERANGE;
		else
			v = v * 10 + (**s - '0');
	if (digits == 0)
		return -EINVAL;
	while (*unit < ARRAY_SIZE(duration_units) && duration_units[*unit].letter != **s)
		(*unit)++;
	if (*unit == ARRAY_SIZE(duration_units))
		return -EINVAL;
	*sum += v * duration_units[(*unit)++].sec;
	(*s)++;
	return 0;
}

int
jit_parse_duration(const char *s, int64_t *ret_sec)
{
	int64_t sum = 0;
	size_t unit = 0;

	if (!*s)
		return -EINVAL;
	while (*s) {
		int r = duration_part(&s, &unit, &sum);

		if (r < 0)
			return r;
	}
	if (sum <= 0 || sum > TEN_YEARS_SEC)
		return -ERANGE;
	*ret_sec = sum;
	return 0;
}

/* Does s have the form of `form`, where each 0 there stands for a digit? */
static bool
has_form(const char *s, const char *form)
{
	for (; *form; s++, form++)
		if (*form == '0' ? !is_digit(*s) : *s != *form)
			return false;
	return !*s;
}

static int
two_digits(const char *s)
{
	return (s[0] - '0') * 10 + (s[1] - '0');
}

/* Calendar arithmetic of our own: libc's reads /etc/localtime, and believes TZ, even for
 * UTC. A year begins in March here, so that the leap day is its last. */
static int64_t
days_before(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2), m = (month + 9) % 12;
	int64_t century = y / 100;

	return 365 * y + y / 4 - century + century / 4 + (153 * m + 2) / 5 + day - 1;
}

/* The same, counted from the epoch. */
static int64_t
days_since_epoch(int64_t year, int month, int day)
{
	return days_before(year, month, day) - days_before(1970, 1, 1);
}

static int
month_length(int year, int month)
{
	int next_year = month == 12 ? year + 1 : year;

	return (int)(days_since_epoch(next_year, month % 12 + 1, 1) -
		days_since_epoch(year, month, 1));
}

int
jit_time_from_utc(
	int year, int month, int day, int hour, int minute, int second, int64_t *ret_sec)
{
	if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 ||
		day > month_length(year, month))
		return -ERANGE;
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
		second > 59)
		return -ERANGE;
	*ret_sec = ((days_since_epoch(year, month, day) * 24 + hour) * 60 + minute) * 60 +
		second;
	return 0;
}

static int
four_digits(const char *s)
{
	return two_digits(s) * 100 + two_digits(s + 2);
}

int
jit_parse_time(const char *s, int64_t *ret_sec)
{
	if (!has_form(s, "0000-00-00T00:00:00Z"))
		return -EINVAL;
	return jit_time_from_utc(four_digits(s), two_digits(s + 5), two_digits(s + 8),
		two_digits(s + 11), two_digits(s + 14), two_digits(s + 17), ret_sec);
}

int
jit_parse_date_end(const char *s, int64_t *ret_sec)
{
	int64_t midnight;
	int r;

	if (!has_form(s, "0000-00-00"))
		return -EINVAL;
	r = jit_time_from_utc(
		four_digits(s), two_digits(s + 5), two_digits(s + 8), 0, 0, 0, &midnight);
	if (r == 0)
		*ret_sec = midnight + 86400;
	return r;
}

const char *
jit_format_time(int64_t sec, char buf[JIT_TIME_SIZE])
{
	int64_t days = sec / 86400, rest = sec % 86400;
	int64_t year = 1970 + days / 366; /* never too late */
	int month = 1;

	buf[0] = '\0';
	if (sec < 0 || days_since_epoch(9999, 12, 31) < days)
		return buf;
	while (days_since_epoch(year + 1, 1, 1) <= days)
		year++;
	while (month < 12 && days_since_epoch(year, month + 1, 1) <= days)
		month++;
	(void)snprintf(buf, JIT_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)year,
		month, (int)(days - days_since_epoch(year, month, 1)) + 1,
		(int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
	return buf;
}

const char *
jit_format_duration(int64_t sec, char buf[JIT_DURATION_SIZE])
{
	size_t at = 0;

	if (sec <= 0)
		(void)snprintf(buf, JIT_DURATION_SIZE, "0s");
	for (size_t i = 0; i < ARRAY_SIZE(duration_units) && sec > 0; i++) {
		int64_t v = sec / duration_units[i].sec;

		if (v == 0)
			continue;
		sec -= v * duration_units[i].sec;
		at += (size_t)snprintf(buf + at, JIT_DURATION_SIZE - at, "%lld%c",
			(long long)v, duration_units[i].letter);
		if (at >= JIT_DURATION_SIZE)
			break;
	}
	return buf;
}

bool
jit_name_valid(const char *s)
{
	size_t len = strnlen(s, JIT_NAME_MAX + 1);
	bool all_digits = true;

	if (len == 0 || len > JIT_NAME_MAX || s[0] == '-' || s[0] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		bool last_dollar = s[i] == '$' && i == len - 1 && i > 0;

		if (!is_alnum(s[i]) && !strchr("_.-", s[i]) && !last_dollar)
			return false;
		all_digits = all_digits && is_digit(s[i]);
	}
	return !all_digits;
}

static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
jit_id_valid(const char *s)
{
	size_t n = 0;

	while (n < JIT_ID_LEN && hex_value(s[n]) >= 0)
		n++;
	return n == JIT_ID_LEN && !s[n];
}

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Bit i of the id, counted from its front; 0 behind its end. */
static int
id_bit(const char *id, size_t i)
{
	return i < JIT_ID_LEN * 4 ? (hex_value(id[i / 4]) >> (3 - i % 4)) & 1 : 0;
}

int
jit_id_to_crockford(const char *id, char buf[JIT_ID_CROCKFORD_SIZE])
{
	if (!jit_id_valid(id))
		return -EINVAL;
	for (size_t i = 0; i < JIT_ID_CROCKFORD_SIZE - 1; i++) {
		int v = 0;

		for (size_t b = 0; b < 5; b++)
			v = v * 2 + id_bit(id, i * 5 + b);
		buf[i] = crockford[v];
	}
	buf[JIT_ID_CROCKFORD_SIZE - 1] = '\0';
	return 0;
}

/* What a person meant: lower case, and I, L, O for 1, 1, 0. */
static char
crockford_fold(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'I' || c == 'L')
		return '1';
	return c == 'O' ? '0' : c;
}

bool
jit_id_matches(const char *id, const char *typed)
{
	char full[JIT_ID_CROCKFORD_SIZE];
	size_t len = strnlen(typed, JIT_ID_LEN + 1);

	if (len == JIT_ID_LEN)
		return jit_streq(id, typed);
	if (len < 4 || len >= JIT_ID_CROCKFORD_SIZE || jit_id_to_crockford(id, full) < 0)
		return false;
	for (size_t i = 0; i < len; i++)
		if (crockford_fold(typed[i]) != full[i])
			return false;
	return true;
}

/* Length of the valid UTF-8 sequence at s and its code point; 0 if there is none. */
static size_t
utf8_sequence(const unsigned char *s, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = s[0] < 0x80        ? 1
		: (s[0] & 0xe0) == 0xc0 ? 2
		: (s[0] & 0xf0) == 0xe0 ? 3
		: (s[0] & 0xf8) == 0xf0 ? 4
					: 0;
	uint32_t c = len == 1 ? s[0] : len ? s[0] & (0x7fU >> len) : 0;

	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (len == 0 || c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return len;
}

bool
jit_utf8_valid(const char *s)
{
	uint32_t c;
	size_t n;

	for (; *s; s += n) {
		n = utf8_sequence((const unsigned char *)s, &c);
		if (n == 0)
			return false;
	}
	return true;
}

bool
jit_text_valid(const char *s, size_t max)
{
	size_t len = strnlen(s, max + 1);

	if (len > max)
		return false;
	for (size_t i = 0; i < len;) {
		uint32_t c;
		size_t n = utf8_sequence((const unsigned char *)s + i, &c);

		if (n == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0))
			return false;
		i += n;
	}
	return true;
}
