/*
 * jitctl approve: answers a request: shows it, and what would be signed, asks, signs,
 * delivers.
 *
 * Runs as the approver. MUST show what is in the bytes that are signed, not what was asked;
 * MUST NOT sign without a yes (typed, or --yes); MUST NOT sign for oneself.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "config.h"
#include "jitctl/approver.h"
#include "jitctl/asked.h"
#include "jitctl/draft.h"
#include "jitctl/inventory.h"
#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "jitctl/question.h"
#include "libjit/escape.h"
#include "libjit/parse.h"
#include "libjit/token.h"

struct options {
	struct approver_options by;
	const char *time, *within, *typed;
	bool yes, print, unverified;
};

/* What is being answered, and how far it is. */
struct approval {
	const struct options *o;
	struct asked asked;
	struct approver approver;
	int64_t dur_sec, within_sec;
	struct jit_grant read; /* what is in the payload */
	char *payload;
};

static void
approval_done(struct approval *a)
{
	asked_done(&a->asked);
	approver_close(&a->approver);
	jit_grant_done(&a->read);
	free(a->payload);
}

static void
print_help(FILE *out)
{
	fputs("usage: jitctl approve [HOST/]ID [option...]\n"
	      "       jitctl approve - [option...] < request-line\n"
	      "Shows a request and what would be signed, asks, signs, and delivers the "
	      "token.\n"
	      "ID: on this host; HOST/ID: by ssh as jit@HOST; -: a line from chat or "
	      "mail on\n"
	      "standard input.\n\n"
	      "  -t, --time TIME      for a shorter time than asked\n"
	      "  --start-within TIME  by when it must have begun (default: 1h)\n"
	      "  --yes                do not ask; for scripts\n"
	      "  --print              print the token instead of delivering it\n"
	      "  --unverified         also if nobody here can check who wrote "
	      "it\n" APPROVER_HELP,
		out);
}

static int
parse_options(int argc, char **argv, struct options *o)
{
	const struct option_set set = {
		.entries = {
			{ "time", 't', .value = &o->time },
			{ "start-within", .value = &o->within },
			{ "yes", .flag = &o->yes },
			{ "print", .flag = &o->print },
			{ "unverified", .flag = &o->unverified },
			APPROVER_ENTRIES(&o->by),
		},
		.min = 1,
		.max = 1,
		.once = true,
		.help = print_help,
	};
	int r = option_read(argc, argv, &set);

	if (r < 0)
		o->typed = argv[optind];
	return r;
}

/* ---- may it be answered? ---- */

/* Did it come from just the one host where the answer counts? Then that host could have
 * given itself what the answer gives. */
static bool
comes_from_its_host(const struct asked *asked)
{
	char this_host[JIT_NAME_MAX + 1] = "";

	if (asked->pasted)
		return false;
	if (!asked->host[0] && inventory_this_host(this_host) < 0)
		return false;
	return jit_streq(asked->open.filed.aud, asked->host[0] ? asked->host : this_host);
}

static int
check_trust(const struct approval *a, struct jit_error *err)
{
	char why[400];

	if (a->asked.trust != ASKED_UNCHECKED || a->o->unverified ||
		comes_from_its_host(&a->asked))
		return 0;
	return jit_error_set(err, -EKEYREJECTED,
		"nobody here can tell who wrote this request (%s); if you know it "
		"otherwise: --unverified",
		jit_escape(a->asked.unchecked.text, why, sizeof(why)));
}

static int
check_request(const struct approval *a, struct jit_error *err)
{
	const struct jit_open_request *open = &a->asked.open;
	char by[64];
	int r;

	if (jit_streq(open->filed.sub, a->approver.name))
		return jit_error_set(err, -EPERM,
			"nobody approves for themselves: this is your own request");
	if (open->state != JIT_REQUEST_OPEN)
		return jit_error_set(err, -EALREADY, "this request is %s",
			jit_request_state_name(open->state));
	for (size_t i = 0; i < open->n_answers; i++)
		if (jit_streq(open->answers[i].by, a->approver.name))
			return jit_error_set(
				err, -EALREADY, "you have answered this request already");
	if (open->expires_sec && open->expires_sec <= a->approver.now.wall_sec)
		return jit_error_set(err, -EALREADY, "this request was open until %s",
			draft_time(open->expires_sec, by, sizeof(by)));
	r = check_trust(a, err);
	return r < 0 ? r : asked_check_command(&a->asked, err);
}

static int
take_times(struct approval *a, const char *time, struct jit_error *err)
{
	int64_t asked_sec = a->asked.open.filed.dur;
	int64_t dur_sec, within_sec;
	char most[JIT_DURATION_SIZE];
	int r = draft_duration(
		"-t", time, asked_sec, JIT_CEILING_GRANT_SEC, &dur_sec, err);

	if (r < 0)
		return r;
	if (dur_sec > asked_sec)
		return jit_error_set(err, -ERANGE, "-t: %s was asked for, no more",
			jit_format_duration(asked_sec, most));
	r = draft_duration("--start-within", a->o->within, DRAFT_WITHIN_SEC,
		JIT_CEILING_AHEAD_SEC, &within_sec, err);
	if (r < 0)
		return r;
	a->dur_sec = dur_sec;
	a->within_sec = within_sec;
	return 0;
}

/* ---- what is signed, and what is shown of it ---- */

