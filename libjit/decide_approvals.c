/*
 * Which of several approvals make one grant. Runs as: any. Pure: no allocation.
 *
 * MUST count an approval once for one person and once for one key, and never the
 * subject's own. MUST judge them by the rules, keys and locks of now.
 */
#include "config.h"
#include "judge.h"

uint32_t
jit_rule_takes(const struct jit_rule *rule, bool break_glass)
{
	enum jit_approval approval =
		break_glass ? JIT_APPROVAL_BREAK_GLASS : JIT_APPROVAL_APPROVERS;

	if (rule->approval != approval || rule->approvals > JIT_APPROVALS_MAX)
		return 0;
	return rule->approvals;
}

/* ---- the answers to one request ---- */

/* People whose approvals of one request are looked at: those who said yes first. */
enum { ANSWERS_MAX = 32 };

struct answers {
	const struct jit_facts *facts;
	const struct jit_grant *like;
	size_t n;
	const struct jit_held *v[ANSWERS_MAX]; /* in the order in which they began */
};

/* Two answers to one request, to the same question, in the same words: who asks chooses the
 * request's id, and could show each of them another. */
static bool
grants_agree(const struct jit_grant *a, const struct jit_grant *b)
{
	return a->via == b->via && a->req[0] && jit_streq(a->req, b->req) &&
		jit_streq(a->sub, b->sub) && jit_streq(a->aud, b->aud) &&
		jit_streq(a->role, b->role) && jit_streq(a->as, b->as) &&
		jit_streq(a->reason, b->reason) && jit_strv_equal(&a->cmd, &b->cmd);
}

static bool
answer_counts(const struct answers *answers, const struct jit_held *held)
{
	return jit_grant_is_answer(&held->grant) && !held->ended &&
		grants_agree(&held->grant, answers->like) &&
		!jit_facts_key_locked(answers->facts, held->grant.kid);
}

/* Nobody begins before somebody who began in the same moment and stands before them. */
static bool
began_before(const struct jit_held *a, const struct jit_held *b)
{
	if (a->start_sec != b->start_sec)
		return a->start_sec < b->start_sec;
	return jit_streq(a->start_boot, b->start_boot) &&
		a->start_boot_ms < b->start_boot_ms;
}

static void
answer_remove(struct answers *answers, size_t i)
{
	answers->n--;
	for (; i < answers->n; i++)
		answers->v[i] = answers->v[i + 1];
}

/* Makes room for one more, also where this person or key has answered before: the first
 * word counts, also when it is over, or a second one would begin the time anew. */
static bool
answer_displaces(struct answers *answers, const struct jit_held *held)
{
	for (size_t i = answers->n; i-- > 0;) {
		const struct jit_grant *other = &answers->v[i]->grant;

		if (!jit_streq(other->iss, held->grant.iss) &&
			!jit_streq(other->kid, held->grant.kid))
			continue;
		if (!began_before(held, answers->v[i]))
			return false;
		answer_remove(answers, i);
	}
	if (answers->n < ANSWERS_MAX)
		return true;
	if (!began_before(held, answers->v[ANSWERS_MAX - 1]))
		return false;
	answers->n--;
	return true;
}

static void
answers_find(
	const struct jit_facts *facts, const struct jit_grant *like, struct answers *ret)
{
	*ret = (struct answers){ .facts = facts, .like = like };
	for (size_t i = 0; i < facts->n_held; i++) {
		const struct jit_held *held = &facts->held[i];
		size_t at;

		if (!answer_counts(ret, held) || !answer_displaces(ret, held))
			continue;
		for (at = ret->n++; at > 0 && began_before(held, ret->v[at - 1]); at--)
			ret->v[at] = ret->v[at - 1];
		ret->v[at] = held;
	}
}

/* ---- groups ---- */

/* As many as the rule of that moment needs: the last of them, and those who were first. */
static struct jit_group
group_at(const struct answers *answers, const struct jit_held *last, int64_t sec)
{
	struct jit_group group = { .last = last };
	bool break_glass = jit_grant_is_agreement(answers->like);
	enum jit_match match = break_glass ? JIT_MATCH_BREAK_GLASS : JIT_MATCH_APPROVERS;
	uint32_t needed;

	group.rule = jit_rule_first(answers->facts, answers->like->role, match, sec);
	needed = group.rule ? jit_rule_takes(group.rule, break_glass) : 0;
	for (size_t i = 0; i < answers->n && group.n < needed; i++) {
		const struct jit_held *held = answers->v[i];

		if (last && held != last &&
			(group.n + 1 == needed || began_before(last, held)))
			continue; /* the last place is the last one's */
		if (jit_rule_has_approver(group.rule, held->grant.iss, held->grant.sub))
			group.members[group.n++] = held;
	}
	return group;
}

