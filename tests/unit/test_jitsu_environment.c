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

TEST_MAIN(TEST(test_what_of_the_callers_is_kept), TEST(test_what_pam_may_set),
	TEST(test_setting_replaces), TEST(test_it_is_bounded),
	TEST(test_taking_empties_environ))
