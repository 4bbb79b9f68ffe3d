/*
 * What a role permits: commands, those that it never permits, files to edit.
 *
 * Runs as root.
 */
#include "conf.h"

#include <sodium.h>
#include <string.h>

#include "libjit/parse.h"
#include "libjit/pattern.h"

enum { PATTERNS_MAX = 1000, WORD_MAX = 4096 };

/* ---- { path = "/opt/x"; args = [ "…" ]; sha256 = "…"; } ---- */

struct command {
	const char *path;
	bool has_args;
	struct jit_strv args;
	struct jit_digest digest;
};

static void
command_path(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct command *command = into;
	const char *path;

	if (conf_read_text(r, node, WORD_MAX, &path) && conf_check_path(r, node, path) &&
		conf_check_word(r, node, path, false))
		command->path = path;
}

static bool
is_word(const struct conf_reader *r, const struct conf_node *node, bool last)
{
	if (node->type == CONF_STRING && jit_text_valid(node->string, WORD_MAX))
		return conf_check_word(r, node, node->string, last);
	conf_error(r, node, "args is a list of words in double quotes");
	return false;
}

/* Unlike other lists: a word may stand twice, be empty, and have blanks. */
static void
command_args(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct command *command = into;

	command->has_args = true;
	if (node->type != CONF_LIST) {
		conf_error(r, node, "args is a list: args = [ \"--fast\", \"any...\" ]");
		return;
	}
	if (node->n >= JIT_ARGC_MAX) {
		conf_error(r, node, "args has at most %d words", JIT_ARGC_MAX - 1);
		return;
	}
	for (size_t i = 0; i < node->n; i++)
		if (is_word(r, &node->v[i], i + 1 == node->n))
			conf_strv_add(r->arena, &command->args, node->v[i].string);
}

static void
command_sha256(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct command *command = into;
	struct jit_digest *digest = &command->digest;
	const char *hex;
	size_t len;

	if (!conf_read_text(r, node, WORD_MAX, &hex))
		return;
	digest->given = sodium_hex2bin(digest->sha256, sizeof(digest->sha256), hex,
				strlen(hex), NULL, &len, NULL) == 0 &&
		len == sizeof(digest->sha256);
	if (!digest->given)
		conf_error(r, node,
			"sha256 is 64 hexadecimal digits, as sha256sum(1) prints them");
}

static const struct conf_key command_keys[] = {
	{ "path", command_path },
	{ "args", command_args },
	{ "sha256", command_sha256 },
};

static bool
read_group(const struct conf_reader *r, const struct conf_node *node,
	struct jit_strv *ret, struct jit_digest *ret_digest)
{
	size_t before = r->problems->count[CONF_ERROR];
	struct command command = { 0 };
	struct jit_strv words = { 0 };

	conf_read_group(r, node, command_keys, ARRAY_SIZE(command_keys), &command);
	if (!conf_node_member(node, "path"))
		conf_error(r, node,
			"this command has no path; write: path = \"/opt/vendor/setup\";");
	if (!command.has_args)
		conf_error(r, node,
			"this command has no args; write: args = [ ]; for none, or args "
			"= [ \"any...\" ]; for any");
	if (r->problems->count[CONF_ERROR] > before)
		return false;
	conf_strv_add(r->arena, &words, command.path);
	for (size_t i = 0; i < command.args.n; i++)
		conf_strv_add(r->arena, &words, command.args.v[i]);
	*ret = words;
	*ret_digest = command.digest;
	return true;
}

/* ---- lists of patterns ---- */

static bool
is_list(const struct conf_reader *r, const struct conf_node *node, const char *example)
{
	if (node->type != CONF_LIST)
		conf_error(r, node, "%s is a list: %s = [ \"%s\" ]", node->name,
			node->name, example);
	else if (node->n == 0 || node->n > PATTERNS_MAX)
		conf_error(r, node, "%s has between 1 and %d patterns", node->name,
			PATTERNS_MAX);
	else
		return true;
	return false;
}

static bool
read_command(const struct conf_reader *r, const struct conf_node *node,
	struct jit_strv *ret, struct jit_digest *ret_digest)
{
	return node->type == CONF_GROUP ? read_group(r, node, ret, ret_digest)
					: conf_read_pattern(r, node, ret);
}

void
conf_read_commands(
	const struct conf_reader *r, const struct conf_node *node, struct jit_role *role)
{
	if (!is_list(r, node, "/usr/bin/apt-get update"))
		return;
	role->commands = conf_alloc(r->arena, node->n * sizeof(*role->commands));
	role->digests = conf_alloc(r->arena, node->n * sizeof(*role->digests));
	for (size_t i = 0; i < node->n; i++)
		if (read_command(r, &node->v[i], &role->commands[role->n_commands],
			    &role->digests[role->n_commands]))
			role->n_commands++;
}

/* A pattern that is only a path denies it without arguments: rarely what is meant. */
static bool
check_denied(const struct conf_reader *r, const struct conf_node *node,
	const struct jit_strv *pattern, const struct jit_digest *digest)
{
	if (digest->given) {
		conf_error(r, node,
			"sha256 stands in commands only: what is denied is denied "
			"whatever is in it");
		return false;
	}
	if (jit_streq(pattern->v[0], "*")) {
		conf_error(r, node, "this denies every command of the role");
		return false;
	}
	if (pattern->n == 1 && node->type == CONF_STRING)
		conf_warning(r, node,
			"this denies %s without arguments only; with any: \"%s any...\"",
			pattern->v[0], pattern->v[0]);
	return true;
}

void
conf_read_deny_commands(
	const struct conf_reader *r, const struct conf_node *node, struct jit_role *role)
{
	if (!is_list(r, node, "/usr/bin/apt-get install any..."))
		return;
	role->deny_commands =
		conf_alloc(r->arena, node->n * sizeof(*role->deny_commands));
	for (size_t i = 0; i < node->n; i++) {
		struct jit_strv *pattern = &role->deny_commands[role->n_deny_commands];
		struct jit_digest digest = { 0 };

		if (read_command(r, &node->v[i], pattern, &digest) &&
			check_denied(r, &node->v[i], pattern, &digest))
			role->n_deny_commands++;
	}
}

/* ---- files ---- */

static void
check_edit(const struct conf_reader *r, const struct conf_node *node)
{
	if (node->string[0] != '/')
		conf_error(r, node,
			"a file to edit is written with its absolute path: \"/etc/%s\"",
			node->string);
	else if (conf_check_path(r, node, node->string))
		(void)conf_check_word(r, node, node->string, false);
}

void
conf_read_edit(
	const struct conf_reader *r, const struct conf_node *node, struct jit_role *role)
{
	if (!is_list(r, node, "/etc/nginx/*") ||
		!conf_read_strings(r, node, false, &role->edit))
		return;
	for (size_t i = 0; i < node->n; i++)
		check_edit(r, &node->v[i]);
}
