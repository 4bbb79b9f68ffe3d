/*
 * One line of trusted_keys, taken apart.
 *
 * Runs as root. MUST refuse an option that it does not know: it could be a restriction.
 */
#include "trusted_line.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "libjit/keys.h"
#include "libjit/parse.h"
#include "suggest.h"

struct conf_place
trusted_place(const struct trusted_line *line, const char *at)
{
	return (struct conf_place){
		.source = line->source,
		.line = line->number,
		.column = (uint32_t)(at - line->text) + 1,
	};
}

static bool
refuse(struct trusted_line *line, const char *at, const char *format, ...)
{
	struct conf_place place = trusted_place(line, at);
	char text[512];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	conf_problem_add(line->problems, CONF_ERROR, &place, "%s", text);
	return false;
}

/* ---- times ---- */

static int
digits(const char *s, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++)
		v = v * 10 + (s[i] - '0');
	return v;
}

int
trusted_time_parse(const char *s, int64_t *ret_sec)
{
	size_t n = strspn(s, "0123456789");

	if ((n != 8 && n != 12 && n != 14) || !jit_streq(s + n, "Z"))
		return -EINVAL;
	return jit_time_from_utc(digits(s, 4), digits(s + 4, 2), digits(s + 6, 2),
		n >= 12 ? digits(s + 8, 2) : 0, n >= 12 ? digits(s + 10, 2) : 0,
		n == 14 ? digits(s + 12, 2) : 0, ret_sec);
}

/* ---- options ---- */

static const char *const namespace_names[] = { "jit-grant", "jit-revoke", "jit-request",
	"jit-policy", "jit-login", "jit-pin" };

static bool
add_namespace(struct trusted_line *line, const char *at, const char *name)
{
	enum jit_namespace ns = jit_namespace_from_name(name);
	const char *nearest;

	if (ns) {
		line->namespaces |= (uint32_t)ns;
		return true;
	}
	nearest = suggest_nearest(name,
		&(struct jit_strv){
			.n = ARRAY_SIZE(namespace_names),
			.v = (const char **)namespace_names,
		});
	return refuse(line, at, "unknown namespace \"%s\"%s%s%s", name,
		nearest ? "; did you mean \"" : "", nearest ? nearest : "",
		nearest ? "\"?" : "");
}

static bool
take_namespaces(struct trusted_line *line, const char *at, const char *value)
{
	const char *p = value;

	if (line->namespaces)
		return refuse(line, at, "namespaces stands in this line twice");
	for (;;) {
		size_t len = strcspn(p, ",");

		if (!add_namespace(line, at, conf_strndup(line->arena, p, len)))
			return false;
		if (!p[len])
			return true;
		p += len + 1;
	}
}

static bool
take_time(struct trusted_line *line, const char *at, const char *value, int64_t *into)
{
	if (*into)
		return refuse(line, at, "this option stands in this line twice");
	if (trusted_time_parse(value, into) == 0 && *into > 0)
		return true;
	*into = 0;
	return refuse(line, at,
		"\"%s\" is no time: YYYYMMDD, HHMM or HHMMSS if wanted, and Z (UTC) at "
		"the end, "
		"like 20271130Z",
		value);
}

static bool
take_option(
	struct trusted_line *line, const char *at, const char *name, const char *value)
{
	static const char *known[] = { "namespaces", "valid-after", "valid-before" };
	const char *nearest;

	if (value && jit_streq(name, "namespaces"))
		return take_namespaces(line, at, value);
	if (value && jit_streq(name, "valid-after"))
		return take_time(line, at, value, &line->valid_after);
	if (value && jit_streq(name, "valid-before"))
		return take_time(line, at, value, &line->valid_before);
	nearest = suggest_nearest(
		name, &(struct jit_strv){ .n = ARRAY_SIZE(known), .v = known });
	return refuse(line, at, "unknown option \"%s\"%s%s%s", name,
		nearest ? "; did you mean " : "", nearest ? nearest : "",
		nearest ? "=\"…\"?" : "");
}

/* NAME="VALUE" or NAME, up to a comma or a blank; *p is moved behind it. */
static bool
read_option(struct trusted_line *line, const char **p)
{
	const char *at = *p, *value = NULL, *close;
	size_t len = strcspn(at, "=, \t");
	const char *name = conf_strndup(line->arena, at, len);

	*p = at + len;
	if (**p == '=') {
		if ((*p)[1] != '"')
			return refuse(line, at, "the value of %s stands in double quotes",
				name);
		close = strchr(*p + 2, '"');
		if (!close)
			return refuse(line, *p + 1, "this quote is not closed");
		value = conf_strndup(line->arena, *p + 2, (size_t)(close - *p) - 2);
		*p = close + 1;
	}
	return take_option(line, at, name, value);
}

static bool
read_options(struct trusted_line *line, const char **p)
{
	const char *start = *p;

	for (;;) {
		if (!read_option(line, p))
			return false;
		if (**p != ',')
			break;
		(*p)++;
	}
	if (**p != ' ' && **p != '\t')
		return refuse(line, *p, "a blank or a comma is missing here");
	if (!line->namespaces)
		return refuse(
			line, start, "namespaces is missing: namespaces=\"jit-grant\"");
	if (line->valid_after && line->valid_before &&
		line->valid_after >= line->valid_before)
		return refuse(line, start, "valid-after is not before valid-before");
	return true;
}

/* ---- the line ---- */

static const char *
read_word(struct trusted_line *line, const char **p, const char **ret_at)
{
	size_t len;

	*p += strspn(*p, " \t");
	*ret_at = *p;
	len = strcspn(*p, " \t");
	*p += len;
	return len ? conf_strndup(line->arena, *ret_at, len) : NULL;
}

static bool
looks_like_type(const char *s)
{
	return strncmp(s, "ssh-", 4) == 0 || strncmp(s, "sk-", 3) == 0 ||
		strncmp(s, "ecdsa-", 6) == 0 || strncmp(s, "jit-x", 5) == 0;
}

static bool
is_readable(struct trusted_line *line, size_t len)
{
	if (strlen(line->text) != len)
		return refuse(
			line, line->text + strlen(line->text), "a NUL byte; remove it");
	for (const char *p = line->text; *p; p++)
		if (iscntrl((unsigned char)*p) && *p != '\t')
			return refuse(line, p,
				*p == '\r' ? "a carriage return (a file from Windows); "
					     "remove it"
					   : "a control character; remove it");
	return true;
}

bool
trusted_line_parse(struct trusted_line *line, size_t len)
{
	const char *p = line->text + strspn(line->text, " \t");

	if (!*p && strlen(line->text) == len)
		return false;
	if (*p == '#')
		return false;
	if (!is_readable(line, len))
		return false;
	if (*p == '"')
		return refuse(line, p, "the user name stands without quotes");
	line->principal = read_word(line, &p, &line->principal_at);
	p += strspn(p, " \t");
	if (!*p || looks_like_type(p))
		return refuse(line, p,
			"namespaces is missing: %s namespaces=\"jit-grant\" "
			"ssh-ed25519 AAAA…",
			line->principal);
	if (!read_options(line, &p))
		return false;
	line->type = read_word(line, &p, &line->type_at);
	line->base64 = read_word(line, &p, &line->key_at);
	if (!line->type || !line->base64)
		return refuse(line, line->type_at, "a key is missing: ssh-ed25519 AAAA…");
	return true;
}
