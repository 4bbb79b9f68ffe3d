/*
 * jitsu/environment.c: environments are made from nothing.
 */
#include "jitsu/environment.h"

#include "test.h"

static void
test_what_of_the_callers_is_kept(void)
{
	static const struct {
		const char *entry;
		bool kept;
	} cases[] = {
		{ "TERM=xterm-256color", true },
		{ "LANG=de_DE.UTF-8", true },
		{ "LC_ALL=C.UTF-8", true },
		{ "LC_TIME=sr_RS@latin", true },
		{ "COLORTERM=truecolor", true },
		{ "DISPLAY=:0", true },
		{ "NO_COLOR=1", true },
		{ "TERM=", false },
		{ "TERM", false },
		{ "TERM=/tmp/terminfo", false },
		{ "TERM=../x", false },
		{ "TERM=a b", false },
		{ "LANG=%s%n", false },
		{ "LC_ALL=/../../x", false },
		{ "LC_ALL=a\nb", false },
		{ "LC_ALL=\xc3\xa4", false },
		{ "LC_=x", true },
		{ "LC-ALL=x", false },
		{ "1LANG=x", false },
		{ "=x", false },
		{ "", false },
		{ "TERMINFO=x", false },
		{ "TERMCAP=x", false },
		{ "PATH=x", false },
		{ "HOME=x", false },
		{ "LD_PRELOAD=x", false },
		{ "LD_LIBRARY_PATH=x", false },
		{ "GLIBC_TUNABLES=x", false },
		{ "GCONV_PATH=x", false },
		{ "LOCPATH=x", false },
		{ "NLSPATH=x", false },
		{ "BASH_ENV=x", false },
		{ "BASH_FUNC_x%%=() { :; }", false },
		{ "IFS=x", false },
		{ "TZ=x", false },
		{ "PYTHONPATH=x", false },
		{ "PERL5OPT=x", false },
		{ "SUDO_USER=root", false },
		{ "JIT_GRANT=x", false },
		{ "XAUTHORITY=x", false },
	};
	char longest[256] = "TERM=";

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		test_row(cases[i].entry);
		ASSERT_EQ_INT(environment_is_kept(cases[i].entry), cases[i].kept);
	}
	test_row(NULL);
	memset(longest + 5, 'x', 128);
	ASSERT_TRUE(environment_is_kept(longest));
	memset(longest + 5, 'x', 129);
	ASSERT_FALSE(environment_is_kept(longest));
}

static void
test_what_pam_may_set(void)
{
	ASSERT_TRUE(environment_is_pams("LANG=C"));
	ASSERT_TRUE(environment_is_pams("http_proxy=http://proxy:3128"));
	ASSERT_FALSE(environment_is_pams("PATH=/tmp"));
	ASSERT_FALSE(environment_is_pams("HOME=/tmp"));
	ASSERT_FALSE(environment_is_pams("LD_PRELOAD=/tmp/x.so"));
	ASSERT_FALSE(environment_is_pams("GLIBC_TUNABLES=x"));
	ASSERT_FALSE(environment_is_pams("BASH_ENV=/tmp/x"));
	ASSERT_FALSE(environment_is_pams("JIT_SUBJECT=carol"));
	ASSERT_FALSE(environment_is_pams("SUDO_USER=carol"));
	ASSERT_FALSE(environment_is_pams("no name=x"));
	ASSERT_FALSE(environment_is_pams("="));
}

static void
test_setting_replaces(void)
{
	char *entries[] = { (char *)"LANG=pam", (char *)"NEW=pam", (char *)"PATH=pam",
		NULL };
	struct environment env = { 0 };

	ASSERT_OK(environment_set(&env, "LANG", "first"));
	ASSERT_OK(environment_set(&env, "LANGUAGE", "other"));
	ASSERT_OK(environment_set(&env, "LANG", "second"));
	ASSERT_EQ_UINT(env.n, 2);
	ASSERT_EQ_STR(env.v[0], "LANG=second");
	ASSERT_OK(environment_add_pam(&env, entries));
	ASSERT_EQ_UINT(env.n, 3);
	ASSERT_EQ_STR(env.v[0], "LANG=second"); /* what is there stays */
	ASSERT_EQ_STR(env.v[2], "NEW=pam");
	ASSERT_TRUE(env.v[3] == NULL);
	ASSERT_OK(environment_add_pam(&env, NULL));
	environment_done(&env);
}

