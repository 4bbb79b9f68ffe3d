/*
 * From a question to the right to run. Runs as: root.
 *
 * MUST authenticate before a grant is made or used, as the deciding rule says; MUST ask
 * again after a person was waited for: the answer may have changed; MUST deny on every error.
 */
#include "permit.h"

#include <errno.h>
#include <string.h>

#include "config.h"
#include "guard.h"
#include "libjit/escape.h"
#include "libjit/parse.h"
#include "message.h"
#include "prompt.h"
#include "refuse.h"
#include "remember.h"

#define OBSERVED "observed" /* stands for the grant where there is none */

enum { TRIES = 3 };

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

static enum exit_code
ask(struct run *run)
{
	struct jit_error err = { "" };

	run->decision = (struct jit_decision){ 0 };
	if (jit_access_ask(&run->access, &run->request, &run->decision, &err) == 0)
		return EXIT_DONE;
	run->decision = (struct jit_decision){ 0 };
	return refuse(run, JIT_EVENT_DENY, EXIT_INTERNAL, err.text);
}

/* Somebody privileged already, in observe mode: what enforce refuses is recorded and runs. */
static bool
is_observed(const struct run *run)
{
	const struct jit_globals *globals = &run->access.policy.globals;
	int64_t now = run->access.now.wall_sec;

	return run->decision.verdict != JIT_ALLOW &&
		jit_decision_mode(globals, NULL, now) == JIT_MODE_OBSERVE &&
		jit_decision_mode(globals, run->decision.rule, now) == JIT_MODE_OBSERVE &&
		jit_subject_is_privileged(globals, &run->access.subject);
}

static enum exit_code
ask_reason(struct run *run)
{
	char *reason = run->reason;
	int r;

	if (run->options.no_prompt || run->terminal.fd < 0)
		return refuse_decision(run);
	r = prompt_line(run->terminal.fd,
		"Reason: ", run->access.policy.globals.prompt_timeout_sec, reason,
		sizeof(run->reason));
	if (r == -EFBIG ||
		(r == 0 && (!*reason || !jit_text_valid(reason, JIT_REASON_MAX)))) {
		say("a reason is one line of 1 to 256 bytes");
		return EXIT_BAD_USAGE;
	}
	if (r < 0)
		return EXIT_UNAUTHENTICATED;
	run->request.reason = reason;
	return ask(run);
}

/* ---- authenticating ---- */

static void
show_line(void *arg, const char *line)
{
	(void)arg;
	say("%s", line);
}

static bool
remembered_as(const struct run *run, struct remember *ret)
{
	const struct jit_held *held = run->decision.grant;
	const char *target = run->decision.target ? run->decision.target : "root";

	return remember_key(&run->caller, run->access.subject.name, target,
		       held ? jit_grant_id(&held->grant) : OBSERVED, &run->access.now,
		       ret) == 0;
}

static bool
needs_password(const struct run *run)
{
	const struct jit_rule *rule = run->decision.rule;
	struct remember key;

	if (run->decision.verdict == JIT_ALLOW) {
		if (rule && rule->authenticate == JIT_AUTH_NEVER)
			return false;
		if (!rule || rule->authenticate != JIT_AUTH_GRANT ||
			run->decision.reason != JIT_WHY_GRANT_HELD)
			return true;
	}
	return !remembered_as(run, &key) || !remember_has(&run->access.site, &key);
}

/* After it was proved, with the grant that it was proved for. Not to be remembered means to
 * be asked again: no more. */
static void
remember(const struct run *run)
{
	const struct jit_rule *rule = run->decision.rule;
	struct remember key;

	if (run->decision.grant && (!rule || rule->authenticate != JIT_AUTH_GRANT))
		return;
	if (remembered_as(run, &key))
		(void)!remember_add(&run->access.site, &key);
}

static enum exit_code
wrong_password(const struct run *run, int left, const struct jit_error *err)
{
	char text[sizeof(err->text) + 32];

	(void)snprintf(text, sizeof(text), "%s%s", err->text,
		left == 0           ? ""
			: left == 1 ? "; 1 try left"
				    : "; 2 tries left");
	return refuse(run, JIT_EVENT_AUTH_FAILED, EXIT_UNAUTHENTICATED, text);
}

static enum exit_code
prove(struct run *run)
{
	enum exit_code code = EXIT_UNAUTHENTICATED;

	if (run->options.no_prompt)
		return refuse(run, JIT_EVENT_DENY, EXIT_UNAUTHENTICATED,
			"a password is needed, and -n asks for none");
	if (run->terminal.fd < 0)
		return refuse(run, JIT_EVENT_DENY, EXIT_UNAUTHENTICATED,
			"a password is needed, and there is no terminal to ask for it "
			"on");
	for (int left = TRIES - 1; left >= 0 && code == EXIT_UNAUTHENTICATED; left--) {
		struct jit_error err = { "" };
		int r = auth_prove(&run->auth, &err);

		if (r == 0)
			return EXIT_DONE;
		code = wrong_password(run, r == -EACCES ? left : 0, &err);
		if (r != -EACCES)
			return code;
	}
	return code;
}

/* Account always, password where one is needed. */
static enum exit_code
authenticate(struct run *run, bool *ret_proved)
{
	struct jit_error err = { "" };
	bool needed = needs_password(run);
	enum exit_code code;

	run->auth.tty = run->options.no_prompt ? -1 : run->terminal.fd;
	run->auth.timeout_sec = run->access.policy.globals.prompt_timeout_sec;
	run->auth.show = show_line;
	if (auth_start(&run->auth, run->access.subject.name, run->caller.tty, &err) < 0)
		return refuse(run, JIT_EVENT_AUTH_FAILED, EXIT_INTERNAL, err.text);
	if (needed) {
		code = prove(run);
		if (code != EXIT_DONE)
			return code;
	}
	if (auth_account(&run->auth, &err) < 0)
		return refuse(run, JIT_EVENT_AUTH_FAILED, EXIT_REFUSED, err.text);
	*ret_proved = needed;
	return EXIT_DONE;
}

