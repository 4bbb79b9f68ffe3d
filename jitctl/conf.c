/*
 * Reads all files of the policy into one struct conf.
 *
 * Runs as root. MUST go on after an error, so that all are shown at once; MUST NOT write.
 */
#include "conf.h"

#include <errno.h>
#include <string.h>

#include "config.h"

enum {
	DEFAULT_MAX_SEC = 8 * 3600,
	DEFAULT_START_WITHIN_SEC = 3600,
	DEFAULT_PROMPT_SEC = 300,
	DEFAULT_KEEP_SEC = 400 * 86400,
	DEFAULT_REQUEST_TTL_SEC = 3600,
	DEFAULT_BREAK_GLASS_SEC = 1800,
	DEFAULT_PIN_SEC = 3600,
	DEFAULT_PIN_CHALLENGE_SEC = 1800,
	DEFAULT_PENDING_REQUESTS = 20,
	DEFAULT_NOTIFY_SEC = 5,
};

static void
read_format(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct conf *conf = into;

	if (node->type != CONF_INTEGER || node->integer != 1)
		conf_error(r, node, "format = 1; is the only one that this jitctl knows");
	conf->globals.format = JIT_POLICY_FORMAT;
}

/* The table calls with void *; the parts take what it is. */
#define TOP_READER(part)                                                                 \
	static void top_##part(                                                          \
		const struct conf_reader *r, const struct conf_node *node, void *into)   \
	{                                                                                \
		conf_read_##part(r, node, into);                                         \
	}
TOP_READER(mode)
TOP_READER(observe_until)
TOP_READER(limits)
TOP_READER(privileged)
TOP_READER(audit)
TOP_READER(help)
TOP_READER(notify)
TOP_READER(approver_groups)
TOP_READER(roles)
TOP_READER(rules)

/* The first ones stand in the order of enum conf_top_key and may be set once. */
static const struct conf_key top_keys[] = {
	[CONF_TOP_FORMAT] = { "format", read_format },
	[CONF_TOP_MODE] = { "mode", top_mode },
	[CONF_TOP_OBSERVE_UNTIL] = { "observe_until", top_observe_until },
	[CONF_TOP_LIMITS] = { "limits", top_limits },
	[CONF_TOP_PRIVILEGED] = { "privileged", top_privileged },
	[CONF_TOP_AUDIT] = { "audit", top_audit },
	[CONF_TOP_HELP] = { "help", top_help },
	[CONF_TOP_NOTIFY] = { "notify", top_notify },
	{ "approver_groups", top_approver_groups },
	{ "roles", top_roles },
	{ "rules", top_rules },
};

static bool
set_once(const struct conf_reader *r, const struct conf_node *node, size_t index,
	struct conf *conf)
{
	const struct conf_node *first;

	if (index >= CONF_TOP_ONCE_COUNT)
		return true;
	first = conf->top[index];
	if (first) {
		conf_problem_add(r->problems, CONF_ERROR, &node->name_place,
			"\"%s\" is set already, at %s:%u", node->name,
			first->name_place.source->path, first->name_place.line);
		return false;
	}
	conf->top[index] = node;
	return true;
}

static void
read_top(const struct conf_reader *r, const struct conf_node *tree, struct conf *conf)
{
	for (size_t i = 0; i < tree->n; i++) {
		const struct conf_node *node = &tree->v[i];
		const struct conf_key *key =
			conf_find_key(r, node, top_keys, ARRAY_SIZE(top_keys));

		if (key && set_once(r, node, (size_t)(key - top_keys), conf))
			key->read(r, node, conf);
	}
}

/* limits come first: the durations of roles and rules are measured by them. */
static void
read_limits_first(const struct conf_reader *r, struct conf *conf, size_t n_conf)
{
	struct conf_problems unseen = { 0 };
	struct conf_reader quiet = { .arena = r->arena, .problems = &unseen };

	for (size_t i = 0; i < n_conf; i++) {
		const struct conf_node *node =
			conf_node_member(&conf->trees[i], "limits");

		if (node)
			conf_read_limits(&quiet, node, conf);
	}
	conf_problems_done(&unseen);
}

static void
require_top(const struct conf_reader *r, const struct conf *conf)
{
	struct conf_place start = { .source = conf->sources.v };

	if (!conf->top[CONF_TOP_FORMAT])
		conf_problem_add(r->problems, CONF_ERROR, &start,
			"format is missing; write: format = 1;");
	if (!conf->top[CONF_TOP_MODE])
		conf_problem_add(r->problems, CONF_ERROR, &start,
			"mode is missing; write: mode = \"observe\"; observe_until = "
			"\"YYYY-MM-DD\"; or: mode = \"enforce\";");
}

