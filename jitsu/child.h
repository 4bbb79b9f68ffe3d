/*
 * The command's process between its birth and its exec.
 */
#ifndef JITSU_CHILD_H
#define JITSU_CHILD_H

#include "pty.h"
#include "run.h"

/* Becomes the command. Says why if it cannot, and exits. */
_Noreturn void child_start(
	const struct run *run, const struct pty *pty, const struct environment *env);

#endif
