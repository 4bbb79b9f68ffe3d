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
	{ "edit", cmd_edit, "change a file of the policy, check it and load it" },
	{ "reload", cmd_reload, "check trusted_keys and jit.conf and put them in force" },
	{ "manifest", cmd_manifest, "print what has to be signed, where policies are" },
	{ "check", cmd_check, "is the installation right?" },
	{ "explain", cmd_explain, "which rule decides for a user, and why" },
	{ "list", cmd_list,
		"list grants, requests, sessions, locks, uses of break-glass" },
	{ "revoke", cmd_revoke, "end grants, requests and what runs" },
	{ "lock", cmd_lock, "shut a user, a role, a key or everything" },
	{ "unlock", cmd_unlock, "take a lock away, or the clock's high-water mark" },
	{ "sweep", cmd_sweep, "do what is due: overdue requests, old files" },
	{ "log", cmd_log, "verify the audit record" },
	{ "show", cmd_show, "show a request" },
	{ "approve", cmd_approve, "say yes to a request: sign a grant and deliver it" },
	{ "deny", cmd_deny, "say no to a request, and why" },
	{ "request", cmd_request, "ask for a role on another host" },
	{ "keygen", cmd_keygen, "make an approver's key" },
	{ "grant", cmd_grant, "sign a grant" },
	{ "serve-keys", cmd_serve_keys, "for sshd: whose keys deliver" },
	{ "inspect", cmd_inspect, "show what a token says" },
};

static void
print_help(FILE *out)
{
	fputs("usage: jitctl COMMAND [option...] [argument...]\n"
	      "       jitctl -h | -V\n\n",
		out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
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
