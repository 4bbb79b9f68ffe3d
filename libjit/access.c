/*
 * The facade: what jitsu and pam_jit do, in the order in which it is safe. Runs as: root.
 *
 * MUST deny on every error: whoever gets -errno has no decision.
 */
#include "access.h"

#include <errno.h>
#include <string.h>

#include "file.h"
#include "subject.h"
#include "token.h"

/* The compiled host key must be this machine's: a cloned disk is another host. */
static int
host_check(const struct jit_access *access, struct jit_error *err)
{
	char machine_id[JIT_ID_LEN + 1];
	struct jit_key key;
	int r = jit_keys_find_host(&access->keys, &key);

	if (r == -ENOENT)
		return 0; /* none compiled: then no host-signed grant verifies */
	if (r < 0)
		return jit_error_set(
			err, r, "/var/lib/jit/keys.cdb is damaged: jitctl reload");
	if (jit_site_machine_id(machine_id) < 0)
		return jit_error_set(err, -EIO, "/etc/machine-id cannot be read");
	if (!jit_streq(machine_id, key.machine_id))
		return jit_error_set(err, -EKEYREJECTED,
			"the host key was made on another machine: as root, jitctl init "
			"--new-key");
	return 0;
}

int
jit_access_open(struct jit_access *access, struct jit_error *err)
{
	int r;

	*access = JIT_ACCESS_NONE;
	if (sodium_init() < 0)
		return jit_error_set(
			err, -EIO, "the cryptographic library does not start");
	r = jit_clock_now(&access->now);
	if (r < 0)
		return jit_error_set(err, r, "the clock or the boot id cannot be read");
	jit_site_open(&access->site);
	r = jit_policy_open(&access->site, &access->policy, err);
	if (r < 0)
		return r;
	r = jit_table_open(
		access->site.lib, "keys.cdb", access->site.owner, &access->keys);
	if (r < 0)
		return jit_error_set(err, r,
			"/var/lib/jit/keys.cdb cannot be used: as root, jitctl reload");
	return host_check(access, err);
}

void
jit_access_close(struct jit_access *access)
{
	jit_view_done(&access->view);
	jit_held_list_done(&access->held);
	jit_subject_done(&access->subject);
	jit_table_close(&access->keys);
	jit_policy_close(&access->policy);
	jit_site_close(&access->site);
}

int
jit_access_subject(
	struct jit_access *access, const char *name, uid_t uid, struct jit_error *err)
{
	int r;

	jit_subject_done(&access->subject);
	jit_held_list_done(&access->held);
	access->held_loaded = false;
	r = jit_subject_find(name, uid, &access->subject);
	if (r == -ENOENT)
		return jit_error_set(err, r, "there is no such account");
	if (r == 0)
		r = jit_subject_groups_answer(access->policy.globals.privileged_gids,
			access->policy.globals.n_privileged_gids);
	if (r < 0)
		return jit_error_set(err, r, "the account's groups cannot be resolved");
	return 0;
}

/* ---- loading what a question needs ---- */

static bool
any_brought(const struct jit_held_list *held)
{
	for (size_t i = 0; i < held->n; i++)
		if (!held->v[i].grant.by_host)
			return true;
	return false;
}

/* Only brought-in grants are judged by the mark, so only they need it read. */
static int
clock_load(struct jit_access *access, struct jit_error *err)
{
	struct jit_clock_mark mark;
	int r = jit_store_clock_mark(&access->site, &mark);

	if (r < 0)
		return jit_error_set(err, r, "/var/lib/jit/clock cannot be read");
	access->clock_back = jit_clock_is_back(&mark, &access->now);
	return 0;
}

static int
held_load(struct jit_access *access, struct jit_error *err)
{
	int r;

	if (access->held_loaded)
		return 0;
	r = jit_store_load(&access->site, &access->keys, &access->subject, &access->now,
		&access->held, NULL);
	if (r < 0)
		return jit_error_set(err, r,
			"the grants below /var/lib/jit or /run/jit cannot "
			"be read: as root, jitctl check");
	if (any_brought(&access->held))
		r = clock_load(access, err);
	access->held_loaded = r == 0;
	return r;
}

