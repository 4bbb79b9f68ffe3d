/*
 * A set of names that may not differ by case alone, each with what it stands for.
 */
#ifndef JITCTL_CONF_NAMES_H
#define JITCTL_CONF_NAMES_H

#include "libjit/base.h"

struct conf_names {
	size_t n, size;
	struct conf_name *slots;
};

struct conf_name {
	const char *name; /* as first written; not owned */
	size_t index;
};

/* The entry of the name, or of one that equals it but for case; NULL: there is none. */
const struct conf_name *conf_names_find(const struct conf_names *names, const char *name);

/* Adds a name that conf_names_find does not find. */
void conf_names_add(struct conf_names *names, const char *name, size_t index);

/* All names, in no order. The caller frees ret->v. */
struct jit_strv conf_names_all(const struct conf_names *names);

void conf_names_done(struct conf_names *names);

#endif
