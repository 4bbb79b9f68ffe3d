/*
 * What root revokes at once: grants, whole or half approved, open requests, what runs. Run
 * as root.
 */
#ifndef JITCTL_REVOCATION_H
#define JITCTL_REVOCATION_H

#include "libjit/access.h"

struct revocation {
	struct jit_access access;
	struct jit_held_list held;
	struct jit_request_list requests;
	struct jit_error load_err; /* grants could not be read */

	const char *typed, *subject, *role; /* which */
	bool all;
	const char *reason;
	char by[JIT_NAME_MAX + 1];

	size_t grants, closed, running; /* how many were ended */
	size_t n_ids, ids_size;
	char (*ids)[JIT_ID_LEN + 1]; /* of what was ended */
	int error;                   /* of the first that could not be */
};

void revocation_done(struct revocation *rev);

/* Ends all that is wanted, and says what. -errno with a text: -ENOENT: no such grant or
 * request; -ENOTUNIQ: several begin with that id; -EALREADY: it has ended; -EIO: grants
 * cannot be told apart; others: something could not be stored. */
int revocation_run(struct revocation *rev, struct jit_error *err) _must_check_;

#endif
