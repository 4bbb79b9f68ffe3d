/*
 * Everything that a caller can hand down to a setuid program besides arguments and
 * environment: descriptors, limits, signals, timers, umask. Reset for ourselves, kept for
 * the command.
 */
#ifndef JITSU_PROCESS_H
#define JITSU_PROCESS_H

#include <signal.h>
#include <sys/resource.h>

#include "libjit/base.h"

struct process_inherited {
	struct rlimit limits[RLIM_NLIMITS]; /* what the command gets */
	struct rlimit own[RLIM_NLIMITS];    /* what we have meanwhile */
	mode_t umask;
	sigset_t ignored; /* signals that the caller had set to be ignored */
};

/* First thing in main, before anything is opened. -errno: nothing may go on. */
int process_sanitize(struct process_inherited *ret) _must_check_;

/* Our own limits again, after a PAM module has changed them for the session. A limit that
 * PAM has changed is taken over into `inherited`, for the command. */
void process_limits_take(struct process_inherited *inherited);

/* Gives the command the limits that it should have. */
int process_limits_give(const struct process_inherited *inherited) _must_check_;

/* Our own umask while PAM opens a session: one that nobody configures, so that a change
 * shows; and what came out of it for the command. */
void process_umask_offer(void);
void process_umask_take(struct process_inherited *inherited);

/* All signals to their default, none blocked: for the command. */
void process_signals_default(void);

/* The keeper's own: the last to be killed when memory runs out. After the command was born,
 * which keeps what it has. */
void process_protect(void);

#endif
