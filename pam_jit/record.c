/*
 * The events of pam_jit. Runs as root, inside somebody else's process.
 *
 * MUST NOT open a file for an exempt login of the PAM line.
 */
#include "record.h"

#include <string.h>

#include "tell.h"

static bool
is_open(const struct gate *gate)
{
	return gate->access.policy.table.fd >= 0;
}

struct jit_audit
record_begin(const struct gate *gate, enum jit_event event, const char *why)
{
	const struct call *call = &gate->call;
	struct jit_audit audit = JIT_AUDIT_INIT(event);

	if (gate->decided)
		audit = jit_access_audit(
			&gate->access, &gate->request, &gate->decision, event);
	if (!audit.subject)
		audit.subject = call->user;
	audit.target = call->user;
	audit.why = why;
	audit.service = call->service;
	audit.tty = call->tty[0] ? call->tty : NULL;
	audit.rhost = call->rhost[0] ? call->rhost : NULL;
	return audit;
}

/* A site of its own where the gate has none: also "the policy is broken" is recorded. */
static int
write_event(const struct gate *gate, const struct jit_audit *audit)
{
	struct jit_site site;
	int r;

	if (is_open(gate))
		return jit_audit_write(&gate->access.site, audit);
	jit_site_open(&site);
	r = jit_audit_write(&site, audit);
	jit_site_close(&site);
	return r;
}

int
record_write(const struct gate *gate, const struct jit_audit *audit)
{
	int r = write_event(gate, audit);

	if (r < 0)
		tell_log(gate->call.pamh, LOG_ALERT, "cannot record %s of %.64s: %s",
			jit_event_name(audit->event), gate->call.user, strerror(-r));
	return r;
}

void
record_try(const struct gate *gate, const struct jit_audit *audit)
{
	(void)!record_write(gate, audit); /* root's log has it */
}

bool
record_required(const struct gate *gate)
{
	return !is_open(gate) || gate->access.policy.globals.audit_required;
}

void
record_exempt(const struct gate *gate, enum outcome outcome)
{
	struct jit_audit audit;

	if (outcome == OUTCOME_EXEMPT_LINE) {
		audit = record_begin(
			gate, JIT_EVENT_EXEMPT_USED, "exempt= on the PAM line");
		jit_audit_write_journal(&audit);
		return;
	}
	audit = record_begin(gate, JIT_EVENT_EXEMPT_USED, gate->exempt->reason);
	if (record_write(gate, &audit) < 0)
		jit_audit_write_journal(&audit);
}
