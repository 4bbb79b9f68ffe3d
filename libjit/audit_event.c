/*
 * An event: its kinds and its fields, one table each, and its line of JSON.
 *
 * Runs as: any. Pure. A MESSAGE_ID MUST never change or be used again: catalogs, alerts
 * and archives know it. A line MUST fit into JIT_AUDIT_LINE_MAX whatever the event holds.
 */
#include "audit.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <syslog.h>

#include "escape.h"
#include "parse.h"

#define ELLIPSIS "\xe2\x80\xa6"
#define _cleanup_json_ _cleanup_(json_decrefp)

/* ---- kinds ---- */

static const struct kind {
	const char *name, *message_id, *phrase;
	int priority;
	bool decides;
} kinds[JIT_EVENT_COUNT_] = {
	[JIT_EVENT_NONE] = { "none", "", "nothing", LOG_INFO, false },
	[JIT_EVENT_GRANT_ACCEPTED] = { "grant-accepted",
		"115974fc4f8f4017b6f0e700dff0711b", "grant accepted", LOG_INFO, true },
	[JIT_EVENT_GRANT_REFUSED] = { "grant-refused", "5accdc861e904e4095451854b26a8874",
		"grant refused", LOG_WARNING, true },
	[JIT_EVENT_AUTH_FAILED] = { "auth-failed", "1845cc296626417f9fa5b1ea6ca98c3c",
		"authentication failed", LOG_WARNING, false },
	[JIT_EVENT_COMMAND_START] = { "command-start", "1a17fa5b58e0434b88dc65bd2fda5027",
		"command started", LOG_INFO, false },
	[JIT_EVENT_COMMAND_END] = { "command-end", "b6f65904f9d94a2bacd6339d812fa3a9",
		"command ended", LOG_INFO, false },
	[JIT_EVENT_SESSION_OPEN] = { "session-open", "ad7f6df4266542d4817919f00073c3af",
		"session opened", LOG_INFO, false },
	[JIT_EVENT_SESSION_CLOSE] = { "session-close", "b5a17049557643ed90d46601e413c0c7",
		"session closed", LOG_INFO, false },
	[JIT_EVENT_EXEMPT_USED] = { "exempt-used", "5b9272b2918e4c02a33092af933624bb",
		"exempt login used", LOG_WARNING, false },
	[JIT_EVENT_EXPIRED] = { "expired", "17894b9db2bd4ae588d77e5dab108167",
		"grant ended", LOG_INFO, false },
	[JIT_EVENT_REVOKED] = { "revoked", "3035a41d37724e1c83cf3ecfa20ac42e",
		"grant revoked", LOG_NOTICE, true },
	[JIT_EVENT_DENY] = { "deny", "25a1baf582d048cb973b3fe4b5810584", "refused",
		LOG_WARNING, false },
	[JIT_EVENT_WOULD_DENY] = { "would-deny", "64e8312cce0b4e4baa830cf35c3a3dd9",
		"would be refused if policy were enforced", LOG_NOTICE, false },
	[JIT_EVENT_POLICY_LOADED] = { "policy-loaded", "416ede26ba2a4d73a827f44a92d54be1",
		"policy loaded", LOG_NOTICE, true },
	[JIT_EVENT_POLICY_REFUSED] = { "policy-refused",
		"de037a2299004b0ca0c8c74b86abd1dd",
		"policy refused, the last good one stays in force", LOG_NOTICE, true },
	[JIT_EVENT_POLICY_DRIFT] = { "policy-drift", "eedd1c34881d471c9ede9ec2b8b5d3ce",
		"policy sources differ from the policy in force", LOG_NOTICE, false },
	[JIT_EVENT_CLOCK_BACK] = { "clock-back", "1fd097d1117f451598b4f4c9235e535a",
		"the clock was set back", LOG_NOTICE, true },
	[JIT_EVENT_START_LATE] = { "start-late", "b8be5eeff9994a6d8e5a08a02ca9f293",
		"grant came too late to start", LOG_INFO, false },
	[JIT_EVENT_REQUEST] = { "request", "6a2af3e22db04fc482e3b1293667f815",
		"a request was filed", LOG_INFO, true },
	[JIT_EVENT_REQUEST_WITHDRAWN] = { "request-withdrawn",
		"a24cf80abfa64506a2be14bf16c91f22", "a request was withdrawn", LOG_INFO,
		false },
	[JIT_EVENT_REQUEST_ABANDONED] = { "request-abandoned",
		"3fd73a83a5c2408d9c50f6a63e9c6d68", "nobody answered a request in time",
		LOG_NOTICE, true },
	[JIT_EVENT_APPROVE] = { "approve", "4e03d3d1dc584927ab42228458cfab3a",
		"a request was approved", LOG_INFO, true },
	[JIT_EVENT_BREAK_GLASS] = { "break-glass", "6ab464ddf3434e2fa60ef5c8eec5918c",
		"break-glass was used", LOG_ALERT, true },
	[JIT_EVENT_BREAK_GLASS_SEEN] = { "break-glass-seen",
		"fa0383e4e94f46cc909a08da54b8a0ed", "a use of break-glass was reviewed",
		LOG_NOTICE, true },
	[JIT_EVENT_LOCKED] = { "locked", "bcb9546baf6749f6b977c4167e3b7c55", "locked",
		LOG_NOTICE, true },
	[JIT_EVENT_UNLOCKED] = { "unlocked", "a0541c9f3a494d288c18c5ec4fff844e",
		"unlocked", LOG_NOTICE, true },
	[JIT_EVENT_NOTIFY_FAILED] = { "notify-failed", "41336b87816244af86dbe540b11b9ea7",
		"nobody could be notified", LOG_WARNING, false },
};

