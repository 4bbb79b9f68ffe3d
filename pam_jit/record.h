/*
 * The events of pam_jit.
 */
#ifndef PAM_JIT_RECORD_H
#define PAM_JIT_RECORD_H

#include "gate.h"

/* The fields of an event about this call. They point into the gate. */
struct jit_audit record_begin(
	const struct gate *gate, enum jit_event event, const char *why);

/* -errno, and a line in root's log, if the record of truth could not take it. */
int record_write(const struct gate *gate, const struct jit_audit *audit) _must_check_;

/* The same where the answer does not depend on it. */
void record_try(const struct gate *gate, const struct jit_audit *audit);

/* Must a record that cannot be written refuse? Also where the policy cannot be asked. */
bool record_required(const struct gate *gate);

/* An exempt login: best effort; one of the PAM line in the journal only, since no file may
 * be opened for it. */
void record_exempt(const struct gate *gate, enum outcome outcome);

#endif
