/*
 * Reads libconfig's syntax for the places of settings and for explanations of what is
 * wrong. The values themselves come from libconfig (conf_tree.c).
 */
#ifndef JITCTL_CONF_SCAN_H
#define JITCTL_CONF_SCAN_H

#include "conf_problem.h"

struct conf_mark {
	const char *name; /* into the source; NULL: an element of a list */
	size_t name_len;
	uint32_t name_line, name_column;
	uint32_t line, column; /* of the value */
};

/* One mark for each value, in the order of the text (a group or list before what is in
 * it). */
struct conf_marks {
	size_t n, size;
	struct conf_mark *v;
};

/* False, with one problem, at the first place where the syntax does not hold. */
bool conf_scan(const struct conf_source *source, struct conf_marks *ret,
	struct conf_problems *problems);

#endif
