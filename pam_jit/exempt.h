/*
 * The logins that are let through whatever state we are in, so that a machine can be
 * mended from its console.
 */
#ifndef PAM_JIT_EXEMPT_H
#define PAM_JIT_EXEMPT_H

#include "call.h"
#include "libjit/policy.h"

/* Is this `USER@TTY[,TTY…]` with one literal user? */
bool exempt_valid(const char *text);

/* Is the call one that exempt= on the PAM line lets through? Opens no file. */
bool exempt_by_line(const struct call *call);

/* The same for `privileged.exempt` of the policy; NULL: it is not. */
const struct jit_exempt *exempt_by_policy(
	const struct call *call, const struct jit_globals *globals, int64_t wall_sec);

#endif
