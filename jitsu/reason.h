/*
 * The caller's reason, where the rule wants one.
 */
#ifndef JITSU_REASON_H
#define JITSU_REASON_H

#include "run.h"

/* Is run->decision that a reason, or another one, is needed? */
bool reason_is_wanted(const struct run *run);

/* Asks for it, and puts the question anew with it, until the answer hangs on it no more.
 * EXIT_DONE, or what to exit with: the text is out. */
enum exit_code reason_ask(struct run *run);

#endif
