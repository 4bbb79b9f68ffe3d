/*
 * Internal to libjit: the parts of the decision, which decide.c puts together. As pure as
 * decide.h says.
 */
#ifndef JIT_JUDGE_H
#define JIT_JUDGE_H

#include "decide.h"

/* ---- decide_role.c ---- */

/* Does it name the asked role (-R), if one is, and become this target, if one is asked? */
bool jit_role_fits(const struct jit_role *role, const struct jit_request *request,
	const char *target);

/* Whom it becomes for this request: the asked target or its own; NULL: neither. */
const char *jit_role_target(const struct jit_role *role,
	const struct jit_request *request, const char *subject);

/* May a rule with exact_command give any command at all through it? Not what it denies,
 * and not through a role that is only for logging in. */
bool jit_role_takes_exact(const struct jit_role *role, const struct jit_strv *argv);

/* ---- decide_rule.c ---- */

/* What a rule is looked for to answer. */
enum jit_match {
	JIT_MATCH_NONE = 0, /* only deny rules */
	JIT_MATCH_PLAIN,    /* a plain request, and what the host gave by itself on one */
	JIT_MATCH_APPROVERS, /* an approver's token */
	JIT_MATCH_BREAK_GLASS, /* --break-glass, its grants, and its second person's token */
	JIT_MATCH_PIN,
};

bool jit_rule_names_subject(
	const struct jit_rule *rule, const struct jit_subject *subject);

/* Subject, host, way and time. A deny rule's time is always judged now. */
bool jit_rule_applies(const struct jit_facts *facts, const struct jit_rule *rule,
	enum jit_match match, int64_t when_sec);

/* The first rule that applies and names the role: the one that decides. NULL: none. */
const struct jit_rule *jit_rule_first(const struct jit_facts *facts, const char *role,
	enum jit_match match, int64_t when_sec);

/* Does it want a word from the asker that is not there? NONE, NEEDS_REASON, NEEDS_TICKET. */
enum jit_reason jit_rule_wants_words(const struct jit_rule *rule, const char *reason);

int64_t jit_shorter(int64_t a, int64_t b); /* b where it is positive and less */

/* ---- locks, decide_rule.c ---- */

/* The one that shuts everything, or this subject. NULL: none. */
const struct jit_lock *jit_facts_locked(const struct jit_facts *facts);
const struct jit_lock *jit_facts_role_locked(
	const struct jit_facts *facts, const char *role);
bool jit_facts_key_locked(const struct jit_facts *facts, const char *kid);

/* ---- decide_window.c ---- */

/* When a brought-in grant began, how long it is, and the last moment of any use. */
struct jit_window {
	const struct jit_held *start;
	int64_t dur, exp;
};

bool jit_window_in_force(const struct jit_window *window, const struct jit_now *now,
	int64_t max_sec, int64_t *ret_end_ms);

/* ---- decide_approvals.c ---- */

/* How many people have to agree, for a rule that an approver's token can answer. 0: it
 * takes none. */
uint32_t jit_rule_takes(const struct jit_rule *rule, bool break_glass);

/* Those that make one grant. */
struct jit_group {
	const struct jit_rule *rule;
	const struct jit_held *last; /* at whose start it was complete */
	size_t n;
	const struct jit_held *members[JIT_APPROVALS_MAX];
};

/* The answers that agree with this one, itself or another: the first moment at which
 * enough were here, by the rule of that moment. False: never yet. */
bool jit_group_find(const struct jit_facts *facts, const struct jit_grant *like,
	struct jit_group *ret);

/* The least that any of them said. A start after the earliest start_by is too late. */
bool jit_group_in_force(const struct jit_group *group, const struct jit_facts *facts,
	int64_t max_sec, int64_t *ret_end_ms);
uint32_t jit_group_uses(const struct jit_group *group);
uint32_t jit_fewer(uint32_t a, uint32_t b); /* uses: 0 is any number */

/* The second person's agreement that break-glass needs: tokens for request req, as this
 * role and target, complete by a break-glass rule, in force and not used up. cmd: what they
 * must be bound to; n == 0: to nothing. ret_end_ms, ret_uses: the end of what they agreed
 * to, and how often (0: any number). */
bool jit_second_person(const struct jit_facts *facts, const char *req,
	const struct jit_role *role, const char *target, const struct jit_strv *cmd,
	int64_t *ret_end_ms, uint32_t *ret_uses);

/* ---- decide_grant.c ---- */

bool jit_grant_is_for_host(
	const struct jit_grant *grant, const struct jit_globals *globals);

/* The account that a grant opens. `as` must be there where the role leaves a choice. NULL:
 * none that the role has. */
const char *jit_grant_target(
	const struct jit_grant *grant, const struct jit_role *role, const char *subject);

/* Does this held grant, alone or with the other approvals of its request, answer the
 * request? Then ret is filled and allows, whatever locks shut its role. */
bool jit_held_settles(const struct jit_facts *facts, const struct jit_held *held,
	struct jit_decision *ret);

#endif
