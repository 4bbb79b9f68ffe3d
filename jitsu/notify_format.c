/*
 * Notices for chat services. Runs as: jit-notify. Pure.
 *
 * What people typed stands in these messages. MUST give it to each service in a form in which
 * it mentions nobody, links nowhere and formats nothing.
 */
#include "notify_format.h"

#include <stdarg.h>
#include <string.h>

enum { LINES_SIZE = 16384 };

struct lines {
	size_t len;
	char buf[LINES_SIZE];
};

static const char *
member(const json_t *notice, const char *key)
{
	const char *s = json_string_value(json_object_get(notice, key));

	return s ? s : "";
}

static _printf_(2, 3) void add(struct lines *lines, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(
		lines->buf + lines->len, sizeof(lines->buf) - lines->len, format, ap);
	va_end(ap);
	if (n > 0)
		lines->len += (size_t)n;
	if (lines->len >= sizeof(lines->buf))
		lines->len = sizeof(lines->buf) - 1;
}

static void
add_asked(struct lines *lines, const json_t *ask)
{
	for (size_t i = 0; i < json_array_size(ask); i++)
		add(lines, "%s%s", i == 0 ? "\nasked: " : ", ",
			json_string_value(json_array_get(ask, i)));
}

/* The whole message in words: the sentence, how to answer, what was left out. */
static void
compose(const json_t *notice, struct lines *ret)
{
	json_int_t suppressed = json_integer_value(json_object_get(notice, "suppressed"));

	add(ret, "%s", member(notice, "text"));
	if (member(notice, "approve")[0])
		add(ret, "\n%s", member(notice, "approve"));
	if (member(notice, "expires")[0])
		add(ret, "   (until %s)", member(notice, "expires"));
	add_asked(ret, json_object_get(notice, "ask"));
	if (suppressed > 0)
		add(ret,
			"\n%" JSON_INTEGER_FORMAT
			" notices before this one were left out",
			suppressed);
}

/* Slack's three control characters, with which every mention and link begins:
 * https://docs.slack.dev/messaging/formatting-message-text */
static json_t *
slack_text(const char *s)
{
	struct lines lines = { 0 };

	for (; *s; s++) {
		if (*s == '&')
			add(&lines, "&amp;");
		else if (*s == '<')
			add(&lines, "&lt;");
		else if (*s == '>')
			add(&lines, "&gt;");
		else
			add(&lines, "%c", *s);
	}
	return json_string(lines.buf);
}

/* mrkdwn: no * _ ~ `; parse and link_names: no @channel and no bare addresses. */
static json_t *
slack(const json_t *notice, const char *words)
{
	(void)notice;
	return json_pack("{s:o, s:b, s:s, s:b, s:b, s:b}", "text", slack_text(words),
		"mrkdwn", 0, "parse", "none", "link_names", 0, "unfurl_links", 0,
		"unfurl_media", 0);
}

/* An adaptive card. A TextRun, unlike a TextBlock, knows no markdown:
 * https://adaptivecards.io/explorer/TextRun.html */
static json_t *
teams(const json_t *notice, const char *words)
{
	(void)notice;
	return json_pack("{s:s, s:[{s:s, s:{s:s, s:s, s:s, s:[{s:s, s:[{s:s, s:s}]}]}}]}",
		"type", "message", "attachments", "contentType",
		"application/vnd.microsoft.card.adaptive", "content", "$schema",
		"http://adaptivecards.io/schemas/adaptive-card.json", "type",
		"AdaptiveCard", "version", "1.2", "body", "type", "RichTextBlock",
		"inlines", "type", "TextRun", "text", words);
}

static json_t *
plain(const json_t *notice, const char *words)
{
	(void)words;
	return json_deep_copy(notice);
}

json_t *
notify_format(const char *service, const json_t *notice)
{
	static const struct {
		const char *name;
		json_t *(*make)(const json_t *notice, const char *words);
	} services[] = { { "slack", slack }, { "teams", teams }, { "json", plain } };
	struct lines lines = { 0 };

	if (!json_is_object(notice) || !member(notice, "text")[0])
		return NULL;
	compose(notice, &lines);
	for (size_t i = 0; i < ARRAY_SIZE(services); i++)
		if (jit_streq(service, services[i].name))
			return services[i].make(notice, lines.buf);
	return NULL;
}
