/*
 * What a rule must and must not have beside its approval, and what holds where it says
 * nothing.
 *
 * Runs as root. MUST refuse a key that has no meaning beside the rule's approval.
 */
#include "conf.h"

#include <string.h>

#include "libjit/parse.h"

enum {
	AUTO = 1 << JIT_APPROVAL_AUTO,
	APPROVERS = 1 << JIT_APPROVAL_APPROVERS,
	BREAK_GLASS = 1 << JIT_APPROVAL_BREAK_GLASS,
};

/* Where a key means something; one that is not here does everywhere. */
struct meaning {
	const char *key;
	unsigned int beside;
	bool of_people; /* beside break-glass only where somebody must agree */
};

static const struct meaning meanings[] = {
	{ "approvals", APPROVERS | BREAK_GLASS, false },
	{ "approvers", APPROVERS | BREAK_GLASS, true },
	{ "operators", AUTO | APPROVERS, false },
	{ "answer_within", APPROVERS | BREAK_GLASS, true },
	{ "then_ask", APPROVERS | BREAK_GLASS, true },
	{ "exact_command", APPROVERS | BREAK_GLASS, true },
	{ "pin_replaces_approvals", APPROVERS, false },
	{ "reason", AUTO | APPROVERS | BREAK_GLASS, false },
	{ "ticket", AUTO | APPROVERS | BREAK_GLASS, false },
	{ "authenticate", AUTO | APPROVERS | BREAK_GLASS, false },
	{ "max_duration", AUTO | APPROVERS | BREAK_GLASS, false },
};

static const char *
approval_name(enum jit_approval approval)
{
	switch (approval) {
	case JIT_APPROVAL_AUTO: return "auto";
	case JIT_APPROVAL_APPROVERS: return "approvers";
	case JIT_APPROVAL_BREAK_GLASS: return "break-glass";
	default: return "deny";
	}
}

static void
at_key(const struct conf_reader *r, const struct conf_node *member, const char *text)
{
	conf_problem_add(r->problems, CONF_ERROR, &member->name_place, "%s %s",
		member->name, text);
}

static void
check_meanings(const struct conf_reader *r, const struct conf_node *node,
	const struct jit_rule *rule)
{
	bool alone = rule->approval == JIT_APPROVAL_BREAK_GLASS && !rule->approvals;

	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
		const struct conf_node *member = conf_node_member(node, meanings[i].key);

		if (!member)
			continue;
		if (!(meanings[i].beside & (1u << rule->approval)))
			at_key(r, member,
				conf_format(r->arena,
					"means nothing beside approval = \"%s\"; remove "
					"it",
					approval_name(rule->approval)));
		else if (alone && meanings[i].of_people)
			at_key(r, member,
				"beside approval = \"break-glass\" needs approvals = 1");
	}
}

static void
require(const struct conf_reader *r, const struct conf_node *node,
	const struct jit_rule *rule, const char *key, const char *example)
{
	if (!conf_node_member(node, key))
		conf_error(r, node, "rule %s has no %s; write: %s",
			rule->name ? rule->name : "without a name", key, example);
}

static void
check_never(const struct conf_reader *r, const struct conf_node *node,
	const struct jit_rule *rule)
{
	for (size_t i = 0; i < rule->who.n; i++) {
		if (rule->who.v[i][0] != '%' && rule->who.v[i][0] != '*')
			continue;
		conf_error(r, conf_node_member(node, "authenticate"),
			"authenticate = \"never\" is for named accounts only, not for "
			"\"%s\"",
			rule->who.v[i]);
		return;
	}
}

/* ---- reason ---- */

static void
finish_reason(
	const struct conf_reader *r, const struct conf_node *node, struct jit_rule *rule)
{
	const struct conf_node *reason = conf_node_member(node, "reason");
	const struct conf_node *ticket = conf_node_member(node, "ticket");
	bool optional = reason && !rule->reason_required;

	if (rule->approval == JIT_APPROVAL_DENY)
		return;
	if (optional && rule->approval == JIT_APPROVAL_BREAK_GLASS)
		conf_error(r, reason, "break-glass always needs a reason; remove this");
	else if (optional && ticket)
		conf_error(r, reason,
			"the ticket stands in the reason, which is then required; remove "
			"this");
	if (!reason)
		rule->reason_required = rule->approval != JIT_APPROVAL_AUTO || ticket;
}

