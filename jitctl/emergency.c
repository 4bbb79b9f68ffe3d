/*
 * Uses of break-glass.
 *
 * Runs as root to look, as an approver to sign. MUST NOT sign without a yes.
 */
#include "jitctl/emergency.h"

#include <errno.h>
#include <string.h>

#include "jitctl/asked.h"
#include "jitctl/delivery.h"
#include "jitctl/draft.h"
#include "jitctl/inventory.h"
#include "jitctl/jitctl.h"
#include "jitctl/list.h"
#include "jitctl/question.h"
#include "libjit/escape.h"
#include "libjit/parse.h"

/* ---- looking ---- */

static int
load(struct jit_break_glass_list *ret, struct jit_error *err)
{
	struct jit_site site = JIT_SITE_NONE;
	int r;

	if (geteuid() != jit_site_owner())
		return jit_error_set(err, -EACCES,
			"only root can list uses of break-glass: sudo jitctl list "
			"break-glass");
	jit_site_open(&site);
	r = jit_break_glass_list(&site, ret);
	jit_site_close(&site);
	return r < 0 ? jit_error_set(err, r, "the uses of break-glass cannot be read: %s",
			       strerror(-r))
		     : 0;
}

int
emergency_find(const char *id, struct jit_break_glass *ret, struct jit_error *err)
{
	_cleanup_break_glass_ struct jit_break_glass_list list = { 0 };
	const struct jit_break_glass *found = NULL;
	char shown[64];
	int r = load(&list, err);

	if (r < 0)
		return r;
	(void)jit_escape(id, shown, sizeof(shown));
	for (size_t i = 0; i < list.n; i++) {
		if (!jit_id_matches(list.v[i].id, id))
			continue;
		if (found)
			return jit_error_set(err, -EINVAL,
				"more than one use begins with %s: write more of it",
				shown);
		found = &list.v[i];
	}
	if (!found)
		return jit_error_set(err, -ENOENT,
			"no open request and no use of break-glass %s on this host",
			shown);
	*ret = *found;
	return 0;
}

static json_t *
use_json(const struct jit_break_glass *use)
{
	return json_pack("{s:s, s:s, s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o,"
			 " s:o}",
		"id", use->id, "subject", use->sub, "uid", (json_int_t)use->uid, "role",
		use->role, "target", list_text(use->target), "reason",
		list_text(use->reason), "typed", list_text(use->command_shown), "started",
		list_time(use->started_sec), "ended", list_time(use->ended_sec), "seen",
		use->seen_sec != 0, "seen_by", list_text(use->seen_by), "seen_at",
		list_time(use->seen_sec), "seen_reason", list_text(use->seen_reason));
}

static void
show_review(const struct jit_break_glass *use)
{
	char by[JIT_NAME_MAX * 4], at[64], reason[JIT_REASON_MAX * 4 + 1];
	char id[LIST_ID_SYMBOLS + 1];

	if (!use->seen_sec)
		printf("  seen     NOT YET; an approver signs for it: jitctl show %s "
		       "--seen\n",
			list_short_id(use->id, id));
	else
		printf("  seen     by %s, %s: %s\n",
			jit_escape(use->seen_by, by, sizeof(by)),
			draft_time(use->seen_sec, at, sizeof(at)),
			use->seen_reason[0]
				? jit_escape(use->seen_reason, reason, sizeof(reason))
				: "-");
}

int
emergency_show(const struct jit_break_glass *use, bool json)
{
	char at[64], reason[JIT_REASON_MAX * 4 + 1], command[1024],
		id[LIST_ID_SYMBOLS + 1];

	if (json)
		return list_print_json("break_glass", use_json(use));
	printf("  %s (uid %u) used break-glass, grant %s\n", use->sub, (unsigned)use->uid,
		list_short_id(use->id, id));
	printf("  role     %s, as %s\n", use->role, use->target[0] ? use->target : "-");
	printf("  when     %s", draft_time(use->started_sec, at, sizeof(at)));
	if (use->ended_sec)
		printf(", ended %s", draft_time(use->ended_sec, at, sizeof(at)));
	putchar('\n');
	printf("  typed    %s\n",
		use->command_shown[0]
			? jit_escape(use->command_shown, command, sizeof(command))
			: "-");
	printf("  why      %s\n",
		use->reason[0] ? jit_escape(use->reason, reason, sizeof(reason)) : "-");
	show_review(use);
	return JITCTL_DONE;
}

/* ---- the listing ---- */

