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
	jit_locks_done(&access->locks);
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

bool
jit_access_any_brought(const struct jit_access *access)
{
	for (size_t i = 0; i < access->held.n; i++)
		if (!access->held.v[i].grant.by_host)
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
	if (jit_access_any_brought(access))
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

struct jit_facts
jit_access_facts(const struct jit_access *access, const struct jit_request *request)
{
	return (struct jit_facts){
		.view = &access->view,
		.subject = &access->subject,
		.request = request,
		.held = access->held.v,
		.n_held = access->held.n,
		.now = &access->now,
		.locks = &access->locks,
		.clock_back = access->clock_back,
	};
}

/* Anew at each question: a lock is in force at once. */
static int
locks_load(struct jit_access *access, struct jit_error *err)
{
	int r;

	jit_locks_done(&access->locks);
	r = jit_locks_load(&access->site, &access->now, &access->locks);
	if (r == -E2BIG)
		return jit_error_set(err, r, "there are too many locks: jitctl unlock");
	return r < 0 ? jit_error_set(err, r,
			       "/var/lib/jit/locks cannot be read, so everything is "
			       "shut: as root, jitctl check")
		     : 0;
}

int
jit_access_ask(struct jit_access *access, const struct jit_request *request,
	struct jit_decision *ret, struct jit_error *err)
{
	char role[JIT_NAME_MAX + 1];
	struct jit_facts facts;
	int r = locks_load(access, err);

	if (r == 0)
		r = held_load(access, err);
	if (r == 0)
		r = view_load(access, request, err);
	if (r < 0)
		return r;
	facts = jit_access_facts(access, request);
	(void)jit_decide(&facts, ret);
	if (!ret->exact_command || request->role || !ret->role)
		return 0;
	/* no index by command has all the rules that may judge its role before that one */
	(void)snprintf(role, sizeof(role), "%s", ret->role->name);
	*ret = (struct jit_decision){ 0 };
	r = view_add(access, JIT_INDEX_ROLE, role);
	if (r < 0)
		return jit_error_set(err, r,
			"/var/lib/jit/policy.cdb is damaged: as root, jitctl reload");
	(void)jit_decide(&facts, ret);
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
