/*
 * What a refused person is told, and the record of it. Runs as: root.
 *
 * MUST say what, and how to go on; MUST NOT name what somebody else may do.
 */
#include "refuse.h"

#include <errno.h>

#include "libjit/escape.h"
#include "libjit/parse.h"
#include "message.h"
#include "rate.h"

enum { RECORDED_MAX = 60 }; /* refusals of one uid in a minute; the others are counted */

/* Nobody may fill the record by being refused: what is too much in a minute is told in one
 * number with the next one that is recorded. */
static enum exit_code
record(const struct run *run, struct jit_audit *audit, enum exit_code code)
{
	uint32_t skipped = 0;
	char why[512];

	/* wrong passwords in a count of their own: nothing else may hide them */
	const char *what = audit->event == JIT_EVENT_AUTH_FAILED ? "failed" : "refused";

	if (rate_take(run, what, RECORDED_MAX, &skipped) == -EDQUOT)
		return code;
	if (skipped) {
		(void)snprintf(why, sizeof(why), "%s (and %u more before it)",
			audit->why ? audit->why : "refused", (unsigned)skipped);
		audit->why = why;
	}
	if (run_record_guarded(run, audit) == 0)
		return code;
	say("and the record of it cannot be written (/var/log/jit/audit.jsonl)");
	return EXIT_NO_RECORD;
}

enum exit_code
refuse(const struct run *run, enum jit_event event, enum exit_code code, const char *text)
{
	struct jit_audit audit = run_audit(run, event);

	audit.why = text;
	if (text)
		say("%s", text);
	return record(run, &audit, code);
}

static void
say_no_role(const struct run *run)
{
	char command[512];
	const char *target = run->request.target ? run->request.target : "root";

	(void)jit_escape(run->command.path, command, sizeof(command));
	if (run->request.role)
		say("role %s does not let you run %s%s%s.", run->request.role, command,
			run->request.target ? " as " : "",
			run->request.target ? run->request.target : "");
	else
		say("no role lets you run %s as %s.", command, target);
	say("what you may ask for: jitsu -l");
}

static void
say_no_rule(const struct run *run)
{
	char command[512];

	(void)jit_escape(run->command.path, command, sizeof(command));
	say("no rule lets you run %s here and now.", command);
	say("what you may ask for: jitsu -l");
}

static void
say_too_long(const struct run *run)
{
	char longest[JIT_DURATION_SIZE];

	say("role %s can be had for %s at most: jitsu -t %s …", run->decision.role->name,
		jit_format_duration(run->decision.max_sec, longest), longest);
}

static enum exit_code
say_reason(const struct run *run)
{
	const struct jit_decision *decision = &run->decision;
	const char *role = decision->role ? decision->role->name : "?";
	const char *rule = decision->rule ? decision->rule->name : "?";

	switch (decision->reason) {
	case JIT_WHY_NEEDS_APPROVAL:
		say("%s needs an approval now (rule %s).", role, rule);
		return EXIT_NEEDS_APPROVAL;
	case JIT_WHY_NEEDS_REASON:
		say("%s needs a reason: jitsu -r 'why' …", role);
		return EXIT_BAD_USAGE;
	case JIT_WHY_TOO_LONG: say_too_long(run); return EXIT_REFUSED;
	case JIT_WHY_RULE_DENIES:
		say("rule %s does not allow %s.", rule, role);
		return EXIT_REFUSED;
	case JIT_WHY_NO_ROLE: say_no_role(run); return EXIT_REFUSED;
	default: say_no_rule(run); return EXIT_REFUSED;
	}
}

enum exit_code
refuse_decision(const struct run *run)
{
	struct jit_audit audit = run_audit(run, JIT_EVENT_DENY);
	enum exit_code code = say_reason(run);
	char advice[2048];

	jit_access_advice(
		&run->access, &run->request, &run->decision, advice, sizeof(advice));
	say_lines(advice);
	if (run->decision.reason == JIT_WHY_NEEDS_REASON)
		return code; /* a question that was not put whole, not a refusal */
	return record(run, &audit, code);
}

enum exit_code
refuse_unseen(struct run *run)
{
	run->decision = (struct jit_decision){ .reason = JIT_WHY_NO_ROLE };
	return refuse_decision(run);
}
