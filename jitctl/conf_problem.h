/*
 * What is wrong with the configuration: all of it at once, each with its place.
 */
#ifndef JITCTL_CONF_PROBLEM_H
#define JITCTL_CONF_PROBLEM_H

#include "conf_arena.h"

/* One file as it was read. */
struct conf_source {
	const char *path; /* as shown: /etc/jit/conf.d/10-web.conf */
	const char *text; /* ends in a NUL that len does not count */
	size_t len;
};

/* Line and column (bytes) count from 1; line 0: the file as a whole; source NULL: none. */
struct conf_place {
	const struct conf_source *source;
	uint32_t line, column;
};

enum conf_severity {
	CONF_ERROR,
	CONF_REFUSAL, /* an error that reload --force overrides */
	CONF_WARNING,
};

struct conf_problem {
	enum conf_severity severity;
	struct conf_place place;
	const char *text;
};

struct conf_problems {
	struct conf_arena arena;
	size_t n, size;
	struct conf_problem *v;
	size_t count[CONF_WARNING + 1];
};

void conf_problem_add(struct conf_problems *problems, enum conf_severity severity,
	const struct conf_place *place, const char *format, ...) _printf_(4, 5);

/* `FILE:LINE: text`, the line itself and a caret under the word. Errors first come first;
 * at most 50 are shown. Nothing that could move a cursor is printed. */
void conf_problems_print(const struct conf_problems *problems, FILE *out);

/* `FILE:LINE: text` of the first error, or NULL: for the audit record. buf is used. */
const char *conf_problems_first(
	const struct conf_problems *problems, char *buf, size_t size);

void conf_problems_done(struct conf_problems *problems);

#endif
