/*
 * Reads libconfig's syntax for places and explanations.
 *
 * Runs as root. MUST refuse what libconfig accepts but people do not mean: adjacent
 * strings (joined into one), a name set twice.
 */
#include "conf_scan.h"

#include <string.h>

#include "conf_token.h"

enum {
	DEPTH_MAX = 8,
	SIBLINGS_SEEN = 32, /* how far back a second setting of a name is looked for */
};

struct scanner {
	struct conf_lexer lexer;
	struct conf_token token; /* the one looked at */
	struct conf_marks *marks;
	unsigned int depth;
	bool failed;
};

static bool scan_value(struct scanner *s, const struct conf_token *name);

static bool
fail(struct scanner *s, const struct conf_place *place, const char *format, ...)
{
	char text[256];
	va_list ap;

	if (s->failed)
		return false;
	s->failed = true;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	conf_problem_add(s->lexer.problems, CONF_ERROR, place, "%s", text);
	return false;
}

static void
advance(struct scanner *s)
{
	s->token = conf_lexer_next(&s->lexer);
	if (s->token.kind == CONF_TOKEN_BAD)
		s->failed = true;
}

static bool
is_sign(const struct conf_token *token, const char *signs)
{
	return token->kind == CONF_TOKEN_SIGN && strchr(signs, token->sign) != NULL;
}

static void
mark(struct scanner *s, const struct conf_token *name, const struct conf_place *value)
{
	struct conf_marks *marks = s->marks;

	marks->v = conf_grow(marks->v, marks->n, &marks->size, sizeof(*marks->v));
	marks->v[marks->n++] = (struct conf_mark){
		.name = name ? name->text : NULL,
		.name_len = name ? name->len : 0,
		.name_line = name ? name->place.line : 0,
		.name_column = name ? name->place.column : 0,
		.line = value->line,
		.column = value->column,
	};
}

/* The text of a token, without a string's quotes, for a message. */
static int
shown_len(const struct conf_token *token)
{
	return token->len > 64 ? 64 : (int)token->len;
}

static bool
refuse_adjacent(struct scanner *s, const struct conf_token *first)
{
	int a = shown_len(first) - 2, b = shown_len(&s->token) - 2;

	a = a < 0 ? 0 : a;
	b = b < 0 ? 0 : b;
	return fail(s, &s->token.place,
		"two strings with nothing between them would be read as one, "
		"\"%.*s%.*s\"; "
		"write a comma: \"%.*s\", \"%.*s\"",
		a, first->text + 1, b, s->token.text + 1, a, first->text + 1, b,
		s->token.text + 1);
}

static bool
scan_string(struct scanner *s)
{
	struct conf_token first = s->token;

	advance(s);
	if (!s->failed && s->token.kind == CONF_TOKEN_STRING)
		return refuse_adjacent(s, &first);
	return !s->failed;
}

static bool
unclosed(struct scanner *s, const struct conf_token *opener, char closer)
{
	return fail(s, &opener->place, "this %c is never closed: %c is missing",
		opener->sign, closer);
}

/* After an element: a comma and one more (true), or the end (false). */
static bool
scan_comma(struct scanner *s, const struct conf_token *opener, char closer)
{
	struct conf_token comma = s->token;
	char closers[] = { closer, '\0' };

	if (is_sign(&s->token, closers))
		return false;
	if (s->token.kind == CONF_TOKEN_END)
		return unclosed(s, opener, closer);
	if (!is_sign(&s->token, ","))
		return fail(s, &s->token.place,
			"a comma is missing before this, or the %c that closes the list",
			closer);
	advance(s);
	if (!s->failed && is_sign(&s->token, closers))
		return fail(s, &comma.place, "a comma after the last element; remove it");
	return !s->failed;
}

/* [ … ] or ( … ) */
static bool
scan_list(struct scanner *s)
{
	struct conf_token opener = s->token;
	char closer = opener.sign == '[' ? ']' : ')';
	char closers[] = { closer, '\0' };

	advance(s);
	if (s->failed)
		return false;
	if (!is_sign(&s->token, closers)) {
		do {
			if (opener.sign == '[' && is_sign(&s->token, "{(["))
				return fail(s, &opener.place,
					"a list of { } or of lists is written in ( ), "
					"not in [ ]");
			if (s->token.kind == CONF_TOKEN_END)
				return unclosed(s, &opener, closer);
			if (!scan_value(s, NULL))
				return false;
		} while (scan_comma(s, &opener, closer));
	}
	if (s->failed)
		return false;
	advance(s);
	return !s->failed;
}

