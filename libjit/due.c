/*
 * What becomes of open requests: closed, withdrawn, abandoned, asked of others. Runs as:
 * root.
 *
 * MUST leave one outcome, whoever acts at once: the lock, and the file that says it.
 */
#include <errno.h>

#include "access.h"
#include "file.h"
#include "parse.h"

enum { LOCK_TRIES = 5 };

bool
jit_access_is_aud(const struct jit_access *access, const char *aud)
{
	const struct jit_globals *globals = &access->policy.globals;

	return aud[0] == '@' ? jit_strv_has(&globals->labels, aud + 1)
			     : jit_streq(aud, globals->host);
}

int
jit_access_lock(const struct jit_access *access, struct jit_error *err)
{
	const struct jit_site *site = &access->site;
	_cleanup_close_ int fd = site->lib < 0
		? site->lib
		: jit_dir_make(site->lib, "grants", site->owner);
	int r = fd < 0 ? fd : -ETIMEDOUT;

	for (int i = 0; r == -ETIMEDOUT && i < LOCK_TRIES; i++)
		r = jit_file_lock(fd);
	if (r < 0)
		return jit_error_set(err, r,
			r == -ETIMEDOUT ? "this host is busy with other tokens: again in "
					  "a moment"
					: "/var/lib/jit/grants cannot be locked");
	return TAKE_FD(fd);
}

int
jit_access_close_request(struct jit_access *access, const struct jit_filed *filed,
	enum jit_request_state state, const char *by, const char *reason)
{
	struct jit_grant whose = { 0 };
	int r = jit_requests_close(
		&access->site, filed->jti, state, access->now.wall_sec);

	if (r < 0 || state == JIT_REQUEST_GRANTED)
		return r;
	(void)snprintf(whose.sub, sizeof(whose.sub), "%s", filed->sub);
	return jit_store_end(&access->site, &whose, filed->jti, by, reason, &access->now);
}

struct jit_audit
jit_access_request_audit(const struct jit_access *access,
	const struct jit_open_request *request, enum jit_event event)
{
	struct jit_audit audit = JIT_AUDIT_INIT(event);
	const struct jit_filed *filed = &request->filed;

	audit.policy = access->policy.globals.hash;
	audit.subject = filed->sub;
	audit.subject_uid = request->uid;
	audit.role = filed->role;
	audit.target = filed->as[0] ? filed->as : NULL;
	audit.rule = request->rule;
	audit.request = filed->jti;
	audit.via = filed->break_glass ? jit_via_name(JIT_VIA_BREAK_GLASS) : NULL;
	audit.reason = filed->reason[0] ? filed->reason : NULL;
	audit.tty = request->tty[0] ? request->tty : NULL;
	if (request->command.n)
		audit.command = &request->command;
	else if (filed->cmd.n)
		audit.command = &filed->cmd;
	if (event != JIT_EVENT_REQUEST)
		audit.waited_sec = access->now.wall_sec - filed->iat;
	else
		audit.expires_sec = request->expires_sec;
	return audit;
}

int
jit_access_abandon(struct jit_access *access, const struct jit_open_request *request)
{
	struct jit_audit audit =
		jit_access_request_audit(access, request, JIT_EVENT_REQUEST_ABANDONED);
	int r = jit_requests_close(&access->site, request->filed.jti,
		JIT_REQUEST_ABANDONED, access->now.wall_sec);

	if (r == 0)
		(void)!jit_audit_write(&access->site, &audit);
	return r;
}

/* ---- withdrawing ---- */

static int
find_typed(const struct jit_request_list *own, const char *typed, size_t *ret,
	struct jit_error *err)
{
	size_t n = 0;

	for (size_t i = 0; i < own->n; i++)
		if (jit_id_matches(own->v[i].filed.jti, typed)) {
			*ret = i;
			n++;
		}
	if (n == 0)
		return jit_error_set(err, -ENOENT,
			"you have no such request open: jitsu --status lists yours");
	return n == 1 ? 0
		      : jit_error_set(err, -ENOTUNIQ,
				"that stands for several requests: more of it, please");
}

static int
withdraw_one(struct jit_access *access, const struct jit_open_request *request,
	struct jit_error *err)
{
	struct jit_audit audit =
		jit_access_request_audit(access, request, JIT_EVENT_REQUEST_WITHDRAWN);
	_cleanup_close_ int lock = jit_access_lock(access, err);
	int r = lock;

	if (lock >= 0)
		r = jit_access_close_request(access, &request->filed,
			JIT_REQUEST_WITHDRAWN, request->filed.sub, "withdrawn");
	if (r == -ENOENT)
		return jit_error_set(err, r, "the request was answered just now");
	if (r < 0)
		return jit_error_set(err, r, "the request cannot be withdrawn: it %s",
			jit_file_problem(r));
	(void)!jit_audit_write(&access->site, &audit);
	return 0;
}

int
jit_access_withdraw(
	struct jit_access *access, uid_t uid, const char *typed, struct jit_error *err)
{
	struct jit_request_list own = { 0 };
	size_t i = 0;
	int r = jit_requests_load(&access->site, uid, &own);

	if (r < 0)
		return jit_error_set(err, r, "/var/lib/jit/requests cannot be read");
	r = find_typed(&own, typed, &i, err);
	if (r == 0)
		r = withdraw_one(access, &own.v[i], err);
	jit_request_list_done(&own);
	return r;
}

/* ---- what is due ---- */

static int
escalate(struct jit_access *access, struct jit_open_request *request,
	struct jit_request_list *list)
{
	struct jit_open_request *v = reallocarray(list->v, list->n + 1, sizeof(*list->v));

	if (!v)
		return -ENOMEM;
	list->v = v;
	if (jit_requests_escalated(&access->site, request->filed.jti) < 0)
		return 0; /* somebody else did, or it is over */
	list->v[list->n++] = *request;
	*request = (struct jit_open_request){ 0 };
	return 0;
}

static int
sweep_one(struct jit_access *access, struct jit_open_request *request,
	struct jit_request_list *escalated)
{
	int64_t now = access->now.wall_sec;

	if (request->expires_sec <= now) {
		_cleanup_close_ int lock = jit_access_lock(access, NULL);
		int r = lock < 0 ? lock : jit_access_abandon(access, request);

		return r == -ENOENT ? 0 : r;
	}
	if (!escalated || !request->escalate_sec || request->escalate_sec > now)
		return 0;
	return escalate(access, request, escalated);
}

int
jit_access_sweep(struct jit_access *access, struct jit_request_list *ret_escalated)
{
	struct jit_request_list open = { 0 }, escalated = { 0 };
	int r = jit_requests_load(&access->site, (uid_t)-1, &open);

	for (size_t i = 0; r == 0 && i < open.n; i++)
		r = sweep_one(access, &open.v[i], ret_escalated ? &escalated : NULL);
	jit_request_list_done(&open);
	if (r < 0 || !ret_escalated)
		jit_request_list_done(&escalated);
	else
		*ret_escalated = escalated;
	return r;
}
