/*
 * jitctl deny: says no to a request, and why; its subject is told.
 *
 * Runs as the approver. MUST say why.
 */
#include <string.h>

#include "jitctl/approver.h"
#include "jitctl/asked.h"
#include "jitctl/delivery.h"
#include "jitctl/draft.h"
#include "jitctl/jitctl.h"
#include "jitctl/option.h"

struct options {
	struct approver_options by;
	const char *reason, *typed;
	bool print;
};

static void
print_help(FILE *out)
{
	fputs("usage: jitctl deny [HOST/]ID|- -r TEXT [option...]\n"
	      "Says no to a request. ID: on this host; HOST/ID: by ssh as jit@HOST; -: a "
	      "line from\n"
	      "chat or mail on standard input.\n\n"
	      "  -r, --reason TEXT    why; the person is told\n"
	      "  --print              print the token instead of delivering "
	      "it\n" APPROVER_HELP,
		out);
}

static int
parse_options(int argc, char **argv, struct options *o)
{
	const struct option_set set = {
		.entries = {
			{ "reason", 'r', .value = &o->reason, .needed = true },
			{ "print", .flag = &o->print },
			APPROVER_ENTRIES(&o->by),
		},
		.min = 1,
		.max = 1,
		.once = true,
		.help = print_help,
	};
	int r = option_read(argc, argv, &set);

	if (r < 0)
		o->typed = argv[optind];
	return r;
}

static int
deliver(const struct options *o, const struct asked *asked, const char *token)
{
	const struct delivery delivery = {
		.verb = "accept",
		.token = token,
		.aud = asked->open.filed.aud,
		.host = asked->host,
		.here = !asked->pasted && !asked->host[0],
		.done = "denied",
	};

	if (!o->print)
		return delivery_run(&delivery);
	return puts(token) < 0 || fflush(stdout) != 0 ? JITCTL_CANNOT_WRITE : JITCTL_DONE;
}

/* An exit code, or -errno with a text. */
static int
deny(const struct options *o, struct jit_error *err)
{
	_cleanup_asked_ struct asked asked = { .stated = false };
	_cleanup_approver_ struct approver approver = APPROVER_NONE;
	struct jit_ruling ruling = { .kind = JIT_RULING_DENY, .is_req = true };
	_cleanup_free_ char *token = NULL;
	int r = draft_reason("-r", o->reason, ruling.reason, err);

	if (r == 0)
		r = asked_fetch(o->typed, &asked, err);
	if (r == 0)
		r = approver_open(&o->by, &approver, err);
	if (r < 0)
		return r;
	asked_show_who(&asked, stderr);
	asked_show_rest(&asked, stderr);
	memcpy(ruling.aud, asked.open.filed.aud, sizeof(ruling.aud));
	memcpy(ruling.id, asked.open.filed.jti, sizeof(ruling.id));
	r = approver_rule(&approver, &ruling, &token, err);
	return r < 0 ? r : deliver(o, &asked, token);
}

int
cmd_deny(int argc, char **argv)
{
	struct options o = { .print = false };
	struct jit_error err = { "" };
	int r = parse_options(argc, argv, &o);

	if (r >= 0)
		return r;
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	r = deny(&o, &err);
	if (r < 0)
		fprintf(stderr, "jitctl: %s\n", err.text);
	return r < 0 ? asked_exit(r) : r;
}
