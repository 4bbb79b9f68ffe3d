/*
 * What the audit record says would have been refused if the policy were enforced.
 */
#ifndef JITCTL_WOULD_DENY_H
#define JITCTL_WOULD_DENY_H

#include "libjit/site.h"

enum { WOULD_DENY_MAX = 10000 }; /* kinds of access that are kept apart */

/* One kind of access: of one person, by one door, refused for one reason. */
struct would_deny {
	char *subject, *door, *what, *target, *role, *rule, *why; /* "" if not recorded */
	uint64_t times, times_now; /* times_now: since the policy in force was loaded */
	char first[32], last[32];  /* RFC 3339 in UTC, to the second */
};

struct would_deny_list {
	size_t n;
	struct would_deny *v;
	uint64_t bad_lines; /* not understood, or too long */
	uint64_t left_out;  /* events beyond WOULD_DENY_MAX kinds */
	size_t files;
};

/* Reads audit.jsonl and the older ones beside it (`audit.jsonl.1`, `audit.jsonl-20261124`).
 * since_sec: nothing older; now_sec: when the policy in force was loaded. Sorted by person,
 * most frequent first. -errno: the record cannot be read. */
int would_deny_read(const struct jit_site *site, int64_t since_sec, int64_t now_sec,
	struct would_deny_list *ret) _must_check_;
void would_deny_done(struct would_deny_list *list);

#endif
