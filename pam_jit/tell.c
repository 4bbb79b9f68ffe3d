/*
 * Texts. Runs as root, inside somebody else's process.
 *
 * MUST escape what somebody else chose. MUST NOT print: the application shows it, or nobody
 * does.
 */
#include "tell.h"

#include <security/pam_ext.h>
#include <string.h>

#include "libjit/escape.h"
#include "libjit/parse.h"

enum { TEXT_SIZE = 2048, SHOWN_SIZE = 160, LOCK_SIZE = 1600 };

void
tell_user(pam_handle_t *pamh, const char *text)
{
	while (*text) {
		int len = (int)strcspn(text, "\n");

		(void)pam_error(pamh, "%.*s", len, text);
		text += len + (text[len] == '\n');
	}
}

void
tell_log(pam_handle_t *pamh, int priority, const char *format, ...)
{
	char text[TEXT_SIZE], shown[TEXT_SIZE];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	pam_syslog(pamh, priority, "%s", jit_escape(text, shown, sizeof(shown)));
}

static const char *
refused_why(const struct gate *gate)
{
	if (gate->decided)
		return jit_reason_name(gate->decision.reason);
	return gate->access.subject.uid == 0 ? "login as root"
					     : "login to a shared account";
}

const char *
tell_why(const struct gate *gate, enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_OBSERVED:
	case OUTCOME_REFUSED: return refused_why(gate);
	case OUTCOME_ROOT: return "login as root";
	case OUTCOME_SHARED: return "login to a shared account";
	case OUTCOME_UNKNOWN_USER: return "unknown user";
	case OUTCOME_NO_RECORD: return "the audit record cannot be written";
	default: return gate->err.text[0] ? gate->err.text : "could not be decided";
	}
}

/* `, since carol locked bob until …: "left the company"` */
static void
locked(const struct jit_lock *lock, char *buf, size_t size)
{
	char by[SHOWN_SIZE], name[SHOWN_SIZE], reason[4 * JIT_REASON_MAX];
	char until[JIT_TIME_SIZE];
	const char *what = lock->kind == JIT_LOCK_ROLE ? "role "
		: lock->kind == JIT_LOCK_KEY           ? "key "
		: lock->kind == JIT_LOCK_ALL           ? "everything"
						       : "";

	(void)snprintf(buf, size, "now: %s locked %s%s%s%s: \"%s\"",
		jit_escape(lock->by, by, sizeof(by)), what,
		jit_escape(lock->name, name, sizeof(name)),
		lock->until_sec ? " until " : "",
		lock->until_sec ? jit_format_time(lock->until_sec, until) : "",
		jit_escape(lock->reason, reason, sizeof(reason)));
}

/* The first line: who, where, and why not. */
static void
refusal(const struct gate *gate, enum outcome outcome, char *buf, size_t size)
{
	char user[SHOWN_SIZE], host[SHOWN_SIZE], lock[LOCK_SIZE];
	const char *why = "without a grant";

	if (outcome == OUTCOME_ROOT || outcome == OUTCOME_SHARED)
		why = "directly: root and shared accounts cannot be told apart here";
	else if (gate->decision.reason == JIT_WHY_LOCKED && gate->decision.lock) {
		locked(gate->decision.lock, lock, sizeof(lock));
		why = lock;
	} else if (gate->decision.reason == JIT_WHY_RULE_DENIES)
		why = "by a rule of this host";
	else if (gate->decision.reason == JIT_WHY_NO_ROLE)
		why = "and no rule of this host gives a login to ask for";
	else if (gate->decision.reason == JIT_WHY_NO_RULE)
		why = "and no rule gives a login here and now";
	else if (gate->decision.reason == JIT_WHY_NEEDS_REASON)
		why = "by itself: the rule wants a reason, and a login has no place for "
		      "one";
	else if (gate->decision.reason == JIT_WHY_NEEDS_TICKET)
		why = "by itself: the rule wants a ticket, and a login has no place for "
		      "one";
	(void)snprintf(buf, size, "jit: %s may not log in to %s %s.",
		jit_escape(gate->call.user, user, sizeof(user)),
		jit_escape(gate->access.policy.globals.host, host, sizeof(host)), why);
}

/* The lines of advice, moved in below the first line. */
static void
tell_advice(pam_handle_t *pamh, const char *advice)
{
	while (*advice) {
		int len = (int)strcspn(advice, "\n");

		(void)pam_error(pamh, "  %.*s", len, advice);
		advice += len + (advice[len] == '\n');
	}
}

static void
tell_refused(struct gate *gate, enum outcome outcome)
{
	char text[TEXT_SIZE] = "";

	refusal(gate, outcome, text, sizeof(text));
	tell_user(gate->call.pamh, text);
	if (outcome != OUTCOME_REFUSED) {
		tell_user(gate->call.pamh, "  log in as yourself");
		return;
	}
	text[0] = '\0';
	jit_access_advice(
		&gate->access, &gate->request, &gate->decision, text, sizeof(text));
	tell_advice(gate->call.pamh, text);
}

void
tell_refusal(struct gate *gate, enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_REFUSED:
	case OUTCOME_ROOT:
	case OUTCOME_SHARED: tell_refused(gate, outcome); break;
	case OUTCOME_HELD:
	case OUTCOME_AUTO:
	case OUTCOME_NOT_OURS:
	case OUTCOME_OWN_ACCOUNT:
	case OUTCOME_EXEMPT_LINE:
	case OUTCOME_EXEMPT_POLICY:
	case OUTCOME_NOT_GATED:
	case OUTCOME_OBSERVED:
	case OUTCOME_OBSERVED_BROKEN: break;
	default:
		tell_user(gate->call.pamh,
			"jit: this login cannot be decided now, so it is refused.\n"
			"  root at the console: jitctl check says what is wrong");
	}
}
