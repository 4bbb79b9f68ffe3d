/*
 * Rules: who may get which roles, where, when, and who must agree.
 *
 * Runs as root. MUST refuse a key that has no meaning beside the rule's approval.
 */
#include "conf.h"

#include <string.h>

#include "libjit/parse.h"
#include "libjit/pattern.h"

struct rule_reading {
	struct conf *conf;
	struct jit_rule *rule;
};

static struct jit_rule *
rule_of(void *into)
{
	struct rule_reading *reading = into;

	return reading->rule;
}

static void
rule_name(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct rule_reading *reading = into;
	struct conf *conf = reading->conf;
	const char *name;

	if (conf_read_name(r, node, "a rule's name", &name) &&
		conf_new_name(
			r, &node->place, "rule", name, &conf->rule_names, conf->n_rules))
		reading->rule->name = name;
}

static void
check_who(const struct conf_reader *r, const struct conf_node *node)
{
	const char *who = node->string;
	const char *name = who[0] == '%' ? who + 1 : who;

	if (jit_streq(who, "*"))
		return;
	if (jit_streq(who, "root"))
		conf_error(r, node, "root asks for nothing: name the person");
	else if (!jit_name_valid(name) || (who[0] != '%' && conf_reserved(who)))
		conf_error(r, node, "\"%s\" is neither a user name, nor %%GROUP, nor *",
			who);
}

static void
rule_who(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_rule *rule = rule_of(into);

	if (conf_read_strings(r, node, false, &rule->who))
		for (size_t i = 0; i < node->n; i++)
			check_who(r, &node->v[i]);
}

static void
rule_on(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	if (!conf_read_strings(r, node, false, &rule_of(into)->on))
		return;
	for (size_t i = 0; i < node->n; i++) {
		const char *glob = node->v[i].string;

		if (!jit_glob_valid(glob) || strlen(glob) > JIT_NAME_MAX ||
			strchr(glob, '/'))
			conf_error(r, &node->v[i],
				"\"%s\" is no pattern over host ids and labels", glob);
	}
}

static void
rule_when(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct rule_reading *reading = into;

	(void)conf_read_when(r, node, reading->conf, &reading->rule->when);
}

static void
rule_roles(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	(void)conf_read_strings(r, node, false, &rule_of(into)->roles);
}

static void
rule_approval(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	static const char *const words[] = { "auto", "approvers", "deny" };
	static const enum jit_approval values[] = {
		JIT_APPROVAL_AUTO,
		JIT_APPROVAL_APPROVERS,
		JIT_APPROVAL_DENY,
	};
	size_t choice;

	if (node->type == CONF_STRING && jit_streq(node->string, "break-glass"))
		conf_error(r, node, "approval = \"break-glass\" is not supported yet");
	else if (conf_read_choice(r, node, words, ARRAY_SIZE(words), &choice))
		rule_of(into)->approval = values[choice];
}

static void
rule_approvals(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	if (node->type != CONF_INTEGER || node->integer < 1)
		conf_error(
			r, node, "approvals is a number, without quotes: approvals = 1");
	else if (node->integer > 1)
		conf_error(r, node, "more than one approval is not supported yet");
	else
		rule_of(into)->approvals = 1;
}

static void
rule_approvers(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	/* names are looked up when all files are read */
	(void)conf_read_strings(r, node, false, &rule_of(into)->approvers_shown);
}

static void
rule_reason(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	static const char *const words[] = { "required", "optional" };
	size_t choice;

	if (conf_read_choice(r, node, words, ARRAY_SIZE(words), &choice))
		rule_of(into)->reason_required = choice == 0;
}

static void
rule_authenticate(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	static const char *const words[] = { "grant", "always", "never" };
	static const enum jit_authenticate values[] = {
		JIT_AUTH_GRANT,
		JIT_AUTH_ALWAYS,
		JIT_AUTH_NEVER,
	};
	size_t choice;

	if (conf_read_choice(r, node, words, ARRAY_SIZE(words), &choice))
		rule_of(into)->authenticate = values[choice];
}

static void
rule_max(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct rule_reading *reading = into;

	(void)conf_read_duration(r, node, reading->conf->globals.max_sec,
		"limits.max_duration", &reading->rule->max_sec);
}

static void
rule_mode(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	static const char *const words[] = { "observe", "enforce" };
	size_t choice;

	if (conf_read_choice(r, node, words, ARRAY_SIZE(words), &choice))
		rule_of(into)->mode = choice == 0 ? JIT_MODE_OBSERVE : JIT_MODE_ENFORCE;
}

