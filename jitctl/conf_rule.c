/*
 * Rules: who may get which roles, where, when, and who must agree.
 *
 * Runs as root.
 */
#include "conf.h"

#include <string.h>

#include "libjit/parse.h"
#include "libjit/pattern.h"

enum { TICKETS_MAX = 32 };

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
	static const char *const words[] = { "auto", "approvers", "break-glass", "deny" };
	static const enum jit_approval values[] = {
		JIT_APPROVAL_AUTO,
		JIT_APPROVAL_APPROVERS,
		JIT_APPROVAL_BREAK_GLASS,
		JIT_APPROVAL_DENY,
	};
	size_t choice;

	if (conf_read_choice(r, node, words, ARRAY_SIZE(words), &choice))
		rule_of(into)->approval = values[choice];
}

static void
rule_approvals(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	(void)conf_read_count(r, node, JIT_APPROVALS_MAX, &rule_of(into)->approvals);
}

/* Names of people are looked up when all files are read. */
static void
rule_approvers(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	(void)conf_read_strings(r, node, false, &rule_of(into)->approvers_shown);
}

static void
rule_then_ask(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	(void)conf_read_strings(r, node, false, &rule_of(into)->then_ask_shown);
}

static void
rule_operators(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	(void)conf_read_strings(r, node, false, &rule_of(into)->operators_shown);
}

static void
rule_answer_within(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct rule_reading *reading = into;

	(void)conf_read_duration(r, node, reading->conf->globals.request_ttl_sec,
		"limits.request_ttl", &reading->rule->answer_within_sec);
}

static bool
is_ticket_key(const char *key)
{
	static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char more[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	return key[0] && strchr(first, key[0]) && strspn(key, more) == strlen(key) &&
		strlen(key) <= JIT_NAME_MAX;
}

static void
rule_ticket(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	if (!conf_read_strings(r, node, false, &rule_of(into)->ticket))
		return;
	if (node->n > TICKETS_MAX)
		conf_error(r, node, "ticket has at most %d keys", TICKETS_MAX);
	for (size_t i = 0; i < node->n; i++)
		if (!is_ticket_key(node->v[i].string))
			conf_error(r, &node->v[i],
				"\"%s\" is no ticket key: upper-case letters and "
				"digits, like "
				"\"OPS\", for reasons that begin with OPS-12",
				node->v[i].string);
}

static void
rule_review(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	(void)conf_read_date_end(r, node, &rule_of(into)->review_sec);
}

static void
rule_exact_command(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	(void)conf_read_bool(r, node, &rule_of(into)->exact_command);
}

static void
rule_pin_replaces_approvals(
	const struct conf_reader *r, const struct conf_node *node, void *into)
{
	(void)conf_read_bool(r, node, &rule_of(into)->pin_replaces_approvals);
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
	{ "operators", rule_operators },
	{ "answer_within", rule_answer_within },
	{ "then_ask", rule_then_ask },
	{ "ticket", rule_ticket },
	{ "exact_command", rule_exact_command },
	{ "review", rule_review },
	{ "pin_replaces_approvals", rule_pin_replaces_approvals },
};

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
		conf_finish_rule(r, node, conf, &rule->rule);
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
