/*
 * Looking for a grant under which a session can go on when its own ends.
 */
#ifndef PAM_JIT_RENEWAL_H
#define PAM_JIT_RENEWAL_H

#include "watch.h"

struct renewal {
	int answer; /* of the process that asks; -1: nobody asks */
	pid_t pid;
	int64_t changed_ns[2]; /* when the subject's directories of grants changed last */
	bool looked;           /* changed_ns holds */
	bool again;            /* something changed while somebody asked */
};

/* What was found: the fields of a watch_record that change. */
struct renewed {
	int64_t end_ms;
	bool by_host, ends_with_use;
	char grant[JIT_ID_LEN + 1], role[JIT_NAME_MAX + 1], kid[JIT_KID_LEN + 1];
	char rule[JIT_NAME_MAX + 1], via[16];
};

void renewal_begin(struct renewal *ret);

/* Have the subject's grants changed since the last call? The first one says no. Cheap. */
bool renewal_is_due(struct renewal *renewal, const struct jit_site *site, uid_t uid);

/* Asks, in a process of its own (account databases can be slow), and counts the use of what
 * it finds. Its answer comes at renewal->answer. */
void renewal_ask(struct renewal *renewal, const struct watch_record *record);

/* Takes the answer. True: there is a grant that ends later. */
bool renewal_take(struct renewal *renewal, struct renewed *ret);

void renewal_end(struct renewal *renewal);

#endif
