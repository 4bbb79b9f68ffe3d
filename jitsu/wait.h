/*
 * Waiting for the answer to a request.
 */
#ifndef JITSU_WAIT_H
#define JITSU_WAIT_H

#include "run.h"

/* Says what was asked (old: it was open already), and looks at the request twice a second
 * until it is answered or over, or until limit_sec have passed (0: no limit), or until ^C. What is seen on the way is said. EXIT_DONE: it is
 * granted; else what to exit with: the text is out. */
enum exit_code wait_for_answer(struct run *run, const struct jit_open_request *request,
	bool old, int64_t limit_sec);

/* `still open: …`, for whoever does not wait (any more). */
void wait_say_open(const char *id);

#endif
