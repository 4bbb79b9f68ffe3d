/*
 * A notice: what a notify hook is told, in words and in fields. Runs as: any. Pure.
 *
 * MUST escape, in the sentence, what somebody else chose. MUST fit into JIT_NOTICE_MAX
 * whatever the notice holds.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "escape.h"
#include "notify.h"
#include "parse.h"

enum {
	NOTICE_VERSION = 1,
	SENTENCE_SIZE = 4096,
	SHOWN_SIZE = 1100, /* JIT_REASON_MAX bytes, all of them escaped */
	SHORT_ID_SIZE = 5, /* as people see and type it */
};

/* ---- in words ---- */

struct sentence {
	const char *host;
	char buf[SENTENCE_SIZE];
};

static _printf_(2, 3) void add(struct sentence *sentence, const char *format, ...)
{
	size_t len = strlen(sentence->buf);
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(sentence->buf + len, sizeof(sentence->buf) - len, format, ap);
	va_end(ap);
}

/* Somebody else's word, escaped; what is not known is left out. */
static void
add_word(struct sentence *sentence, const char *before, const char *word)
{
	char shown[SHOWN_SIZE];

	if (word && word[0])
		add(sentence, "%s%s", before, jit_escape(word, shown, sizeof(shown)));
}

/* `bob asks root`, `carol revoked root of bob`. */
static void
add_deed(struct sentence *sentence, const struct jit_notice *notice)
{
	static const struct {
		enum jit_event event;
		bool by_other; /* whose deed it is: another's, on the subject's */
		const char *before, *verb, *of;
	} deeds[] = {
		{ JIT_EVENT_REQUEST, false, "", " asks ", "" },
		{ JIT_EVENT_REQUEST_WITHDRAWN, false, "", " withdrew the request for ",
			"" },
		{ JIT_EVENT_REQUEST_ABANDONED, false,
			"nobody answered in time: ", " asked ", "" },
		{ JIT_EVENT_BREAK_GLASS, false, "BREAK-GLASS: ", " uses ", "" },
		{ JIT_EVENT_BREAK_GLASS_SEEN, true, "",
			" reviewed break-glass: ", " of " },
		{ JIT_EVENT_APPROVE, true, "", " approved ", " for " },
		{ JIT_EVENT_DENY, true, "", " said no to ", " for " },
		{ JIT_EVENT_REVOKED, true, "", " revoked ", " of " },
		{ JIT_EVENT_LOCKED, true, "", " locked ", "" },
		{ JIT_EVENT_UNLOCKED, true, "", " unlocked ", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(deeds); i++) {
		if (deeds[i].event != notice->event)
			continue;
		add(sentence, "%s", deeds[i].before);
		add_word(sentence, "", deeds[i].by_other ? notice->by : notice->subject);
		add(sentence, "%s", deeds[i].verb);
		add_word(sentence, "", notice->role);
		if (deeds[i].by_other)
			add_word(sentence, notice->role ? deeds[i].of : "",
				notice->subject);
		if (!notice->role && !notice->subject)
			add(sentence, "everything");
		return;
	}
	add(sentence, "%s", jit_event_phrase(notice->event));
	add_word(sentence, ": ", notice->subject);
	add_word(sentence, ", ", notice->role);
}

static void
add_terms(struct sentence *sentence, const struct jit_notice *notice)
{
	char text[JIT_DURATION_SIZE], shown[SHOWN_SIZE];

	if (notice->target && !jit_streq(notice->target, "root"))
		add_word(sentence, " as ", notice->target);
	add_word(sentence, " on ", sentence->host);
	if (notice->duration_sec > 0)
		add(sentence, " for %s", jit_format_duration(notice->duration_sec, text));
	if (notice->command && notice->command->n > 0)
		add(sentence, " to run %s",
			jit_escape_argv(notice->command, shown, sizeof(shown)));
	if (notice->reason && notice->reason[0])
		add(sentence, ": \"%s\"",
			jit_escape(notice->reason, shown, sizeof(shown)));
}

static bool
short_id(const char *id, char ret[SHORT_ID_SIZE])
{
	char full[JIT_ID_CROCKFORD_SIZE];

	if (!id || jit_id_to_crockford(id, full) < 0)
		return false;
	(void)snprintf(ret, SHORT_ID_SIZE, "%.*s", SHORT_ID_SIZE - 1, full);
	return true;
}

/* `(1 of 2 needed, web1/K7Q2)`: the one that is asked for now is the first of two. */
static void
add_count(struct sentence *sentence, const struct jit_notice *notice)
{
	char id[SHORT_ID_SIZE];

	if (!short_id(notice->request, id))
		return;
	add(sentence, " (");
	if (notice->event == JIT_EVENT_REQUEST && notice->approvals > 1)
		add(sentence, "%u of %u needed, ", notice->have + 1, notice->approvals);
	else if (notice->event == JIT_EVENT_APPROVE && notice->approvals > 1)
		add(sentence, "%u of %u, ", notice->have, notice->approvals);
	add_word(sentence, "", sentence->host);
	add(sentence, "/%s)", id);
}

/* ---- in fields ---- */

static int
set_text(json_t *json, const char *key, const char *s)
{
	_cleanup_free_ char *escaped = NULL;
	json_t *value;

	if (!s || !s[0])
		return 0;
	value = json_string(s);
	if (value)
		return json_object_set_new(json, key, value);
	escaped = jit_escape_dup(s); /* not valid UTF-8, which JSON cannot hold */
	return json_object_set_new(json, key, escaped ? json_string(escaped) : NULL);
}

static int
set_number(json_t *json, const char *key, int64_t number)
{
	return number ? json_object_set_new(json, key, json_integer(number)) : 0;
}

static int
set_list(json_t *json, const char *key, const struct jit_strv *list)
{
	json_t *array;

	if (!list || list->n == 0)
		return 0;
	array = json_array();
	for (size_t i = 0; array && i < list->n; i++) {
		_cleanup_free_ char *escaped = NULL;
		json_t *value = json_string(list->v[i]);

		if (!value) {
			escaped = jit_escape_dup(list->v[i]);
			value = escaped ? json_string(escaped) : NULL;
		}
		if (json_array_append_new(array, value) < 0) {
			json_decref(array);
			return -1;
		}
	}
	return json_object_set_new(json, key, array);
}

/* How the request can be answered. */
static int
set_request(json_t *json, const struct sentence *sentence, const struct jit_notice *n)
{
	char id[SHORT_ID_SIZE], approve[JIT_NAME_MAX + 32];

	if (!short_id(n->request, id))
		return 0;
	(void)snprintf(approve, sizeof(approve), "jitctl approve %.*s/%s", JIT_NAME_MAX,
		sentence->host, id);
	return set_text(json, "request", n->request) | set_text(json, "short", id) |
		(n->event == JIT_EVENT_REQUEST ? set_text(json, "approve", approve) : 0) |
		set_number(json, "approvals", n->approvals) |
		(n->approvals ? json_object_set_new(json, "have", json_integer(n->have))
			      : 0);
}

static int
set_fields(json_t *json, const struct sentence *sentence, const struct jit_notice *n)
{
	char time[JIT_TIME_SIZE];
	int r = 0;

	r |= json_object_set_new(json, "version", json_integer(NOTICE_VERSION));
	r |= set_text(json, "event", jit_event_name(n->event));
	r |= set_text(json, "text", sentence->buf);
	r |= set_text(json, "host", sentence->host);
	r |= set_text(json, "subject", n->subject);
	r |= set_text(json, "role", n->role);
	r |= set_text(json, "target", n->target);
	r |= set_number(json, "duration", n->duration_sec);
	r |= set_text(json, "reason", n->reason);
	r |= set_request(json, sentence, n);
	r |= set_text(json, "grant", n->grant);
	r |= set_text(json, "rule", n->rule);
	r |= set_list(json, "ask", n->ask);
	r |= set_text(json, "by", n->by);
	if (n->expires_sec)
		r |= set_text(json, "expires", jit_format_time(n->expires_sec, time));
	return r;
}

static char *
dump(const struct sentence *sentence, const struct jit_notice *notice,
	const struct jit_strv *command)
{
	json_auto_t *json = json_object();
	int r = set_fields(json, sentence, notice);

	r |= set_list(json, "command", command);
	if (command != notice->command)
		r |= json_object_set_new(json, "cut", json_true());
	return r == 0 ? json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
}

int
jit_notice_json(
	const struct jit_globals *globals, const struct jit_notice *notice, char **ret)
{
	struct sentence sentence = { .host = globals->host ? globals->host : "" };
	struct jit_notice bare = *notice;
	_cleanup_free_ char *text = NULL;

	add_deed(&sentence, notice);
	add_terms(&sentence, notice);
	add_count(&sentence, notice);
	text = dump(&sentence, notice, notice->command);
	if (text && strlen(text) > JIT_NOTICE_MAX) {
		/* lists may be of any length; who is asked can be seen on the host */
		bare.ask = NULL;
		free(text);
		text = dump(&sentence, &bare, NULL);
	}
	if (!text)
		return -ENOMEM;
	if (strlen(text) > JIT_NOTICE_MAX)
		return -E2BIG;
	*ret = TAKE_PTR(text);
	return 0;
}

void
jit_notice_of_request(
	const struct jit_open_request *request, bool escalated, struct jit_notice *ret)
{
	const struct jit_filed *filed = &request->filed;
	uint32_t have = 0;

	for (size_t i = 0; i < request->n_answers && i < JIT_ANSWERS_MAX; i++)
		have += request->answers[i].yes;
	*ret = (struct jit_notice){
		.event = JIT_EVENT_REQUEST,
		.subject = filed->sub,
		.role = filed->role,
		.target = filed->as[0] ? filed->as : NULL,
		.reason = filed->reason,
		.request = filed->jti,
		.rule = request->rule,
		.ask = escalated ? &request->then_ask : &request->approvers,
		.command = filed->cmd.n ? &filed->cmd : NULL,
		.duration_sec = filed->dur,
		.expires_sec = request->expires_sec,
		.approvals = request->approvals,
		.have = have,
	};
}
