/*
 * A token that is handed in, beside what is held already. Runs as: root. Writes nothing.
 */
#include "accept.h"

static bool
is_of_same_request(const struct jit_held *held, const struct jit_grant *grant)
{
	return !held->grant.by_host && grant->req[0] &&
		jit_streq(held->grant.req, grant->req);
}

int64_t
jit_accept_latest_start(const struct jit_handed_in *in)
{
	const struct jit_access *access = in->access;
	int64_t nbf = in->grant.nbf, start_by = in->grant.start_by, within;

	for (size_t i = 0; i < access->held.n; i++) {
		const struct jit_grant *g = &access->held.v[i].grant;

		if (!is_of_same_request(&access->held.v[i], &in->grant))
			continue;
		if (g->nbf > nbf)
			nbf = g->nbf;
		if (g->start_by < start_by)
			start_by = g->start_by;
	}
	within = nbf + access->policy.globals.start_within_sec;
	return within < start_by ? within : start_by;
}

int64_t
jit_accept_end(const struct jit_handed_in *in)
{
	const struct jit_access *access = in->access;
	int64_t start = in->start_sec, dur = in->grant.dur, exp = in->grant.exp;

	for (size_t i = 0; i < access->held.n; i++) {
		const struct jit_held *held = &access->held.v[i];

		if (!is_of_same_request(held, &in->grant))
			continue;
		if (held->start_sec > start)
			start = held->start_sec;
		if (held->grant.dur < dur)
			dur = held->grant.dur;
		if (held->grant.exp < exp)
			exp = held->grant.exp;
	}
	return start + dur < exp ? start + dur : exp;
}

const struct jit_held *
jit_accept_before(const struct jit_handed_in *in)
{
	const struct jit_access *access = in->access;
	const struct jit_grant *g = &in->grant;

	for (size_t i = 0; i < access->held.n; i++) {
		const struct jit_held *held = &access->held.v[i];

		if (jit_streq(held->grant.jti, g->jti))
			return held;
		if (is_of_same_request(held, g) &&
			(jit_streq(held->grant.iss, g->iss) ||
				jit_streq(held->grant.kid, g->kid)))
			return held;
	}
	return NULL;
}

bool
jit_accept_in_force(const struct jit_handed_in *in, int64_t *ret_end_sec)
{
	const struct jit_access *access = in->access;
	struct jit_facts facts = jit_access_facts(access, NULL);

	for (size_t i = 0; i < access->held.n; i++) {
		const struct jit_held *held = &access->held.v[i];
		struct jit_decision decision;

		if (!jit_streq(jit_grant_id(&held->grant), jit_grant_id(&in->grant)) ||
			jit_decide_held(&facts, held, &decision) != JIT_ALLOW)
			continue;
		*ret_end_sec = jit_access_wall_of(access, decision.end_ms);
		return true;
	}
	return false;
}

uint32_t
jit_accept_count(const struct jit_handed_in *in)
{
	struct jit_facts facts = jit_access_facts(in->access, NULL);

	return jit_grant_is_answer(&in->grant) ? jit_decide_approvals(&facts, &in->grant)
					       : 0;
}
