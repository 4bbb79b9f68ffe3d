/*
 * A configuration file as a tree, each value with its place.
 */
#ifndef JITCTL_CONF_TREE_H
#define JITCTL_CONF_TREE_H

#include "conf_problem.h"

enum conf_type {
	CONF_NONE = 0,
	CONF_STRING,
	CONF_INTEGER,
	CONF_BOOLEAN,
	CONF_OTHER, /* a number with a point */
	CONF_LIST,  /* [ ] and ( ) */
	CONF_GROUP, /* { } */
};

struct conf_node {
	const char *name; /* "" in lists */
	enum conf_type type;
	const char *string;
	int64_t integer; /* booleans too */
	size_t n;
	struct conf_node *v; /* what a list or group holds, in file order */
	struct conf_place name_place, place;
};

/* One file. The nodes live in arena. False: the syntax is wrong, and problems say where. */
bool conf_tree_read(const struct conf_source *source, struct conf_arena *arena,
	struct conf_node *ret, struct conf_problems *problems);

/* A member of a group; NULL if it has none of that name. */
const struct conf_node *conf_node_member(const struct conf_node *group, const char *name);

#endif
