/*
 * Handing in a ruling: a denial, a revocation, a review of break-glass. Runs as: root.
 *
 * MUST end what runs also where no record can be written, and MUST listen only to whoever
 * gave the grant or could approve it by the rules of now.
 */
#include <errno.h>
#include <string.h>

#include "accept.h"
#include "break_glass.h"
#include "file.h"
#include "holder.h"
#include "token.h"
#include "unproven.h"

/* ---- authority ---- */

/* Could this person approve what `like` (sub, role, as, cmd, req) says, by the rules of now
 * or as they stood when it began? Under any approval rule for it, break-glass too. */
static bool
could_approve(const struct jit_access *access, const char *who, const char *kid,
	const struct jit_grant *like, int64_t start_sec)
{
	/* who is locked can be ended all the same; a locked key rules about nothing */
	const struct jit_locks locks = { 0 };
	struct jit_facts facts = jit_access_facts(access, NULL);
	struct jit_grant grant = *like; /* borrows what cmd points into */
	const int64_t starts[] = { start_sec, access->now.wall_sec };

	if (jit_locks_find(&access->locks, JIT_LOCK_KEY, kid))
		return false;
	facts.locks = &locks;
	grant.by_host = false;
	(void)snprintf(grant.iss, sizeof(grant.iss), "%s", who);
	(void)snprintf(grant.kid, sizeof(grant.kid), "%s", kid);
	(void)snprintf(grant.aud, sizeof(grant.aud), "%s", access->policy.globals.host);
	(void)snprintf(grant.req, sizeof(grant.req), "%s", jit_grant_id(like));
	for (size_t i = 0; i < 2 * ARRAY_SIZE(starts); i++) {
		const struct jit_rule *rule;
		const struct jit_role *role;
		int64_t max_sec;

		grant.via = i % 2 ? JIT_VIA_BREAK_GLASS : JIT_VIA_APPROVAL;
		if (jit_decide_grant(&facts, &grant, starts[i / 2], &rule, &role,
			    &max_sec) == JIT_ALLOW)
			return true;
	}
	return false;
}

/* The issuer of one of these grants, or somebody who could approve it. */
static bool
may_rule(const struct jit_handed_in *in, const char *id)
{
	const struct jit_access *access = in->access;
	const char *who = in->key.principal;

	if (in->has_request &&
		could_approve(
			access, who, in->ruling.kid, &in->grant, in->request.filed.iat))
		return true;
	for (size_t i = 0; i < access->held.n; i++) {
		const struct jit_held *held = &access->held.v[i];

		if (!jit_streq(jit_grant_id(&held->grant), id))
			continue;
		if (jit_streq(held->grant.iss, who) ||
			could_approve(access, who, in->ruling.kid, &held->grant,
				held->start_sec))
			return true;
	}
	return false;
}

/* ---- what it is about ---- */

/* A grant that says what the request does. */
static void
grant_of_request(const struct jit_filed *f, struct jit_grant *ret)
{
	*ret = (struct jit_grant){ .iat = f->iat };
	(void)snprintf(ret->sub, sizeof(ret->sub), "%s", f->sub);
	(void)snprintf(ret->role, sizeof(ret->role), "%s", f->role);
	(void)snprintf(ret->as, sizeof(ret->as), "%s", f->as);
	(void)snprintf(ret->req, sizeof(ret->req), "%s", f->jti);
}

/* Whose it is, by the request or by the grants that are here. -ENOENT: nobody knows. */
static int
find_subject(const struct jit_handed_in *in, char ret[JIT_NAME_MAX + 1])
{
	if (!in->has_request)
		return jit_holder_find(&in->access->site, in->ruling.id, ret);
	(void)snprintf(ret, JIT_NAME_MAX + 1, "%s", in->request.filed.sub);
	return 0;
}

/* Before the lock, which all others wait for: looking up an account may take its time. ret:
 * who is looked up now, as far as is known yet; "": nobody. */
