/*
 * -l: what the caller holds and may ask for. Runs as: root while it looks, then as the
 * caller for good while it shows.
 *
 * MUST show the caller's own rights only (CVE-2025-46717/46718).
 */
#include <errno.h>
#include <string.h>

#include "libjit/escape.h"
#include "libjit/parse.h"
#include "list_show.h"
#include "message.h"
#include "permit.h"
#include "verbs.h"

/* ---- what is held ---- */

static bool
is_in_force(
	const struct jit_facts *facts, const struct jit_held *held, struct held_now *ret)
{
	struct jit_decision decision;

	if (jit_decide_held(facts, held, &decision) != JIT_ALLOW)
		return false;
	*ret = (struct held_now){ held, decision.rule, decision.role, decision.end_ms,
		decision.approvals, decision.approvals };
	return true;
}

/* One of several approvals, of which more are needed. */
static bool
is_incomplete(
	const struct jit_facts *facts, const struct jit_held *held, struct held_now *ret)
{
	const struct jit_grant *grant = &held->grant;
	const struct jit_rule *rule = NULL;
	const struct jit_role *role = NULL;
	int64_t max_sec = 0;
	uint32_t have;

	if (held->ended || !grant->req[0] || grant->by_host ||
		grant->start_by < facts->now->wall_sec ||
		jit_decide_grant(facts, grant, held->start_sec, &rule, &role, &max_sec) !=
			JIT_ALLOW)
		return false;
	have = jit_decide_approvals(facts, grant);
	if (have == 0 || have >= rule->approvals)
		return false;
	*ret = (struct held_now){ held, rule, role, 0, rule->approvals, have };
	return true;
}

static bool
is_listed(const struct held_now *list, size_t n, const struct jit_held *held)
{
	for (size_t i = 0; i < n; i++)
		if (jit_streq(jit_grant_id(&list[i].held->grant),
			    jit_grant_id(&held->grant)))
			return true;
	return false;
}

size_t
list_held_now(const struct jit_access *access, struct held_now *ret, size_t size)
{
	const struct jit_facts facts = jit_access_facts(access, NULL);
	size_t n = 0;

	for (size_t i = 0; i < access->held.n && n < size; i++)
		n += is_in_force(&facts, &access->held.v[i], &ret[n]);
	for (size_t i = 0; i < access->held.n && n < size; i++)
		if (!is_listed(ret, n, &access->held.v[i]))
			n += is_incomplete(&facts, &access->held.v[i], &ret[n]);
	return n;
}

static int
ask_held(struct run *run, struct held_now ret[JIT_GRANTS_MAX], size_t *ret_n)
{
	struct jit_error err = { "" };
	int r = jit_access_ask(
		&run->access, &(struct jit_request){ 0 }, &run->decision, &err);

	if (r < 0)
		say("%s", err.text);
	else
		*ret_n = list_held_now(&run->access, ret, JIT_GRANTS_MAX);
	return r;
}

static const struct held_now *
choose(const struct held_now *held, size_t n, const char *typed)
{
	const struct held_now *found = NULL;
	char shown[64];

	for (size_t i = 0; i < n; i++) {
		if (held[i].have < held[i].approvals ||
			(typed &&
				!jit_id_matches(
					jit_grant_id(&held[i].held->grant), typed)))
			continue;
		if (found) {
			say("that may be more than one grant: jitsu -l shows their ids");
			return NULL;
		}
		found = &held[i];
	}
	if (!found && typed)
		say("you hold no grant %s: jitsu -l shows what you hold",
			jit_escape(typed, shown, sizeof(shown)));
	else if (!found)
		say("you hold no grant");
	return found;
}

enum exit_code
list_choose(struct run *run, struct held_now *ret)
{
	const char *typed = run->options.words.n ? run->options.words.v[0] : NULL;
	struct held_now held[JIT_GRANTS_MAX];
	const struct held_now *chosen;
	size_t n;

	if (ask_held(run, held, &n) < 0)
		return EXIT_INTERNAL;
	chosen = choose(held, n, typed);
	if (!chosen)
		return EXIT_NO_SUCH;
	*ret = *chosen;
	return EXIT_DONE;
}

/* ---- -l, -l command ---- */

static enum exit_code
list_all(struct run *run)
{
	struct held_now held[JIT_GRANTS_MAX];
	struct list_shown shown = { .held = held };

	if (ask_held(run, held, &shown.n_held) < 0)
		return EXIT_INTERNAL;
	/* without them the rest is worth showing all the same */
	(void)!jit_requests_load(&run->access.site, run->caller.id.uid, &shown.requests);
	if (privs_become_caller(&run->caller.id) < 0)
		return EXIT_INTERNAL;
	return run->options.json ? list_print_json(run, &shown) : list_print(run, &shown);
}

static const char *
answer_text(const struct run *run)
{
	if (run->decision.verdict == JIT_ALLOW)
		return run->decision.reason == JIT_WHY_GRANT_HELD ? "held" : "automatic";
	switch (run->decision.reason) {
	case JIT_WHY_NEEDS_APPROVAL: return "needs an approval";
	case JIT_WHY_NEEDS_REASON:
	case JIT_WHY_NEEDS_TICKET:
		return run->decision.rule &&
				run->decision.rule->approval == JIT_APPROVAL_AUTO
			? "automatic, with a reason"
			: "needs an approval, with a reason";
	case JIT_WHY_LOCKED: return "locked";
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
