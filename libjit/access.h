/*
 * The facade: what jitsu and pam_jit (and `jitctl explain`) do with policy, keys, store
 * and clock, in the order in which it is safe.
 *
 *	open -> subject -> ask -> (allow: run) | (auto: authenticate, make -> run) | (deny: advice)
 *
 * Every failure denies: a caller that gets -errno has no decision to look at.
 */
#ifndef JIT_ACCESS_H
#define JIT_ACCESS_H

#include "audit.h"
#include "requests.h"
#include "ruling.h"
#include "store.h"

struct jit_access {
	struct jit_site site;
	struct jit_policy policy;
	struct jit_table keys;
	struct jit_now now;
	struct jit_locks locks; /* read anew by each ask */
	bool clock_back;        /* known once grants were loaded */
	struct jit_subject subject;
	struct jit_held_list held;
	bool held_loaded;
	struct jit_policy_view view;
};

#define JIT_ACCESS_NONE                                                                  \
	(struct jit_access)                                                              \
	{                                                                                \
		.site = JIT_SITE_NONE, .policy = JIT_POLICY_NONE, .keys = JIT_TABLE_NONE \
	}

#define _cleanup_access_ _cleanup_(jit_access_close)
void jit_access_close(struct jit_access *access);

/* Opens site, policy, keys, clock. -errno with a text; the text names the file and what
 * root has to do. -EKEYREJECTED: the compiled host key is of another machine. */
int jit_access_open(struct jit_access *access, struct jit_error *err) _must_check_;

/* Who asks: account, uid and groups by NSS. By name (PAM) or, with name NULL, by uid.
 * -ENOENT: no such account; any other error: groups could not be resolved. Both deny. */
int jit_access_subject(struct jit_access *access, const char *name, uid_t uid,
	struct jit_error *err) _must_check_;

/* Loads what the question needs (grants, rules, roles) and decides. ret points into access
 * and is good until the next ask or close. For JIT_KIND_COMMAND with argv.n == 0 only the
 * grants are loaded, and with request->role NULL too: for listings. */
int jit_access_ask(struct jit_access *access, const struct jit_request *request,
	struct jit_decision *ret, struct jit_error *err) _must_check_;

/* Of the grants that are held and answer this request now, the one that ends last: what runs
 * already may go on under it. Loads as jit_access_ask. -ENOENT: none does. */
int jit_access_longest(struct jit_access *access, const struct jit_request *request,
	struct jit_decision *ret, struct jit_error *err) _must_check_;

/* The one with this id, of the grants that jit_access_ask has just loaded for this request.
 * -ENOENT: it is not held, or does not answer the request. */
int jit_access_held(const struct jit_access *access, const struct jit_request *request,
	const char *id, struct jit_decision *ret) _must_check_;

/* After JIT_ALLOW with JIT_WHY_RULE_AUTO or JIT_WHY_RULE_BREAK_GLASS (and authentication,
 * which is the caller's part): signs a grant with the host's key, stores it, records
 * grant-accepted or break-glass. A text in err. -EKEYREJECTED: foreign host key; -ENOKEY: no
 * host key; -EREMOTEIO: the audit record could not be written and policy demands it (for
 * break-glass one in the journal or /dev/kmsg suffices). */
int jit_access_make(struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, struct jit_held *ret,
	struct jit_error *err) _must_check_;

/* After JIT_DENY with JIT_WHY_NEEDS_APPROVAL (and authentication): files a request, signed
 * with the host's key, and records it. One that asks for the same and is still open is
 * given back instead (*ret_old). at_sec: a later start, or 0.
 * -EDQUOT: too many are open (limits.pending_requests); -ERANGE: at_sec has passed or lies
 * beyond the compiled ceiling; -E2BIG: a command that nobody could be shown whole; else as
 * jit_access_make. ret is for jit_open_request_done. */
int jit_access_file(struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, int64_t at_sec, const char *tty,
	struct jit_open_request *ret, bool *ret_old, struct jit_error *err) _must_check_;

/* Files a request that was made elsewhere: a jit-request-v1 token under the subject's own
 * key. The same checks and limits, judged by this host's rules for its sub. -EBADMSG,
 * -EINVAL: not a good token; -EPERM: nobody could approve it here (err says what the rules
 * say); -EALREADY: the rules give it without an approval; -EEXIST: it was handed in before,
 * and is over; else as above. text is squeezed in place. Changes access->subject. */
int jit_access_file_token(struct jit_access *access, char *text,
	struct jit_open_request *ret, bool *ret_old, struct jit_error *err) _must_check_;

/* Withdraws an open request of this uid, by what was typed. -ENOENT, -ENOTUNIQ. Records. */
int jit_access_withdraw(struct jit_access *access, uid_t uid, const char *typed,
	struct jit_error *err) _must_check_;

/* What is due of all open requests: closes those that nobody answered in time
 * (request-abandoned, JIT_WAITED_SEC) and marks those whose then_ask are to be asked now.
 * ret_escalated (allocated): those, for notifying; NULL: none are marked. */
int jit_access_sweep(
	struct jit_access *access, struct jit_request_list *ret_escalated) _must_check_;

/* Before a held grant is used: counts the use where uses are limited (uses: the decision's),
 * moves the clock mark. Not for account, which writes nothing. -EDQUOT: used up. */
