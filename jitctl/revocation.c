/*
 * What root revokes, chosen, ended and told.
 *
 * Runs as root. MUST end what it can, whatever else fails; MUST NOT be stopped by a record
 * that cannot be written.
 */
#include "jitctl/revocation.h"

#include <errno.h>
#include <string.h>

#include "jitctl/conf_arena.h"
#include "jitctl/list.h"
#include "libjit/escape.h"
#include "libjit/notify.h"
#include "libjit/parse.h"

enum { NOTICES_MAX = 20 }; /* people are told one by one of so many, and then no more */

void
revocation_done(struct revocation *rev)
{
	jit_held_list_done(&rev->held);
	jit_request_list_done(&rev->requests);
	jit_access_close(&rev->access);
	free(rev->ids);
}

/* ---- which ---- */

static bool
is_wanted(const struct revocation *rev, const char *id, const char *subject,
	const char *role)
{
	if (rev->typed)
		return jit_id_matches(id, rev->typed);
	if (rev->subject)
		return jit_streq(rev->subject, subject);
	return rev->all || jit_streq(rev->role, role);
}

/* Also by the whole id of its token, which of one of several approvals is another. */
static bool
is_wanted_grant(const struct revocation *rev, const struct jit_grant *grant)
{
	return (rev->typed && jit_streq(grant->jti, rev->typed)) ||
		is_wanted(rev, jit_grant_id(grant), grant->sub, grant->role);
}

static bool
is_done(const struct revocation *rev, const char *id)
{
	for (size_t i = 0; i < rev->n_ids; i++)
		if (jit_streq(rev->ids[i], id))
			return true;
	return false;
}

static void
note_done(struct revocation *rev, const char *id)
{
	rev->ids = conf_grow(rev->ids, rev->n_ids, &rev->ids_size, sizeof(*rev->ids));
	memcpy(rev->ids[rev->n_ids++], id, JIT_ID_LEN + 1);
}

/* Could it still be used? */
static bool
is_live(const struct revocation *rev, const struct jit_held *held)
{
	const struct jit_grant *grant = &held->grant;
	const struct jit_now *now = &rev->access.now;

	if (held->ended)
		return false;
	if (!grant->by_host)
		return grant->exp + JIT_CLOCK_BACK_SEC >= now->wall_sec;
	return jit_streq(grant->boot, now->boot_id) && grant->to_ms > now->boot_ms;
}

/* An id that people type must be one thing. -ENOTUNIQ. */
static int
check_unique(const struct revocation *rev, struct jit_error *err)
{
	const char *first = NULL, *id;
	char shown[64];

	for (size_t i = 0; i < rev->held.n + rev->requests.n; i++) {
		id = i < rev->held.n ? jit_grant_id(&rev->held.v[i].grant)
				     : rev->requests.v[i - rev->held.n].filed.jti;
		if (!jit_id_matches(id, rev->typed))
			continue;
		if (first && !jit_streq(first, id))
			return jit_error_set(err, -ENOTUNIQ,
				"more than one grant or request begins with %s: write "
				"more of it",
				jit_escape(rev->typed, shown, sizeof(shown)));
		first = id;
	}
	return 0;
}

/* ---- telling ---- */

static void
record(const struct revocation *rev, const struct jit_audit *audit)
{
	if (jit_audit_write(&rev->access.site, audit) < 0)
		fputs("jitctl: it holds, but /var/log/jit/audit.jsonl could not be "
		      "written\n",
			stderr);
}

static void
notify(const struct revocation *rev, const struct jit_notice *notice)
{
	if (rev->n_ids <= NOTICES_MAX && rev->access.policy.table.fd >= 0)
		(void)jit_notify(&rev->access.policy.globals, notice);
}

static void
tell_grant(struct revocation *rev, const char *id, const struct jit_grant *grant)
{
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_REVOKED);
	struct jit_notice notice = { .event = JIT_EVENT_REVOKED,
		.by = rev->by,
		.reason = rev->reason,
		.grant = id };
	char why[JIT_REASON_MAX + JIT_NAME_MAX + 8];

	(void)snprintf(why, sizeof(why), "by %s: %s", rev->by, rev->reason);
	audit.grant = id;
	audit.why = why;
	if (grant) {
		audit.subject = notice.subject = grant->sub;
		audit.role = notice.role = grant->role;
		audit.target = notice.target = grant->as[0] ? grant->as : NULL;
		audit.approver = grant->iss;
		audit.via = jit_via_name(grant->via);
		audit.request = grant->req[0] ? grant->req : NULL;
		audit.reason = grant->reason[0] ? grant->reason : NULL;
	}
	record(rev, &audit);
	notify(rev, &notice);
}

static void
tell_request(struct revocation *rev, const struct jit_open_request *request)
{
	const struct jit_filed *filed = &request->filed;
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_DENY);
	struct jit_notice notice;

	audit.request = filed->jti;
	audit.subject = filed->sub;
	audit.subject_uid = request->uid;
	audit.role = filed->role;
	audit.target = filed->as[0] ? filed->as : NULL;
	audit.approver = rev->by;
	audit.why = rev->reason;
	audit.reason = filed->reason[0] ? filed->reason : NULL;
	audit.waited_sec = rev->access.now.wall_sec - filed->iat;
	record(rev, &audit);
	jit_notice_of_request(request, false, &notice);
	notice.event = JIT_EVENT_DENY;
	notice.by = rev->by;
	notice.reason = rev->reason;
	notify(rev, &notice);
}

/* ---- ending ---- */

static int
end(struct revocation *rev, const struct jit_grant *grant, const char *id)
{
	int r = jit_store_end(
		&rev->access.site, grant, id, rev->by, rev->reason, &rev->access.now);

	if (r == 0)
		note_done(rev, id);
	else if (rev->error == 0)
		rev->error = r;
	return r;
}

