/*
 * Settings that hold for the whole host: mode, limits, audit, help, notify, approver groups.
 *
 * Runs as root. MUST hold every limit below the compiled ceiling.
 */
#include "conf.h"

#include <string.h>

#include "libjit/parse.h"

#include "config.h"

enum {
	PROMPT_MAX_SEC = 3600,
	KEEP_MAX_SEC = 3650 * 86400,
	REQUEST_TTL_MAX_SEC = 7 * 86400,
	PENDING_MAX = 1000,
	NOTIFY_MAX_SEC = 60,
	HELP_MAX = 256,
	PATH_SIZE_MAX = 1024,
};

bool
conf_reserved(const char *name)
{
	return jit_streq(name, "host") || jit_streq(name, "self");
}

bool
conf_new_name(const struct conf_reader *r, const struct conf_place *place,
	const char *what, const char *name, struct conf_names *names, size_t index)
{
	const struct conf_name *found;

	if (!jit_name_valid(name) || conf_reserved(name)) {
		conf_problem_add(r->problems, CONF_ERROR, place,
			conf_reserved(name)
				? "\"%s\" is a word with a meaning of its own; "
				  "give the %s another name"
				: "\"%s\" cannot be the name of a %s",
			name, what);
		return false;
	}
	found = conf_names_find(names, name);
	if (found) {
		conf_problem_add(r->problems, CONF_ERROR, place,
			jit_streq(found->name, name)
				? "a second %s with the name \"%s\""
				: "this %s's name differs from \"%s\" only by upper and "
				  "lower case",
			what, found->name);
		return false;
	}
	conf_names_add(names, name, index);
	return true;
}

void
conf_read_mode(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	static const char *const words[] = { "observe", "enforce" };
	size_t choice;

	conf->globals.mode = JIT_MODE_ENFORCE;
	if (conf_read_choice(r, node, words, ARRAY_SIZE(words), &choice))
		conf->globals.mode = choice == 0 ? JIT_MODE_OBSERVE : JIT_MODE_ENFORCE;
}

void
conf_read_observe_until(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	int64_t until, latest = conf->world.now_sec + JIT_CEILING_OBSERVE_SEC;
	char shown[JIT_TIME_SIZE];

	if (!conf_read_date_end(r, node, &until))
		return;
	conf->globals.observe_until = until;
	if (until <= conf->world.now_sec)
		conf_error(r, node,
			"observe_until is over; choose a later day, or write mode = "
			"\"enforce\"");
	else if (until > latest)
		conf_error(r, node,
			"observe_until is more than %d days ahead; the latest is "
			"\"%.10s\"",
			JIT_CEILING_OBSERVE_SEC / 86400,
			jit_format_time(latest - 86400, shown));
}

/* ---- limits ---- */

static void
limit_max(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_globals *globals = into;

	(void)conf_read_duration(r, node, JIT_CEILING_GRANT_SEC, "the compiled ceiling",
		&globals->max_sec);
}

static void
limit_start_within(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_globals *globals = into;

	(void)conf_read_duration(r, node, JIT_CEILING_AHEAD_SEC, "the compiled ceiling",
		&globals->start_within_sec);
}

static void
limit_prompt(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_globals *globals = into;

	(void)conf_read_duration(r, node, PROMPT_MAX_SEC, "anybody waits at a prompt",
		&globals->prompt_timeout_sec);
}

static void
limit_keep(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_globals *globals = into;

	(void)conf_read_duration(
		r, node, KEEP_MAX_SEC, "records are kept at most", &globals->keep_sec);
}

static void
limit_request_ttl(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_globals *globals = into;

	(void)conf_read_duration(r, node, REQUEST_TTL_MAX_SEC,
		"a request stays open at most", &globals->request_ttl_sec);
}

static void
limit_break_glass(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_globals *globals = into;

	(void)conf_read_duration(r, node, JIT_CEILING_BREAK_GLASS_SEC,
		"the compiled ceiling_break_glass", &globals->break_glass_max_sec);
}

static void
limit_pin(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_globals *globals = into;

	(void)conf_read_duration(r, node, JIT_CEILING_PIN_SEC, "the compiled ceiling_pin",
		&globals->pin_max_sec);
}