static void
look_up_early(struct jit_handed_in *in, char ret[JIT_NAME_MAX + 1])
{
	struct jit_access *access = in->access;
	struct jit_open_request request = { 0 };
	int r = jit_requests_find(&access->site, in->ruling.id, &request);

	if (r == 0)
		(void)snprintf(ret, JIT_NAME_MAX + 1, "%s", request.filed.sub);
	else
		r = jit_holder_find(&access->site, in->ruling.id, ret);
	jit_open_request_done(&request);
	if (r < 0 || jit_access_subject(access, ret, 0, NULL) < 0)
		ret[0] = '\0';
}

/* Everything that the subject may and has: roles of grants that are to end are unknown. */
static int
load(struct jit_handed_in *in, const char *subject, const char *looked_up)
{
	struct jit_access *access = in->access;
	struct jit_request everything = { 0 };
	struct jit_decision ignored;
	int r = jit_streq(subject, looked_up)
		? 0
		: jit_access_subject(access, subject, 0, NULL);

	if (r < 0)
		return jit_error_set(
			in->err, r, "%s, whose it is, cannot be looked up here", subject);
	return jit_access_ask(access, &everything, &ignored, in->err);
}

/* The id under which it is known everywhere: one of several approvals has its request's. */
static const char *
id_of(const struct jit_handed_in *in)
{
	const struct jit_held_list *held = &in->access->held;

	for (size_t i = 0; i < held->n; i++)
		if (jit_streq(held->v[i].grant.jti, in->ruling.id))
			return jit_grant_id(&held->v[i].grant);
	return in->ruling.id;
}

/* For the record: what is ended. */
static void
note_subject(struct jit_handed_in *in, const char *id)
{
	const struct jit_held_list *held = &in->access->held;

	if (in->has_request) {
		grant_of_request(&in->request.filed, &in->grant);
		return;
	}
	for (size_t i = 0; i < held->n; i++) {
		const struct jit_grant *g = &held->v[i].grant;

		if (!jit_streq(jit_grant_id(g), id))
			continue;
		(void)snprintf(in->grant.sub, sizeof(in->grant.sub), "%s", g->sub);
		(void)snprintf(in->grant.role, sizeof(in->grant.role), "%s", g->role);
		return;
	}
}

/* ---- ending ---- */

static int
close_denied(struct jit_handed_in *in)
{
	struct jit_access *access = in->access;
	struct jit_answer answer = { .sec = access->now.wall_sec };
	int r;

	if (!in->has_request || in->request.state != JIT_REQUEST_OPEN)
		return 0;
	(void)snprintf(answer.by, sizeof(answer.by), "%s", in->key.principal);
	(void)snprintf(answer.reason, sizeof(answer.reason), "%s", in->ruling.reason);
	(void)!jit_requests_answer(&access->site, in->request.filed.jti, &answer);
	r = jit_access_close_request(access, &in->request.filed, JIT_REQUEST_DENIED,
		in->key.principal, in->ruling.reason);
	return r == -ENOENT ? 0 : r;
}

/* A tombstone where each of the grants with this id looks for it. whose: NULL: not known. */
static int
end_all(struct jit_access *access, const char *id, const struct jit_grant *whose,
	const char *by, const char *reason)
{
	int r = jit_store_end(&access->site, whose, id, by, reason, &access->now);

	for (size_t i = 0; r == 0 && i < access->held.n; i++) {
		const struct jit_grant *g = &access->held.v[i].grant;

		if (g->by_host && jit_streq(jit_grant_id(g), id))
			r = jit_store_end(&access->site, g, id, by, reason, &access->now);
	}
	return r;
}

static void
record_end(struct jit_handed_in *in, const char *id)
{
	struct jit_audit audit = jit_accept_audit(in,
		in->ruling.kind == JIT_RULING_DENY ? JIT_EVENT_DENY : JIT_EVENT_REVOKED);

	audit.subject_uid = in->access->subject.uid;
	*(in->has_request ? &audit.request : &audit.grant) = id;
	if (in->ruling.kind != JIT_RULING_DENY)
		audit.waited_sec = -1;
	(void)!jit_audit_write(&in->access->site, &audit);
}

