/*
 * -k and --drop: giving up what one has. Runs as: root. Nobody has to prove anything for it.
 *
 * MUST touch the caller's own grants only.
 */
#include <string.h>

#include "libjit/escape.h"
#include "libjit/parse.h"
#include "message.h"
#include "permit.h"
#include "remember.h"
#include "verbs.h"

enum exit_code
forget(struct run *run)
{
	if (remember_forget(&run->access.site, &run->caller) == 0)
		return EXIT_DONE;
	say("what is remembered in /run/jit/auth cannot be changed");
	return EXIT_INTERNAL;
}

/* The one that is meant: by id, or the only one. NULL: the text is out. */
static const struct held_now *
choose(const struct held_now *held, size_t n, const char *typed)
{
	const struct held_now *found = NULL;
	char shown[64];

	for (size_t i = 0; i < n; i++) {
		if (typed && !jit_id_matches(jit_grant_id(&held[i].held->grant), typed))
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

static enum exit_code
end(struct run *run, const struct held_now *chosen)
{
	struct jit_access *access = &run->access;
	const struct jit_grant *grant = &chosen->held->grant;
	struct jit_audit audit;

	run->decision = (struct jit_decision){ .verdict = JIT_ALLOW,
		.role = chosen->role,
		.grant = chosen->held,
		.end_ms = chosen->end_ms };
	audit = run_audit(run, JIT_EVENT_REVOKED);
	audit.why = "given back";
	if (jit_store_end(&access->site, grant, jit_grant_id(grant), access->subject.name,
		    "given back", &access->now) < 0) {
		say("the grant cannot be ended: the state below /run/jit or /var/lib/jit "
		    "cannot "
		    "be written");
		return EXIT_INTERNAL;
	}
	/* ending never waits for the record */
	if (jit_audit_write(&access->site, &audit) < 0)
		say("the record of it cannot be written (/var/log/jit/audit.jsonl)");
	say("%s given back", grant->role);
	return EXIT_DONE;
}

enum exit_code
drop(struct run *run)
{
	const char *typed = run->options.words.n ? run->options.words.v[0] : NULL;
	struct held_now held[JIT_GRANTS_MAX];
	const struct held_now *chosen;
	struct jit_error err = { "" };
	size_t n;

	if (jit_access_ask(
		    &run->access, &(struct jit_request){ 0 }, &run->decision, &err) < 0) {
		say("%s", err.text);
		return EXIT_INTERNAL;
	}
	n = list_held_now(&run->access, held, ARRAY_SIZE(held));
	chosen = choose(held, n, typed);
	return chosen ? end(run, chosen) : EXIT_NO_SUCH;
}
