/*
 * jitsu/options.c: each mode has its own options; arguments stay as they are.
 */
#include "jitsu/options.h"

#include <getopt.h>

#include "test.h"

enum { ARGS_MAX = 16 };

static const struct environment_presets no_presets;

static int
parse(const char *const args[ARGS_MAX], const struct environment_presets *presets,
	struct options *ret, struct jit_error *err)
{
	static char *argv[ARGS_MAX + 2];
	int argc = 1;

	argv[0] = (char *)"jitsu";
	while (args[argc - 1]) {
		argv[argc] = (char *)args[argc - 1];
		argc++;
	}
	argv[argc] = NULL;
	optind = 0; /* glibc: begin anew */
	return options_parse(argc, argv, presets, ret, err);
}

static void
test_a_command_and_its_options(void)
{
	static const char *const args[ARGS_MAX] = { "-n", "-r", "why not", "--time=1h30m",
		"-R", "root", "-u", "daemon", "ls", "-l", "--", "\\" };
	struct options options;
	struct jit_error err = { "" };

	ASSERT_OK(parse(args, &no_presets, &options, &err));
	ASSERT_EQ_INT(options.mode, MODE_RUN);
	ASSERT_TRUE(options.no_prompt);
	ASSERT_EQ_STR(options.reason, "why not");
	ASSERT_EQ_INT(options.duration_sec, 5400);
	ASSERT_EQ_STR(options.role, "root");
	ASSERT_EQ_STR(options.target, "daemon");
	ASSERT_EQ_UINT(options.words.n, 4);
	ASSERT_EQ_STR(options.words.v[0], "ls");
	ASSERT_EQ_STR(options.words.v[1], "-l"); /* the command's, behind its name */
	ASSERT_EQ_STR(options.words.v[2], "--");
	ASSERT_EQ_STR(options.words.v[3], "\\");
	ASSERT_TRUE(options.words.v[4] == NULL);
}

