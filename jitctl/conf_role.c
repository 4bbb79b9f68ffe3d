/*
 * Roles: which commands, as whom, how long at most, and what surrounds them.
 *
 * Runs as root.
 */
#include "conf.h"

#include <string.h>

#include "libjit/parse.h"

enum { DESCRIPTION_MAX = 256, PATH_SIZE_MAX = 1024, USES_MAX = 1000000 };

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

/* The table calls with void *; the readers of other files take the role. */
#define ROLE_READER(part)                                                                \
	static void role_##part(                                                         \
		const struct conf_reader *r, const struct conf_node *node, void *into)   \
	{                                                                                \
		struct role_reading *reading = into;                                     \
                                                                                         \
		conf_read_##part(r, node, reading->role);                                \
	}
ROLE_READER(commands)
ROLE_READER(deny_commands)
ROLE_READER(edit)
ROLE_READER(capabilities)
ROLE_READER(env_keep)
ROLE_READER(env_set)
ROLE_READER(umask)

#define ROLE_BOOL(key)                                                                   \
	static void role_##key(                                                          \
		const struct conf_reader *r, const struct conf_node *node, void *into)   \
	{                                                                                \
		struct role_reading *reading = into;                                     \
                                                                                         \
		(void)conf_read_bool(r, node, &reading->role->key);                      \
	}
ROLE_BOOL(login)
ROLE_BOOL(shell)
ROLE_BOOL(equals_root)
ROLE_BOOL(no_new_privs)

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

static void
role_max_uses(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct role_reading *reading = into;

	(void)conf_read_count(r, node, USES_MAX, &reading->role->max_uses);
}

static void
role_ends(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	static const char *const words[] = { "time", "use" };
	struct role_reading *reading = into;
	size_t choice;

	if (conf_read_choice(r, node, words, ARRAY_SIZE(words), &choice))
		reading->role->ends = choice == 0 ? JIT_ENDS_TIME : JIT_ENDS_USE;
}

static void
role_cwd(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct role_reading *reading = into;
	const char *path;

	if (!conf_read_text(r, node, PATH_SIZE_MAX, &path))
		return;
	if (path[0] != '/')
		conf_error(r, node, "cwd is an absolute path: cwd = \"/srv/%s\"", path);
	else if (jit_streq(path, "/") || conf_check_path(r, node, path))
		reading->role->cwd = path;
}

/* PAM reads the service from one of these; without a file, from `other`, which denies. */
static void
role_authenticate_with(
	const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct role_reading *reading = into;
	const struct conf_world *world = &reading->conf->world;
	const char *name;

	if (!conf_read_name(r, node, "a PAM service", &name))
		return;
	reading->role->authenticate_with = name;
	if (!world->file_exists(conf_format(r->arena, "/etc/pam.d/%s", name)) &&
		!world->file_exists(conf_format(r->arena, "/usr/lib/pam.d/%s", name)))
		conf_warning(r, node,
			"there is no /etc/pam.d/%s: nobody could authenticate with it",
			name);
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
	{ "deny_commands", role_deny_commands },
	{ "edit", role_edit },
	{ "capabilities", role_capabilities },
	{ "max_uses", role_max_uses },
	{ "authenticate_with", role_authenticate_with },
	{ "env_keep", role_env_keep },
	{ "env_set", role_env_set },
	{ "umask", role_umask },
	{ "cwd", role_cwd },
	{ "no_new_privs", role_no_new_privs },
	{ "ends", role_ends },
	{ "run_group", NULL },
	{ "no_exec", NULL },
	{ "leftovers", NULL },
	{ "log_commands", NULL },
	{ "record", NULL },
};

static void
forbid(const struct conf_reader *r, const struct conf_node *role, const char *key,
	const char *why)
{
	const struct conf_node *member = conf_node_member(role, key);

	if (member)
		conf_problem_add(r->problems, CONF_ERROR, &member->name_place,
			"%s %s; remove it", key, why);
}

/* A setting that nothing reads would be believed. */
static void
check_meaning(const struct conf_reader *r, const struct conf_node *node,
	const struct jit_role *role)
{
	static const char *const of_commands[] = { "capabilities", "authenticate_with",
		"env_keep", "env_set", "umask", "cwd", "no_new_privs" };

	if (role->login && !role->n_commands && !role->edit.n && !role->shell)
		for (size_t i = 0; i < ARRAY_SIZE(of_commands); i++)
			forbid(r, node, of_commands[i],
				"is for commands, and this role is for logins only");
	if (!role->n_commands && (role->login || role->edit.n || role->shell))
		forbid(r, node, "deny_commands",
			"takes away from commands, and this role has none");
}

static void
check_durations(const struct conf_reader *r, const struct conf_node *node,
	const struct jit_role *role)
{
	const struct conf_node *given = conf_node_member(node, "default_duration");
	char shown[JIT_DURATION_SIZE];

	if (given && role->default_sec > role->max_sec)
		conf_error(r, given,
			"default_duration is longer than the role's max_duration, %s",
			jit_format_duration(role->max_sec, shown));
}

static void
finish_role(const struct conf_reader *r, const struct conf_node *node,
	const struct conf *conf, struct jit_role *role)
{
	static const char *root[] = { "root" };

	if (!conf_node_member(node, "run_as"))
		role->run_as = (struct jit_strv){ .n = 1, .v = root };
	if (!role->max_sec)
		role->max_sec = conf->globals.max_sec;
	if (!role->default_sec)
		role->default_sec = role->max_sec < JIT_DEFAULT_GRANT_SEC
			? role->max_sec
			: JIT_DEFAULT_GRANT_SEC;
	check_durations(r, node, role);
	check_meaning(r, node, role);
	conf_check_capabilities(r, node, role);
	conf_check_env_keep(r, node, role);
}

static void
read_role(const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	struct conf_role role = { .node = node, .role = { .name = node->name } };
	struct role_reading reading = { .conf = conf, .role = &role.role };
	size_t before = r->problems->count[CONF_ERROR];

	role.role.description = role.role.authenticate_with = role.role.cwd = "";
	role.role.umask = JIT_UMASK_NONE;
	if (!conf_new_name(r, &node->name_place, "role", node->name, &conf->role_names,
		    conf->n_roles))
		return;
	conf_read_group(r, node, keys, ARRAY_SIZE(keys), &reading);
	if (node->type == CONF_GROUP && r->problems->count[CONF_ERROR] == before)
		finish_role(r, node, conf, &role.role);
	role.is_empty = r->problems->count[CONF_ERROR] == before &&
		!role.role.n_commands && !role.role.edit.n && !role.role.login &&
		!role.role.shell;
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