static bool
check_twice(struct scanner *s, const struct conf_token *seen, size_t n)
{
	const struct conf_token *name = &s->token;

	for (size_t i = n > SIBLINGS_SEEN ? n - SIBLINGS_SEEN : 0; i < n; i++) {
		const struct conf_token *other = &seen[i % SIBLINGS_SEEN];

		if (other->len == name->len &&
			memcmp(other->text, name->text, name->len) == 0)
			return fail(s, &name->place,
				"\"%.*s\" is set twice; the first time in line %u",
				shown_len(name), name->text, other->place.line);
	}
	return true;
}

/* NAME = VALUE, and at most one ; or , after it */
static bool
scan_setting(struct scanner *s)
{
	struct conf_token name = s->token;

	if (name.kind == CONF_TOKEN_STRING)
		return fail(s, &name.place,
			"a setting begins with a name, not with a string; "
			"is a comma or a [ missing before it?");
	if (name.kind != CONF_TOKEN_NAME)
		return fail(s, &name.place,
			"a setting of the form NAME = VALUE; is expected here");
	advance(s);
	if (s->failed)
		return false;
	if (!is_sign(&s->token, "=:"))
		return fail(s, &name.place, "after \"%.*s\" comes = and a value",
			shown_len(&name), name.text);
	advance(s);
	if (s->failed || !scan_value(s, &name))
		return false;
	if (is_sign(&s->token, ";,"))
		advance(s);
	return !s->failed;
}

/* Settings up to } or, at the top, to the end of the file. */
static bool
scan_settings(struct scanner *s, const struct conf_token *opener)
{
	struct conf_token seen[SIBLINGS_SEEN];
	size_t n = 0;

	for (;;) {
		if (s->token.kind == CONF_TOKEN_END)
			return opener ? unclosed(s, opener, '}') : true;
		if (opener && is_sign(&s->token, "}"))
			return true;
		if (is_sign(&s->token, ")]}"))
			return fail(s, &s->token.place,
				"this %c closes nothing; or the %s before "
				"it is not closed",
				s->token.sign, opener ? "{" : "setting");
		if (s->token.kind == CONF_TOKEN_NAME && !check_twice(s, seen, n))
			return false;
		seen[n++ % SIBLINGS_SEEN] = s->token;
		if (!scan_setting(s))
			return false;
	}
}

static bool
scan_group(struct scanner *s)
{
	struct conf_token opener = s->token;

	advance(s);
	if (s->failed || !scan_settings(s, &opener))
		return false;
	advance(s);
	return !s->failed;
}

static bool
scan_nested(struct scanner *s)
{
	bool ok;

	if (++s->depth > DEPTH_MAX)
		return fail(s, &s->token.place, "too many brackets within brackets");
	ok = s->token.sign == '{' ? scan_group(s) : scan_list(s);
	s->depth--;
	return ok;
}

static bool
scan_value(struct scanner *s, const struct conf_token *name)
{
	const struct conf_token *token = &s->token;

	if (s->failed)
		return false;
	mark(s, name, &token->place);
	if (token->kind == CONF_TOKEN_STRING)
		return scan_string(s);
	if (is_sign(token, "{[("))
		return scan_nested(s);
	if (token->kind == CONF_TOKEN_NAME)
		return fail(s, &token->place,
			"text is written in double quotes: \"%.*s\"", shown_len(token),
			token->text);
	if (token->kind != CONF_TOKEN_SCALAR)
		return fail(s, name ? &name->place : &token->place,
			name ? "the value is missing" : "a value is missing here");
	advance(s);
	return !s->failed;
}

bool
conf_scan(const struct conf_source *source, struct conf_marks *ret,
	struct conf_problems *problems)
{
	struct scanner s = { .marks = ret };

	if (!conf_lexer_start(&s.lexer, source, problems))
		return false;
	advance(&s);
	return !s.failed && scan_settings(&s, NULL);
}
