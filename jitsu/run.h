/*
 * A run: everything that is known about it once it is permitted, and its start.
 */
#ifndef JITSU_RUN_H
#define JITSU_RUN_H

#include "auth.h"
#include "caller.h"
#include "command.h"
#include "environment.h"
#include "exit_code.h"
#include "options.h"
#include "process.h"
#include "schedule.h"
#include "target.h"
#include "terminal.h"

#include "libjit/access.h"

struct run {
	/* how we were called */
	struct process_inherited inherited;
	struct schedule schedule;
	struct environment kept;
	char *const
		*given; /* the caller's whole environment, for what he asks to hand on */
	struct options options;
	struct caller caller;
	struct terminal terminal;
	/* what is asked, and the answer */
	struct command command;
	struct jit_access access;
	struct jit_request request;
	char reason[JIT_REASON_MAX + 1]; /* as it was typed, where it was asked for */
	int64_t at_sec;                  /* --at; 0: now */
	char req[JIT_ID_LEN + 1]; /* of an emergency: what a second person approved */
	struct jit_decision
		decision; /* .grant: what it runs under; NULL if only observed */
	struct auth auth;
	bool is_proved;                /* that the caller is who he is, just now */
	char second[JIT_NAME_MAX + 1]; /* by which PAM service too */
	struct environment asked;      /* what he asked to hand on, and may */
	struct target target;
	int64_t end_ms; /* CLOCK_BOOTTIME */
	/* the run itself */
	char id[JIT_ID_LEN + 1];
	bool foreground; /* the command has the terminal's from the start */
};

/* Starts the keeper, becomes the front, returns the exit status of the whole. The keeper's
 * process does not come back from here. */
enum exit_code run_start(struct run *run);

/* The fields of an event about this run. What they point to is the run's. */
struct jit_audit run_audit(const struct run *run, enum jit_event event);

/* Writes it. -EREMOTEIO: it could not be written and policy demands it. */
int run_record(const struct run *run, const struct jit_audit *audit) _must_check_;

/* The same from a process that the caller could stop: the lock is taken elsewhere. */
int run_record_guarded(const struct run *run, const struct jit_audit *audit) _must_check_;

#endif
