/*
 * The decision. Runs as: any. Pure: no I/O, no clock, no NSS, no allocation, no state.
 *
 * Order of a question: a held grant that covers it, verified against the rules of now;
 * else the first rule of the plain way. Whatever is not found denies.
 */
#include "decide.h"

#include <string.h>

#include "config.h"
#include "pattern.h"

static const char *const reason_names[] = {
	[JIT_WHY_NONE] = "denied",
	[JIT_WHY_GRANT_HELD] = "grant-held",
	[JIT_WHY_RULE_AUTO] = "rule-auto",
	[JIT_WHY_NEEDS_APPROVAL] = "needs-approval",
	[JIT_WHY_NEEDS_REASON] = "needs-reason",
	[JIT_WHY_TOO_LONG] = "too-long",
	[JIT_WHY_RULE_DENIES] = "rule-denies",
	[JIT_WHY_NO_ROLE] = "no-role",
	[JIT_WHY_NO_RULE] = "no-rule",
	[JIT_WHY_NOT_SETTLED] = "not-settled",
};

const char *
jit_reason_name(enum jit_reason reason)
{
	return reason < ARRAY_SIZE(reason_names) ? reason_names[reason] : "denied";
}

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

/* ---- roles ---- */

bool
jit_role_has_target(const struct jit_role *role, const char *subject, const char *target)
{
	for (size_t i = 0; i < role->run_as.n; i++) {
		const char *as = role->run_as.v[i];

		if (jit_streq(as, "*") || jit_streq(as, target))
			return true;
		if (jit_streq(as, "self") && jit_streq(subject, target))
			return true;
	}
	return false;
}

const char *
jit_role_default_target(const struct jit_role *role, const char *subject)
{
	const char *as = role->run_as.n ? role->run_as.v[0] : NULL;

	if (!as || jit_streq(as, "*"))
		return NULL;
	return jit_streq(as, "self") ? subject : as;
}

static bool
role_has_command(const struct jit_role *role, const struct jit_strv *argv)
{
	for (size_t i = 0; i < role->n_commands; i++)
		if (jit_command_match(&role->commands[i], argv))
			return true;
	return false;
}

/* `commands = [ "*" ]`: any command at all. */
static bool
role_has_everything(const struct jit_role *role)
{
	for (size_t i = 0; i < role->n_commands; i++)
		if (role->commands[i].n == 1 && jit_streq(role->commands[i].v[0], "*"))
			return true;
	return false;
}

/* The target was looked at already. */
static bool
role_covers_kind(const struct jit_role *role, const struct jit_request *request)
{
	switch (request->kind) {
	case JIT_KIND_COMMAND: return role_has_command(role, &request->argv);
	case JIT_KIND_LOGIN: return role->login;
	case JIT_KIND_SWITCH: return role->shell;
	case JIT_KIND_SUDO: return role->shell && role_has_everything(role);
	}
	return false;
}

bool
jit_role_covers(const struct jit_role *role, const struct jit_request *request,
	const char *target)
{
	if (!target || (request->target && !jit_streq(request->target, target)))
		return false;
	if (request->role && !jit_streq(request->role, role->name))
		return false;
	return role_covers_kind(role, request);
}

/* ---- rules ---- */

static bool
rule_names_subject(const struct jit_rule *rule, const struct jit_subject *subject)
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

/* May this rule answer for a grant that came this way? A plain request (NONE) and what the
 * host gave by itself look at auto and approvers; an approver's token at approvers. */
static bool
rule_has_way(const struct jit_rule *rule, enum jit_via via)
{
	switch (rule->approval) {
	case JIT_APPROVAL_DENY: return true;
	case JIT_APPROVAL_AUTO: return via == JIT_VIA_NONE || via == JIT_VIA_AUTO;
	case JIT_APPROVAL_APPROVERS: return via <= JIT_VIA_AUTO;
	case JIT_APPROVAL_BREAK_GLASS: return via == JIT_VIA_BREAK_GLASS;
	}
	return false;
}

/* Subject, host, way and time. A deny rule's time is always judged now. */
static bool
rule_applies(const struct jit_facts *facts, const struct jit_rule *rule, enum jit_via via,
	int64_t when_sec)
{
	const struct jit_globals *globals = facts->view->globals;

	if (rule->approval == JIT_APPROVAL_DENY)
		when_sec = facts->now->wall_sec;
	return rule_names_subject(rule, facts->subject) &&
		jit_rule_on_host(rule, globals) && rule_has_way(rule, via) &&
		rule_in_time(rule, globals, when_sec);
}

static int64_t
shorter(int64_t a, int64_t b)
{
	return b > 0 && b < a ? b : a;
}

