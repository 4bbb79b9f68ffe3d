/*
 * Drift: the files in /etc/jit are not those that are in force. Run as root.
 */
#ifndef JITCTL_DRIFT_H
#define JITCTL_DRIFT_H

#include "jitctl/conf_source.h"

struct drift {
	bool policy, keys;             /* which of them differ */
	char mark[CONF_HASH_SIZE];     /* of the files as they are */
	char in_force[CONF_HASH_SIZE]; /* the policy's hash; "": there is none */
};

/* Compares. keys: trusted_keys as it was read; NULL: there is none. What cannot be compared
 * differs. */
void drift_look(const struct jit_site *site, const struct conf_sources *sources,
	const struct conf_source *keys, struct drift *ret);

/* Records policy-drift, once for each state of the files that drifted; forgets about it
 * when there is none. why: more about it, or NULL. True if it was recorded now. */
bool drift_record(
	const struct jit_site *site, const struct drift *drift, const char *why);

#endif