static void
end_grants(struct revocation *rev)
{
	char id[LIST_ID_SYMBOLS + 1];

	for (size_t i = 0; i < rev->held.n; i++) {
		const struct jit_grant *grant = &rev->held.v[i].grant;
		const char *whole = jit_grant_id(grant);

		if (!is_wanted_grant(rev, grant) || !is_live(rev, &rev->held.v[i]) ||
			is_done(rev, whole) || end(rev, grant, whole) < 0)
			continue;
		rev->grants++;
		tell_grant(rev, whole, grant);
		printf("revoked: grant %s of %s (%s)\n", list_short_id(whole, id),
			grant->sub, grant->role);
	}
}

/* One after another with whoever hands in an answer. -ENOENT: somebody's was quicker. */
static int
deny_request(struct revocation *rev, const struct jit_filed *filed)
{
	struct jit_access *access = &rev->access;
	/* without it just the same: it has ended */
	_cleanup_close_ int lock = jit_access_lock(access, NULL);
	struct jit_answer answer = { .yes = false, .sec = access->now.wall_sec };

	(void)snprintf(answer.by, sizeof(answer.by), "%s", rev->by);
	(void)snprintf(answer.reason, sizeof(answer.reason), "%s", rev->reason);
	(void)!jit_requests_answer(&access->site, filed->jti, &answer);
	return jit_access_close_request(
		access, filed, JIT_REQUEST_DENIED, rev->by, rev->reason);
}

/* First it ends, which waits for nobody: what an approval makes of it meanwhile is over
 * too. */
static void
close_request(struct revocation *rev, const struct jit_open_request *request)
{
	const char *whole = request->filed.jti;
	bool ended = is_done(rev, whole);
	char id[LIST_ID_SYMBOLS + 1];
	int r;

	if (!ended && end(rev, NULL, whole) < 0)
		return;
	r = deny_request(rev, &request->filed);
	if (r == -ENOENT && !ended)
		tell_grant(rev, whole, NULL);
	if (r < 0)
		return;
	rev->closed++;
	tell_request(rev, request);
	printf("closed: request %s of %s (%s)\n", list_short_id(whole, id),
		request->filed.sub,
		request->filed.role[0] ? request->filed.role : "a command");
}

static void
close_requests(struct revocation *rev)
{
	for (size_t i = 0; i < rev->requests.n; i++) {
		const struct jit_filed *filed = &rev->requests.v[i].filed;

		if (is_wanted(rev, filed->jti, filed->sub, filed->role))
			close_request(rev, &rev->requests.v[i]);
	}
}

static void
count_running(struct revocation *rev)
{
	_cleanup_free_ struct jit_session *sessions = NULL;
	size_t n = 0;

	if (jit_session_list(&rev->access.site, &sessions, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		rev->running += is_done(rev, sessions[i].grant);
}

/* A whole id of what nobody here has seen: it cannot be handed in any more. */
static int
end_unseen(struct revocation *rev, struct jit_error *err)
{
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1], id[LIST_ID_SYMBOLS + 1];
	char shown[64];
	bool ended;

	for (size_t i = 0; i < rev->held.n; i++)
		if (is_wanted_grant(rev, &rev->held.v[i].grant))
			return jit_error_set(err, -EALREADY, "grant %s has ended already",
				list_short_id(jit_grant_id(&rev->held.v[i].grant), id));
	if (!jit_id_valid(rev->typed))
		return jit_error_set(err, -ENOENT,
			"no grant or request %s here: jitctl list grants, jitctl list "
			"requests; one that was not handed in yet is revoked by its "
			"whole "
			"id (32 digits)",
			jit_escape(rev->typed, shown, sizeof(shown)));
	ended = jit_store_ended(&rev->access.site, rev->typed, NULL, true, by, reason) >
		0;
	/* all the same: so far it may have been another's with this id */
	if (end(rev, NULL, rev->typed) < 0)
		return 0; /* said with all others */
	if (ended)
		return jit_error_set(err, -EALREADY, "grant %s has ended already",
			list_short_id(rev->typed, id));
	tell_grant(rev, rev->typed, NULL);
	printf("revoked: grant %s, which was not seen here; it cannot be handed in any "
	       "more\n",
		list_short_id(rev->typed, id));
	rev->grants++;
	return 0;
}

static int
summary(const struct revocation *rev, struct jit_error *err)
{
	if (rev->error < 0)
		return jit_error_set(err, rev->error,
			"NOT all revoked: the revocation cannot be stored below "
			"/var/lib/jit: %s",
			strerror(-rev->error));
	printf("jitctl: %zu grant%s revoked, %zu open request%s closed", rev->grants,
		rev->grants == 1 ? "" : "s", rev->closed, rev->closed == 1 ? "" : "s");
	if (rev->running)
		printf("; %zu running under %s: ended", rev->running,
			rev->n_ids == 1 ? "it" : "them");
	putchar('\n');
	return 0;
}

int
revocation_run(struct revocation *rev, struct jit_error *err)
{
	int r = rev->typed ? check_unique(rev, err) : 0;

	if (r < 0)
		return r;
	end_grants(rev);
	close_requests(rev);
	if (rev->typed && rev->n_ids == 0 && rev->error == 0)
		r = end_unseen(rev, err);
	count_running(rev);
	if (r < 0)
		return r;
	r = summary(rev, err);
	if (r == 0 && !rev->typed && rev->load_err.text[0])
		return jit_error_set(err, -EIO,
			"grants cannot be told apart without policy and keys, so NONE "
			"was "
			"revoked: revoke by whole id, or jitctl lock");
	return r;
}