static int
prepare(struct approval *a, struct jit_error *err)
{
	struct jit_grant draft;
	int r;

	free(TAKE_PTR(a->payload));
	jit_grant_done(&a->read);
	asked_answer(&a->asked, &draft);
	memcpy(draft.iss, a->approver.name, sizeof(draft.iss));
	jit_grant_new_id(draft.jti);
	r = jit_clock_now(&a->approver.now); /* somebody may have thought about it */
	if (r < 0)
		return jit_error_set(
			err, r, "the clock cannot be read: %s", strerror(-r));
	draft_window(&draft, a->approver.now.wall_sec, a->asked.open.filed.at, a->dur_sec,
		a->within_sec);
	return draft_payload(&draft, &a->approver.signer, &a->payload, &a->read, err);
}

static void
show(const struct approval *a)
{
	asked_show(&a->asked, &a->read, stderr);
}

/* ---- the answers ---- */

/* `waits for one more approval`, as far as the host said how many it needs. */
static const char *
pending_text(const struct asked *asked, char *buf, size_t size)
{
	uint32_t have = asked_have(&asked->open) + 1;

	if (!asked->stated || have >= asked->open.approvals)
		return "waits for more approvals";
	if (asked->open.approvals - have == 1)
		return "waits for one more approval";
	(void)snprintf(
		buf, size, "waits for %u more approvals", asked->open.approvals - have);
	return buf;
}

static int
deliver(const struct approval *a, const char *token, const char *done)
{
	struct delivery delivery = asked_delivery(&a->asked, token, done);
	char pending[64];

	delivery.pending = pending_text(&a->asked, pending, sizeof(pending));
	delivery.print = a->o->print;
	return delivery_run(&delivery);
}

static int
sign(struct approval *a, int *ret_exit, struct jit_error *err)
{
	_cleanup_free_ char *token = NULL;
	int r = signer_token(
		&a->approver.signer, a->payload, JIT_ASSERT_GRANT, &token, err);

	if (r == 0)
		*ret_exit = deliver(a, token, "approved");
	return r;
}

static int
deny(struct approval *a, int *ret_exit, struct jit_error *err)
{
	struct jit_ruling ruling = asked_denial(&a->asked);
	_cleanup_free_ char *token = NULL;
	char reason[QUESTION_ANSWER_SIZE];
	int r = question_ask("Why not? ", reason);

	if (r < 0 || !reason[0])
		return jit_error_set(err, -ECANCELED, "no reason; nothing was signed");
	r = draft_reason("the reason", reason, ruling.reason, err);
	if (r < 0)
		return r;
	r = approver_rule(&a->approver, &ruling, &token, err);
	if (r == 0)
		*ret_exit = deliver(a, token, "denied");
	return r;
}

/* Less than what was asked for; what is no such time is said, and the question comes
 * again. */
static int
shorten(struct approval *a, struct jit_error *err)
{
	char prompt[96], most[JIT_DURATION_SIZE], time[QUESTION_ANSWER_SIZE];
	struct jit_error wrong = { "" };
	int r;

	(void)snprintf(prompt, sizeof(prompt), "For how long, at most %s? ",
		jit_format_duration(a->asked.open.filed.dur, most));
	r = question_ask(prompt, time);
	if (r < 0)
		return jit_error_set(err, -ECANCELED, "nothing was signed");
	if (take_times(a, time, &wrong) < 0)
		fprintf(stderr, "jitctl: %s\n", wrong.text);
	r = prepare(a, err);
	if (r == 0)
		show(a);
	return r;
}

static int
ask(struct approval *a, int *ret_exit, struct jit_error *err)
{
	char prompt[256], answer[QUESTION_ANSWER_SIZE];
	int r = 0;

	(void)snprintf(prompt, sizeof(prompt),
		"Sign with %s's key %s? [y/N/d=deny/s=shorter] ", a->approver.name,
		a->approver.signer.fingerprint);
	while (r == 0) {
		r = question_ask(prompt, answer);
		if (r == -ENOTTY)
			return jit_error_set(err, r,
				"there is no terminal to ask on; --yes signs without "
				"asking");
		if (r == 0 && question_is_yes(answer))
			return sign(a, ret_exit, err);
		if (r == 0 && jit_streq(answer, "d"))
			return deny(a, ret_exit, err);
		if (r < 0 || !jit_streq(answer, "s"))
			return jit_error_set(err, -ECANCELED, "nothing was signed");
		r = shorten(a, err);
	}
	return r;
}

/* ---- the command ---- */

/* A passphrase is asked for on the terminal, where standard input was the request. */
static void
take_terminal(const struct approval *a)
{
	_cleanup_close_ int fd = -1;

	if (!a->asked.pasted)
		return;
	fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd >= 0)
		(void)dup2(fd, STDIN_FILENO);
}

static int
run(struct approval *a, int *ret_exit, struct jit_error *err)
{
	int r = asked_fetch(a->o->typed, &a->asked, err);

	if (r == 0)
		r = approver_open(&a->o->by, &a->approver, err);
	if (r == 0)
		r = check_request(a, err);
	if (r == 0)
		r = take_times(a, a->o->time, err);
	if (r == 0)
		r = prepare(a, err);
	if (r < 0)
		return r;
	show(a);
	take_terminal(a);
	return a->o->yes ? sign(a, ret_exit, err) : ask(a, ret_exit, err);
}

int
cmd_approve(int argc, char **argv)
{
	struct options o = { .yes = false };
	_cleanup_(
		approval_done) struct approval a = { .o = &o, .approver = APPROVER_NONE };
	struct jit_error err = { "" };
	int code = JITCTL_DONE, r = parse_options(argc, argv, &o);

	if (r >= 0)
		return r;
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	r = run(&a, &code, &err);
	if (r < 0)
		fprintf(stderr, "jitctl: %s\n", err.text);
	return r < 0 ? asked_exit(r) : code;
}
