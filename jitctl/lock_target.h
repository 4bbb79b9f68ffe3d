/*
 * What a person locks or unlocks: a user, a role, a key, everything.
 */
#ifndef JITCTL_LOCK_TARGET_H
#define JITCTL_LOCK_TARGET_H

#include "libjit/lock.h"

struct lock_options {
	const char *user; /* the argument */
	const char *role, *key;
	bool all;
};

struct lock_target {
	enum jit_lock_kind kind;
	char name[JIT_NAME_MAX + 1];
	char owner[JIT_NAME_MAX + 1]; /* of a key: whose it is; "": not known here */
	bool unknown;                 /* this host knows no such user, role or key now */
	bool has_keys;                /* of a user: trusted_keys names him */
};

/* Exactly one of them. -EINVAL with a text; -ENOENT with a text: the fingerprint of a key
 * that trusted_keys does not have. */
int lock_target_find(const struct jit_site *site, const struct lock_options *options,
	struct lock_target *ret, struct jit_error *err) _must_check_;

/* `user bob`, `role root`, `carol's key k4.pid.…`, `everything`. Returns buf. */
enum { LOCK_TARGET_SHOWN_SIZE = 2 * JIT_NAME_MAX + 16 };
const char *lock_target_show(
	const struct lock_target *target, char buf[LOCK_TARGET_SHOWN_SIZE]);

#endif
