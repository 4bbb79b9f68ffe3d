/*
 * What `jitctl explain` found out, for its two ways of showing it.
 */
#ifndef JITCTL_EXPLAIN_H
#define JITCTL_EXPLAIN_H

#include "libjit/access.h"

enum explain_why {
	EXPLAIN_NOT_HERE, /* `on` names other hosts */
	EXPLAIN_NOT_NOW,  /* `when` */
};

/* A rule with a role that covers the question, which yet does not decide. */
struct explain_passed {
	const struct jit_rule *rule;
	enum explain_why why;
	const char
		*detail; /* what it says: `Mon-Fri 08:00-18:00`, `workstation`; owned */
};

struct explain {
	struct jit_access access;
	struct jit_request request;
	struct jit_decision decision;
	/* what the asker has to say for it: NONE, NEEDS_REASON, NEEDS_TICKET */
	enum jit_reason words, break_glass_words;
	struct jit_decision break_glass,
		pin;        /* rule: NULL where that way leads nowhere */
	enum jit_mode mode; /* that governs the decision */
	bool gated;         /* logins: is this account gated at all? */
	size_t n_passed;
	struct explain_passed *passed;
};

/* Fills in what the asker has to say, and the other ways. After the question was put. */
void explain_ways(struct explain *explain);

void explain_text(const struct explain *explain);
/* Exit codes. */
int explain_enforce(int argc, char **argv);
int explain_json(const struct explain *explain);

#endif