static enum jit_accept
end(struct jit_handed_in *in)
{
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1];
	const char *id = id_of(in), *subject = in->access->subject.name;
	struct jit_grant whose = { 0 };
	int ended, r;

	note_subject(in, id);
	if (!may_rule(in, id))
		return jit_accept_refuse(in,
			"%s neither gave this nor could approve it: not ended",
			in->key.principal);
	ended = jit_store_ended(&in->access->site, id, subject, true, by, reason);
	(void)snprintf(whose.sub, sizeof(whose.sub), "%s", subject);
	r = close_denied(in);
	if (r == 0)
		r = end_all(in->access, id, &whose, in->key.principal, in->ruling.reason);
	if (r < 0) {
		(void)jit_error_set(in->err, r,
			"NOT ended: it cannot be stored in /var/lib/jit/revoked: it %s",
			jit_file_problem(r));
		return JIT_ACCEPT_FAILED;
	}
	if (ended == 0) /* else somebody was first, and is on record */
		record_end(in, id);
	return JIT_ACCEPT_IN_FORCE;
}

/* ---- what nobody has seen yet ---- */

static enum jit_accept
keep_unproven(struct jit_handed_in *in)
{
	int r = jit_unproven_add(&in->access->site, &in->ruling, in->token);

	if (r == -EDQUOT)
		return jit_accept_refuse(in,
			"too many rulings wait for requests that nobody has seen here");
	if (r < 0) {
		(void)jit_error_set(in->err, r,
			"it cannot be kept in /var/lib/jit/unproven: it %s",
			jit_file_problem(r));
		return JIT_ACCEPT_FAILED;
	}
	in->unproven = true;
	return JIT_ACCEPT_IN_FORCE;
}

/* One of them, verified with the keys of now. True: its author had the right. */
static bool
is_proven(const struct jit_access *access, const struct jit_unproven *said,
	const struct jit_grant *like, struct jit_ruling *ret)
{
	_cleanup_free_ char *payload = NULL;
	struct jit_key key;

	if (jit_token_open(said->token, jit_ruling_assertion(said->kind), &access->keys,
		    &payload, &key, NULL) < 0 ||
		!jit_key_allows(
			&key, jit_ruling_namespace(said->kind), access->now.wall_sec) ||
		jit_ruling_parse(said->kind, payload, &key, ret, NULL) < 0)
		return false;
	return jit_streq(like->iss, ret->iss) ||
		could_approve(access, ret->iss, ret->kid, like, access->now.wall_sec);
}

static int
settle_one(struct jit_access *access, const struct jit_unproven *said, const char *id,
	const struct jit_grant *like)
{
	struct jit_ruling ruling;
	struct jit_audit audit = JIT_AUDIT_INIT(
		said->kind == JIT_RULING_DENY ? JIT_EVENT_DENY : JIT_EVENT_REVOKED);
	int r;

	/* it stays: ids are chosen by who signs, and the next that comes with this one may
	 * be what it is about */
	if (!is_proven(access, said, like, &ruling))
		return 0;
	/* whose they meant is not known: it is dropped, so it ends whatever has this id */
	r = end_all(access, jit_grant_id(like), NULL, ruling.iss, ruling.reason);
	if (r < 0)
		return r;
	(void)!jit_unproven_drop(&access->site, said);
	audit.subject = like->sub;
	audit.subject_uid = access->subject.uid;
	audit.role = like->role;
	audit.approver = ruling.iss;
	audit.reason = ruling.reason[0] ? ruling.reason : NULL;
	*(ruling.is_req ? &audit.request : &audit.grant) = id;
	(void)!jit_audit_write(&access->site, &audit);
	return 1;
}

int
jit_unproven_settle(
	struct jit_access *access, const char *id, const struct jit_grant *like)
{
	_cleanup_unproven_ struct jit_unproven_list list = { 0 };
	int ended = 0, r = jit_unproven_load(&access->site, id, &list);

	for (size_t i = 0; r >= 0 && i < list.n; i++) {
		r = settle_one(access, &list.v[i], id, like);
		ended |= r > 0;
	}
	return r < 0 ? r : ended;
}

/* ---- reviewing ---- */

