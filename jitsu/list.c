/*
 * -l: what the caller holds and may ask for. Runs as: root while it looks, then as the
 * caller for good while it shows.
 *
 * MUST show the caller's own rights only (CVE-2025-46717/46718).
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "libjit/escape.h"
#include "libjit/parse.h"
#include "message.h"
#include "permit.h"
#include "verbs.h"

size_t
list_held_now(const struct jit_access *access, struct held_now *ret, size_t size)
{
	const struct jit_facts facts = { .view = &access->view,
		.subject = &access->subject,
		.now = &access->now,
		.clock_back = access->clock_back };
	size_t n = 0;

	for (size_t i = 0; i < access->held.n && n < size; i++) {
		const struct jit_held *held = &access->held.v[i];
		const struct jit_rule *rule = NULL;
		const struct jit_role *role = NULL;
		int64_t start = held->grant.by_host ? held->grant.iat : held->start_sec;
		int64_t max_sec = 0, end_ms = 0;

		if (jit_decide_grant(&facts, &held->grant, start, &rule, &role,
			    &max_sec) == JIT_ALLOW &&
			jit_held_in_force(
				held, &access->now, access->clock_back, max_sec, &end_ms))
			ret[n++] = (struct held_now){ held, role, end_ms };
	}
	return n;
}

/* A rule that can give the caller something on this host. */
static bool
is_offer(const struct jit_access *access, const struct jit_rule *rule)
{
	return (rule->approval == JIT_APPROVAL_AUTO ||
		       rule->approval == JIT_APPROVAL_APPROVERS) &&
		jit_rule_on_host(rule, &access->policy.globals);
}

static bool
is_asked_for(const struct run *run, const struct jit_role *role)
{
	const char *target = run->request.target;

	if (run->request.role && !jit_streq(run->request.role, role->name))
		return false;
	return !target || jit_role_has_target(role, run->access.subject.name, target);
}

static bool
rule_gives(const struct jit_access *access, const struct jit_rule *rule,
	const struct jit_role *role)
{
	return is_offer(access, rule) && jit_strv_has(&rule->roles, role->name);
}

/* ---- for people ---- */

static void
print_way(const struct jit_rule *rule, bool first)
{
	printf("%s", first ? "" : ", otherwise ");
	if (rule->approval == JIT_APPROVAL_AUTO) {
		printf("automatic");
	} else {
		printf("approval by ");
		for (size_t i = 0; i < rule->approvers_shown.n; i++) {
			const char *who = rule->approvers_shown.v[i];

			printf("%s%s", i ? ", " : "", *who == '@' ? who + 1 : who);
		}
	}
	if (rule->when.text[0])
		printf(" %s", rule->when.text);
}

static void
print_role(const struct jit_access *access, const struct jit_role *role, int width)
{
	char text[256], duration[JIT_DURATION_SIZE];
	int64_t longest = 0;
	bool first = true;

	for (size_t i = 0; i < access->view.n_rules; i++) {
		const struct jit_rule *rule = &access->view.rules[i];
		int64_t max = jit_longest(&access->policy.globals, rule, role);

		if (rule_gives(access, rule, role) && max > longest)
			longest = max;
	}
	if (longest == 0)
		return;
	printf("  %-*s  %s%sup to %s  ", width, role->name,
		jit_escape(role->description, text, sizeof(text)),
		role->description[0] ? "  " : "", jit_format_duration(longest, duration));
	for (size_t i = 0; i < access->view.n_rules; i++) {
		const struct jit_rule *rule = &access->view.rules[i];

		if (!rule_gives(access, rule, role))
			continue;
		print_way(rule, first);
		first = false;
	}
	printf("\n");
}

static void
print_held(const struct jit_access *access, const struct held_now *held)
{
	const struct jit_grant *grant = &held->held->grant;
	char clock[CLOCK_TEXT_SIZE], id[JIT_ID_CROCKFORD_SIZE], left[JIT_DURATION_SIZE];
	int64_t left_sec = (held->end_ms - access->now.boot_ms) / 1000;

	if (jit_id_to_crockford(jit_grant_id(grant), id) < 0)
		return;
	printf("  %s%s%s  until %s (%s left)  %s  %.8s\n", grant->role,
		grant->as[0] ? " as " : "", grant->as,
		clock_text(jit_access_wall_of(access, held->end_ms), access->now.wall_sec,
			clock),
		jit_format_duration(left_sec > 0 ? left_sec : 1, left),
		grant->by_host ? jit_via_name(grant->via) : grant->iss, id);
}

static enum exit_code
print_all(const struct run *run, const struct held_now *held, size_t n_held)
{
	const struct jit_access *access = &run->access;
	int width = 0;

	for (size_t i = 0; i < access->view.n_roles; i++) {
		int len = (int)strlen(access->view.roles[i].name);

		width = len > width ? len : width;
	}
	printf("%s on %s holds%s\n", access->subject.name, access->policy.globals.host,
		n_held ? ":" : " nothing.");
	for (size_t i = 0; i < n_held; i++)
		print_held(access, &held[i]);
	printf("May ask for:\n");
	for (size_t i = 0; i < access->view.n_roles; i++)
		if (is_asked_for(run, &access->view.roles[i]))
			print_role(access, &access->view.roles[i], width);
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_INTERNAL;
}

