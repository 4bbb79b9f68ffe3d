/*
 * One setting read into one C value.
 *
 * Runs as root. MUST NOT guess: what is not exactly of a form is refused.
 */
#include "conf_value.h"

#include <string.h>

#include "libjit/parse.h"
#include "suggest.h"

static void
add(const struct conf_reader *r, enum conf_severity severity,
	const struct conf_node *node, const char *format, va_list ap)
{
	char text[1024];

	(void)vsnprintf(text, sizeof(text), format, ap);
	conf_problem_add(r->problems, severity, node ? &node->place : NULL, "%s", text);
}

void
conf_error(const struct conf_reader *r, const struct conf_node *node, const char *format,
	...)
{
	va_list ap;

	va_start(ap, format);
	add(r, CONF_ERROR, node, format, ap);
	va_end(ap);
}

void
conf_warning(const struct conf_reader *r, const struct conf_node *node,
	const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(r, CONF_WARNING, node, format, ap);
	va_end(ap);
}

/* How a setting is called in a message; an element of a list has no name of its own. */
static const char *
label(const struct conf_node *node)
{
	return node->name[0] ? node->name : "an element of this list";
}

static bool
is_string(const struct conf_reader *r, const struct conf_node *node, const char *example)
{
	if (node->type == CONF_STRING)
		return true;
	conf_error(r, node, "%s is text in double quotes, like \"%s\"", label(node),
		example);
	return false;
}

bool
conf_read_bool(const struct conf_reader *r, const struct conf_node *node, bool *ret)
{
	if (node->type != CONF_BOOLEAN) {
		conf_error(r, node, "%s is true or false, without quotes", label(node));
		return false;
	}
	*ret = node->integer != 0;
	return true;
}

bool
conf_read_count(const struct conf_reader *r, const struct conf_node *node, uint32_t max,
	uint32_t *ret)
{
	if (node->type != CONF_INTEGER || node->integer < 1 || node->integer > max) {
		conf_error(r, node, "%s is a number from 1 to %u, without quotes",
			label(node), max);
		return false;
	}
	*ret = (uint32_t)node->integer;
	return true;
}

bool
conf_read_text(const struct conf_reader *r, const struct conf_node *node, size_t max,
	const char **ret)
{
	if (!is_string(r, node, "…"))
		return false;
	if (!jit_text_valid(node->string, max)) {
		conf_error(
			r, node, "%s is one line of at most %zu bytes", label(node), max);
		return false;
	}
	*ret = node->string;
	return true;
}

bool
conf_read_name(const struct conf_reader *r, const struct conf_node *node,
	const char *what, const char **ret)
{
	if (!is_string(r, node, "web1"))
		return false;
	if (!jit_name_valid(node->string)) {
		conf_error(r, node,
			"\"%s\" cannot be %s: letters, digits, _ . - (at most %d, not "
			"all digits, "
			"no - or . in front)",
			node->string, what, JIT_NAME_MAX);
		return false;
	}
	*ret = node->string;
	return true;
}

bool
conf_read_duration(const struct conf_reader *r, const struct conf_node *node, int64_t max,
	const char *what, int64_t *ret)
{
	char shown[JIT_DURATION_SIZE];
	int64_t sec;

	if (!is_string(r, node, "30m"))
		return false;
	if (jit_parse_duration(node->string, &sec) < 0) {
		conf_error(r, node,
			"\"%s\" is no duration; write it like \"90s\", \"10m\", "
			"\"1h30m\", \"1d\"",
			node->string);
		return false;
	}
	if (sec > max) {
		conf_error(r, node, "%s = \"%s\" is longer than %s, %s", label(node),
			node->string, what, jit_format_duration(max, shown));
		return false;
	}
	*ret = sec;
	return true;
}

bool
conf_read_date_end(
	const struct conf_reader *r, const struct conf_node *node, int64_t *ret)
{
	if (!is_string(r, node, "2027-01-31"))
		return false;
	if (jit_parse_date_end(node->string, ret) == 0)
		return true;
	conf_error(
		r, node, "\"%s\" is no date; write it like \"2027-01-31\"", node->string);
	return false;
}

