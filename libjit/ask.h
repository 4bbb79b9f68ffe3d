/*
 * Filing a request: what ask.c and ask_token.c share. Internal to libjit.
 */
#ifndef JIT_ASK_H
#define JIT_ASK_H

#include "access.h"

/* -ERANGE with a text: it has passed, or lies beyond the compiled ceiling. 0 is at once. */
int jit_ask_check_at(const struct jit_access *access, int64_t at_sec,
	struct jit_error *err) _must_check_;

/* What the deciding rule says about a request: whom it asks, how many, how long. */
int jit_ask_fill_rule(const struct jit_access *access,
	const struct jit_decision *decision, struct jit_open_request *ret) _must_check_;

/* Frees it but for command, which it borrowed. */
void jit_ask_unfill(struct jit_open_request *request);

/* The subject's own open ones: what is over is closed, and one that asks for the same is
 * given back (*ret_old, else ret is untouched). -EDQUOT: there are too many. */
int jit_ask_look(struct jit_access *access, const struct jit_open_request *wanted,
	struct jit_open_request *ret, bool *ret_old, struct jit_error *err) _must_check_;

/* Records it and keeps it; ret is what is then on disk. */
int jit_ask_keep(struct jit_access *access, const struct jit_open_request *wanted,
	struct jit_open_request *ret, struct jit_error *err) _must_check_;

#endif
