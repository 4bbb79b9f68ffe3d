/*
 * Asking for an approval. Runs as: root.
 *
 * MUST file in a guarded process, for that takes locks; MUST believe nothing of this process
 * that was opened before a person was waited for.
 */
#include "ask.h"

#include <errno.h>
#include <string.h>

#include "config.h"
#include "guard.h"
#include "libjit/escape.h"
#include "libjit/notify.h"
#include "libjit/parse.h"
#include "message.h"
#include "permit.h"
#include "rate.h"
#include "refuse.h"
#include "verbs.h"
#include "wait.h"

enum { RATE_MAX = 30 }; /* requests of one uid in a minute */

/* ---- texts ---- */

const char *
ask_short_id(const char *id, char buf[ASK_ID_SIZE])
{
	char crockford[JIT_ID_CROCKFORD_SIZE];

	if (jit_id_to_crockford(id, crockford) < 0)
		crockford[0] = '\0';
	(void)snprintf(buf, ASK_ID_SIZE, "%.8s", crockford);
	return buf;
}

const char *
ask_names(const struct jit_open_request *request, const struct jit_strv *names,
	char buf[ASK_NAMES_SIZE])
{
	enum { MANY = 6 };
	size_t at = 0;

	if (names->n > MANY && request->asked_shown[0]) {
		(void)jit_escape(request->asked_shown, buf, ASK_NAMES_SIZE);
		return buf;
	}
	buf[0] = '\0';
	for (size_t i = 0; i < names->n; i++) {
		int n;

		if (jit_streq(names->v[i], request->filed.sub))
			continue;
		n = snprintf(buf + at, ASK_NAMES_SIZE - at, "%s%s", at ? ", " : "",
			names->v[i]);
		if (n < 0 || (size_t)n >= ASK_NAMES_SIZE - at)
			break;
		at += (size_t)n;
	}
	return buf;
}

void
ask_announce(const struct run *run)
{
	const struct jit_decision *decision = &run->decision;
	uint32_t approvals = decision->rule->approvals;

	if (approvals > 1)
		say("%s needs %u approvals now (rule %s).", decision->role->name,
			(unsigned)approvals, decision->rule->name);
	else
		say("%s needs an approval now (rule %s).", decision->role->name,
			decision->rule->name);
}

enum exit_code
ask_exit_of(int error)
{
	switch (error) {
	case -EDQUOT:
	case -ERANGE:
	case -EPERM: return EXIT_REFUSED;
	case -EREMOTEIO: return EXIT_NO_RECORD;
	case -EKEYREJECTED:
	case -ENOKEY: return EXIT_NO_POLICY;
	default: return EXIT_INTERNAL;
	}
}

/* ---- what is due ---- */

static void
sweep(struct run *run)
{
	_cleanup_requests_ struct jit_request_list escalated = { 0 };

	if (jit_access_sweep(&run->access, &escalated) < 0)
		return;
	for (size_t i = 0; i < escalated.n; i++) {
		struct jit_notice notice;

		jit_notice_of_request(&escalated.v[i], true, &notice);
		(void)jit_notify(&run->access.policy.globals, &notice);
	}
}

static void
sweep_guarded(void *arg, struct guard_result *ret)
{
	sweep(arg);
	ret->code = EXIT_DONE;
}

/* What somebody else's request has due can wait a minute: a look through all of them is not
 * what each one that is filed should cost. */
static void
sweep_at_times(struct run *run)
{
	uint32_t skipped;

	if (rate_count(&run->access.site, &run->access.now, "sweep", "all", 1,
		    &skipped) != -EDQUOT)
		sweep(run);
}

void
ask_sweep(struct run *run)
{
	struct guard_result result;

	guard_run(sweep_guarded, run, &result);
}

/* ---- filing ---- */

enum exit_code
ask_count(const struct run *run)
{
	uint32_t skipped;
	int r = rate_take(run, "request", RATE_MAX, &skipped);

	if (r == 0)
		return EXIT_DONE;
	say("%s",
		r == -EDQUOT ? "you have filed too many requests; again in a minute"
			     : "/run/jit/request cannot be written");
	return r == -EDQUOT ? EXIT_REFUSED : EXIT_INTERNAL;
}

