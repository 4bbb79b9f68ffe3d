/*
 * The claims of a grant: what a verified payload says, and how one is written.
 * See jit-grant(5). Pure.
 */
#ifndef JIT_GRANT_H
#define JIT_GRANT_H

#include "keys.h"

enum jit_via {
	JIT_VIA_NONE = 0,
	JIT_VIA_APPROVAL, /* an approver answers a request */
	JIT_VIA_DIRECT,   /* an approver grants unasked */
	JIT_VIA_AUTO,     /* this host, by a rule with approval = "auto" */
	JIT_VIA_PIN,
	JIT_VIA_BREAK_GLASS,
};

const char *jit_via_name(enum jit_via via);

struct jit_grant {
	char iss[JIT_NAME_MAX + 1], sub[JIT_NAME_MAX + 1], aud[JIT_NAME_MAX + 2];
	char jti[JIT_ID_LEN + 1], req[JIT_ID_LEN + 1];     /* req: "" if there is none */
	char role[JIT_NAME_MAX + 1], as[JIT_NAME_MAX + 1]; /* as: "" if there is none */
	char reason[JIT_REASON_MAX + 1];
	enum jit_via via;
	int64_t iat;
	/* brought in, signed by a person: */
	int64_t nbf, exp, dur, start_by;
	/* made here, signed by the host: */
	bool by_host;
	char boot[JIT_ID_LEN + 1];
	int64_t from_ms, to_ms;

	uint32_t uses;       /* 0: any number */
	struct jit_strv cmd; /* n == 0: not bound to a command */
	char kid[JIT_KID_LEN + 1];
	void *strings; /* what cmd points into; owned */
};

#define _cleanup_grant_ _cleanup_(jit_grant_done)
void jit_grant_done(struct jit_grant *grant);

/* The grant's name everywhere: req, or jti where there is none. */
const char *jit_grant_id(const struct jit_grant *grant);

/* Reads the claims of a payload whose signature held, strictly: no unknown, missing,
 * duplicate or wrongly typed claim; by_host decides which window claims must be there and
 * which `via` may; times in order (iat, nbf <= start_by <= exp, dur > 0) and within the
 * compiled ceilings; iss equal to the key's principal. -EINVAL with a text. */
int jit_grant_parse(const char *payload, const struct jit_key *key, struct jit_grant *ret,
	struct jit_error *err) _must_check_;

/* The payload for a grant. Allocated. */
int jit_grant_payload(const struct jit_grant *grant, char **ret) _must_check_;

/* A new random id. */
void jit_grant_new_id(char ret[JIT_ID_LEN + 1]);

#endif
