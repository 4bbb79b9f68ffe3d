/*
 * jitctl list grants: every grant that the store holds, judged by the rules of now.
 *
 * Runs as root. MUST NOT change anything.
 */
#include <errno.h>
#include <string.h>

#include "config.h"
#include "jitctl/jitctl.h"
#include "jitctl/list.h"
#include "libjit/access.h"
#include "libjit/escape.h"

/* A grant with what the host makes of it now. */
struct row {
	const struct jit_held *held;
	const char *state;
	char target[JIT_NAME_MAX + 1]; /* "" if the role leaves it open */
	int64_t end_ms;                /* 0 unless in force */
};

static inline void
view_done(struct jit_policy_view *view)
{
	jit_view_done(view);
}

static void
row_target(struct row *row, const struct jit_role *role)
{
	const struct jit_grant *grant = &row->held->grant;
	const char *target = grant->as[0] ? grant->as
		: role                    ? jit_role_default_target(role, grant->sub)
					  : NULL;

	(void)snprintf(row->target, sizeof(row->target), "%s", target ? target : "");
}

/* What the rules of now say of one of them, beside the others: of several approvals the last
 * stands for all. */
struct judged {
	bool stands, allowed; /* it is a grant; it, or this part of one, may be given */
	int64_t end_ms, max_sec;
	uint32_t uses;
};

static void
ask_rules(struct jit_access *access, const struct jit_held_list *list, struct row *row,
	struct judged *ret)
{
	const struct jit_held *held = row->held;
	const struct jit_grant *grant = &held->grant;
	_cleanup_(view_done) struct jit_policy_view view = {
		.globals = &access->policy.globals
	};
	struct jit_decision decision = { .grant = NULL };
	const struct jit_rule *rule = NULL;
	const struct jit_role *role = NULL;
	struct jit_facts facts = { .view = &view,
		.subject = &access->subject,
		.held = list->v,
		.n_held = list->n,
		.now = &access->now,
		.locks = &access->locks,
		.clock_back = access->clock_back };

	if (jit_access_subject(access, grant->sub, 0, NULL) < 0 ||
		jit_view_add(&view, &access->policy, JIT_INDEX_ROLE,
			&access->subject.whos, grant->role) < 0)
		return;
	ret->allowed = jit_decide_grant(&facts, grant,
			       grant->by_host ? grant->iat : held->start_sec, &rule,
			       &role, &ret->max_sec) == JIT_ALLOW;
	ret->stands = jit_decide_held(&facts, held, &decision) == JIT_ALLOW;
	ret->end_ms = decision.end_ms;
	ret->uses = grant->uses;
	if (role && role->max_uses && (!ret->uses || role->max_uses < ret->uses))
		ret->uses = role->max_uses;
	row_target(row, jit_view_role(&view, grant->role));
}

static bool
is_locked(const struct jit_access *access, const struct jit_grant *grant)
{
	const struct jit_locks *locks = &access->locks;

	return jit_locks_find(locks, JIT_LOCK_ALL, "") ||
		jit_locks_find(locks, JIT_LOCK_USER, grant->sub) ||
		jit_locks_find(locks, JIT_LOCK_ROLE, grant->role) ||
		jit_locks_find(locks, JIT_LOCK_KEY, grant->kid);
}

static const char *
state_of(const struct jit_access *access, const struct jit_held *held,
	const struct judged *judged)
{
	int64_t end_ms = 0;

	if (held->ended)
		return "ended";
	if (!jit_held_in_force(held, &access->now, false,
		    judged->allowed ? judged->max_sec : JIT_CEILING_GRANT_SEC, &end_ms))
		return "over";
	if (is_locked(access, &held->grant))
		return "locked";
	if (!judged->allowed && !judged->stands)
		return "refused";
	if (access->clock_back && !held->grant.by_host)
		return "clock-back";
	if (judged->uses && held->used >= judged->uses)
		return "used-up";
	return judged->stands ? "in-force" : "approval";
}

static void
judge(struct jit_access *access, const struct jit_held_list *list, struct row *row)
{
	struct judged judged = { .stands = false };

	row_target(row, NULL);
	ask_rules(access, list, row, &judged);
	row->state = state_of(access, row->held, &judged);
	row->end_ms = jit_streq(row->state, "in-force") ? judged.end_ms : 0;
}

