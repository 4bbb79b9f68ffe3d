/*
 * libjit/escape.c: nothing that somebody else wrote can move a cursor, hide, reorder or
 * end a line (CVE-2023-28486, CVE-2024-28085); no invalid UTF-8 comes out.
 */
#include "libjit/escape.h"

#include "test.h"

static const struct row {
	const char *text, *want;
} rows[] = {
	{ "", "" },
	{ "plain text, 'quoted' & more", "plain text, 'quoted' & more" },
	{ "Gr\xc3\xbc\xc3\x9f Gott \xe2\x82\xac \xf0\x9f\x98\x80",
		"Gr\xc3\xbc\xc3\x9f Gott \xe2\x82\xac \xf0\x9f\x98\x80" },
	{ "a\\b", "a\\\\b" },
	{ "a\nb\tc", "a\\nb\\tc" },
	{ "a\rb", "a\\x0db" },
	{ "\x1b[31m", "\\x1b[31m" },
	{ "\x01\x7f", "\\x01\\x7f" },
	{ "\a\b", "\\x07\\x08" },

	/* C1: the eight-bit forms of escape sequences. */
	{ "\xc2\x9b"
	  "31m",
		"\\u{9b}31m" },
	{ "\xc2\x80\xc2\x9f\xc2\xa1", "\\u{80}\\u{9f}\xc2\xa1" },
	{ "\x9b"
	  "31m",
		"\\x9b31m" },

	/* What reorders, hides or ends lines. */
	{ "\xe2\x80\xaa|\xe2\x80\xae", "\\u{202a}|\\u{202e}" },
	{ "\xe2\x81\xa6|\xe2\x81\xa9", "\\u{2066}|\\u{2069}" },
	{ "\xe2\x80\x8b|\xe2\x80\x8f", "\\u{200b}|\\u{200f}" },
	{ "\xe2\x80\xa8|\xe2\x80\xa9", "\\u{2028}|\\u{2029}" },
	{ "\xef\xbb\xbf", "\\u{feff}" },
	{ "\xd8\x9c", "\\u{61c}" },
	{ "\xc2\xad", "\\u{ad}" },
	{ "\xe2\x81\xa0", "\\u{2060}" },
	{ "\xe1\xa0\x8e", "\\u{180e}" },
	{ "\xef\xbf\xb9", "\\u{fff9}" },
	{ "\xf3\xa0\x80\x81|\xf3\xa0\x81\xbf", "\\u{e0001}|\\u{e007f}" },
	{ "\xee\x80\x80", "\\u{e000}" },
	{ "\xef\xbf\xbf", "\\u{ffff}" },
	{ "\xf4\x8f\xbf\xbf", "\\u{10ffff}" },
	{ "\xe2\x80\x90\xe2\x80\xa6", "\xe2\x80\x90\xe2\x80\xa6" },

	/* Not UTF-8. */
	{ "\xff\xfe", "\\xff\\xfe" },
	{ "\x80", "\\x80" },
	{ "\xc3", "\\xc3" },
	{ "\xc3(", "\\xc3(" },
	{ "\xe2\x82", "\\xe2\\x82" },
	{ "\xf0\x9f\x98", "\\xf0\\x9f\\x98" },
	{ "\xc0\xaf", "\\xc0\\xaf" },
	{ "\xc1\xbf", "\\xc1\\xbf" },
	{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
	{ "\xe0\x9f\xbf", "\\xe0\\x9f\\xbf" },
	{ "\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf" },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
	{ "\xed\xbf\xbf", "\\xed\\xbf\\xbf" },
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
	{ "\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80" },
	{ "\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80" },
	{ "\xc3\xc3\xbc", "\\xc3\xc3\xbc" },
};

static void
test_each_character(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char buf[256];
		_cleanup_free_ char *copy = jit_escape_dup(rows[i].text);

		test_row(rows[i].want);
		ASSERT_EQ_STR(jit_escape(rows[i].text, buf, sizeof(buf)), rows[i].want);
		ASSERT_EQ_STR(copy, rows[i].want);
	}
}

