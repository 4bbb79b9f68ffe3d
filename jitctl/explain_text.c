/*
 * What `jitctl explain` found out, for people.
 *
 * Runs as root. MUST escape what came from the command line.
 */
#include <time.h>

#include "jitctl/explain.h"
#include "libjit/escape.h"
#include "libjit/parse.h"

static const char *
join_or(const struct jit_strv *names, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < names->n && len < size; i++) {
		const char *between = i == 0 ? "" : i + 1 == names->n ? " or " : ", ";
		int n = snprintf(buf + len, size - len, "%s%s", between, names->v[i]);

		len += n > 0 ? (size_t)n : 0;
	}
	return buf;
}

static const char *
weekday_and_time(int64_t sec, char *buf, size_t size)
{
	time_t t = (time_t)sec;
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(buf, size, "%a %H:%M", &tm))
		(void)snprintf(buf, size, "?");
	return buf;
}

static void
print_grant(const struct explain *explain)
{
	const struct jit_decision *decision = &explain->decision;
	char id[JIT_ID_CROCKFORD_SIZE] = "?", until[64];
	int64_t end = jit_access_wall_of(&explain->access, decision->end_ms);

	(void)!jit_id_to_crockford(jit_grant_id(&decision->grant->grant), id);
	printf("allowed, by the grant %.8s of %s until %s", id,
		decision->grant->grant.iss, weekday_and_time(end, until, sizeof(until)));
}

static void
print_nothing(const struct explain *explain)
{
	char shown[512];

	if (explain->request.kind == JIT_KIND_LOGIN)
		(void)snprintf(shown, sizeof(shown), "log in");
	else
		jit_escape_argv(&explain->request.argv, shown, sizeof(shown));
	if (explain->decision.reason == JIT_WHY_NO_RULE)
		printf("refused: no rule gives %s a role for it here and now (%s)",
			explain->access.subject.name, shown);
	else
		printf("refused: no role of %s covers it (%s)",
			explain->access.subject.name, shown);
}

static void
print_verdict(const struct explain *explain)
{
	const struct jit_decision *decision = &explain->decision;
	char names[1024];

	switch (decision->reason) {
	case JIT_WHY_GRANT_HELD: print_grant(explain); break;
	case JIT_WHY_RULE_AUTO: printf("allowed without approval"); break;
	case JIT_WHY_NEEDS_REASON:
		printf("allowed without approval, but with a reason");
		break;
	case JIT_WHY_NEEDS_APPROVAL:
		printf("needs %u approval%s by %s", decision->rule->approvals,
			decision->rule->approvals == 1 ? "" : "s",
			join_or(&decision->rule->approvers, names, sizeof(names)));
		break;
	case JIT_WHY_RULE_DENIES: printf("refused by a rule"); break;
	default:
		if (decision->rule)
			printf("refused: %s", jit_reason_name(decision->reason));
		else
			print_nothing(explain);
	}
}

static void
print_role(const struct jit_decision *decision)
{
	char usual[JIT_DURATION_SIZE], most[JIT_DURATION_SIZE];

	if (!decision->role || decision->max_sec <= 0)
		return;
	printf("  role %s%s%s, as %s", decision->role->name,
		decision->role->description[0] ? ": " : "", decision->role->description,
		decision->target ? decision->target : "?");
	if (decision->duration_sec > 0)
		printf(", for %s", jit_format_duration(decision->duration_sec, usual));
	printf(", at most %s\n", jit_format_duration(decision->max_sec, most));
}

static void
print_passed(const struct explain *explain, const struct explain_passed *passed)
{
	const struct jit_rule *decided = explain->decision.rule;
	const struct jit_rule *rule = passed->rule;
	const char *detail = passed->detail ? passed->detail : "";

	if (decided && jit_streq(decided->file, rule->file))
		printf("  not %s (line %u): ", rule->name, rule->line);
	else
		printf("  not %s (%s:%u): ", rule->name, rule->file, rule->line);
	printf("%s%s\n", passed->why == EXPLAIN_NOT_HERE ? "only on " : "", detail);
}

static void
print_mode(const struct explain *explain)
{
	bool login = explain->request.kind == JIT_KIND_LOGIN;

	if (login && !explain->gated)
		printf("  but %s is not privileged: these logins are not gated at all\n",
			explain->access.subject.name);
	else if (explain->mode == JIT_MODE_OBSERVE &&
		explain->decision.verdict != JIT_ALLOW && (login || explain->gated))
		puts("  mode observe: would be let through, and recorded as would-deny");
}

void
explain_text(const struct explain *explain)
{
	const struct jit_rule *rule = explain->decision.rule;
	char when[64];

	printf("  now (%s): ",
		weekday_and_time(explain->access.now.wall_sec, when, sizeof(when)));
	print_verdict(explain);
	if (rule)
		printf("      rule %s, %s:%u", rule->name, rule->file, rule->line);
	putchar('\n');
	print_role(&explain->decision);
	for (size_t i = 0; i < explain->n_passed; i++)
		print_passed(explain, &explain->passed[i]);
	print_mode(explain);
}
