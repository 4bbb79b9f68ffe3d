/*
 * A held grant that is not the first: the one that carries furthest, for what runs already
 * and was renewed; the one with this id, which was made just now. Runs as: root.
 *
 * MUST judge each grant by the one decision, as if it were the only one that is held.
 */
#include <errno.h>

#include "access.h"

int
jit_access_longest(struct jit_access *access, const struct jit_request *request,
	struct jit_decision *ret, struct jit_error *err)
{
	struct jit_decision first, best = { 0 };
	struct jit_facts facts;
	int r = jit_access_ask(access, request, &first, err);

	if (r < 0)
		return r;
	facts = jit_access_facts(access, request);
	for (size_t i = 0; i < access->held.n; i++) {
		struct jit_decision decision = { 0 };

		if (jit_decide_held_for(&facts, &access->held.v[i], &decision) ==
				JIT_ALLOW &&
			decision.reason == JIT_WHY_GRANT_HELD &&
			decision.end_ms > best.end_ms)
			best = decision;
	}
	if (best.verdict != JIT_ALLOW)
		return -ENOENT;
	*ret = best;
	return 0;
}

int
jit_access_held(const struct jit_access *access, const struct jit_request *request,
	const char *id, struct jit_decision *ret)
{
	struct jit_facts facts = jit_access_facts(access, request);

	for (size_t i = 0; i < access->held.n; i++) {
		struct jit_decision decision = { 0 };

		if (!jit_streq(jit_grant_id(&access->held.v[i].grant), id) ||
			jit_decide_held_for(&facts, &access->held.v[i], &decision) !=
				JIT_ALLOW)
			continue;
		*ret = decision;
		return 0;
	}
	return -ENOENT;
}
