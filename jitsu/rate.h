/*
 * How often one person may do what costs everybody: hand in tokens, be refused on record.
 */
#ifndef JITSU_RATE_H
#define JITSU_RATE_H

#include "run.h"

/* Counts one of what `what` (a directory below /run/jit) and `name` (a file there) stand for
 * in this minute of boot time, as below. */
int rate_count(const struct jit_site *site, const struct jit_now *now, const char *what,
	const char *name, uint32_t max, uint32_t *ret_skipped) _must_check_;

/* Counts one of these (`what` names a directory below /run/jit) for the caller's uid in this
 * minute of boot time. -EDQUOT: that was one more than max. ret_skipped: how many were too
 * many in the minute before, told once. */
int rate_take(const struct run *run, const char *what, uint32_t max,
	uint32_t *ret_skipped) _must_check_;

#endif