int64_t
jit_longest(const struct jit_globals *globals, const struct jit_rule *rule,
	const struct jit_role *role)
{
	int64_t max = shorter(JIT_CEILING_GRANT_SEC, globals->max_sec);

	max = shorter(max, role->max_sec);
	return shorter(max, rule->max_sec);
}

/* ---- held grants ---- */

static bool
host_grant_in_force(const struct jit_grant *grant, const struct jit_now *now,
	int64_t max_sec, int64_t *ret_end_ms)
{
	int64_t end = shorter(grant->to_ms, grant->from_ms + max_sec * 1000);

	if (!jit_streq(grant->boot, now->boot_id) || now->boot_ms < grant->from_ms ||
		now->boot_ms >= end)
		return false;
	*ret_end_ms = end;
	return true;
}

static bool
brought_grant_in_force(const struct jit_held *held, const struct jit_now *now,
	int64_t max_sec, int64_t *ret_end_ms)
{
	int64_t dur = shorter(held->grant.dur, max_sec);
	int64_t end_sec = shorter(held->start_sec + dur, held->grant.exp);
	int64_t end_ms = now->boot_ms + (end_sec - now->wall_sec) * 1000;

	if (now->wall_sec >= end_sec)
		return false;
	if (!jit_streq(held->start_boot, now->boot_id)) {
		if (now->wall_sec < held->start_sec)
			return false;
	} else {
		int64_t boot_end_ms =
			held->start_boot_ms + (end_sec - held->start_sec) * 1000;

		if (now->boot_ms < held->start_boot_ms || now->boot_ms >= boot_end_ms)
			return false;
		if (boot_end_ms < end_ms)
			end_ms = boot_end_ms;
	}
	*ret_end_ms = end_ms;
	return true;
}

bool
jit_held_in_force(const struct jit_held *held, const struct jit_now *now, bool clock_back,
	int64_t max_sec, int64_t *ret_end_ms)
{
	if (held->ended || max_sec <= 0)
		return false;
	if (held->grant.by_host)
		return host_grant_in_force(&held->grant, now, max_sec, ret_end_ms);
	return !clock_back && brought_grant_in_force(held, now, max_sec, ret_end_ms);
}

static bool
grant_is_for_host(const struct jit_grant *grant, const struct jit_globals *globals)
{
	if (grant->aud[0] == '@')
		return jit_strv_has(&globals->labels, grant->aud + 1);
	return jit_streq(grant->aud, globals->host);
}

/* The account that a grant opens. `as` must be there where the role leaves a choice. */
static const char *
grant_target(
	const struct jit_grant *grant, const struct jit_role *role, const char *subject)
{
	if (grant->as[0])
		return jit_role_has_target(role, subject, grant->as) ? grant->as : NULL;
	return role->run_as.n == 1 ? jit_role_default_target(role, subject) : NULL;
}

/* Does this rule, which decides, let this issuer give it? Nobody for themselves. */
static enum jit_verdict
rule_lets_issuer(const struct jit_rule *rule, const struct jit_grant *grant)
{
	if (rule->approval == JIT_APPROVAL_AUTO)
		return grant->by_host && grant->via == JIT_VIA_AUTO ? JIT_ALLOW
								    : JIT_DENY;
	if (rule->approval != JIT_APPROVAL_APPROVERS || rule->approvals != 1)
		return JIT_DENY;
	if (grant->by_host || jit_streq(grant->iss, grant->sub))
		return JIT_DENY;
	return jit_strv_has(&rule->approvers, grant->iss) ? JIT_ALLOW : JIT_DENY;
}

enum jit_verdict
jit_decide_grant(const struct jit_facts *facts, const struct jit_grant *grant,
	int64_t start_sec, const struct jit_rule **ret_rule,
	const struct jit_role **ret_role, int64_t *ret_max_sec)
{
	const struct jit_policy_view *view = facts->view;
	const struct jit_role *role = jit_view_role(view, grant->role);

	if (!jit_streq(grant->sub, facts->subject->name) ||
		!grant_is_for_host(grant, view->globals) || !role)
		return JIT_DENY;
	*ret_role = role;
	if (!grant_target(grant, role, facts->subject->name))
		return JIT_DENY;
	for (size_t i = 0; i < view->n_rules; i++) {
		const struct jit_rule *rule = &view->rules[i];

		if (!jit_strv_has(&rule->roles, role->name) ||
			!rule_applies(facts, rule, grant->via, start_sec))
			continue;
		*ret_rule = rule;
		*ret_max_sec = jit_longest(view->globals, rule, role);
		return rule_lets_issuer(rule, grant);
	}
	return JIT_DENY;
}

static bool
strv_equal(const struct jit_strv *a, const struct jit_strv *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!jit_streq(a->v[i], b->v[i]))
			return false;
	return true;
}