static void
test_it_is_bounded(void)
{
	struct environment env = { 0 };
	char name[16];

	for (int i = 0; i < ENVIRONMENT_MAX; i++) {
		snprintf(name, sizeof(name), "N%d", i);
		ASSERT_OK(environment_set(&env, name, "x"));
	}
	ASSERT_ERR(environment_set(&env, "ONE_MORE", "x"), E2BIG);
	ASSERT_OK(environment_set(&env, "N7", "y"));
	ASSERT_EQ_UINT(env.n, ENVIRONMENT_MAX);
	environment_done(&env);
}

static void
test_taking_empties_environ(void)
{
	struct environment env = { 0 };
	struct environment_presets presets = { 0 };

	ASSERT_OK(clearenv());
	ASSERT_OK(setenv("TERM", "vt100", 1));
	ASSERT_OK(setenv("LD_PRELOAD", "/x", 1));
	ASSERT_OK(setenv("JIT_REASON", "because", 1));
	ASSERT_OK(setenv("JIT_ROLE", "", 1));
	ASSERT_OK(environment_take(&env, &presets));
	ASSERT_EQ_UINT(env.n, 1);
	ASSERT_EQ_STR(env.v[0], "TERM=vt100");
	ASSERT_EQ_STR(presets.reason, "because");
	ASSERT_EQ_STR(presets.role, "");
	ASSERT_TRUE(presets.time == NULL);
	ASSERT_TRUE(!environ || !environ[0]);
	environment_done(&env);
	free(presets.reason);
	free(presets.role);
}

/* Asks for one word; *ret is what came of it, "" for nothing. */
static int
ask_one(const char *word, bool preserve, const struct environment_may *may, char *ret,
	size_t size, struct jit_error *err)
{
	static char *const given[] = { (char *)"FOO=from_caller", (char *)"FOOD=x",
		(char *)"EMPTY=", (char *)"LD_PRELOAD=/x", (char *)"LANG=C",
		(char *)"LC_ALL=/../x", (char *)"APP_X=a;b", NULL };
	struct environment_asked asked = { .given = given };
	struct environment env = { 0 };
	int r;

	if (preserve)
		asked.preserve = word;
	else
		asked.assignments = (struct jit_strv){ 1, &word };
	r = environment_ask(&asked, may, &env, err);
	snprintf(ret, size, "%s", env.n ? env.v[0] : "");
	environment_done(&env);
	return r;
}

