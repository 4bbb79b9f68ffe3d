/*
 * What is wrong with the configuration, and how that is shown.
 *
 * Runs as root. MUST escape what it shows of a file.
 */
#include "conf_problem.h"

#include <string.h>

#include "libjit/escape.h"

enum {
	SHOWN_MAX = 50,   /* problems */
	LINE_SIZE = 2048, /* bytes of a source line that are looked at */
	WIDTH = 150,      /* columns of it that are shown */
	BEFORE = 60, /* and of these, left of the caret, where it is far to the right */
};

void
conf_problem_add(struct conf_problems *problems, enum conf_severity severity,
	const struct conf_place *place, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	problems->v = conf_grow(
		problems->v, problems->n, &problems->size, sizeof(*problems->v));
	problems->v[problems->n++] = (struct conf_problem){
		.severity = severity,
		.place = place ? *place : (struct conf_place){ 0 },
		.text = conf_strndup(&problems->arena, text, strlen(text)),
	};
	problems->count[severity]++;
}

/* The line without its end; NULL if the file has no such line. */
static const char *
source_line(const struct conf_source *source, uint32_t line, size_t *ret_len)
{
	const char *p = source->text, *end = source->text + source->len, *stop;

	for (; line > 1; line--) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			return NULL;
		p++;
	}
	stop = memchr(p, '\n', (size_t)(end - p));
	*ret_len = (size_t)((stop ? stop : end) - p);
	return p;
}

static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Copies a piece of a line, tabs as blanks up to the next stop of 8, counted from column
 * *at on. */
static void
expand_tabs(const char *s, size_t len, size_t *at, char *buf, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 8 < size; i++) {
		if (s[i] != '\t') {
			buf[n++] = s[i];
			*at += !is_continuation(s[i]);
			continue;
		}
		do
			buf[n++] = ' ';
		while (++*at % 8 && n + 8 < size);
	}
	buf[n] = '\0';
}

static size_t
columns(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += !is_continuation(*s);
	return n;
}

/* Skips whole characters from the left until at most keep columns are left. */
static const char *
last_columns(const char *s, size_t keep)
{
	size_t skip = columns(s);

	for (skip = skip > keep ? skip - keep : 0; skip; skip--)
		do
			s++;
		while (is_continuation(*s));
	return s;
}

/* Cuts after so many columns. */
static void
cut_columns(char *s, size_t keep)
{
	for (; *s && keep; keep--)
		do
			s++;
		while (is_continuation(*s));
	*s = '\0';
}

static void
print_excerpt(const struct conf_place *place, FILE *out)
{
	char raw[LINE_SIZE], left[LINE_SIZE * 2], right[LINE_SIZE * 2];
	const char *line, *shown;
	size_t len, at = 0, before = place->column - 1;

	line = source_line(place->source, place->line, &len);
	if (!line || before > len)
		return;
	if (len && line[len - 1] == '\r')
		len--;
	before = before > len ? len : before;
	expand_tabs(line, before, &at, raw, sizeof(raw));
	jit_escape(raw, left, sizeof(left));
	expand_tabs(line + before, len - before, &at, raw, sizeof(raw));
	jit_escape(raw, right, sizeof(right));
	shown = columns(left) > WIDTH - BEFORE ? last_columns(left, BEFORE) : left;
	cut_columns(right, WIDTH - columns(shown));
	fprintf(out, "%s%s\n%*s\n", shown, right, (int)columns(shown) + 1, "^");
}

static void
print_problem(const struct conf_problem *problem, FILE *out)
{
	const struct conf_place *place = &problem->place;
	const char *prefix = problem->severity == CONF_WARNING ? "warning: " : "";
	char text[2048];

	jit_escape(problem->text, text, sizeof(text));
	if (!place->source)
		fprintf(out, "jitctl: %s%s\n", prefix, text);
	else if (!place->line)
		fprintf(out, "%s: %s%s\n", place->source->path, prefix, text);
	else
		fprintf(out, "%s:%u: %s%s\n", place->source->path, place->line, prefix,
			text);
	if (place->source && place->line && place->column)
		print_excerpt(place, out);
}

void
conf_problems_print(const struct conf_problems *problems, FILE *out)
{
	size_t shown = 0;

	for (size_t i = 0; i < problems->n; i++) {
		bool error = problems->v[i].severity != CONF_WARNING;

		/* warnings never push an error off the screen */
		if (error ? shown < SHOWN_MAX : shown < SHOWN_MAX / 2) {
			print_problem(&problems->v[i], out);
			shown++;
		}
	}
	if (problems->n > shown)
		fprintf(out, "jitctl: and %zu more\n", problems->n - shown);
}

const char *
conf_problems_first(const struct conf_problems *problems, char *buf, size_t size)
{
	const struct conf_problem *problem = problems->v;
	const struct conf_problem *end = problem + problems->n;

	while (problem < end && problem->severity == CONF_WARNING)
		problem++;
	if (problem == end)
		return NULL;
	if (problem->place.source)
		(void)snprintf(buf, size, "%s:%u: %s", problem->place.source->path,
			problem->place.line, problem->text);
	else
		(void)snprintf(buf, size, "%s", problem->text);
	return buf;
}

void
conf_problems_done(struct conf_problems *problems)
{
	conf_arena_done(&problems->arena);
	free(problems->v);
	*problems = (struct conf_problems){ 0 };
}
