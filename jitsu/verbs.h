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
/* The same without counting how often: for whoever has done that. */
enum exit_code accept_from_input(struct run *run);
/* --status, --cancel ID */
enum exit_code status(struct run *run);
enum exit_code cancel(struct run *run);
/* --renew [ID] */
enum exit_code renew(struct run *run);
/* --serve NAME */
enum exit_code serve(struct run *run);

/* The caller's grants that are in force right now, with role and end, and those that wait for
 * more approvals (have < approvals; one for each request); at most size of them. After
 * jit_access_ask. */
struct held_now {
	const struct jit_held *held;
	const struct jit_rule *rule;
	const struct jit_role *role;
	int64_t end_ms;
	uint32_t approvals, have;
};
size_t list_held_now(const struct jit_access *access, struct held_now *ret, size_t size);

/* The one that is meant, by what was typed, or (nothing) the only one that is in force; asks
 * anew what is held. Points into access. EXIT_DONE, or the text is out. */
enum exit_code list_choose(struct run *run, struct held_now *ret);

#endif