static const struct conf_key keys[] = {
	{ "name", rule_name },
	{ "who", rule_who },
	{ "on", rule_on },
	{ "when", rule_when },
	{ "roles", rule_roles },
	{ "approval", rule_approval },
	{ "approvals", rule_approvals },
	{ "approvers", rule_approvers },
	{ "reason", rule_reason },
	{ "authenticate", rule_authenticate },
	{ "max_duration", rule_max },
	{ "mode", rule_mode },
	{ "operators", NULL },
	{ "answer_within", NULL },
	{ "then_ask", NULL },
	{ "ticket", NULL },
	{ "exact_command", NULL },
	{ "review", NULL },
	{ "pin_replaces_approvals", NULL },
};

static const char *
shown_name(const struct jit_rule *rule)
{
	return rule->name ? rule->name : "without a name";
}

static void
require(const struct conf_reader *r, const struct conf_node *node,
	const struct jit_rule *rule, const char *key, const char *example)
{
	if (!conf_node_member(node, key))
		conf_error(r, node, "rule %s has no %s; write: %s", shown_name(rule), key,
			example);
}

static void
forbid(const struct conf_reader *r, const struct conf_node *node, const char *key,
	const char *beside)
{
	const struct conf_node *member = conf_node_member(node, key);

	if (member)
		conf_problem_add(r->problems, CONF_ERROR, &member->name_place,
			"%s means nothing beside approval = \"%s\"; remove it", key,
			beside);
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

static void
finish_deny(const struct conf_reader *r, const struct conf_node *node)
{
	static const char *const meaningless[] = { "approvals", "approvers", "reason",
		"authenticate", "max_duration" };

	for (size_t i = 0; i < ARRAY_SIZE(meaningless); i++)
		forbid(r, node, meaningless[i], "deny");
}

static void
finish_rule(
	const struct conf_reader *r, const struct conf_node *node, struct jit_rule *rule)
{
	const struct conf_node *approval = conf_node_member(node, "approval");

	require(r, node, rule, "name", "name = \"devs-packages\";");
	require(r, node, rule, "who", "who = [ \"%developers\" ];");
	require(r, node, rule, "roles", "roles = [ \"packages\" ];");
	require(r, node, rule, "approval",
		"approval = \"approvers\"; (or \"auto\", \"deny\")");
	if (!conf_node_member(node, "reason"))
		rule->reason_required = rule->approval == JIT_APPROVAL_APPROVERS;
	if (!conf_node_member(node, "authenticate"))
		rule->authenticate = JIT_AUTH_GRANT;
	if (rule->authenticate == JIT_AUTH_NEVER)
		check_never(r, node, rule);
	if (rule->approval == JIT_APPROVAL_AUTO) {
		forbid(r, node, "approvals", "auto");
		forbid(r, node, "approvers", "auto");
	} else if (rule->approval == JIT_APPROVAL_APPROVERS) {
		rule->approvals = 1;
		require(r, node, rule, "approvers", "approvers = [ \"@secops\" ];");
	} else if (approval && jit_streq(approval->string, "deny")) {
		finish_deny(r, node);
	}
}

static void
read_rule(const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	struct conf_rule *rule;
	struct rule_reading reading = { .conf = conf };

	conf->rules = conf_grow(
		conf->rules, conf->n_rules, &conf->rules_size, sizeof(*conf->rules));
	rule = &conf->rules[conf->n_rules];
	*rule = (struct conf_rule){ .node = node };
	rule->rule.number = (uint32_t)conf->n_rules;
	rule->rule.file = node->place.source->path;
	rule->rule.line = node->place.line;
	rule->rule.when.text = "";
	reading.rule = &rule->rule;
	conf_read_group(r, node, keys, ARRAY_SIZE(keys), &reading);
	if (node->type == CONF_GROUP)
		finish_rule(r, node, &rule->rule);
	conf->n_rules++;
}

void
conf_read_rules(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	if (node->type != CONF_LIST) {
		conf_error(
			r, node, "rules is a list of groups: rules = ( { … }, { … } );");
		return;
	}
	for (size_t i = 0; i < node->n; i++) {
		if (node->v[i].type != CONF_GROUP)
			conf_error(
				r, &node->v[i], "a rule is a group: { name = \"…\"; … }");
		else
			read_rule(r, &node->v[i], conf);
	}
}
