/*
 * The judgement. Runs as root, inside somebody else's process, once in account and once
 * more in session.
 *
 * MUST NOT write anything. MUST decide an exempt console before it opens a file. Every
 * failure is OUTCOME_BROKEN; only a policy that says observe, and a PAM line that says so
 * too, make it less.
 */
#include "gate.h"

#include <errno.h>
#include <pwd.h>
#include <security/pam_modutil.h>

#include "exempt.h"
#include "libjit/clock.h"

void
gate_done(struct gate *gate)
{
	jit_access_close(&gate->access);
}

/* ---- what needs no file ---- */

static bool
is_privileged_process(void)
{
	return geteuid() == jit_site_owner();
}

/* A process without any privilege, about its own user: a screen locker. */
static enum outcome
judge_own_account(const struct call *call)
{
	const struct passwd *pw = pam_modutil_getpwnam(call->pamh, call->user);
	uid_t real, effective, saved;

	if (!pw || getresuid(&real, &effective, &saved) < 0)
		return OUTCOME_BROKEN;
	if (real == jit_site_owner() || saved == jit_site_owner())
		return OUTCOME_BROKEN;
	return pw->pw_uid == real && real == effective ? OUTCOME_OWN_ACCOUNT
						       : OUTCOME_BROKEN;
}

static enum outcome
misconfigured(struct gate *gate, const char *what, const char *why)
{
	jit_error_set(&gate->err, 0,
		"the PAM line of service %.64s is refused: %.64s: %s", gate->call.service,
		what, why);
	return OUTCOME_MISCONFIGURED;
}

static enum outcome
unsupported(struct gate *gate)
{
	jit_error_set(&gate->err, 0,
		"service %.64s: kind=switch and kind=sudo are not "
		"supported yet: refused",
		gate->call.service);
	return OUTCOME_UNSUPPORTED;
}

/* True: *ret is the answer. False: the policy has to say. */
static bool
judge_line(struct gate *gate, enum outcome *ret)
{
	const struct call *call = &gate->call;

	if (call->options.bad)
		*ret = misconfigured(gate, call->options.bad, call->options.why);
	else if (!is_privileged_process())
		*ret = judge_own_account(call);
	else if (call->door == DOOR_NOT_OURS)
		*ret = OUTCOME_NOT_OURS;
	else if (call->door == DOOR_SWITCH || call->door == DOOR_SUDO)
		*ret = unsupported(gate);
	else if (call->door != DOOR_LOGIN)
		*ret = misconfigured(
			gate, "kind=", "missing, and the service is not known");
	else if (exempt_by_line(call))
		*ret = OUTCOME_EXEMPT_LINE;
	else
		return false;
	return true;
}

/* ---- what the policy says ---- */

static enum outcome
broken(struct gate *gate, const char *what)
{
	jit_error_set(&gate->err, 0, "%s", what);
	return OUTCOME_BROKEN;
}

static enum outcome
allowed(const struct jit_decision *decision)
{
	if (decision->reason == JIT_WHY_GRANT_HELD && decision->grant)
		return OUTCOME_HELD;
	if (decision->reason == JIT_WHY_RULE_AUTO && decision->rule && decision->role)
		return OUTCOME_AUTO;
	return OUTCOME_BROKEN;
}

static enum outcome
judge_request(struct gate *gate)
{
	gate->request = (struct jit_request){
		.kind = JIT_KIND_LOGIN,
		.target = gate->access.subject.name,
	};
	if (jit_access_ask(&gate->access, &gate->request, &gate->decision, &gate->err) <
		0)
		return broken(gate, "the login could not be judged");
	gate->decision.reason = jit_decision_lacks(&gate->decision);
	gate->decided = true;
	if (gate->decision.verdict != JIT_ALLOW)
		return OUTCOME_REFUSED;
	return allowed(&gate->decision);
}

