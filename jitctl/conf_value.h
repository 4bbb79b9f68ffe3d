/*
 * One setting read into one C value, or a problem added that says what to write.
 */
#ifndef JITCTL_CONF_VALUE_H
#define JITCTL_CONF_VALUE_H

#include "conf_tree.h"

struct conf_reader {
	struct conf_arena *arena;
	struct conf_problems *problems;
};

/* Adds a problem at the value of node. */
void conf_error(const struct conf_reader *r, const struct conf_node *node,
	const char *format, ...) _printf_(3, 4);
void conf_warning(const struct conf_reader *r, const struct conf_node *node,
	const char *format, ...) _printf_(3, 4);

/* These return false after adding a problem; ret is then untouched. */
bool conf_read_bool(const struct conf_reader *r, const struct conf_node *node, bool *ret);
bool conf_read_text(const struct conf_reader *r, const struct conf_node *node, size_t max,
	const char **ret);
bool conf_read_name(const struct conf_reader *r, const struct conf_node *node,
	const char *what, const char **ret);
/* From 1 to max. */
bool conf_read_count(const struct conf_reader *r, const struct conf_node *node,
	uint32_t max, uint32_t *ret);
/* More than zero; at most max, which belongs to what (`limits.max_duration`). */
bool conf_read_duration(const struct conf_reader *r, const struct conf_node *node,
	int64_t max, const char *what, int64_t *ret);
bool conf_read_date_end(
	const struct conf_reader *r, const struct conf_node *node, int64_t *ret);
/* One of words: its place in them. */
bool conf_read_choice(const struct conf_reader *r, const struct conf_node *node,
	const char *const *words, size_t n_words, size_t *ret);
/* A list of strings, none twice, none empty; at least one if not may_be_empty. */
bool conf_read_strings(const struct conf_reader *r, const struct conf_node *node,
	bool may_be_empty, struct jit_strv *ret);

/* What a group may hold. */
struct conf_key {
	const char *name;
	/* NULL: a key that has a meaning, but not in this version */
	void (*read)(
		const struct conf_reader *r, const struct conf_node *node, void *into);
};

/* Reads each member of a group by the table; a key that is in no table, or not supported
 * yet, is an error with its place. what: `role packages`, "" at the top. */
void conf_read_group(const struct conf_reader *r, const struct conf_node *group,
	const struct conf_key *keys, size_t n_keys, void *into);

/* Finds the key of one member, with the same errors; NULL if it cannot be read. */
const struct conf_key *conf_find_key(const struct conf_reader *r,
	const struct conf_node *node, const struct conf_key *keys, size_t n_keys);

/* `; did you mean "…"?`, or "" if nothing is near. In the arena. */
const char *conf_did_you_mean(
	const struct conf_reader *r, const char *word, const struct jit_strv *candidates);

#endif
