/*
 * jitctl explain --enforce: who would have been refused what, if the policy were enforced.
 *
 * Runs as root. MUST NOT change anything.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "jitctl/explain.h"
#include "jitctl/jitctl.h"
#include "jitctl/list.h"
#include "jitctl/option.h"
#include "jitctl/would_deny.h"
#include "libjit/clock.h"
#include "libjit/escape.h"
#include "libjit/parse.h"
#include "libjit/policy.h"

enum { SINCE_DEFAULT_SEC = 14 * 86400, SHOWN_SIZE = 160 };

struct answer {
	struct would_deny_list list;
	int64_t since_sec, loaded_sec; /* loaded: the policy in force */
	bool policy;                   /* there is one */
};

static void
print_help(FILE *out)
{
	fputs("usage: jitctl explain --enforce [--since TIME] [--json]\n"
	      "Lists who would have been refused what, if policy were enforced, by the "
	      "would-deny events\nof the audit record. Exit 0: nobody since the policy "
	      "in force was loaded, 1: somebody.\n"
	      "      --since TIME   so far back: 14d (the default), 12h\n",
		out);
}

/* What can be done about one reason. */
static const char *
remedy(const char *why)
{
	static const struct {
		const char *why, *remedy;
	} remedies[] = {
		{ "needs-approval",
			"they ask and wait for an approver; or a rule gives it: "
			"approval = \"auto\"" },
		{ "needs-reason", "they say why: -r REASON; or reason = \"optional\"" },
		{ "needs-ticket", "they begin the reason with a ticket" },
		{ "too-long", "they ask for less time; or a longer max_duration" },
		{ "rule-denies", "a rule says deny: nothing, if that is meant" },
		{ "no-role", "a role that covers it, and a rule that gives it" },
		{ "no-rule", "a rule that gives it, here and at that time" },
		{ "login as root",
			"they log in as themselves and use jitsu; or an exempt console" },
		{ "login to a shared account",
			"they log in as themselves and use jitsu -u" },
		{ "the grant ended", "they renew in time; or a longer max_duration" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(remedies); i++)
		if (jit_streq(why, remedies[i].why))
			return remedies[i].remedy;
	return "jitctl explain USER says which rule decides";
}

/* ---- in words ---- */

static const char *
shown(const char *s, char buf[SHOWN_SIZE])
{
	return jit_escape(s, buf, SHOWN_SIZE);
}

static void
print_kind(const struct would_deny *kind)
{
	char subject[SHOWN_SIZE], what[SHOWN_SIZE], target[SHOWN_SIZE], door[SHOWN_SIZE];
	char why[SHOWN_SIZE], rule[SHOWN_SIZE];
	bool login = jit_streq(kind->what, "login");

	printf("%s  %s%s as %s, by %s\n", shown(kind->subject, subject),
		login ? "" : "runs ", shown(kind->what, what),
		shown(kind->target, target), shown(kind->door, door));
	printf("    %" PRIu64 " time%s, %s to %s", kind->times,
		kind->times == 1 ? "" : "s", kind->first, kind->last);
	if (kind->times_now != kind->times)
		printf("; %" PRIu64 " under the policy of now", kind->times_now);
	printf("\n    refused: %s", shown(kind->why, why));
	if (kind->rule[0])
		printf(" (rule %s)", shown(kind->rule, rule));
	printf("\n    so: %s\n", remedy(kind->why));
}

struct totals {
	uint64_t people, people_now, times, times_now;
};

static struct totals
total(const struct would_deny_list *list)
{
	struct totals totals = { 0 };
	bool counted = false;

	for (size_t i = 0; i < list->n; i++) {
		const struct would_deny *kind = &list->v[i];
		bool new = i == 0 || !jit_streq(kind->subject, list->v[i - 1].subject);

		totals.people += new;
		counted = counted && !new;
		if (kind->times_now > 0 && !counted) {
			totals.people_now++;
			counted = true;
		}
		totals.times += kind->times;
		totals.times_now += kind->times_now;
	}
	return totals;
}

static const char *
people(uint64_t n, char buf[32])
{
	if (n == 0)
		return "nobody";
	(void)snprintf(buf, 32, n == 1 ? "1 person" : "%" PRIu64 " people", n);
	return buf;
}

static void
print_summary(const struct answer *answer, const struct totals *totals)
{
	char since[JIT_TIME_SIZE], loaded[JIT_TIME_SIZE], who[32], who_now[32];

	printf("%s would have been refused", people(totals->people, who));
	if (totals->times > 0)
		printf(" %" PRIu64 " time%s", totals->times,
			totals->times == 1 ? "" : "s");
	printf(" since %s", jit_format_time(answer->since_sec, since));
	if (totals->times > 0 && totals->times_now < totals->times && answer->policy)
		printf(", %s since the policy of %s", people(totals->people_now, who_now),
			jit_format_time(answer->loaded_sec, loaded));
	puts(totals->times_now == 0 ? ": nothing stands against mode = \"enforce\"."
				    : ".");
}

static void
print_text(const struct answer *answer, const struct totals *totals)
{
	for (size_t i = 0; i < answer->list.n; i++)
		print_kind(&answer->list.v[i]);
	if (answer->list.n)
		putchar('\n');
	print_summary(answer, totals);
	if (answer->list.left_out)
		printf("%" PRIu64 " more events are not listed: ask for less time\n",
			answer->list.left_out);
	if (answer->list.bad_lines)
		fprintf(stderr,
			"jitctl: %" PRIu64 " lines of the record are not understood: "
			"jitctl log --verify\n",
			answer->list.bad_lines);
}

/* ---- as JSON ---- */

static json_t *
kind_json(const struct would_deny *kind)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:s, s:s, s:s}",
		"subject", list_text(kind->subject), "service", list_text(kind->door),
		"what", list_text(kind->what), "target", list_text(kind->target), "role",
		list_text(kind->role), "rule", list_text(kind->rule), "why",
		list_text(kind->why), "times", (json_int_t)kind->times, "times_now",
		(json_int_t)kind->times_now, "first", kind->first, "last", kind->last,
		"remedy", remedy(kind->why));
}

