/*
 * Group session: looks the grant up once more (account may have run in another process),
 * uses it, and starts what ends the session with it. Runs as root, inside somebody else's
 * process.
 *
 * MUST NOT let a session go on that is gated and has neither watch nor end: whatever fails
 * here ends it after a second. MUST NOT refuse a login: sshd would go on all the same.
 */
#include "session.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "backstop.h"
#include "config.h"
#include "record.h"
#include "tell.h"
#include "watch.h"

static const char note_name[] = "jit.session";

static void
note_free(pam_handle_t *pamh, void *data, int error_status)
{
	(void)pamh, (void)error_status;
	free(data);
}

static void
copy(char *buf, size_t size, const char *s)
{
	(void)snprintf(buf, size, "%s", s ? s : "");
}

/* ---- what must not go on ---- */

static void
fill_call(const struct gate *gate, struct watch_record *ret)
{
	const struct call *call = &gate->call;
	struct jit_session *session = &ret->session;

	*ret = (struct watch_record){
		.magic = WATCH_MAGIC,
		.size = sizeof(*ret),
		.pid = getpid(),
	};
	jit_grant_new_id(session->id);
	copy(session->subject, sizeof(session->subject), call->user);
	copy(session->target, sizeof(session->target), call->user);
	copy(session->service, sizeof(session->service), call->service);
	copy(session->tty, sizeof(session->tty), call->tty);
	copy(session->rhost, sizeof(session->rhost), call->rhost);
	session->uid =
		gate->access.subject.name[0] ? gate->access.subject.uid : (uid_t)-1;
}

/* Until then the application is kept here, where it has not started anything of the user's
 * yet: a second is enough for a command. If it lives on all the same, it goes on. */
static void
hold(void)
{
	struct timespec left = {
		.tv_sec = WATCH_CUT_MS / 1000,
		.tv_nsec = WATCH_HOLD_MS * 1000000L,
	};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		continue;
}

/* Ends this session a second from now, by all that is there to do it. */
static void
cut(const struct gate *gate)
{
	pam_handle_t *pamh = gate->call.pamh;
	struct watch_record record;
	struct jit_now now;

	if (backstop_set(pamh, 1) < 0)
		tell_log(pamh, LOG_ERR, "no memory for systemd.runtime_max_sec");
	if (jit_clock_now(&now) == 0) {
		fill_call(gate, &record);
		record.cut = true;
		record.end_ms = now.boot_ms + WATCH_CUT_MS;
		if (watch_start(&record) == 0) {
			hold();
			return;
		}
	}
	if (watch_cut() == 0)
		hold();
	else
		tell_log(pamh, LOG_ALERT,
			"cannot end the session of %.64s: systemd has to",
			gate->call.user);
}

static void
record_failure(const struct gate *gate, enum jit_event event, const char *why)
{
	struct jit_audit audit = record_begin(gate, event, why);

	tell_log(gate->call.pamh, LOG_ERR, "no session for %.64s: %s", gate->call.user,
		why);
	record_try(gate, &audit);
}

/* It should not have come here: account refuses this. Programs whose process is not a login
 * session's are told so and nothing is ended. */
static int
refused(const struct gate *gate, enum outcome outcome)
{
	record_failure(gate, JIT_EVENT_DENY, tell_why(gate, outcome));
	if (gate->call.door != DOOR_LOGIN)
		return PAM_SESSION_ERR;
	cut(gate);
	return PAM_SUCCESS;
}

/* A grant that cannot be used or watched. Under observe it would have passed without us. */
static int
failed(const struct gate *gate, const char *why)
{
	if (gate->observe) {
		record_failure(gate, JIT_EVENT_WOULD_DENY, why);
		return PAM_IGNORE;
	}
	record_failure(gate, JIT_EVENT_DENY, why);
	cut(gate);
	return PAM_SUCCESS;
}

/* ---- a session under a grant ---- */

/* The grant's window, as the session will be ended by it. */
static int
grant_end(struct gate *gate, const struct jit_held *held, int64_t *ret_end_ms)
{
	struct jit_access *access = &gate->access;

	if (jit_clock_now(&access->now) < 0 ||
		!jit_held_in_force(held, &access->now, access->clock_back,
			gate->decision.max_sec, ret_end_ms))
		return jit_error_set(&gate->err, -ETIME, "the grant is over");
	return 0;
}

static void
fill_grant(
	const struct gate *gate, const struct jit_held *held, struct watch_record *record)
{
	const struct jit_decision *decision = &gate->decision;
	struct jit_session *session = &record->session;

	record->by_host = held->grant.by_host;
	record->ends_with_use = decision->role->ends == JIT_ENDS_USE;
	record->latest_ms =
		gate->access.now.boot_ms + JIT_CEILING_GRANT_SEC * INT64_C(1000);
	record->observe = gate->observe;
	copy(record->rule, sizeof(record->rule), decision->rule->name);
	copy(record->via, sizeof(record->via), jit_via_name(held->grant.via));
	copy(record->kid, sizeof(record->kid), held->grant.kid);
	copy(record->policy, sizeof(record->policy), gate->access.policy.globals.hash);
	copy(session->subject, sizeof(session->subject), gate->access.subject.name);
	copy(session->role, sizeof(session->role), decision->role->name);
	copy(session->grant, sizeof(session->grant), jit_grant_id(&held->grant));
	session->started_sec = gate->access.now.wall_sec;
	session->end_ms = record->end_ms;
}