/* ---- for programs ---- */

static json_t *
strv_json(const struct jit_strv *strv)
{
	json_t *array = json_array();

	for (size_t i = 0; i < strv->n; i++)
		json_array_append_new(array, json_string(strv->v[i]));
	return array;
}

static json_t *
held_json(const struct jit_access *access, const struct held_now *held)
{
	const struct jit_grant *grant = &held->held->grant;
	char time[JIT_TIME_SIZE];

	return json_pack("{s:s, s:s, s:s?, s:s, s:s?, s:s, s:I}", "id",
		jit_grant_id(grant), "role", grant->role, "target",
		grant->as[0] ? grant->as : NULL, "via", jit_via_name(grant->via),
		"approver", grant->by_host ? NULL : grant->iss, "until",
		jit_format_time(jit_access_wall_of(access, held->end_ms), time),
		"seconds_left",
		(json_int_t)((held->end_ms - access->now.boot_ms) / 1000));
}

static json_t *
way_json(const struct jit_access *access, const struct jit_rule *rule,
	const struct jit_role *role)
{
	return json_pack("{s:s, s:s, s:s?, s:o, s:b, s:I}", "rule", rule->name,
		"approval", rule->approval == JIT_APPROVAL_AUTO ? "auto" : "approvers",
		"when", rule->when.text[0] ? rule->when.text : NULL, "approvers",
		strv_json(&rule->approvers), "reason_required",
		(int)rule->reason_required, "max_seconds",
		(json_int_t)jit_longest(&access->policy.globals, rule, role));
}

static json_t *
role_json(const struct jit_access *access, const struct jit_role *role)
{
	json_t *ways = json_array();

	for (size_t i = 0; i < access->view.n_rules; i++)
		if (rule_gives(access, &access->view.rules[i], role))
			json_array_append_new(
				ways, way_json(access, &access->view.rules[i], role));
	return json_pack("{s:s, s:s, s:o, s:o}", "name", role->name, "description",
		role->description, "run_as", strv_json(&role->run_as), "ways", ways);
}

static enum exit_code
print_json(const struct run *run, const struct held_now *held, size_t n_held)
{
	const struct jit_access *access = &run->access;
	json_t *grants = json_array(), *roles = json_array(), *all;
	bool ok;

	for (size_t i = 0; i < n_held; i++)
		json_array_append_new(grants, held_json(access, &held[i]));
	for (size_t i = 0; i < access->view.n_roles; i++)
		if (is_asked_for(run, &access->view.roles[i]))
			json_array_append_new(
				roles, role_json(access, &access->view.roles[i]));
	all = json_pack("{s:i, s:s, s:s, s:o, s:o}", "version", 1, "host",
		access->policy.globals.host, "subject", access->subject.name, "held",
		grants, "roles", roles);
	ok = all && json_dumpf(all, stdout, JSON_INDENT(2)) == 0 && printf("\n") > 0 &&
		fflush(stdout) == 0;
	json_decref(all);
	return ok ? EXIT_DONE : EXIT_INTERNAL;
}

/* ---- -l, -l command ---- */

static enum exit_code
list_all(struct run *run)
{
	struct jit_error err = { "" };
	struct held_now held[JIT_GRANTS_MAX];
	size_t n;

	if (jit_access_ask(
		    &run->access, &(struct jit_request){ 0 }, &run->decision, &err) < 0) {
		say("%s", err.text);
		return EXIT_INTERNAL;
	}
	n = list_held_now(&run->access, held, ARRAY_SIZE(held));
	if (privs_become_caller(&run->caller.id) < 0)
		return EXIT_INTERNAL;
	return run->options.json ? print_json(run, held, n) : print_all(run, held, n);
}

static const char *
answer_text(const struct run *run)
{
	if (run->decision.verdict == JIT_ALLOW)
		return run->decision.reason == JIT_WHY_GRANT_HELD ? "held" : "automatic";
	switch (run->decision.reason) {
	case JIT_WHY_NEEDS_APPROVAL: return "needs an approval";
	case JIT_WHY_NEEDS_REASON: return "automatic, with a reason";
	default: return "no";
	}
}

static enum exit_code
list_command(struct run *run)
{
	struct jit_error err = { "" };
	char command[512];

	if (jit_access_ask(&run->access, &run->request, &run->decision, &err) < 0) {
		say("%s", err.text);
		return EXIT_INTERNAL;
	}
	if (privs_become_caller(&run->caller.id) < 0)
		return EXIT_INTERNAL;
	printf("%s: %s\n", jit_escape_argv(&run->request.argv, command, sizeof(command)),
		answer_text(run));
	if (fflush(stdout) != 0)
		return EXIT_INTERNAL;
	return run->decision.verdict == JIT_ALLOW ? EXIT_DONE : EXIT_NO;
}

enum exit_code
list(struct run *run)
{
	return run->request.argv.n ? list_command(run) : list_all(run);
}
