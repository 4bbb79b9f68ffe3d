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

/* Of these names, all but the subject's. */
static json_t *
others_json(const struct explain *explain, const struct jit_strv *names)
{
	json_t *array = json_array();

	for (size_t i = 0; i < names->n; i++)
		if (!jit_streq(names->v[i], explain->access.subject.name))
			json_array_append_new(array, list_text(names->v[i]));
	return array;
}

static json_t *
tickets_json(enum jit_reason words, const struct jit_rule *rule)
{
	const struct jit_strv none = { 0 };

	return list_argv(words == JIT_WHY_NEEDS_TICKET ? &rule->ticket : &none);
}

static json_t *
lock_json(const struct jit_lock *lock)
{
	if (!lock)
		return json_null();
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "kind",
		jit_lock_kind_name(lock->kind), "name", list_text(lock->name), "by",
		list_text(lock->by), "reason", list_text(lock->reason), "since",
		list_time(lock->since_sec), "until",
		lock->until_sec ? list_time(lock->until_sec) : json_null());
}

static json_t *
break_glass_json(const struct explain *explain)
{
	const struct jit_decision *glass = &explain->break_glass;

	if (!glass->rule)
		return json_null();
	return json_pack("{s:o, s:o, s:I, s:i, s:o, s:o}", "rule", rule_json(glass->rule),
		"role", list_text(glass->role->name), "max_sec",
		(json_int_t)glass->max_sec, "approvals", (int)glass->approvals,
		"approvers", others_json(explain, &glass->rule->approvers), "ticket",
		tickets_json(explain->break_glass_words, glass->rule));
}

static json_t *
pin_json(const struct explain *explain)
{
	const struct jit_decision *pin = &explain->pin;

	if (!pin->rule)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "rule", rule_json(pin->rule), "role",
		list_text(pin->role->name), "operators",
		others_json(explain, &pin->rule->operators));
}

/* What has to be there for it, beside the rule. */
static json_t *
needs_json(const struct explain *explain)
{
	const struct jit_decision *decision = &explain->decision;
	const struct jit_strv none = { 0 };
	bool asks = decision->reason == JIT_WHY_NEEDS_APPROVAL;
	const struct jit_rule *rule = decision->rule;

	return json_pack("{s:i, s:o, s:o, s:I, s:b, s:o, s:b}", "approvals",
		asks ? (int)decision->approvals : 0, "approvers",
		others_json(explain, asks ? &rule->approvers : &none), "then_ask",
		others_json(explain, asks ? &rule->then_ask : &none), "answer_within_sec",
		(json_int_t)(asks ? rule->answer_within_sec : 0), "reason_required",
		explain->words != JIT_WHY_NONE, "ticket",
		tickets_json(explain->words, rule), "exact_command",
		decision->exact_command);
}

static json_t *
decision_json(const struct explain *explain)
{
	const struct jit_decision *decision = &explain->decision;
	const char *grant =
		decision->grant ? jit_grant_id(&decision->grant->grant) : NULL;
	json_t *object = json_pack("{s:b, s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:i, s:s}",
		"allowed", decision->verdict == JIT_ALLOW, "reason",
		jit_reason_name(decision->reason), "rule", rule_json(decision->rule),
		"role", list_text(decision->role ? decision->role->name : NULL), "target",
		list_text(decision->target), "grant", list_text(grant), "duration_sec",
		(json_int_t)decision->duration_sec, "max_sec",
		(json_int_t)decision->max_sec, "uses", (int)decision->uses, "mode",
		explain->mode == JIT_MODE_OBSERVE ? "observe" : "enforce");
	json_t *needs = needs_json(explain);

	if (json_object_update_new(object, needs) < 0 ||
		json_object_set_new(object, "lock", lock_json(decision->lock)) < 0 ||
		json_object_set_new(object, "break_glass", break_glass_json(explain)) <
			0 ||
		json_object_set_new(object, "pin", pin_json(explain)) < 0) {
		json_decref(object);
		return NULL;
	}
	return object;
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
