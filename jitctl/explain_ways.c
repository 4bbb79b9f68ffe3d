/*
 * jitctl explain: what the asker has to say, and the other ways to the same thing.
 *
 * Runs as root. MUST ask the same function that decides; MUST NOT change anything.
 */
#include "jitctl/explain.h"

/* Asks by that way as if no grant were held, first without a reason, then with one that
 * fits the rule that wants it. ret_words: what was wanted. */
static struct jit_decision
ask_way(const struct explain *explain, enum jit_way way, enum jit_reason *ret_words)
{
	struct jit_request request = explain->request;
	struct jit_facts facts = jit_access_facts(&explain->access, &request);
	char reason[JIT_NAME_MAX + sizeof("-1")];
	struct jit_decision decision;

	request.way = way;
	request.reason = NULL;
	facts.held = NULL;
	facts.n_held = 0;
	*ret_words = JIT_WHY_NONE;
	(void)jit_decide(&facts, &decision);
	if (decision.reason != JIT_WHY_NEEDS_REASON)
		return decision;
	*ret_words =
		decision.rule->ticket.n ? JIT_WHY_NEEDS_TICKET : JIT_WHY_NEEDS_REASON;
	(void)snprintf(reason, sizeof(reason), "%s-1",
		decision.rule->ticket.n ? decision.rule->ticket.v[0] : "x");
	request.reason = reason;
	(void)jit_decide(&facts, &decision);
	return decision;
}

/* What is no answer of a rule that gives it is no way. */
static void
keep_way(const struct jit_decision *decision, struct jit_decision *ret)
{
	if (decision->rule && decision->rule->approval != JIT_APPROVAL_DENY)
		*ret = *decision;
}

void
explain_ways(struct explain *explain)
{
	enum jit_reason words;
	struct jit_decision decision;

	if (explain->decision.reason == JIT_WHY_NEEDS_REASON) {
		decision = ask_way(explain, JIT_WAY_PLAIN, &explain->words);
		/* the reason is the least of it */
		if (decision.reason == JIT_WHY_NEEDS_APPROVAL)
			explain->decision = decision;
	}
	decision = ask_way(explain, JIT_WAY_PIN, &words);
	keep_way(&decision, &explain->pin);
	if (explain->request.kind != JIT_KIND_COMMAND)
		return; /* a login cannot break the glass */
	decision = ask_way(explain, JIT_WAY_BREAK_GLASS, &explain->break_glass_words);
	keep_way(&decision, &explain->break_glass);
}
