/*
 * --serve: what sshd starts for the account `jit`, for people who have no shell here. Runs
 * as: root, on words and a token from another machine.
 *
 * MUST be the delivery account that asks; MUST answer a fixed table and nothing else. NAME
 * narrows what is listed and is counted; it gives no right: signatures do.
 */
#include <errno.h>
#include <string.h>

#include "ask.h"
#include "guard.h"
#include "input.h"
#include "libjit/notify.h"
#include "libjit/parse.h"
#include "message.h"
#include "rate.h"
#include "request_json.h"
#include "verbs.h"

#define ACCOUNT "jit"
#define WORDS "SSH_ORIGINAL_COMMAND="

enum {
	RATE_MAX = 60,    /* calls of one name in a minute */
	TOTAL_MAX = 600,  /* of all */
	FILED_MAX = 20,   /* requests that one name hands in in a minute */
	FILED_ALL = 120,  /* of all */
	OVER_SEC = 86400, /* status: what is over is told so long */
	OVER_MAX = 500,
};

/* ---- how often ---- */

/* A name's own share first, so that one flood does not use up everybody's. dir: below
 * /run/jit. */
static enum exit_code
count(const struct run *run, const char *dir, uint32_t most, uint32_t most_of_all)
{
	const struct jit_access *access = &run->access;
	uint32_t skipped;
	int r = rate_count(
		&access->site, &access->now, dir, run->options.name, most, &skipped);

	if (r == 0)
		r = rate_take(run, dir, most_of_all, &skipped);
	if (r == 0)
		return EXIT_DONE;
	if (r == -EDQUOT)
		say("too many calls; again in a minute");
	else
		say("/run/jit/%s cannot be written", dir);
	return r == -EDQUOT ? EXIT_REFUSED : EXIT_INTERNAL;
}

/* ---- list, status ---- */

static bool
may_see(const struct run *run, const struct jit_open_request *request)
{
	const char *name = run->options.name;

	return jit_streq(request->filed.sub, name) ||
		jit_strv_has(&request->approvers, name) ||
		jit_strv_has(&request->then_ask, name);
}

/* Those that he may see, and (typed not NULL) that are meant. */
static void
add_seen(json_t *array, const struct run *run, const struct jit_request_list *list,
	const char *typed)
{
	for (size_t i = 0; i < list->n; i++)
		if (may_see(run, &list->v[i]) &&
			(!typed || jit_id_matches(list->v[i].filed.jti, typed)))
			json_array_append_new(array,
				request_json(&list->v[i],
					list->v[i].state == JIT_REQUEST_OPEN));
}

/* One versioned object; the array is taken over. Nothing is written with privilege: whoever
 * reads may let us wait. */
static enum exit_code
answer(const struct run *run, json_t *requests)
{
	if (privs_become_caller(&run->caller.id) < 0) {
		json_decref(requests);
		return EXIT_INTERNAL;
	}
	return json_print(json_pack("{s:i, s:s, s:o}", "version", 1, "host",
		       run->access.policy.globals.host, "requests", requests))
		? EXIT_DONE
		: EXIT_INTERNAL;
}

static enum exit_code
cannot_read(void)
{
	say("the requests in /var/lib/jit/requests cannot be read");
	return EXIT_INTERNAL;
}

static enum exit_code
serve_list(struct run *run, const char *rest)
{
	_cleanup_requests_ struct jit_request_list open = { 0 };
	json_t *requests = json_array();

	(void)rest;
	if (jit_requests_load(&run->access.site, (uid_t)-1, &open) < 0) {
		json_decref(requests);
		return cannot_read();
	}
	add_seen(requests, run, &open, NULL);
	return answer(run, requests);
}

static enum exit_code
serve_status(struct run *run, const char *typed)
{
	_cleanup_requests_ struct jit_request_list open = { 0 }, over = { 0 };
	const struct jit_site *site = &run->access.site;
	json_t *requests = json_array();

	if (jit_requests_load(site, (uid_t)-1, &open) < 0 ||
		jit_requests_history(
			site, run->access.now.wall_sec - OVER_SEC, OVER_MAX, &over) < 0) {
		json_decref(requests);
		return cannot_read();
	}
	add_seen(requests, run, &open, typed);
	if (json_array_size(requests) == 0)
		add_seen(requests, run, &over, typed);
	if (json_array_size(requests) == 1)
		return answer(run, requests);
	say("%s",
		json_array_size(requests) ? "that may be more than one request"
					  : "there is no such request here");
	json_decref(requests);
	return EXIT_NO_SUCH;
}