/* Every text of two bytes: what comes out is printable ASCII or the text itself. */
static void
test_no_pair_of_bytes_brings_out_a_control_character(void)
{
	for (unsigned i = 0x101; i < 0x10000; i++) {
		const char text[] = { (char)(i >> 8), (char)i, '\0' };
		char buf[32];

		jit_escape(text, buf, sizeof(buf));
		for (const char *c = buf; *c; c++)
			ASSERT_TRUE((unsigned char)*c >= 0x20 && *c != 0x7f);
		ASSERT_EQ_STR(strstr(buf, "\xc2\x9b"), NULL);
	}
}

/* An allocation of just that size shows a byte too many to a sanitizer. */
static const char *
escape_into(const char *text, size_t size, char *keep)
{
	char *buf = malloc(size ? size : 1);

	ASSERT_TRUE(buf != NULL);
	jit_escape(text, buf, size);
	strncpy(keep, size ? buf : "", size + 1);
	free(buf);
	return keep;
}

static void
test_what_does_not_fit_ends_in_an_ellipsis(void)
{
	static const struct {
		const char *text;
		size_t size;
		const char *want;
	} cuts[] = {
		{ "abcdef", 7, "abcdef" },
		{ "abcdef", 6, "ab\xe2\x80\xa6" },
		{ "abcdef", 5, "a\xe2\x80\xa6" },
		{ "abcdef", 4, "\xe2\x80\xa6" },
		{ "abcdef", 3, "" },
		{ "abcdef", 1, "" },
		{ "abcdef", 0, "" },
		{ "ab", 3, "ab" },
		{ "ab\x1b", 7, "ab\\x1b" },
		{ "ab\x1b", 6, "ab\xe2\x80\xa6" },
		{ "ab\n\n", 7, "ab\\n\\n" },
		{ "ab\n\n", 6, "ab\xe2\x80\xa6" },
		{ "a\xe2\x82\xac"
		  "bcd",
			8,
			"a\xe2\x82\xac"
			"bcd" },
		{ "a\xe2\x82\xac"
		  "bcd",
			7, "a\xe2\x80\xa6" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++) {
		char keep[32];

		test_row(cuts[i].want);
		ASSERT_EQ_STR(
			escape_into(cuts[i].text, cuts[i].size, keep), cuts[i].want);
	}
}

static void
test_no_text_is_an_empty_text(void)
{
	char buf[4] = "xyz";
	_cleanup_free_ char *copy = jit_escape_dup(NULL);

	ASSERT_EQ_STR(jit_escape(NULL, buf, sizeof(buf)), "");
	ASSERT_EQ_STR(copy, "");
}

static void
test_argument_vectors(void)
{
	static const struct {
		const char *argv[5], *want;
	} vectors[] = {
		{ { NULL }, "" },
		{ { "/usr/bin/apt-get", "install", "lib=1.2+3:a~b" },
			"/usr/bin/apt-get install 'lib=1.2+3:a~b'" },
		{ { "a", "", "b" }, "a '' b" },
		{ { "sh", "-c", "id; id" }, "sh -c 'id; id'" },
		{ { "a b", "a", "b" }, "'a b' a b" },
		{ { "it's" }, "'it'\\''s'" },
		{ { "a\\b" }, "'a\\\\b'" },
		{ { "a\nb" }, "'a\\nb'" },
		{ { "\x1b]0;x\a" }, "'\\x1b]0;x\\x07'" },
		{ { "$HOME", "*", "#", "~" }, "'$HOME' '*' '#' '~'" },
		{ { "\xc3\xbc" }, "'\xc3\xbc'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		struct jit_strv argv = { 0, (const char **)vectors[i].argv };
		char buf[128];

		while (argv.v[argv.n])
			argv.n++;
		test_row(vectors[i].want);
		ASSERT_EQ_STR(jit_escape_argv(&argv, buf, sizeof(buf)), vectors[i].want);
	}
}

static void
test_a_long_argument_vector_is_cut(void)
{
	const char *words[] = { "abc", "d e f" };
	const struct jit_strv argv = { 2, words };
	char buf[10];

	ASSERT_EQ_STR(jit_escape_argv(&argv, buf, sizeof(buf)), "abc 'd\xe2\x80\xa6");
}

TEST_MAIN(TEST(test_each_character),
	TEST(test_no_pair_of_bytes_brings_out_a_control_character),
	TEST(test_what_does_not_fit_ends_in_an_ellipsis),
	TEST(test_no_text_is_an_empty_text), TEST(test_argument_vectors),
	TEST(test_a_long_argument_vector_is_cut))
