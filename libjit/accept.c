/*
 * Handing in a token. Runs as: root, on behalf of anybody: the signature is the authority.
 *
 * Order: bound, signature, key, claims, host, subject, lock, rule, time, record, store. A
 * refusal is recorded with the token's own words only after its signature held.
 */
#include "accept.h"

#include <errno.h>

#include "token.h"

enum jit_accept
jit_accept_refuse(struct jit_handed_in *in, const char *format, ...)
{
	char text[sizeof(in->err->text)];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	(void)jit_error_set(in->err, 0, "%s", text);
	return JIT_ACCEPT_REFUSED;
}

enum jit_accept
jit_accept_begin(struct jit_handed_in *in, const char *id)
{
	int r;

	in->lock = jit_access_lock(in->access, in->err);
	if (in->lock < 0)
		return JIT_ACCEPT_FAILED;
	if (!id[0])
		return JIT_ACCEPT_IN_FORCE;
	r = jit_requests_find(&in->access->site, id, &in->request);
	if (r < 0 && r != -ENOENT) {
		(void)jit_error_set(in->err, r, "/var/lib/jit/requests cannot be read");
		return JIT_ACCEPT_FAILED;
	}
	in->has_request = r == 0;
	return JIT_ACCEPT_IN_FORCE;
}

/* ---- recording ---- */

static void
audit_grant(const struct jit_handed_in *in, struct jit_audit *audit)
{
	const struct jit_grant *g = &in->grant;

	audit->subject = g->sub;
	audit->role = g->role;
	audit->target = g->as[0] ? g->as : NULL;
	audit->grant = jit_grant_id(g);
	audit->request = g->req[0] ? g->req : NULL;
	audit->via = jit_via_name(g->via);
	audit->reason = g->reason[0] ? g->reason : NULL;
	audit->command = g->cmd.n ? &g->cmd : NULL;
}

static void
audit_ruling(const struct jit_handed_in *in, struct jit_audit *audit)
{
	const struct jit_ruling *ruling = &in->ruling;

	*(ruling->is_req ? &audit->request : &audit->grant) = ruling->id;
	audit->reason = ruling->reason[0] ? ruling->reason : NULL;
	audit->subject = in->grant.sub[0] ? in->grant.sub : NULL;
	audit->role = in->grant.role[0] ? in->grant.role : NULL;
}

struct jit_audit
jit_accept_audit(const struct jit_handed_in *in, enum jit_event event)
{
	struct jit_audit audit = JIT_AUDIT_INIT(event);

	audit.policy = in->access->policy.globals.hash;
	audit.subject_uid = in->by_uid;
	if (!in->verified)
		return audit;
	audit.approver = in->key.principal;
	audit.rule = in->rule ? in->rule->name : NULL;
	if (in->ruling.kind == JIT_RULING_NONE)
		audit_grant(in, &audit);
	else
		audit_ruling(in, &audit);
	if (in->has_request)
		audit.waited_sec = in->access->now.wall_sec - in->request.filed.iat;
	return audit;
}

/* ---- whose words ---- */

/* Under which assertion it was signed says what it is. ret_kind NONE: a grant. */
static int
open_token(struct jit_handed_in *in, char **ret_payload, enum jit_ruling_kind *ret_kind)
{
	const struct jit_table *keys = &in->access->keys;
	struct jit_error err = { "" };
	int r = jit_token_open(
		in->token, JIT_ASSERT_GRANT, keys, ret_payload, &in->key, &err);

	*ret_kind = JIT_RULING_NONE;
	for (int kind = JIT_RULING_DENY; r == -EBADMSG && kind <= JIT_RULING_SEEN;
		kind++) {
		*ret_kind = (enum jit_ruling_kind)kind;
		r = jit_token_open(in->token, jit_ruling_assertion(*ret_kind), keys,
			ret_payload, &in->key, NULL);
	}
	return r < 0 ? jit_error_set(in->err, r, "%s", err.text) : 0;
}

static enum jit_accept
accept_steps(struct jit_handed_in *in, char *text)
{
	_cleanup_free_ char *payload = NULL;
	enum jit_ruling_kind kind;
	int r = jit_token_squeeze(text);

	if (r < 0) {
		(void)jit_error_set(in->err, r,
			r == -ENODATA ? "no token on standard input"
				      : "this is longer than any token");
		return JIT_ACCEPT_MALFORMED;
	}
	in->token = text;
	r = open_token(in, &payload, &kind);
	if (r == -ENOENT)
		return JIT_ACCEPT_REFUSED;
	if (r < 0)
		return r == -ENOMEM ? JIT_ACCEPT_FAILED : JIT_ACCEPT_MALFORMED;
	return kind == JIT_RULING_NONE ? jit_accept_grant(in, payload)
				       : jit_accept_ruling(in, kind, payload);
}

static void
fill_accepted(struct jit_handed_in *in, struct jit_accepted *ret)
{
	const char *id = in->ruling.kind != JIT_RULING_NONE ? in->ruling.id
							    : jit_grant_id(&in->grant);

	*ret = (struct jit_accepted){
		.ruling = in->ruling.kind,
		.unproven = in->unproven,
		.end_sec = in->end_sec,
		.approvals = in->approvals,
		.have = in->have,
	};
	(void)snprintf(ret->by, sizeof(ret->by), "%s", in->key.principal);
	(void)snprintf(ret->id, sizeof(ret->id), "%s", id);
	ret->grant = in->grant;
	in->grant = (struct jit_grant){ 0 };
}

enum jit_accept
jit_access_accept(struct jit_access *access, char *text, uid_t by_uid,
	struct jit_accepted *ret, struct jit_error *err)
{
	struct jit_error local = { "" };
	struct jit_handed_in in = {
		.access = access,
		.err = err ? err : &local,
		.by_uid = by_uid,
		.lock = -1,
		.refusal = JIT_EVENT_GRANT_REFUSED,
	};
	enum jit_accept a = accept_steps(&in, text);

	jit_closep(&in.lock);
	if (a == JIT_ACCEPT_IN_FORCE || a == JIT_ACCEPT_MORE_NEEDED) {
		fill_accepted(&in, ret);
	} else {
		struct jit_audit audit = jit_accept_audit(&in, in.refusal);

		audit.why = in.err->text;
		(void)!jit_audit_write(&access->site, &audit);
	}
	jit_grant_done(&in.grant);
	jit_open_request_done(&in.request);
	return a;
}
