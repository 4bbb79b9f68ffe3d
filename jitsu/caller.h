/*
 * Who called, from where: what the kernel says, nothing from the environment.
 */
#ifndef JITSU_CALLER_H
#define JITSU_CALLER_H

#include "privs.h"

struct caller {
	struct privs_caller id;
	char cwd[4096];      /* "" if it cannot be told */
	char tty[64];        /* controlling terminal: `/dev/pts/3`; "" if there is none */
	uint64_t tty_device; /* 0 if there is none */
	pid_t session;
	uint64_t
		leader_start; /* start of the session leader, in clock ticks since boot */
};

/* Fills everything but id. -errno: /proc cannot be read. */
int caller_read(struct caller *ret) _must_check_;

/* Fields of a /proc/PID/stat line, counted behind the last `)` (CVE-2017-1000367): field 3
 * is `state`. -EBADMSG. Pure. */
int caller_stat_field(const char *stat, unsigned field, uint64_t *ret) _must_check_;

#endif