/* ---- accept, request ---- */

static enum exit_code
serve_accept(struct run *run, const char *rest)
{
	(void)rest;
	return accept_from_input(run);
}

struct filing {
	struct run *run;
	char *text;
};

/* Guarded. The text is the id. */
static void
file(void *arg, struct guard_result *ret)
{
	struct filing *filing = arg;
	struct jit_access *access = &filing->run->access;
	struct jit_open_request filed = { 0 };
	struct jit_error err = { "" };
	struct jit_notice notice;
	bool old = false;
	int r = jit_access_file_token(access, filing->text, &filed, &old, &err);

	ret->code = r == 0                      ? EXIT_DONE
		: r == -EBADMSG || r == -EINVAL ? EXIT_BAD_INPUT
						: ask_exit_of(r);
	(void)snprintf(
		ret->text, sizeof(ret->text), "%s", r < 0 ? err.text : filed.filed.jti);
	if (r < 0)
		return;
	if (!old) {
		jit_notice_of_request(&filed, false, &notice);
		(void)jit_notify(&access->policy.globals, &notice);
	}
	jit_open_request_done(&filed);
}

static enum exit_code
answer_filed(const struct run *run, const char *id)
{
	struct jit_open_request request = { 0 };
	json_t *requests;

	if (jit_requests_find(&run->access.site, id, &request) < 0)
		return cannot_read();
	requests = json_array();
	json_array_append_new(requests, request_json(&request, false));
	jit_open_request_done(&request);
	return answer(run, requests);
}

static enum exit_code
file_from_input(struct run *run)
{
	char text[INPUT_TEXT_MAX + 2];
	struct filing filing = { run, text };
	struct guard_result result;
	enum exit_code code = input_take_token(run, text);

	if (code != EXIT_DONE)
		return code;
	guard_run(file, &filing, &result);
	if (result.code == EXIT_DONE)
		return answer_filed(run, result.text);
	say("%s", result.text);
	return result.code;
}

static enum exit_code
serve_request(struct run *run, const char *rest)
{
	enum exit_code code = count(run, "serve-request", FILED_MAX, FILED_ALL);

	(void)rest;
	return code == EXIT_DONE ? file_from_input(run) : code;
}

/* ---- the table ---- */

static const struct row {
	const char *word;
	enum exit_code (*run)(struct run *run, const char *rest);
	bool takes_id;
} table[] = {
	{ "accept", serve_accept, false },
	{ "list", serve_list, false },
	{ "request", serve_request, false },
	{ "status", serve_status, true },
};

/* Exactly a word, or `status ID`. */
static const struct row *
find_row(const char *words, const char **ret_rest)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		size_t len = strlen(table[i].word);
		const char *rest = words + len;

		if (strncmp(words, table[i].word, len) != 0)
			continue;
		if (!table[i].takes_id && !*rest) {
			*ret_rest = rest;
			return &table[i];
		}
		if (table[i].takes_id && *rest == ' ' && rest[1] &&
			strspn(rest + 1,
				"0123456789abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(rest + 1)) {
			*ret_rest = rest + 1;
			return &table[i];
		}
	}
	return NULL;
}

static const char *
words_of(const struct run *run)
{
	for (char *const *e = run->given; e && *e; e++)
		if (strncmp(*e, WORDS, strlen(WORDS)) == 0)
			return *e + strlen(WORDS);
	return "";
}

/* Is it the account that exists for this? */
static bool
is_delivery_account(const struct run *run)
{
	struct target account = { 0 };
	int r = target_find(ACCOUNT, &account);
	bool is = r == 0 && account.uid == run->caller.id.uid;

	target_done(&account);
	return is;
}

enum exit_code
serve(struct run *run)
{
	const char *rest = NULL;
	const struct row *row = find_row(words_of(run), &rest);
	enum exit_code code;

	if (!is_delivery_account(run)) {
		say("--serve is for sshd and the account " ACCOUNT " only");
		return EXIT_REFUSED;
	}
	code = count(run, "serve", RATE_MAX, TOTAL_MAX);
	if (code != EXIT_DONE)
		return code;
	if (row)
		return row->run(run, rest);
	say("this account answers: accept, list, request, status ID");
	return EXIT_BAD_USAGE;
}
