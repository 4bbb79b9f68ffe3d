/*
 * Whose grant is this? From an id alone to the account that holds it. Internal to libjit.
 */
#ifndef JIT_HOLDER_H
#define JIT_HOLDER_H

#include "grant.h"
#include "site.h"

/* Notes whose approvals of a request are kept: uses/REQ.whose. Nothing for other grants,
 * whose files have the id for a name. */
int jit_holder_note(const struct jit_site *site, const struct jit_grant *grant,
	const char *user) _must_check_;

/* By the id of a grant, of one of several approvals, or of their request. -ENOENT. */
int jit_holder_find(const struct jit_site *site, const char *id,
	char ret_user[JIT_NAME_MAX + 1]) _must_check_;

#endif
