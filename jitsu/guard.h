/*
 * Work that nobody may stop in the middle.
 */
#ifndef JITSU_GUARD_H
#define JITSU_GUARD_H

#include "exit_code.h"
#include "libjit/base.h"

/* What came of it: a status, and what to tell the caller (the guarded process itself must
 * not write to descriptors of his: he could let it hang there). */
struct guard_result {
	enum exit_code code;
	char text[1024];
};

/* Runs work in a process of its own, where the caller can neither stop it (a session of its
 * own, all signals blocked) nor freeze it (a cgroup of ours): whatever takes a lock or
 * writes state before a keeper is there. Fills ret; EXIT_INTERNAL if it did not get to its
 * end. */
void guard_run(void (*work)(void *arg, struct guard_result *ret), void *arg,
	struct guard_result *ret);

#endif
