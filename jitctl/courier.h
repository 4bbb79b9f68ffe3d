/*
 * Carrying a text to a host and its answer back: by ssh to the delivery account of another
 * host, or to jitsu on this one. See jit-keys(5), DELIVERY.
 */
#ifndef JITCTL_COURIER_H
#define JITCTL_COURIER_H

#include "libjit/base.h"

enum {
	COURIER_OUT_MAX = 64 << 20, /* what a host may answer: its open requests */
	COURIER_ERR_MAX = 4096,     /* and say beside it; the rest is dropped */
};

struct courier_answer {
	int status; /* the exit status: jitsu's own */
	char *out;  /* standard output, with a NUL behind it */
	char *said; /* standard error as it came: escape before showing */
};

#define _cleanup_answer_ _cleanup_(courier_answer_done)
void courier_answer_done(struct courier_answer *answer);

/* Runs the words of a verb (`accept`; `status`, ID) on the host, by
 * `ssh -T -o BatchMode=yes jit@HOST`, with that input (NULL: none). host NULL: this one, by
 * `jitsu --VERB`.
 * -EHOSTUNREACH: ssh did not get there; -ENOENT: no such program; -EFBIG: it answered too
 * much; a text in err. */
int courier_run(const char *host, const char *const words[], const char *input,
	struct courier_answer *ret, struct jit_error *err) _must_check_;

/* Prints what the host said, line by line, escaped, with its name before it. */
void courier_repeat(const char *host, const struct courier_answer *answer);

#endif