/* Any rule here that lets this person approve that role, whoever it is for. */
static bool
approves_role(const struct jit_access *access, const char *who, const char *subject,
	const char *role)
{
	const struct jit_policy *policy = &access->policy;
	bool found = false;

	for (uint32_t i = 0; !found; i++) {
		struct jit_rule rule = { 0 };

		if (jit_policy_rule(policy, i, &rule) < 0)
			return false;
		found = jit_strv_has(&rule.roles, role) &&
			jit_rule_on_host(&rule, &policy->globals) &&
			jit_rule_has_approver(&rule, who, subject);
		jit_rule_done(&rule);
	}
	return found;
}

static enum jit_accept
see(struct jit_handed_in *in)
{
	struct jit_access *access = in->access;
	const char *who = in->key.principal;
	struct jit_break_glass use;
	struct jit_audit audit;
	int r = jit_break_glass_find(&access->site, in->ruling.id, &use);

	if (r == -ENOENT)
		return jit_accept_refuse(in, "no use of break-glass here has this id");
	if (r == 0 && !approves_role(access, who, use.sub, use.role))
		return jit_accept_refuse(in,
			"%s cannot review it: no rule lets them approve %s", who,
			use.role);
	if (r == 0 && jit_locks_load(&access->site, &access->now, &access->locks) < 0)
		return JIT_ACCEPT_FAILED;
	if (r == 0 && jit_locks_find(&access->locks, JIT_LOCK_KEY, in->ruling.kid))
		return jit_accept_refuse(in, "%s's key is locked here", who);
	if (r == 0)
		r = jit_break_glass_mark(&access->site, use.id, who, in->ruling.reason,
			access->now.wall_sec);
	if (r == -EALREADY)
		return JIT_ACCEPT_IN_FORCE;
	if (r < 0) {
		(void)jit_error_set(in->err, r, "the review cannot be kept: it %s",
			jit_file_problem(r));
		return JIT_ACCEPT_FAILED;
	}
	(void)snprintf(in->grant.sub, sizeof(in->grant.sub), "%s", use.sub);
	(void)snprintf(in->grant.role, sizeof(in->grant.role), "%s", use.role);
	audit = jit_accept_audit(in, JIT_EVENT_BREAK_GLASS_SEEN);
	audit.subject_uid = use.uid;
	(void)!jit_audit_write(&access->site, &audit);
	return JIT_ACCEPT_IN_FORCE;
}

/* ---- all of them ---- */

static enum jit_accept
check_claims(struct jit_handed_in *in, enum jit_ruling_kind kind, const char *payload)
{
	const struct jit_access *access = in->access;
	const struct jit_key *key = &in->key;
	int r;

	if (!jit_key_allows(key, jit_ruling_namespace(kind), access->now.wall_sec))
		return jit_accept_refuse(
			in, "%s's key may not sign that here (now)", key->principal);
	r = jit_ruling_parse(kind, payload, key, &in->ruling, in->err);
	if (r < 0)
		return r == -ENOMEM ? JIT_ACCEPT_FAILED : JIT_ACCEPT_MALFORMED;
	in->verified = true;
	if (!jit_access_is_aud(access, in->ruling.aud))
		return jit_accept_refuse(in, "the token is for %s, this is %s",
			in->ruling.aud, access->policy.globals.host);
	return JIT_ACCEPT_IN_FORCE;
}

enum jit_accept
jit_accept_ruling(
	struct jit_handed_in *in, enum jit_ruling_kind kind, const char *payload)
{
	char subject[JIT_NAME_MAX + 1], looked_up[JIT_NAME_MAX + 1] = "";
	enum jit_accept a = check_claims(in, kind, payload);
	int r;

	if (a == JIT_ACCEPT_IN_FORCE && kind != JIT_RULING_SEEN)
		look_up_early(in, looked_up);
	if (a == JIT_ACCEPT_IN_FORCE)
		a = jit_accept_begin(in, in->ruling.id);
	if (a != JIT_ACCEPT_IN_FORCE)
		return a;
	if (kind == JIT_RULING_SEEN)
		return see(in);
	r = find_subject(in, subject);
	if (r == -ENOENT)
		return keep_unproven(in);
	if (r == 0)
		r = load(in, subject, looked_up);
	if (r < 0) {
		(void)jit_error_set(in->err, r, "the grants here cannot be read");
		return JIT_ACCEPT_FAILED;
	}
	return end(in);
}
