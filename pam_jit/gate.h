/*
 * The judgement that account and session share: is this login gated, and may it be?
 */
#ifndef PAM_JIT_GATE_H
#define PAM_JIT_GATE_H

#include <errno.h>

#include "call.h"
#include "libjit/access.h"
#include "outcome.h"

struct gate {
	struct call call;
	struct jit_access access;
	bool decided; /* request and decision hold */
	struct jit_request request;
	struct jit_decision decision;
	bool observe; /* the mode that governs the decision */
	const struct jit_exempt *exempt;
	struct jit_error err; /* for root: what went wrong */
};

#define GATE_NONE                                                                        \
	(struct gate)                                                                    \
	{                                                                                \
		.access = JIT_ACCESS_NONE                                                \
	}

#define _cleanup_gate_ _cleanup_(gate_done)
void gate_done(struct gate *gate);

/* Reads the call and judges it; writes nothing. Each outcome but BROKEN and those that need
 * no policy leaves the access open until gate_done. */
enum outcome gate_judge(
	struct gate *gate, pam_handle_t *pamh, int argc, const char **argv) _must_check_;

#endif
