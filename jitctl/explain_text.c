/*
 * What `jitctl explain` found out, for people.
 *
 * Runs as root. MUST escape what came from the command line or from somebody's lock.
 */
#include <time.h>

#include "jitctl/explain.h"
#include "libjit/escape.h"
#include "libjit/parse.h"

/* "carol, dave or erin", without the subject: nobody decides for themselves. */
static const char *
join_or(const struct jit_strv *names, const char *subject, char *buf, size_t size)
{
	size_t len = 0, left = 0, written = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < names->n; i++)
		left += !jit_streq(names->v[i], subject);
	for (size_t i = 0; i < names->n && len < size; i++) {
		const char *between = written == 0 ? "" : left == 1 ? " or " : ", ";
		int n;

		if (jit_streq(names->v[i], subject))
			continue;
		n = snprintf(buf + len, size - len, "%s%s", between, names->v[i]);
		len += n > 0 ? (size_t)n : 0;
		written++;
		left--;
	}
	return written ? buf : "nobody";
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

/* ---- the answer ---- */

static void
print_grant(const struct explain *explain)
{
	const struct jit_decision *decision = &explain->decision;
	char id[JIT_ID_CROCKFORD_SIZE] = "?", until[64];
	int64_t end = jit_access_wall_of(&explain->access, decision->end_ms);

	(void)!jit_id_to_crockford(jit_grant_id(&decision->grant->grant), id);
	printf("allowed, by the grant %.8s of %s%s until %s", id,
		decision->grant->grant.iss, decision->approvals > 1 ? " and others" : "",
		weekday_and_time(end, until, sizeof(until)));
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
print_lock(const struct jit_lock *lock)
{
	char reason[512], name[256], until[JIT_TIME_SIZE];

	(void)jit_escape(lock->reason, reason, sizeof(reason));
	(void)jit_escape(lock->name, name, sizeof(name));
	if (lock->kind == JIT_LOCK_ALL)
		printf("refused: everything is locked");
	else
		printf("refused: %s %s is locked", jit_lock_kind_name(lock->kind), name);
	if (lock->until_sec)
		printf(" until %s", jit_format_time(lock->until_sec, until));
	if (lock->by[0])
		printf(", by %s", jit_escape(lock->by, name, sizeof(name)));
	if (reason[0])
		printf(": \"%s\"", reason);
}

/* "2 approvals by carol, dave or erin". */
static void
print_approvals(const struct explain *explain, const struct jit_decision *decision)
{
	char names[1024];

	printf("%u approval%s by %s", decision->approvals,
		decision->approvals == 1 ? "" : "s",
		join_or(&decision->rule->approvers, explain->access.subject.name, names,
			sizeof(names)));
}

static void
print_verdict(const struct explain *explain)
{
	const struct jit_decision *decision = &explain->decision;

	switch (decision->reason) {
	case JIT_WHY_GRANT_HELD: print_grant(explain); break;
	case JIT_WHY_RULE_AUTO: printf("allowed without approval"); break;
	case JIT_WHY_NEEDS_REASON:
		printf("allowed without approval, but with a reason");
		break;
	case JIT_WHY_NEEDS_APPROVAL:
		printf("needs ");
		print_approvals(explain, decision);
		break;
	case JIT_WHY_RULE_DENIES: printf("refused by a rule"); break;
	case JIT_WHY_LOCKED: print_lock(decision->lock); break;
	default:
		if (decision->rule)
			printf("refused: %s", jit_reason_name(decision->reason));
		else
			print_nothing(explain);
	}
}

/* ---- what belongs to it ---- */

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
	printf(", at most %s", jit_format_duration(decision->max_sec, most));
	if (decision->uses == 1)
		printf(", once");
	else if (decision->uses)
		printf(", %u times", decision->uses);
	putchar('\n');
}

/* "a reason that begins with OPS- or CHG- and a number". */
static void
print_words(enum jit_reason words, const struct jit_rule *rule)
{
	printf("a reason");
	for (size_t i = 0; words == JIT_WHY_NEEDS_TICKET && i < rule->ticket.n; i++)
		printf("%s%s-", i == 0 ? " that begins with " : " or ",
			rule->ticket.v[i]);
	if (words == JIT_WHY_NEEDS_TICKET)
		printf(" and a number");
}

static void
print_needs(const struct explain *explain)
{
	const struct jit_decision *decision = &explain->decision;
	const struct jit_rule *rule = decision->rule;
	const char *subject = explain->access.subject.name;
	char names[1024], within[JIT_DURATION_SIZE];

	if (explain->words != JIT_WHY_NONE) {
		printf("  with ");
		print_words(explain->words, rule);
		putchar('\n');
	}
	if (decision->exact_command)
		puts("  no role names it: approvers see, and sign, exactly this command");
	if (decision->reason != JIT_WHY_NEEDS_APPROVAL || !rule->then_ask.n)
		return;
	printf("  or by %s", join_or(&rule->then_ask, subject, names, sizeof(names)));
	if (rule->answer_within_sec > 0)
		printf(", who are asked if nobody answers within %s",
			jit_format_duration(rule->answer_within_sec, within));
	putchar('\n');
}

static void
print_rule(const struct jit_rule *rule, const struct jit_rule *decided)
{
	if (decided && jit_streq(decided->file, rule->file))
		printf("rule %s (line %u)", rule->name, rule->line);
	else
		printf("rule %s (%s:%u)", rule->name, rule->file, rule->line);
}

/* ---- other ways ---- */

static void
print_break_glass(const struct explain *explain)
{
	const struct jit_decision *glass = &explain->break_glass;
	char most[JIT_DURATION_SIZE];

	if (!glass->rule)
		return;
	printf("  in an emergency: jitsu --break-glass, at most %s, with ",
		jit_format_duration(glass->max_sec, most));
	print_words(explain->break_glass_words, glass->rule);
	if (glass->approvals > 0) {
		printf(" and ");
		print_approvals(explain, glass);
	}
	printf(": ");
	print_rule(glass->rule, explain->decision.rule);
	putchar('\n');
}

static void
print_pin(const struct explain *explain)
{
	const struct jit_decision *pin = &explain->pin;
	char names[1024];

	if (!pin->rule)
		return;
	printf("  without a network: a PIN from %s: ",
		join_or(&pin->rule->operators, explain->access.subject.name, names,
			sizeof(names)));
	print_rule(pin->rule, explain->decision.rule);
	putchar('\n');
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
	const struct jit_rule *rule = explain->decision.rule;
	bool own = rule && rule->mode != JIT_MODE_NONE;

	if (login && !explain->gated)
		printf("  but %s is not privileged: these logins are not gated at all\n",
			explain->access.subject.name);
	else if (explain->decision.reason == JIT_WHY_LOCKED)
		return; /* shut in every mode */
	else if (explain->mode == JIT_MODE_OBSERVE &&
		explain->decision.verdict != JIT_ALLOW && (login || explain->gated))
		printf("  mode observe%s: would be let through, and recorded as "
		       "would-deny\n",
			own ? " (the rule's own)" : "");
	else if (own)
		printf("  mode %s: the rule's own\n",
			explain->mode == JIT_MODE_OBSERVE ? "observe" : "enforce");
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
	print_needs(explain);
	print_break_glass(explain);
	print_pin(explain);
	for (size_t i = 0; i < explain->n_passed; i++)
		print_passed(explain, &explain->passed[i]);
	print_mode(explain);
}
