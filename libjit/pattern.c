/*
 * Globs and command patterns.
 *
 * Runs as: any; as root on what a user typed. Pure. MUST be bounded by glob length times
 * text length; MUST NOT let a glob match `/` or an option that is not written as one.
 */
#include "pattern.h"

#include <limits.h>
#include <string.h>

enum { SHORTENED_MAX = 2 * PATH_MAX };

/* One `[…]`: negated, its members between from and to, the glob behind it. */
struct bracket {
	bool negated;
	const char *from, *to, *next;
};

/* False where a bracket is not closed before end, or empty. */
static bool
bracket_read(const char *glob, const char *end, struct bracket *ret)
{
	const char *from = glob + 1, *to;
	bool negated = from < end && *from == '!';

	if (negated)
		from++;
	to = memchr(from, ']', (size_t)(end - from));
	if (!to || to == from)
		return false;
	*ret = (struct bracket){ negated, from, to, to + 1 };
	return true;
}

/* Reads one member, `a` or `a-z`; a `-` at either end is itself. */
static const char *
member_read(const struct bracket *bracket, const char *at, unsigned char *ret_low,
	unsigned char *ret_high)
{
	*ret_low = *ret_high = (unsigned char)*at;
	if (bracket->to - at < 3 || at[1] != '-')
		return at + 1;
	*ret_high = (unsigned char)at[2];
	return at + 3;
}

static bool
bracket_matches(const struct bracket *bracket, unsigned char c)
{
	const char *at = bracket->from;
	bool found = false;

	while (at < bracket->to) {
		unsigned char low, high;

		at = member_read(bracket, at, &low, &high);
		if (low <= c && c <= high)
			found = true;
	}
	return found != bracket->negated;
}

/* Does the glob's next element, which is not `*`, match c? Then *ret_next is behind it. */
static bool
element_matches(const char *glob, const char *end, char c, const char **ret_next)
{
	struct bracket bracket;

	if (*glob != '[') {
		*ret_next = glob + 1;
		return *glob == c || (*glob == '?' && c != '/');
	}
	if (c == '/' || !bracket_read(glob, end, &bracket))
		return false;
	*ret_next = bracket.next;
	return bracket_matches(&bracket, (unsigned char)c);
}

/* The glob is what lies before end. Only its last `*` is ever given more: since none of
 * them takes a `/`, giving more to an earlier one cannot help where that fails. This is
 * what keeps the work bounded. */
static bool
match(const char *glob, const char *end, const char *s)
{
	const char *star = NULL, *retry = NULL, *next;

	while (*s) {
		if (glob < end && *glob == '*') {
			star = ++glob;
			retry = s;
		} else if (glob < end && element_matches(glob, end, *s, &next)) {
			glob = next;
			s++;
		} else if (star && *retry != '/') {
			glob = star;
			s = ++retry;
		} else {
			return false;
		}
	}
	while (glob < end && *glob == '*')
		glob++;
	return glob == end;
}

bool
jit_glob_match(const char *glob, const char *s)
{
	return match(glob, glob + strlen(glob), s);
}

static bool
bracket_valid(const struct bracket *bracket)
{
	const char *at = bracket->from;

	/* Elsewhere `[^a]` means "not a": whoever writes it would be misunderstood here. */
	if (*at == '^')
		return false;
	while (at < bracket->to) {
		unsigned char low, high;

		at = member_read(bracket, at, &low, &high);
		if (low > high || high >= 0x80 || low == '/' || high == '/' || low == '[')
			return false;
	}
	return true;
}

bool
jit_glob_valid(const char *glob)
{
	const char *end = glob + strlen(glob);
	struct bracket bracket;

	while ((glob = strchr(glob, '['))) {
		if (!bracket_read(glob, end, &bracket) || !bracket_valid(&bracket))
			return false;
		glob = bracket.next;
	}
	return true;
}

bool
jit_glob_is_literal(const char *glob)
{
	return !strpbrk(glob, "*?[");
}

/* ---- commands ---- */

static bool
is_parent(const char *name, size_t len)
{
	return len == 2 && name[0] == '.' && name[1] == '.';
}

/* Has it a component `..`, or a `.` behind a slash? */
static bool
leads_elsewhere(const char *argument)
{
	const char *name = argument;

	for (;;) {
		size_t len = strcspn(name, "/");

		if (is_parent(name, len))
			return true;
		if (len == 1 && name[0] == '.' && name > argument)
			return true;
		if (!name[len])
			return false;
		name += len + 1;
	}
}

