/*
 * --accept: hands in a token. Runs as: root, on what the caller types or pipes.
 *
 * MUST bound how much, how long and how often; the signature is the authority, not the
 * caller.
 */
#include <string.h>

#include "ask.h"
#include "guard.h"
#include "input.h"
#include "libjit/notify.h"
#include "message.h"
#include "permit.h"
#include "rate.h"
#include "verbs.h"

enum { RATE_MAX = 30 }; /* tokens of one uid in a minute */

/* ---- what came of it ---- */

static enum exit_code
exit_of(enum jit_accept accepted)
{
	switch (accepted) {
	case JIT_ACCEPT_IN_FORCE: return EXIT_DONE;
	case JIT_ACCEPT_MORE_NEEDED: return EXIT_NEEDS_APPROVAL;
	case JIT_ACCEPT_MALFORMED: return EXIT_BAD_INPUT;
	case JIT_ACCEPT_REFUSED: return EXIT_REFUSED;
	case JIT_ACCEPT_NO_RECORD: return EXIT_NO_RECORD;
	default: return EXIT_INTERNAL;
	}
}

struct handing_in {
	struct run *run;
	char *text;
};

static void
grant_text(const struct run *run, const struct jit_accepted *got, char *buf, size_t size)
{
	const struct jit_grant *grant = &got->grant;
	int64_t now = run->access.now.wall_sec;
	bool later = grant->nbf > now + JIT_CLOCK_LEEWAY_SEC;
	char from[CLOCK_TEXT_SIZE], until[CLOCK_TEXT_SIZE];

	(void)snprintf(buf, size, "%s: %s on %s %s%s%suntil %s, granted by %s",
		grant->sub, grant->role, run->access.policy.globals.host,
		later ? "from " : "", later ? clock_text(grant->nbf, now, from) : "",
		later ? " " : "", clock_text(got->end_sec, now, until), grant->iss);
}

static void
more_text(const struct jit_accepted *got, char *buf, size_t size)
{
	uint32_t left = got->approvals > got->have ? got->approvals - got->have : 1;
	char id[ASK_ID_SIZE];

	(void)snprintf(buf, size,
		"request %s approved by %s; waits for %u more approval%s",
		ask_short_id(got->id, id), got->by, (unsigned)left, left == 1 ? "" : "s");
}

static void
ruling_text(const struct jit_accepted *got, char *buf, size_t size)
{
	static const struct {
		const char *what, *done;
	} texts[] = {
		[JIT_RULING_NONE] = { "", "" },
		[JIT_RULING_DENY] = { "request", "denied" },
		[JIT_RULING_REVOKE] = { "grant", "revoked" },
		[JIT_RULING_SEEN] = { "break-glass", "marked as seen" },
	};
	char id[ASK_ID_SIZE];

	if (got->unproven) {
		(void)snprintf(buf, size,
			"kept: nothing here has the id %s yet; it holds when it comes",
			ask_short_id(got->id, id));
		return;
	}
	(void)snprintf(buf, size, "%s %s %s by %s", texts[got->ruling].what,
		ask_short_id(got->id, id), texts[got->ruling].done, got->by);
}

static enum jit_event
event_of(const struct jit_accepted *got, enum jit_accept accepted)
{
	switch (got->ruling) {
	case JIT_RULING_DENY: return JIT_EVENT_DENY;
	case JIT_RULING_REVOKE: return JIT_EVENT_REVOKED;
	case JIT_RULING_SEEN: return JIT_EVENT_BREAK_GLASS_SEEN;
	default:
		return accepted == JIT_ACCEPT_MORE_NEEDED ? JIT_EVENT_APPROVE
							  : JIT_EVENT_GRANT_ACCEPTED;
	}
}

/* What a ruling is about is in the request, where there was one. */
static void
notify(const struct run *run, const struct jit_accepted *got, enum jit_accept accepted)
{
	const struct jit_grant *grant = &got->grant;
	bool is_grant = got->ruling == JIT_RULING_NONE;
	struct jit_open_request about = { 0 };
	bool found = jit_requests_find(&run->access.site, got->id, &about) == 0;
	const struct jit_notice notice = {
		.event = event_of(got, accepted),
		.subject = is_grant ? grant->sub
			: found     ? about.filed.sub
				    : NULL,
		.role = is_grant ? grant->role
			: found  ? about.filed.role
				 : NULL,
		.target = is_grant && grant->as[0] ? grant->as : NULL,
		.reason = is_grant ? grant->reason
			: found    ? about.filed.reason
				   : NULL,
		.request = found ? got->id : NULL,
		.grant = got->ruling == JIT_RULING_DENY ? NULL : got->id,
		.by = got->by,
		.command = is_grant && grant->cmd.n ? &grant->cmd : NULL,
		.duration_sec = is_grant ? grant->dur : 0,
		.expires_sec = got->end_sec,
		.approvals = got->approvals,
		.have = got->have,
	};

	(void)jit_notify(&run->access.policy.globals, &notice);
	jit_open_request_done(&about);
}

/* Guarded: it takes the record's lock. */
static void
hand_in(void *arg, struct guard_result *ret)
{
	struct handing_in *in = arg;
	struct run *run = in->run;
	struct jit_accepted got = { 0 };
	struct jit_error err = { "" };
	enum jit_accept accepted =
		jit_access_accept(&run->access, in->text, run->caller.id.uid, &got, &err);

	ret->code = exit_of(accepted);
	if (accepted == JIT_ACCEPT_MORE_NEEDED)
		more_text(&got, ret->text, sizeof(ret->text));
	else if (accepted != JIT_ACCEPT_IN_FORCE)
		(void)snprintf(ret->text, sizeof(ret->text), "%s",
			err.text[0] ? err.text : "the token was not accepted");
	else if (got.ruling != JIT_RULING_NONE)
		ruling_text(&got, ret->text, sizeof(ret->text));
	else
		grant_text(run, &got, ret->text, sizeof(ret->text));
	if ((accepted == JIT_ACCEPT_IN_FORCE || accepted == JIT_ACCEPT_MORE_NEEDED) &&
		!got.unproven)
		notify(run, &got, accepted);
	jit_grant_done(&got.grant);
}

static enum exit_code
count(const struct run *run)
{
	uint32_t skipped;
	int r = rate_take(run, "accept", RATE_MAX, &skipped);

	if (r == 0)
		return EXIT_DONE;
	say("%s",
		r == -EDQUOT ? "you have handed in too many; again in a minute"
			     : "/run/jit/accept cannot be written");
	return r == -EDQUOT ? EXIT_REFUSED : EXIT_INTERNAL;
}

enum exit_code
accept_from_input(struct run *run)
{
	char text[INPUT_TEXT_MAX + 2];
	struct handing_in in = { run, text };
	struct guard_result result;
	enum exit_code code = input_take_token(run, text);

	if (code != EXIT_DONE)
		return code;
	guard_run(hand_in, &in, &result);
	say("%s", result.text);
	return result.code;
}

enum exit_code
accept_token(struct run *run)
{
	enum exit_code code = count(run);

	return code == EXIT_DONE ? accept_from_input(run) : code;
}
