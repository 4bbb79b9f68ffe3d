/*
 * A signed token on its way: to one host, or to every host with a label, here or by ssh.
 */
#ifndef JITCTL_DELIVERY_H
#define JITCTL_DELIVERY_H

#include "jitctl/courier.h"

struct delivery {
	const char *verb; /* `accept`, `request` */
	const char *token;
	const char *aud;  /* the token's: a host, or @label */
	const char *host; /* a host that is known to want it, by ssh; NULL or "": none */
	bool here;        /* this host is known to want it */
	bool by_ssh;      /* to this host too: its jitsu has no such verb */
	bool print;       /* nowhere: the token goes to standard output, a line */
	/* says in one line what came of it where the verb's status is 0 or 75; NULL: the
	 * host's own words */
	const char *done, *pending; /* `in force`, `waits for one more approval` */
	/* where that went well: tells the answer, instead of the two */
	void (*tell)(const char *host, const struct courier_answer *answer, void *arg);
	void *arg;
};

/* Brings it to each and says what came of it, a line each; or prints it. Returns an exit
 * code: done if it went well everywhere, else that of the first host where it did not. */
int delivery_run(const struct delivery *delivery);

#endif
