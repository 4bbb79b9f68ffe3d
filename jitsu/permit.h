/*
 * From a question to the right to run: decide, authenticate, sign where a rule says so, ask
 * whoever has to approve.
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

/* A new grant for what run->request asks anew (--renew). EXIT_DONE: it is there; else the
 * exit status, text and record are out. */
enum exit_code permit_anew(struct run *run);

/* ---- steps of it, for the files beside ---- */

/* Puts run->request to the policy: run->decision. permit_ask_anew: with the clock, the grants
 * and the account of now. EXIT_DONE, whatever the answer. */
enum exit_code permit_ask(struct run *run);
enum exit_code permit_ask_anew(struct run *run);

/* What has to hold of an answer before anybody is asked for anything on it. Fills
 * run->target. */
enum exit_code permit_settle(struct run *run);

/* May the caller be asked for something, and is there a terminal to do it on? */
bool permit_can_prompt(const struct run *run);

/* Is the answer that somebody has to be asked? Is it a no that is not enforced yet? */
bool permit_needs_approval(const struct run *run);
bool permit_is_observed(const struct run *run);

#endif
