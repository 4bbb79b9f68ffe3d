/*
 * Roles: which commands, as whom, how long at most.
 *
 * Runs as root.
 */
#include "conf.h"

#include <string.h>

#include "libjit/parse.h"

enum { DESCRIPTION_MAX = 256, COMMANDS_MAX = 1000 };

struct role_reading {
	struct conf *conf;
	struct jit_role *role;
};

static void
role_description(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct role_reading *reading = into;

	(void)conf_read_text(r, node, DESCRIPTION_MAX, &reading->role->description);
}

static bool
is_whole_run_as(const char *name)
{
	return jit_streq(name, "self") || jit_streq(name, "*");
}

static void
check_run_as(const struct conf_reader *r, const struct conf_node *node, bool alone)
{
	const char *name;

	if (!is_whole_run_as(node->string))
		(void)conf_read_name(r, node, "an account", &name);
	else if (!alone)
		conf_error(r, node, "\"%s\" stands alone in run_as", node->string);
}

static void
role_run_as(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct role_reading *reading = into;
	struct jit_strv accounts = { 0 };

	if (node->type == CONF_STRING) {
		conf_strv_add(r->arena, &accounts, node->string);
		check_run_as(r, node, true);
	} else if (node->type != CONF_LIST) {
		conf_error(r, node,
			"run_as is an account, a list of accounts, \"self\" or \"*\"");
		return;
	} else if (!conf_read_strings(r, node, false, &accounts)) {
		return;
	}
	for (size_t i = 0; node->type == CONF_LIST && i < node->n; i++)
		check_run_as(r, &node->v[i], node->n == 1);
	reading->role->run_as = accounts;
}

static void
role_commands(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct role_reading *reading = into;
	struct jit_role *role = reading->role;

	if (node->type != CONF_LIST) {
		conf_error(r, node,
			"commands is a list: commands = [ \"/usr/bin/apt-get update\" ]");
		return;
	}
	if (node->n == 0 || node->n > COMMANDS_MAX) {
		conf_error(
			r, node, "commands has between 1 and %d patterns", COMMANDS_MAX);
		return;
	}
	role->commands = conf_alloc(r->arena, node->n * sizeof(*role->commands));
	for (size_t i = 0; i < node->n; i++)
		if (conf_read_pattern(r, &node->v[i], &role->commands[role->n_commands]))
			role->n_commands++;
}

static void
role_login(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct role_reading *reading = into;

	(void)conf_read_bool(r, node, &reading->role->login);
}

static void
role_shell(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct role_reading *reading = into;

	(void)conf_read_bool(r, node, &reading->role->shell);
}

static void
role_equals_root(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct role_reading *reading = into;

	(void)conf_read_bool(r, node, &reading->role->equals_root);
}

static void
role_max(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct role_reading *reading = into;

	(void)conf_read_duration(r, node, reading->conf->globals.max_sec,
		"limits.max_duration", &reading->role->max_sec);
}

static void
role_default(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct role_reading *reading = into;

	(void)conf_read_duration(r, node, reading->conf->globals.max_sec,
		"limits.max_duration", &reading->role->default_sec);
}

static const struct conf_key keys[] = {
	{ "description", role_description },
	{ "run_as", role_run_as },
	{ "commands", role_commands },
	{ "login", role_login },
	{ "shell", role_shell },
	{ "equals_root", role_equals_root },
	{ "max_duration", role_max },
	{ "default_duration", role_default },
	{ "run_group", NULL },
	{ "deny_commands", NULL },
	{ "edit", NULL },
	{ "capabilities", NULL },
	{ "max_uses", NULL },
	{ "authenticate_with", NULL },
	{ "env_keep", NULL },
	{ "env_set", NULL },
	{ "umask", NULL },
	{ "cwd", NULL },
	{ "no_new_privs", NULL },
	{ "no_exec", NULL },
	{ "ends", NULL },
	{ "leftovers", NULL },
	{ "log_commands", NULL },
	{ "record", NULL },
};

static void
finish_role(const struct conf_reader *r, const struct conf_node *node,
	const struct conf *conf, struct jit_role *role)
{
	static const char *root[] = { "root" };
	const struct conf_node *given = conf_node_member(node, "default_duration");
	char shown[JIT_DURATION_SIZE];

	if (!conf_node_member(node, "run_as"))
		role->run_as = (struct jit_strv){ .n = 1, .v = root };
	if (!role->max_sec)
		role->max_sec = conf->globals.max_sec;
	if (!role->default_sec)
		role->default_sec = role->max_sec < JIT_DEFAULT_GRANT_SEC
			? role->max_sec
			: JIT_DEFAULT_GRANT_SEC;
	if (given && role->default_sec > role->max_sec)
		conf_error(r, given,
			"default_duration is longer than the role's max_duration, %s",
			jit_format_duration(role->max_sec, shown));
	if (!conf_node_member(node, "commands") && !role->login && !role->shell)
		conf_problem_add(r->problems, CONF_ERROR, &node->name_place,
			"role %s permits nothing: give it commands, shell or login",
			role->name);
}

static void
read_role(const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	struct conf_role role = { .node = node, .role = { .name = node->name } };
	struct role_reading reading = { .conf = conf, .role = &role.role };
	size_t before = r->problems->count[CONF_ERROR];

	role.role.description = "";
	if (!conf_new_name(r, &node->name_place, "role", node->name, &conf->role_names,
		    conf->n_roles))
		return;
	conf_read_group(r, node, keys, ARRAY_SIZE(keys), &reading);
	if (node->type == CONF_GROUP && r->problems->count[CONF_ERROR] == before)
		finish_role(r, node, conf, &role.role);
	conf->roles = conf_grow(
		conf->roles, conf->n_roles, &conf->roles_size, sizeof(*conf->roles));
	conf->roles[conf->n_roles++] = role;
}

void
conf_read_roles(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	if (node->type != CONF_GROUP) {
		conf_error(r, node, "roles is a group: roles = { NAME = { … }; };");
		return;
	}
	for (size_t i = 0; i < node->n; i++)
		read_role(r, &node->v[i], conf);
}
