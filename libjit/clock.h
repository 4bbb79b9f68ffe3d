/*
 * The only reader of clocks. Decisions take the result as a value.
 */
#ifndef JIT_CLOCK_H
#define JIT_CLOCK_H

#include "base.h"

struct jit_now {
	int64_t wall_sec; /* CLOCK_REALTIME, seconds since the epoch */
	int64_t boot_ms;  /* CLOCK_BOOTTIME (suspend counts), milliseconds */
	char boot_id[JIT_ID_LEN +
		1];        /* /proc/sys/kernel/random/boot_id without hyphens */
	bool synchronised; /* the kernel says that a time service keeps it */
};

/* All of it at once. -errno if the boot id cannot be read. */
int jit_clock_now(struct jit_now *ret) _must_check_;

/* The high-water mark of wall time (design: only brought-in grants are judged by it). */
struct jit_clock_mark {
	int64_t wall_sec; /* 0: no mark yet */
	int64_t boot_ms;  /* when it was set, on this boot's clock */
	char boot_id[JIT_ID_LEN + 1];
};

/* True if the wall clock is more than JIT_CLOCK_BACK_SEC behind the mark. Pure. */
bool jit_clock_is_back(const struct jit_clock_mark *mark, const struct jit_now *now);

/* The mark after looking at the clock now. Within a boot it rises no faster than boot
 * time; a synchronised clock replaces it, also downwards. True if it moved by more than a
 * minute or fell, so that it is worth writing. Pure. */
bool jit_clock_mark_advance(const struct jit_clock_mark *mark, const struct jit_now *now,
	struct jit_clock_mark *ret);

#endif
