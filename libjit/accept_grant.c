/*
 * Handing in a grant, or one of several approvals. Runs as: root.
 *
 * MUST let nothing move that was here before, and MUST judge the start when the last needed
 * token comes: the window of all of them begins then.
 */
#include <errno.h>
#include <string.h>

#include "accept.h"
#include "file.h"
#include "holder.h"
#include "judge.h"
#include "parse.h"

/* ---- who, where, whose ---- */

static enum jit_accept
check_claims(struct jit_handed_in *in, const char *payload)
{
	const struct jit_key *key = &in->key;
	int r;

	if (!jit_key_allows(key, JIT_NS_GRANT, in->access->now.wall_sec))
		return jit_accept_refuse(
			in, "%s's key may not sign grants here (now)", key->principal);
	r = jit_grant_parse(payload, key, &in->grant, in->err);
	if (r < 0)
		return r == -ENOMEM ? JIT_ACCEPT_FAILED : JIT_ACCEPT_MALFORMED;
	in->verified = true;
	if (in->grant.by_host)
		return jit_accept_refuse(
			in, "this host signs its own grants; none is handed in");
	return JIT_ACCEPT_IN_FORCE;
}

static enum jit_accept
check_subject(struct jit_handed_in *in)
{
	struct jit_access *access = in->access;
	const struct jit_grant *g = &in->grant;
	enum jit_accept a;

	if (!jit_access_is_aud(access, g->aud))
		return jit_accept_refuse(in, "the token is for %s, this is %s", g->aud,
			access->policy.globals.host);
	if (jit_access_subject(access, g->sub, 0, NULL) < 0)
		return jit_accept_refuse(in, "%s is no account on this host", g->sub);
	a = jit_accept_begin(in, jit_grant_id(g));
	/* who made that request chose its id: a ruling on one of them would miss the other */
	if (a == JIT_ACCEPT_IN_FORCE && in->has_request && !g->req[0])
		return jit_accept_refuse(in,
			"the token's id is that of a request: it has to be made anew");
	return a;
}

/* Whoever signs a token chooses its ids: under those of somebody else's grant, what ends one
 * would be looked for in the other. */
static enum jit_accept
check_ids(struct jit_handed_in *in)
{
	const struct jit_grant *g = &in->grant;
	const char *const ids[] = { g->jti, g->req };

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		char holder[JIT_NAME_MAX + 1];
		int r = jit_holder_find(&in->access->site, ids[i], holder);

		if (r == -ENOENT || (r == 0 && jit_streq(holder, g->sub)))
			continue;
		if (r == 0)
			return jit_accept_refuse(in,
				"the token's id is that of another's grant: it has to be "
				"made anew");
		(void)jit_error_set(in->err, r, "the grants here cannot be read");
		return JIT_ACCEPT_FAILED;
	}
	return JIT_ACCEPT_IN_FORCE;
}

/* Who asks chooses the id, and could show an approver another request of the same: each must
 * answer the one that is here. An approval may give less time than was asked for, never more
 * or something else. */
static enum jit_accept
check_fits(struct jit_handed_in *in)
{
	const struct jit_filed *f = &in->request.filed;
	const struct jit_grant *g = &in->grant;

	if (jit_grant_is_agreement(g) != f->break_glass)
		return jit_accept_refuse(in,
			f->break_glass ? "the request is for break-glass, and the token "
					 "answers another (via %s)"
				       : "the token answers a request for break-glass "
					 "(via %s), and this is none",
			jit_via_name(g->via));
	if (!jit_streq(g->sub, f->sub) || !jit_streq(g->role, f->role) ||
		!jit_streq(g->as, f->as) || !jit_strv_equal(&g->cmd, &f->cmd))
		return jit_accept_refuse(
			in, "the token gives something else than the request asks for");
	if (!jit_streq(g->reason, f->reason))
		return jit_accept_refuse(
			in, "the token has another reason than the request");
	if (g->dur > f->dur)
		return jit_accept_refuse(
			in, "the token gives more time than the request asks for");
	if (g->nbf < f->at)
		return jit_accept_refuse(
			in, "the token begins before the request asks for it");
	return JIT_ACCEPT_IN_FORCE;
}