/* A person was waited for, meanwhile clock and grants have moved. */
static enum exit_code
ask_anew(struct run *run)
{
	struct jit_error err = { "" };

	run->decision = (struct jit_decision){ 0 };
	if (jit_clock_now(&run->access.now) < 0 ||
		jit_access_subject(&run->access, NULL, run->caller.id.uid, &err) < 0)
		return refuse(run, JIT_EVENT_DENY, EXIT_INTERNAL,
			"clock or account cannot be read any more");
	return ask(run);
}

/* ---- what follows from the answer ---- */

/* Guarded: it takes the record's lock. */
static void
make_auto(void *arg, struct guard_result *ret)
{
	struct run *run = arg;
	struct jit_held made = { 0 };
	struct jit_error err = { "" };
	int r = jit_access_make_auto(
		&run->access, &run->request, &run->decision, &made, &err);

	(void)snprintf(
		ret->text, sizeof(ret->text), "%s", r < 0 ? err.text : made.grant.jti);
	jit_grant_done(&made.grant);
	ret->code = r == 0                           ? EXIT_DONE
		: r == -EDQUOT                       ? EXIT_REFUSED
		: r == -EREMOTEIO                    ? EXIT_NO_RECORD
		: r == -EKEYREJECTED || r == -ENOKEY ? EXIT_NO_POLICY
						     : EXIT_INTERNAL;
}

/* What was made is then read and judged like any other: there is one way to believe it. */
static enum exit_code
make_grant(struct run *run)
{
	struct guard_result result;
	char clock[CLOCK_TEXT_SIZE];
	enum exit_code code;

	guard_run(make_auto, run, &result);
	if (result.code == EXIT_NO_RECORD) {
		say("%s", result.text);
		return result.code;
	}
	if (result.code != EXIT_DONE)
		return refuse(run, JIT_EVENT_DENY, result.code, result.text);
	code = ask_anew(run);
	if (code != EXIT_DONE)
		return code;
	/* and it must be this one: another that came meanwhile was not asked about */
	if (run->decision.verdict != JIT_ALLOW || !run->decision.grant ||
		!jit_streq(run->decision.grant->grant.jti, result.text) ||
		!jit_streq(run->decision.target, run->target.name))
		return refuse(run, JIT_EVENT_DENY, EXIT_INTERNAL,
			"the grant that was made is not one that can be used");
	say("%s on %s until %s (jitsu -l shows it, jitsu --drop gives it back)",
		run->decision.role->name, run->access.policy.globals.host,
		clock_text(jit_access_wall_of(&run->access, run->decision.end_ms),
			run->access.now.wall_sec, clock));
	return EXIT_DONE;
}

static enum exit_code
observe(struct run *run)
{
	struct jit_audit audit = run_audit(run, JIT_EVENT_WOULD_DENY);

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

static enum exit_code
check_command(const struct run *run)
{
	struct jit_error err = { "" };

	if (run->decision.verdict != JIT_ALLOW || may_run_anything(run) ||
		jit_streq(run->decision.target, run->access.subject.name))
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

	if (run->decision.verdict != JIT_ALLOW)
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

/* May it go on? By policy, or because nothing is enforced yet. */
static enum exit_code
check_answer(const struct run *run)
{
	if (run->decision.verdict == JIT_ALLOW || is_observed(run))
		return EXIT_DONE;
	return refuse_decision(run);
}

static enum exit_code
take_up(struct run *run)
{
	enum exit_code code = EXIT_DONE;

	if (run->decision.verdict != JIT_ALLOW)
		return observe(run);
	if (run->decision.reason == JIT_WHY_RULE_AUTO)
		code = make_grant(run);
	run->end_ms = run->decision.end_ms;
	return code;
}

/* What has to hold of an answer before anybody is asked for a password on it. */
static enum exit_code
settle(struct run *run)
{
	enum exit_code code = check_answer(run);

	if (code == EXIT_DONE)
		code = check_command(run);
	return code == EXIT_DONE ? find_target(run) : code;
}

static enum exit_code
ask_and_settle(struct run *run)
{
	enum exit_code code = ask(run);

	if (code == EXIT_DONE && run->decision.reason == JIT_WHY_NEEDS_REASON &&
		!is_observed(run))
		code = ask_reason(run);
	return code == EXIT_DONE ? settle(run) : code;
}

/* A held grant that asks for no password: PAM's account check is the keeper's, before it
 * starts anything. Then this process, which the caller waits for, never loads PAM's modules. */
static bool
is_left_to_keeper(const struct run *run)
{
	return run->decision.verdict == JIT_ALLOW &&
		run->decision.reason == JIT_WHY_GRANT_HELD && !needs_password(run);
}

static enum exit_code
permit(struct run *run)
{
	bool proved = false;
	enum exit_code code = ask_and_settle(run);

	if (code == EXIT_DONE && !is_left_to_keeper(run))
		code = authenticate(run, &proved);
	if (code == EXIT_DONE && proved)
		code = ask_anew(run);
	if (code == EXIT_DONE && proved)
		code = settle(run);
	if (code == EXIT_DONE)
		code = take_up(run);
	if (code == EXIT_DONE && proved)
		remember(run);
	return code;
}

enum jit_verdict
permit_run(struct run *run, enum exit_code *ret)
{
	enum exit_code code = permit(run);

	if (code == EXIT_DONE)
		return JIT_ALLOW;
	*ret = code;
	return JIT_DENY;
}
