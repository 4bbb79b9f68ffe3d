/*
 * What -l shows: for people, and as JSON.
 */
#ifndef JITSU_LIST_SHOW_H
#define JITSU_LIST_SHOW_H

#include "verbs.h"

struct list_shown {
	const struct held_now *held;
	size_t n_held;
	struct jit_request_list requests; /* open ones */
};

/* Both print all of it, as the caller. */
enum exit_code list_print(const struct run *run, const struct list_shown *shown);
enum exit_code list_print_json(const struct run *run, const struct list_shown *shown);

/* Is this role among those that were asked for (-R, -u)? */
bool list_is_asked_for(const struct run *run, const struct jit_role *role);

/* Can this rule give the caller that role on this host, in some way? */
bool list_rule_gives(const struct jit_access *access, const struct jit_rule *rule,
	const struct jit_role *role);

#endif