/* Over, or does the token fit it? An open one that nobody answered in time is over. */
static enum jit_accept
check_request(struct jit_handed_in *in)
{
	const struct jit_open_request *request = &in->request;

	if (!in->has_request && jit_grant_is_agreement(&in->grant))
		return jit_accept_refuse(in,
			"the token answers a request for break-glass that was not made "
			"on this host");
	if (!in->has_request)
		return JIT_ACCEPT_IN_FORCE;
	switch (request->state) {
	case JIT_REQUEST_OPEN:
		if (request->expires_sec <= in->access->now.wall_sec)
			return jit_accept_refuse(in,
				"the request was open too long: it has to be made anew");
		break;
	case JIT_REQUEST_GRANTED: break;
	case JIT_REQUEST_DENIED:
	case JIT_REQUEST_WITHDRAWN:
	case JIT_REQUEST_ABANDONED:
		return jit_accept_refuse(in, "the request is over: it was %s",
			jit_request_state_name(request->state));
	}
	return check_fits(in);
}

/* ---- what is in force here ---- */

static enum jit_accept
load(struct jit_handed_in *in)
{
	struct jit_access *access = in->access;
	struct jit_request request = { .role = in->grant.role };
	struct jit_decision ignored;

	jit_held_list_done(&access->held);
	access->held_loaded = false;
	return jit_access_ask(access, &request, &ignored, in->err) < 0
		? JIT_ACCEPT_FAILED
		: JIT_ACCEPT_IN_FORCE;
}

static enum jit_accept
check_locks(struct jit_handed_in *in)
{
	const struct jit_locks *locks = &in->access->locks;
	const struct jit_grant *g = &in->grant;

	if (jit_locks_find(locks, JIT_LOCK_ALL, ""))
		return jit_accept_refuse(in, "everything is locked here");
	if (jit_locks_find(locks, JIT_LOCK_USER, g->sub))
		return jit_accept_refuse(in, "%s is locked here", g->sub);
	if (jit_locks_find(locks, JIT_LOCK_ROLE, g->role))
		return jit_accept_refuse(in, "the role %s is locked here", g->role);
	if (jit_locks_find(locks, JIT_LOCK_KEY, g->kid))
		return jit_accept_refuse(in, "%s's key is locked here", g->iss);
	return JIT_ACCEPT_IN_FORCE;
}

/* The mark is looked at before anything that depends on wall time is believed. */
static enum jit_accept
check_clock(struct jit_handed_in *in)
{
	struct jit_clock_mark mark;
	struct jit_access *access = in->access;
	int r = jit_store_clock_mark(&access->site, &mark);

	if (r < 0) {
		(void)jit_error_set(in->err, r, "/var/lib/jit/clock cannot be read");
		return JIT_ACCEPT_FAILED;
	}
	access->clock_back = jit_clock_is_back(&mark, &access->now);
	if (!access->clock_back)
		return JIT_ACCEPT_IN_FORCE;
	in->refusal = JIT_EVENT_CLOCK_BACK;
	return jit_accept_refuse(in,
		"this host's clock was set back: root can look, and run "
		"jitctl unlock --clock");
}

/* ---- the rule ---- */

/* The start is the later of now and nbf; within the leeway between two clocks, now. */
static int64_t
start_of(const struct jit_grant *grant, const struct jit_now *now)
{
	return grant->nbf > now->wall_sec + JIT_CLOCK_LEEWAY_SEC ? grant->nbf
								 : now->wall_sec;
}

static enum jit_accept
check_rule(struct jit_handed_in *in)
{
	const struct jit_access *access = in->access;
	const struct jit_grant *g = &in->grant;
	struct jit_facts facts = jit_access_facts(access, NULL);

	in->start_sec = start_of(g, &access->now);
	if (jit_decide_grant(&facts, g, in->start_sec, &in->rule, &in->role,
		    &in->max_sec) == JIT_ALLOW) {
		in->approvals = jit_grant_is_answer(g) ? in->rule->approvals : 1;
		return JIT_ACCEPT_IN_FORCE;
	}
	if (jit_streq(g->iss, g->sub))
		return jit_accept_refuse(in, "nobody can grant anything to themselves");
	if (!in->role || !in->rule)
		return jit_accept_refuse(in,
			"no rule here lets anybody give %s the role %s", g->sub, g->role);
	if (g->via == JIT_VIA_DIRECT && in->rule->approvals > 1)
		return jit_accept_refuse(in,
			"rule %s wants %u approvals of a request: %s has to ask first",
			in->rule->name, in->rule->approvals, g->sub);
	return jit_accept_refuse(in, "%s may not give %s the role %s (rule %s)", g->iss,
		g->sub, g->role, in->rule->name);
}

