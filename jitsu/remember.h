/*
 * Remembered authentications: /run/jit/auth/UID. One is good for the same person, in the
 * same terminal session, for the same target under the same grant (CVE-2025-64517).
 */
#ifndef JITSU_REMEMBER_H
#define JITSU_REMEMBER_H

#include "caller.h"
#include "libjit/clock.h"
#include "libjit/site.h"

/* Everything that has to be equal. Flat: it is written as it is, to a file that only root
 * reads and that is gone at reboot. */
struct remember {
	char magic[8];
	uint32_t uid;      /* real uid of the caller */
	uint32_t auth_uid; /* uid that was authenticated */
	uint64_t tty_device;
	uint64_t session;
	uint64_t leader_start;
	char name[JIT_NAME_MAX + 1];
	char target[JIT_NAME_MAX + 1];
	char second[JIT_NAME_MAX + 1]; /* PAM service of the second factor; "": none */
	char grant[JIT_ID_LEN + 1];
	char boot_id[JIT_ID_LEN + 1];
};

/* -ENOTTY: there is no terminal session that it could be remembered for. */
int remember_key(const struct caller *caller, const char *name, const char *target,
	const char *grant, const char *second, const struct jit_now *now,
	struct remember *ret) _must_check_;

/* Is this one there? Any error is a no. */
bool remember_has(const struct jit_site *site, const struct remember *key);

/* Adds it; the oldest goes where there are too many. */
int remember_add(const struct jit_site *site, const struct remember *key) _must_check_;

/* Forgets all that this terminal session has. */
int remember_forget(
	const struct jit_site *site, const struct caller *caller) _must_check_;

/* For tests: do two keys name the same authentication? Pure. */
bool remember_equal(const struct remember *a, const struct remember *b);

#endif