static bool
group_is_complete(const struct jit_group *group)
{
	return group->n > 0 && group->n == group->rule->approvals &&
		group->members[group->n - 1] == group->last;
}

/* The first moment at which enough were here, by the rule of that moment. */
static bool
group_find(const struct answers *answers, struct jit_group *ret)
{
	for (size_t i = 0; i < answers->n; i++) {
		const struct jit_held *last = answers->v[i];
		struct jit_group group = group_at(answers, last, last->start_sec);

		if (!group_is_complete(&group))
			continue;
		*ret = group;
		return true;
	}
	return false;
}

bool
jit_group_find(const struct jit_facts *facts, const struct jit_grant *like,
	struct jit_group *ret)
{
	struct answers answers;

	answers_find(facts, like, &answers);
	return group_find(&answers, ret);
}

bool
jit_group_in_force(const struct jit_group *group, const struct jit_facts *facts,
	int64_t max_sec, int64_t *ret_end_ms)
{
	struct jit_window window = { group->last, max_sec, INT64_MAX };

	if (facts->clock_back || max_sec <= 0)
		return false;
	for (size_t i = 0; i < group->n; i++) {
		const struct jit_grant *grant = &group->members[i]->grant;

		if (group->last->start_sec > grant->start_by)
			return false;
		window.dur = grant->dur < window.dur ? grant->dur : window.dur;
		window.exp = grant->exp < window.exp ? grant->exp : window.exp;
	}
	return jit_window_in_force(&window, facts->now, max_sec, ret_end_ms);
}

uint32_t
jit_fewer(uint32_t a, uint32_t b)
{
	return b && (!a || b < a) ? b : a;
}

uint32_t
jit_group_uses(const struct jit_group *group)
{
	uint32_t uses = 0;

	for (size_t i = 0; i < group->n; i++)
		uses = jit_fewer(uses, group->members[i]->grant.uses);
	return uses;
}

uint32_t
jit_decide_approvals(const struct jit_facts *facts, const struct jit_grant *like)
{
	int64_t sec = facts->now->wall_sec;
	struct answers answers;
	struct jit_group group;

	answers_find(facts, like, &answers);
	if (answers.n == 0)
		return 0;
	if (group_find(&answers, &group))
		return (uint32_t)group.n;
	if (answers.v[answers.n - 1]->start_sec > sec)
		sec = answers.v[answers.n - 1]->start_sec;
	return (uint32_t)group_at(&answers, NULL, sec).n;
}

/* ---- the second person of break-glass ---- */

static bool
is_bound_to(const struct jit_grant *grant, const struct jit_strv *cmd)
{
	if (cmd->n == 0 || grant->cmd.n == 0)
		return cmd->n == grant->cmd.n;
	return jit_strv_equal(&grant->cmd, cmd) || jit_grant_covers_argv(grant, cmd);
}

/* Is this token about what the person wants to do? */
static bool
agrees_to(const struct jit_facts *facts, const struct jit_grant *grant, const char *req,
	const struct jit_role *role, const char *target, const struct jit_strv *cmd)
{
	const char *subject = facts->subject->name;

	return jit_grant_is_agreement(grant) && jit_streq(grant->req, req) &&
		jit_streq(grant->sub, subject) && jit_streq(grant->role, role->name) &&
		jit_grant_is_for_host(grant, facts->view->globals) &&
		jit_streq(jit_grant_target(grant, role, subject), target) &&
		is_bound_to(grant, cmd);
}

bool
jit_second_person(const struct jit_facts *facts, const char *req,
	const struct jit_role *role, const char *target, const struct jit_strv *cmd,
	int64_t *ret_end_ms, uint32_t *ret_uses)
{
	for (size_t i = 0; req && req[0] && i < facts->n_held; i++) {
		const struct jit_grant *grant = &facts->held[i].grant;
		struct jit_group group;
		uint32_t uses;

		if (!agrees_to(facts, grant, req, role, target, cmd) ||
			!jit_group_find(facts, grant, &group))
			continue;
		uses = jit_fewer(jit_group_uses(&group), role->max_uses);
		if ((uses && group.last->used >= uses) ||
			!jit_group_in_force(&group, facts,
				jit_longest(facts->view->globals, group.rule, role),
				ret_end_ms))
			continue;
		*ret_uses = uses;
		return true;
	}
	return false;
}
