/*
 * What a refused person is told, and the record of it. Runs as: root.
 *
 * MUST say what, and how to go on; MUST NOT name what somebody else may do.
 */
#include "refuse.h"

#include <errno.h>

#include "ask.h"
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
	if (run->options.mode != MODE_RUN)
		say("you may not ask for role %s here any more.", run->request.role);
	else if (run->request.role)
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
	if (run->options.mode != MODE_RUN)
		say("no rule gives you role %s here and now.", run->request.role);
	else
		say("no rule lets you run %s here and now.", command);
	say("what you may ask for: jitsu -l");
}

static void
say_no_break_glass(const struct run *run)
{
	char command[512];

	(void)jit_escape(run->command.path, command, sizeof(command));
	say("no rule lets you run %s by break-glass.", command);
	say("what you may ask for: jitsu -l");
}

static void
say_too_long(const struct run *run)
{
	char longest[JIT_DURATION_SIZE];

	say("role %s can be had for %s at most: jitsu -t %s …", run->decision.role->name,
		jit_format_duration(run->decision.max_sec, longest), longest);
}

/* `bob is locked until 14:00: "left the company"`. */
static void
say_locked(const struct run *run)
{
	const struct jit_lock *lock = run->decision.lock;
	char what[160], until[CLOCK_TEXT_SIZE], reason[JIT_REASON_MAX * 2];

	switch (lock ? lock->kind : JIT_LOCK_NONE) {
	case JIT_LOCK_USER:
		(void)snprintf(what, sizeof(what), "%s is", lock->name);
		break;
	case JIT_LOCK_ROLE:
		(void)snprintf(what, sizeof(what), "role %s is", lock->name);
		break;
	case JIT_LOCK_ALL: (void)snprintf(what, sizeof(what), "everything is"); break;
	default: say("this is locked."); return;
	}
	say("%s locked%s%s by %s%s%s%s", what, lock->until_sec ? " until " : "",
		lock->until_sec
			? clock_text(lock->until_sec, run->access.now.wall_sec, until)
			: "",
		lock->by, lock->reason[0] ? ": \"" : "",
		jit_escape(lock->reason, reason, sizeof(reason)),
		lock->reason[0] ? "\"" : "");
}

const char *
refuse_tickets(const struct jit_rule *rule, char *buf, size_t size)
{
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < rule->ticket.n; i++) {
		int n = snprintf(buf + at, size - at, "%s%s-123",
			i == 0                            ? ""
				: i + 1 == rule->ticket.n ? " or "
							  : ", ",
			rule->ticket.v[i]);

		if (n < 0 || (size_t)n >= size - at)
			break;
		at += (size_t)n;
	}
	return buf;
}

static void
say_needs_reason(const struct run *run, const char *role)
{
	const struct jit_rule *rule = run->decision.rule;
	char tickets[128];

	if (rule && rule->ticket.n > 0)
		say("%s needs a reason that begins with a ticket, %s: jitsu -r '%s-123 "
		    "why' …",
			role, refuse_tickets(rule, tickets, sizeof(tickets)),
			rule->ticket.v[0]);
	else
		say("%s needs a reason: jitsu -r 'why' …", role);
}

/* Nobody could be asked for the password without which nothing is filed. */
static void
say_needs_approval(const struct run *run)
{
	char names[256];
	size_t at = 0;
	const struct jit_strv *approvers = &run->decision.rule->approvers;

	ask_announce(run);
	for (size_t i = 0; i < approvers->n && at < sizeof(names); i++) {
		int n = jit_streq(approvers->v[i], run->access.subject.name)
			? 0
			: snprintf(names + at, sizeof(names) - at, "%s%s", at ? ", " : "",
				  approvers->v[i]);

		at += n > 0 ? (size_t)n : 0;
	}
	if (at > 0 && at < sizeof(names))
		say("on a terminal%s, jitsu asks %s for it.",
			run->options.no_prompt ? " and without -n" : "", names);
}

static enum exit_code
say_reason(const struct run *run)
{
	const struct jit_decision *decision = &run->decision;
	const char *role = decision->role ? decision->role->name : "?";
	const char *rule = decision->rule ? decision->rule->name : "?";

	switch (decision->reason) {
	case JIT_WHY_NEEDS_APPROVAL: say_needs_approval(run); return EXIT_NEEDS_APPROVAL;
	case JIT_WHY_NEEDS_REASON:
	case JIT_WHY_NEEDS_TICKET: say_needs_reason(run, role); return EXIT_BAD_USAGE;
	case JIT_WHY_TOO_LONG: say_too_long(run); return EXIT_REFUSED;
	case JIT_WHY_RULE_DENIES:
		say("rule %s does not allow %s.", rule, role);
		return EXIT_REFUSED;
	case JIT_WHY_LOCKED: say_locked(run); return EXIT_REFUSED;
	case JIT_WHY_NO_BREAK_GLASS: say_no_break_glass(run); return EXIT_REFUSED;
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
	if (run->decision.reason == JIT_WHY_NEEDS_REASON ||
		run->decision.reason == JIT_WHY_NEEDS_TICKET)
		return code; /* a question that was not put whole, not a refusal */
	return record(run, &audit, code);
}

enum exit_code
refuse_unseen(struct run *run)
{
	run->decision = (struct jit_decision){ .reason = JIT_WHY_NO_ROLE };
	return refuse_decision(run);
}
