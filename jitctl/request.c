/*
 * jitctl request: asks for a role on another host, where one cannot run jitsu (yet).
 *
 * Runs as the one who asks, with a key of theirs that the host trusts for jit-request.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "jitctl/approver.h"
#include "jitctl/asked.h"
#include "jitctl/delivery.h"
#include "jitctl/draft.h"
#include "jitctl/jitctl.h"
#include "jitctl/list.h"
#include "jitctl/listed.h"
#include "jitctl/option.h"
#include "libjit/escape.h"
#include "libjit/filed.h"
#include "libjit/parse.h"

enum { POLL_SEC = 3, WAIT_SEC = 3600 };

struct options {
	struct approver_options by;
	const char *host, *role, *as, *time, *at, *reason, *wait_time;
	bool wait, print;
	struct jit_strv cmd;
};

static void
print_help(FILE *out)
{
	fputs("usage: jitctl request --host HOST|@LABEL -R ROLE [option...]\n"
	      "                      [-- COMMAND ARGUMENT...]\n"
	      "Asks for a role on another host: signs a request with your key and brings "
	      "it there by\n"
	      "ssh, as jit@HOST. Approvers are asked as if you had run jitsu there.\n\n"
	      "  --host HOST          on which host; @LABEL: on every host of your "
	      "inventory with it\n"
	      "  -R, --role ROLE      which role\n"
	      "  --as ACCOUNT         as whom, where the role allows several\n"
	      "  -t, --time TIME      for how long (default: 1h)\n"
	      "  --at TIME            not before: 2027-01-31T09:00:00Z\n"
	      "  -r, --reason TEXT    why\n"
	      "  --wait[=TIME]        wait for the answer, at most so long (default: "
	      "1h)\n"
	      "  --print              print a line for chat or mail instead\n"
	      "  --sub NAME           who asks: your name in trusted_keys (default: your "
	      "login name)\n"
	      "  --key FILE           sign with a key file of jitctl keygen\n"
	      "  -k, --agent-key KEY  sign with this key of your ssh-agent: SHA256:… or "
	      "comment\n"
	      "  -- COMMAND…          only this command, with exactly these arguments\n",
		out);
}

static int
parse_options(int argc, char **argv, struct options *o)
{
	const struct option_set set = {
		.entries = {
			{ "host", .value = &o->host, .needed = true },
			{ "role", 'R', .value = &o->role, .needed = true },
			{ "as", .value = &o->as },
			{ "time", 't', .value = &o->time },
			{ "at", .value = &o->at },
			{ "reason", 'r', .value = &o->reason },
			{ "wait", .flag = &o->wait, .value = &o->wait_time },
			{ "print", .flag = &o->print },
			{ "sub", .value = &o->by.iss },
			{ "key", .value = &o->by.key_file },
			{ "agent-key", 'k', .value = &o->by.which },
		},
		.command = true,
		.once = true,
		.help = print_help,
	};
	int r = option_read(argc, argv, &set);

	if (r < 0)
		o->cmd = (struct jit_strv){ (size_t)(argc - optind),
			(const char **)argv + optind };
	return r;
}

/* ---- what is asked ---- */

static int
take_times(const struct options *o, struct jit_filed *f, struct jit_error *err)
{
	if (o->at && jit_parse_time(o->at, &f->at) < 0)
		return jit_error_set(
			err, -EINVAL, "--at: a moment in UTC, like 2027-01-31T09:00:00Z");
	return draft_duration("-t", o->time, JIT_DEFAULT_GRANT_SEC, JIT_CEILING_GRANT_SEC,
		&f->dur, err);
}

/* cmd is borrowed from the command line: not for jit_filed_done. */
static int
make_request(const struct options *o, const struct approver *by, struct jit_filed *f,
	struct jit_error *err)
{
	int r = draft_audience("--host", o->host, f->aud, err);

	memcpy(f->iss, by->name, sizeof(f->iss));
	memcpy(f->sub, by->name, sizeof(f->sub));
	if (r == 0)
		r = draft_name("-R", o->role, sizeof(f->role), f->role, err);
	if (r == 0 && o->as)
		r = draft_name("--as", o->as, sizeof(f->as), f->as, err);
	if (r == 0)
		r = take_times(o, f, err);
	if (r == 0)
		r = draft_reason("-r", o->reason, f->reason, err);
	if (r == 0)
		r = draft_command(&o->cmd, err);
	jit_grant_new_id(f->jti);
	f->iat = by->now.wall_sec;
	f->cmd = o->cmd;
	return r;
}

/* Hosts read the payload with this very function. */
static int
sign_request(const struct approver *by, const struct jit_filed *f, char **ret_token,
	struct jit_error *err)
{
	struct jit_key key = { .namespaces = JIT_NS_REQUEST };
	_cleanup_filed_ struct jit_filed read = { .at = 0 };
	_cleanup_free_ char *payload = NULL;
	int r = jit_filed_payload(f, &payload);

	if (r < 0)
		return jit_error_set(err, r, "a word of the command is not UTF-8");
	memcpy(key.principal, by->name, sizeof(key.principal));
	memcpy(key.public_key, by->signer.public_key, sizeof(key.public_key));
	r = jit_filed_parse(payload, &key, &read, err);
	if (r < 0)
		return r;
	return signer_token(&by->signer, payload, JIT_ASSERT_REQUEST, ret_token, err);
}

/* ---- the answer ---- */