static void
test_modes(void)
{
	static const struct {
		const char *args[ARGS_MAX];
		enum mode mode;
		size_t words;
	} cases[] = {
		{ { "-l" }, MODE_LIST, 0 },
		{ { "--list", "--json" }, MODE_LIST, 0 },
		{ { "-l", "-R", "root", "-u", "x", "id", "-l" }, MODE_LIST, 2 },
		{ { "-k" }, MODE_FORGET, 0 },
		{ { "--forget" }, MODE_FORGET, 0 },
		{ { "--drop" }, MODE_DROP, 0 },
		{ { "--drop", "K7Q2" }, MODE_DROP, 1 },
		{ { "--accept" }, MODE_ACCEPT, 0 },
		{ { "-V" }, MODE_VERSION, 0 },
		{ { "-h" }, MODE_HELP, 0 },
		{ { "--", "-l" }, MODE_RUN, 1 },
		{ { "--status" }, MODE_STATUS, 0 },
		{ { "--status", "--json" }, MODE_STATUS, 0 },
		{ { "--cancel", "K7Q2" }, MODE_CANCEL, 0 },
		{ { "--renew" }, MODE_RENEW, 0 },
		{ { "--renew", "-t", "10m", "-r", "more", "K7Q2" }, MODE_RENEW, 1 },
		{ { "--renew", "-n" }, MODE_RENEW, 0 },
		{ { "--serve", "carol" }, MODE_SERVE, 0 },
		{ { "--break-glass", "-r", "down", "id" }, MODE_RUN, 1 },
		{ { "--at", "Sat 22:00", "id" }, MODE_RUN, 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct options options;
		struct jit_error err = { "" };

		test_row(cases[i].args[0]);
		ASSERT_OK(parse(cases[i].args, &no_presets, &options, &err));
		ASSERT_EQ_INT(options.mode, cases[i].mode);
		ASSERT_EQ_UINT(options.words.n, cases[i].words);
	}
}

static void
test_what_is_refused(void)
{
	static const struct {
		const char *args[ARGS_MAX];
		const char *text;
	} cases[] = {
		{ { NULL }, "which command?" },
		{ { "-n" }, "which command?" },
		{ { "-x", "id" }, "-x: no such option" },
		{ { "--no-such", "id" }, "--no-such: no such option" },
		{ { "-r" }, "-r: needs a value" },
		{ { "-r", "", "id" }, "a reason is" },
		{ { "-r", "two\nlines", "id" }, "a reason is" },
		{ { "-r", "\xff\xfe", "id" }, "a reason is" },
		{ { "-t", "0s", "id" }, "a time is" },
		{ { "-t", "10", "id" }, "a time is" },
		{ { "-t", "-5m", "id" }, "a time is" },
		{ { "-R", "../x", "id" }, "no name" },
		{ { "-u", "#0", "id" }, "no name" },
		{ { "-u", "-1", "id" }, "no name" },
		{ { "-u", "4294967295", "id" }, "no name" },
		{ { "-l", "-k" }, "only one of" },
		{ { "--drop", "--accept" }, "only one of" },
		{ { "-k", "-u", "root" }, "-u does not go with -k" },
		{ { "-k", "id" }, "too many words for -k" },
		{ { "--drop", "a", "b" }, "too many words for --drop" },
		{ { "--accept", "-n" }, "-n does not go with --accept" },
		{ { "--accept", "file" }, "too many words" },
		{ { "--json", "id" }, "--json does not go with" },
		{ { "-l", "--json", "id" }, "--json goes with -l alone" },
		{ { "-l", "-n" }, "-n does not go with -l" },
		{ { "--status", "--cancel", "x" }, "only one of" },
		{ { "--status", "K7Q2" }, "too many words for --status" },
		{ { "--status", "-n" }, "-n does not go with --status" },
		{ { "--cancel" }, "--cancel: needs a value" },
		{ { "--cancel", "" }, "which request?" },
		{ { "--cancel", "a", "b" }, "too many words for --cancel" },
		{ { "--renew", "-R", "root" }, "-R does not go with --renew" },
		{ { "--renew", "--at", "22:00" }, "--at does not go with --renew" },
		{ { "--renew", "--break-glass" }, "--break-glass does not go with" },
		{ { "--renew", "a", "b" }, "too many words for --renew" },
		{ { "-l", "--wait" }, "--wait does not go with -l" },
		{ { "--wait=0s", "id" }, "a time to wait is" },
		{ { "--wait=soon", "id" }, "a time to wait is" },
		{ { "--wait", "--no-wait", "id" }, "either --wait or --no-wait" },
		{ { "-n", "--wait", "id" }, "-n never waits" },
		{ { "--break-glass", "--at=22:00", "id" }, "an emergency is now" },
		{ { "--serve", "../x" }, "no name" },
		{ { "--serve" }, "--serve: needs a value" },
		{ { "--serve", "carol", "id" }, "too many words for --serve" },
		{ { "--serve", "carol", "-n" }, "-n does not go with --serve" },
		{ { "--preserve-env", "id" }, "--preserve-env needs names" },
		{ { "--preserve-env=", "id" }, "--preserve-env needs names" },
		{ { "A=b" }, "which command?" },
		{ { "A=b", "-n", "id" }, "options stand before" },
		{ { "-l", "A=b", "id" }, "NAME=value goes with a command" },
		{ { "--pin", "id" }, "--pin: not supported yet" },
		{ { "--qr", "id" }, "--qr: not supported yet" },
		{ { "-s" }, "-s: not supported yet" },
		{ { "-e", "/etc/hosts" }, "-e: not supported yet" },
		{ { "--edit", "/etc/hosts" }, "--edit: not supported yet" },
		{ { "-D", "/", "id" }, "not supported yet" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct options options = { .mode = MODE_HELP };
		struct jit_error err = { "" };

		test_row(cases[i].text);
		ASSERT_ERR(parse(cases[i].args, &no_presets, &options, &err), EINVAL);
		ASSERT_CONTAINS(err.text, cases[i].text);
		ASSERT_EQ_INT(options.mode, MODE_HELP); /* untouched */
	}
}

static void
test_presets_stand_behind_the_command_line(void)
{
	char reason[] = "preset", role[] = "login", time[] = "1m", bad[] = "1 minute";
	static const char *const plain[ARGS_MAX] = { "id" };
	static const char *const given[ARGS_MAX] = { "-r", "given", "-R", "root", "-t",
		"2m", "id" };
	static const char *const listing[ARGS_MAX] = { "-l" };
	struct environment_presets presets = { reason, role, time };
	struct options options;
	struct jit_error err = { "" };

	ASSERT_OK(parse(plain, &presets, &options, &err));
	ASSERT_EQ_STR(options.reason, "preset");
	ASSERT_EQ_STR(options.role, "login");
	ASSERT_EQ_INT(options.duration_sec, 60);
	ASSERT_OK(parse(given, &presets, &options, &err));
	ASSERT_EQ_STR(options.reason, "given");
	ASSERT_EQ_STR(options.role, "root");
	ASSERT_EQ_INT(options.duration_sec, 120);
	ASSERT_OK(parse(listing, &presets, &options, &err));
	ASSERT_TRUE(options.role == NULL);
	presets.time = bad;
	ASSERT_ERR(parse(plain, &presets, &options, &err), EINVAL);
}

static void
test_waiting(void)
{
	static const struct {
		const char *args[ARGS_MAX];
		enum waiting waiting;
		int64_t sec;
	} cases[] = {
		{ { "id" }, WAITING_USUAL, 0 },
		{ { "--wait", "id" }, WAITING_WANTED, 0 },
		{ { "--wait=15m", "id" }, WAITING_WANTED, 900 },
		{ { "--no-wait", "id" }, WAITING_UNWANTED, 0 },
		{ { "-n", "--no-wait", "id" }, WAITING_UNWANTED, 0 },
		{ { "id", "--wait" }, WAITING_USUAL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct options options;
		struct jit_error err = { "" };

		test_row(cases[i].args[0]);
		ASSERT_OK(parse(cases[i].args, &no_presets, &options, &err));
		ASSERT_EQ_INT(options.waiting, cases[i].waiting);
		ASSERT_EQ_INT(options.wait_sec, cases[i].sec);
	}
}

static void
test_what_options_carry(void)
{
	static const char *const args[ARGS_MAX] = { "--at", "Sat 22:00",
		"--preserve-env=A,B", "id" };
	static const char *const emergency[ARGS_MAX] = { "--break-glass", "id" };
	static const char *const cancelled[ARGS_MAX] = { "--cancel=K7Q2" };
	static const char *const served[ARGS_MAX] = { "--serve", "carol" };
	struct options options;
	struct jit_error err = { "" };

	ASSERT_OK(parse(args, &no_presets, &options, &err));
	ASSERT_EQ_STR(options.at, "Sat 22:00");
	ASSERT_EQ_STR(options.preserve, "A,B");
	ASSERT_FALSE(options.break_glass);
	ASSERT_OK(parse(emergency, &no_presets, &options, &err));
	ASSERT_TRUE(options.break_glass);
	ASSERT_TRUE(options.at == NULL);
	ASSERT_OK(parse(cancelled, &no_presets, &options, &err));
	ASSERT_EQ_STR(options.name, "K7Q2");
	ASSERT_OK(parse(served, &no_presets, &options, &err));
	ASSERT_EQ_STR(options.name, "carol");
}

static void
test_words_before_the_command(void)
{
	static const struct {
		const char *args[ARGS_MAX];
		size_t assignments;
		const char *command;
	} cases[] = {
		{ { "A=b", "id" }, 1, "id" },
		{ { "A=", "_B2=c=d", "id", "C=d" }, 2, "id" },
		{ { "-n", "A=b", "--", "id" }, 1, "id" },
		{ { "A=b", "--", "-n" }, 1, "-n" },
		{ { "--", "A=b", "id" }, 0,
			"A=b" }, /* the end of everything that is ours */
		{ { "-r", "--", "A=b", "id" }, 1, "id" }, /* a value, not that end */
		{ { "=b", "id" }, 0, "=b" },
		{ { "2A=b", "id" }, 0, "2A=b" },
		{ { "A-B=c", "id" }, 0, "A-B=c" },
		{ { "./A=b", "id" }, 0, "./A=b" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct options options;
		struct jit_error err = { "" };

		test_row(cases[i].args[0]);
		ASSERT_OK(parse(cases[i].args, &no_presets, &options, &err));
		ASSERT_EQ_UINT(options.assignments.n, cases[i].assignments);
		ASSERT_EQ_STR(options.words.v[0], cases[i].command);
		ASSERT_TRUE(options.words.v[options.words.n] == NULL);
	}
}

TEST_MAIN(TEST(test_waiting), TEST(test_what_options_carry),
	TEST(test_words_before_the_command), TEST(test_a_command_and_its_options),
	TEST(test_modes), TEST(test_what_is_refused),
	TEST(test_presets_stand_behind_the_command_line))
