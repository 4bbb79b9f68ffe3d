/*
 * Asking for what needs an approval. Runs as: root.
 *
 * MUST have the record before the request, and MUST NOT file what no rule lets anybody
 * approve.
 */
#include <errno.h>
#include <string.h>

#include "ask.h"
#include "config.h"
#include "escape.h"
#include "file.h"
#include "parse.h"
#include "token.h"

/* ---- filling one in ---- */

static void
copy_text(char *ret, size_t size, const char *s)
{
	(void)snprintf(ret, size, "%s", s ? s : "");
}

/* `secops`; `carol or dave`; `secops, netops or carol`. */
static void
asked_text(const struct jit_strv *shown, char *ret, size_t size)
{
	size_t at = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < shown->n && at < size; i++) {
		const char *name = shown->v[i] + (shown->v[i][0] == '@');
		const char *before = i == 0 ? "" : i == shown->n - 1 ? " or " : ", ";

		at += (size_t)snprintf(ret + at, size - at, "%s%s", before, name);
	}
}

/* The names but the subject's own; the caller frees ret->v. */
static int
others(const struct jit_strv *names, const char *subject, struct jit_strv *ret)
{
	ret->v = calloc(names->n + 1, sizeof(*ret->v));
	if (!ret->v)
		return -ENOMEM;
	for (size_t i = 0; i < names->n; i++)
		if (!jit_streq(names->v[i], subject))
			ret->v[ret->n++] = names->v[i];
	return 0;
}

/* Where it must be exactly this command, whoever approves it must be able to read it. */
static bool
command_can_be_shown(const struct jit_strv *argv)
{
	size_t size = 0;

	for (size_t i = 0; i < argv->n; i++) {
		if (!jit_utf8_valid(argv->v[i]))
			return false;
		size += strlen(argv->v[i]) + 1;
		if (size > JIT_COMMAND_MAX)
			return false;
	}
	return true;
}

static int
fill_command(const struct jit_request *request, const struct jit_decision *decision,
	struct jit_open_request *ret, struct jit_error *err)
{
	struct jit_grant bound = { 0 };
	int r;

	if (request->kind != JIT_KIND_COMMAND)
		return 0;
	if (command_can_be_shown(&request->argv))
		ret->command = request->argv;
	else if (decision->exact_command)
		return jit_error_set(err, -E2BIG,
			"nobody could be shown this command whole: put it in a script");
	if (!decision->exact_command)
		return 0;
	r = jit_grant_bind(&bound, &request->argv);
	ret->filed.cmd = bound.cmd;
	ret->filed.strings = bound.strings;
	return r < 0 ? jit_error_set(err, r, "out of memory") : 0;
}

int
jit_ask_fill_rule(const struct jit_access *access, const struct jit_decision *decision,
	struct jit_open_request *ret)
{
	const struct jit_rule *rule = decision->rule;
	int r = others(&rule->approvers, access->subject.name, &ret->approvers);

	if (r == 0)
		r = others(&rule->then_ask, access->subject.name, &ret->then_ask);
	if (r < 0)
		return r;
	copy_text(ret->rule, sizeof(ret->rule), rule->name);
	asked_text(&rule->approvers_shown, ret->asked_shown, sizeof(ret->asked_shown));
	jit_escape(decision->role->description, ret->role_shown, sizeof(ret->role_shown));
	copy_text(ret->target, sizeof(ret->target), decision->target);
	ret->approvals = rule->approvals;
	ret->uid = access->subject.uid;
	ret->expires_sec = access->now.wall_sec + access->policy.globals.request_ttl_sec;
	if (rule->then_ask.n && rule->answer_within_sec)
		ret->escalate_sec = access->now.wall_sec + rule->answer_within_sec;
	return 0;
}

static int
fill(const struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, int64_t at_sec, const char *tty,
	struct jit_open_request *ret, struct jit_error *err)
{
	struct jit_filed *f = &ret->filed;
	int r;

	copy_text(f->iss, sizeof(f->iss), "host");
	copy_text(f->sub, sizeof(f->sub), access->subject.name);
	copy_text(f->aud, sizeof(f->aud), access->policy.globals.host);
	jit_grant_new_id(f->jti);
	f->iat = access->now.wall_sec;
	copy_text(f->role, sizeof(f->role), decision->role->name);
	jit_access_as(decision, f->as);
	f->dur = decision->duration_sec;
	f->at = at_sec;
	f->break_glass = request->way == JIT_WAY_BREAK_GLASS;
	copy_text(f->reason, sizeof(f->reason), request->reason);
	copy_text(ret->tty, sizeof(ret->tty), tty);
	r = fill_command(request, decision, ret, err);
	if (r < 0)
		return r;
	r = jit_ask_fill_rule(access, decision, ret);
	return r < 0 ? jit_error_set(err, r, "out of memory") : 0;
}

void
jit_ask_unfill(struct jit_open_request *request)
{
	request->command = (struct jit_strv){ 0 };
	jit_open_request_done(request);
}