/* A grant that names a command covers that command and nothing else. */
static bool
grant_covers(const struct jit_grant *grant, const struct jit_role *role,
	const struct jit_request *request, const char *target)
{
	if (grant->cmd.n &&
		(request->kind != JIT_KIND_COMMAND ||
			!strv_equal(&grant->cmd, &request->argv)))
		return false;
	return jit_role_covers(role, request, target);
}

static bool
held_settles(const struct jit_facts *facts, const struct jit_held *held,
	struct jit_decision *ret)
{
	const struct jit_rule *rule = NULL;
	const struct jit_role *role = NULL;
	const struct jit_grant *grant = &held->grant;
	int64_t start_sec = grant->by_host ? grant->iat : held->start_sec;
	int64_t max_sec = 0, end_ms = 0;
	const char *target;

	if (jit_decide_grant(facts, grant, start_sec, &rule, &role, &max_sec) !=
		JIT_ALLOW)
		return false;
	target = grant_target(grant, role, facts->subject->name);
	if (!grant_covers(grant, role, facts->request, target))
		return false;
	if (!jit_held_in_force(held, facts->now, facts->clock_back, max_sec, &end_ms))
		return false;
	if (grant->uses && held->used >= grant->uses)
		return false;
	*ret = (struct jit_decision){
		.verdict = JIT_ALLOW,
		.reason = JIT_WHY_GRANT_HELD,
		.rule = rule,
		.role = role,
		.grant = held,
		.target = target,
		.max_sec = max_sec,
		.end_ms = end_ms,
	};
	return true;
}

/* ---- asking ---- */

/* What the first rule that fits says to a plain request. */
static void
rule_answers(const struct jit_facts *facts, const struct jit_rule *rule,
	const struct jit_role *role, const char *target, struct jit_decision *ret)
{
	const struct jit_request *request = facts->request;
	int64_t max = jit_longest(facts->view->globals, rule, role);
	int64_t usual = role->default_sec ? role->default_sec : JIT_DEFAULT_GRANT_SEC;
	int64_t asked =
		request->duration_sec ? request->duration_sec : shorter(max, usual);

	*ret = (struct jit_decision){
		.rule = rule,
		.role = role,
		.target = target,
		.max_sec = max,
		.duration_sec = asked,
	};
	if (rule->approval == JIT_APPROVAL_DENY) {
		ret->reason = JIT_WHY_RULE_DENIES;
	} else if (asked <= 0 || asked > max) {
		ret->reason = JIT_WHY_TOO_LONG;
	} else if (rule->approval == JIT_APPROVAL_APPROVERS) {
		ret->reason = JIT_WHY_NEEDS_APPROVAL;
	} else if (rule->approval != JIT_APPROVAL_AUTO) {
		ret->reason = JIT_WHY_NOT_SETTLED;
	} else if (rule->reason_required && !(request->reason && request->reason[0])) {
		ret->reason = JIT_WHY_NEEDS_REASON;
	} else {
		ret->reason = JIT_WHY_RULE_AUTO;
		ret->verdict = JIT_ALLOW;
	}
}

/* The first of a rule's roles that covers the request, and as whom. */
static const struct jit_role *
rule_role_for(const struct jit_facts *facts, const struct jit_rule *rule,
	const char **ret_target)
{
	const struct jit_request *request = facts->request;
	const char *subject = facts->subject->name;

	for (size_t i = 0; i < rule->roles.n; i++) {
		const struct jit_role *role =
			jit_view_role(facts->view, rule->roles.v[i]);
		const char *target;

		if (!role)
			continue;
		target = request->target ? request->target
					 : jit_role_default_target(role, subject);
		if (target && jit_role_has_target(role, subject, target) &&
			jit_role_covers(role, request, target)) {
			*ret_target = target;
			return role;
		}
	}
	return NULL;
}

static void
ask_rules(const struct jit_facts *facts, struct jit_decision *ret)
{
	const struct jit_policy_view *view = facts->view;
	enum jit_reason nobody = JIT_WHY_NO_ROLE;

	for (size_t i = 0; i < view->n_rules; i++) {
		const struct jit_rule *rule = &view->rules[i];
		const char *target = NULL;
		const struct jit_role *role = rule_role_for(facts, rule, &target);

		if (!role)
			continue;
		if (rule_names_subject(rule, facts->subject))
			nobody = JIT_WHY_NO_RULE;
		if (!rule_applies(facts, rule, JIT_VIA_NONE, facts->now->wall_sec))
			continue;
		rule_answers(facts, rule, role, target, ret);
		return;
	}
	*ret = (struct jit_decision){ .reason = nobody };
}

enum jit_verdict
jit_decide(const struct jit_facts *facts, struct jit_decision *ret)
{
	*ret = (struct jit_decision){ 0 };
	for (size_t i = 0; i < facts->n_held; i++)
		if (held_settles(facts, &facts->held[i], ret))
			return ret->verdict;
	ask_rules(facts, ret);
	return ret->verdict;
}
