/*
 * A session under watch.
 */
#ifndef PAM_JIT_WATCHED_H
#define PAM_JIT_WATCHED_H

#include "ending.h"
#include "renewal.h"
#include "watch.h"

struct watched {
	struct watch_record record;
	struct jit_site site;
	struct ending ending;
	struct renewal renewal;
	int tombstones; /* jit_store_watch; -1: not looked at any more */
	size_t warned;  /* moments before the end that are done with */
	bool started;   /* the first tick is behind us */
	bool closed;    /* the application has gone, and that is on record */
	bool let_be; /* under observe: the grant's end is on record, only a lock ends it */
};

/* When to call watched_tick next, on CLOCK_BOOTTIME. */
int64_t watched_next_ms(const struct watched *watched);

/* These return true when the session has been ended and nothing is left to do. */
bool watched_tick(struct watched *watched, int64_t now_ms); /* warns, or ends */
bool watched_check(struct watched *watched); /* is the grant ended, something locked? */
bool watched_lost(struct watched *watched);  /* ends it: it cannot be watched any more */

/* Somebody was asked whether another grant covers the session, and answers: it goes on under
 * that if it ends later. True: the timer has to be set anew. */
bool watched_renew(struct watched *watched);

/* Nothing of the session is left: its grant is over too, where the role says so. */
void watched_done(struct watched *watched);

/* The application has gone. */
void watched_close(struct watched *watched);

#endif
