/*
 * What session-watch takes over from whoever started it: nothing.
 */
#ifndef PAM_JIT_SURROUNDINGS_H
#define PAM_JIT_SURROUNDINGS_H

#include "libjit/base.h"

/* Descriptors, signals, limits, directory, session: all reset. -EPERM: not all three uids
 * are root's; -EBADF: not started by the module. */
int surroundings_enter(void) _must_check_;

#endif