static int
print_json(const struct jit_break_glass_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->n; i++)
		if (json_array_append_new(array, use_json(&list->v[i])) < 0) {
			json_decref(array);
			array = NULL;
			break;
		}
	return list_print_json("break_glass", array);
}

int
list_break_glass(const struct list_wish *wish)
{
	_cleanup_break_glass_ struct jit_break_glass_list list = { 0 };
	char id[LIST_ID_SYMBOLS + 1], at[64], reason[JIT_REASON_MAX * 4 + 1], by[96];
	struct jit_error err = { "" };

	if (load(&list, &err) < 0) {
		fprintf(stderr, "jitctl: %s\n", err.text);
		return JITCTL_FAILED;
	}
	if (wish->json)
		return print_json(&list);
	printf("%-9s %-12s %-12s %-10s %-22s %-16s %s\n", "ID", "SUBJECT", "ROLE", "AS",
		"WHEN", "SEEN", "WHY");
	for (size_t i = 0; i < list.n; i++) {
		const struct jit_break_glass *use = &list.v[i];

		(void)snprintf(by, sizeof(by), "by %s", use->seen_by);
		printf("%-9s %-12s %-12s %-10s %-22s %-16s %s\n",
			list_short_id(use->id, id), use->sub, use->role,
			use->target[0] ? use->target : "-",
			draft_time(use->started_sec, at, sizeof(at)),
			use->seen_sec ? by : "NOT YET",
			use->reason[0] ? jit_escape(use->reason, reason, sizeof(reason))
				       : "-");
	}
	return JITCTL_DONE;
}

/* ---- signing ---- */

static int
find_target(const char *typed, struct jit_ruling *ruling, char ret_host[JIT_NAME_MAX + 1],
	struct jit_error *err)
{
	struct jit_break_glass use;
	const char *id = typed;
	int r = asked_place(typed, ret_host, &id, err);

	if (r < 0)
		return r;
	if (ret_host[0])
		memcpy(ruling->aud, ret_host, JIT_NAME_MAX + 1);
	else if (inventory_this_host(ruling->aud) < 0)
		return jit_error_set(
			err, -ENOENT, "this host has no host.pub: jitctl init");
	if (!ret_host[0] && geteuid() == jit_site_owner()) {
		r = emergency_find(id, &use, err);
		if (r == 0)
			memcpy(ruling->id, use.id, sizeof(ruling->id));
		return r < 0 ? r : emergency_show(&use, false);
	}
	if (!jit_id_valid(id))
		return jit_error_set(err, -EINVAL,
			"the whole id of the grant is needed (32 digits): only root can "
			"look it up");
	memcpy(ruling->id, id, sizeof(ruling->id));
	return 0;
}

static int
ask(const struct approver *approver, const struct jit_ruling *ruling,
	struct jit_error *err)
{
	char prompt[384], answer[QUESTION_ANSWER_SIZE], id[LIST_ID_SYMBOLS + 1];
	int r;

	(void)snprintf(prompt, sizeof(prompt),
		"Sign with %s's key %s that you have looked at use %s on %s? [y/N] ",
		approver->name, approver->signer.fingerprint,
		list_short_id(ruling->id, id), ruling->aud);
	r = question_ask(prompt, answer);
	if (r == -ENOTTY)
		return jit_error_set(err, r,
			"there is no terminal to ask on; --yes signs without asking");
	return r == 0 && question_is_yes(answer)
		? 0
		: jit_error_set(err, -ECANCELED, "nothing was signed");
}

int
emergency_sign(
	const char *typed, const struct emergency_seen *seen, struct jit_error *err)
{
	_cleanup_approver_ struct approver approver = APPROVER_NONE;
	struct jit_ruling ruling = { .kind = JIT_RULING_SEEN };
	struct delivery delivery = { .verb = "accept", .done = "marked as seen" };
	_cleanup_free_ char *token = NULL;
	char host[JIT_NAME_MAX + 1] = "";
	int r = draft_reason("--reason", seen->reason, ruling.reason, err);

	if (r == 0)
		r = approver_open(&seen->by, &approver, err);
	if (r == 0)
		r = find_target(typed, &ruling, host, err);
	if (r == 0 && !seen->yes)
		r = ask(&approver, &ruling, err);
	if (r == 0)
		r = approver_rule(&approver, &ruling, &token, err);
	if (r < 0)
		return r;
	delivery.token = token;
	delivery.aud = ruling.aud;
	delivery.host = host;
	delivery.here = !host[0];
	return delivery_run(&delivery);
}