int jit_access_use(struct jit_access *access, const struct jit_held *held, uint32_t uses,
	struct jit_error *err) _must_check_;

/* Hands in a token (any subject's: the signature is the authority): a grant or one of
 * several approvals, a deny, a revoke, a jit-seen-v1. Each is recorded, refused or not. */
enum jit_accept {
	JIT_ACCEPT_NONE = 0,
	JIT_ACCEPT_IN_FORCE,    /* exit 0: the grant is in force; the ruling holds */
	JIT_ACCEPT_MORE_NEEDED, /* 75: one of several approvals; stored */
	JIT_ACCEPT_MALFORMED,   /* 65: incomplete, not a token, signature, claims */
	JIT_ACCEPT_REFUSED,   /* 77: unknown signer, no rule, wrong host, late, revoked */
	JIT_ACCEPT_NO_RECORD, /* 69 */
	JIT_ACCEPT_FAILED,    /* 71: could not be stored */
};

struct jit_accepted {
	struct jit_grant grant;      /* of a grant; jit_grant_done */
	enum jit_ruling_kind ruling; /* NONE: it was a grant */
	bool unproven;               /* a ruling about what is not here yet: kept */
	char by[JIT_NAME_MAX + 1];   /* who signed it */
	char id[JIT_ID_LEN + 1];     /* of request or grant */
	int64_t end_sec;             /* wall time of the grant's end */
	uint32_t approvals, have;    /* needed; so far, with this one */
};

/* text is squeezed in place. ret is filled unless it is malformed or refused; err has the
 * text otherwise. */
enum jit_accept jit_access_accept(struct jit_access *access, char *text, uid_t by_uid,
	struct jit_accepted *ret, struct jit_error *err);

/* Has what a run or session stands under ended: revoked, given back, or locked (its
 * subject, role, a key of its grant, or everything)? 1 with who and why, 0, or -errno
 * (which ends it). For whoever watches, twice a second. */
struct jit_bound {
	char id[JIT_ID_LEN + 1]; /* jit_grant_id(); "": nothing but locks */
	bool by_host;
	char subject[JIT_NAME_MAX + 1], role[JIT_NAME_MAX + 1];
	char kid[JIT_KID_LEN + 1]; /* of the grant's (last) key */
};
int jit_access_ended(const struct jit_site *site, const struct jit_bound *bound,
	const struct jit_now *now, char ret_by[JIT_NAME_MAX + 1],
	char ret_reason[JIT_REASON_MAX + 1]) _must_check_;

/* How a refused person can go on, in whole lines (each ends in a newline, no prefix):
 * `ask:  jitctl request --host web1 -R login -t 1h -r "why"` (of a login: a command's
 * request is filed by jitsu), contact, url. Names only what exists; how to ask only where
 * some rule lets this subject ask. */
void jit_access_advice(const struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, char *buf, size_t size);

/* What the last ask loaded, for the decision's functions; request may be NULL. Internal to
 * the facade, as what follows. */
struct jit_facts jit_access_facts(
	const struct jit_access *access, const struct jit_request *request);
bool jit_access_any_brought(const struct jit_access *access);

/* Signs a payload with the host's key, and checks that this host will believe it. Errors as
 * jit_access_make. */
int jit_access_sign(const struct jit_access *access, const char *payload,
	const char *assertion, char ret_kid[JIT_KID_LEN + 1], char **ret_token,
	struct jit_error *err) _must_check_;

/* Is a token with this aud for this host: its id, or a label of its? */
bool jit_access_is_aud(const struct jit_access *access, const char *aud);

/* One after another: whoever accepts, denies, revokes, withdraws or sweeps holds this lock.
 * A descriptor, or -errno. */
int jit_access_lock(const struct jit_access *access, struct jit_error *err) _must_check_;

/* Closes an open request for good, under the lock: its state, and where it was not granted
 * a tombstone against approvals that may still come to its subject. -ENOENT: it is not
 * open. */
int jit_access_close_request(struct jit_access *access, const struct jit_filed *filed,
	enum jit_request_state state, const char *by, const char *reason) _must_check_;

/* Closes one that nobody answered in time, and records it. -ENOENT: it is not open. */
int jit_access_abandon(
	struct jit_access *access, const struct jit_open_request *request) _must_check_;

/* The fields that every event about this request has. */
struct jit_audit jit_access_request_audit(const struct jit_access *access,
	const struct jit_open_request *request, enum jit_event event);

/* Claim `as` of a grant or request: the target where the role leaves a choice, else "". */
void jit_access_as(const struct jit_decision *decision, char ret[JIT_NAME_MAX + 1]);

/* Writes a record; -EREMOTEIO: it could not be written, and policy demands it. */
int jit_access_record(const struct jit_access *access, const struct jit_audit *audit,
	struct jit_error *err) _must_check_;

/* Moves the high-water mark of wall time to now, as far as it may rise. Internal to the
 * facade: part of use and accept. */
int jit_access_clock_move(const struct jit_access *access) _must_check_;

/* Wall time at which CLOCK_BOOTTIME will be end_ms, for showing. */
int64_t jit_access_wall_of(const struct jit_access *access, int64_t end_ms);

/* The fields that every event about this decision has. */
struct jit_audit jit_access_audit(const struct jit_access *access,
	const struct jit_request *request, const struct jit_decision *decision,
	enum jit_event event);

#endif
