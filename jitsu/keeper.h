/*
 * The keeper: owns a run from its birth to its end. Nothing that the caller can do reaches
 * it: all its uids are 0, it stands in a session and a cgroup of its own.
 */
#ifndef JITSU_KEEPER_H
#define JITSU_KEEPER_H

#include "frame.h"
#include "pty.h"
#include "run.h"

#include "libjit/cgroup.h"

enum keeper_why {
	KEEPER_RUNS = 0,
	KEEPER_COMMAND_ENDED, /* by itself; what it left behind ends with it */
	KEEPER_EXPIRED,
	KEEPER_REVOKED,
	KEEPER_FRONT_GONE,
	KEEPER_TERMINATED, /* somebody ends the keeper itself (shutdown) */
	KEEPER_BROKEN,     /* it cannot watch over the run any more */
};

struct keeper {
	struct run *run;
	const struct jit_cgroup_place *place;
	struct environment env; /* the command's */
	struct pty pty;
	int socket, signal_fd, timer_fd;
	int watch_fd;             /* of tombstones; -1: looked at every second instead */
	int group_fd;             /* run-ID */
	pid_t child;              /* 0: not started, or reaped */
	int status;               /* of the command, as a shell gives it */
	bool recorded;            /* its start is on record */
	enum exit_code failed_as; /* what the front exits with if nothing started, */
	enum jit_event failed_event; /* and what is recorded then */
	bool done;                   /* nothing of the run is left */
	enum keeper_why why;
	int ticks; /* since the end began */
	size_t next_deadline;
	bool output_waits; /* the pty has something, the socket has no room */
	struct frame in;   /* from the front; input goes to the pty bit by bit */
	size_t typed;
	bool input_waits;
	struct jit_bound bound; /* what the run stands under, for the watch */
	bool locked;            /* it ended by a lock, not with its grant */
	char ended_by[JIT_NAME_MAX + 1], ended_reason[JIT_REASON_MAX + 1];
	struct keeper_renewal *renewal; /* keeper_renew.c */
};

/* Runs the whole run and exits. */
_Noreturn void keeper_main(
	struct run *run, const struct jit_cgroup_place *place, int socket);

/* What runs under which grant until when, for whoever lists it; replaced by a renewal. */
int keeper_session_write(const struct keeper *keeper) _must_check_;

/* ---- keeper_environment.c ---- */

/* Builds the command's environment. -errno: no memory. After the session was opened. */
int keeper_environment(struct keeper *keeper) _must_check_;

/* ---- keeper_watch.c ---- */

/* Fills keeper->bound from run->decision. */
void keeper_watch_bind(struct keeper *keeper);
/* Has what it stands under ended? 1 with who and why in keeper, 0, or -errno. */
int keeper_watch_look(struct keeper *keeper) _must_check_;
/* Watches over the run until nothing of it is left. */
void keeper_watch(struct keeper *keeper);

/* ---- keeper_renew.c ---- */

/* Looks whether the subject's grants have changed since the last look, or (sure) anyhow, and
 * goes on under one that covers this run and ends later. True: it does; the timer has to be
 * armed again. */
bool keeper_renew(struct keeper *keeper, bool sure);

/* ---- keeper_end.c ---- */

/* Begins to end the run: SIGTERM to all of it, and the grace. */
void keeper_end_begin(struct keeper *keeper, enum keeper_why why);
/* A tick of the grace: done when nothing is left; cgroup.kill when it is over. */
void keeper_end_tick(struct keeper *keeper);
/* Closes the session, writes the record, tells the front. */
void keeper_end_finish(struct keeper *keeper);

/* ---- keeper_time.c ---- */

/* Arms the timer for the next warning, or the end. */
int keeper_time_arm(struct keeper *keeper) _must_check_;
/* The end has moved: warnings are due again. */
void keeper_time_renewed(struct keeper *keeper);
/* The timer has gone off while the run was not ending. */
void keeper_time_reached(struct keeper *keeper);
/* Arms it for the ticks of the grace. */
int keeper_time_arm_ticks(struct keeper *keeper) _must_check_;

enum { KEEPER_TICK_MS = 50, KEEPER_GRACE_MS = 2000, KEEPER_KILL_MS = 5000 };

#endif
