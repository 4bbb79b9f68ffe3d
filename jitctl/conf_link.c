/*
 * Resolves what rules name, once all files are read: roles, people and their groups, gids
 * of deny rules.
 *
 * Runs as root.
 */
#include "conf.h"

#include <errno.h>
#include <string.h>

#include "suggest.h"

enum { OPERATORS_MAX = 32 }; /* of one host */

/* ---- roles ---- */

static void
unknown_role(const struct conf_reader *r, const struct conf *conf,
	const struct conf_node *element, const struct jit_rule *rule)
{
	struct jit_strv names = conf_names_all(&conf->role_names);

	conf_error(r, element, "unknown role \"%s\" in rule %s%s", element->string,
		rule->name ? rule->name : "",
		conf_did_you_mean(r, element->string, &names));
	free(names.v);
}

static bool
is_any_command(const struct jit_strv *pattern)
{
	return jit_streq(pattern->v[pattern->n - 1], "any...") ||
		(pattern->n == 1 && jit_streq(pattern->v[0], "*"));
}

/* What approval = "auto" gives without anybody looking must be bounded, or said to be
 * root. */
static void
check_auto_role(const struct conf_reader *r, const struct conf_node *element,
	const struct jit_role *role)
{
	const char *what = role->shell ? "a shell" : NULL;

	if (role->equals_root)
		return;
	for (size_t i = 0; i < role->n_commands && !what; i++)
		if (is_any_command(&role->commands[i]))
			what = role->commands[i].n == 1 ? "any command (*)"
							: "any arguments (any...)";
	if (what)
		conf_error(r, element,
			"role %s permits %s, and this rule gives it without approval; if "
			"that is "
			"meant, write equals_root = true; into the role",
			role->name, what);
}

static void
link_role(const struct conf_reader *r, const struct conf_node *element,
	const struct conf_rule *rule, struct conf_role *role)
{
	const struct jit_rule *judged = &rule->rule;

	if (judged->approval == JIT_APPROVAL_AUTO)
		check_auto_role(r, element, &role->role);
	if (judged->authenticate == JIT_AUTH_NEVER && role->role.authenticate_with &&
		role->role.authenticate_with[0])
		conf_error(r, element,
			"role %s asks for a second factor (authenticate_with), and this "
			"rule never authenticates",
			role->role.name);
	role->is_named_exact |= judged->exact_command;
	role->is_named |= !judged->exact_command && judged->approval != JIT_APPROVAL_DENY;
}

static void
link_roles(const struct conf_reader *r, const struct conf *conf,
	const struct conf_rule *rule)
{
	const struct conf_node *roles = conf_node_member(rule->node, "roles");

	for (size_t i = 0; i < rule->rule.roles.n; i++) {
		const struct conf_role *role =
			conf_find_role(conf, rule->rule.roles.v[i]);

		if (!role)
			unknown_role(r, conf, &roles->v[i], &rule->rule);
		else
			link_role(
				r, &roles->v[i], rule, &conf->roles[role - conf->roles]);
	}
}

/* A role without anything of its own is of use where the approver sees the command. */
static void
check_empty_roles(const struct conf_reader *r, const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_roles; i++) {
		const struct conf_role *role = &conf->roles[i];

		if (role->is_empty && (role->is_named || !role->is_named_exact))
			conf_problem_add(r->problems, CONF_ERROR, &role->node->name_place,
				"role %s permits nothing: give it commands, edit, shell "
				"or login, or let only rules with exact_command = true "
				"name it",
				role->role.name);
	}
}

/* ---- people ---- */

static void
add_once(const struct conf_reader *r, struct jit_strv *strv, const char *name)
{
	if (!jit_strv_has(strv, name))
		conf_strv_add(r->arena, strv, name);
}

static void
unknown_group(const struct conf_reader *r, const struct conf *conf,
	const struct conf_node *element)
{
	struct jit_strv names = conf_names_all(&conf->group_names);
	const char *nearest = suggest_nearest(element->string + 1, &names);

	conf_error(r, element, "unknown approver group \"%s\"%s%s%s", element->string,
		nearest ? "; did you mean \"@" : "", nearest ? nearest : "",
		nearest ? "\"?" : "");
	free(names.v);
}

static void
link_person(const struct conf_reader *r, const struct conf *conf,
	const struct conf_node *element, const char *what, struct jit_strv *people)
{
	const struct conf_name *found;
	const struct conf_group *group;

	if (element->string[0] != '@') {
		if (conf_check_person(r, element, what))
			add_once(r, people, element->string);
		return;
	}
	found = conf_names_find(&conf->group_names, element->string + 1);
	if (!found || !jit_streq(found->name, element->string + 1)) {
		unknown_group(r, conf, element);
		return;
	}
	group = &conf->groups[found->index];
	for (size_t i = 0; i < group->members.n; i++)
		add_once(r, people, group->members.v[i]);
}

/* The people whom a list of names and @groups means. */
static void
link_people(const struct conf_reader *r, const struct conf *conf,
	const struct conf_node *list, const struct jit_strv *shown, const char *what,
	struct jit_strv *people)
{
	for (size_t i = 0; i < shown->n; i++)
		link_person(r, conf, &list->v[i], what, people);
}

