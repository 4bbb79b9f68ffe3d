/*
 * A request that was made elsewhere, under the subject's own key. Runs as: root, on behalf
 * of anybody: the signature is the authority.
 *
 * MUST verify before parsing, and MUST ask the rules as if the subject asked here.
 */
#include <errno.h>
#include <string.h>

#include "accept.h"
#include "ask.h"
#include "holder.h"
#include "parse.h"
#include "request_file.h"
#include "token.h"

static void
copy_text(char *ret, size_t size, const char *s)
{
	(void)snprintf(ret, size, "%s", s);
}

static int
token_open(const struct jit_access *access, const char *text, struct jit_filed *ret,
	struct jit_error *err)
{
	_cleanup_free_ char *payload = NULL;
	struct jit_key key;
	int r = jit_token_open(
		text, JIT_ASSERT_REQUEST, &access->keys, &payload, &key, err);

	if (r < 0)
		return r == -ENOENT ? -EPERM : r;
	if (key.is_host)
		return jit_error_set(
			err, -EPERM, "this host signed it: it is open here, or was");
	if (!jit_key_allows(&key, JIT_NS_REQUEST, access->now.wall_sec))
		return jit_error_set(err, -EPERM,
			"%s's key may not sign requests here (now)", key.principal);
	return jit_filed_parse(payload, &key, ret, err);
}

static int
check_filed_token(
	const struct jit_access *access, const struct jit_filed *f, struct jit_error *err)
{
	int64_t now = access->now.wall_sec;

	if (!jit_access_is_aud(access, f->aud))
		return jit_error_set(err, -EPERM, "the request is for %s, this is %s",
			f->aud, access->policy.globals.host);
	if (f->iat > now + JIT_CLOCK_LEEWAY_SEC)
		return jit_error_set(err, -EPERM,
			"the request was signed in the future: compare the clocks");
	if (f->iat + access->policy.globals.request_ttl_sec <= now)
		return jit_error_set(
			err, -EPERM, "the request is too old: make a new one");
	if (f->cmd.n && f->cmd.v[0][0] != '/')
		return jit_error_set(err, -EINVAL,
			"a command is asked for from elsewhere by its words, the first "
			"an "
			"absolute path");
	return f->at ? jit_ask_check_at(access, f->at, err) : 0;
}

/* What the rules here say to it, in words. */
static int
not_fileable(
	const struct jit_filed *f, const struct jit_decision *d, struct jit_error *err)
{
	char text[JIT_DURATION_SIZE];

	if (d->verdict == JIT_ALLOW)
		return jit_error_set(err, -EALREADY,
			"no approval is needed for %s here: just run it", f->role);
	switch (d->reason) {
	case JIT_WHY_TOO_LONG:
		return jit_error_set(err, -EPERM, "role %s can be had for %s at most",
			f->role, jit_format_duration(d->max_sec, text));
	case JIT_WHY_NEEDS_REASON:
		return jit_error_set(err, -EPERM, "a reason is needed");
	case JIT_WHY_NEEDS_TICKET:
		return jit_error_set(err, -EPERM,
			"the reason must begin with a ticket (rule %s)", d->rule->name);
	case JIT_WHY_RULE_DENIES:
		return jit_error_set(err, -EPERM, "rule %s refuses it", d->rule->name);
	case JIT_WHY_LOCKED: return jit_error_set(err, -EPERM, "it is locked here");
	default:
		return jit_error_set(err, -EPERM,
			"no rule here lets %s ask for the role %s now", f->sub, f->role);
	}
}

/* The same question as if it were asked here, by the role's name. */
static int
ask_for_filed(struct jit_access *access, const struct jit_filed *f,
	struct jit_decision *ret, struct jit_error *err)
{
	const struct jit_request request = {
		.way = f->break_glass ? JIT_WAY_BREAK_GLASS : JIT_WAY_PLAIN,
		.target = f->as[0] ? f->as : NULL,
		.role = f->role,
		.argv = f->cmd,
		.duration_sec = f->dur,
		.reason = f->reason,
		.anew = true,
	};