static const char *
join_words(const struct conf_reader *r, const char *const *words, size_t n)
{
	const char *all = conf_format(r->arena, "\"%s\"", words[0]);

	for (size_t i = 1; i < n; i++)
		all = conf_format(
			r->arena, "%s%s \"%s\"", all, i + 1 == n ? " or" : ",", words[i]);
	return all;
}

bool
conf_read_choice(const struct conf_reader *r, const struct conf_node *node,
	const char *const *words, size_t n_words, size_t *ret)
{
	struct jit_strv candidates = { .n = n_words, .v = (const char **)words };

	if (!is_string(r, node, words[0]))
		return false;
	for (size_t i = 0; i < n_words; i++) {
		if (jit_streq(words[i], node->string)) {
			*ret = i;
			return true;
		}
	}
	conf_error(r, node, "%s is %s, not \"%s\"%s", label(node),
		join_words(r, words, n_words), node->string,
		conf_did_you_mean(r, node->string, &candidates));
	return false;
}

static bool
read_element(const struct conf_reader *r, const struct conf_node *list,
	const struct conf_node *element, struct jit_strv *strv)
{
	if (element->type != CONF_STRING) {
		conf_error(
			r, element, "%s is a list of text in double quotes", label(list));
		return false;
	}
	if (!element->string[0] || !jit_text_valid(element->string, 4096)) {
		conf_error(r, element,
			"%s: an element is empty or has control characters", label(list));
		return false;
	}
	if (jit_strv_has(strv, element->string)) {
		conf_error(
			r, element, "\"%s\" stands in this list twice", element->string);
		return false;
	}
	conf_strv_add(r->arena, strv, element->string);
	return true;
}

bool
conf_read_strings(const struct conf_reader *r, const struct conf_node *node,
	bool may_be_empty, struct jit_strv *ret)
{
	struct jit_strv strv = { 0 };
	bool ok = true;

	if (node->type != CONF_LIST) {
		conf_error(r, node, "%s is a list: %s = [ \"…\", \"…\" ]", label(node),
			label(node));
		return false;
	}
	if (node->n == 0 && !may_be_empty) {
		conf_error(r, node, "%s is empty", label(node));
		return false;
	}
	for (size_t i = 0; i < node->n; i++)
		ok &= read_element(r, node, &node->v[i], &strv);
	if (ok)
		*ret = strv;
	return ok;
}

const char *
conf_did_you_mean(
	const struct conf_reader *r, const char *word, const struct jit_strv *candidates)
{
	const char *nearest = suggest_nearest(word, candidates);

	return nearest ? conf_format(r->arena, "; did you mean \"%s\"?", nearest) : "";
}

static void
unknown_key(const struct conf_reader *r, const struct conf_node *node,
	const struct conf_key *keys, size_t n_keys)
{
	struct jit_strv names = { 0 };

	for (size_t i = 0; i < n_keys; i++)
		conf_strv_add(r->arena, &names, keys[i].name);
	conf_problem_add(r->problems, CONF_ERROR, &node->name_place,
		"unknown key \"%s\"%s", node->name,
		conf_did_you_mean(r, node->name, &names));
}

const struct conf_key *
conf_find_key(const struct conf_reader *r, const struct conf_node *node,
	const struct conf_key *keys, size_t n_keys)
{
	for (size_t i = 0; i < n_keys; i++) {
		if (!jit_streq(keys[i].name, node->name))
			continue;
		if (keys[i].read)
			return &keys[i];
		conf_problem_add(r->problems, CONF_ERROR, &node->name_place,
			"\"%s\" is not supported yet; remove it", node->name);
		return NULL;
	}
	unknown_key(r, node, keys, n_keys);
	return NULL;
}

void
conf_read_group(const struct conf_reader *r, const struct conf_node *group,
	const struct conf_key *keys, size_t n_keys, void *into)
{
	if (group->type != CONF_GROUP) {
		conf_error(r, group, "%s is a group of settings: { NAME = VALUE; … }",
			label(group));
		return;
	}
	for (size_t i = 0; i < group->n; i++) {
		const struct conf_key *key = conf_find_key(r, &group->v[i], keys, n_keys);

		if (key)
			key->read(r, &group->v[i], into);
	}
}