static void
limit_pin_challenge(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_globals *globals = into;

	(void)conf_read_duration(r, node, JIT_CEILING_PIN_SEC, "the compiled ceiling_pin",
		&globals->pin_challenge_ttl_sec);
}

static void
limit_pending(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_globals *globals = into;

	(void)conf_read_count(r, node, PENDING_MAX, &globals->pending_requests);
}

void
conf_read_limits(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	static const struct conf_key keys[] = {
		{ "max_duration", limit_max },
		{ "start_within", limit_start_within },
		{ "prompt_timeout", limit_prompt },
		{ "keep", limit_keep },
		{ "request_ttl", limit_request_ttl },
		{ "break_glass_max_duration", limit_break_glass },
		{ "pin_max_duration", limit_pin },
		{ "pin_challenge_ttl", limit_pin_challenge },
		{ "pending_requests", limit_pending },
	};

	conf_read_group(r, node, keys, ARRAY_SIZE(keys), &conf->globals);
}

/* ---- audit, help ---- */

static void
audit_required(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_globals *globals = into;

	(void)conf_read_bool(r, node, &globals->audit_required);
}

void
conf_read_audit(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	static const struct conf_key keys[] = { { "required", audit_required } };

	conf_read_group(r, node, keys, ARRAY_SIZE(keys), &conf->globals);
}

static void
help_contact(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_globals *globals = into;

	(void)conf_read_text(r, node, HELP_MAX, &globals->contact);
}

static void
help_url(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_globals *globals = into;

	(void)conf_read_text(r, node, HELP_MAX, &globals->url);
}

void
conf_read_help(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	static const struct conf_key keys[] = {
		{ "contact", help_contact },
		{ "url", help_url },
	};

	conf_read_group(r, node, keys, ARRAY_SIZE(keys), &conf->globals);
}

/* ---- notify ---- */

static void
notify_command(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct conf *conf = into;
	const char *path;

	if (!conf_read_text(r, node, PATH_SIZE_MAX, &path) ||
		!conf_check_path(r, node, path))
		return;
	conf->globals.notify_command = path;
	if (!conf->world.file_exists(path))
		conf_warning(r, node, "%s is not there: nobody would be notified", path);
}

static void
notify_timeout(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct conf *conf = into;

	(void)conf_read_duration(r, node, NOTIFY_MAX_SEC, "a notification may take",
		&conf->globals.notify_timeout_sec);
}

void
conf_read_notify(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	static const struct conf_key keys[] = {
		{ "command", notify_command },
		{ "timeout", notify_timeout },
	};

	conf_read_group(r, node, keys, ARRAY_SIZE(keys), conf);
	if (node->type == CONF_GROUP && !conf_node_member(node, "command"))
		conf_error(r, node,
			"notify has no command; write: command = "
			"\"/usr/libexec/jit/notify\";");
}

/* ---- approver groups ---- */

bool
conf_check_person(
	const struct conf_reader *r, const struct conf_node *node, const char *what)
{
	const char *name = node->string;

	if (jit_name_valid(name) && !conf_reserved(name) && !jit_streq(name, "root"))
		return true;
	conf_error(r, node, "\"%s\" cannot be %s: write a person's user name%s", name,
		what, jit_name_valid(name) ? "" : " or @GROUP of approver_groups");
	return false;
}

static void
read_approver_group(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	struct conf_group group = { .node = node };

	if (!conf_new_name(r, &node->name_place, "group", node->name, &conf->group_names,
		    conf->n_groups))
		return;
	if (conf_read_strings(r, node, false, &group.members))
		for (size_t i = 0; i < node->n; i++)
			(void)conf_check_person(r, &node->v[i], "an approver");
	conf->groups = conf_grow(
		conf->groups, conf->n_groups, &conf->groups_size, sizeof(*conf->groups));
	conf->groups[conf->n_groups++] = group;
}

void
conf_read_approver_groups(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	if (node->type != CONF_GROUP) {
		conf_error(r, node,
			"approver_groups is a group: { secops = [ \"carol\", \"dave\" ]; "
			"}");
		return;
	}
	for (size_t i = 0; i < node->n; i++)
		read_approver_group(r, &node->v[i], conf);
}