static int64_t
at_most(int64_t sec, int64_t ceiling)
{
	return sec < ceiling ? sec : ceiling;
}

static void
use_defaults(struct conf *conf)
{
	struct jit_globals *globals = &conf->globals;

	globals->format = JIT_POLICY_FORMAT;
	globals->hash = conf->sources.hash;
	globals->compiled_at = conf->world.now_sec;
	globals->max_sec = at_most(DEFAULT_MAX_SEC, JIT_CEILING_GRANT_SEC);
	globals->start_within_sec =
		at_most(DEFAULT_START_WITHIN_SEC, JIT_CEILING_AHEAD_SEC);
	globals->prompt_timeout_sec = DEFAULT_PROMPT_SEC;
	globals->keep_sec = DEFAULT_KEEP_SEC;
	globals->request_ttl_sec = DEFAULT_REQUEST_TTL_SEC;
	globals->break_glass_max_sec =
		at_most(DEFAULT_BREAK_GLASS_SEC, JIT_CEILING_BREAK_GLASS_SEC);
	globals->pin_max_sec = at_most(DEFAULT_PIN_SEC, JIT_CEILING_PIN_SEC);
	globals->pin_challenge_ttl_sec = DEFAULT_PIN_CHALLENGE_SEC;
	globals->pending_requests = DEFAULT_PENDING_REQUESTS;
	globals->notify_timeout_sec = DEFAULT_NOTIFY_SEC;
	globals->audit_required = true;
	globals->contact = globals->url = globals->notify_command = "";
}

/* All trees, or false: while the syntax is wrong anywhere, nothing else can be told. */
static bool
read_trees(struct conf *conf, struct conf_problems *problems)
{
	bool ok = problems->count[CONF_ERROR] == 0;

	conf->trees = conf_alloc(&conf->arena, conf->sources.n * sizeof(*conf->trees));
	for (size_t i = 0; i < conf->sources.n; i++)
		ok &= conf_tree_read(
			&conf->sources.v[i], &conf->arena, &conf->trees[i], problems);
	return ok && conf->sources.n > 0;
}

void
conf_load_sources(struct conf_sources *sources, const struct conf_world *world,
	struct conf *ret, struct conf_problems *problems)
{
	struct conf_reader r = { .arena = &ret->arena, .problems = problems };
	struct conf_node no_host = { .type = CONF_GROUP, .name = "" };
	size_t n_conf;

	*ret = (struct conf){ .sources = *sources, .world = *world };
	*sources = (struct conf_sources){ 0 };
	use_defaults(ret);
	if (!conf_add_host_zone(&r, ret) || !read_trees(ret, problems))
		return;
	n_conf = ret->sources.n - ret->sources.has_host;
	conf_read_host(&r, ret->sources.has_host ? &ret->trees[n_conf] : &no_host, ret);
	read_limits_first(&r, ret, n_conf);
	for (size_t i = 0; i < n_conf; i++)
		read_top(&r, &ret->trees[i], ret);
	require_top(&r, ret);
	conf_link_rules(&r, ret);
	conf_check(&r, ret);
}

void
conf_load(const struct jit_site *site, const struct conf_world *world, struct conf *ret,
	struct conf_problems *problems)
{
	struct conf_sources sources;

	conf_sources_read(site, &sources, problems);
	conf_load_sources(&sources, world, ret, problems);
}

void
conf_done(struct conf *conf)
{
	free(conf->groups);
	free(conf->roles);
	free(conf->rules);
	for (size_t i = 0; i < conf->globals.n_zones; i++)
		free(conf->globals.zones[i].changes);
	free(conf->globals.zones);
	conf_names_done(&conf->group_names);
	conf_names_done(&conf->role_names);
	conf_names_done(&conf->rule_names);
	conf_names_done(&conf->operator_names);
	conf_sources_done(&conf->sources);
	conf_arena_done(&conf->arena);
	*conf = (struct conf){ 0 };
}

const struct conf_role *
conf_find_role(const struct conf *conf, const char *name)
{
	const struct conf_name *found = conf_names_find(&conf->role_names, name);

	return found && jit_streq(found->name, name) ? &conf->roles[found->index] : NULL;
}
