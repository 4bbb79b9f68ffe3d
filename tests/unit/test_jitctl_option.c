/*
 * jitctl/option.c: options go to their places, and every other command line is refused.
 */
#include "jitctl/option.h"

#include <getopt.h>

#include "jitctl/jitctl.h"

#include "test.h"

enum { ARGS_MAX = 8, GO_ON = -1 };

struct places {
	bool json, verify;
	const char *file, *role;
};

/* Where the help went, and what usage was told. */
static FILE *helped;
static const char *complaint;

static void
help(FILE *out)
{
	helped = out;
}

static int
complain(const char *problem)
{
	complaint = problem;
	return JITCTL_USAGE;
}

static int
read_args(const char *const args[ARGS_MAX], const struct option_set *set)
{
	static char *argv[ARGS_MAX + 2];
	int argc = 1;

	argv[0] = (char *)"jitctl";
	while (argc <= ARGS_MAX && args[argc - 1]) {
		argv[argc] = (char *)args[argc - 1];
		argc++;
	}
	argv[argc] = NULL;
	helped = NULL;
	complaint = NULL;
	opterr = 0;
	optind = 0; /* glibc: begin anew */
	return option_read(argc, argv, set);
}

static struct option_set
set_of(struct places *places)
{
	return (struct option_set){
		.entries = {
			{ "json", .flag = &places->json },
			{ "verify", 'v', .flag = &places->verify },
			{ "file", .value = &places->file },
			{ "role", 'R', .value = &places->role },
		},
		.help = help,
	};
}