static int
print_json(const struct answer *answer)
{
	json_t *items = json_array();

	for (size_t i = 0; items && i < answer->list.n; i++)
		if (json_array_append_new(items, kind_json(&answer->list.v[i])) < 0) {
			json_decref(items);
			items = NULL;
		}
	return list_print_json("would_deny", items);
}

/* ---- the command ---- */

static int
since(const char *text, int64_t now_sec, int64_t *ret_sec)
{
	int64_t sec = SINCE_DEFAULT_SEC;

	if (text && jit_parse_duration(text, &sec) < 0)
		return -EINVAL;
	*ret_sec = now_sec > sec ? now_sec - sec : 0;
	return 0;
}

/* When the policy in force was loaded; without one everything counts. */
static void
policy_look(const struct jit_site *site, struct answer *answer)
{
	struct jit_policy policy = JIT_POLICY_NONE;

	answer->policy = jit_policy_open(site, &policy, NULL) == 0;
	answer->loaded_sec = answer->policy ? policy.globals.compiled_at : 0;
	jit_policy_close(&policy);
}

static int
answer_read(struct answer *answer)
{
	struct jit_site site = JIT_SITE_NONE;
	int r;

	jit_site_open(&site);
	policy_look(&site, answer);
	r = would_deny_read(&site, answer->since_sec, answer->loaded_sec, &answer->list);
	jit_site_close(&site);
	return r;
}

int
explain_enforce(int argc, char **argv)
{
	struct answer answer = { 0 };
	struct totals totals;
	const char *since_text = NULL;
	bool enforce = false, json = false;
	const struct option_set options = {
		.entries = { { "enforce", .flag = &enforce, .needed = true },
			{ "since", .value = &since_text }, { "json", .flag = &json } },
		.help = print_help,
	};
	struct jit_now now;
	int r = option_read(argc, argv, &options);

	if (r >= 0)
		return r;
	if (geteuid() != jit_site_owner()) {
		fputs("jitctl: explain: run this as root\n", stderr);
		return JITCTL_NOT_ALLOWED;
	}
	if (jit_clock_now(&now) < 0)
		return JITCTL_FAILED;
	if (since(since_text, now.wall_sec, &answer.since_sec) < 0) {
		fputs("jitctl: explain: --since: so far back, like 14d or 12h\n", stderr);
		return JITCTL_USAGE;
	}
	r = answer_read(&answer);
	if (r < 0) {
		fprintf(stderr, "jitctl: /var/log/jit/audit.jsonl cannot be read: %s\n",
			strerror(-r));
		return JITCTL_NOT_FOUND;
	}
	totals = total(&answer.list);
	r = JITCTL_DONE;
	if (json)
		r = print_json(&answer);
	else
		print_text(&answer, &totals);
	would_deny_done(&answer.list);
	return r != JITCTL_DONE ? r : totals.times_now > 0 ? JITCTL_NO : JITCTL_DONE;
}