/* What the rule wants of whoever asks. Who grants unasked may leave the reason out, but not
 * the ticket. */
static enum jit_accept
check_words(struct jit_handed_in *in)
{
	const struct jit_rule *rule = in->rule;

	if (jit_rule_wants_words(rule, in->grant.reason) == JIT_WHY_NONE ||
		(in->grant.via == JIT_VIA_DIRECT && rule->ticket.n == 0))
		return JIT_ACCEPT_IN_FORCE;
	return jit_accept_refuse(in,
		rule->ticket.n ? "the token's reason must begin with a ticket (rule %s)"
			       : "the token must have a reason (rule %s)",
		rule->name);
}

static enum jit_accept
check_not_ended(struct jit_handed_in *in)
{
	struct jit_access *access = in->access;
	const struct jit_grant *g = &in->grant;
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1] = "";
	int r = jit_unproven_settle(access, jit_grant_id(g), g);

	if (r == 0 && g->req[0])
		r = jit_unproven_settle(access, g->jti, g);
	if (r >= 0)
		r = jit_store_ended(
			&access->site, jit_grant_id(g), g->sub, false, by, reason);
	/* root may have ended this one of several approvals before it was seen */
	if (r == 0 && g->req[0])
		r = jit_store_ended(&access->site, g->jti, g->sub, false, by, reason);
	if (r == 0)
		return JIT_ACCEPT_IN_FORCE;
	if (r > 0)
		return jit_accept_refuse(
			in, "this grant was revoked%s%s", reason[0] ? ": " : "", reason);
	(void)jit_error_set(in->err, r, "/var/lib/jit/revoked cannot be read");
	return JIT_ACCEPT_FAILED;
}

/* ---- the time ---- */

static enum jit_accept
check_time(struct jit_handed_in *in)
{
	const struct jit_now *now = &in->access->now;
	const struct jit_grant *g = &in->grant;
	int64_t start_by = jit_accept_latest_start(in);
	char text[JIT_DURATION_SIZE], time[JIT_TIME_SIZE];

	if (g->iat > now->wall_sec + JIT_CLOCK_LEEWAY_SEC)
		return jit_accept_refuse(in,
			"the token was signed in the future (%s): compare the clocks",
			jit_format_time(g->iat, time));
	if (now->wall_sec >= g->exp)
		return jit_accept_refuse(
			in, "the token expired at %s", jit_format_time(g->exp, time));
	if (in->start_sec > start_by) {
		in->refusal = JIT_EVENT_START_LATE;
		return jit_accept_refuse(in, "the token had to be handed in by %s",
			jit_format_time(start_by, time));
	}
	if (g->dur > in->max_sec)
		return jit_accept_refuse(in, "role %s can be had for %s at most", g->role,
			jit_format_duration(in->max_sec, text));
	in->end_sec = jit_accept_end(in);
	return in->end_sec > in->start_sec
		? JIT_ACCEPT_IN_FORCE
		: jit_accept_refuse(in, "an approval of this request has expired");
}

/* ---- handed in before ---- */

/* A request whose last approval was stored, but which was not closed then (a crash). */
static void
close_granted(struct jit_handed_in *in)
{
	if (in->has_request && in->request.state == JIT_REQUEST_OPEN)
		(void)!jit_access_close_request(in->access, &in->request.filed,
			JIT_REQUEST_GRANTED, in->key.principal, "");
}

/* Nothing moves: in force still (or to come), more needed still, or over for good. */
static enum jit_accept
nothing_moves(struct jit_handed_in *in, const struct jit_held *before)
{
	const struct jit_now *now = &in->access->now;

	in->have = jit_grant_is_answer(&in->grant) ? jit_accept_count(in) : 1;
	if (jit_accept_in_force(in, &in->end_sec)) {
		close_granted(in);
		return JIT_ACCEPT_IN_FORCE;
	}
	if (in->have < in->approvals)
		return JIT_ACCEPT_MORE_NEEDED;
	if (before)
		in->start_sec = before->start_sec;
	in->end_sec = jit_accept_end(in);
	if (now->wall_sec < in->start_sec ||
		(jit_grant_is_agreement(&in->grant) && now->wall_sec < in->end_sec))
		return JIT_ACCEPT_IN_FORCE;
	return jit_accept_refuse(in, "this grant was handed in before, and is over");
}

/* ---- keeping ---- */

