/*
 * From a question to the right to run. Runs as: root.
 *
 * MUST authenticate before a grant is made or used or a request filed, as the deciding rule
 * says; MUST ask again after a person was waited for: the answer may have changed; MUST deny
 * on every error.
 */
#include "permit.h"

#include <errno.h>
#include <string.h>

#include "ask.h"
#include "config.h"
#include "make.h"
#include "message.h"
#include "proof.h"
#include "reason.h"
#include "refuse.h"
#include "role.h"
#include "when_at.h"

enum exit_code
permit_open(struct run *run)
{
	struct jit_error err = { "" };
	int r = jit_access_open(&run->access, &err);

	if (r < 0) {
		(void)refuse(run, JIT_EVENT_DENY, EXIT_NO_POLICY, err.text);
		return r == -ENOMEM || r == -EMFILE || r == -ENFILE ? EXIT_INTERNAL
								    : EXIT_NO_POLICY;
	}
	r = jit_access_subject(&run->access, NULL, run->caller.id.uid, &err);
	if (r == -ENOENT)
		return refuse(run, JIT_EVENT_DENY, EXIT_REFUSED,
			"your user id has no account on this host");
	if (r < 0)
		return refuse(run, JIT_EVENT_DENY, EXIT_INTERNAL, err.text);
	return EXIT_DONE;
}

/* ---- asking ---- */

/* With --at: what will be answered then, as far as that is known today. */
static void
set_forward(const struct run *run, struct jit_now *now)
{
	if (!run->at_sec)
		return;
	now->boot_ms += (run->at_sec - now->wall_sec) * 1000;
	now->wall_sec = run->at_sec;
}

enum exit_code
permit_ask(struct run *run)
{
	struct jit_now now = run->access.now;
	struct jit_error err = { "" };
	int r;

	run->decision = (struct jit_decision){ 0 };
	set_forward(run, &run->access.now);
	r = jit_access_ask(&run->access, &run->request, &run->decision, &err);
	run->access.now = now;
	if (r == 0)
		return EXIT_DONE;
	run->decision = (struct jit_decision){ 0 };
	return refuse(run, JIT_EVENT_DENY, EXIT_INTERNAL, err.text);
}

/* Somebody privileged already, in observe mode: what enforce refuses is recorded and runs. A
 * lock holds in every mode. */
bool
permit_is_observed(const struct run *run)
{
	const struct jit_globals *globals = &run->access.policy.globals;
	int64_t now = run->access.now.wall_sec;

	return run->options.mode == MODE_RUN && run->decision.verdict != JIT_ALLOW &&
		run->decision.reason != JIT_WHY_LOCKED &&
		jit_decision_mode(globals, NULL, now) == JIT_MODE_OBSERVE &&
		jit_decision_mode(globals, run->decision.rule, now) == JIT_MODE_OBSERVE &&
		jit_subject_is_privileged(globals, &run->access.subject);
}

bool
permit_needs_approval(const struct run *run)
{
	return run->decision.verdict != JIT_ALLOW &&
		run->decision.reason == JIT_WHY_NEEDS_APPROVAL &&
		!permit_is_observed(run);
}

bool
permit_can_prompt(const struct run *run)
{
	return !run->options.no_prompt && run->terminal.fd >= 0;
}

/* ---- asking again ---- */

/* A person was waited for, meanwhile clock and grants have moved. */
enum exit_code
permit_ask_anew(struct run *run)
{
	struct jit_error err = { "" };

	run->decision = (struct jit_decision){ 0 };
	if (jit_clock_now(&run->access.now) < 0 ||
		jit_access_subject(&run->access, NULL, run->caller.id.uid, &err) < 0)
		return refuse(run, JIT_EVENT_DENY, EXIT_INTERNAL,
			"clock or account cannot be read any more");
	return permit_ask(run);
}

/* ---- what follows from the answer ---- */