static size_t
count_approvers(const struct jit_rule *rule)
{
	size_t n = rule->approvers.n;

	for (size_t i = 0; i < rule->then_ask.n; i++)
		n += !jit_strv_has(&rule->approvers, rule->then_ask.v[i]);
	return n;
}

/* Can as many agree as must, also where one of them asks? */
static void
check_enough(const struct conf_reader *r, const struct conf_rule *rule)
{
	const struct conf_node *approvers = conf_node_member(rule->node, "approvers");
	const struct jit_rule *judged = &rule->rule;
	const char *name = judged->name ? judged->name : "";
	size_t n = count_approvers(judged);

	if (n < judged->approvals) {
		conf_error(r, approvers,
			"rule %s can never be complete: it needs %u approvals, and has "
			"%zu %s who can give one",
			name, judged->approvals, n, n == 1 ? "person" : "people");
		return;
	}
	for (size_t i = 0; n == judged->approvals && i < judged->who.n; i++)
		if (jit_strv_has(&judged->approvers, judged->who.v[i]) ||
			jit_strv_has(&judged->then_ask, judged->who.v[i]))
			conf_warning(r, &approvers->v[0],
				"nobody approves for himself: rule %s can never be used "
				"by %s",
				name, judged->who.v[i]);
}

static void
link_approvers(
	const struct conf_reader *r, const struct conf *conf, struct conf_rule *rule)
{
	size_t before = r->problems->count[CONF_ERROR];
	struct jit_rule *judged = &rule->rule;

	if (!judged->approvals || !judged->approvers_shown.n)
		return;
	link_people(r, conf, conf_node_member(rule->node, "approvers"),
		&judged->approvers_shown, "an approver", &judged->approvers);
	link_people(r, conf, conf_node_member(rule->node, "then_ask"),
		&judged->then_ask_shown, "an approver", &judged->then_ask);
	if (r->problems->count[CONF_ERROR] == before)
		check_enough(r, rule);
}

/* Each has a key to be tried: their number on one host is bounded. */
static void
count_operators(
	const struct conf_reader *r, struct conf *conf, const struct conf_rule *rule)
{
	const struct jit_strv *operators = &rule->rule.operators;

	for (size_t i = 0; i < operators->n; i++) {
		if (conf_names_find(&conf->operator_names, operators->v[i]))
			continue;
		conf_names_add(&conf->operator_names, operators->v[i], 0);
		if (conf->operator_names.n == OPERATORS_MAX + 1)
			conf_error(r, conf_node_member(rule->node, "operators"),
				"%s is one operator too many: all rules together name at "
				"most %d",
				operators->v[i], OPERATORS_MAX);
	}
}

static void
link_operators(const struct conf_reader *r, struct conf *conf, struct conf_rule *rule)
{
	const struct conf_node *node = conf_node_member(rule->node, "operators");
	struct jit_rule *judged = &rule->rule;

	link_people(r, conf, node, &judged->operators_shown, "an operator",
		&judged->operators);
	count_operators(r, conf, rule);
	if (judged->who.n == 1 && judged->operators.n == 1 &&
		jit_streq(judged->who.v[0], judged->operators.v[0]))
		conf_warning(r, &node->v[0],
			"nobody issues a PIN for himself: %s gets none by rule %s",
			judged->who.v[0], judged->name ? judged->name : "");
}

/* ---- deny rules ---- */

/* A deny rule must also hit while group names cannot be looked up: the gid stands beside
 * the name. */
static void
link_denied_groups(
	const struct conf_reader *r, const struct conf *conf, struct conf_rule *rule)
{
	const struct conf_node *who = conf_node_member(rule->node, "who");
	struct jit_strv *names = &rule->rule.who;
	size_t n = names->n;

	for (size_t i = 0; i < n; i++) {
		gid_t gid;
		int error;

		if (names->v[i][0] != '%')
			continue;
		error = conf->world.group_id(names->v[i] + 1, &gid);
		if (error == 0)
			add_once(r, names, conf_format(r->arena, "#%u", gid));
		else if (error == -ENOENT)
			conf_warning(r, &who->v[i],
				"there is no group \"%s\" on this host: it is denied by "
				"name only",
				names->v[i] + 1);
		else
			conf_error(r, &who->v[i],
				"the group \"%s\" cannot be looked up now (%s); try "
				"again",
				names->v[i] + 1, strerror(-error));
	}
}

void
conf_link_rules(const struct conf_reader *r, struct conf *conf)
{
	for (size_t i = 0; i < conf->n_rules; i++) {
		struct conf_rule *rule = &conf->rules[i];

		link_roles(r, conf, rule);
		link_approvers(r, conf, rule);
		link_operators(r, conf, rule);
		if (rule->rule.approval == JIT_APPROVAL_DENY &&
			conf_node_member(rule->node, "approval"))
			link_denied_groups(r, conf, rule);
	}
	check_empty_roles(r, conf);
}
