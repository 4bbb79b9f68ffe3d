/*
 * Grants that this host makes by itself. Runs as: root.
 *
 * MUST be called after the caller has proved who he is; MUST believe what was made only when
 * it is read and judged like any other.
 */
#include "make.h"

#include <errno.h>
#include <string.h>

#include "ask.h"
#include "guard.h"
#include "libjit/escape.h"
#include "libjit/notify.h"
#include "message.h"
#include "permit.h"
#include "refuse.h"

static void
notify_break_glass(const struct run *run, const struct jit_grant *made)
{
	const struct jit_decision *decision = &run->decision;
	const struct jit_notice notice = {
		.event = JIT_EVENT_BREAK_GLASS,
		.subject = run->access.subject.name,
		.role = decision->role->name,
		.target = decision->target,
		.reason = run->request.reason,
		.request = run->request.req,
		.grant = made->jti,
		.rule = decision->rule->name,
		.ask = &decision->rule->approvers,
		.command = &run->request.argv,
		.duration_sec = decision->duration_sec,
		.expires_sec = run->access.now.wall_sec + decision->duration_sec,
	};

	(void)jit_notify(&run->access.policy.globals, &notice);
}

/* Guarded: it takes the record's lock. */
static void
make(void *arg, struct guard_result *ret)
{
	struct run *run = arg;
	struct jit_held made = { 0 };
	struct jit_error err = { "" };
	int r = jit_access_make(&run->access, &run->request, &run->decision, &made, &err);

	if (r == 0 && run->decision.reason == JIT_WHY_RULE_BREAK_GLASS)
		notify_break_glass(run, &made.grant);
	(void)snprintf(ret->text, sizeof(ret->text), "%s",
		r < 0 ? err.text : jit_grant_id(&made.grant));
	jit_grant_done(&made.grant);
	ret->code = r == 0 ? EXIT_DONE : ask_exit_of(r);
}

/* Where standard error goes elsewhere, the person at the terminal sees it all the same. */
static void
say_loud(const struct run *run, const char *lines)
{
	say_lines(lines);
	if (run->terminal.fd >= 0 && !isatty(STDERR_FILENO) &&
		write(run->terminal.fd, lines, strlen(lines)) < 0)
		return;
}

static void
say_made(const struct run *run, bool break_glass)
{
	const char *host = run->access.policy.globals.host;
	char clock[CLOCK_TEXT_SIZE], reason[JIT_REASON_MAX * 2], lines[1024];
	const char *until =
		clock_text(jit_access_wall_of(&run->access, run->decision.end_ms),
			run->access.now.wall_sec, clock);

	if (!break_glass) {
		say("%s on %s until %s (jitsu -l shows it, jitsu --drop gives it back)",
			run->decision.role->name, host, until);
		return;
	}
	(void)snprintf(lines, sizeof(lines),
		"**** BREAK-GLASS ****  %s on %s until %s, by %s: \"%s\"\n"
		"**** It is recorded and reported now, and will be reviewed. "
		"jitsu --drop ends it early.\n",
		run->decision.role->name, host, until, run->access.subject.name,
		jit_escape(run->request.reason ? run->request.reason : "", reason,
			sizeof(reason)));
	say_loud(run, lines);
}

/* It and no other: what another jitsu of the same person has made meanwhile comes first in
 * the list, but was not asked about. */
static enum exit_code
take_made(struct run *run, const char *id)
{
	enum exit_code code;

	if (run->options.mode != MODE_RUN)
		return ask_take_held(run, id);
	code = permit_ask_anew(run);
	if (code == EXIT_DONE &&
		jit_access_held(&run->access, &run->request, id, &run->decision) < 0)
		run->decision = (struct jit_decision){ 0 };
	return code;
}

/* What was made is then read and judged like any other: there is one way to believe it. */
enum exit_code
make_grant(struct run *run)
{
	bool break_glass = run->decision.reason == JIT_WHY_RULE_BREAK_GLASS;
	struct guard_result result;
	enum exit_code code;

	guard_run(make, run, &result);
	if (result.code == EXIT_NO_RECORD) {
		say("%s", result.text);
		return result.code;
	}
	if (result.code != EXIT_DONE)
		return refuse(run, JIT_EVENT_DENY, result.code, result.text);
	code = take_made(run, result.text);
	if (code != EXIT_DONE)
		return code;
	if (run->decision.verdict != JIT_ALLOW || !run->decision.grant ||
		!jit_streq(jit_grant_id(&run->decision.grant->grant), result.text) ||
		!jit_streq(run->decision.target, run->target.name))
		return refuse(run, JIT_EVENT_DENY, EXIT_INTERNAL,
			"the grant that was made is not one that can be used");
	say_made(run, break_glass);
	return EXIT_DONE;
}
