/*
 * Grants that the host gives by itself, and the use of any. Runs as: root.
 *
 * MUST sign only what the decision allowed, and MUST have the record before the grant.
 */
#include <errno.h>
#include <string.h>

#include "access.h"
#include "break_glass.h"
#include "escape.h"
#include "file.h"
#include "token.h"

/* ---- signing ---- */

int
jit_access_sign(const struct jit_access *access, const char *payload,
	const char *assertion, char ret_kid[JIT_KID_LEN + 1], char **ret_token,
	struct jit_error *err)
{
	_cleanup_host_key_ struct jit_host_key host_key = { 0 };
	struct jit_key known;
	int r = jit_host_key_load(&access->site, &host_key, err);

	if (r < 0)
		return r;
	if (jit_keys_find_host(&access->keys, &known) < 0 ||
		memcmp(known.public_key, host_key.sign_public,
			sizeof(known.public_key)) != 0)
		return jit_error_set(err, -ENOKEY,
			"the host key is not the compiled one: as root, jitctl reload");
	r = jit_token_sign(payload, assertion, host_key.sign_secret, ret_token);
	if (r < 0)
		return jit_error_set(err, r,
			r == -EFBIG ? "the reason or the command is too long for a token"
				    : "nothing can be signed with the host key");
	jit_key_id(host_key.sign_public, ret_kid);
	return 0;
}

static void
copy_text(char *ret, size_t size, const char *s)
{
	(void)snprintf(ret, size, "%s", s ? s : "");
}

void
jit_access_as(const struct jit_decision *decision, char ret[JIT_NAME_MAX + 1])
{
	const struct jit_strv *run_as = &decision->role->run_as;
	bool choice = run_as->n != 1 || jit_streq(run_as->v[0], "*");

	copy_text(ret, JIT_NAME_MAX + 1, choice ? decision->target : NULL);
}

static int
grant_fill(const struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, struct jit_grant *ret)
{
	struct jit_grant *g = ret;
	bool break_glass = decision->reason == JIT_WHY_RULE_BREAK_GLASS;

	*g = (struct jit_grant){
		.by_host = true,
		.via = break_glass ? JIT_VIA_BREAK_GLASS : JIT_VIA_AUTO,
		.iat = access->now.wall_sec,
		.from_ms = access->now.boot_ms,
		.to_ms = access->now.boot_ms + decision->duration_sec * 1000,
	};
	jit_grant_new_id(g->jti);
	copy_text(g->req, sizeof(g->req), break_glass ? request->req : NULL);
	copy_text(g->iss, sizeof(g->iss), "host");
	copy_text(g->sub, sizeof(g->sub), access->subject.name);
	copy_text(g->aud, sizeof(g->aud), access->policy.globals.host);
	copy_text(g->boot, sizeof(g->boot), access->now.boot_id);
	copy_text(g->role, sizeof(g->role), decision->role->name);
	copy_text(g->reason, sizeof(g->reason), request->reason);
	jit_access_as(decision, g->as);
	return decision->exact_command ? jit_grant_bind(g, &request->argv) : 0;
}

static int
grant_sign(const struct jit_access *access, struct jit_grant *grant, char **ret_token,
	struct jit_error *err)
{
	_cleanup_free_ char *payload = NULL;
	int r = jit_grant_payload(grant, &payload);

	if (r < 0)
		return jit_error_set(err, r, "the grant cannot be written down");
	return jit_access_sign(
		access, payload, JIT_ASSERT_GRANT, grant->kid, ret_token, err);
}

/* ---- recording ---- */

int
jit_access_record(const struct jit_access *access, const struct jit_audit *audit,
	struct jit_error *err)
{
	int r = jit_audit_write(&access->site, audit);

	if (r < 0 && access->policy.globals.audit_required)
		return jit_error_set(err, -EREMOTEIO,
			"the record cannot be written (/var/log/jit/audit.jsonl: %s)",
			strerror(-r));
	return 0;
}

/* In an emergency whatever can hold a record will do: the journal, else the kernel's log. */
static int
record_break_glass(const struct jit_access *access, const struct jit_audit *audit,
	struct jit_error *err)
{
	int r = jit_audit_write_file(&access->site, audit);

	if (r == 0) {
		jit_audit_copy_to_journal(audit);
		return 0;
	}
	r = jit_audit_write_journal(audit);
	if (r < 0 && access->policy.globals.audit_required)
		return jit_error_set(err, -EREMOTEIO,
			"no record can be written: not in /var/log/jit/audit.jsonl, not "
			"in the journal, not in /dev/kmsg");
	return 0;
}