static enum outcome
judge_account(struct gate *gate)
{
	const struct jit_globals *globals = &gate->access.policy.globals;
	const struct jit_subject *subject = &gate->access.subject;

	if (!jit_subject_is_privileged(globals, subject))
		return OUTCOME_NOT_GATED;
	if (subject->uid == 0)
		return OUTCOME_ROOT;
	if (jit_strv_has(&globals->privileged_shared, subject->name))
		return OUTCOME_SHARED;
	return judge_request(gate);
}

static enum outcome
judge_subject(struct gate *gate)
{
	struct jit_access *access = &gate->access;
	int r;

	r = jit_access_subject(access, gate->call.user, (uid_t)-1, &gate->err);
	if (r == -ENOENT)
		return OUTCOME_UNKNOWN_USER;
	if (r < 0)
		return broken(gate, "the account could not be looked up");
	return judge_account(gate);
}

/* Locks of accounts whose logins no grant can cover. What cannot be read may be one. */
static bool
is_locked(const struct gate *gate)
{
	const struct jit_access *access = &gate->access;
	_cleanup_locks_ struct jit_locks locks = { 0 };

	return jit_locks_load(&access->site, &access->now, &locks) < 0 ||
		jit_locks_find(&locks, JIT_LOCK_ALL, "") ||
		jit_locks_find(&locks, JIT_LOCK_USER, access->subject.name);
}

/* A lock refuses whatever the mode. */
static enum outcome
refused(const struct gate *gate, enum outcome enforced)
{
	bool locked = enforced == OUTCOME_REFUSED
		? gate->decision.reason == JIT_WHY_LOCKED
		: is_locked(gate);

	return gate->observe && !locked ? OUTCOME_OBSERVED : enforced;
}

/* A refusal under observe is only recorded. */
static enum outcome
judge_mode(struct gate *gate, enum outcome enforced)
{
	const struct jit_access *access = &gate->access;

	gate->observe = jit_decision_mode(&access->policy.globals, gate->decision.rule,
				access->now.wall_sec) == JIT_MODE_OBSERVE;
	switch (enforced) {
	case OUTCOME_REFUSED:
	case OUTCOME_ROOT:
	case OUTCOME_SHARED: return refused(gate, enforced);
	default: return enforced;
	}
}

static enum outcome
judge_policy(struct gate *gate)
{
	struct jit_access *access = &gate->access;

	if (jit_access_open(access, &gate->err) < 0)
		return broken(gate, "the policy could not be opened");
	gate->exempt = exempt_by_policy(
		&gate->call, &access->policy.globals, access->now.wall_sec);
	if (gate->exempt)
		return OUTCOME_EXEMPT_POLICY;
	return judge_mode(gate, judge_subject(gate));
}

/* ---- when it is broken ---- */

/* Does the policy, which may be the only thing that is still whole, say observe now? */
static bool
policy_observes(void)
{
	struct jit_policy policy = JIT_POLICY_NONE;
	struct jit_site site;
	struct jit_now now;
	bool observes = false;

	jit_site_open(&site);
	if (jit_policy_open(&site, &policy, NULL) == 0 && jit_clock_now(&now) == 0)
		observes = jit_decision_mode(&policy.globals, NULL, now.wall_sec) ==
			JIT_MODE_OBSERVE;
	jit_policy_close(&policy);
	jit_site_close(&site);
	return observes;
}

enum outcome
gate_judge(struct gate *gate, pam_handle_t *pamh, int argc, const char **argv)
{
	enum outcome outcome;

	if (call_read(&gate->call, pamh, argc, argv) < 0)
		return broken(gate, "the application names no service or no user");
	if (judge_line(gate, &outcome))
		return outcome;
	outcome = judge_policy(gate);
	if (outcome == OUTCOME_BROKEN && gate->call.options.observe && policy_observes())
		return OUTCOME_OBSERVED_BROKEN;
	return outcome;
}
