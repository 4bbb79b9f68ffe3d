/*
 * The account that the command becomes.
 */
#ifndef JITSU_TARGET_H
#define JITSU_TARGET_H

#include "libjit/base.h"

struct target {
	char name[JIT_NAME_MAX + 1];
	uid_t uid;
	gid_t gid;
	char home[1024], shell[1024];
	char full_name[128]; /* as the account's owner may have written it; "" */
	size_t n_groups;
	gid_t *groups; /* all, the primary one too */
};

void target_done(struct target *target);

/* -ENOENT: no such account; other errors: it, or its groups, could not be looked up. */
int target_find(const char *name, struct target *ret) _must_check_;

#endif