static int
view_add(struct jit_access *access, enum jit_policy_index index, const char *what)
{
	return jit_view_add(
		&access->view, &access->policy, index, &access->subject.whos, what);
}

static int
view_add_for_request(struct jit_access *access, const struct jit_request *request)
{
	int r;

	if (request->role)
		return view_add(access, JIT_INDEX_ROLE, request->role);
	if (request->kind == JIT_KIND_LOGIN)
		return view_add(access, JIT_INDEX_LOGIN, NULL);
	if (request->kind != JIT_KIND_COMMAND || request->argv.n == 0)
		return view_add(access, JIT_INDEX_ALL, NULL);
	r = view_add(access, JIT_INDEX_COMMAND, request->argv.v[0]);
	return r < 0 ? r : view_add(access, JIT_INDEX_COMMAND, "");
}

static int
view_load(struct jit_access *access, const struct jit_request *request,
	struct jit_error *err)
{
	int r;

	jit_view_done(&access->view);
	access->view = (struct jit_policy_view){ .globals = &access->policy.globals };
	r = view_add_for_request(access, request);
	for (size_t i = 0; r == 0 && i < access->held.n; i++)
		r = view_add(access, JIT_INDEX_ROLE, access->held.v[i].grant.role);
	if (r < 0)
		return jit_error_set(err, r,
			"/var/lib/jit/policy.cdb is damaged: as root, jitctl reload");
	return 0;
}

static struct jit_facts
facts_of(const struct jit_access *access, const struct jit_request *request)
{
	return (struct jit_facts){
		.view = &access->view,
		.subject = &access->subject,
		.request = request,
		.held = access->held.v,
		.n_held = access->held.n,
		.now = &access->now,
		.clock_back = access->clock_back,
	};
}

int
jit_access_ask(struct jit_access *access, const struct jit_request *request,
	struct jit_decision *ret, struct jit_error *err)
{
	struct jit_facts facts;
	int r = held_load(access, err);

	if (r == 0)
		r = view_load(access, request, err);
	if (r < 0)
		return r;
	facts = facts_of(access, request);
	(void)jit_decide(&facts, ret);
	return 0;
}

/* ---- making a grant ---- */

static void
copy_text(char *ret, size_t size, const char *s)
{
	(void)snprintf(ret, size, "%s", s ? s : "");
}

static void
auto_grant_fill(const struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, struct jit_grant *ret)
{
	struct jit_grant *g = ret;

	*g = (struct jit_grant){
		.by_host = true,
		.via = JIT_VIA_AUTO,
		.iat = access->now.wall_sec,
		.from_ms = access->now.boot_ms,
		.to_ms = access->now.boot_ms + decision->duration_sec * 1000,
	};
	jit_grant_new_id(g->jti);
	copy_text(g->iss, sizeof(g->iss), "host");
	copy_text(g->sub, sizeof(g->sub), access->subject.name);
	copy_text(g->aud, sizeof(g->aud), access->policy.globals.host);
	copy_text(g->boot, sizeof(g->boot), access->now.boot_id);
	copy_text(g->role, sizeof(g->role), decision->role->name);
	copy_text(g->reason, sizeof(g->reason), request->reason);
	if (decision->role->run_as.n != 1 || jit_streq(decision->role->run_as.v[0], "*"))
		copy_text(g->as, sizeof(g->as), decision->target);
}

/* Signs, and checks that this host will believe it: the compiled public key must be the
 * secret key's. */
static int
auto_grant_sign(const struct jit_access *access, struct jit_grant *grant,
	char **ret_token, struct jit_error *err)
{
	_cleanup_host_key_ struct jit_host_key host_key = { 0 };
	_cleanup_free_ char *payload = NULL;
	struct jit_key known;
	int r = jit_host_key_load(&access->site, &host_key, err);

	if (r < 0)
		return r;
	if (jit_keys_find_host(&access->keys, &known) < 0 ||
		memcmp(known.public_key, host_key.sign_public,
			sizeof(known.public_key)) != 0)
		return jit_error_set(err, -ENOKEY,
			"the host key is not the compiled one: as root, jitctl reload");
	jit_key_id(host_key.sign_public, grant->kid);
	r = jit_grant_payload(grant, &payload);
	if (r == 0)
		r = jit_token_sign(
			payload, JIT_ASSERT_GRANT, host_key.sign_secret, ret_token);
	return r < 0 ? jit_error_set(err, r, "the grant cannot be signed") : 0;
}

