/*
 * A configuration file as a tree: libconfig's values, our places.
 *
 * Runs as root. The only file that uses libconfig, which can call exit(): MUST stay out of
 * privileged programs.
 */
#include "conf_tree.h"

#include <libconfig.h>
#include <string.h>

#include "conf_scan.h"

#define _cleanup_config_ _cleanup_(config_destroy)

enum { UNIQUE_LETTERS = 5 }; /* 50 of each: more than a source has bytes */

struct builder {
	const struct conf_source *source;
	struct conf_arena *arena;
	const struct conf_marks *marks;
	size_t at;
};

static void
marks_done(struct conf_marks *marks)
{
	free(marks->v);
}

static void
node_place(struct builder *b, struct conf_node *node)
{
	struct conf_mark none = { 0 };
	const struct conf_mark *mark = b->at < b->marks->n ? &b->marks->v[b->at] : &none;

	b->at++;
	node->name = mark->name ? conf_strndup(b->arena, mark->name, mark->name_len) : "";
	node->place = (struct conf_place){
		.source = b->source,
		.line = mark->line,
		.column = mark->column,
	};
	node->name_place = (struct conf_place){
		.source = b->source,
		.line = mark->name_line,
		.column = mark->name_column,
	};
}

static void
node_value(struct builder *b, struct conf_node *node, const config_setting_t *setting)
{
	const char *string;

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_STRING:
		node->type = CONF_STRING;
		string = config_setting_get_string(setting);
		node->string = conf_strndup(b->arena, string, strlen(string));
		break;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		node->type = CONF_INTEGER;
		node->integer = config_setting_get_int64(setting);
		break;
	case CONFIG_TYPE_BOOL:
		node->type = CONF_BOOLEAN;
		node->integer = config_setting_get_bool(setting);
		break;
	default: node->type = CONF_OTHER;
	}
}

static void
node_build(struct builder *b, struct conf_node *node, const config_setting_t *setting)
{
	if (!config_setting_is_aggregate(setting)) {
		node_value(b, node, setting);
		return;
	}
	node->type = config_setting_is_group(setting) ? CONF_GROUP : CONF_LIST;
	node->n = (size_t)config_setting_length(setting);
	node->v = conf_alloc(b->arena, (node->n + 1) * sizeof(*node->v));
	for (size_t i = 0; i < node->n; i++) {
		node_place(b, &node->v[i]);
		node_build(b, &node->v[i],
			config_setting_get_elem(setting, (unsigned int)i));
	}
}

/* libconfig compares each new name with all before it in its group, letter by letter and
 * slowly: in a copy of the text, long names differ from each other in the first letters.
 * Those of the source are what counts; the readers look for names that stand twice. */
static char *
copy_for_libconfig(const struct conf_source *source, const struct conf_marks *marks)
{
	/* no e, so that none becomes `false` */
	static const char letters[] =
		"abcdfghijklmnopqrstuvwxyzABCDFGHIJKLMNOPQRSTUVWXYZ";
	char *copy = conf_calloc(source->len + 1, 1);

	memcpy(copy, source->text, source->len);
	for (size_t i = 0; i < marks->n; i++) {
		const struct conf_mark *mark = &marks->v[i];
		size_t number = i;

		if (mark->name_len < UNIQUE_LETTERS)
			continue;
		for (size_t k = 0; k < UNIQUE_LETTERS; k++) {
			copy[mark->name - source->text + (ptrdiff_t)k] =
				letters[number % (sizeof(letters) - 1)];
			number /= sizeof(letters) - 1;
		}
	}
	return copy;
}

static bool
libconfig_refuses(const struct conf_source *source, const config_t *config,
	struct conf_problems *problems)
{
	struct conf_place place = {
		.source = source,
		.line = (uint32_t)config_error_line(config),
		.column = 1,
	};

	conf_problem_add(problems, CONF_ERROR, &place, "libconfig cannot read this: %s",
		config_error_text(config));
	return false;
}

bool
conf_tree_read(const struct conf_source *source, struct conf_arena *arena,
	struct conf_node *ret, struct conf_problems *problems)
{
	_cleanup_(marks_done) struct conf_marks marks = { 0 };
	struct builder builder = { .source = source, .arena = arena, .marks = &marks };
	_cleanup_config_ config_t config;
	_cleanup_free_ char *text = NULL;
	struct conf_node root = { 0 };

	config_init(&config);
	if (!conf_scan(source, &marks, problems))
		return false;
	text = copy_for_libconfig(source, &marks);
	if (!config_read_string(&config, text))
		return libconfig_refuses(source, &config, problems);
	node_build(&builder, &root, config_root_setting(&config));
	if (builder.at != marks.n) {
		conf_problem_add(problems, CONF_ERROR,
			&(struct conf_place){ source, 0, 0 },
			"libconfig reads %zu values here, and jitctl %zu; please report "
			"this",
			builder.at, marks.n);
		return false;
	}
	*ret = root;
	return true;
}

const struct conf_node *
conf_node_member(const struct conf_node *group, const char *name)
{
	for (size_t i = 0; i < group->n; i++)
		if (jit_streq(group->v[i].name, name))
			return &group->v[i];
	return NULL;
}