static void
test_options_go_to_their_places(void)
{
	static const struct {
		const char *args[ARGS_MAX];
		struct places want;
	} rows[] = {
		{ { NULL }, { 0 } },
		{ { "--json" }, { .json = true } },
		{ { "--json", "--json", "-v" }, { .json = true, .verify = true } },
		{ { "--file", "a" }, { .file = "a" } },
		{ { "--file=" }, { .file = "" } },
		{ { "--file=a", "--file=b" }, { .file = "b" } },
		{ { "-R", "x", "--verify" }, { .verify = true, .role = "x" } },
		{ { "-vRx" }, { .verify = true, .role = "x" } },
		{ { "--role", "--json" }, { .role = "--json" } },
		{ { "--js", "--" }, { .json = true } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct places got = { 0 };
		struct option_set set = set_of(&got);

		test_row(rows[i].args[0]);
		ASSERT_EQ_INT(read_args(rows[i].args, &set), GO_ON);
		ASSERT_EQ_INT(got.json, rows[i].want.json);
		ASSERT_EQ_INT(got.verify, rows[i].want.verify);
		ASSERT_EQ_STR(got.file, rows[i].want.file);
		ASSERT_EQ_STR(got.role, rows[i].want.role);
		ASSERT_TRUE(helped == NULL);
	}
	test_row(NULL);
}

static void
test_help_and_what_is_refused(void)
{
	static const struct {
		const char *args[ARGS_MAX];
		int want;
	} rows[] = {
		{ { "-h" }, JITCTL_DONE },
		{ { "--help" }, JITCTL_DONE },
		{ { "argument", "-h" }, JITCTL_DONE },
		{ { "--json", "-h", "--wrong" }, JITCTL_DONE },
		{ { "--wrong", "-h" }, JITCTL_USAGE },
		{ { "-j" }, JITCTL_USAGE },
		{ { "-f", "a" }, JITCTL_USAGE }, /* file has no letter */
		{ { "--json=yes" }, JITCTL_USAGE },
		{ { "--file" }, JITCTL_USAGE },
		{ { "-R" }, JITCTL_USAGE },
		{ { "argument" }, JITCTL_USAGE },
		{ { "--", "-h" }, JITCTL_USAGE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct places got = { 0 };
		struct option_set set = set_of(&got);

		test_row(rows[i].args[0]);
		ASSERT_EQ_INT(read_args(rows[i].args, &set), rows[i].want);
		ASSERT_TRUE(helped == (rows[i].want == JITCTL_DONE ? stdout : stderr));
	}
	test_row(NULL);
}

static void
test_the_number_of_arguments(void)
{
	static const struct {
		const char *args[ARGS_MAX];
		int min, max, want, first;
	} rows[] = {
		{ { NULL }, 0, 1, GO_ON, 1 },
		{ { NULL }, 1, 1, JITCTL_USAGE, 1 },
		{ { "a" }, 1, 1, GO_ON, 1 },
		{ { "a", "--json" }, 1, 1, GO_ON, 2 }, /* options may follow */
		{ { "--", "--json" }, 1, 1, GO_ON, 2 },
		{ { "a", "b" }, 0, 1, JITCTL_USAGE, 1 },
		{ { "a", "--", "b" }, 1, 2, GO_ON, 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct places got = { 0 };
		struct option_set set = set_of(&got);

		test_row(rows[i].args[0]);
		set.min = rows[i].min;
		set.max = rows[i].max;
		ASSERT_EQ_INT(read_args(rows[i].args, &set), rows[i].want);
		ASSERT_EQ_INT(optind, rows[i].first);
	}
	test_row(NULL);
}

static void
test_what_is_needed(void)
{
	static const struct {
		const char *args[ARGS_MAX];
		int want;
	} rows[] = {
		{ { "--verify", "--file", "" }, GO_ON },
		{ { "--verify" }, JITCTL_USAGE },
		{ { "--file", "a" }, JITCTL_USAGE },
		{ { NULL }, JITCTL_USAGE },
		{ { "-h" }, JITCTL_DONE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct places got = { 0 };
		struct option_set set = set_of(&got);

		test_row(rows[i].args[0]);
		set.entries[1].needed = set.entries[2].needed = true;
		ASSERT_EQ_INT(read_args(rows[i].args, &set), rows[i].want);
	}
	test_row(NULL);
}

static void
test_a_command_stands_behind_dashes_and_values_once(void)
{
	static const struct {
		const char *args[ARGS_MAX], *complaint;
		int first;
	} rows[] = {
		{ { "--json", "--json" }, NULL, 3 },
		{ { "-R", "x", "--", "ls", "-R", "--json" }, NULL, 4 },
		{ { "--" }, NULL, 2 },
		{ { "ls" }, "an argument too many; a command goes behind --", 1 },
		{ { "ls", "--" }, "an argument too many; a command goes behind --", 1 },
		{ { "-Rx", "--role=x" }, "an option was given twice", 3 },
		{ { "--wrong" }, "that option is not one of its own", 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct places got = { 0 };
		struct option_set set = set_of(&got);

		test_row(rows[i].args[0]);
		set.command = set.once = true;
		set.usage = complain;
		ASSERT_EQ_INT(read_args(rows[i].args, &set),
			rows[i].complaint ? JITCTL_USAGE : GO_ON);
		ASSERT_EQ_STR(complaint, rows[i].complaint);
		ASSERT_EQ_INT(optind, rows[i].first);
		ASSERT_TRUE(helped == NULL);
	}
	test_row(NULL);
}

/* As many as there is room for: nothing marks the end of a full table. */
static void
test_a_full_table(void)
{
	static const char *const args[ARGS_MAX] = { "--last", "a", "-la" };
	const char *values[OPTION_MAX] = { NULL };
	struct option_set set = { .help = help };

	for (size_t i = 0; i < OPTION_MAX; i++)
		set.entries[i] =
			(struct option_entry){ "some", 's', .value = &values[i] };
	set.entries[OPTION_MAX - 1].name = "last";
	set.entries[OPTION_MAX - 1].letter = 'l';
	set.command = true;
	ASSERT_EQ_INT(read_args(args, &set), GO_ON);
	ASSERT_EQ_STR(values[OPTION_MAX - 1], "a");
}

TEST_MAIN(TEST(test_options_go_to_their_places), TEST(test_help_and_what_is_refused),
	TEST(test_the_number_of_arguments), TEST(test_what_is_needed),
	TEST(test_a_command_stands_behind_dashes_and_values_once),
	TEST(test_a_full_table))
