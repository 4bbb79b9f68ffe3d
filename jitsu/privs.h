/*
 * The only file that changes uids, gids, groups and capabilities. Each change has one name
 * and is read back; those that become somebody are for good.
 */
#ifndef JITSU_PRIVS_H
#define JITSU_PRIVS_H

#include "libjit/base.h"

/* The identity that the kernel vouches for. */
struct privs_caller {
	uid_t uid;
	gid_t gid;
	int n_groups;
	gid_t *groups;
};

/* Reads it. The first call of all. */
int privs_caller_read(struct privs_caller *ret) _must_check_;

/* Are we set-uid root in effect? If not, err says why as far as that can be seen. */
int privs_check_setuid(struct jit_error *err) _must_check_;

/* From real uid of the caller, effective 0, to: all three uids and gids 0, no other group. */
int privs_become_root(void) _must_check_;

/* Looks at files with the caller's rights, and back. A failure to go back ends the process:
 * there is nothing sane left to do. */
int privs_caller_enter(const struct privs_caller *caller) _must_check_;
void privs_caller_leave(void);

/* Becomes the caller for good: front, and whatever only prints. */
int privs_become_caller(const struct privs_caller *caller) _must_check_;

/* Becomes the target for good: the command, right before exec. */
int privs_become_target(
	uid_t uid, gid_t gid, const gid_t *groups, size_t n_groups) _must_check_;

/* The same with exactly these capabilities (bit 1 << CAP_…), never as root: inheritable,
 * permitted, effective, ambient and bounding set. -EOPNOTSUPP: they cannot be had here. */
int privs_become_capable(uid_t uid, gid_t gid, const gid_t *groups, size_t n_groups,
	uint64_t capabilities) _must_check_;

/* no_new_privs: whatever is started from here gains nothing by set-uid bits or file
 * capabilities. */
int privs_forbid_more(void) _must_check_;

#endif
