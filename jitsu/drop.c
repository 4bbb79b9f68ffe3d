/*
 * -k and --drop: giving up what one has. Runs as: root. Nobody has to prove anything for it.
 *
 * MUST touch the caller's own grants only.
 */
#include <string.h>

#include "guard.h"
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

struct dropping {
	struct run *run;
	const struct held_now *chosen;
};

/* Guarded: it takes the record's lock. */
static void
end(void *arg, struct guard_result *ret)
{
	struct dropping *dropping = arg;
	struct run *run = dropping->run;
	struct jit_access *access = &run->access;
	const struct held_now *chosen = dropping->chosen;
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
		(void)snprintf(ret->text, sizeof(ret->text),
			"the grant cannot be ended: the state below /run/jit or "
			"/var/lib/jit cannot be written");
		return;
	}
	/* ending never waits for the record */
	ret->code = EXIT_DONE;
	(void)snprintf(ret->text, sizeof(ret->text), "%s given back%s", grant->role,
		jit_audit_write(&access->site, &audit) < 0
			? "; the record of it cannot be written "
			  "(/var/log/jit/audit.jsonl)"
			: "");
}

static enum exit_code
give_back(struct run *run, const struct held_now *chosen)
{
	struct dropping dropping = { run, chosen };
	struct guard_result result;

	guard_run(end, &dropping, &result);
	say("%s", result.text);
	return result.code;
}

enum exit_code
drop(struct run *run)
{
	struct held_now chosen;
	enum exit_code code = list_choose(run, &chosen);

	return code == EXIT_DONE ? give_back(run, &chosen) : code;
}