/* ---- people ---- */

static bool
asks_people(const struct jit_rule *rule)
{
	return rule->approval == JIT_APPROVAL_APPROVERS ||
		rule->approval == JIT_APPROVAL_BREAK_GLASS;
}

static void
check_asking(const struct conf_reader *r, const struct conf_node *node,
	const struct jit_rule *rule)
{
	const struct conf_node *within = conf_node_member(node, "answer_within");
	const struct conf_node *then_ask = conf_node_member(node, "then_ask");

	if (rule->approvals && asks_people(rule))
		require(r, node, rule, "approvers", "approvers = [ \"@secops\" ];");
	if (within && !then_ask && asks_people(rule))
		at_key(r, within,
			"needs beside it whom to ask then: then_ask = [ \"@managers\" "
			"];");
	if (then_ask && !within && asks_people(rule))
		at_key(r, then_ask,
			"needs beside it when they are asked: answer_within = \"15m\";");
}

static void
check_pins(const struct conf_reader *r, const struct conf_node *node,
	const struct jit_rule *rule)
{
	const struct conf_node *operators = conf_node_member(node, "operators");
	const struct conf_node *replaces =
		conf_node_member(node, "pin_replaces_approvals");

	if (replaces && !operators)
		at_key(r, replaces, "means nothing without operators; remove it");
	if (operators && rule->approvals > 1 && !rule->pin_replaces_approvals)
		at_key(r, operators,
			conf_format(r->arena,
				"beside approvals = %u: a PIN is one person's word; if "
				"that is meant, write pin_replaces_approvals = true;",
				rule->approvals));
}

static void
finish_approvals(
	const struct conf_reader *r, const struct conf_node *node, struct jit_rule *rule)
{
	if (rule->approval == JIT_APPROVAL_APPROVERS && !rule->approvals)
		rule->approvals = 1;
	if (rule->approval == JIT_APPROVAL_BREAK_GLASS && rule->approvals > 1)
		conf_error(r, conf_node_member(node, "approvals"),
			"break-glass waits for one approval at most: approvals = 1, or "
			"none");
}

/* ---- break-glass ---- */

static void
cap_break_glass(const struct conf_reader *r, const struct conf_node *node,
	const struct conf *conf, struct jit_rule *rule)
{
	int64_t longest = conf->globals.break_glass_max_sec;
	char shown[JIT_DURATION_SIZE];

	if (rule->max_sec > longest)
		conf_error(r, conf_node_member(node, "max_duration"),
			"max_duration is longer than limits.break_glass_max_duration, %s",
			jit_format_duration(longest, shown));
	else if (!rule->max_sec)
		rule->max_sec = longest;
}

/* ---- the whole ---- */

static bool
has_approval(const struct conf_node *node, const struct jit_rule *rule)
{
	const struct conf_node *approval = conf_node_member(node, "approval");

	return approval && approval->type == CONF_STRING &&
		jit_streq(approval->string, approval_name(rule->approval));
}

void
conf_finish_rule(const struct conf_reader *r, const struct conf_node *node,
	const struct conf *conf, struct jit_rule *rule)
{
	require(r, node, rule, "name", "name = \"devs-packages\";");
	require(r, node, rule, "who", "who = [ \"%developers\" ];");
	require(r, node, rule, "roles", "roles = [ \"packages\" ];");
	require(r, node, rule, "approval",
		"approval = \"approvers\"; (or \"auto\", \"break-glass\", \"deny\")");
	if (!conf_node_member(node, "authenticate"))
		rule->authenticate = JIT_AUTH_GRANT;
	if (rule->authenticate == JIT_AUTH_NEVER)
		check_never(r, node, rule);
	if (!has_approval(node, rule))
		return;
	finish_approvals(r, node, rule);
	check_meanings(r, node, rule);
	finish_reason(r, node, rule);
	check_asking(r, node, rule);
	check_pins(r, node, rule);
	if (rule->approval == JIT_APPROVAL_BREAK_GLASS)
		cap_break_glass(r, node, conf, rule);
}
