/*
 * The policy as people write it, read and checked: what compile.c writes to policy.cdb.
 */
#ifndef JITCTL_CONF_H
#define JITCTL_CONF_H

#include "conf_names.h"
#include "conf_source.h"
#include "conf_value.h"

#include "libjit/policy.h"

/* What reading depends on beside the files; tests give their own. */
struct conf_world {
	int64_t now_sec;
	const char *hostname; /* the static host name; NULL: there is none */
	/* The gid of a group of this host; -ENOENT: there is none, else it cannot be told. */
	int (*group_id)(const char *name, gid_t *ret);
	bool (*file_exists)(const char *path);
};

/* The real one: the clock, /etc/hostname, NSS. Allocates hostname in arena. */
struct conf_world conf_world_here(struct conf_arena *arena);

struct conf_group {
	const struct conf_node *node;
	struct jit_strv members;
};

struct conf_role {
	const struct conf_node *node;
	struct jit_role role;
	bool is_empty;                 /* it permits nothing by itself */
	bool is_named, is_named_exact; /* by rules without and with exact_command */
};

struct conf_rule {
	const struct conf_node *node;
	struct jit_rule rule;
};

/* Keys that may stand once, in any of the files. */
enum conf_top_key {
	CONF_TOP_FORMAT,
	CONF_TOP_MODE,
	CONF_TOP_OBSERVE_UNTIL,
	CONF_TOP_LIMITS,
	CONF_TOP_PRIVILEGED,
	CONF_TOP_AUDIT,
	CONF_TOP_HELP,
	CONF_TOP_NOTIFY,
	CONF_TOP_ONCE_COUNT,
};

struct conf {
	struct conf_arena arena;
	struct conf_sources sources;
	struct conf_world world;
	struct conf_node *trees;                          /* one for each source */
	const struct conf_node *top[CONF_TOP_ONCE_COUNT]; /* where it was set */
	struct jit_globals globals;
	size_t n_privileged_groups; /* as written, also those unknown here */
	size_t n_groups, n_roles, n_rules, groups_size, roles_size, rules_size;
	struct conf_group *groups;
	struct conf_role *roles;
	struct conf_rule *rules;
	struct conf_names group_names, role_names, rule_names;
	struct conf_names operator_names; /* of all rules */
	size_t zones_size;
};

/* Reads and checks everything that can be told without compiling. Problems has all of it;
 * when it counts no CONF_ERROR, ret can be compiled. Places in problems point into ret. */
void conf_load(const struct jit_site *site, const struct conf_world *world,
	struct conf *ret, struct conf_problems *problems);

/* The same from sources that are there already (ret takes them over). */
void conf_load_sources(struct conf_sources *sources, const struct conf_world *world,
	struct conf *ret, struct conf_problems *problems);

void conf_done(struct conf *conf);

const struct conf_role *conf_find_role(const struct conf *conf, const char *name);

/* ---- its parts, one file each ---- */

void conf_read_limits(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf);
void conf_read_mode(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf);
void conf_read_observe_until(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf);
void conf_read_audit(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf);
void conf_read_help(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf);
void conf_read_notify(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf);
void conf_read_privileged(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf);
void conf_read_host(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf);
void conf_read_approver_groups(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf);
void conf_read_roles(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf);
void conf_read_rules(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf);

/* What a finished rule must and must not have beside its approval, and its defaults. */
void conf_finish_rule(const struct conf_reader *r, const struct conf_node *node,
	const struct conf *conf, struct jit_rule *rule);

/* Resolves what rules name once all files are read: roles, people, gids. */
void conf_link_rules(const struct conf_reader *r, struct conf *conf);

/* Splits and checks one command pattern; see libjit/pattern.h. */
bool conf_read_pattern(
	const struct conf_reader *r, const struct conf_node *node, struct jit_strv *ret);
/* Its parts: an absolute plain path, one word. False with a problem. */
bool conf_check_path(
	const struct conf_reader *r, const struct conf_node *node, const char *path);
bool conf_check_word(const struct conf_reader *r, const struct conf_node *node,
	const char *word, bool last);

/* What a role permits: patterns, as text or { path; args; sha256; }, and globs of files. */
void conf_read_commands(
	const struct conf_reader *r, const struct conf_node *node, struct jit_role *role);
void conf_read_deny_commands(
	const struct conf_reader *r, const struct conf_node *node, struct jit_role *role);
void conf_read_edit(
	const struct conf_reader *r, const struct conf_node *node, struct jit_role *role);

/* What surrounds its commands. What depends on other keys is checked at the end. */
void conf_read_capabilities(
	const struct conf_reader *r, const struct conf_node *node, struct jit_role *role);
void conf_check_capabilities(const struct conf_reader *r, const struct conf_node *role,
	const struct jit_role *judged);
void conf_read_env_keep(
	const struct conf_reader *r, const struct conf_node *node, struct jit_role *role);
void conf_check_env_keep(const struct conf_reader *r, const struct conf_node *role,
	const struct jit_role *judged);
void conf_read_env_set(
	const struct conf_reader *r, const struct conf_node *node, struct jit_role *role);
void conf_read_umask(
	const struct conf_reader *r, const struct conf_node *node, struct jit_role *role);

/* `Mon-Fri 08:00-18:00, Sat Europe/Berlin`; see conf_when.c for the grammar. */
bool conf_read_when(const struct conf_reader *r, const struct conf_node *node,
	struct conf *conf, struct jit_when *ret);
/* Gives the host's own zone its place, 0. */
bool conf_add_host_zone(const struct conf_reader *r, struct conf *conf);

/* What the finished whole must have (a way to root, …) and what is worth a warning. */
void conf_check(const struct conf_reader *r, const struct conf *conf);
void conf_check_programs(const struct conf_reader *r, const struct conf *conf);
void conf_check_shadows(const struct conf_reader *r, const struct conf *conf);

/* Adds a name that must be new and differ from all others by more than case. False, with a
 * problem, if it is not. */
bool conf_new_name(const struct conf_reader *r, const struct conf_place *place,
	const char *what, const char *name, struct conf_names *names, size_t index);

/* Words with a meaning of their own, which are nobody's and nothing's name. */
bool conf_reserved(const char *name);

/* Can the string of node be what (`an approver`): a person's name? False with a problem. */
bool conf_check_person(
	const struct conf_reader *r, const struct conf_node *node, const char *what);

#endif