/* A glob stands for a name, and `.` and `..` are none: they have to be written so. */
static bool
argument_matches(const char *word, size_t len, const char *argument)
{
	if (argument[0] == '-' && word[0] != '-')
		return false;
	if (leads_elsewhere(argument))
		return strlen(argument) == len && memcmp(word, argument, len) == 0;
	return match(word, word + len, argument);
}

/* ---- on the denying side: rather too much than too little ---- */

static char *
add_name(char *from, char *at, const char *name, size_t len)
{
	if (at > from)
		*at++ = '/';
	memcpy(at, name, len);
	return at + len;
}

/* A `..` behind what lies between from and at. */
static char *
go_up(char *from, char *at, bool rooted)
{
	char *slash = memrchr(from, '/', (size_t)(at - from));
	char *last = slash ? slash + 1 : from;

	if (at == from && rooted)
		return at;
	if (at == from || is_parent(last, (size_t)(at - last)))
		return add_name(from, at, "..", 2);
	return slash ? slash : from;
}

/* The path, shorter than SHORTENED_MAX, without `//`, `.` and `..`, by its text: no link is
 * followed. */
static void
shorten(const char *path, char ret[SHORTENED_MAX])
{
	bool rooted = path[0] == '/';
	char *from = ret + rooted, *at = from;
	size_t len;

	ret[0] = '/';
	for (const char *name = path; *name; name += len) {
		name += strspn(name, "/");
		len = strcspn(name, "/");
		if (is_parent(name, len))
			at = go_up(from, at, rooted);
		else if (len > 1 || (len == 1 && name[0] != '.'))
			at = add_name(from, at, name, len);
	}
	if (at == ret)
		*at++ = '.';
	*at = '\0';
}

/* What is too long to be shortened is no path, not with `--option=` before it either. */
static bool
argument_is_denied(const char *word, size_t len, const char *argument)
{
	char shorter[SHORTENED_MAX];

	if (match(word, word + len, argument))
		return true;
	if (!strchr(argument, '/') || strlen(argument) >= sizeof(shorter))
		return false;
	shorten(argument, shorter);
	return match(word, word + len, shorter);
}

/* ---- all arguments ---- */

/* Is the word `WORD...`? Then its length without the dots, else 0. */
static size_t
repeated_length(const char *word)
{
	enum { DOTS = 3 };
	size_t len = strlen(word);

	if (len <= DOTS || strcmp(word + len - DOTS, "...") != 0)
		return 0;
	return len - DOTS;
}

static bool
repeated_matches(const char *word, size_t len, const struct jit_strv *argv, size_t from)
{
	for (size_t i = from; i < argv->n; i++)
		if (!argument_matches(word, len, argv->v[i]))
			return false;
	return from < argv->n;
}

static bool
one_is_denied(const char *word, size_t len, const struct jit_strv *argv, size_t from)
{
	for (size_t i = from; i < argv->n; i++)
		if (argument_is_denied(word, len, argv->v[i]))
			return true;
	return false;
}

/* How arguments are looked at on either side. */
struct side {
	bool (*one)(const char *word, size_t len, const char *argument);
	bool (*repeated)(
		const char *word, size_t len, const struct jit_strv *argv, size_t from);
};

static const struct side permitting = { argument_matches, repeated_matches };
static const struct side denying = { argument_is_denied, one_is_denied };

static bool
arguments_match(const struct side *side, const struct jit_strv *pattern,
	const struct jit_strv *argv)
{
	size_t len;

	for (size_t i = 1; i < pattern->n; i++) {
		const char *word = pattern->v[i];

		if (i + 1 == pattern->n && jit_streq(word, "any..."))
			return true;
		len = i + 1 == pattern->n ? repeated_length(word) : 0;
		if (len > 0)
			return side->repeated(word, len, argv, i);
		if (i >= argv->n || !side->one(word, strlen(word), argv->v[i]))
			return false;
	}
	return pattern->n == argv->n;
}

static bool
command_match(const struct side *side, const struct jit_strv *pattern,
	const struct jit_strv *argv)
{
	if (pattern->n == 0 || argv->n == 0 || argv->v[0][0] != '/')
		return false;
	if (pattern->n == 1 && jit_streq(pattern->v[0], "*"))
		return true;
	return jit_glob_match(pattern->v[0], argv->v[0]) &&
		arguments_match(side, pattern, argv);
}

bool
jit_command_match(const struct jit_strv *pattern, const struct jit_strv *argv)
{
	return command_match(&permitting, pattern, argv);
}

bool
jit_command_denied(const struct jit_strv *pattern, const struct jit_strv *argv)
{
	return command_match(&denying, pattern, argv);
}