static void
test_what_may_be_asked_for(void)
{
	static const char *keeps[] = { "FOO", "APP_*", "EMPTY", "LD_*", "PATH", "UNSET" };
	static const struct environment_may may = { { ARRAY_SIZE(keeps), keeps }, false };
	static const struct {
		const char *word;
		bool preserve;
		int error;
		const char *entry, *text;
	} cases[] = {
		{ "FOO=bar", false, 0, "FOO=bar", "" },
		{ "FOO=a b", false, EPERM, "", "hand on FOO with this value: only" },
		{ "APP_X", true, EPERM, "", "hand on APP_X with this value: only" },
		{ "FOO=", false, 0, "FOO=", "" },
		{ "APP_MODE=1", false, 0, "APP_MODE=1", "" },
		{ "LANG=C", false, 0, "LANG=C", "" }, /* passes unasked, too */
		{ "LANG=/../x", false, EPERM, "", "LANG is handed on only with" },
		{ "FOOD=1", false, EPERM, "", "hand on FOOD (" },
		{ "foo=1", false, EPERM, "", "hand on foo (" },
		{ "PATH=/tmp", false, EPERM, "", "hand on PATH (" },
		{ "LD_PRELOAD=/x", false, EPERM, "", "hand on LD_PRELOAD (" },
		{ "JIT_ROLE=x", false, EPERM, "", "hand on JIT_ROLE (" },
		{ "=x", false, EINVAL, "", "'' is no name" },
		{ "1A=x", false, EINVAL, "", "'1A' is no name" },
		{ "FOO", false, EINVAL, "", "'FOO' is no name" },
		{ "A\033[B=x", false, EINVAL, "", "'A\\x1b[B' is no name" },
		{ "FOO", true, 0, "FOO=from_caller", "" },
		{ "EMPTY", true, 0, "EMPTY=", "" },
		{ "UNSET", true, 0, "", "" },
		{ "LANG", true, 0, "LANG=C", "" },
		{ "LC_TIME", true, 0, "", "" },
		{ "LC_ALL", true, EPERM, "", "LC_ALL is handed on only with" },
		{ "FOOD", true, EPERM, "", "hand on FOOD (" },
		{ "FOREIGN", true, EPERM, "", "hand on FOREIGN (" },
		{ "LD_PRELOAD", true, EPERM, "", "hand on LD_PRELOAD (" },
		{ "FOO=x", true, EINVAL, "", "'FOO=x' is no name" },
		{ "", true, EINVAL, "", "'' is no name" },
		{ "FOO,", true, EINVAL, "", "'' is no name" },
		{ "FOO,PATH", true, EPERM, "", "hand on PATH (" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct jit_error err = { "" };
		char entry[64];

		test_row(cases[i].word);
		ASSERT_ERR(ask_one(cases[i].word, cases[i].preserve, &may, entry,
				   sizeof(entry), &err),
			cases[i].error);
		ASSERT_EQ_STR(entry, cases[i].entry);
		ASSERT_CONTAINS(err.text, cases[i].text);
	}
	test_row(NULL);
}

/* Asks for NAME=value under env_keep = [ "*" ]. */
static int
ask_value(const char *name, const char *value, bool any_value, struct jit_error *err)
{
	static const char *any = "*";
	const struct environment_may may = { { 1, &any }, any_value };
	char word[128], entry[128];
	int r;

	snprintf(word, sizeof(word), "%s=%s", name, value);
	r = ask_one(word, false, &may, entry, sizeof(entry), err);
	ASSERT_EQ_STR(entry, r == 0 ? word : "");
	return r;
}

static void
test_only_plain_values_pass_unless_the_role_equals_root(void)
{
	static const char not_plain[] = " \t\n\r\"'`;$\\()<>|&{}[]*?~#!^\001\033\177";
	static const struct {
		const char *value;
		bool plain;
	} cases[] = {
		{ "", true },
		{ "noninteractive", true },
		{ "http://user@proxy.example:3128/a%20b?", false },
		{ "http://user@proxy.example:3128/a%20b", true },
		{ "a=b,c+d-e_f.g", true },
		{ "../x", true }, /* a path may be what the role is for */
		{ "noninteractive; BEGIN { system(q(id)) }", false },
		{ "() { :; }; id", false },
		{ "$(id)", false },
		{ "a b", false },
		{ "\xc3\xa4", false },
		{ "\xff", false },
	};
	struct jit_error err;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		test_row(cases[i].value);
		ASSERT_ERR(ask_value("X", cases[i].value, false, &err),
			cases[i].plain ? 0 : EPERM);
		ASSERT_OK(ask_value("X", cases[i].value, true, &err));
	}
	for (size_t i = 0; not_plain[i]; i++) {
		const char value[] = { 'a', not_plain[i], '\0' };

		test_row(value);
		ASSERT_ERR(ask_value("X", value, false, &err), EPERM);
		ASSERT_EQ_STR(err.text,
			"the role does not let you hand on X with this value: only "
			"letters, digits and _ . , : / @ + = % - may be in it");
	}
	test_row(NULL);
}

