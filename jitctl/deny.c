/*
 * jitctl deny: says no to a request, and why; its subject is told.
 *
 * Runs as the approver. MUST say why.
 */
#include <string.h>

#include "jitctl/approver.h"
#include "jitctl/asked.h"
#include "jitctl/draft.h"
#include "jitctl/jitctl.h"

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

/* An exit code, or -errno with a text. */
static int
deny(const struct approver_ruling *o, struct jit_error *err)
{
	_cleanup_asked_ struct asked asked = { .stated = false };
	_cleanup_approver_ struct approver approver = APPROVER_NONE;
	struct jit_ruling ruling;
	struct delivery delivery;
	_cleanup_free_ char *token = NULL;
	char reason[JIT_REASON_MAX + 1];
	int r = draft_reason("-r", o->reason, reason, err);

	if (r == 0)
		r = asked_fetch(o->typed, &asked, err);
	if (r == 0)
		r = approver_open(&o->by, &approver, err);
	if (r < 0)
		return r;
	asked_show_now(&asked, approver.now.wall_sec, stderr);
	ruling = asked_denial(&asked);
	memcpy(ruling.reason, reason, sizeof(ruling.reason));
	r = approver_rule(&approver, &ruling, &token, err);
	if (r < 0)
		return r;
	delivery = asked_delivery(&asked, token, "denied");
	delivery.print = o->print;
	return delivery_run(&delivery);
}

int
cmd_deny(int argc, char **argv)
{
	struct approver_ruling o = { .print = false };
	struct jit_error err = { "" };
	int r = approver_read(argc, argv, print_help, &o);

	if (r >= 0)
		return r;
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	r = deny(&o, &err);
	if (r < 0)
		fprintf(stderr, "jitctl: %s\n", err.text);
	return r < 0 ? asked_exit(r) : r;
}
