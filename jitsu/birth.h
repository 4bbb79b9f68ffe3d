/*
 * Processes that are born in a cgroup.
 */
#ifndef JITSU_BIRTH_H
#define JITSU_BIRTH_H

#include "libjit/base.h"

/* fork(2), but the child is in the group from its first instruction. In the child 0.
 * -ENODEV: the group is gone. */
pid_t birth_into(int group_fd) _must_check_;

#endif