/* `granted by carol, dave`, `denied by carol: "tomorrow, please"`. */
static int
tell(const char *host, const struct jit_open_request *open)
{
	char by[JIT_NAME_MAX * 4], reason[JIT_REASON_MAX * 4 + 1];

	fprintf(stderr, "jitctl: %s: %s", host, jit_request_state_name(open->state));
	for (size_t i = 0; i < open->n_answers; i++) {
		const struct jit_answer *answer = &open->answers[i];

		fprintf(stderr, "%s%s", i ? ", " : " by ",
			jit_escape(answer->by, by, sizeof(by)));
		if (answer->reason[0])
			fprintf(stderr, ": \"%s\"",
				jit_escape(answer->reason, reason, sizeof(reason)));
	}
	fputc('\n', stderr);
	return open->state == JIT_REQUEST_GRANTED ? JITCTL_DONE : JITCTL_NOT_ALLOWED;
}

/* Asks every few seconds. What cannot be reached now may be again. */
static int
wait_for_answer(const char *host, const char *id, int64_t wait_sec)
{
	const struct timespec pause = { .tv_sec = POLL_SEC };

	for (int64_t waited = 0; waited < wait_sec; waited += POLL_SEC) {
		_cleanup_(jit_open_request_done) struct jit_open_request open = {
			.token = NULL
		};
		struct jit_error err = { "" };
		int r = asked_status(host, id, &open, &err);

		if (r == 0 && open.state != JIT_REQUEST_OPEN)
			return tell(host, &open);
		if (r < 0 && r != -EHOSTUNREACH) {
			fprintf(stderr, "jitctl: %s\n", err.text);
			return asked_exit(r);
		}
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	fputs("jitctl: no answer yet; the request stays open\n", stderr);
	return JITCTL_NO;
}

/* What was sent, and the request that it is now: its own, or one that asked for the same of
 * the same host before. Over a label no host's word changes it. */
struct sent {
	const struct jit_filed *filed;
	char id[JIT_ID_LEN + 1];
};

/* Who is asked, as the host says. */
static void
tell_filed(const char *host, const struct courier_answer *answer, void *arg)
{
	_cleanup_requests_ struct jit_request_list list = { 0 };
	char who[sizeof(list.v->asked_shown) * 4], until[64], id[LIST_ID_SYMBOLS + 1];
	const struct jit_open_request *open;
	struct sent *sent = arg;
	size_t unread;
	bool other;

	if (listed_read(answer->out ? answer->out : "", &list, &unread) < 0 ||
		list.n != 1) {
		fprintf(stderr, "jitctl: %s has it\n", host);
		return;
	}
	open = &list.v[0];
	other = !jit_streq(open->filed.jti, sent->filed->jti);
	if (sent->filed->aud[0] != '@')
		memcpy(sent->id, open->filed.jti, sizeof(sent->id));
	fprintf(stderr, "jitctl: %s: %sasked %s (request %s, open until %s)\n", host,
		other ? "it says that you asked for the same before: " : "",
		draft_words(open->asked_shown, who, sizeof(who)),
		list_short_id(open->filed.jti, id),
		draft_time(open->expires_sec, until, sizeof(until)));
}

static int
send_request(const struct options *o, const struct jit_filed *f, const char *token,
	int64_t wait_sec)
{
	struct sent sent = { .filed = f };
	char shown[LIST_ID_SYMBOLS + 1];
	const struct delivery delivery = {
		.verb = "request",
		.token = token,
		.aud = f->aud,
		.by_ssh = true,
		.tell = tell_filed,
		.arg = &sent,
	};
	int code;

	if (o->print)
		return printf(JIT_REQUEST_LINE "%s\n", token) < 0 || fflush(stdout) != 0
			? JITCTL_CANNOT_WRITE
			: JITCTL_DONE;
	memcpy(sent.id, f->jti, sizeof(sent.id));
	code = delivery_run(&delivery);
	if (code != JITCTL_DONE)
		return code;
	printf("%s/%s\n", f->aud, list_short_id(sent.id, shown));
	(void)fflush(stdout);
	return o->wait ? wait_for_answer(f->aud, sent.id, wait_sec) : JITCTL_DONE;
}

/* An exit code, or -errno with a text. */
static int
ask(const struct options *o, struct jit_error *err)
{
	_cleanup_approver_ struct approver by = APPROVER_NONE;
	_cleanup_free_ char *token = NULL;
	struct jit_filed filed = { .at = 0 };
	int64_t wait_sec = 0;
	int r = draft_duration(
		"--wait", o->wait_time, WAIT_SEC, JIT_CEILING_AHEAD_SEC, &wait_sec, err);

	if (r == 0 && o->wait && o->host[0] == '@')
		return jit_error_set(err, -EINVAL, "--wait waits for one host only");
	if (r == 0)
		r = approver_open(&o->by, &by, err);
	if (r == 0)
		r = make_request(o, &by, &filed, err);
	if (r == 0)
		r = sign_request(&by, &filed, &token, err);
	return r < 0 ? r : send_request(o, &filed, token, wait_sec);
}

int
cmd_request(int argc, char **argv)
{
	struct options o = { .wait = false };
	struct jit_error err = { "" };
	int r = parse_options(argc, argv, &o);

	if (r >= 0)
		return r;
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	r = ask(&o, &err);
	if (r < 0)
		fprintf(stderr, "jitctl: %s\n", err.text);
	return r < 0 ? draft_exit(r) : r;
}
