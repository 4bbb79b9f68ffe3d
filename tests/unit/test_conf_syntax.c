/*
 * Claims: whatever libconfig's syntax does not hold is refused with its line, its column
 * and a likely cause; nothing that libconfig reads in a way that people do not mean gets
 * through.
 */
#include "conf_text.h"

struct syntax_case {
	const char *name, *text, *want;
};

#define HEAD "format = 1; mode = \"enforce\";\n"

static const struct syntax_case syntax_cases[] = {
	{ "adjacent strings are one name to libconfig",
		HEAD "approver_groups = { a = [ \"carol\" \"dave\" ]; };",
		"jit.conf:2:35: two strings with nothing between them would be read as "
		"one, "
		"\"caroldave\"; write a comma: \"carol\", \"dave\"\n" },
	{ "adjacent strings over two lines", HEAD "help = { contact = \"a\"\n\"b\"; };",
		"jit.conf:3:1: two strings with nothing between them would be read as "
		"one, "
		"\"ab\"; write a comma: \"a\", \"b\"\n" },
	{ "trailing comma", HEAD "approver_groups = { a = [ \"carol\", ]; };",
		"jit.conf:2:34: a comma after the last element; remove it\n" },
	{ "missing comma", HEAD "rules = ( { } { } );",
		"jit.conf:2:15: a comma is missing before this, or the ) that closes the "
		"list\n" },
	{ "unclosed string", HEAD "help = { contact = \"call; };\n",
		"jit.conf:2:20: this string is not closed: a \" is missing on this "
		"line\n" },
	{ "unclosed list", HEAD "approver_groups = { a = [ \"carol\" };",
		"jit.conf:2:35: a comma is missing before this, or the ] that closes the "
		"list\n" },
	{ "list open at the end", HEAD "rules = ( ",
		"jit.conf:2:9: this ( is never closed: ) is missing\n" },
	{ "group open at the end", HEAD "roles = {\n a = { ",
		"jit.conf:3:6: this { is never closed: } is missing\n" },
	{ "closes nothing", HEAD "}",
		"jit.conf:2:1: this } closes nothing; or the setting "
		"before it is not closed\n" },
	{ "wrong bracket", HEAD "roles = { a = 1; ]",
		"jit.conf:2:18: this ] closes nothing; or the { before it is not "
		"closed\n" },
	{ "text without quotes", "mode = enforce;",
		"jit.conf:1:8: text is written in double quotes: \"enforce\"\n" },
	{ "duration without quotes", "limits = { max_duration = 8h; };",
		"jit.conf:1:27: this is no number; if it is meant as text, it belongs in "
		"double "
		"quotes\n" },
	{ "date without quotes", "observe_until = 2027-01-31;",
		"jit.conf:1:17: this is no number; if it is meant as text, it belongs in "
		"double "
		"quotes\n" },
	{ "single quotes", "mode = 'enforce';",
		"jit.conf:1:8: a string is written in double quotes: \"…\"\n" },
	{ "no value", "mode = ;", "jit.conf:1:1: the value is missing\n" },
	{ "no equals sign", "mode \"enforce\";",
		"jit.conf:1:1: after \"mode\" comes = and a value\n" },
	{ "two semicolons", "format = 1;; mode = \"enforce\";",
		"jit.conf:1:12: a setting of the form NAME = VALUE; is expected here\n" },
	{ "set twice", "mode = \"enforce\";\nmode = \"observe\";",
		"jit.conf:2:1: \"mode\" is set twice; the first time in line 1\n" },
	{ "include", HEAD "  @include \"/etc/passwd\"\n",
		"jit.conf:2:3: @include is not followed here; use a file in conf.d/\n" },
	{ "include within a comment", HEAD "/*\n@include \"x\"\n*/",
		"jit.conf:3:1: @include is not followed here; use a file in conf.d/\n" },
	{ "comment never closed", HEAD "/* roles",
		"jit.conf:2:1: this comment is never closed: */ is missing\n" },
	{ "control character", HEAD "help = { contact = \"\033[2J\"; };",
		"jit.conf:2:21: a control character; remove it\n" },
	{ "unknown escape", HEAD "help = { contact = \"a\\d\"; };",
		"jit.conf:2:22: an escape that does not exist; a backslash is written "
		"\\\\\n" },
	{ "NUL by an escape", HEAD "approver_groups = { a = [ \"bob\\x00x\" ]; };",
		"jit.conf:2:31: a NUL byte would cut the string short here\n" },
	{ "groups in square brackets", HEAD "rules = [ { } ];",
		"jit.conf:2:9: a list of { } or of lists is written in ( ), not in [ "
		"]\n" },
	{ "too deep", HEAD "a = ((((((((( 1 )))))))));",
		"jit.conf:2:13: too many brackets within brackets\n" },
	{ "tabs count as one column", HEAD "\thelp = { contact = x; };",
		"jit.conf:2:21: text is written in double quotes: \"x\"\n" },
};

