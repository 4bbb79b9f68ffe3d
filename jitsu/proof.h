/*
 * Proving that the caller is who he is: whether it is needed, by a password and by the
 * second factor that a role wants, and remembering that it was done.
 */
#ifndef JITSU_PROOF_H
#define JITSU_PROOF_H

#include "run.h"

/* Does run->decision ask for it, and is it not remembered? */
bool proof_is_needed(const struct run *run);

/* PAM's account check, and the proof where one is needed (*ret_proved); the second factor
 * too, unless `observed`: nobody is kept from what is not enforced yet. EXIT_DONE, or what to
 * exit with: text and record are out. */
enum exit_code proof_take(struct run *run, bool observed, bool *ret_proved);

/* Was it the proof that run->decision asks for? While a person was waited for, it may have
 * become another role. */
bool proof_holds(const struct run *run);

/* After it was proved, with the grant that it was proved for. */
void proof_remember(const struct run *run);

#endif
