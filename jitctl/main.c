/*
 * jitctl: the tool of approvers, helpdesk and administrators. Finds the subcommand.
 *
 * Runs as any; never setuid. MUST NOT do a subcommand's work.
 */
#include "jitctl.h"

#include "libjit/base.h"
#include "suggest.h"

#include "config.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

static const struct command commands[] = {
	{ "init", cmd_init, "make this host's keys, directories and a first policy" },
	{ "reload", cmd_reload, "check trusted_keys and jit.conf and put them in force" },
	{ "check", cmd_check, "is the installation right?" },
	{ "explain", cmd_explain, "which rule decides for a user, and why" },
	{ "list", cmd_list, "list grants or sessions" },
	{ "revoke", cmd_revoke, "end a grant and what runs under it" },
	{ "unlock", cmd_unlock, "clear the clock's high-water mark" },
	{ "log", cmd_log, "verify the audit record" },
	{ "keygen", cmd_keygen, "make an approver's key" },
	{ "grant", cmd_grant, "sign a grant" },
	{ "inspect", cmd_inspect, "show what a token says" },
};

static void
print_help(FILE *out)
{
	fputs("usage: jitctl COMMAND [option...] [argument...]\n"
	      "       jitctl -h | -V\n\n",
		out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
	fputs("\nEach command explains itself with -h. See jitctl(1).\n", out);
}

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (jit_streq(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int
unknown_command(const char *name)
{
	const char *names[ARRAY_SIZE(commands)];
	const char *nearest;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		names[i] = commands[i].name;
	nearest = suggest_nearest(
		name, &(struct jit_strv){ .n = ARRAY_SIZE(names), .v = names });
	if (nearest)
		fprintf(stderr, "jitctl: no such command; did you mean \"%s\"?\n",
			nearest);
	else
		fputs("jitctl: no such command; jitctl -h lists them\n", stderr);
	return JITCTL_USAGE;
}

int
main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 1 || !argv[0])
		return JITCTL_USAGE;
	if (argc < 2) {
		print_help(stderr);
		return JITCTL_USAGE;
	}
	if (jit_streq(argv[1], "-h") || jit_streq(argv[1], "--help")) {
		print_help(stdout);
		return JITCTL_DONE;
	}
	if (jit_streq(argv[1], "-V") || jit_streq(argv[1], "--version")) {
		puts("jitctl " JIT_VERSION);
		return JITCTL_DONE;
	}
	command = find_command(argv[1]);
	if (!command)
		return unknown_command(argv[1]);
	argv[1] = argv[0]; /* getopt begins its messages with it */
	return command->run(argc - 1, argv + 1);
}
