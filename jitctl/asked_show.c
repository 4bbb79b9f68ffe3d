/*
 * How a request is shown.
 *
 * Runs as the approver. MUST escape what somebody else chose, and that is all of it; MUST
 * say whose signature it has; MUST NOT let what has none look as if it had.
 */
#include "jitctl/asked.h"

#include <pwd.h>
#include <string.h>

#include "jitctl/draft.h"
#include "jitctl/list.h"
#include "libjit/escape.h"

enum { TIME_MAX = 64, SAID_MAX = 400 }; /* SAID_MAX: more of it is cut off */

/* The name in /etc/passwd of this host's account, if it is the asker's. */
static void
full_name(const struct jit_open_request *open, char *buf, size_t size)
{
	const struct passwd *pw = getpwnam(open->filed.sub);

	buf[0] = '\0';
	if (pw && pw->pw_uid == open->uid && pw->pw_gecos)
		(void)snprintf(
			buf, size, "%.*s", (int)strcspn(pw->pw_gecos, ","), pw->pw_gecos);
}

const char *
asked_so_far(const struct jit_open_request *open, char *buf, size_t size)
{
	char by[JIT_NAME_MAX * 4 + 1];
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < open->n_answers && at < size; i++)
		if (open->answers[i].yes)
			at += (size_t)snprintf(buf + at, size - at, "%s%s",
				at ? ", " : "",
				draft_words(open->answers[i].by, by, sizeof(by)));
	return at ? buf : "nobody";
}

void
asked_answer(const struct asked *asked, struct jit_grant *ret)
{
	const struct jit_filed *filed = &asked->open.filed;

	*ret = (struct jit_grant){
		.via = filed->break_glass ? JIT_VIA_BREAK_GLASS : JIT_VIA_APPROVAL,
		.cmd = filed->cmd,
	};
	memcpy(ret->sub, filed->sub, sizeof(ret->sub));
	memcpy(ret->aud, filed->aud, sizeof(ret->aud));
	memcpy(ret->req, filed->jti, sizeof(ret->req));
	memcpy(ret->role, filed->role, sizeof(ret->role));
	memcpy(ret->as, filed->as, sizeof(ret->as));
	memcpy(ret->reason, filed->reason, sizeof(ret->reason));
}

/* ---- what is signed ---- */

static void
show_who(const struct asked *asked, FILE *out)
{
	const struct jit_filed *filed = &asked->open.filed;

	fprintf(out, "  %s asks%s%s\n", filed->sub,
		filed->break_glass ? " IN AN EMERGENCY (break-glass)" : "",
		asked->trust == ASKED_UNCHECKED ? ", OR SO IT SAYS: see below" : "");
}

static void
show_signature(const struct asked *asked, FILE *out)
{
	const struct jit_filed *filed = &asked->open.filed;
	char why[1024];

	switch (asked->trust) {
	case ASKED_BY_HOST:
		fprintf(out, "  signed   by the key of %s\n", filed->aud);
		break;
	case ASKED_BY_SUBJECT:
		fprintf(out, "  signed   by %s's own key\n", filed->sub);
		break;
	case ASKED_UNCHECKED:
		fprintf(out,
			"  signed   NOT CHECKED, anybody can have written this: %s\n",
			jit_escape(asked->unchecked.text, why, sizeof(why)));
	}
}

/* ---- what nobody has signed ---- */

static const char *
speaker(const struct asked *asked)
{
	return asked->host[0] ? asked->host : "this host";
}

static void
show_account(const struct jit_open_request *open, FILE *out)
{
	char name[128], shown[SAID_MAX];

	full_name(open, name, sizeof(name));
	fprintf(out, "    account  uid %u", (unsigned)open->uid);
	if (name[0])
		fprintf(out, "; here that is \"%s\"",
			draft_words(name, shown, sizeof(shown)));
	fputc('\n', out);
}