static void
print_row(const struct jit_access *access, const struct row *row)
{
	const struct jit_grant *grant = &row->held->grant;
	char id[LIST_ID_SYMBOLS + 1], left[32], reason[JIT_REASON_MAX * 4];
	int64_t left_ms = row->end_ms ? row->end_ms - access->now.boot_ms : 0;

	printf("%-9s %-12s %-12s %-10s %-9s %-10s %-9s %s",
		list_short_id(jit_grant_id(grant), id), grant->sub, grant->role,
		row->target[0] ? row->target : "-", jit_via_name(grant->via), grant->iss,
		list_left(left_ms, left, sizeof(left)), row->state);
	if (row->held->ended && row->held->end_reason[0])
		printf(": %s", jit_escape(row->held->end_reason, reason, sizeof(reason)));
	putchar('\n');
}

static json_t *
row_json(const struct jit_access *access, const struct row *row)
{
	const struct jit_held *held = row->held;
	const struct jit_grant *g = &held->grant;
	int64_t left_sec =
		row->end_ms ? (row->end_ms - access->now.boot_ms + 999) / 1000 : 0;

	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:o,"
			 " s:I, s:I, s:o, s:o, s:o, s:I, s:s, s:o}",
		"id", jit_grant_id(g), "jti", g->jti, "request", list_text(g->req),
		"subject", g->sub, "host", g->aud, "role", g->role, "target",
		list_text(row->target), "command", list_argv(&g->cmd), "via",
		jit_via_name(g->via), "issuer", g->iss, "key", g->kid, "reason",
		list_text(g->reason), "uses", (json_int_t)g->uses, "used",
		(json_int_t)held->used, "issued_at", list_time(g->iat), "started_at",
		list_time(held->start_sec), "ends_at",
		row->end_ms ? list_time(jit_access_wall_of(access, row->end_ms))
			    : json_null(),
		"ends_in_sec", (json_int_t)left_sec, "state", row->state, "end_reason",
		list_text(held->ended ? held->end_reason : NULL));
}

static int
print_table(struct jit_access *access, const struct jit_held_list *list)
{
	printf("%-9s %-12s %-12s %-10s %-9s %-10s %-9s %s\n", "ID", "SUBJECT", "ROLE",
		"AS", "VIA", "BY", "ENDS IN", "STATE");
	for (size_t i = 0; i < list->n; i++) {
		struct row row = { .held = &list->v[i] };

		judge(access, list, &row);
		print_row(access, &row);
	}
	return JITCTL_DONE;
}

static int
print_json(struct jit_access *access, const struct jit_held_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->n; i++) {
		struct row row = { .held = &list->v[i] };

		judge(access, list, &row);
		if (json_array_append_new(array, row_json(access, &row)) < 0) {
			json_decref(array);
			array = NULL;
			break;
		}
	}
	return list_print_json("grants", array);
}

/* Everybody's grants, and whether the clock can be believed for those brought in. */
static int
load(struct jit_access *access, struct jit_held_list *ret, struct jit_error *err)
{
	struct jit_clock_mark mark;
	int r = jit_access_open(access, err);

	if (r < 0)
		return r;
	r = jit_store_clock_mark(&access->site, &mark);
	if (r < 0)
		return jit_error_set(
			err, r, JIT_LIB_DIR "/clock cannot be read: %s", strerror(-r));
	access->clock_back = jit_clock_is_back(&mark, &access->now);
	r = jit_locks_load(&access->site, &access->now, &access->locks);
	if (r < 0)
		return jit_error_set(
			err, r, "the locks cannot be read: %s", strerror(-r));
	r = jit_store_load_all(&access->site, &access->keys, &access->now, ret);
	if (r < 0)
		return jit_error_set(
			err, r, "the grants cannot be read: %s", strerror(-r));
	return 0;
}

int
list_grants(const struct list_wish *wish)
{
	_cleanup_access_ struct jit_access access = JIT_ACCESS_NONE;
	_cleanup_held_ struct jit_held_list list = { 0 };
	struct jit_error err = { 0 };

	if (load(&access, &list, &err) < 0) {
		fprintf(stderr, "jitctl: %s\n", err.text);
		return JITCTL_FAILED;
	}
	return wish->json ? print_json(&access, &list) : print_table(&access, &list);
}
