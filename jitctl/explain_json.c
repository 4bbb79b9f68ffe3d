/*
 * What `jitctl explain` found out, as one versioned JSON object.
 *
 * Runs as root.
 */
#include "jitctl/explain.h"
#include "jitctl/jitctl.h"
#include "jitctl/list.h"

static json_t *
rule_json(const struct jit_rule *rule)
{
	if (!rule)
		return json_null();
	return json_pack("{s:o, s:o, s:i}", "name", list_text(rule->name), "file",
		list_text(rule->file), "line", (int)rule->line);
}

static json_t *
passed_json(const struct explain *explain)
{
	json_t *array = json_array();

	for (size_t i = 0; i < explain->n_passed; i++) {
		const struct explain_passed *passed = &explain->passed[i];
		bool here = passed->why != EXPLAIN_NOT_HERE;

		json_array_append_new(array,
			json_pack("{s:o, s:s, s:o}", "rule", rule_json(passed->rule),
				"because", here ? "when" : "on", "detail",
				list_text(passed->detail)));
	}
	return array;
}

static json_t *
approvers_json(const struct jit_decision *decision)
{
	json_t *array = json_array();

	if (decision->reason == JIT_WHY_NEEDS_APPROVAL)
		for (size_t i = 0; i < decision->rule->approvers.n; i++)
			json_array_append_new(
				array, list_text(decision->rule->approvers.v[i]));
	return array;
}

static json_t *
decision_json(const struct explain *explain)
{
	const struct jit_decision *decision = &explain->decision;
	const char *grant =
		decision->grant ? jit_grant_id(&decision->grant->grant) : NULL;

	return json_pack("{s:b, s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:s}", "allowed",
		decision->verdict == JIT_ALLOW, "reason",
		jit_reason_name(decision->reason), "rule", rule_json(decision->rule),
		"role", list_text(decision->role ? decision->role->name : NULL), "target",
		list_text(decision->target), "grant", list_text(grant), "approvers",
		approvers_json(decision), "duration_sec",
		(json_int_t)decision->duration_sec, "max_sec",
		(json_int_t)decision->max_sec, "mode",
		explain->mode == JIT_MODE_OBSERVE ? "observe" : "enforce");
}

int
explain_json(const struct explain *explain)
{
	bool login = explain->request.kind == JIT_KIND_LOGIN;
	json_t *root = json_pack("{s:i, s:o, s:o, s:s, s:o, s:o, s:b, s:o, s:o}",
		"version", 1, "policy", list_text(explain->access.policy.globals.hash),
		"user", list_text(explain->access.subject.name), "kind",
		login ? "login" : "command", "argv", list_argv(&explain->request.argv),
		"at", list_time(explain->access.now.wall_sec), "gated", explain->gated,
		"decision", decision_json(explain), "passed_over", passed_json(explain));
	int r = root ? json_dumpf(root, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII) : -1;

	putchar('\n');
	json_decref(root);
	return r == 0 ? JITCTL_DONE : JITCTL_FAILED;
}
