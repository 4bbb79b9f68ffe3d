/*
 * The decision. Runs as: any. Pure: no I/O, no clock, no NSS, no allocation, no state.
 *
 * Order of a question: what is locked; a held grant that covers it, verified against the
 * rules of now; else the first rule for the way in which it is asked. Whatever is not
 * found denies.
 */
#include "decide.h"

#include "config.h"
#include "judge.h"

static const char *const reason_names[] = {
	[JIT_WHY_NONE] = "denied",
	[JIT_WHY_GRANT_HELD] = "grant-held",
	[JIT_WHY_RULE_AUTO] = "rule-auto",
	[JIT_WHY_RULE_BREAK_GLASS] = "rule-break-glass",
	[JIT_WHY_LOCKED] = "locked",
	[JIT_WHY_NEEDS_APPROVAL] = "needs-approval",
	[JIT_WHY_NEEDS_REASON] = "needs-reason",
	[JIT_WHY_NEEDS_TICKET] = "needs-ticket",
	[JIT_WHY_TOO_LONG] = "too-long",
	[JIT_WHY_RULE_DENIES] = "rule-denies",
	[JIT_WHY_NO_ROLE] = "no-role",
	[JIT_WHY_NO_RULE] = "no-rule",
	[JIT_WHY_NOT_SETTLED] = "not-settled",
	[JIT_WHY_NO_BREAK_GLASS] = "no-break-glass",
};

const char *
jit_reason_name(enum jit_reason reason)
{
	return reason < ARRAY_SIZE(reason_names) ? reason_names[reason] : "denied";
}

enum jit_reason
jit_decision_lacks(const struct jit_decision *decision)
{
	const struct jit_rule *rule = decision->rule;

	if ((decision->reason == JIT_WHY_NEEDS_REASON ||
		    decision->reason == JIT_WHY_NEEDS_TICKET) &&
		rule && rule->approval == JIT_APPROVAL_APPROVERS)
		return JIT_WHY_NEEDS_APPROVAL;
	return decision->reason;
}

/* ---- which rule, which role ---- */

struct question {
	const struct jit_facts *facts;
	enum jit_match match;
	enum jit_reason nobody;   /* what is said if no rule answers */
	struct jit_decision shut; /* the first answer that only a role's lock withholds */
};

/* How a rule could give what is asked. */
struct offer {
	const struct jit_role *role;
	const char *target;
	bool exact; /* the role's patterns do not name it */
};

static enum jit_match
match_of(enum jit_way way)
{
	switch (way) {
	case JIT_WAY_PLAIN: return JIT_MATCH_PLAIN;
	case JIT_WAY_BREAK_GLASS: return JIT_MATCH_BREAK_GLASS;
	case JIT_WAY_PIN: return JIT_MATCH_PIN;
	}
	return JIT_MATCH_NONE;
}

static void
locked(struct question *question, const struct jit_decision *decision,
	const struct jit_lock *lock)
{
	if (question->shut.lock)
		return;
	question->shut = *decision;
	question->shut.verdict = JIT_DENY;
	question->shut.reason = JIT_WHY_LOCKED;
	question->shut.grant = NULL;
	question->shut.lock = lock;
}

/* Through a rule with exact_command. Only where that rule would also judge the grant: not
 * if an earlier one for that role does. */
static bool
rule_offers_exact(const struct question *question, const struct jit_rule *rule,
	const struct jit_role *role)
{
	const struct jit_facts *facts = question->facts;
	enum jit_match match = question->match == JIT_MATCH_PLAIN ? JIT_MATCH_APPROVERS
								  : question->match;
	int64_t now = facts->now->wall_sec;

	if (!rule->exact_command || facts->request->kind != JIT_KIND_COMMAND ||
		(rule->approval != JIT_APPROVAL_APPROVERS &&
			rule->approval != JIT_APPROVAL_BREAK_GLASS) ||
		!jit_role_takes_exact(role, &facts->request->argv))
		return false;
	return !jit_rule_applies(facts, rule, match, now) ||
		jit_rule_first(facts, role->name, match, now) == rule;
}

static bool
role_offers(const struct question *question, const struct jit_rule *rule,
	const struct jit_role *role, bool exact, struct offer *ret)
{
	const struct jit_request *request = question->facts->request;
	const char *target =
		jit_role_target(role, request, question->facts->subject->name);

	if (!jit_role_fits(role, request, target))
		return false;
	if (exact ? !rule_offers_exact(question, rule, role)
		  : !jit_role_covers(role, request, target))
		return false;
	*ret = (struct offer){ role, target, exact };
	return true;
}

/* What the answer would be if the role were not locked. A deny rule also denies what is
 * locked. */
static bool
is_withheld(
	struct question *question, const struct jit_rule *rule, const struct offer *offer)
{
	const struct jit_facts *facts = question->facts;
	const struct jit_decision decision = {
		.rule = rule, .role = offer->role, .target = offer->target
	};
	const struct jit_lock *lock = jit_facts_role_locked(facts, offer->role->name);

	if (!lock || rule->approval == JIT_APPROVAL_DENY)
		return false;
	if (jit_rule_applies(facts, rule, question->match, facts->now->wall_sec))
		locked(question, &decision, lock);
	return true;
}

