/*
 * --status and --cancel: the caller's own requests. Runs as: root while it looks, then as the
 * caller for good while it shows.
 *
 * MUST show and touch the caller's own requests only.
 */
#include <errno.h>
#include <string.h>

#include "ask.h"
#include "guard.h"
#include "libjit/escape.h"
#include "libjit/parse.h"
#include "message.h"
#include "request_json.h"
#include "request_show.h"
#include "verbs.h"

enum {
	SHOWN_SEC = 3600,  /* what is over is shown so long */
	HISTORY_MAX = 500, /* of everybody's, looked through for one's own */
};

/* ---- for people ---- */

static void
print_all(const struct run *run, const struct jit_request_list *open,
	const struct jit_request_list *over)
{
	if (request_show_mine(run, open,
		    "Waits for an answer (jitsu --cancel ID withdraws it):") == 0)
		printf("No request waits for an answer.\n");
	(void)request_show_mine(run, over, "Over, in the last hour:");
}

/* ---- for programs ---- */

static void
add_mine(json_t *array, const struct run *run, const struct jit_request_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (request_is_mine(run, &list->v[i]))
			json_array_append_new(array, request_json(&list->v[i], false));
}

static bool
print_json(const struct run *run, const struct jit_request_list *open,
	const struct jit_request_list *over)
{
	json_t *requests = json_array();

	add_mine(requests, run, open);
	add_mine(requests, run, over);
	return json_print(json_pack("{s:i, s:s, s:s, s:o}", "version", 1, "host",
		run->access.policy.globals.host, "subject", run->access.subject.name,
		"requests", requests));
}

/* ---- --status ---- */

static bool
any_due(const struct run *run, const struct jit_request_list *open)
{
	for (size_t i = 0; i < open->n; i++)
		if (open->v[i].expires_sec <= run->access.now.wall_sec)
			return true;
	return false;
}

static int
load_open(struct run *run, struct jit_request_list *ret)
{
	int r = jit_requests_load(&run->access.site, run->caller.id.uid, ret);

	if (r < 0 || !any_due(run, ret))
		return r;
	jit_request_list_done(ret);
	ask_sweep(run);
	return jit_requests_load(&run->access.site, run->caller.id.uid, ret);
}

enum exit_code
status(struct run *run)
{
	_cleanup_requests_ struct jit_request_list open = { 0 }, over = { 0 };
	bool waits = false, ok = true;

	if (load_open(run, &open) < 0 ||
		jit_requests_history(&run->access.site,
			run->access.now.wall_sec - SHOWN_SEC, HISTORY_MAX, &over) < 0) {
		say("the requests in /var/lib/jit/requests cannot be read");
		return EXIT_INTERNAL;
	}
	if (privs_become_caller(&run->caller.id) < 0)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < open.n; i++)
		waits = waits || request_is_mine(run, &open.v[i]);
	if (run->options.json)
		ok = print_json(run, &open, &over);
	else
		print_all(run, &open, &over);
	if (!ok || fflush(stdout) != 0)
		return EXIT_INTERNAL;
	return waits ? EXIT_NEEDS_APPROVAL : EXIT_DONE;
}

/* ---- --cancel ---- */

/* Guarded: it takes locks. */
static void
withdraw(void *arg, struct guard_result *ret)
{
	struct run *run = arg;
	struct jit_error err = { "" };
	char typed[64];
	int r = jit_access_withdraw(
		&run->access, run->caller.id.uid, run->options.name, &err);

	(void)jit_escape(run->options.name, typed, sizeof(typed));
	ret->code = r == 0                       ? EXIT_DONE
		: r == -ENOENT || r == -ENOTUNIQ ? EXIT_NO_SUCH
						 : ask_exit_of(r);
	if (r == 0)
		(void)snprintf(
			ret->text, sizeof(ret->text), "request %s withdrawn", typed);
	else if (r == -ENOENT)
		(void)snprintf(ret->text, sizeof(ret->text),
			"no request %s of yours is open: jitsu --status shows them",
			typed);
	else if (r == -ENOTUNIQ)
		(void)snprintf(ret->text, sizeof(ret->text),
			"%s may be more than one request: jitsu --status shows their ids",
			typed);
	else
		(void)snprintf(ret->text, sizeof(ret->text), "%s", err.text);
}

enum exit_code
cancel(struct run *run)
{
	struct guard_result result;
	enum exit_code code = ask_count(run);

	if (code != EXIT_DONE)
		return code;
	guard_run(withdraw, run, &result);
	say("%s", result.text);
	return result.code;
}
