/*
 * When, where and how eagerly a process runs: the caller's is the command's, and must not be
 * the keeper's.
 */
#ifndef JITSU_SCHEDULE_H
#define JITSU_SCHEDULE_H

#include <sched.h>

#include "libjit/base.h"

struct schedule {
	int policy, nice, io;
	struct sched_param param;
	cpu_set_t cpus;
	bool known;
};

/* As it was inherited. */
void schedule_save(struct schedule *ret);

/* Like anybody, on any processor: a process that holds a lock must not be starved. */
void schedule_own(void);

/* What a PAM module (pam_limits) set meanwhile is the command's; then our own again. */
void schedule_take(struct schedule *schedule);

/* For the command, before it gives up its rights. */
void schedule_give(const struct schedule *schedule);

#endif