static int
record(const struct jit_access *access, const struct jit_audit *audit,
	struct jit_error *err)
{
	int r = jit_audit_write(&access->site, audit);

	if (r < 0 && access->policy.globals.audit_required)
		return jit_error_set(err, -EREMOTEIO,
			"the record cannot be written (/var/log/jit/audit.jsonl: %s)",
			strerror(-r));
	return 0;
}

int
jit_access_make_auto(struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, struct jit_held *ret, struct jit_error *err)
{
	_cleanup_free_ char *token = NULL;
	struct jit_held held = { .start_sec = access->now.wall_sec };
	struct jit_audit audit;
	int r;

	if (decision->verdict != JIT_ALLOW || decision->reason != JIT_WHY_RULE_AUTO)
		return jit_error_set(err, -EPERM, "no rule gives this by itself");
	auto_grant_fill(access, request, decision, &held.grant);
	r = auto_grant_sign(access, &held.grant, &token, err);
	if (r < 0)
		return r;
	/* before a grant of the past is put away: see accept.c */
	if (any_brought(&access->held)) {
		r = jit_access_clock_move(access);
		if (r < 0)
			return jit_error_set(
				err, r, "/var/lib/jit/clock cannot be written");
	}
	r = jit_store_make_room(
		&access->site, &access->subject, &access->held, &access->now);
	if (r < 0)
		return jit_error_set(
			err, r, "too many grants are held: jitsu --drop gives them back");
	audit = jit_access_audit(access, request, decision, JIT_EVENT_GRANT_ACCEPTED);
	audit.grant = held.grant.jti;
	audit.via = jit_via_name(held.grant.via);
	audit.expires_sec = access->now.wall_sec + decision->duration_sec;
	r = record(access, &audit, err);
	if (r < 0)
		return r;
	r = jit_store_add_host(&access->site, &access->subject, &held.grant, token);
	if (r < 0)
		return jit_error_set(err, r, "the grant cannot be kept in /run/jit: %s",
			jit_file_problem(r));
	*ret = held;
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
jit_access_use(
	struct jit_access *access, const struct jit_held *held, struct jit_error *err)
{
	int r = jit_store_use(&access->site, &held->grant);

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

/* ---- what events and people are told ---- */

int64_t
jit_access_wall_of(const struct jit_access *access, int64_t end_ms)
{
	return access->now.wall_sec + (end_ms - access->now.boot_ms) / 1000;
}

struct jit_audit
jit_access_audit(const struct jit_access *access, const struct jit_request *request,
	const struct jit_decision *decision, enum jit_event event)
{
	struct jit_audit audit = JIT_AUDIT_INIT(event);

	audit.policy = access->policy.globals.hash;
	if (access->subject.name[0]) {
		audit.subject = access->subject.name;
		audit.subject_uid = access->subject.uid;
	}
	audit.target = decision->target ? decision->target : request->target;
	audit.role = decision->role ? decision->role->name : request->role;
	audit.rule = decision->rule ? decision->rule->name : NULL;
	audit.reason = request->reason;
	if (request->argv.n)
		audit.command = &request->argv;
	if (decision->verdict != JIT_ALLOW)
		audit.why = jit_reason_name(decision->reason);
	if (decision->grant) {
		const struct jit_grant *grant = &decision->grant->grant;

		audit.grant = jit_grant_id(grant);
		audit.via = jit_via_name(grant->via);
		audit.approver = grant->by_host ? NULL : grant->iss;
		audit.expires_sec = jit_access_wall_of(access, decision->end_ms);
		if (!audit.reason && grant->reason[0])
			audit.reason = grant->reason;
	}
	return audit;
}
