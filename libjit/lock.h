/*
 * Locks: a user, a role, a key or everything is shut, for a term or until it is unlocked.
 * /var/lib/jit/locks, root's alone. A lock stops what would start and ends what runs.
 */
#ifndef JIT_LOCK_H
#define JIT_LOCK_H

#include "clock.h"
#include "site.h"

enum jit_lock_kind {
	JIT_LOCK_NONE = 0,
	JIT_LOCK_USER,
	JIT_LOCK_ROLE,
	JIT_LOCK_KEY, /* name: the key's id, k4.pid.… */
	JIT_LOCK_ALL, /* name: "" */
};

struct jit_lock {
	enum jit_lock_kind kind;
	char name[JIT_NAME_MAX + 1]; /* a kid fits */
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1];
	int64_t since_sec, until_sec; /* wall time; until 0: no term */
	/* the term on that boot's clock, which alone counts within it: a wall clock set
	 * forward does not unlock */
	char boot[JIT_ID_LEN + 1];
	int64_t until_boot_ms;
};

struct jit_locks {
	size_t n;
	struct jit_lock *v;
};

#define _cleanup_locks_ _cleanup_(jit_locks_done)
void jit_locks_done(struct jit_locks *locks);

/* `user`, `role`, `key`, `all`. */
const char *jit_lock_kind_name(enum jit_lock_kind kind);

/* All that are in force. A directory or file that cannot be read is an error (which
 * denies); a missing directory too. -E2BIG: more than JIT_LOCKS_MAX. With no lock it costs
 * one open and one read of a directory. */
int jit_locks_load(const struct jit_site *site, const struct jit_now *now,
	struct jit_locks *ret) _must_check_;

/* The one that shuts this; NULL: none does. Pure. name as in struct jit_lock. */
const struct jit_lock *jit_locks_find(
	const struct jit_locks *locks, enum jit_lock_kind kind, const char *name);

/* Is there a file for it, in force or not? 1, 0, or -errno: what costs one system call, for
 * whoever looks twice a second. */
int jit_lock_there(const struct jit_site *site, enum jit_lock_kind kind,
	const char *name) _must_check_;

/* Root's jitctl. Adding replaces an older one (-EINVAL: a name that can be none's; -E2BIG:
 * there are JIT_LOCKS_MAX); removing: -ENOENT if there is none. */
int jit_lock_add(const struct jit_site *site, const struct jit_lock *lock) _must_check_;
int jit_lock_remove(const struct jit_site *site, enum jit_lock_kind kind,
	const char *name) _must_check_;

/* Takes away those whose term is over. Best effort. */
void jit_locks_trim(const struct jit_site *site, const struct jit_now *now);

#endif
