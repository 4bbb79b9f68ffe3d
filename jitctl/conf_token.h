/*
 * The words of libconfig's syntax with their places: to say where something is wrong and
 * why, which libconfig itself does not.
 */
#ifndef JITCTL_CONF_TOKEN_H
#define JITCTL_CONF_TOKEN_H

#include "conf_problem.h"

enum conf_token_kind {
	CONF_TOKEN_END = 0,
	CONF_TOKEN_NAME,
	CONF_TOKEN_STRING,
	CONF_TOKEN_SCALAR, /* number or boolean */
	CONF_TOKEN_SIGN,   /* one of = : ; , ( ) [ ] { } */
	CONF_TOKEN_BAD,    /* a problem was added */
};

struct conf_token {
	enum conf_token_kind kind;
	char sign;
	const char *text; /* into the source; a string with its quotes */
	size_t len;
	struct conf_place place;
};

struct conf_lexer {
	const struct conf_source *source;
	const char *p, *line_start;
	uint32_t line;
	struct conf_problems *problems;
};

/* Starts at the beginning. False, with problems, where the text as a whole cannot be one:
 * NUL bytes, control characters, @include. */
bool conf_lexer_start(struct conf_lexer *lexer, const struct conf_source *source,
	struct conf_problems *problems);

struct conf_token conf_lexer_next(struct conf_lexer *lexer);

#endif
