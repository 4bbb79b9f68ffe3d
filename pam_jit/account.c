/*
 * Group account: the gate. sshd asks it for every way of proving identity, and a refusal
 * here is final. Runs as root, inside somebody else's process.
 *
 * MUST return a code of outcome.c's table and no other. MUST NOT count a use or make a
 * grant: that is the session's part.
 */
#include "account.h"

#include "record.h"
#include "tell.h"

/* What must be recorded and cannot be is refused; under observe that is something broken, and
 * less than a refusal only if the PAM line says observe too. */
static enum outcome
record_refusal(const struct gate *gate, enum jit_event event, enum outcome outcome)
{
	struct jit_audit audit = record_begin(gate, event, tell_why(gate, outcome));

	if (record_write(gate, &audit) == 0 || !record_required(gate))
		return outcome;
	if (event == JIT_EVENT_WOULD_DENY && gate->call.options.observe)
		return OUTCOME_OBSERVED_BROKEN;
	return OUTCOME_NO_RECORD;
}

static void
log_outcome(const struct gate *gate, enum outcome outcome)
{
	const struct call *call = &gate->call;
	int code = outcome_code(outcome);

	if (outcome == OUTCOME_OBSERVED_BROKEN)
		tell_log(call->pamh, LOG_ALERT, "%.64s is let by, since mode=observe: %s",
			call->user, tell_why(gate, outcome));
	else if (code == PAM_SYSTEM_ERR)
		tell_log(call->pamh, LOG_ERR, "%.64s is refused: %s", call->user,
			tell_why(gate, outcome));
	else if (call->options.debug)
		tell_log(call->pamh, LOG_DEBUG, "%.64s: outcome %#x, code %d", call->user,
			(unsigned)outcome, code);
}

static enum outcome
record_outcome(const struct gate *gate, enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_HELD:
	case OUTCOME_AUTO:
	case OUTCOME_NOT_OURS:
	case OUTCOME_OWN_ACCOUNT:
	case OUTCOME_NOT_GATED: return outcome;
	case OUTCOME_EXEMPT_LINE:
	case OUTCOME_EXEMPT_POLICY: record_exempt(gate, outcome); return outcome;
	case OUTCOME_OBSERVED:
	case OUTCOME_OBSERVED_BROKEN:
		return record_refusal(gate, JIT_EVENT_WOULD_DENY, outcome);
	default: return record_refusal(gate, JIT_EVENT_DENY, outcome);
	}
}

int
account_decide(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	_cleanup_gate_ struct gate gate = GATE_NONE;
	enum outcome judged = gate_judge(&gate, pamh, argc, argv);
	enum outcome outcome = record_outcome(&gate, judged);

	log_outcome(&gate, outcome);
	if (!(flags & PAM_SILENT))
		tell_refusal(&gate, outcome);
	return outcome_code(outcome);
}