static enum exit_code
observe(struct run *run)
{
	struct jit_audit audit = run_audit(run, JIT_EVENT_WOULD_DENY);

	audit.why = jit_reason_name(jit_decision_lacks(&run->decision));
	run->end_ms = run->access.now.boot_ms + JIT_OBSERVE_DURATION_SEC * INT64_C(1000);
	audit.expires_sec = jit_access_wall_of(&run->access, run->end_ms);
	if (run_record_guarded(run, &audit) == 0)
		return EXIT_DONE;
	say("the record cannot be written, so nothing runs (/var/log/jit/audit.jsonl)");
	return EXIT_NO_RECORD;
}

/* A role that may run anything, and a grant that names no command: then it makes no
 * difference who could change the file. */
static bool
may_run_anything(const struct run *run)
{
	const struct jit_role *role = run->decision.role;
	const struct jit_held *held = run->decision.grant;

	if (held && held->grant.cmd.n > 0)
		return false;
	for (size_t i = 0; role && i < role->n_commands; i++)
		if (role->commands[i].n == 1 && jit_streq(role->commands[i].v[0], "*"))
			return true;
	return false;
}

/* As the caller, with nothing that he does not have without us. */
static bool
runs_as_usual(const struct run *run)
{
	const struct jit_role *role = run->decision.role;

	return jit_streq(run->decision.target, run->access.subject.name) &&
		!(role && role->capabilities);
}

static enum exit_code
check_command(const struct run *run)
{
	struct jit_error err = { "" };

	if ((run->decision.verdict != JIT_ALLOW && !permit_needs_approval(run)) ||
		run->options.mode != MODE_RUN || may_run_anything(run) ||
		runs_as_usual(run))
		return EXIT_DONE;
	if (command_check_owners(&run->command, &err) == 0)
		return EXIT_DONE;
	return refuse(run, JIT_EVENT_DENY, EXIT_REFUSED, err.text);
}

static enum exit_code
find_target(struct run *run)
{
	const char *name = run->decision.target;
	int r;

	if (run->decision.verdict != JIT_ALLOW && !permit_needs_approval(run))
		name = run->request.target ? run->request.target : "root";
	target_done(&run->target);
	r = target_find(name, &run->target);
	if (r == -ENOENT)
		return refuse(run, JIT_EVENT_DENY, EXIT_REFUSED,
			"the account to run as does not exist on this host");
	if (r < 0)
		return refuse(run, JIT_EVENT_DENY, EXIT_INTERNAL,
			"the account to run as cannot be looked up");
	return EXIT_DONE;
}

/* May it go on? By policy, because somebody can be asked, or because nothing is enforced yet. */
static enum exit_code
check_answer(const struct run *run)
{
	if (run->decision.verdict == JIT_ALLOW || permit_is_observed(run) ||
		permit_needs_approval(run))
		return EXIT_DONE;
	return refuse_decision(run);
}

static enum exit_code
take_up(struct run *run)
{
	enum exit_code code = EXIT_DONE;

	if (run->decision.verdict != JIT_ALLOW)
		return observe(run);
	if (!proof_holds(run))
		return refuse(run, JIT_EVENT_DENY, EXIT_UNAUTHENTICATED,
			"meanwhile another grant covers this, which wants another "
			"proof of who you are: try again");
	if (run->decision.reason != JIT_WHY_GRANT_HELD)
		code = make_grant(run);
	run->end_ms = run->decision.end_ms;
	return code;
}

enum exit_code
permit_settle(struct run *run)
{
	enum exit_code code = check_answer(run);

	if (code == EXIT_DONE)
		code = check_command(run);
	if (code == EXIT_DONE)
		code = role_take_asked(run);
	return code == EXIT_DONE ? find_target(run) : code;
}

/* Whoever has to answer for it should know it before he says why. */
static void
announce(const struct run *run)
{
	const struct jit_rule *rule = run->decision.rule;

	if (permit_is_observed(run) || !permit_can_prompt(run) || !rule ||
		!run->decision.role)
		return;
	if (run->request.way == JIT_WAY_BREAK_GLASS &&
		(reason_is_wanted(run) || permit_needs_approval(run) ||
			run->decision.reason == JIT_WHY_RULE_BREAK_GLASS))
		say("break-glass: it is recorded, reported at once, and reviewed "
		    "afterwards.");
	if (permit_needs_approval(run) || (reason_is_wanted(run) && rule->approvals > 0))
		ask_announce(run);
}

