/*
 * What jitsu does besides running a command. Each says what it has to say and returns the
 * exit status of the whole.
 */
#ifndef JITSU_VERBS_H
#define JITSU_VERBS_H

#include "run.h"

/* -l [command] */
enum exit_code list(struct run *run);
/* -k */
enum exit_code forget(struct run *run);
/* --drop [ID] */
enum exit_code drop(struct run *run);
/* --accept */
enum exit_code accept_token(struct run *run);

/* The caller's grants that are in force right now, with role and end; at most size of them.
 * For -l and --drop. After jit_access_ask. */
struct held_now {
	const struct jit_held *held;
	const struct jit_role *role;
	int64_t end_ms;
};
size_t list_held_now(const struct jit_access *access, struct held_now *ret, size_t size);

#endif