static int
sign(const struct jit_access *access, struct jit_open_request *request,
	struct jit_error *err)
{
	_cleanup_free_ char *payload = NULL;
	int r = jit_filed_payload(&request->filed, &payload);

	if (r < 0)
		return jit_error_set(err, r, "the request cannot be written down");
	return jit_access_sign(access, payload, JIT_ASSERT_REQUEST, request->filed.kid,
		&request->token, err);
}

/* ---- filing ---- */

/* The same thing asked for; the reason may be another. */
static bool
asks_the_same(const struct jit_filed *a, const struct jit_filed *b)
{
	return jit_streq(a->role, b->role) && jit_streq(a->as, b->as) &&
		a->dur == b->dur && a->at == b->at && a->break_glass == b->break_glass &&
		jit_strv_equal(&a->cmd, &b->cmd);
}

/* The subject's own open ones: those that are over are closed, the same one is given back
 * (1). -EDQUOT: there are too many. */
static int
look_at_own(struct jit_access *access, const struct jit_open_request *wanted,
	struct jit_open_request *ret)
{
	struct jit_request_list own = { 0 };
	size_t open = 0;
	int r = jit_requests_load(&access->site, access->subject.uid, &own);

	for (size_t i = 0; r == 0 && i < own.n; i++) {
		struct jit_open_request *request = &own.v[i];

		if (request->expires_sec <= access->now.wall_sec) {
			(void)!jit_access_abandon(access, request);
			continue;
		}
		open++;
		if (!asks_the_same(&request->filed, &wanted->filed))
			continue;
		*ret = *request;
		*request = (struct jit_open_request){ 0 };
		r = 1;
	}
	jit_request_list_done(&own);
	if (r == 0 && open >= access->policy.globals.pending_requests)
		r = -EDQUOT;
	return r;
}

static int
cannot_file(int r, struct jit_error *err)
{
	switch (r) {
	case -EDQUOT:
		return jit_error_set(err, r,
			"too many requests are open: jitsu --status lists yours, jitsu "
			"--cancel withdraws one");
	case -EEXIST:
		return jit_error_set(
			err, r, "this request was handed in before, and is over");
	default:
		return jit_error_set(err, r,
			"the request cannot be kept in /var/lib/jit/requests: it %s",
			jit_file_problem(r));
	}
}

int
jit_ask_look(struct jit_access *access, const struct jit_open_request *wanted,
	struct jit_open_request *ret, bool *ret_old, struct jit_error *err)
{
	int r = look_at_own(access, wanted, ret);

	if (r < 0)
		return cannot_file(r, err);
	*ret_old = r > 0;
	return 0;
}

int
jit_ask_keep(struct jit_access *access, const struct jit_open_request *wanted,
	struct jit_open_request *ret, struct jit_error *err)
{
	struct jit_audit audit =
		jit_access_request_audit(access, wanted, JIT_EVENT_REQUEST);
	int r = jit_access_record(access, &audit, err);

	if (r < 0)
		return r;
	r = jit_requests_add(
		&access->site, wanted, access->policy.globals.pending_requests);
	if (r == 0)
		r = jit_requests_find_of(
			&access->site, wanted->uid, wanted->filed.jti, ret);
	return r < 0 ? cannot_file(r, err) : 0;
}

int
jit_ask_check_at(const struct jit_access *access, int64_t at_sec, struct jit_error *err)
{
	int64_t now = access->now.wall_sec;

	if (at_sec == 0 || (at_sec > now && at_sec - now <= JIT_CEILING_AHEAD_SEC))
		return 0;
	return jit_error_set(err, -ERANGE,
		at_sec <= now ? "that start has passed"
			      : "that start lies further ahead than any grant may here");
}

static int
check_asked(const struct jit_request *request, const struct jit_decision *decision,
	struct jit_error *err)
{
	if (decision->verdict == JIT_ALLOW ||
		decision->reason != JIT_WHY_NEEDS_APPROVAL || !decision->rule ||
		!decision->role)
		return jit_error_set(err, -EPERM, "nobody can approve this here");
	if (request->reason && !jit_text_valid(request->reason, JIT_REASON_MAX))
		return jit_error_set(err, -EINVAL,
			"a reason has at most %d bytes, in one line", JIT_REASON_MAX);
	return 0;
}

int
jit_access_file(struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, int64_t at_sec, const char *tty,
	struct jit_open_request *ret, bool *ret_old, struct jit_error *err)
{
	_cleanup_(jit_ask_unfill) struct jit_open_request wanted = { 0 };
	_cleanup_close_ int lock = -1;
	int r = check_asked(request, decision, err);

	if (r == 0)
		r = jit_ask_check_at(access, at_sec, err);
	if (r == 0)
		r = fill(access, request, decision, at_sec, tty, &wanted, err);
	if (r < 0)
		return r;
	lock = jit_access_lock(access, err);
	r = lock < 0 ? lock : jit_ask_look(access, &wanted, ret, ret_old, err);
	if (r < 0 || *ret_old)
		return r;
	r = sign(access, &wanted, err);
	return r < 0 ? r : jit_ask_keep(access, &wanted, ret, err);
}
