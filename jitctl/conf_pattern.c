/*
 * Command patterns: split into words, and refused where they do not say what they seem to.
 *
 * Runs as root. MUST leave no word whose meaning in libjit/pattern.h differs from what is
 * written: there is one way to quote, and no escape.
 */
#include "conf.h"

#include <string.h>

#include "libjit/parse.h"
#include "libjit/pattern.h"

enum { WORDS_MAX = JIT_ARGC_MAX, PATH_SIZE_MAX = 1024 };

/* The end of a quoted word: behind its closing quote. NULL with a problem. */
static const char *
quoted_end(const struct conf_reader *r, const struct conf_node *node, const char *p)
{
	const char *end = strchr(p + 1, '\'');

	if (!end) {
		conf_error(r, node, "a single quote is not closed: %s", p);
		return NULL;
	}
	if (end[1] && end[1] != ' ' && end[1] != '\t') {
		conf_error(r, node,
			"a quoted word ends with its quote; something follows: %s",
			end + 1);
		return NULL;
	}
	return end + 1;
}

/* One word from p on; NULL with a problem. */
static const char *
next_word(const struct conf_reader *r, const struct conf_node *node, const char *p,
	const char **ret)
{
	const char *end;

	if (*p == '\'') {
		end = quoted_end(r, node, p);
		if (end)
			*ret = conf_strndup(r->arena, p + 1, (size_t)(end - p) - 2);
		return end;
	}
	end = p + strcspn(p, " \t");
	if (memchr(p, '\'', (size_t)(end - p))) {
		conf_error(r, node,
			"a single quote within a word; quote the whole word: '…'");
		return NULL;
	}
	*ret = conf_strndup(r->arena, p, (size_t)(end - p));
	return end;
}

static bool
split(const struct conf_reader *r, const struct conf_node *node, struct jit_strv *ret)
{
	const char *p = node->string, *word;

	for (;;) {
		p += strspn(p, " \t");
		if (!*p)
			return true;
		p = next_word(r, node, p, &word);
		if (!p)
			return false;
		if (ret->n == WORDS_MAX) {
			conf_error(r, node, "a pattern has at most %d words", WORDS_MAX);
			return false;
		}
		conf_strv_add(r->arena, ret, word);
	}
}

static bool
ends_in_dots(const char *word)
{
	size_t len = strlen(word);

	return len >= 3 && strcmp(word + len - 3, "...") == 0;
}

static bool
is_odd_path(const char *path)
{
	size_t len = strlen(path);

	return strstr(path, "//") || strstr(path, "/./") || strstr(path, "/../") ||
		path[len - 1] == '/' || (len >= 2 && strcmp(path + len - 2, "/.") == 0) ||
		(len >= 3 && strcmp(path + len - 3, "/..") == 0);
}

bool
conf_check_path(
	const struct conf_reader *r, const struct conf_node *node, const char *path)
{
	if (path[0] != '/')
		conf_error(r, node,
			"a command begins with its absolute path: \"/usr/bin/%s\"%s",
			path, jit_streq(path, "*") ? "; * stands alone" : "");
	else if (is_odd_path(path))
		conf_error(r, node,
			"\"%s\" is no plain path: no //, no . or .., no / at the end",
			path);
	else if (strlen(path) > PATH_SIZE_MAX)
		conf_error(r, node, "this path is longer than %d bytes", PATH_SIZE_MAX);
	else if (ends_in_dots(path))
		conf_error(r, node, "... repeats an argument; a path cannot end in it");
	else
		return true;
	return false;
}

bool
conf_check_word(const struct conf_reader *r, const struct conf_node *node,
	const char *word, bool last)
{
	if (!jit_glob_valid(word)) {
		conf_error(r, node,
			"\"%s\" is no pattern: a [ is not closed, is empty or has a "
			"range that "
			"falls; \"not\" is [!…]",
			word);
		return false;
	}
	if (jit_streq(word, "...")) {
		conf_error(
			r, node, "... needs a word in front: any... for anything at all");
		return false;
	}
	if (ends_in_dots(word) && !last) {
		conf_error(r, node, "\"%s\" is good for the last word only", word);
		return false;
	}
	return true;
}

bool
conf_read_pattern(
	const struct conf_reader *r, const struct conf_node *node, struct jit_strv *ret)
{
	struct jit_strv words = { 0 };

	if (node->type != CONF_STRING || !jit_text_valid(node->string, 4096)) {
		conf_error(r, node, "a command is text: \"/usr/bin/apt-get update\"");
		return false;
	}
	if (!split(r, node, &words))
		return false;
	if (words.n == 0) {
		conf_error(r, node, "a command is empty");
		return false;
	}
	if (!(words.n == 1 && jit_streq(words.v[0], "*")) &&
		!conf_check_path(r, node, words.v[0]))
		return false;
	for (size_t i = 0; i < words.n; i++)
		if (!conf_check_word(r, node, words.v[i], i > 0 && i + 1 == words.n))
			return false;
	*ret = words;
	return true;
}
