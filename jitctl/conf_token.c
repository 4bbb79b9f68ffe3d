/*
 * The words of libconfig's syntax, with their places.
 *
 * Runs as root. MUST accept nothing that libconfig would read in another way.
 */
#include "conf_token.h"

#include <ctype.h>
#include <string.h>

static struct conf_place
place_of(const struct conf_lexer *lexer, const char *p)
{
	return (struct conf_place){
		.source = lexer->source,
		.line = lexer->line,
		.column = (uint32_t)(p - lexer->line_start) + 1,
	};
}

static void
complain(struct conf_lexer *lexer, const char *p, const char *text)
{
	struct conf_place place = place_of(lexer, p);

	conf_problem_add(lexer->problems, CONF_ERROR, &place, "%s", text);
}

static void
next_line(struct conf_lexer *lexer, const char *newline)
{
	lexer->line++;
	lexer->line_start = newline + 1;
}

static bool
has_include(const char *line)
{
	line += strspn(line, " \t\r");
	return strncmp(line, "@include", 8) == 0;
}

/* libconfig follows @include wherever it begins a line, also in a text from memory. */
static bool
check_lines(struct conf_lexer *lexer)
{
	const char *end = lexer->source->text + lexer->source->len;
	size_t before = lexer->problems->n;

	if (has_include(lexer->p))
		complain(lexer, lexer->p + strspn(lexer->p, " \t\r"),
			"@include is not followed here; use a file in conf.d/");
	for (const char *p = lexer->p; p < end; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '\n') {
			next_line(lexer, p);
			if (has_include(p + 1))
				complain(lexer, p + 1 + strspn(p + 1, " \t\r"),
					"@include is not followed here; use a file in "
					"conf.d/");
		} else if ((c < ' ' && c != '\t' && c != '\r') || c == 0x7f) {
			complain(lexer, p, "a control character; remove it");
			break;
		}
	}
	return lexer->problems->n == before;
}

bool
conf_lexer_start(struct conf_lexer *lexer, const struct conf_source *source,
	struct conf_problems *problems)
{
	bool ok;

	*lexer = (struct conf_lexer){
		.source = source,
		.p = source->text,
		.line_start = source->text,
		.line = 1,
		.problems = problems,
	};
	ok = check_lines(lexer);
	lexer->line = 1;
	lexer->line_start = source->text;
	return ok;
}

/* Past a block comment; false if it never ends. */
static bool
skip_block(struct conf_lexer *lexer)
{
	struct conf_lexer start = *lexer;

	for (lexer->p += 2; *lexer->p; lexer->p++) {
		if (lexer->p[0] == '*' && lexer->p[1] == '/') {
			lexer->p += 2;
			return true;
		}
		if (*lexer->p == '\n')
			next_line(lexer, lexer->p);
	}
	complain(&start, start.p, "this comment is never closed: */ is missing");
	return false;
}

/* Past white space and comments; false at a comment that never ends. */
static bool
skip_blank(struct conf_lexer *lexer)
{
	for (;;) {
		const char *p = lexer->p;

		if (*p == '\n') {
			next_line(lexer, p);
			lexer->p++;
		} else if (*p == ' ' || *p == '\t' || *p == '\r') {
			lexer->p++;
		} else if (*p == '#' || (p[0] == '/' && p[1] == '/')) {
			lexer->p += strcspn(p, "\n");
		} else if (p[0] == '/' && p[1] == '*') {
			if (!skip_block(lexer))
				return false;
		} else {
			return true;
		}
	}
}

static struct conf_token
token_make(struct conf_lexer *lexer, enum conf_token_kind kind, size_t len)
{
	struct conf_token token = {
		.kind = kind,
		.text = lexer->p,
		.len = len,
		.place = place_of(lexer, lexer->p),
	};

	lexer->p += len;
	return token;
}

static struct conf_token
bad_token(struct conf_lexer *lexer, const char *p, const char *text)
{
	complain(lexer, p, text);
	return token_make(lexer, CONF_TOKEN_BAD, 0);
}

static size_t
escape_len(const char *p)
{
	if (p[1] == 'x')
		return isxdigit((unsigned char)p[2]) && isxdigit((unsigned char)p[3]) ? 4
										      : 0;
	return p[1] && strchr("\"\\fnrt", p[1]) ? 2 : 0;
}

static struct conf_token
lex_string(struct conf_lexer *lexer)
{
	const char *start = lexer->p, *p = start + 1;

	while (*p != '"') {
		size_t len = *p == '\\' ? escape_len(p) : 1;

		if (*p == '\0' || *p == '\n')
			return bad_token(lexer, start,
				"this string is not closed: a \" is missing on this "
				"line");
		if (len == 0)
			return bad_token(lexer, p,
				"an escape that does not exist; a backslash is written "
				"\\\\");
		if (len == 4 && p[2] == '0' && p[3] == '0')
			return bad_token(
				lexer, p, "a NUL byte would cut the string short here");
		p += len;
	}
	return token_make(lexer, CONF_TOKEN_STRING, (size_t)(p + 1 - start));
}

static bool
is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '*';
}

static struct conf_token
lex_word(struct conf_lexer *lexer)
{
	size_t len = 0;

	while (is_name_char(lexer->p[len]))
		len++;
	if ((len == 4 && strncasecmp(lexer->p, "true", 4) == 0) ||
		(len == 5 && strncasecmp(lexer->p, "false", 5) == 0))
		return token_make(lexer, CONF_TOKEN_SCALAR, len);
	return token_make(lexer, CONF_TOKEN_NAME, len);
}

static const char *
skip_digits(const char *p)
{
	while (isdigit((unsigned char)*p))
		p++;
	return p;
}

/* The end of a number as libconfig reads it; libconfig decides what it is worth. */
static const char *
number_end(const char *p)
{
	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		p += 2;
		while (isxdigit((unsigned char)*p))
			p++;
	} else {
		p += *p == '+' || *p == '-';
		p = skip_digits(p);
		if (*p == '.')
			p = skip_digits(p + 1);
		if ((*p == 'e' || *p == 'E') &&
			(isdigit((unsigned char)p[1]) || p[1] == '+' || p[1] == '-'))
			p = skip_digits(p + 2);
	}
	while (*p == 'L')
		p++;
	return p;
}

static struct conf_token
lex_number(struct conf_lexer *lexer)
{
	const char *end = number_end(lexer->p), *rest = end;

	while (is_name_char(*rest) || *rest == '.' || *rest == ':')
		rest++;
	if (rest > end)
		return bad_token(lexer, lexer->p,
			"this is no number; if it is meant as text, "
			"it belongs in double quotes");
	return token_make(lexer, CONF_TOKEN_SCALAR, (size_t)(end - lexer->p));
}

struct conf_token
conf_lexer_next(struct conf_lexer *lexer)
{
	struct conf_token token;
	char c;

	if (!skip_blank(lexer))
		return token_make(lexer, CONF_TOKEN_BAD, 0);
	c = *lexer->p;
	if (c == '\0')
		return token_make(lexer, CONF_TOKEN_END, 0);
	if (c == '"')
		return lex_string(lexer);
	if (isalpha((unsigned char)c) || c == '*')
		return lex_word(lexer);
	if (isdigit((unsigned char)c) || c == '+' || c == '-' || c == '.')
		return lex_number(lexer);
	if (strchr("=:;,()[]{}", c)) {
		token = token_make(lexer, CONF_TOKEN_SIGN, 1);
		token.sign = c;
		return token;
	}
	return bad_token(lexer, lexer->p,
		c == '\'' ? "a string is written in double quotes: \"…\""
			  : "this belongs in quotes, or in a comment");
}
