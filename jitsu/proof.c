/*
 * Proving that the caller is who he is. Runs as: root.
 *
 * MUST ask for both factors whenever it asks; MUST remember them as one.
 */
#include "proof.h"

#include <errno.h>

#include "message.h"
#include "permit.h"
#include "refuse.h"
#include "remember.h"

#define OBSERVED "observed" /* stands for the grant where there is none */

enum { TRIES = 3 };

/* ---- what is asked for ---- */

/* The PAM service of the second factor; "" if the role wants none. */
static const char *
second_service(const struct run *run)
{
	const struct jit_role *role = run->decision.role;

	return role && role->authenticate_with ? role->authenticate_with : "";
}

static bool
remembered_as(const struct run *run, struct remember *ret)
{
	const struct jit_held *held = run->decision.grant;
	const char *target = run->decision.target ? run->decision.target : "root";

	return remember_key(&run->caller, run->access.subject.name, target,
		       held ? jit_grant_id(&held->grant) : OBSERVED, second_service(run),
		       &run->access.now, ret) == 0;
}

bool
proof_is_needed(const struct run *run)
{
	const struct jit_rule *rule = run->decision.rule;
	struct remember key;

	if (run->request.way == JIT_WAY_BREAK_GLASS)
		return true; /* each time, whatever the rule says */
	if (permit_needs_approval(run))
		return !rule || rule->authenticate != JIT_AUTH_NEVER;
	if (run->decision.verdict == JIT_ALLOW) {
		if (rule && rule->authenticate == JIT_AUTH_NEVER)
			return false;
		if (!rule || rule->authenticate != JIT_AUTH_GRANT ||
			run->decision.reason != JIT_WHY_GRANT_HELD)
			return true;
	}
	return !remembered_as(run, &key) || !remember_has(&run->access.site, &key);
}

/* Not to be remembered means to be asked again: no more. */
void
proof_remember(const struct run *run)
{
	const struct jit_rule *rule = run->decision.rule;
	struct remember key;

	if (run->request.way == JIT_WAY_BREAK_GLASS ||
		(run->decision.grant && (!rule || rule->authenticate != JIT_AUTH_GRANT)))
		return;
	if (remembered_as(run, &key))
		(void)!remember_add(&run->access.site, &key);
}

/* Where nothing had to be proved, what is used now must not ask for it either: another grant
 * may have come while a person was waited for. */
bool
proof_holds(const struct run *run)
{
	return run->is_proved ? jit_streq(run->second, second_service(run))
			      : !proof_is_needed(run);
}

/* ---- asking for it ---- */

static void
show_line(void *arg, const char *line)
{
	(void)arg;
	say("%s", line);
}

static enum exit_code
not_proved(const struct run *run, int left, const struct jit_error *err)
{
	char text[sizeof(err->text) + 32];

	(void)snprintf(text, sizeof(text), "%s%s", err->text,
		left == 0           ? ""
			: left == 1 ? "; 1 try left"
				    : "; 2 tries left");
	return refuse(run, JIT_EVENT_AUTH_FAILED, EXIT_UNAUTHENTICATED, text);
}

static enum exit_code
begin(struct run *run, struct auth *auth)
{
	struct jit_error err = { "" };

	auth->tty = run->options.no_prompt ? -1 : run->terminal.fd;
	auth->timeout_sec = run->access.policy.globals.prompt_timeout_sec;
	auth->show = show_line;
	if (auth_start(auth, run->access.subject.name, run->caller.tty, &err) < 0)
		return refuse(run, JIT_EVENT_AUTH_FAILED, EXIT_INTERNAL, err.text);
	return EXIT_DONE;
}

static enum exit_code
prove(const struct run *run, struct auth *auth)
{
	enum exit_code code = EXIT_UNAUTHENTICATED;

	for (int left = TRIES - 1; left >= 0 && code == EXIT_UNAUTHENTICATED; left--) {
		struct jit_error err = { "" };
		int r = auth_prove(auth, &err);

		if (r == 0)
			return EXIT_DONE;
		code = not_proved(run, r == -EACCES ? left : 0, &err);
		if (r != -EACCES)
			return code;
	}
	return code;
}

/* A conversation of its own with the role's PAM service, of which only `auth` is asked: the
 * account is the business of the first. */
static enum exit_code
prove_second(struct run *run)
{
	struct auth auth = { .service = second_service(run) };
	enum exit_code code;

	if (!*auth.service)
		return EXIT_DONE;
	code = begin(run, &auth);
	if (code == EXIT_DONE)
		code = prove(run, &auth);
	auth_end(&auth);
	if (code == EXIT_DONE)
		(void)snprintf(run->second, sizeof(run->second), "%s", auth.service);
	return code;
}

static enum exit_code
check_askable(const struct run *run)
{
	if (run->options.no_prompt)
		return refuse(run, JIT_EVENT_DENY, EXIT_UNAUTHENTICATED,
			"a password is needed, and -n asks for none");
	if (run->terminal.fd < 0)
		return refuse(run, JIT_EVENT_DENY, EXIT_UNAUTHENTICATED,
			"a password is needed, and there is no terminal to ask for it "
			"on");
	return EXIT_DONE;
}

enum exit_code
proof_take(struct run *run, bool observed, bool *ret_proved)
{
	struct jit_error err = { "" };
	bool needed = proof_is_needed(run);
	enum exit_code code = begin(run, &run->auth);

	if (code == EXIT_DONE && needed)
		code = check_askable(run);
	if (code == EXIT_DONE && needed)
		code = prove(run, &run->auth);
	if (code == EXIT_DONE && needed && !observed)
		code = prove_second(run);
	if (code != EXIT_DONE)
		return code;
	if (auth_account(&run->auth, &err) < 0)
		return refuse(run, JIT_EVENT_AUTH_FAILED, EXIT_REFUSED, err.text);
	run->is_proved = needed;
	*ret_proved = needed;
	return EXIT_DONE;
}