/* What can be filed only after a password that nobody can be asked for. */
static bool
cannot_file(const struct run *run)
{
	return permit_needs_approval(run) && proof_is_needed(run) &&
		!permit_can_prompt(run);
}

static enum exit_code
ask_and_settle(struct run *run)
{
	enum exit_code code = permit_ask(run);

	if (code == EXIT_DONE)
		announce(run);
	if (code == EXIT_DONE)
		code = reason_ask(run);
	if (code == EXIT_DONE)
		code = permit_settle(run);
	return code == EXIT_DONE && cannot_file(run) ? refuse_decision(run) : code;
}

/* A held grant that asks for no password: PAM's account check is the keeper's, before it
 * starts anything. Then this process, which the caller waits for, never loads PAM's modules. */
static bool
is_left_to_keeper(const struct run *run)
{
	return run->decision.verdict == JIT_ALLOW &&
		run->decision.reason == JIT_WHY_GRANT_HELD && !proof_is_needed(run);
}

/* Nothing is asked for a time at which nobody would have to be asked. */
static enum exit_code
check_at(const struct run *run)
{
	if (!run->at_sec || permit_needs_approval(run))
		return EXIT_DONE;
	say("%s will not need an approval then: run it at that time.",
		run->decision.role ? run->decision.role->name : "it");
	return EXIT_BAD_USAGE;
}

static enum exit_code
prove(struct run *run, bool *ret_proved)
{
	enum exit_code code = proof_take(run, permit_is_observed(run), ret_proved);

	if (code == EXIT_DONE && *ret_proved)
		code = permit_ask_anew(run);
	if (code == EXIT_DONE && *ret_proved)
		code = permit_settle(run);
	return code;
}

static enum exit_code
permit(struct run *run)
{
	bool proved = false;
	enum exit_code code = ask_and_settle(run);

	if (code == EXIT_DONE)
		code = check_at(run);
	if (code == EXIT_DONE && !is_left_to_keeper(run))
		code = prove(run, &proved);
	if (code == EXIT_DONE && permit_needs_approval(run))
		code = ask_approval(run);
	if (code == EXIT_DONE && !run->at_sec)
		code = take_up(run);
	if (code == EXIT_DONE && proved && !run->at_sec)
		proof_remember(run);
	return code;
}

static enum exit_code
read_at(struct run *run)
{
	const struct jit_globals *globals = &run->access.policy.globals;
	int r;

	if (!run->options.at)
		return EXIT_DONE;
	r = when_at_parse(run->options.at, globals->n_zones ? &globals->zones[0] : NULL,
		run->access.now.wall_sec, &run->at_sec);
	if (r == 0) {
		run->request.anew = true;
		return EXIT_DONE;
	}
	say("%s",
		r == -ERANGE ? "--at: there is no such time, or it is over"
			     : "--at: a time is written like 22:00, 'Sat 22:00' or "
			       "'2026-12-01 "
			       "22:00' (jitsu -h)");
	return EXIT_BAD_USAGE;
}

enum jit_verdict
permit_run(struct run *run, enum exit_code *ret)
{
	enum exit_code code = read_at(run);

	if (run->options.break_glass)
		run->request.way = JIT_WAY_BREAK_GLASS;
	if (code == EXIT_DONE)
		code = permit(run);
	if (code == EXIT_DONE && !run->at_sec)
		return JIT_ALLOW;
	*ret = code;
	return JIT_DENY;
}

enum exit_code
permit_anew(struct run *run)
{
	bool proved = false;
	enum exit_code code = ask_and_settle(run);

	if (code == EXIT_DONE)
		code = prove(run, &proved);
	if (code == EXIT_DONE && permit_needs_approval(run))
		return ask_approval(run);
	return code == EXIT_DONE ? make_grant(run) : code;
}
