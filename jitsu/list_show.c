/*
 * What -l shows to people. Runs as: subject.
 */
#include "list_show.h"

#include <string.h>

#include "ask.h"
#include "libjit/escape.h"
#include "libjit/parse.h"
#include "message.h"
#include "request_show.h"

bool
list_is_asked_for(const struct run *run, const struct jit_role *role)
{
	const char *target = run->request.target;

	if (run->request.role && !jit_streq(run->request.role, role->name))
		return false;
	return !target || jit_role_has_target(role, run->access.subject.name, target);
}

bool
list_rule_gives(const struct jit_access *access, const struct jit_rule *rule,
	const struct jit_role *role)
{
	return rule->approval != JIT_APPROVAL_DENY &&
		jit_rule_on_host(rule, &access->policy.globals) &&
		jit_strv_has(&rule->roles, role->name);
}

/* ---- the ways to a role ---- */

/* `secops, carol`: as the policy has it, without the caller. */
static void
print_whom(const struct jit_access *access, const struct jit_strv *shown)
{
	bool first = true;

	for (size_t i = 0; i < shown->n; i++) {
		const char *who = shown->v[i];

		if (jit_streq(who, access->subject.name))
			continue;
		printf("%s%s", first ? "" : ", ", *who == '@' ? who + 1 : who);
		first = false;
	}
}

static void
print_plain_way(const struct jit_access *access, const struct jit_rule *rule, bool first)
{
	printf("%s", first ? "" : ", otherwise ");
	if (rule->approval == JIT_APPROVAL_AUTO) {
		printf("automatic");
	} else {
		if (rule->approvals > 1)
			printf("%u approvals by ", (unsigned)rule->approvals);
		else
			printf("approval by ");
		print_whom(access, &rule->approvers_shown);
	}
	if (rule->when.text[0])
		printf(" %s", rule->when.text);
}

static bool
print_plain_ways(const struct jit_access *access, const struct jit_role *role)
{
	bool first = true;

	for (size_t i = 0; i < access->view.n_rules; i++) {
		const struct jit_rule *rule = &access->view.rules[i];

		if (!list_rule_gives(access, rule, role) ||
			rule->approval == JIT_APPROVAL_BREAK_GLASS)
			continue;
		print_plain_way(access, rule, first);
		first = false;
	}
	return !first;
}

static bool
print_pins(const struct jit_access *access, const struct jit_role *role, bool others)
{
	for (size_t i = 0; i < access->view.n_rules; i++) {
		const struct jit_rule *rule = &access->view.rules[i];

		if (!list_rule_gives(access, rule, role) || rule->operators_shown.n == 0)
			continue;
		printf("%sPIN from ", others ? "; " : "");
		print_whom(access, &rule->operators_shown);
		return true;
	}
	return others;
}

static void
print_break_glass(
	const struct jit_access *access, const struct jit_role *role, bool others)
{
	for (size_t i = 0; i < access->view.n_rules; i++) {
		const struct jit_rule *rule = &access->view.rules[i];

		if (!list_rule_gives(access, rule, role) ||
			rule->approval != JIT_APPROVAL_BREAK_GLASS)
			continue;
		printf("%sbreak-glass", others ? "; " : "");
		if (rule->approvals > 0)
			printf(" with a second person");
		return;
	}
}

/* ---- all of it ---- */

static int64_t
longest_of(const struct jit_access *access, const struct jit_role *role)
{
	int64_t longest = 0;

	for (size_t i = 0; i < access->view.n_rules; i++) {
		const struct jit_rule *rule = &access->view.rules[i];
		int64_t max = jit_longest(&access->policy.globals, rule, role);

		if (list_rule_gives(access, rule, role) && max > longest)
			longest = max;
	}
	return longest;
}

static void
print_role(const struct jit_access *access, const struct jit_role *role, int width)
{
	char text[256], duration[JIT_DURATION_SIZE];
	int64_t longest = longest_of(access, role);
	bool others;

	if (longest == 0)
		return;
	printf("  %-*s  %s%sup to %s  ", width, role->name,
		jit_escape(role->description, text, sizeof(text)),
		role->description[0] ? "  " : "", jit_format_duration(longest, duration));
	others = print_plain_ways(access, role);
	others = print_pins(access, role, others);
	print_break_glass(access, role, others);
	printf("\n");
}

static void
print_exact(const struct jit_access *access)
{
	for (size_t i = 0; i < access->view.n_rules; i++) {
		const struct jit_rule *rule = &access->view.rules[i];

		if (!rule->exact_command || rule->approval == JIT_APPROVAL_DENY ||
			!jit_rule_on_host(rule, &access->policy.globals))
			continue;
		printf("  any other command: asked for one by one\n");
		return;
	}
}

static void
print_held(const struct jit_access *access, const struct held_now *held)
{
	const struct jit_grant *grant = &held->held->grant;
	char clock[CLOCK_TEXT_SIZE], id[ASK_ID_SIZE], left[JIT_DURATION_SIZE];
	int64_t left_sec = (held->end_ms - access->now.boot_ms) / 1000;

	(void)ask_short_id(jit_grant_id(grant), id);
	printf("  %s%s%s  ", grant->role, grant->as[0] ? " as " : "", grant->as);
	if (held->have < held->approvals)
		printf("not yet: %u of %u approvals, so far %s  %s\n",
			(unsigned)held->have, (unsigned)held->approvals, grant->iss, id);
	else
		printf("until %s (%s left)  %s  %s\n",
			clock_text(jit_access_wall_of(access, held->end_ms),
				access->now.wall_sec, clock),
			jit_format_duration(left_sec > 0 ? left_sec : 1, left),
			grant->by_host ? jit_via_name(grant->via) : grant->iss, id);
}

enum exit_code
list_print(const struct run *run, const struct list_shown *shown)
{
	const struct jit_access *access = &run->access;
	int width = 0;

	for (size_t i = 0; i < access->view.n_roles; i++) {
		int len = (int)strlen(access->view.roles[i].name);

		width = len > width ? len : width;
	}
	printf("%s on %s holds%s\n", access->subject.name, access->policy.globals.host,
		shown->n_held ? ":" : " nothing.");
	for (size_t i = 0; i < shown->n_held; i++)
		print_held(access, &shown->held[i]);
	(void)request_show_mine(run, &shown->requests, "Has asked for:");
	printf("May ask for:\n");
	for (size_t i = 0; i < access->view.n_roles; i++)
		if (list_is_asked_for(run, &access->view.roles[i]))
			print_role(access, &access->view.roles[i], width);
	print_exact(access);
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_INTERNAL;
}
