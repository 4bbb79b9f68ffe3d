/*
 * The record: /var/log/jit/audit.jsonl (the truth, chained) and journald (a copy).
 * See jit-audit(7).
 *
 * Runs as root, all three uids 0 (readers of the journal match _UID=0). MUST NOT block: the
 * lock is waited for at most two seconds, the journal gets one non-blocking datagram.
 */
#ifndef JIT_AUDIT_H
#define JIT_AUDIT_H

#include "site.h"

enum jit_event {
	JIT_EVENT_NONE = 0,
	JIT_EVENT_GRANT_ACCEPTED,
	JIT_EVENT_GRANT_REFUSED,
	JIT_EVENT_AUTH_FAILED,
	JIT_EVENT_COMMAND_START,
	JIT_EVENT_COMMAND_END,
	JIT_EVENT_SESSION_OPEN,
	JIT_EVENT_SESSION_CLOSE,
	JIT_EVENT_EXEMPT_USED,
	JIT_EVENT_EXPIRED,
	JIT_EVENT_REVOKED,
	JIT_EVENT_DENY, /* refused: a login, a command; by an approver: a request */
	JIT_EVENT_WOULD_DENY,
	JIT_EVENT_POLICY_LOADED,
	JIT_EVENT_POLICY_REFUSED,
	JIT_EVENT_POLICY_DRIFT,
	JIT_EVENT_CLOCK_BACK,
	JIT_EVENT_START_LATE,
	JIT_EVENT_REQUEST,
	JIT_EVENT_REQUEST_WITHDRAWN,
	JIT_EVENT_REQUEST_ABANDONED,
	JIT_EVENT_APPROVE, /* one of several approvals, or the last one */
	JIT_EVENT_BREAK_GLASS,
	JIT_EVENT_BREAK_GLASS_SEEN,
	JIT_EVENT_LOCKED,
	JIT_EVENT_UNLOCKED,
	JIT_EVENT_NOTIFY_FAILED, /* the policy's hook was not run, or failed */
	JIT_EVENT_COUNT_,
};

/* "grant-accepted", …; the MESSAGE_ID (32 hexadecimal digits) that the catalog explains. */
const char *jit_event_name(enum jit_event event);
const char *jit_event_message_id(enum jit_event event);

/* Its syslog(3) priority; what it is in words; must its record be on disk at once, because
 * something is in force or refused by it? */
int jit_event_priority(enum jit_event event);
const char *jit_event_phrase(enum jit_event event);
bool jit_event_decides(enum jit_event event);

/* Fields that are NULL, 0 or -1 are left out. All text is escaped by the sink. */
struct jit_audit {
	enum jit_event event;
	const char *subject, *target, *role, *rule, *policy, *grant, *request, *approver,
		*via;
	const char *reason; /* the subject's words */
	const char *why;    /* ours: why something was refused or ended */
	const char *service, *cwd, *tty, *rhost, *session;
	const struct jit_strv *command;
	uid_t subject_uid;   /* (uid_t)-1: unknown */
	int64_t expires_sec; /* wall time */
	int64_t waited_sec;  /* from request to answer; -1: none */
	int exit_status;     /* as a shell gives it; -1: none */
	int64_t wall_sec;    /* 0: now */
};

/* An event with nothing in it but its kind: start from this. */
#define JIT_AUDIT_INIT(kind)                                                             \
	((struct jit_audit){ .event = (kind),                                            \
		.subject_uid = (uid_t)-1,                                                \
		.waited_sec = -1,                                                        \
		.exit_status = -1 })

/* The text fields one by one, in the record's order: the name of field i (`subject`, …)
 * and its value, NULL if it is empty. NULL behind the last. */
const char *jit_audit_field(
	const struct jit_audit *audit, size_t i, const char **ret_value);

/* What the log adds to an event. */
struct jit_audit_link {
	uint64_t seq;
	int64_t time_ms;  /* wall time */
	const char *prev; /* hash of what is before it, hexadecimal */
	bool torn;        /* a crash left something before it that is no record */
};

/* The event's line with its newline: one JSON object in ASCII. Texts are let run as far as
 * the line has room. Returns the length or -errno. */
ssize_t jit_audit_format(const struct jit_audit *audit, const struct jit_audit_link *link,
	char line[JIT_AUDIT_LINE_MAX]) _must_check_;

/* Writes one event to both. 0, or -errno if audit.jsonl could not take it (the journal is
 * tried all the same): whoever needs the record then refuses. */
int jit_audit_write(
	const struct jit_site *site, const struct jit_audit *audit) _must_check_;

/* The two halves of it, for whoever is being waited for: the record of truth first, and
 * the copy once nobody waits any more. */
int jit_audit_write_file(
	const struct jit_site *site, const struct jit_audit *audit) _must_check_;
void jit_audit_copy_to_journal(const struct jit_audit *audit);

/* The journal alone (else /dev/kmsg): for exempt logins when /var is gone. -errno: neither
 * took it. */
int jit_audit_write_journal(const struct jit_audit *audit);

/* Walks the chain: 0 if every line is there and unchanged, -EBADMSG with the line and what
 * is wrong. *ret_lines: how many events hold. A line that a crash left torn and that the
 * next record names is no error: then err has a text, though 0 is returned. */
int jit_audit_verify(const struct jit_site *site, uint64_t *ret_lines,
	struct jit_error *err) _must_check_;

#endif
