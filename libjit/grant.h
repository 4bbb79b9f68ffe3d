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
	JIT_VIA_BREAK_GLASS, /* this host; under a person's key: the second person agrees */
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

/* A second person's yes to a request for break-glass: never a grant by itself. */
bool jit_grant_is_agreement(const struct jit_grant *grant);

/* A person's answer to a request, an approval or such an agreement: it may need others. */
bool jit_grant_is_answer(const struct jit_grant *grant);

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

/* Claim cmd names exactly one command: its words, or `["edit", path]`, or where the words
 * are too long for a token (or too many, or no UTF-8) the one word `sha512:HEX`, the
 * SHA-512, in lower case, of PASETO's pre-authentication encoding of the words: a 64-bit
 * little-endian count, then each word's length, the same way, and its bytes. No two
 * commands have one encoding. */
enum { JIT_CMD_DIGEST_SIZE = sizeof("sha512:") + 2 * crypto_hash_sha512_BYTES };
enum { JIT_CMD_MAX = 512 }; /* words with their quotes and escapes in JSON: bytes */

void jit_cmd_digest(const struct jit_strv *argv, char ret[JIT_CMD_DIGEST_SIZE]);

/* Does this claim cmd say a digest, and not the words? */
bool jit_cmd_is_digest(const struct jit_strv *cmd);

/* Binds a grant to these words, in the form that they need: the same for every approver.
 * The grant has none yet. -ENOMEM. */
int jit_grant_bind(struct jit_grant *grant, const struct jit_strv *argv) _must_check_;

/* May this command run under it, as far as claim cmd says? True for any where there is no
 * claim cmd; an edit grant covers no command. */
bool jit_grant_covers_argv(const struct jit_grant *grant, const struct jit_strv *argv);

/* A new random id. */
void jit_grant_new_id(char ret[JIT_ID_LEN + 1]);

#endif
