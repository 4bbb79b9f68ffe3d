/*
 * jitctl list requests: what waits for an answer; what was answered, by whom, after what.
 *
 * Runs as root, or as a member of jit-approvers for what is open. MUST NOT change anything.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "config.h"
#include "jitctl/asked.h"
#include "jitctl/jitctl.h"
#include "jitctl/list.h"
#include "libjit/clock.h"
#include "libjit/escape.h"
#include "libjit/file.h"
#include "libjit/parse.h"

enum { HISTORY_MAX = 10000 };

static int
load_open(struct jit_request_list *ret, struct jit_error *err)
{
	_cleanup_close_ int dir =
		jit_dir_open(AT_FDCWD, JIT_LIB_DIR "/requests", jit_site_owner());
	int r = dir < 0 ? dir
			: jit_requests_load_at(dir, jit_site_owner(), (uid_t)-1, ret);

	if (r == -ENOENT)
		return 0;
	if (r == -EACCES)
		return jit_error_set(err, r,
			"only root and members of jit-approvers can list requests");
	return r < 0 ? jit_error_set(err, r, JIT_LIB_DIR "/requests: %s", strerror(-r))
		     : 0;
}

static int
load_history(struct jit_request_list *ret, struct jit_error *err)
{
	struct jit_site site = JIT_SITE_NONE;
	int r;

	jit_site_open(&site);
	r = jit_requests_history(&site, 0, HISTORY_MAX, ret);
	jit_site_close(&site);
	return r < 0 ? jit_error_set(err, r, JIT_LIB_DIR "/archive: %s", strerror(-r))
		     : 0;
}

/* ---- the table ---- */

static const char *
duration(int64_t sec, char buf[JIT_DURATION_SIZE])
{
	if (sec >= 3600)
		sec -= sec % 60;
	return sec > 0 ? jit_format_duration(sec, buf) : "0s";
}

/* `1 of 2 (carol)`; of what is over: `granted by carol, dave; waited 4m`. */
static void
print_open(const struct jit_open_request *open)
{
	char so_far[512];
	uint32_t have = asked_have(open);

	printf("%u of %u%s%s%s", have, open->approvals, have ? " (" : "",
		have ? asked_so_far(open, so_far, sizeof(so_far)) : "", have ? ")" : "");
}

static void
print_over(const struct jit_open_request *open)
{
	char by[JIT_NAME_MAX * 4], reason[JIT_REASON_MAX * 4 + 1], dur[JIT_DURATION_SIZE];

	printf("%s", jit_request_state_name(open->state));
	for (size_t i = 0; i < open->n_answers; i++) {
		const struct jit_answer *answer = &open->answers[i];

		printf("%s%s", i ? ", " : " by ", jit_escape(answer->by, by, sizeof(by)));
		if (answer->reason[0])
			printf(" \"%s\"",
				jit_escape(answer->reason, reason, sizeof(reason)));
	}
	if (open->closed_sec)
		printf("; waited %s", duration(open->closed_sec - open->filed.iat, dur));
}

static void
print_row(const struct jit_open_request *open, int64_t now_sec)
{
	const struct jit_filed *f = &open->filed;
	char id[LIST_ID_SYMBOLS + 1], dur[JIT_DURATION_SIZE], ago[JIT_DURATION_SIZE],
		reason[JIT_REASON_MAX * 4 + 1];

	printf("%-9s %-12s %-12s %-10s %-7s %-8s ", list_short_id(f->jti, id), f->sub,
		f->role,
		f->as[0]                  ? f->as
			: open->target[0] ? open->target
					  : "-",
		jit_format_duration(f->dur, dur), duration(now_sec - f->iat, ago));
	if (open->state == JIT_REQUEST_OPEN)
		print_open(open);
	else
		print_over(open);
	printf("  %s\n",
		f->reason[0] ? jit_escape(f->reason, reason, sizeof(reason)) : "-");
}

static void
print_table(const struct jit_request_list *open, const struct jit_request_list *over,
	int64_t now_sec)
{
	printf("%-9s %-12s %-12s %-10s %-7s %-8s %s\n", "ID", "SUBJECT", "ROLE", "AS",
		"FOR", "ASKED", "ANSWERS  WHY");
	for (size_t i = 0; i < open->n; i++)
		print_row(&open->v[i], now_sec);
	for (size_t i = 0; i < over->n; i++)
		print_row(&over->v[i], now_sec);
}

/* ---- JSON ---- */

static int
add_json(json_t *array, const struct jit_request_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (json_array_append_new(array, asked_json(&list->v[i])) < 0)
			return -ENOMEM;
	return 0;
}

static int
print_json(const struct jit_request_list *open, const struct jit_request_list *over)
{
	json_t *array = json_array();

	if (add_json(array, open) < 0 || add_json(array, over) < 0) {
		json_decref(array);
		array = NULL;
	}
	return list_print_json("requests", array);
}

int
list_requests(const struct list_wish *wish)
{
	_cleanup_requests_ struct jit_request_list open = { 0 }, over = { 0 };
	struct jit_error err = { "" };
	struct jit_now now;
	int r = jit_clock_now(&now);

	if (r == 0 && !wish->history)
		r = load_open(&open, &err);
	if (r == 0 && (wish->history || wish->all))
		r = load_history(&over, &err);
	if (r < 0) {
		fprintf(stderr, "jitctl: %s\n",
			err.text[0] ? err.text : "the clock cannot be read");
		return r == -EACCES ? JITCTL_NOT_ALLOWED : JITCTL_FAILED;
	}
	if (wish->json)
		return print_json(&open, &over);
	print_table(&open, &over, now.wall_sec);
	return JITCTL_DONE;
}
