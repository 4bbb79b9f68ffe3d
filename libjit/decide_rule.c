/*
 * Which rule answers, and what it asks of the asker. Runs as: any. Pure.
 *
 * MUST answer with a deny rule whatever way is asked; MUST NOT let one way's rule answer
 * for another.
 */
#include "config.h"
#include "judge.h"
#include "pattern.h"

enum jit_mode
jit_decision_mode(
	const struct jit_globals *globals, const struct jit_rule *rule, int64_t wall_sec)
{
	enum jit_mode mode =
		rule && rule->mode != JIT_MODE_NONE ? rule->mode : globals->mode;

	if (mode != JIT_MODE_OBSERVE || wall_sec >= globals->observe_until)
		return JIT_MODE_ENFORCE;
	return JIT_MODE_OBSERVE;
}

bool
jit_subject_is_privileged(
	const struct jit_globals *globals, const struct jit_subject *subject)
{
	if (subject->uid == 0 ||
		jit_strv_has(&globals->privileged_users, subject->name) ||
		jit_strv_has(&globals->privileged_shared, subject->name))
		return true;
	for (size_t i = 0; i < globals->privileged_groups.n; i++)
		if (jit_strv_has(&subject->whos, globals->privileged_groups.v[i]))
			return true;
	for (size_t i = 0; i < subject->n_gids; i++)
		for (size_t k = 0; k < globals->n_privileged_gids; k++)
			if (subject->gids[i] == globals->privileged_gids[k])
				return true;
	return false;
}

/* ---- whom, where, when, which way ---- */

bool
jit_rule_names_subject(const struct jit_rule *rule, const struct jit_subject *subject)
{
	for (size_t i = 0; i < rule->who.n; i++)
		if (jit_strv_has(&subject->whos, rule->who.v[i]))
			return true;
	return false;
}

bool
jit_rule_on_host(const struct jit_rule *rule, const struct jit_globals *globals)
{
	if (rule->on.n == 0)
		return true;
	for (size_t i = 0; i < rule->on.n; i++) {
		if (jit_glob_match(rule->on.v[i], globals->host))
			return true;
		for (size_t k = 0; k < globals->labels.n; k++)
			if (jit_glob_match(rule->on.v[i], globals->labels.v[k]))
				return true;
	}
	return false;
}

static bool
rule_in_time(const struct jit_rule *rule, const struct jit_globals *globals, int64_t sec)
{
	if (rule->when.n == 0)
		return true;
	return rule->when.zone < globals->n_zones &&
		jit_when_holds(&rule->when, &globals->zones[rule->when.zone], sec);
}

/* A plain request, and what the host gave by itself on one, look at auto and approvers; an
 * approver's token at approvers. */
static bool
rule_has_way(const struct jit_rule *rule, enum jit_match match)
{
	switch (rule->approval) {
	case JIT_APPROVAL_DENY: return true;
	case JIT_APPROVAL_AUTO:
		return match == JIT_MATCH_PLAIN ||
			(match == JIT_MATCH_PIN && rule->operators.n > 0);
	case JIT_APPROVAL_APPROVERS:
		return match == JIT_MATCH_PLAIN || match == JIT_MATCH_APPROVERS ||
			(match == JIT_MATCH_PIN && rule->operators.n > 0);
	case JIT_APPROVAL_BREAK_GLASS: return match == JIT_MATCH_BREAK_GLASS;
	}
	return false;
}

bool
jit_rule_applies(const struct jit_facts *facts, const struct jit_rule *rule,
	enum jit_match match, int64_t when_sec)
{
	const struct jit_globals *globals = facts->view->globals;

	if (rule->approval == JIT_APPROVAL_DENY)
		when_sec = facts->now->wall_sec;
	return jit_rule_names_subject(rule, facts->subject) &&
		jit_rule_on_host(rule, globals) && rule_has_way(rule, match) &&
		rule_in_time(rule, globals, when_sec);
}

const struct jit_rule *
jit_rule_first(const struct jit_facts *facts, const char *role, enum jit_match match,
	int64_t when_sec)
{
	const struct jit_policy_view *view = facts->view;

	for (size_t i = 0; i < view->n_rules; i++)
		if (jit_strv_has(&view->rules[i].roles, role) &&
			jit_rule_applies(facts, &view->rules[i], match, when_sec))
			return &view->rules[i];
	return NULL;
}

/* ---- what it says ---- */

bool
jit_rule_has_approver(const struct jit_rule *rule, const char *name, const char *subject)
{
	return !jit_streq(name, subject) &&
		(jit_strv_has(&rule->approvers, name) ||
			jit_strv_has(&rule->then_ask, name));
}

int64_t
jit_shorter(int64_t a, int64_t b)
{
	return b > 0 && b < a ? b : a;
}

int64_t
jit_longest(const struct jit_globals *globals, const struct jit_rule *rule,
	const struct jit_role *role)
{
	int64_t max = jit_shorter(JIT_CEILING_GRANT_SEC, globals->max_sec);

	if (rule->approval == JIT_APPROVAL_BREAK_GLASS) {
		max = jit_shorter(max, JIT_CEILING_BREAK_GLASS_SEC);
		max = jit_shorter(max, globals->break_glass_max_sec);
	}
	max = jit_shorter(max, role->max_sec);
	return jit_shorter(max, rule->max_sec);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A letter of any language goes on with the word. */
static bool
is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(unsigned char)c >= 0x80;
}

static bool
reason_begins_with(const char *reason, const char *key)
{
	while (*key)
		if (*reason++ != *key++)
			return false;
	if (*reason++ != '-' || !is_digit(*reason))
		return false;
	while (is_digit(*reason))
		reason++;
	return !is_word(*reason);
}

bool
jit_ticket_valid(const struct jit_strv *ticket, const char *reason)
{
	if (ticket->n == 0)
		return true;
	for (size_t i = 0; i < ticket->n; i++)
		if (reason && ticket->v[i][0] && reason_begins_with(reason, ticket->v[i]))
			return true;
	return false;
}

enum jit_reason
jit_rule_wants_words(const struct jit_rule *rule, const char *reason)
{
	bool required = rule->reason_required || rule->ticket.n > 0 ||
		rule->approval == JIT_APPROVAL_BREAK_GLASS;

	if (required && !(reason && reason[0]))
		return JIT_WHY_NEEDS_REASON;
	return jit_ticket_valid(&rule->ticket, reason) ? JIT_WHY_NONE
						       : JIT_WHY_NEEDS_TICKET;
}

/* ---- locks ---- */

static const struct jit_lock *
find_lock(const struct jit_facts *facts, enum jit_lock_kind kind, const char *name)
{
	return facts->locks ? jit_locks_find(facts->locks, kind, name) : NULL;
}

const struct jit_lock *
jit_facts_locked(const struct jit_facts *facts)
{
	const struct jit_lock *lock = find_lock(facts, JIT_LOCK_ALL, "");

	return lock ? lock : find_lock(facts, JIT_LOCK_USER, facts->subject->name);
}

const struct jit_lock *
jit_facts_role_locked(const struct jit_facts *facts, const char *role)
{
	return find_lock(facts, JIT_LOCK_ROLE, role);
}

bool
jit_facts_key_locked(const struct jit_facts *facts, const char *kid)
{
	return find_lock(facts, JIT_LOCK_KEY, kid) != NULL;
}
