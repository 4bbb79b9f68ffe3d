/*
 * Handing in a token. Runs as: root, on behalf of anybody: the signature is the authority.
 *
 * Order: bound, signature, key, claims, host, subject, rule, time, record, store. A refusal
 * is recorded with the token's own words only after its signature held.
 */
#include <errno.h>
#include <string.h>

#include "access.h"
#include "file.h"
#include "parse.h"
#include "token.h"

struct handed_in {
	struct jit_access *access;
	struct jit_error *err;
	struct jit_grant grant;
	bool verified; /* the claims are its issuer's words */
	const struct jit_rule *rule;
	const struct jit_role *role;
	int64_t start_sec, end_sec, max_sec;
	enum jit_event refusal;
};

static enum jit_accept refuse(struct handed_in *in, const char *format, ...)
	_printf_(2, 3);

static enum jit_accept
refuse(struct handed_in *in, const char *format, ...)
{
	char text[sizeof(in->err->text)];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	(void)jit_error_set(in->err, 0, "%s", text);
	return JIT_ACCEPT_REFUSED;
}

static enum jit_accept
check_signature(struct handed_in *in, const char *text)
{
	_cleanup_free_ char *payload = NULL;
	const struct jit_access *access = in->access;
	struct jit_key key;
	int r = jit_token_open(
		text, JIT_ASSERT_GRANT, &access->keys, &payload, &key, in->err);

	if (r == -ENOENT)
		return JIT_ACCEPT_REFUSED;
	if (r < 0)
		return r == -ENOMEM ? JIT_ACCEPT_FAILED : JIT_ACCEPT_MALFORMED;
	if (!jit_key_allows(&key, JIT_NS_GRANT, access->now.wall_sec))
		return refuse(
			in, "%s's key may not sign grants here (now)", key.principal);
	r = jit_grant_parse(payload, &key, &in->grant, in->err);
	if (r < 0)
		return r == -ENOMEM ? JIT_ACCEPT_FAILED : JIT_ACCEPT_MALFORMED;
	in->verified = true;
	if (in->grant.by_host)
		return refuse(in, "this host signs its own grants; none is handed in");
	return JIT_ACCEPT_IN_FORCE;
}

static bool
is_for_this_host(const struct handed_in *in)
{
	const struct jit_globals *globals = &in->access->policy.globals;
	const char *aud = in->grant.aud;

	return aud[0] == '@' ? jit_strv_has(&globals->labels, aud + 1)
			     : jit_streq(aud, globals->host);
}

static enum jit_accept
check_subject(struct handed_in *in)
{
	struct jit_access *access = in->access;
	struct jit_request request = { .role = in->grant.role };
	struct jit_decision ignored;

	if (!is_for_this_host(in))
		return refuse(in, "the token is for %s, this is %s", in->grant.aud,
			access->policy.globals.host);
	if (jit_access_subject(access, in->grant.sub, 0, NULL) < 0)
		return refuse(in, "%s is no account on this host", in->grant.sub);
	if (jit_access_ask(access, &request, &ignored, in->err) < 0)
		return JIT_ACCEPT_FAILED;
	return JIT_ACCEPT_IN_FORCE;
}

/* The start is the later of now and nbf; within the leeway between two clocks, now. */
static int64_t
start_of(const struct jit_grant *grant, const struct jit_now *now)
{
	return grant->nbf > now->wall_sec + JIT_CLOCK_LEEWAY_SEC ? grant->nbf
								 : now->wall_sec;
}

static enum jit_accept
check_rule(struct handed_in *in)
{
	const struct jit_access *access = in->access;
	const struct jit_grant *g = &in->grant;
	struct jit_facts facts = {
		.view = &access->view,
		.subject = &access->subject,
		.now = &access->now,
		.clock_back = access->clock_back,
	};

	in->start_sec = start_of(g, &access->now);
	if (jit_decide_grant(&facts, g, in->start_sec, &in->rule, &in->role,
		    &in->max_sec) == JIT_ALLOW)
		return JIT_ACCEPT_IN_FORCE;
	if (jit_streq(g->iss, g->sub))
		return refuse(in, "nobody can grant anything to themselves");
	if (!in->role || !in->rule)
		return refuse(in, "no rule here lets anybody give %s the role %s", g->sub,
			g->role);
	return refuse(in, "%s may not give %s the role %s (rule %s)", g->iss, g->sub,
		g->role, in->rule->name);
}

/* The issuer's own limit, and the host's (limits.start_within). */
static int64_t
latest_start(const struct jit_grant *grant, const struct jit_globals *globals)
{
	int64_t within = grant->nbf + globals->start_within_sec;

	return within < grant->start_by ? within : grant->start_by;
}

static enum jit_accept
check_time(struct handed_in *in)
{
	const struct jit_now *now = &in->access->now;
	const struct jit_grant *g = &in->grant;
	int64_t start_by = latest_start(g, &in->access->policy.globals);
	char text[JIT_DURATION_SIZE], time[JIT_TIME_SIZE];

	if (g->iat > now->wall_sec + JIT_CLOCK_LEEWAY_SEC)
		return refuse(in,
			"the token was signed in the future (%s): compare the clocks",
			jit_format_time(g->iat, time));
	if (now->wall_sec >= g->exp)
		return refuse(
			in, "the token expired at %s", jit_format_time(g->exp, time));
	if (in->start_sec > start_by) {
		in->refusal = JIT_EVENT_START_LATE;
		return refuse(in, "the token had to be handed in by %s",
			jit_format_time(start_by, time));
	}
	if (g->dur > in->max_sec)
		return refuse(in, "role %s can be had for %s at most", g->role,
			jit_format_duration(in->max_sec, text));
	in->end_sec = in->start_sec + g->dur < g->exp ? in->start_sec + g->dur : g->exp;
	return JIT_ACCEPT_IN_FORCE;
}