/* Whatever env_keep says, and though the role equals root. */
static void
test_what_passes_unasked_never_passes_with_another_value(void)
{
	static const char *const names[] = { "LANG", "LANGUAGE", "LC_ALL", "LC_X", "TERM",
		"COLORTERM", "NO_COLOR", "DISPLAY" };
	static const char *const values[] = { "../../tmp/x", "/tmp/x", "a b", "%s", "" };
	struct jit_error err;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		for (size_t k = 0; k < ARRAY_SIZE(values); k++) {
			test_row(names[i]);
			ASSERT_ERR(ask_value(names[i], values[k], false, &err), EPERM);
			ASSERT_ERR(ask_value(names[i], values[k], true, &err), EPERM);
			ASSERT_CONTAINS(err.text,
				" is handed on only with a value of 1 "
				"to 128 letters, digits");
			ASSERT_OK(ask_value(names[i], "C.UTF-8", false, &err));
		}
	test_row(NULL);
}

static void
test_what_is_asked_for_is_bounded(void)
{
	static const char *any = "*";
	const struct environment_may may = { { 1, &any }, false };
	char value[ENVIRONMENT_VALUE_MAX + 8] = "FOO=", words[40][8], entry[16];
	char name[ENVIRONMENT_NAME_MAX + 8] = "";
	const char *v[40];
	struct environment_asked asked = { .assignments = { ENVIRONMENT_ASKED_MAX, v } };
	struct environment env = { 0 };
	struct jit_error err = { "" };

	memset(value + 4, 'x', ENVIRONMENT_VALUE_MAX);
	ASSERT_OK(ask_one(value, false, &may, entry, sizeof(entry), &err));
	value[4 + ENVIRONMENT_VALUE_MAX] = 'x';
	ASSERT_ERR(ask_one(value, false, &may, entry, sizeof(entry), &err), E2BIG);
	ASSERT_EQ_STR(err.text, "the value of FOO is longer than 4096 bytes");
	memset(name, 'N', ENVIRONMENT_NAME_MAX);
	ASSERT_OK(ask_one(name, true, &may, entry, sizeof(entry), &err));
	name[ENVIRONMENT_NAME_MAX] = 'N';
	ASSERT_ERR(ask_one(name, true, &may, entry, sizeof(entry), &err), EINVAL);
	name[ENVIRONMENT_NAME_MAX + 1] = '=';
	ASSERT_ERR(ask_one(name, false, &may, entry, sizeof(entry), &err), EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		snprintf(words[i], sizeof(words[i]), "N%zu=x", i);
		v[i] = words[i];
	}
	ASSERT_OK(environment_ask(&asked, &may, &env, &err));
	ASSERT_EQ_UINT(env.n, ENVIRONMENT_ASKED_MAX);
	environment_done(&env);
	asked.assignments.n++;
	ASSERT_ERR(environment_ask(&asked, &may, &env, &err), E2BIG);
	ASSERT_EQ_UINT(env.n, 0);
}

static void
test_what_is_written_counts_more_than_what_is_preserved(void)
{
	static const char *foo = "FOO", *word = "FOO=written";
	static char *const given[] = { (char *)"FOO=preserved", NULL };
	const struct environment_may may = { { 1, &foo }, false };
	const struct environment_asked asked = { { 1, &word }, "FOO", given };
	struct environment env = { 0 };
	struct jit_error err = { "" };

	ASSERT_OK(environment_ask(&asked, &may, &env, &err));
	ASSERT_EQ_UINT(env.n, 1);
	ASSERT_EQ_STR(env.v[0], "FOO=written");
	environment_done(&env);
}

TEST_MAIN(TEST(test_what_of_the_callers_is_kept), TEST(test_what_pam_may_set),
	TEST(test_setting_replaces), TEST(test_it_is_bounded),
	TEST(test_taking_empties_environ), TEST(test_what_may_be_asked_for),
	TEST(test_only_plain_values_pass_unless_the_role_equals_root),
	TEST(test_what_passes_unasked_never_passes_with_another_value),
	TEST(test_what_is_asked_for_is_bounded),
	TEST(test_what_is_written_counts_more_than_what_is_preserved))