static enum jit_accept
make_room(struct jit_handed_in *in)
{
	struct jit_access *access = in->access;
	/* before a grant of the past goes: set back, the clock would let it in again */
	int r = jit_access_clock_move(access);

	if (r == 0)
		r = jit_store_make_room(
			&access->site, &access->subject, &access->held, &access->now);
	if (r == 0)
		return JIT_ACCEPT_IN_FORCE;
	if (r == -EDQUOT)
		return jit_accept_refuse(
			in, "%s holds too many grants already", in->grant.sub);
	(void)jit_error_set(in->err, r, "the grant cannot be kept in /var/lib/jit: it %s",
		jit_file_problem(r));
	return JIT_ACCEPT_FAILED;
}

static int
record(const struct jit_handed_in *in, enum jit_event event)
{
	struct jit_audit audit = jit_accept_audit(in, event);

	audit.subject_uid = in->access->subject.uid;
	audit.expires_sec = event == JIT_EVENT_GRANT_ACCEPTED ? in->end_sec : 0;
	return jit_access_record(in->access, &audit, NULL);
}

/* approve for each of the approvals that a request takes, grant-accepted for the whole. */
static enum jit_accept
record_all(struct jit_handed_in *in, bool complete)
{
	int r = 0;

	if (jit_grant_is_answer(&in->grant))
		r = record(in, JIT_EVENT_APPROVE);
	if (r == 0 && complete)
		r = record(in, JIT_EVENT_GRANT_ACCEPTED);
	if (r == 0)
		return JIT_ACCEPT_IN_FORCE;
	(void)jit_error_set(in->err, 0,
		"the record cannot be written, so nothing is accepted "
		"(/var/log/jit/audit.jsonl)");
	return JIT_ACCEPT_NO_RECORD;
}

static void
note_answer(struct jit_handed_in *in, bool complete)
{
	struct jit_answer answer = { .yes = true, .sec = in->access->now.wall_sec };

	if (!in->has_request || in->request.state != JIT_REQUEST_OPEN)
		return;
	(void)snprintf(answer.by, sizeof(answer.by), "%s", in->key.principal);
	(void)!jit_requests_answer(&in->access->site, in->request.filed.jti, &answer);
	if (complete)
		close_granted(in);
}

static enum jit_accept
keep(struct jit_handed_in *in)
{
	struct jit_access *access = in->access;
	bool complete = in->have >= in->approvals;
	enum jit_accept a = make_room(in);
	int r;

	if (a == JIT_ACCEPT_IN_FORCE)
		a = record_all(in, complete);
	if (a != JIT_ACCEPT_IN_FORCE)
		return a;
	r = jit_store_add_brought(&access->site, &access->subject, &in->grant, in->token,
		&access->now, in->start_sec);
	if (r == -ESTALE)
		return jit_accept_refuse(in, "this grant was revoked");
	if (r < 0) {
		(void)jit_error_set(in->err, r,
			"the grant cannot be kept in /var/lib/jit: it %s",
			jit_file_problem(r));
		return JIT_ACCEPT_FAILED;
	}
	note_answer(in, complete);
	return complete ? JIT_ACCEPT_IN_FORCE : JIT_ACCEPT_MORE_NEEDED;
}

static enum jit_accept
judge(struct jit_handed_in *in)
{
	const struct jit_held *before = jit_accept_before(in);
	uint32_t had = before ? 0 : jit_accept_count(in);
	enum jit_accept a;

	if (before || had >= in->approvals)
		return nothing_moves(in, before);
	/* one of those that it took is gone: another now would begin the time anew */
	if (in->has_request && in->request.state == JIT_REQUEST_GRANTED)
		return jit_accept_refuse(
			in, "the request was granted already: it has to be made anew");
	a = check_time(in);
	if (a != JIT_ACCEPT_IN_FORCE)
		return a;
	in->have = had + 1;
	return keep(in);
}

enum jit_accept
jit_accept_grant(struct jit_handed_in *in, const char *payload)
{
	enum jit_accept (*const steps[])(struct jit_handed_in *) = { check_subject,
		check_ids, check_request, load, check_locks, check_clock, check_rule,
		check_words, check_not_ended, judge };
	enum jit_accept a = check_claims(in, payload);

	for (size_t i = 0; i < ARRAY_SIZE(steps) && a == JIT_ACCEPT_IN_FORCE; i++)
		a = steps[i](in);
	return a;
}
