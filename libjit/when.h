/*
 * Weekly time windows, judged in a time zone whose transitions were compiled in by
 * `jitctl reload`: no time zone file is opened, and no TZ is believed, where there is
 * privilege (CVE-2014-9680). Pure.
 */
#ifndef JIT_WHEN_H
#define JIT_WHEN_H

#include "base.h"

struct jit_zone_change {
	int64_t from_sec;   /* from this moment of UTC on … */
	int32_t offset_sec; /* … local time is UTC plus this */
};

struct jit_zone {
	const char *name; /* "" : the host's own */
	size_t n_changes; /* rising; the first one holds for all time before, too */
	struct jit_zone_change *changes;
};

/* Minutes since Monday 00:00, local time; end is exclusive. start > end wraps around the
 * week (an overnight range of Sunday). */
struct jit_when_range {
	uint16_t start, end;
};

struct jit_when {
	const char *text; /* as written, to be shown; "" : always */
	uint32_t zone;    /* index into the policy's zones */
	size_t n;         /* 0: always */
	struct jit_when_range *ranges;
};

/* Seconds that local time is ahead of UTC then; NULL: none. */
int32_t jit_zone_offset(const struct jit_zone *zone, int64_t sec);

bool jit_when_holds(
	const struct jit_when *when, const struct jit_zone *zone, int64_t sec);

#endif
