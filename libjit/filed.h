/*
 * A request as it is filed and as it travels: the claims of a jit-request-v1 token, signed
 * by the host that made it or by the asker's own key. See jit-grant(5). Pure.
 */
#ifndef JIT_FILED_H
#define JIT_FILED_H

#include "keys.h"

#define JIT_ASSERT_REQUEST "jit-request-v1"
/* What stands before the token in a line that people send each other: the format and its
 * version. */
#define JIT_REQUEST_LINE "jit-request-v1:"

struct jit_filed {
	char iss[JIT_NAME_MAX + 1];                        /* `host`, or the subject */
	char sub[JIT_NAME_MAX + 1], aud[JIT_NAME_MAX + 2]; /* a host id or @label */
	char jti[JIT_ID_LEN + 1]; /* the request's id: a grant's req */
	int64_t iat;
	char role[JIT_NAME_MAX + 1], as[JIT_NAME_MAX + 1]; /* as: "" if there is none */
	int64_t dur;                                       /* seconds asked for */
	int64_t at;       /* wall time of a later start; 0: at once */
	bool break_glass; /* claim via = "break-glass": a second person for that way */
	char reason[JIT_REASON_MAX + 1];
	struct jit_strv cmd; /* n == 0: whatever the role covers */
	char kid[JIT_KID_LEN + 1];
	void *strings; /* what cmd points into; owned */
};

#define _cleanup_filed_ _cleanup_(jit_filed_done)
void jit_filed_done(struct jit_filed *filed);

/* Reads a payload whose signature held, as strictly as jit_grant_parse: iss is `host` under
 * a host's key, else equal to the key's principal and to sub. -EINVAL with a text. */
int jit_filed_parse(const char *payload, const struct jit_key *key, struct jit_filed *ret,
	struct jit_error *err) _must_check_;

/* The claims of a token whose signature is not looked at: for files that root wrote. */
int jit_filed_peek(const char *token, struct jit_filed *ret) _must_check_;

/* The payload. Allocated. */
int jit_filed_payload(const struct jit_filed *filed, char **ret) _must_check_;

/* Makes a token of what a person pasted: a line of JIT_REQUEST_LINE and the token, or the
 * token alone, with what chat and mail put around and between it (words before the line,
 * white space, line breaks, `<`, `>` and backticks) taken away. In place. -EINVAL with a
 * text: another version, several requests, or none; -EFBIG. */
int jit_filed_squeeze(char *text, struct jit_error *err) _must_check_;

#endif
