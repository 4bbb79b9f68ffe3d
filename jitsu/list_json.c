/*
 * What -l shows to programs. Runs as: subject.
 */
#include "libjit/parse.h"
#include "list_show.h"
#include "request_json.h"
#include "request_show.h"

static json_t *
held_json(const struct jit_access *access, const struct held_now *held)
{
	const struct jit_grant *grant = &held->held->grant;
	bool whole = held->have >= held->approvals;
	char time[JIT_TIME_SIZE];

	return json_pack("{s:s, s:s, s:s?, s:s, s:s?, s:s?, s:I, s:b, s:I, s:I, s:o}",
		"id", jit_grant_id(grant), "role", grant->role, "target",
		grant->as[0] ? grant->as : NULL, "via", jit_via_name(grant->via),
		"approver", grant->by_host ? NULL : grant->iss, "until",
		whole ? jit_format_time(jit_access_wall_of(access, held->end_ms), time)
		      : NULL,
		"seconds_left",
		whole ? (json_int_t)((held->end_ms - access->now.boot_ms) / 1000)
		      : (json_int_t)0,
		"in_force", (int)whole, "approvals", (json_int_t)held->approvals, "have",
		(json_int_t)held->have, "command",
		grant->cmd.n ? strv_json(&grant->cmd) : json_null());
}

static const char *
approval_name(const struct jit_rule *rule)
{
	switch (rule->approval) {
	case JIT_APPROVAL_AUTO: return "auto";
	case JIT_APPROVAL_BREAK_GLASS: return "break-glass";
	default: return "approvers";
	}
}

static json_t *
way_json(const struct jit_access *access, const struct jit_rule *rule,
	const struct jit_role *role)
{
	return json_pack("{s:s, s:s, s:s?, s:I, s:o, s:o, s:b, s:o, s:b, s:I}", "rule",
		rule->name, "approval", approval_name(rule), "when",
		rule->when.text[0] ? rule->when.text : NULL, "approvals",
		(json_int_t)rule->approvals, "approvers", strv_json(&rule->approvers),
		"operators", strv_json(&rule->operators), "reason_required",
		(int)(rule->reason_required || rule->ticket.n > 0), "ticket",
		strv_json(&rule->ticket), "exact_command", (int)rule->exact_command,
		"max_seconds",
		(json_int_t)jit_longest(&access->policy.globals, rule, role));
}

static json_t *
role_json(const struct jit_access *access, const struct jit_role *role)
{
	json_t *ways = json_array();

	for (size_t i = 0; i < access->view.n_rules; i++)
		if (list_rule_gives(access, &access->view.rules[i], role))
			json_array_append_new(
				ways, way_json(access, &access->view.rules[i], role));
	return json_pack("{s:s, s:s, s:o, s:o}", "name", role->name, "description",
		role->description, "run_as", strv_json(&role->run_as), "ways", ways);
}

enum exit_code
list_print_json(const struct run *run, const struct list_shown *shown)
{
	const struct jit_access *access = &run->access;
	json_t *grants = json_array(), *roles = json_array(), *requests = json_array();

	for (size_t i = 0; i < shown->n_held; i++)
		json_array_append_new(grants, held_json(access, &shown->held[i]));
	for (size_t i = 0; i < access->view.n_roles; i++)
		if (list_is_asked_for(run, &access->view.roles[i]))
			json_array_append_new(
				roles, role_json(access, &access->view.roles[i]));
	for (size_t i = 0; i < shown->requests.n; i++)
		if (request_is_mine(run, &shown->requests.v[i]))
			json_array_append_new(
				requests, request_json(&shown->requests.v[i], false));
	return json_print(json_pack("{s:i, s:s, s:s, s:o, s:o, s:o}", "version", 1,
		       "host", access->policy.globals.host, "subject",
		       access->subject.name, "held", grants, "roles", roles, "requests",
		       requests))
		? EXIT_DONE
		: EXIT_INTERNAL;
}
