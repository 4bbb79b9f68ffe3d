/*
 * The claims of a signed payload: one table for each kind of token says which may be
 * there, which must, and into which field each goes. One reader and one writer for all.
 * Pure. Internal to libjit.
 */
#ifndef JIT_CLAIMS_H
#define JIT_CLAIMS_H

#include "base.h"

enum jit_claim_type {
	JIT_CLAIM_NAME, /* account, role, host id */
	JIT_CLAIM_AUD,  /* host id or @label */
	JIT_CLAIM_ID,
	JIT_CLAIM_TEXT,   /* at most JIT_REASON_MAX bytes */
	JIT_CLAIM_TIME,   /* RFC 3339 UTC -> seconds */
	JIT_CLAIM_COUNT,  /* integer > 0 -> int64_t */
	JIT_CLAIM_MOMENT, /* integer >= 0 -> int64_t */
	JIT_CLAIM_USES,   /* integer > 0 -> uint32_t */
	JIT_CLAIM_WORD,   /* one of words, not the first -> its place there, an enum */
	JIT_CLAIM_FLAG,   /* the one word of words -> true */
	JIT_CLAIM_CMD, /* argument vector -> struct jit_strv, and what it points into */
};

struct jit_claim {
	const char *name;
	enum jit_claim_type type;
	unsigned may, must; /* in which kinds of the token: bits that its reader chose */
	size_t offset, size;
	const char *const *words; /* JIT_CLAIM_WORD, JIT_CLAIM_FLAG */
	size_t n_words;
	size_t strings; /* JIT_CLAIM_CMD: offset of the void * that owns the words */
};

struct jit_claims {
	const struct jit_claim *v;
	size_t n;
};

/* Reads a payload into the object that the table's offsets mean, strictly: one JSON object;
 * no unknown, missing, duplicate or wrongly typed claim. kind: one bit; what: how a person
 * calls that kind (`person's grant`). -EINVAL with a text; -ENOMEM. The object's owner
 * frees what it owns also after a failure. */
int jit_claims_read(const struct jit_claims *claims, unsigned kind, const char *what,
	const char *payload, void *object, struct jit_error *err) _must_check_;

/* The payload. Allocated. A claim that need not be there is written if it says something. */
int jit_claims_write(const struct jit_claims *claims, unsigned kind, const void *object,
	char **ret) _must_check_;

#endif