	if (jit_access_subject(access, f->sub, 0, NULL) < 0)
		return jit_error_set(
			err, -EPERM, "%s is no account on this host", f->sub);
	return jit_access_ask(access, &request, ret, err);
}

/* Has somebody who may said no to it, before it came here? */
static int
ruled_already(struct jit_access *access, const struct jit_filed *f)
{
	struct jit_grant like = { .iat = f->iat };
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1];
	int r;

	copy_text(like.sub, sizeof(like.sub), f->sub);
	copy_text(like.role, sizeof(like.role), f->role);
	copy_text(like.as, sizeof(like.as), f->as);
	copy_text(like.req, sizeof(like.req), f->jti);
	r = jit_unproven_settle(access, f->jti, &like);
	return r != 0 ? r
		      : jit_store_ended(&access->site, f->jti, f->sub, false, by, reason);
}

/* Who signs a request chooses its id. Under that of anything else that is or was here, his
 * withdrawing it would end that. 1: it is, 0, or -errno. */
static int
id_is_taken(const struct jit_access *access, const struct jit_filed *f)
{
	const struct jit_site *site = &access->site;
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1];
	struct jit_open_request before;
	int r = jit_requests_find(site, f->jti, &before);

	if (r == 0) {
		/* one's own, handed in again: it is given back, or over */
		r = !jit_streq(before.filed.sub, f->sub);
		jit_open_request_done(&before);
		return r;
	}
	if (r == -ENOENT)
		r = jit_holder_find(site, f->jti, by);
	if (r == 0)
		return !jit_streq(by, f->sub);
	if (r == -ENOENT)
		r = jit_store_ended(site, f->jti, NULL, true, by, reason);
	return r != 0 ? r : jit_history_has_grant(site, f->jti);
}

static int
file_filed(struct jit_access *access, struct jit_open_request *wanted,
	struct jit_open_request *ret, bool *ret_old, struct jit_error *err)
{
	_cleanup_close_ int lock = -1;
	struct jit_decision decision;
	int r = ask_for_filed(access, &wanted->filed, &decision, err);

	if (r < 0)
		return r;
	if (decision.reason != JIT_WHY_NEEDS_APPROVAL)
		return not_fileable(&wanted->filed, &decision, err);
	lock = jit_access_lock(access, err);
	if (lock < 0)
		return lock;
	r = id_is_taken(access, &wanted->filed);
	if (r != 0)
		return jit_error_set(
			err, r < 0 ? r : -EPERM, "its id is taken here: make a new one");
	r = ruled_already(access, &wanted->filed);
	if (r != 0)
		return jit_error_set(err, r < 0 ? r : -EPERM, "it was refused already");
	r = jit_ask_fill_rule(access, &decision, wanted);
	if (r < 0)
		return jit_error_set(err, r, "out of memory");
	if (wanted->filed.cmd.n)
		wanted->command = wanted->filed.cmd;
	r = jit_ask_look(access, wanted, ret, ret_old, err);
	return r < 0 || *ret_old ? r : jit_ask_keep(access, wanted, ret, err);
}

int
jit_access_file_token(struct jit_access *access, char *text, struct jit_open_request *ret,
	bool *ret_old, struct jit_error *err)
{
	_cleanup_(jit_ask_unfill) struct jit_open_request wanted = { 0 };
	int r = jit_filed_squeeze(text, err);

	if (r == 0)
		r = token_open(access, text, &wanted.filed, err);
	if (r == 0)
		r = check_filed_token(access, &wanted.filed, err);
	if (r < 0)
		return r;
	wanted.token = strdup(text);
	if (!wanted.token)
		return jit_error_set(err, -ENOMEM, "out of memory");
	return file_filed(access, &wanted, ret, ret_old, err);
}
