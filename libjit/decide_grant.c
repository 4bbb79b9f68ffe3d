/*
 * Grants that are held: whether the rules of now let one be used, and for what. Runs as:
 * any. Pure.
 *
 * MUST judge every token anew by the rules, keys and locks of now, and by the first rule
 * for the way in which it came.
 */
#include "judge.h"

/* ---- whose grant for what, and by whom ---- */

bool
jit_grant_is_for_host(const struct jit_grant *grant, const struct jit_globals *globals)
{
	if (grant->aud[0] == '@')
		return jit_strv_has(&globals->labels, grant->aud + 1);
	return jit_streq(grant->aud, globals->host);
}

const char *
jit_grant_target(
	const struct jit_grant *grant, const struct jit_role *role, const char *subject)
{
	if (grant->as[0])
		return jit_role_has_target(role, subject, grant->as) ? grant->as : NULL;
	return role->run_as.n == 1 ? jit_role_default_target(role, subject) : NULL;
}

/* The rules that are asked about a token that came this way. */
static enum jit_match
match_of(enum jit_via via)
{
	switch (via) {
	case JIT_VIA_AUTO: return JIT_MATCH_PLAIN;
	case JIT_VIA_APPROVAL:
	case JIT_VIA_DIRECT: return JIT_MATCH_APPROVERS;
	case JIT_VIA_BREAK_GLASS: return JIT_MATCH_BREAK_GLASS;
	case JIT_VIA_PIN: return JIT_MATCH_PIN;
	case JIT_VIA_NONE: break;
	}
	return JIT_MATCH_NONE;
}

/* Does this rule, which decides, let this issuer give it? Nobody for themselves. */
static bool
rule_lets_issuer(const struct jit_rule *rule, const struct jit_grant *grant)
{
	switch (grant->via) {
	case JIT_VIA_AUTO: return grant->by_host && rule->approval == JIT_APPROVAL_AUTO;
	case JIT_VIA_BREAK_GLASS:
		if (grant->by_host)
			return rule->approval == JIT_APPROVAL_BREAK_GLASS;
		return grant->req[0] && jit_rule_takes(rule, true) >= 1 &&
			jit_rule_has_approver(rule, grant->iss, grant->sub);
	case JIT_VIA_DIRECT:
		return !grant->by_host && jit_rule_takes(rule, false) == 1 &&
			jit_rule_has_approver(rule, grant->iss, grant->sub);
	case JIT_VIA_APPROVAL:
		return !grant->by_host && grant->req[0] &&
			jit_rule_takes(rule, false) >= 1 &&
			jit_rule_has_approver(rule, grant->iss, grant->sub);
	case JIT_VIA_PIN:
	case JIT_VIA_NONE: break;
	}
	return false;
}

/* ---- one grant ---- */

/* What a grant opens, and the rule that lets it. */
struct standing {
	const struct jit_rule *rule;
	const struct jit_role *role;
	const char *target;
	int64_t max_sec;
};

/* Whatever is known is in ret also where the answer is no; a locked role is not asked. */
static bool
grant_stands(const struct jit_facts *facts, const struct jit_grant *grant,
	int64_t start_sec, struct standing *ret)
{
	const struct jit_policy_view *view = facts->view;

	if (!jit_streq(grant->sub, facts->subject->name) ||
		!jit_grant_is_for_host(grant, view->globals) ||
		jit_facts_key_locked(facts, grant->kid))
		return false;
	ret->role = jit_view_role(view, grant->role);
	if (!ret->role)
		return false;
	ret->target = jit_grant_target(grant, ret->role, facts->subject->name);
	if (!ret->target)
		return false;
	ret->rule = jit_rule_first(facts, grant->role, match_of(grant->via), start_sec);
	if (!ret->rule)
		return false;
	ret->max_sec = jit_longest(view->globals, ret->rule, ret->role);
	return rule_lets_issuer(ret->rule, grant);
}

enum jit_verdict
jit_decide_grant(const struct jit_facts *facts, const struct jit_grant *grant,
	int64_t start_sec, const struct jit_rule **ret_rule,
	const struct jit_role **ret_role, int64_t *ret_max_sec)
{
	struct standing standing = { 0 };
	bool stands = grant_stands(facts, grant, start_sec, &standing);

	if (standing.role)
		*ret_role = standing.role;
	if (standing.rule) {
		*ret_rule = standing.rule;
		*ret_max_sec = standing.max_sec;
	}
	if (!stands || jit_facts_locked(facts) ||
		jit_facts_role_locked(facts, grant->role))
		return JIT_DENY;
	return JIT_ALLOW;
}

