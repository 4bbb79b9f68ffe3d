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
#include "store.h"

struct jit_access {
	struct jit_site site;
	struct jit_policy policy;
	struct jit_table keys;
	struct jit_now now;
	bool clock_back; /* known once grants were loaded */
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

/* After JIT_ALLOW with JIT_WHY_RULE_AUTO (and authentication, which is the caller's part):
 * signs a grant with the host's key, stores it, records grant-accepted. A text in err.
 * -EKEYREJECTED: foreign host key; -ENOKEY: no host key; -EREMOTEIO: the audit record
 * could not be written and policy demands it. */
int jit_access_make_auto(struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, struct jit_held *ret,
	struct jit_error *err) _must_check_;

/* Before a held grant is used: counts the use where uses are limited, moves the clock mark.
 * Not for account, which writes nothing. -EDQUOT: used up. */
int jit_access_use(struct jit_access *access, const struct jit_held *held,
	struct jit_error *err) _must_check_;

/* Hands in a token (any subject's: the signature is the authority). Records grant-accepted
 * or grant-refused. */
enum jit_accept {
	JIT_ACCEPT_NONE = 0,
	JIT_ACCEPT_IN_FORCE,  /* exit 0 */
	JIT_ACCEPT_MALFORMED, /* 65: incomplete, not a token, signature, claims */
	JIT_ACCEPT_REFUSED,   /* 77: unknown signer, no rule, wrong host, late, revoked */
	JIT_ACCEPT_NO_RECORD, /* 69 */
	JIT_ACCEPT_FAILED,    /* 71: could not be stored */
};
/* text is squeezed in place. ret_grant (may be NULL) is filled when in force; err has the
 * text otherwise. ret_end_sec: wall time of the grant's end. */
enum jit_accept jit_access_accept(struct jit_access *access, char *text, uid_t by_uid,
	struct jit_grant *ret_grant, int64_t *ret_end_sec, struct jit_error *err);

/* How a refused person can go on, in whole lines (each ends in a newline, no prefix):
 * `ask carol or dave for: jitctl grant --sub bob --host web1 -R login -t 1h`, contact,
 * url. Names only what exists; how to ask only where some rule lets this subject ask. */
void jit_access_advice(const struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, char *buf, size_t size);

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
