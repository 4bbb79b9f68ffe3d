/*
 * --at: a moment as people write it.
 */
#ifndef JITSU_WHEN_AT_H
#define JITSU_WHEN_AT_H

#include "libjit/when.h"

/* `22:00`, `Sat 22:00`, `2026-12-01 22:00`, local time of the zone (NULL: UTC): the next such
 * moment after now. A time that a change of the clocks leaves out is none; of one that comes
 * twice the first that is still to come counts. -EINVAL: not such a form; -ERANGE: there is
 * no such moment, or it is over. Pure: no TZ is believed. */
int when_at_parse(const char *text, const struct jit_zone *zone, int64_t now_sec,
	int64_t *ret_sec) _must_check_;

#endif
