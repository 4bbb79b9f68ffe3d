/*
 * From a question to the right to run: decide, authenticate, sign where a rule says so.
 */
#ifndef JITSU_PERMIT_H
#define JITSU_PERMIT_H

#include "run.h"

/* Opens policy and keys and finds the caller's account. EXIT_DONE, or what to exit with:
 * the text is out. */
enum exit_code permit_open(struct run *run);

/* JIT_ALLOW: run->decision, target and end_ms say what may run; it is authenticated and the
 * use is counted. Else *ret is the exit status; text and record are out. */
enum jit_verdict permit_run(struct run *run, enum exit_code *ret);

#endif
