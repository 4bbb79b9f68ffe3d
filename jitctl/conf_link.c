/*
 * Resolves what rules name, once all files are read: roles, approvers and their groups,
 * gids of deny rules.
 *
 * Runs as root.
 */
#include "conf.h"

#include <errno.h>
#include <string.h>

#include "suggest.h"

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
link_roles(const struct conf_reader *r, const struct conf *conf,
	const struct conf_rule *rule)
{
	const struct conf_node *roles = conf_node_member(rule->node, "roles");

	for (size_t i = 0; i < rule->rule.roles.n; i++) {
		const struct conf_role *role =
			conf_find_role(conf, rule->rule.roles.v[i]);

		if (!role)
			unknown_role(r, conf, &roles->v[i], &rule->rule);
		else if (rule->rule.approval == JIT_APPROVAL_AUTO)
			check_auto_role(r, &roles->v[i], &role->role);
	}
}

/* ---- approvers ---- */

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
link_approver(const struct conf_reader *r, const struct conf *conf,
	const struct conf_node *element, struct jit_rule *rule)
{
	const struct conf_name *found;
	const struct conf_group *group;

	if (element->string[0] != '@') {
		if (conf_check_approver(r, element))
			add_once(r, &rule->approvers, element->string);
		return;
	}
	found = conf_names_find(&conf->group_names, element->string + 1);
	if (!found || !jit_streq(found->name, element->string + 1)) {
		unknown_group(r, conf, element);
		return;
	}
	group = &conf->groups[found->index];
	for (size_t i = 0; i < group->members.n; i++)
		add_once(r, &rule->approvers, group->members.v[i]);
}

static void
link_approvers(
	const struct conf_reader *r, const struct conf *conf, struct conf_rule *rule)
{
	const struct conf_node *node = conf_node_member(rule->node, "approvers");
	struct jit_rule *judged = &rule->rule;

	if (judged->approval != JIT_APPROVAL_APPROVERS)
		return;
	for (size_t i = 0; i < judged->approvers_shown.n; i++)
		link_approver(r, conf, &node->v[i], judged);
	if (judged->who.n == 1 && judged->approvers.n == 1 &&
		jit_streq(judged->who.v[0], judged->approvers.v[0]))
		conf_warning(r, &node->v[0],
			"nobody approves for himself: rule %s can never be used by %s",
			judged->name ? judged->name : "", judged->who.v[0]);
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
		if (rule->rule.approval == JIT_APPROVAL_DENY &&
			conf_node_member(rule->node, "approval"))
			link_denied_groups(r, conf, rule);
	}
}