static void
test_mistakes_have_place_and_cause(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(syntax_cases); i++) {
		test_row(syntax_cases[i].name);
		ASSERT_EQ_STR(
			conf_text_check(syntax_cases[i].text), syntax_cases[i].want);
	}
	test_row(NULL);
}

static void
test_a_nul_byte_is_refused(void)
{
	static const char text[] = "format = 1;\0mode = \"enforce\";";
	struct conf_source source = {
		.path = "p", .text = text, .len = sizeof(text) - 1
	};
	struct conf_problems problems = { 0 };
	struct conf_arena arena = { 0 };
	struct conf_node node;

	ASSERT_FALSE(conf_tree_read(&source, &arena, &node, &problems));
	ASSERT_EQ_UINT(problems.n, 1);
	ASSERT_EQ_STR(problems.v[0].text, "a control character; remove it");
	ASSERT_EQ_UINT(problems.v[0].place.column, 12);
	conf_problems_done(&problems);
	conf_arena_done(&arena);
}

/* Every value's place, however it is written. */
static void
test_places_follow_the_text(void)
{
	static const char text[] = "# comment\n"
				   "a = ( 1, \"x\", ( true ) );  // more\n"
				   "b : {\n"
				   "  c = 0x1F, d = 1.5e3 /* here */ ;\n"
				   "}\n";
	struct conf_source source = {
		.path = "p", .text = text, .len = sizeof(text) - 1
	};
	struct conf_problems problems = { 0 };
	struct conf_arena arena = { 0 };
	struct conf_node root;
	const struct conf_node *a, *b;

	ASSERT_TRUE(conf_tree_read(&source, &arena, &root, &problems));
	a = conf_node_member(&root, "a");
	b = conf_node_member(&root, "b");
	ASSERT_EQ_UINT(a->place.column, 5);
	ASSERT_EQ_UINT(a->v[1].place.column, 10);
	ASSERT_EQ_STR(a->v[1].string, "x");
	ASSERT_EQ_UINT(a->v[2].v[0].place.column, 17);
	ASSERT_EQ_UINT(b->place.line, 3);
	ASSERT_EQ_UINT(b->v[0].name_place.column, 3);
	ASSERT_EQ_INT(b->v[0].integer, 31);
	ASSERT_EQ_UINT(b->v[1].place.line, 4);
	ASSERT_EQ_UINT(b->v[1].place.column, 17);
	conf_problems_done(&problems);
	conf_arena_done(&arena);
}

/* What reload prints: the line, and a caret under the word, tabs as they look. */
static void
test_the_caret_stands_under_the_word(void)
{
	static const char text[] = "\troles = [ \"ä\", \"package\" ];\n";
	struct conf_source source = {
		.path = "F", .text = text, .len = sizeof(text) - 1
	};
	struct conf_place place = { &source, 1, 18 };
	struct conf_problems problems = { 0 };
	char *shown = NULL;
	size_t len;
	FILE *out = open_memstream(&shown, &len);

	conf_problem_add(&problems, CONF_ERROR, &place, "unknown role");
	conf_problems_print(&problems, out);
	fclose(out);
	ASSERT_EQ_STR(shown,
		"F:1: unknown role\n"
		"        roles = [ \"ä\", \"package\" ];\n"
		"                       ^\n");
	free(shown);
	conf_problems_done(&problems);
}

/* A line of others must not move the cursor. */
static void
test_shown_lines_are_escaped(void)
{
	static const char text[] = "a = \"\033[2J\xc2\x9b\";\n";
	struct conf_source source = {
		.path = "F", .text = text, .len = sizeof(text) - 1
	};
	struct conf_place place = { &source, 1, 5 };
	struct conf_problems problems = { 0 };
	char *shown = NULL;
	size_t len;
	FILE *out = open_memstream(&shown, &len);

	conf_problem_add(&problems, CONF_ERROR, &place, "no \033[31m here");
	conf_problems_print(&problems, out);
	fclose(out);
	ASSERT_TRUE(strchr(shown, '\033') == NULL);
	ASSERT_TRUE(strstr(shown, "\xc2\x9b") == NULL);
	free(shown);
	conf_problems_done(&problems);
}

TEST_MAIN(TEST(test_mistakes_have_place_and_cause), TEST(test_a_nul_byte_is_refused),
	TEST(test_places_follow_the_text), TEST(test_the_caret_stands_under_the_word),
	TEST(test_shown_lines_are_escaped))
