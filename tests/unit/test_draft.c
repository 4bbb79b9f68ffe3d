/*
 * jitctl/draft.c: nothing that somebody else chose looks like a line that is signed.
 */
#include "jitctl/draft.h"

#include "test.h"

static const struct {
	const char *name, *text, *want;
} words[] = {
	{ "plain", "OPS-12 disk full", "OPS-12 disk full" },
	{ "empty", "", "" },
	{ "several blanks", "a   b  c", "a b c" },
	{ "blanks around", "   a  ", " a " },
	{ "nothing but blanks", "      ", " " },
	{ "a line filled up", "x                              signed   by bob's own key",
		"x signed by bob's own key" },
	{ "blanks of other widths", "a\u00a0\u2003\u3000 \u1680b\u205f\u202fc", "a b c" },
	{ "a line end", "a\n  signed   by", "a\\n signed by" },
	{ "a tab", "a\tb", "a\\tb" },
	{ "an override", "a\u202eb", "a\\u{202e}b" },
	{ "other letters", "\u00e4 \u20ac", "\u00e4 \u20ac" },
};

static void
test_words(void)
{
	char buf[256];

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		test_row(words[i].name);
		ASSERT_TRUE(draft_words(words[i].text, buf, sizeof(buf)) == buf);
		ASSERT_EQ_STR(buf, words[i].want);
	}
	test_row("cut off");
	ASSERT_EQ_STR(draft_words("0123456789", buf, 9), "01234\xe2\x80\xa6");
	test_row(NULL);
}

#define WORDS(...)                                                                       \
	{                                                                                \
		sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),                \
			(const char *[])                                                 \
		{                                                                        \
			__VA_ARGS__                                                      \
		}                                                                        \
	}

/* A line that draft_show prints; "" if it prints none that begins so. */
static const char *
line_of(const struct jit_grant *g, const struct draft_said *said, const char *begin)
{
	static char text[4096], line[1024];
	FILE *out = fmemopen(text, sizeof(text), "w");
	const char *at;

	ASSERT_TRUE(out);
	draft_show(g, said, out);
	ASSERT_EQ_INT(fclose(out), 0);
	at = strstr(text, begin);
	(void)snprintf(line, sizeof(line), "%.*s", at ? (int)strcspn(at, "\n") : 0,
		at ? at : "");
	return line;
}

static void
test_the_command(void)
{
	const struct jit_strv meant = WORDS("/bin/sh", "-c", "rm -rf /");
	const struct draft_said known = { .host = "web1", .target = "", &meant },
				unknown = { .host = "web1", .target = "", NULL };
	struct jit_grant g = { .role = "once", .aud = "web1", .dur = 60 };

	ASSERT_EQ_STR(
		line_of(&g, NULL, "  command"), "  command  whatever the role covers");
	g.cmd = (struct jit_strv)WORDS("/usr/bin/id", "-u");
	ASSERT_EQ_STR(line_of(&g, NULL, "  command"), "  command  /usr/bin/id -u");
	g.cmd = (struct jit_strv)WORDS("sha512:00");
	ASSERT_EQ_STR(
		line_of(&g, &known, "  command"), "  command  /bin/sh -c 'rm -rf /'");
	ASSERT_EQ_STR(line_of(&g, &unknown, "  command"),
		"  command  NOT KNOWN: only the digest of one is here");
}

static void
test_as_whom(void)
{
	struct draft_said said = { .host = "web1", .target = "root" };
	struct jit_grant g = { .role = "root", .aud = "web1", .dur = 60 };
	static const char head[] =
		"  role     root                             on web1, ";
	char want[256];

	(void)snprintf(want, sizeof(want),
		"%sas the role's own account (web1 says: root)", head);
	ASSERT_EQ_STR(line_of(&g, &said, "  role"), want);
	(void)snprintf(want, sizeof(want), "%sas the role's own account", head);
	ASSERT_EQ_STR(line_of(&g, NULL, "  role"), want);
	said.target = "root) signed by (x";
	ASSERT_EQ_STR(line_of(&g, &said, "  role"), want);
	said.target = "root";
	(void)snprintf(g.as, sizeof(g.as), "www");
	(void)snprintf(want, sizeof(want), "%sas www", head);
	ASSERT_EQ_STR(line_of(&g, &said, "  role"), want);
}

static void
test_an_emergency_is_said(void)
{
	struct jit_grant g = { .role = "root", .aud = "web1", .via = JIT_VIA_APPROVAL };

	ASSERT_EQ_STR(line_of(&g, NULL, "  BREAK-GLASS"), "");
	g.via = JIT_VIA_BREAK_GLASS;
	ASSERT_CONTAINS(line_of(&g, NULL, "  BREAK-GLASS"), "IN AN EMERGENCY");
}

TEST_MAIN(TEST(test_words), TEST(test_the_command), TEST(test_as_whom),
	TEST(test_an_emergency_is_said))
