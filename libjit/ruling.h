/*
 * What an approver says about a request or a grant, other than yes: jit-deny-v1,
 * jit-revoke-v1, and jit-seen-v1 (a break-glass use was looked at). See jit-grant(5). Pure.
 */
#ifndef JIT_RULING_H
#define JIT_RULING_H

#include "keys.h"

enum jit_ruling_kind {
	JIT_RULING_NONE = 0,
	JIT_RULING_DENY,   /* {iss, aud, req, iat, reason} */
	JIT_RULING_REVOKE, /* {iss, aud, req or jti, iat, reason} */
	JIT_RULING_SEEN,   /* {iss, aud, jti, iat, reason} */
};

struct jit_ruling {
	enum jit_ruling_kind kind;
	char iss[JIT_NAME_MAX + 1], aud[JIT_NAME_MAX + 2];
	char id[JIT_ID_LEN + 1]; /* claim req or jti: what jit_grant_id() gives */
	bool is_req;             /* which of the two */
	int64_t iat;
	char reason[JIT_REASON_MAX + 1];
	char kid[JIT_KID_LEN + 1];
};

/* `jit-deny-v1`, …; the namespace that a key needs for it (deny, seen: jit-grant; revoke:
 * jit-revoke). */
const char *jit_ruling_assertion(enum jit_ruling_kind kind);
enum jit_namespace jit_ruling_namespace(enum jit_ruling_kind kind);

/* Reads a payload whose signature held under the kind's assertion, strictly. -EINVAL with a
 * text. */
int jit_ruling_parse(enum jit_ruling_kind kind, const char *payload,
	const struct jit_key *key, struct jit_ruling *ret,
	struct jit_error *err) _must_check_;

/* The payload. Allocated. */
int jit_ruling_payload(const struct jit_ruling *ruling, char **ret) _must_check_;

#endif