static int
record_open(
	struct gate *gate, const struct jit_held *held, const struct watch_record *record)
{
	struct jit_audit audit = record_begin(gate, JIT_EVENT_SESSION_OPEN, NULL);

	audit.grant = record->session.grant;
	audit.via = record->via;
	audit.approver = held->grant.iss;
	audit.reason = held->grant.reason[0] ? held->grant.reason : NULL;
	audit.session = record->session.id;
	audit.expires_sec = jit_access_wall_of(&gate->access, record->end_ms);
	if (record_write(gate, &audit) < 0 && record_required(gate))
		return jit_error_set(
			&gate->err, -EREMOTEIO, "the audit record cannot be written");
	return 0;
}

static void
record_close(const struct gate *gate, const struct watch_record *record)
{
	struct jit_audit audit = watch_audit(record, JIT_EVENT_SESSION_CLOSE);

	record_try(gate, &audit);
}

/* What session_close will need. Without it session-watch still sees the end. */
static void
keep_note(pam_handle_t *pamh, const struct watch_record *record)
{
	struct watch_record *note = malloc(sizeof(*note));

	if (!note)
		return;
	*note = *record;
	if (pam_set_data(pamh, note_name, note, note_free) != PAM_SUCCESS)
		free(note);
}

static int
watch(struct gate *gate, const struct watch_record *record)
{
	int64_t left = (record->latest_ms - gate->access.now.boot_ms) / 1000;
	int r;

	/* not the grant's own end: a renewal may move that, and nobody could move this */
	if (!record->observe &&
		backstop_set(gate->call.pamh, left + WATCH_BACKSTOP_SEC) < 0)
		return jit_error_set(&gate->err, -ENOMEM, "out of memory");
	r = watch_start(record);
	if (r < 0)
		return jit_error_set(
			&gate->err, r, "session-watch does not stand: %s", strerror(-r));
	keep_note(gate->call.pamh, record);
	return 0;
}

static int
begin(struct gate *gate, const struct jit_held *held)
{
	struct watch_record record;

	fill_call(gate, &record);
	if (grant_end(gate, held, &record.end_ms) < 0)
		return failed(gate, gate->err.text);
	fill_grant(gate, held, &record);
	if (record_open(gate, held, &record) < 0)
		return failed(gate, gate->err.text);
	if (watch(gate, &record) == 0)
		return PAM_SUCCESS;
	record_close(gate, &record);
	return failed(gate, gate->err.text);
}

static int
use(struct gate *gate, const struct jit_held *held)
{
	if (jit_access_use(&gate->access, held, gate->decision.uses, &gate->err) < 0) {
		jit_error_set(&gate->err, 0, "the grant cannot be used");
		return failed(gate, gate->err.text);
	}
	return begin(gate, held);
}

static int
make_and_use(struct gate *gate)
{
	struct jit_held made = { 0 };
	int r = jit_access_make(
		&gate->access, &gate->request, &gate->decision, &made, &gate->err);

	if (r < 0) {
		jit_error_set(&gate->err, r, "no grant can be made");
		return failed(gate, gate->err.text);
	}
	r = use(gate, &made);
	jit_grant_done(&made.grant);
	return r;
}

int
session_open(pam_handle_t *pamh, int argc, const char **argv)
{
	_cleanup_gate_ struct gate gate = GATE_NONE;
	enum outcome outcome = gate_judge(&gate, pamh, argc, argv);

	if (outcome == OUTCOME_HELD)
		return use(&gate, gate.decision.grant);
	if (outcome == OUTCOME_AUTO)
		return make_and_use(&gate);
	if (outcome_code(outcome) == PAM_IGNORE)
		return PAM_IGNORE;
	return refused(&gate, outcome);
}

/* Whoever takes the session's file away writes its close: we, or session-watch when it sees
 * the application end. */
int
session_close(pam_handle_t *pamh)
{
	const void *data = NULL;
	const struct watch_record *note;
	struct gate gate = GATE_NONE;

	if (pam_get_data(pamh, note_name, &data) != PAM_SUCCESS || !data)
		return PAM_IGNORE;
	note = data;
	gate.call.pamh = pamh;
	gate.call.user = note->session.target;
	jit_site_open(&gate.access.site);
	if (jit_session_remove(&gate.access.site, note->session.id) != -ENOENT)
		record_close(&gate, note);
	gate_done(&gate);
	return PAM_SUCCESS;
}
