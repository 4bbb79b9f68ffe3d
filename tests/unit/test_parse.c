/*
 * libjit/parse.c: what people write is taken whole, or refused.
 */
#include "libjit/parse.h"
#include "test.h"

#include <time.h>

static void
test_durations(void)
{
	static const struct {
		const char *text;
		int result;
		int64_t sec;
	} rows[] = {
		{ "90s", 0, 90 },
		{ "10m", 0, 600 },
		{ "2h", 0, 7200 },
		{ "1h30m", 0, 5400 },
		{ "1d", 0, 86400 },
		{ "1d2h3m4s", 0, 93784 },
		{ "", -EINVAL, 0 },
		{ "0s", -ERANGE, 0 },
		{ "0", -EINVAL, 0 },
		{ "10", -EINVAL, 0 },
		{ "m", -EINVAL, 0 },
		{ "10m1h", -EINVAL, 0 },
		{ "1h1h", -EINVAL, 0 },
		{ "-1h", -EINVAL, 0 },
		{ "+1h", -EINVAL, 0 },
		{ " 1h", -EINVAL, 0 },
		{ "1h ", -EINVAL, 0 },
		{ "1.5h", -EINVAL, 0 },
		{ "1H", -EINVAL, 0 },
		{ "unlimited", -EINVAL, 0 },
		{ "9999999999s", -ERANGE, 0 },
		{ "99999d", -ERANGE, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t sec = 0;

		test_row(rows[i].text);
		ASSERT_EQ_INT(jit_parse_duration(rows[i].text, &sec), rows[i].result);
		ASSERT_EQ_INT(sec, rows[i].sec);
	}
	test_row(NULL);
}

static void
test_durations_are_written_as_they_are_read(void)
{
	char buf[JIT_DURATION_SIZE];

	ASSERT_EQ_STR(jit_format_duration(90, buf), "1m30s");
	ASSERT_EQ_STR(jit_format_duration(7200, buf), "2h");
	ASSERT_EQ_STR(jit_format_duration(93784, buf), "1d2h3m4s");
	ASSERT_EQ_STR(jit_format_duration(0, buf), "0s");
	ASSERT_EQ_STR(jit_format_duration(-5, buf), "0s");
}

static void
test_times(void)
{
	static const struct {
		const char *text;
		int result;
		int64_t sec;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0, 0 },
		{ "2026-11-24T15:15:35Z", 0, 1795533335 },
		{ "2028-02-29T00:00:00Z", 0, 1835395200 },
		{ "2000-02-29T23:59:59Z", 0, 951868799 },
		{ "2099-12-31T23:59:59Z", 0, 4102444799 },
		{ "9999-12-31T23:59:59Z", 0, 253402300799 },
		{ "2027-02-29T00:00:00Z", -ERANGE, 0 },
		{ "2100-02-29T00:00:00Z", -ERANGE, 0 },
		{ "2026-04-31T00:00:00Z", -ERANGE, 0 },
		{ "2026-00-10T00:00:00Z", -ERANGE, 0 },
		{ "2026-04-00T00:00:00Z", -ERANGE, 0 },
		{ "1969-12-31T23:59:59Z", -ERANGE, 0 },
		{ "2026-13-01T00:00:00Z", -ERANGE, 0 },
		{ "2026-11-24T24:00:00Z", -ERANGE, 0 },
		{ "2026-11-24T15:15:60Z", -ERANGE, 0 },
		{ "2026-11-24T15:15:35", -EINVAL, 0 },
		{ "2026-11-24T15:15:35+00:00", -EINVAL, 0 },
		{ "2026-11-24 15:15:35Z", -EINVAL, 0 },
		{ "2026-11-24T15:15:35.5Z", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
	};
	char buf[JIT_TIME_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t sec = 0;

		test_row(rows[i].text);
		ASSERT_EQ_INT(jit_parse_time(rows[i].text, &sec), rows[i].result);
		ASSERT_EQ_INT(sec, rows[i].sec);
		if (rows[i].result == 0)
			ASSERT_EQ_STR(jit_format_time(sec, buf), rows[i].text);
	}
	test_row(NULL);
}

/* Against libc, for every day of two centuries. */
static void
test_the_calendar_is_libcs(void)
{
	for (int64_t sec = 86399; sec < INT64_C(6600000000); sec += 86400) {
		char ours[JIT_TIME_SIZE], theirs[JIT_TIME_SIZE];
		time_t t = (time_t)sec;
		struct tm tm;
		int64_t back = 0;

		strftime(theirs, sizeof(theirs), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
		ASSERT_EQ_STR(jit_format_time(sec, ours), theirs);
		ASSERT_OK(jit_parse_time(ours, &back));
		ASSERT_EQ_INT(back, sec);
	}
}

static void
test_a_date_ends_at_its_midnight(void)
{
	int64_t sec = 0;

	ASSERT_OK(jit_parse_date_end("2026-11-24", &sec));
	ASSERT_EQ_INT(sec, 1795478400 + 86400);
	ASSERT_ERR(jit_parse_date_end("2026-11-31", &sec), ERANGE);
	ASSERT_ERR(jit_parse_date_end("2026-11-24T", &sec), EINVAL);
}

/* CVE-2019-14287, CVE-2018-19788: uid -1 and beyond INT_MAX. */
static void
test_uids(void)
{
	uid_t uid = 7;

	ASSERT_OK(jit_parse_uid("0", &uid));
	ASSERT_EQ_UINT(uid, 0);
	ASSERT_OK(jit_parse_uid("2147483647", &uid));
	ASSERT_EQ_UINT(uid, 2147483647);
	ASSERT_ERR(jit_parse_uid("2147483648", &uid), ERANGE);
	ASSERT_ERR(jit_parse_uid("4294967295", &uid), ERANGE);
	ASSERT_ERR(jit_parse_uid("-1", &uid), EINVAL);
	ASSERT_ERR(jit_parse_uid("01", &uid), EINVAL);
	ASSERT_ERR(jit_parse_uid("", &uid), EINVAL);
	ASSERT_EQ_UINT(uid, 2147483647);
}

/* CVE-2023-42456: a name that becomes part of a path. */
static void
test_names(void)
{
	char long_name[JIT_NAME_MAX + 2];

	ASSERT_TRUE(jit_name_valid("alice"));
	ASSERT_TRUE(jit_name_valid("Alice.B-2_x"));
	ASSERT_TRUE(jit_name_valid("host$"));
	ASSERT_FALSE(jit_name_valid(""));
	ASSERT_FALSE(jit_name_valid("."));
	ASSERT_FALSE(jit_name_valid(".."));
	ASSERT_FALSE(jit_name_valid("../root"));
	ASSERT_FALSE(jit_name_valid("a/b"));
	ASSERT_FALSE(jit_name_valid("-rf"));
	ASSERT_FALSE(jit_name_valid("1001"));
	ASSERT_FALSE(jit_name_valid("a b"));
	ASSERT_FALSE(jit_name_valid("a\n"));
	ASSERT_FALSE(jit_name_valid("$"));
	ASSERT_FALSE(jit_name_valid("caf\xc3\xa9"));
	memset(long_name, 'a', sizeof(long_name));
	long_name[JIT_NAME_MAX + 1] = '\0';
	ASSERT_FALSE(jit_name_valid(long_name));
	long_name[JIT_NAME_MAX] = '\0';
	ASSERT_TRUE(jit_name_valid(long_name));
}

static void
test_ids(void)
{
	static const char id[] = "0123456789abcdef0123456789abcdef";
	char crockford[JIT_ID_CROCKFORD_SIZE];

	ASSERT_TRUE(jit_id_valid(id));
	ASSERT_FALSE(jit_id_valid("0123456789ABCDEF0123456789abcdef"));
	ASSERT_FALSE(jit_id_valid("0123456789abcdef0123456789abcde"));
	ASSERT_FALSE(jit_id_valid("0123456789abcdef0123456789abcdef0"));
	ASSERT_OK(jit_id_to_crockford(id, crockford));
	ASSERT_EQ_STR(crockford, "04HMASW9NF6YY0938NKRKAYDXW");
	ASSERT_TRUE(jit_id_matches(id, id));
	ASSERT_TRUE(jit_id_matches(id, "04HM"));
	ASSERT_TRUE(jit_id_matches(id, "o4hmasw9"));
	ASSERT_TRUE(jit_id_matches(id, "04HMASW9NF6YY0938NKRKAYDXW"));
	ASSERT_FALSE(jit_id_matches(id, "04H"));
	ASSERT_FALSE(jit_id_matches(id, "04HN"));
	ASSERT_FALSE(jit_id_matches(id, ""));
}

static void
test_text(void)
{
	ASSERT_TRUE(jit_text_valid("OPS-12 disk full", 256));
	ASSERT_TRUE(jit_text_valid("caf\xc3\xa9", 256));
	ASSERT_TRUE(jit_text_valid("", 256));
	ASSERT_FALSE(jit_text_valid("line\nbreak", 256));
	ASSERT_FALSE(jit_text_valid("\x1b[31m", 256));
	ASSERT_FALSE(jit_text_valid("\x7f", 256));
	ASSERT_FALSE(jit_text_valid("\xc2\x9b", 256));     /* C1: CSI */
	ASSERT_FALSE(jit_text_valid("\xc0\xaf", 256));     /* overlong */
	ASSERT_FALSE(jit_text_valid("\xed\xa0\x80", 256)); /* surrogate */
	ASSERT_FALSE(jit_text_valid("\xff", 256));
	ASSERT_FALSE(jit_text_valid("\xe2\x82", 256)); /* cut short */
	ASSERT_FALSE(jit_text_valid("abcd", 3));
}

TEST_MAIN(TEST(test_durations), TEST(test_durations_are_written_as_they_are_read),
	TEST(test_times), TEST(test_the_calendar_is_libcs),
	TEST(test_a_date_ends_at_its_midnight), TEST(test_uids), TEST(test_names),
	TEST(test_ids), TEST(test_text))