/* The window is looked at by the caller. */
static struct jit_decision
held_decision(const struct jit_held *held, const struct standing *standing,
	int64_t end_ms, uint32_t uses)
{
	return (struct jit_decision){
		.verdict = JIT_ALLOW,
		.reason = JIT_WHY_GRANT_HELD,
		.rule = standing->rule,
		.role = standing->role,
		.grant = held,
		.target = standing->target,
		.max_sec = standing->max_sec,
		.end_ms = end_ms,
		.uses = jit_fewer(uses, standing->role->max_uses),
		.approvals = standing->rule->approvals,
		.exact_command = held->grant.cmd.n && standing->rule->exact_command,
	};
}

/* A grant that is whole by itself; break-glass with a second person: while both hold. */
static bool
single_stands(const struct jit_facts *facts, const struct jit_held *held,
	struct jit_decision *ret)
{
	const struct jit_grant *grant = &held->grant;
	int64_t start_sec = grant->by_host ? grant->iat : held->start_sec;
	int64_t end_ms = 0, agreed_end_ms = INT64_MAX;
	struct standing standing = { 0 };
	uint32_t agreed_uses = 0;

	if (!grant_stands(facts, grant, start_sec, &standing) ||
		!jit_held_in_force(
			held, facts->now, facts->clock_back, standing.max_sec, &end_ms))
		return false;
	if (grant->via == JIT_VIA_BREAK_GLASS && standing.rule->approvals > 0 &&
		!jit_second_person(facts, grant->req, standing.role, standing.target,
			&grant->cmd, &agreed_end_ms, &agreed_uses))
		return false;
	*ret = held_decision(held, &standing,
		end_ms < agreed_end_ms ? end_ms : agreed_end_ms,
		jit_fewer(grant->uses, agreed_uses));
	return true;
}

/* An approval, with the others of its request: as the last of those that it took. */
static bool
approval_stands(const struct jit_facts *facts, const struct jit_held *held,
	struct jit_decision *ret)
{
	struct standing standing = { 0 };
	struct jit_group group;
	int64_t end_ms = 0;

	if (!jit_group_find(facts, &held->grant, &group) || group.last != held ||
		!grant_stands(facts, &held->grant, held->start_sec, &standing) ||
		!jit_group_in_force(&group, facts, standing.max_sec, &end_ms))
		return false;
	*ret = held_decision(held, &standing, end_ms, jit_group_uses(&group));
	return true;
}

static bool
held_stands(const struct jit_facts *facts, const struct jit_held *held,
	struct jit_decision *ret)
{
	struct jit_decision decision;
	bool stands;

	if (jit_grant_is_agreement(&held->grant))
		return false;
	stands = jit_grant_is_answer(&held->grant)
		? approval_stands(facts, held, &decision)
		: single_stands(facts, held, &decision);
	if (!stands || (decision.uses && held->used >= decision.uses))
		return false;
	*ret = decision;
	return true;
}

enum jit_verdict
jit_decide_held(const struct jit_facts *facts, const struct jit_held *held,
	struct jit_decision *ret)
{
	if (jit_facts_locked(facts) || jit_facts_role_locked(facts, held->grant.role) ||
		!held_stands(facts, held, ret))
		return JIT_DENY;
	return ret->verdict;
}

/* A grant that names a command covers that command and nothing else; what the role's
 * patterns do not name, only by a rule with exact_command. */
static bool
held_covers(const struct jit_decision *decision, const struct jit_request *request)
{
	const struct jit_grant *grant = &decision->grant->grant;

	if (grant->cmd.n == 0)
		return jit_role_covers(decision->role, request, decision->target);
	if (request->kind != JIT_KIND_COMMAND ||
		!jit_grant_covers_argv(grant, &request->argv))
		return false;
	if (decision->rule->exact_command)
		return jit_role_fits(decision->role, request, decision->target) &&
			jit_role_takes_exact(decision->role, &request->argv);
	return jit_role_covers(decision->role, request, decision->target);
}

bool
jit_held_settles(const struct jit_facts *facts, const struct jit_held *held,
	struct jit_decision *ret)
{
	struct jit_decision decision;

	if (!held_stands(facts, held, &decision) ||
		!held_covers(&decision, facts->request))
		return false;
	*ret = decision;
	return true;
}

enum jit_verdict
jit_decide_held_for(const struct jit_facts *facts, const struct jit_held *held,
	struct jit_decision *ret)
{
	if (jit_facts_locked(facts) || jit_facts_role_locked(facts, held->grant.role) ||
		!jit_held_settles(facts, held, ret))
		return JIT_DENY;
	return ret->verdict;
}
