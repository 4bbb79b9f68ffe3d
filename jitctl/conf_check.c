/*
 * What the finished whole must have: a mode that fits its date, somebody who is gated,
 * somebody who can still become root.
 *
 * Runs as root.
 */
#include "conf.h"

#include <string.h>

#include "libjit/parse.h"

#include "config.h"

static void
at_top(const struct conf_reader *r, const struct conf *conf, enum conf_severity severity,
	enum conf_top_key key, const char *text)
{
	struct conf_place start = { .source = conf->sources.v };
	const struct conf_node *node = conf->top[key];

	conf_problem_add(
		r->problems, severity, node ? &node->name_place : &start, "%s", text);
}

static bool
any_rule_observes(const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_rules; i++)
		if (conf->rules[i].rule.mode == JIT_MODE_OBSERVE)
			return true;
	return false;
}

static void
check_observe(const struct conf_reader *r, const struct conf *conf)
{
	bool observes = conf->globals.mode == JIT_MODE_OBSERVE || any_rule_observes(conf);
	bool has_until = conf->top[CONF_TOP_OBSERVE_UNTIL] != NULL;

	if (!conf->top[CONF_TOP_MODE])
		return;
	if (observes && !has_until)
		at_top(r, conf, CONF_ERROR, CONF_TOP_MODE,
			"\"observe\" needs its last day beside it: observe_until = "
			"\"YYYY-MM-DD\";");
	if (!observes && has_until)
		at_top(r, conf, CONF_ERROR, CONF_TOP_OBSERVE_UNTIL,
			"observe_until stands beside mode = \"observe\" only; remove it");
}

/* In enforce a hole in the policy locks people out, so reload refuses; before that it is
 * worth knowing. */
static void
hole(const struct conf_reader *r, const struct conf *conf, const char *text)
{
	bool enforce = conf->globals.mode == JIT_MODE_ENFORCE;

	at_top(r, conf, enforce ? CONF_REFUSAL : CONF_WARNING, CONF_TOP_MODE, text);
}

static bool
becomes_root(const struct jit_role *role)
{
	return jit_strv_has(&role->run_as, "root") || jit_strv_has(&role->run_as, "*");
}

static bool
role_leads_to_root(const struct jit_role *role)
{
	if (!becomes_root(role))
		return false;
	if (role->login || role->shell)
		return true;
	for (size_t i = 0; i < role->n_commands; i++)
		if (role->commands[i].n == 1 && jit_streq(role->commands[i].v[0], "*"))
			return true;
	return false;
}

static bool
rule_leads_to_root(const struct conf *conf, const struct jit_rule *rule)
{
	if (rule->approval == JIT_APPROVAL_DENY)
		return false;
	for (size_t i = 0; i < rule->roles.n; i++) {
		const struct conf_role *role = conf_find_role(conf, rule->roles.v[i]);

		if (role &&
			(role_leads_to_root(&role->role) ||
				(rule->exact_command && becomes_root(&role->role))))
			return true;
	}
	return false;
}

/* A console on which root logs in as ever counts. */
static bool
somebody_becomes_root(const struct conf *conf)
{
	const struct jit_globals *globals = &conf->globals;

	for (size_t i = 0; i < globals->n_exempt; i++)
		if (jit_streq(globals->exempt[i].user, "root") &&
			(!globals->exempt[i].until ||
				globals->exempt[i].until > conf->world.now_sec))
			return true;
	for (size_t i = 0; i < conf->n_rules; i++)
		if (rule_leads_to_root(conf, &conf->rules[i].rule))
			return true;
	return false;
}

static void
check_holes(const struct conf_reader *r, const struct conf *conf)
{
	const struct jit_globals *globals = &conf->globals;

	if (!globals->privileged_users.n && !globals->privileged_shared.n &&
		!conf->n_privileged_groups)
		hole(r, conf,
			"privileged names nobody: no login but root's would be gated");
	if (!conf->n_roles)
		hole(r, conf, "there are no roles: nobody could be granted anything");
	if (!conf->n_rules)
		hole(r, conf, "there are no rules: nobody could be granted anything");
	else if (conf->n_roles && !somebody_becomes_root(conf))
		hole(r, conf,
			"nobody could become root any more: no rule gives a role with "
			"run_as root "
			"and commands = [ \"*\" ], shell or login, and no console is "
			"exempt");
}

/* ---- review ---- */

/* Is the day over by which somebody should have looked at it again? */
static bool
is_overdue(const struct jit_rule *rule, int64_t now_sec)
{
	return rule->review_sec && now_sec >= rule->review_sec;
}

static void
check_reviews(const struct conf_reader *r, const struct conf *conf)
{
	char shown[JIT_TIME_SIZE];

	for (size_t i = 0; i < conf->n_rules; i++) {
		const struct jit_rule *rule = &conf->rules[i].rule;

		if (is_overdue(rule, conf->world.now_sec))
			conf_warning(r, conf_node_member(conf->rules[i].node, "review"),
				"rule %s is overdue for review since %.10s", rule->name,
				jit_format_time(rule->review_sec - 1, shown));
	}
}

void
conf_check(const struct conf_reader *r, const struct conf *conf)
{
	size_t errors = r->problems->count[CONF_ERROR];

	check_observe(r, conf);
	if (errors)
		return; /* what is half read looks full of holes */
	check_holes(r, conf);
	check_reviews(r, conf);
	conf_check_programs(r, conf);
	conf_check_shadows(r, conf);
}
