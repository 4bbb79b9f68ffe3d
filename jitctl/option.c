/*
 * The command line of a subcommand, read by a table of its options.
 *
 * Runs as any. MUST NOT pass over an option or an argument that the table does not have.
 */
#include "jitctl/option.h"

#include <getopt.h>

#include "jitctl/jitctl.h"

enum { LONG_FIRST = 256 }; /* what getopt gives for entry 0: no letter */

/* The table as getopt_long wants it. */
struct tables {
	char letters[sizeof("+h") + 2 * OPTION_MAX];
	struct option names[OPTION_MAX + 2];
};

static size_t
entry_count(const struct option_set *set)
{
	size_t n = 0;

	while (n < OPTION_MAX && set->entries[n].name)
		n++;
	return n;
}

static void
make_tables(const struct option_set *set, struct tables *ret)
{
	size_t n = entry_count(set);
	char *letter = ret->letters;

	if (set->command)
		*letter++ = '+'; /* the first argument ends the options */
	*letter++ = 'h';
	for (size_t i = 0; i < n; i++) {
		const struct option_entry *entry = &set->entries[i];
		int argument = !entry->value ? no_argument
			: entry->flag        ? optional_argument
					     : required_argument;

		ret->names[i] = (struct option){ entry->name, argument, NULL,
			LONG_FIRST + (int)i };
		if (entry->letter)
			*letter++ = entry->letter;
		if (entry->letter && entry->value && !entry->flag)
			*letter++ = ':';
	}
	ret->names[n] = (struct option){ "help", no_argument, NULL, 'h' };
}

static const struct option_entry *
find_entry(const struct option_set *set, int c)
{
	for (size_t i = 0; i < entry_count(set); i++)
		if (c == LONG_FIRST + (int)i || c == set->entries[i].letter)
			return &set->entries[i];
	return NULL;
}

/* NULL, or what is wrong. */
static const char *
take(const struct option_entry *entry, bool once)
{
	if (!entry)
		return "that option is not one of its own";
	if (entry->flag)
		*entry->flag = true;
	if (entry->flag && (!entry->value || !optarg))
		return NULL;
	if (once && *entry->value)
		return "an option was given twice";
	*entry->value = optarg;
	return NULL;
}

static const char *
check_arguments(int argc, char **argv, const struct option_set *set)
{
	int n = argc - optind;

	if (set->command && n > 0 && !jit_streq(argv[optind - 1], "--"))
		return "an argument too many; a command goes behind --";
	if (!set->command && (n < set->min || n > set->max))
		return "too few or too many arguments";
	return NULL;
}

static const char *
check_needed(const struct option_set *set)
{
	for (size_t i = 0; i < entry_count(set); i++) {
		const struct option_entry *entry = &set->entries[i];

		if (entry->needed &&
			!(entry->flag ? *entry->flag : *entry->value != NULL))
			return "an option is missing";
	}
	return NULL;
}

static int
refuse(const struct option_set *set, const char *problem)
{
	if (set->usage)
		return set->usage(problem);
	set->help(stderr);
	return JITCTL_USAGE;
}

int
option_read(int argc, char **argv, const struct option_set *set)
{
	struct tables t = { 0 };
	const char *problem;
	int c;

	make_tables(set, &t);
	while ((c = getopt_long(argc, argv, t.letters, t.names, NULL)) != -1) {
		if (c == 'h') {
			set->help(stdout);
			return JITCTL_DONE;
		}
		problem = take(find_entry(set, c), set->once);
		if (problem)
			return refuse(set, problem);
	}
	problem = check_arguments(argc, argv, set);
	if (!problem)
		problem = check_needed(set);
	return problem ? refuse(set, problem) : -1;
}