/* Below what is signed, each on a line of its own and in quotes. */
static void
show_said(const struct asked *asked, FILE *out)
{
	const struct jit_open_request *open = &asked->open;
	char text[SAID_MAX], so_far[1024];

	fprintf(out, "  %s says beside it, which nobody has signed:\n", speaker(asked));
	show_account(open, out);
	if (open->role_shown[0])
		fprintf(out, "    role     \"%s\"\n",
			draft_words(open->role_shown, text, sizeof(text)));
	if (open->command_shown[0] && open->filed.cmd.n == 0)
		fprintf(out, "    typed    \"%s\" (not part of the grant)\n",
			draft_words(open->command_shown, text, sizeof(text)));
	fprintf(out, "    needs    %u of \"%s\"; so far: %s\n", open->approvals,
		draft_words(open->asked_shown, text, sizeof(text)),
		asked_so_far(open, so_far, sizeof(so_far)));
}

/* ---- all of it ---- */

void
asked_show(const struct asked *asked, const struct jit_grant *grant, FILE *out)
{
	const struct draft_said said = { .host = speaker(asked),
		.target = asked->open.target,
		.command = asked_command(asked) };
	char id[LIST_ID_SYMBOLS + 1], at[TIME_MAX];

	show_who(asked, out);
	draft_show(grant, &said, out);
	fprintf(out, "  asked    %s, request %s\n",
		draft_time(asked->open.filed.iat, at, sizeof(at)),
		list_short_id(asked->open.filed.jti, id));
	show_signature(asked, out);
	if (asked->stated)
		show_said(asked, out);
}

void
asked_show_now(const struct asked *asked, int64_t now_sec, FILE *out)
{
	struct jit_grant grant;

	asked_answer(asked, &grant);
	draft_window(&grant, now_sec, asked->open.filed.at, asked->open.filed.dur,
		DRAFT_WITHIN_SEC);
	asked_show(asked, &grant, out);
}

/* ---- JSON ---- */

static json_t *
answers_json(const struct jit_open_request *open)
{
	json_t *array = json_array();

	for (size_t i = 0; i < open->n_answers; i++) {
		const struct jit_answer *answer = &open->answers[i];
		json_t *item = json_pack("{s:o, s:b, s:o, s:I, s:o}", "by",
			list_text(answer->by), "yes", (int)answer->yes, "time",
			list_time(answer->sec), "waited_sec",
			(json_int_t)(answer->sec - open->filed.iat), "reason",
			list_text(answer->reason));

		if (json_array_append_new(array, item) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

uint32_t
asked_have(const struct jit_open_request *open)
{
	uint32_t n = 0;

	for (size_t i = 0; i < open->n_answers; i++)
		n += open->answers[i].yes;
	return n;
}

static json_t *
token_json(const struct jit_filed *f)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:I, s:b, s:o, s:o}",
		"id", f->jti, "issuer", f->iss, "subject", f->sub, "host", f->aud, "role",
		f->role, "target", list_text(f->as), "command",
		f->cmd.n ? list_argv(&f->cmd) : json_null(), "reason",
		list_text(f->reason), "seconds", (json_int_t)f->dur, "break_glass",
		(int)f->break_glass, "asked", list_time(f->iat), "at", list_time(f->at));
}

json_t *
asked_json(const struct jit_open_request *open)
{
	int64_t waited = open->closed_sec ? open->closed_sec - open->filed.iat : 0;
	json_t *object = token_json(&open->filed);
	json_auto_t *more = json_pack("{s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o,"
				      " s:I, s:I, s:o, s:o, s:o, s:o, s:o}",
		"state", jit_request_state_name(open->state), "uid",
		(json_int_t)open->uid, "description", list_text(open->role_shown),
		"default_target", list_text(open->target), "typed",
		list_text(open->command_shown), "asked_of", list_text(open->asked_shown),
		"rule", list_text(open->rule), "approvers", list_argv(&open->approvers),
		"then_ask", list_argv(&open->then_ask), "approvals",
		(json_int_t)open->approvals, "have", (json_int_t)asked_have(open),
		"answers", answers_json(open), "open_until", list_time(open->expires_sec),
		"closed", list_time(open->closed_sec), "waited_sec",
		open->closed_sec ? json_integer(waited) : json_null(), "token",
		list_text(open->token));

	if (!object || !more || json_object_update(object, more) < 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}