/* Guarded. The text is the id; an `=` behind it: it was asked before. */
static void
file(void *arg, struct guard_result *ret)
{
	struct run *run = arg;
	struct jit_open_request filed = { 0 };
	struct jit_error err = { "" };
	struct jit_notice notice;
	bool old = false;
	int r;

	sweep_at_times(run);
	r = jit_access_file(&run->access, &run->request, &run->decision, run->at_sec,
		run->caller.tty, &filed, &old, &err);
	if (r < 0) {
		ret->code = ask_exit_of(r);
		(void)snprintf(ret->text, sizeof(ret->text), "%s", err.text);
		return;
	}
	if (!old) {
		jit_notice_of_request(&filed, false, &notice);
		(void)jit_notify(&run->access.policy.globals, &notice);
	}
	ret->code = EXIT_DONE;
	(void)snprintf(
		ret->text, sizeof(ret->text), "%s%s", filed.filed.jti, old ? "=" : "");
	jit_open_request_done(&filed);
}

static enum exit_code
file_request(struct run *run, struct jit_open_request *ret, bool *ret_old)
{
	struct guard_result result;
	char id[JIT_ID_LEN + 1];
	enum exit_code code = ask_count(run);

	if (code != EXIT_DONE)
		return code;
	guard_run(file, run, &result);
	if (result.code == EXIT_NO_RECORD) {
		say("%s", result.text);
		return result.code;
	}
	if (result.code != EXIT_DONE)
		return refuse(run, JIT_EVENT_DENY, result.code, result.text);
	*ret_old = result.text[strlen(result.text) - 1] == '=';
	(void)snprintf(id, sizeof(id), "%.*s", JIT_ID_LEN, result.text);
	if (jit_requests_find(&run->access.site, id, ret) == 0)
		return EXIT_DONE;
	say("the request was filed, and cannot be read in /var/lib/jit/requests");
	return EXIT_INTERNAL;
}

void
ask_say_asked(const struct run *run, const struct jit_open_request *request, bool old,
	bool waits)
{
	char names[ASK_NAMES_SIZE], id[ASK_ID_SIZE], clock[CLOCK_TEXT_SIZE];

	say("asked%s %s (request %s, open until %s).%s", old ? " already:" : "",
		ask_names(request, &request->approvers, names),
		ask_short_id(request->filed.jti, id),
		clock_text(request->expires_sec, run->access.now.wall_sec, clock),
		waits ? " Ctrl-C stops waiting; the request stays." : "");
}

/* ---- the answer ---- */

enum exit_code
ask_take_held(struct run *run, const char *id)
{
	struct held_now held[JIT_GRANTS_MAX];
	struct jit_error err = { "" };
	size_t n;

	run->decision = (struct jit_decision){ 0 };
	if (jit_clock_now(&run->access.now) < 0 ||
		jit_access_subject(&run->access, NULL, run->caller.id.uid, &err) < 0 ||
		jit_access_ask(&run->access, &(struct jit_request){ 0 }, &run->decision,
			&err) < 0)
		return refuse(run, JIT_EVENT_DENY, EXIT_INTERNAL,
			err.text[0] ? err.text : "the clock cannot be read");
	run->decision = (struct jit_decision){ 0 };
	n = list_held_now(&run->access, held, ARRAY_SIZE(held));
	for (size_t i = 0; i < n; i++)
		if (jit_streq(jit_grant_id(&held[i].held->grant), id) &&
			held[i].have >= held[i].approvals)
			run->decision = (struct jit_decision){ .verdict = JIT_ALLOW,
				.reason = JIT_WHY_GRANT_HELD,
				.rule = held[i].rule,
				.role = held[i].role,
				.grant = held[i].held,
				.target = run->target.name,
				.end_ms = held[i].end_ms };
	return EXIT_DONE;
}

static void
say_granted_later(const struct run *run, const struct jit_open_request *request)
{
	char from[CLOCK_TEXT_SIZE], duration[JIT_DURATION_SIZE];

	say("granted: %s on %s from %s, for %s. Run it then.", request->filed.role,
		run->access.policy.globals.host,
		clock_text(run->at_sec, run->access.now.wall_sec, from),
		jit_format_duration(request->filed.dur, duration));
}

/* Who said yes: `carol`, `carol and dave`. */
static void
approvers_text(const struct jit_open_request *request, char *buf, size_t size)
{
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < request->n_answers; i++) {
		int n;

		if (!request->answers[i].yes)
			continue;
		n = snprintf(buf + at, size - at, "%s%s", at ? " and " : "",
			request->answers[i].by);
		if (n < 0 || (size_t)n >= size - at)
			return;
		at += (size_t)n;
	}
}

