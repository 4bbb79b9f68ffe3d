/*
 * Asking for the reason, where the rule wants one. Runs as: root.
 */
#include "reason.h"

#include <errno.h>

#include "libjit/parse.h"
#include "message.h"
#include "permit.h"
#include "prompt.h"
#include "refuse.h"

enum { TRIES = 3 };

bool
reason_is_wanted(const struct run *run)
{
	return (run->decision.reason == JIT_WHY_NEEDS_REASON ||
		       run->decision.reason == JIT_WHY_NEEDS_TICKET) &&
		run->decision.verdict != JIT_ALLOW && !permit_is_observed(run);
}

/* `Reason: `, or `Reason (it begins with OPS-123 or CHG-123): `. */
static const char *
reason_question(const struct run *run, char *buf, size_t size)
{
	const struct jit_rule *rule = run->decision.rule;
	char tickets[128];

	if (!rule || rule->ticket.n == 0)
		(void)snprintf(buf, size, "Reason: ");
	else
		(void)snprintf(buf, size, "Reason (it begins with %s): ",
			refuse_tickets(rule, tickets, sizeof(tickets)));
	return buf;
}

static enum exit_code
ask_reason(struct run *run)
{
	char question[192];
	char *reason = run->reason;
	int r;

	if (!permit_can_prompt(run))
		return refuse_decision(run);
	r = prompt_line(run->terminal.fd,
		reason_question(run, question, sizeof(question)),
		run->access.policy.globals.prompt_timeout_sec, reason,
		sizeof(run->reason));
	if (r == -EFBIG ||
		(r == 0 && (!*reason || !jit_text_valid(reason, JIT_REASON_MAX)))) {
		say("a reason is one line of 1 to 256 bytes");
		return EXIT_BAD_USAGE;
	}
	if (r < 0)
		return EXIT_UNAUTHENTICATED;
	run->request.reason = reason;
	return permit_ask(run);
}

enum exit_code
reason_ask(struct run *run)
{
	enum exit_code code = EXIT_DONE;

	for (int i = 0; code == EXIT_DONE && reason_is_wanted(run); i++)
		code = i < TRIES ? ask_reason(run) : refuse_decision(run);
	return code;
}