/* The first of a rule's roles whose patterns name it, else the first that takes anything. */
static bool
rule_offers(struct question *question, const struct jit_rule *rule, struct offer *ret)
{
	for (int exact = 0; exact <= rule->exact_command; exact++)
		for (size_t i = 0; i < rule->roles.n; i++) {
			const struct jit_role *role =
				jit_view_role(question->facts->view, rule->roles.v[i]);

			if (role && role_offers(question, rule, role, exact, ret) &&
				!is_withheld(question, rule, ret))
				return true;
		}
	return false;
}

/* ---- what it says ---- */

static void
break_glass_answers(const struct jit_facts *facts, struct jit_decision *ret)
{
	const struct jit_request *request = facts->request;
	const struct jit_strv none = { 0 };
	int64_t end_ms = 0, left_sec;

	if (ret->rule->approvals > 0) {
		if (!jit_second_person(facts, request->req, ret->role, ret->target,
			    ret->exact_command ? &request->argv : &none, &end_ms,
			    &ret->uses)) {
			ret->reason = JIT_WHY_NEEDS_APPROVAL;
			return;
		}
		/* not longer than the second person agreed to */
		left_sec = (end_ms - facts->now->boot_ms + 999) / 1000;
		ret->max_sec = jit_shorter(ret->max_sec, left_sec);
		ret->duration_sec = jit_shorter(ret->duration_sec, left_sec);
	}
	ret->reason = JIT_WHY_RULE_BREAK_GLASS;
	ret->verdict = JIT_ALLOW;
}

static void
rule_decides(const struct jit_facts *facts, struct jit_decision *ret)
{
	const struct jit_rule *rule = ret->rule;
	enum jit_reason words = jit_rule_wants_words(rule, facts->request->reason);

	if (rule->approval == JIT_APPROVAL_DENY)
		ret->reason = JIT_WHY_RULE_DENIES;
	else if (ret->duration_sec <= 0 || ret->duration_sec > ret->max_sec)
		ret->reason = JIT_WHY_TOO_LONG;
	else if (words != JIT_WHY_NONE)
		ret->reason = words;
	else if (facts->request->way == JIT_WAY_BREAK_GLASS &&
		rule->approval == JIT_APPROVAL_BREAK_GLASS)
		break_glass_answers(facts, ret);
	else if (facts->request->way != JIT_WAY_PLAIN)
		ret->reason = JIT_WHY_NOT_SETTLED;
	else if (rule->approval == JIT_APPROVAL_APPROVERS)
		ret->reason = JIT_WHY_NEEDS_APPROVAL;
	else if (rule->approval == JIT_APPROVAL_AUTO && !ret->exact_command) {
		ret->reason = JIT_WHY_RULE_AUTO;
		ret->verdict = JIT_ALLOW;
	}
}

/* What the first rule that fits says. */
static void
rule_answers(const struct jit_facts *facts, const struct jit_rule *rule,
	const struct offer *offer, struct jit_decision *ret)
{
	const struct jit_role *role = offer->role;
	int64_t max = jit_longest(facts->view->globals, rule, role);
	int64_t usual = role->default_sec ? role->default_sec : JIT_DEFAULT_GRANT_SEC;
	int64_t asked = facts->request->duration_sec;

	*ret = (struct jit_decision){
		.rule = rule,
		.role = role,
		.target = offer->target,
		.max_sec = max,
		.duration_sec = asked ? asked : jit_shorter(max, usual),
		.uses = role->max_uses,
		.approvals = rule->approvals,
		.exact_command = offer->exact,
	};
	rule_decides(facts, ret);
}

static void
ask_rules(struct question *question, struct jit_decision *ret)
{
	const struct jit_facts *facts = question->facts;
	const struct jit_policy_view *view = facts->view;

	for (size_t i = 0; i < view->n_rules; i++) {
		const struct jit_rule *rule = &view->rules[i];
		struct offer offer;

		if (!rule_offers(question, rule, &offer))
			continue;
		if (jit_rule_names_subject(rule, facts->subject) &&
			question->nobody == JIT_WHY_NO_ROLE)
			question->nobody = JIT_WHY_NO_RULE;
		if (!jit_rule_applies(facts, rule, question->match, facts->now->wall_sec))
			continue;
		rule_answers(facts, rule, &offer, ret);
		return;
	}
	*ret = question->shut;
	if (!ret->lock)
		*ret = (struct jit_decision){ .reason = question->nobody };
}

/* ---- all of it ---- */

static bool
held_answers(struct question *question, struct jit_decision *ret)
{
	const struct jit_facts *facts = question->facts;

	for (size_t i = 0; i < facts->n_held; i++) {
		const struct jit_lock *lock;
		struct jit_decision decision;

		if (!jit_held_settles(facts, &facts->held[i], &decision))
			continue;
		lock = jit_facts_role_locked(facts, decision.role->name);
		if (!lock) {
			*ret = decision;
			return true;
		}
		locked(question, &decision, lock);
	}
	return false;
}

enum jit_verdict
jit_decide(const struct jit_facts *facts, struct jit_decision *ret)
{
	struct question question = {
		.facts = facts,
		.match = match_of(facts->request->way),
		.nobody = facts->request->way == JIT_WAY_BREAK_GLASS
			? JIT_WHY_NO_BREAK_GLASS
			: JIT_WHY_NO_ROLE,
	};
	const struct jit_lock *lock = jit_facts_locked(facts);

	*ret = (struct jit_decision){ .reason = JIT_WHY_LOCKED, .lock = lock };
	if (!lock && (facts->request->anew || !held_answers(&question, ret)))
		ask_rules(&question, ret);
	return ret->verdict;
}