static int
record_made(const struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, const struct jit_grant *grant,
	struct jit_error *err)
{
	bool break_glass = grant->via == JIT_VIA_BREAK_GLASS;
	struct jit_audit audit = jit_access_audit(access, request, decision,
		break_glass ? JIT_EVENT_BREAK_GLASS : JIT_EVENT_GRANT_ACCEPTED);

	audit.grant = jit_grant_id(grant);
	audit.request = grant->req[0] ? grant->req : NULL;
	audit.via = jit_via_name(grant->via);
	audit.expires_sec = access->now.wall_sec + decision->duration_sec;
	return break_glass ? record_break_glass(access, &audit, err)
			   : jit_access_record(access, &audit, err);
}

/* To be reviewed. Best effort: an emergency does not wait for a list. */
static void
note_break_glass(const struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, const struct jit_grant *grant)
{
	struct jit_break_glass use = {
		.uid = access->subject.uid,
		.started_sec = access->now.wall_sec,
	};

	copy_text(use.id, sizeof(use.id), jit_grant_id(grant));
	copy_text(use.sub, sizeof(use.sub), grant->sub);
	copy_text(use.role, sizeof(use.role), grant->role);
	copy_text(use.target, sizeof(use.target), decision->target);
	copy_text(use.reason, sizeof(use.reason), grant->reason);
	if (request->argv.n)
		(void)jit_escape_argv(
			&request->argv, use.command_shown, sizeof(use.command_shown));
	(void)!jit_break_glass_add(&access->site, &use);
}

/* ---- making ---- */

/* The mark moves before a grant of the past is put away: see accept_grant.c. */
static int
make_room(struct jit_access *access, bool emergency, struct jit_error *err)
{
	int r = jit_access_any_brought(access) ? jit_access_clock_move(access) : 0;

	if (r < 0 && emergency)
		return 0; /* nothing is put away then, and the disk need not work */
	if (r < 0)
		return jit_error_set(err, r, "/var/lib/jit/clock cannot be written");
	r = jit_store_make_room(
		&access->site, &access->subject, &access->held, &access->now);
	return r < 0 ? jit_error_set(err, r,
			       "too many grants are held: jitsu --drop gives them back")
		     : 0;
}

int
jit_access_make(struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, struct jit_held *ret, struct jit_error *err)
{
	_cleanup_free_ char *token = NULL;
	_cleanup_grant_ struct jit_grant grant = { 0 };
	bool break_glass = decision->reason == JIT_WHY_RULE_BREAK_GLASS;
	int r;

	if (decision->verdict != JIT_ALLOW ||
		(decision->reason != JIT_WHY_RULE_AUTO && !break_glass))
		return jit_error_set(err, -EPERM, "no rule gives this by itself");
	r = grant_fill(access, request, decision, &grant);
	if (r < 0)
		return jit_error_set(err, r, "out of memory");
	r = grant_sign(access, &grant, &token, err);
	if (r == 0)
		r = make_room(access, break_glass, err);
	if (r == 0)
		r = record_made(access, request, decision, &grant, err);
	if (r < 0)
		return r;
	r = jit_store_add_host(&access->site, &access->subject, &grant, token);
	if (r < 0)
		return jit_error_set(err, r, "the grant cannot be kept in /run/jit: %s",
			jit_file_problem(r));
	if (break_glass)
		note_break_glass(access, request, decision, &grant);
	*ret = (struct jit_held){ .grant = grant, .start_sec = access->now.wall_sec };
	grant = (struct jit_grant){ 0 };
	return 0;
}

/* ---- using a grant ---- */

int
jit_access_clock_move(const struct jit_access *access)
{
	struct jit_clock_mark mark, moved;
	int r = jit_store_clock_mark(&access->site, &mark);

	if (r < 0 || !jit_clock_mark_advance(&mark, &access->now, &moved))
		return r;
	if (moved.wall_sec < mark.wall_sec - JIT_CLOCK_BACK_SEC) {
		struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_CLOCK_BACK);

		audit.why = "a synchronised clock replaced the high-water mark";
		(void)!jit_audit_write(&access->site, &audit);
	}
	return jit_store_clock_mark_set(&access->site, &moved);
}

int
jit_access_use(struct jit_access *access, const struct jit_held *held, uint32_t uses,
	struct jit_error *err)
{
	int r = jit_store_use(&access->site, &held->grant, uses);

	if (r == -EDQUOT)
		return jit_error_set(err, r, "the grant's uses are used up");
	if (r < 0)
		return jit_error_set(
			err, r, "the use cannot be counted: %s", jit_file_problem(r));
	if (held->grant.by_host)
		return 0;
	r = jit_access_clock_move(access);
	if (r < 0)
		return jit_error_set(err, r, "/var/lib/jit/clock cannot be written: %s",
			jit_file_problem(r));
	return 0;
}