static const struct kind *
kind_of(enum jit_event event)
{
	return &kinds[(unsigned)event < JIT_EVENT_COUNT_ ? event : JIT_EVENT_NONE];
}

const char *
jit_event_name(enum jit_event event)
{
	return kind_of(event)->name;
}

const char *
jit_event_message_id(enum jit_event event)
{
	return kind_of(event)->message_id;
}

int
jit_event_priority(enum jit_event event)
{
	return kind_of(event)->priority;
}

const char *
jit_event_phrase(enum jit_event event)
{
	return kind_of(event)->phrase;
}

bool
jit_event_decides(enum jit_event event)
{
	return kind_of(event)->decides;
}

/* ---- fields ---- */

#define FIELD(name)                                                                      \
	{                                                                                \
#name, offsetof(struct jit_audit, name)                                  \
	}

static const struct field {
	const char *name;
	size_t offset;
} fields[] = {
	FIELD(subject),
	FIELD(target),
	FIELD(role),
	FIELD(rule),
	FIELD(policy),
	FIELD(grant),
	FIELD(request),
	FIELD(approver),
	FIELD(via),
	FIELD(reason),
	FIELD(why),
	FIELD(cwd),
	FIELD(tty),
	FIELD(rhost),
	FIELD(service),
	FIELD(session),
};

const char *
jit_audit_field(const struct jit_audit *audit, size_t i, const char **ret_value)
{
	const char *value;

	if (i >= ARRAY_SIZE(fields))
		return NULL;
	value = *(const char *const *)((const char *)audit + fields[i].offset);
	*ret_value = value && value[0] ? value : NULL;
	return fields[i].name;
}

/* ---- the line ---- */

/* How far texts are let run, and what had to be done to them. */
struct style {
	size_t limit;
	bool cut, escaped;
};

/* At most limit bytes and a `…`, never through a character. */
static char *
text_cut(const char *s, struct style *style)
{
	enum { CONTINUATIONS = 3 };
	size_t len = style->limit;
	char *cut;

	if (strnlen(s, len + 1) <= len)
		return strdup(s);
	style->cut = true;
	for (int i = 0; i < CONTINUATIONS && len > 0 && (s[len] & 0xc0) == 0x80; i++)
		len--;
	cut = malloc(len + sizeof(ELLIPSIS));
	if (!cut)
		return NULL;
	memcpy(cut, s, len);
	memcpy(cut + len, ELLIPSIS, sizeof(ELLIPSIS));
	return cut;
}

static json_t *
text_json(const char *s, struct style *style)
{
	_cleanup_free_ char *cut = text_cut(s, style);
	_cleanup_free_ char *escaped = NULL;
	json_t *json = cut ? json_string(cut) : NULL;

	if (json || !cut)
		return json;
	/* Not valid UTF-8, which JSON cannot hold. */
	escaped = jit_escape_dup(cut);
	style->escaped = true;
	return escaped ? json_string(escaped) : NULL;
}

