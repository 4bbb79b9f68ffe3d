/*
 * Denials and revocations of what nobody here has seen yet: kept until it comes, and then
 * judged. They end nothing by themselves. Internal to libjit.
 */
#ifndef JIT_UNPROVEN_H
#define JIT_UNPROVEN_H

#include "clock.h"
#include "ruling.h"
#include "site.h"

enum { JIT_UNPROVEN_MAX = 1000, JIT_UNPROVEN_OF_ONE_MAX = 100 };

struct jit_unproven {
	char file[JIT_ID_LEN + 1 + JIT_NAME_MAX + 1]; /* ID.PRINCIPAL */
	enum jit_ruling_kind kind;
	char token[JIT_TOKEN_MAX + 1];
};

struct jit_unproven_list {
	size_t n;
	struct jit_unproven *v;
};

#define _cleanup_unproven_ _cleanup_(jit_unproven_list_done)
void jit_unproven_list_done(struct jit_unproven_list *list);

/* Keeps one for each id and principal: the first. -EDQUOT: there are too many, of this
 * principal or of all. */
int jit_unproven_add(const struct jit_site *site, const struct jit_ruling *ruling,
	const char *token) _must_check_;

/* Those about this id. */
int jit_unproven_load(const struct jit_site *site, const char *id,
	struct jit_unproven_list *ret) _must_check_;

int jit_unproven_drop(
	const struct jit_site *site, const struct jit_unproven *said) _must_check_;

#endif