static void
say_granted(const struct run *run, const struct jit_open_request *request)
{
	char by[128], clock[CLOCK_TEXT_SIZE];

	approvers_text(request, by, sizeof(by));
	if (request->filed.break_glass)
		say("approved by %s.", by);
	else
		say("approved by %s. %s on %s until %s", by, run->decision.role->name,
			run->access.policy.globals.host,
			clock_text(jit_access_wall_of(&run->access, run->decision.end_ms),
				run->access.now.wall_sec, clock));
}

/* Policy, keys, clock and grants of now: hours may have passed. */
static enum exit_code
open_anew(struct run *run)
{
	run->decision = (struct jit_decision){ 0 };
	jit_access_close(&run->access);
	run->access = JIT_ACCESS_NONE;
	return permit_open(run);
}

static enum exit_code
judge_anew(struct run *run, const struct jit_open_request *request)
{
	enum exit_code code;

	if (run->options.mode != MODE_RUN)
		return ask_take_held(run, request->filed.jti);
	if (request->filed.break_glass) {
		(void)snprintf(run->req, sizeof(run->req), "%s", request->filed.jti);
		run->request.req = run->req;
	}
	code = permit_ask(run);
	return code == EXIT_DONE && !permit_needs_approval(run) ? permit_settle(run)
								: code;
}

static enum exit_code
take_answer(struct run *run, const char *id)
{
	struct jit_open_request request = { 0 };
	enum exit_code code = open_anew(run);

	if (code == EXIT_DONE && jit_requests_find(&run->access.site, id, &request) < 0)
		code = refuse(run, JIT_EVENT_DENY, EXIT_INTERNAL,
			"the request cannot be read any more");
	if (code == EXIT_DONE && run->at_sec) {
		say_granted_later(run, &request);
	} else if (code == EXIT_DONE) {
		code = judge_anew(run, &request);
		if (code == EXIT_DONE && run->decision.verdict != JIT_ALLOW)
			code = refuse(run, JIT_EVENT_DENY, EXIT_REFUSED,
				"what was granted does not cover this now: jitsu -l "
				"shows what you hold");
		if (code == EXIT_DONE)
			say_granted(run, &request);
	}
	jit_open_request_done(&request);
	return code;
}

static bool
is_waited_for(const struct run *run)
{
	if (run->options.no_prompt || run->options.waiting == WAITING_UNWANTED)
		return false;
	return run->options.waiting == WAITING_WANTED || run->terminal.fd >= 0;
}

/* A second person may have agreed while nobody waited. */
static enum exit_code
take_agreed(struct run *run)
{
	enum { MOST = 100 };
	_cleanup_requests_ struct jit_request_list list = { 0 };
	int64_t since = run->access.now.wall_sec - JIT_CEILING_BREAK_GLASS_SEC;
	enum exit_code code = EXIT_DONE;

	if (jit_requests_history(&run->access.site, since, MOST, &list) < 0)
		return EXIT_DONE;
	for (size_t i = 0; i < list.n && code == EXIT_DONE; i++) {
		const struct jit_open_request *request = &list.v[i];

		if (request->uid != run->caller.id.uid || !request->filed.break_glass ||
			request->state != JIT_REQUEST_GRANTED)
			continue;
		(void)snprintf(run->req, sizeof(run->req), "%s", request->filed.jti);
		run->request.req = run->req;
		code = permit_ask(run);
		if (code == EXIT_DONE && !permit_needs_approval(run))
			return permit_settle(run);
	}
	run->request.req = NULL;
	return code;
}

enum exit_code
ask_approval(struct run *run)
{
	bool old = false, waits = is_waited_for(run);
	struct jit_open_request request = { 0 };
	char id[JIT_ID_LEN + 1];
	enum exit_code code = EXIT_DONE;

	if (run->request.way == JIT_WAY_BREAK_GLASS && run->options.mode == MODE_RUN &&
		!run->at_sec)
		code = take_agreed(run);
	if (code == EXIT_DONE && permit_needs_approval(run))
		code = file_request(run, &request, &old);
	if (code != EXIT_DONE || !permit_needs_approval(run))
		return code;
	(void)snprintf(id, sizeof(id), "%s", request.filed.jti);
	if (waits) {
		code = wait_for_answer(run, &request, old, run->options.wait_sec);
	} else {
		ask_say_asked(run, &request, old, false);
		say("run it again when it is approved.");
		wait_say_open(id);
		code = EXIT_NEEDS_APPROVAL;
	}
	jit_open_request_done(&request);
	return code == EXIT_DONE ? take_answer(run, id) : code;
}