/* The limit holds for all arguments together; a last `…` stands for those left out. */
static json_t *
command_json(const struct jit_strv *command, const struct style *style, bool *cut,
	bool *escaped)
{
	enum { AROUND = 8 }; /* quotes, a comma, a cut */
	struct style one = *style;
	json_t *array = json_array();

	for (size_t i = 0; array && i < command->n; i++) {
		const char *s = one.limit > 0 ? command->v[i] : ELLIPSIS;
		size_t len = strlen(s) + AROUND;

		if (json_array_append_new(array, text_json(s, &one)) < 0) {
			json_decref(array);
			return NULL;
		}
		if (one.limit == 0)
			break;
		one.limit = len < one.limit ? one.limit - len : 0;
	}
	*cut |= one.cut;
	*escaped |= one.escaped;
	return array;
}

static int
texts_set(json_t *json, const struct jit_audit *audit, struct style *style)
{
	const char *name, *value;
	int r = 0;

	for (size_t i = 0; (name = jit_audit_field(audit, i, &value)); i++)
		if (value)
			r |= json_object_set_new(json, name, text_json(value, style));
	return r;
}

/* RFC 3339 in UTC with milliseconds. */
static json_t *
time_json(int64_t ms)
{
	char sec[JIT_TIME_SIZE], text[JIT_TIME_SIZE + 8];
	size_t len;

	jit_format_time(ms / 1000, sec);
	len = strcspn(sec, "Z");
	(void)snprintf(text, sizeof(text), "%.*s.%03dZ", (int)len, sec, (int)(ms % 1000));
	return json_string(text);
}

static int
rest_set(json_t *json, const struct jit_audit *audit, struct style *style)
{
	char expires[JIT_TIME_SIZE];
	int r = 0;

	if (audit->subject_uid != (uid_t)-1)
		r |= json_object_set_new(
			json, "subject_uid", json_integer(audit->subject_uid));
	if (audit->expires_sec)
		r |= json_object_set_new(json, "expires",
			json_string(jit_format_time(audit->expires_sec, expires)));
	if (audit->exit_status != -1)
		r |= json_object_set_new(
			json, "exit_status", json_integer(audit->exit_status));
	if (audit->waited_sec != -1)
		r |= json_object_set_new(
			json, "waited_sec", json_integer(audit->waited_sec));
	if (audit->command && audit->command->n > 0)
		r |= json_object_set_new(json, "command",
			command_json(
				audit->command, style, &style->cut, &style->escaped));
	return r;
}

static json_t *
record_json(
	const struct jit_audit *audit, const struct jit_audit_link *link, size_t limit)
{
	struct style style = { .limit = limit };
	json_t *json = json_object();
	int r = 0;

	r |= json_object_set_new(json, "seq", json_integer((json_int_t)link->seq));
	r |= json_object_set_new(json, "time", time_json(link->time_ms));
	r |= json_object_set_new(
		json, "event", json_string(jit_event_name(audit->event)));
	r |= texts_set(json, audit, &style);
	r |= rest_set(json, audit, &style);
	if (style.cut)
		r |= json_object_set_new(json, "cut", json_true());
	if (style.escaped)
		r |= json_object_set_new(json, "escaped", json_true());
	if (link->torn)
		r |= json_object_set_new(json, "torn", json_true());
	r |= json_object_set_new(json, "prev", json_string(link->prev));
	if (r != 0) {
		json_decref(json);
		return NULL;
	}
	return json;
}

ssize_t
jit_audit_format(const struct jit_audit *audit, const struct jit_audit_link *link,
	char line[JIT_AUDIT_LINE_MAX])
{
	static const size_t limits[] = { 4096, 1024, 256, 64 };

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		_cleanup_json_ json_t *json = record_json(audit, link, limits[i]);
		size_t len;

		if (!json)
			return -ENOMEM;
		len = json_dumpb(json, line, JIT_AUDIT_LINE_MAX - 1,
			JSON_COMPACT | JSON_ENSURE_ASCII);
		if (len == 0)
			return -ENOMEM;
		if (len < JIT_AUDIT_LINE_MAX) {
			line[len] = '\n';
			return (ssize_t)len + 1;
		}
	}
	return -E2BIG;
}
