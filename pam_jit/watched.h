/*
 * A session under watch.
 */
#ifndef PAM_JIT_WATCHED_H
#define PAM_JIT_WATCHED_H

#include "ending.h"
#include "watch.h"

struct watched {
	struct watch_record record;
	struct jit_site site;
	struct ending ending;
	int tombstones; /* jit_store_watch; -1: not looked at any more */
	size_t warned;  /* warnings that are done with */
	bool started;   /* the first tick is behind us */
	bool closed;    /* the application has gone, and that is on record */
};

/* When to call watched_tick next, on CLOCK_BOOTTIME. */
int64_t watched_next_ms(const struct watched *watched);

/* These return true when the session has been ended and nothing is left to do. */
bool watched_tick(struct watched *watched, int64_t now_ms); /* warns, or ends */
bool watched_check(struct watched *watched); /* has the grant a tombstone? */
bool watched_lost(struct watched *watched);  /* ends it: it cannot be watched any more */

/* The application has gone. */
void watched_close(struct watched *watched);

#endif