/* The mark is looked at before anything that depends on wall time is believed. */
static enum jit_accept
check_clock(struct handed_in *in)
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
	return refuse(in,
		"this host's clock was set back: root can look, and run "
		"jitctl unlock --clock");
}

/* Handed in before: nothing moves; in force still, or over for good. */
static enum jit_accept
already_here(struct handed_in *in)
{
	const struct jit_access *access = in->access;
	int64_t end_ms;

	for (size_t i = 0; i < access->held.n; i++) {
		const struct jit_held *held = &access->held.v[i];

		if (!jit_streq(held->grant.jti, in->grant.jti))
			continue;
		if (!jit_held_in_force(
			    held, &access->now, access->clock_back, in->max_sec, &end_ms))
			break;
		in->end_sec = jit_access_wall_of(access, end_ms);
		return JIT_ACCEPT_IN_FORCE;
	}
	return refuse(in, "this grant was handed in before, and is over");
}

static struct jit_audit
audit_of(const struct handed_in *in, enum jit_event event, uid_t by_uid)
{
	struct jit_audit audit = JIT_AUDIT_INIT(event);
	const struct jit_grant *g = &in->grant;

	audit.policy = in->access->policy.globals.hash;
	audit.subject_uid = by_uid;
	if (in->verified) {
		audit.subject = g->sub;
		audit.role = g->role;
		audit.target = g->as[0] ? g->as : NULL;
		audit.grant = jit_grant_id(g);
		audit.request = g->req[0] ? g->req : NULL;
		audit.approver = g->iss;
		audit.via = jit_via_name(g->via);
		audit.reason = g->reason[0] ? g->reason : NULL;
		audit.command = g->cmd.n ? &g->cmd : NULL;
		audit.rule = in->rule ? in->rule->name : NULL;
	}
	return audit;
}

static enum jit_accept
keep(struct handed_in *in, const char *token, uid_t by_uid)
{
	struct jit_access *access = in->access;
	struct jit_audit audit = audit_of(in, JIT_EVENT_GRANT_ACCEPTED, by_uid);
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1] = "";
	int r = jit_store_ended(
		&access->site, jit_grant_id(&in->grant), false, by, reason);

	if (r > 0)
		return refuse(
			in, "this grant was revoked%s%s", reason[0] ? ": " : "", reason);
	for (size_t i = 0; i < access->held.n; i++)
		if (jit_streq(access->held.v[i].grant.jti, in->grant.jti))
			return already_here(in);
	/* before a grant of the past goes: set back, the clock would let it in again */
	if (r == 0)
		r = jit_access_clock_move(access);
	if (r == 0)
		r = jit_store_make_room(
			&access->site, &access->subject, &access->held, &access->now);
	if (r == -EDQUOT)
		return refuse(in, "%s holds too many grants already", in->grant.sub);
	audit.subject_uid = access->subject.uid;
	audit.expires_sec = in->end_sec;
	if (r == 0 && jit_audit_write(&access->site, &audit) < 0 &&
		access->policy.globals.audit_required) {
		(void)jit_error_set(in->err, 0,
			"the record cannot be written, so nothing is "
			"accepted (/var/log/jit/audit.jsonl)");
		return JIT_ACCEPT_NO_RECORD;
	}
	if (r == 0)
		r = jit_store_add_brought(&access->site, &access->subject, &in->grant,
			token, &access->now, in->start_sec);
	if (r < 0) {
		(void)jit_error_set(in->err, r,
			"the grant cannot be kept in /var/lib/jit: it %s",
			jit_file_problem(r));
		return JIT_ACCEPT_FAILED;
	}
	return JIT_ACCEPT_IN_FORCE;
}

static enum jit_accept
accept_steps(struct handed_in *in, char *text, uid_t by_uid)
{
	enum jit_accept a;
	int r = jit_token_squeeze(text);

	if (r < 0) {
		(void)jit_error_set(in->err, r,
			r == -ENODATA ? "no token on standard input"
				      : "this is longer than any token");
		return JIT_ACCEPT_MALFORMED;
	}
	a = check_signature(in, text);
	if (a == JIT_ACCEPT_IN_FORCE)
		a = check_subject(in);
	if (a == JIT_ACCEPT_IN_FORCE)
		a = check_clock(in);
	if (a == JIT_ACCEPT_IN_FORCE)
		a = check_rule(in);
	if (a == JIT_ACCEPT_IN_FORCE)
		a = check_time(in);
	return a == JIT_ACCEPT_IN_FORCE ? keep(in, text, by_uid) : a;
}

enum jit_accept
jit_access_accept(struct jit_access *access, char *text, uid_t by_uid,
	struct jit_grant *ret_grant, int64_t *ret_end_sec, struct jit_error *err)
{
	struct jit_error local = { "" };
	struct handed_in in = {
		.access = access,
		.err = err ? err : &local,
		.refusal = JIT_EVENT_GRANT_REFUSED,
	};
	enum jit_accept a = accept_steps(&in, text, by_uid);

	if (a != JIT_ACCEPT_IN_FORCE) {
		struct jit_audit audit = audit_of(&in, in.refusal, by_uid);

		audit.why = in.err->text;
		(void)!jit_audit_write(&access->site, &audit);
	} else if (ret_end_sec) {
		*ret_end_sec = in.end_sec;
	}
	if (a == JIT_ACCEPT_IN_FORCE && ret_grant)
		*ret_grant = in.grant;
	else
		jit_grant_done(&in.grant);
	return a;
}
