/*
 * A set of names: an open-addressing hash table.
 *
 * Runs as root.
 */
#include "conf_names.h"

#include <ctype.h>
#include <strings.h>

#include "conf_arena.h"

static uint64_t
hash_folded(const char *s)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a */

	for (; *s; s++)
		hash = (hash ^ (uint64_t)tolower((unsigned char)*s)) * 1099511628211u;
	return hash;
}

/* size is a power of two and never full, so that there is an end. */
static size_t
slot_of(const struct conf_name *slots, size_t size, const char *name)
{
	size_t at = hash_folded(name) & (size - 1);

	while (slots[at].name && strcasecmp(slots[at].name, name) != 0)
		at = (at + 1) & (size - 1);
	return at;
}

const struct conf_name *
conf_names_find(const struct conf_names *names, const char *name)
{
	const struct conf_name *slot;

	if (!names->size)
		return NULL;
	slot = &names->slots[slot_of(names->slots, names->size, name)];
	return slot->name ? slot : NULL;
}

static void
names_double(struct conf_names *names)
{
	size_t size = names->size ? names->size * 2 : 64;
	struct conf_name *slots = conf_calloc(size, sizeof(*slots));

	for (size_t i = 0; i < names->size; i++)
		if (names->slots[i].name)
			slots[slot_of(slots, size, names->slots[i].name)] =
				names->slots[i];
	free(names->slots);
	names->slots = slots;
	names->size = size;
}

void
conf_names_add(struct conf_names *names, const char *name, size_t index)
{
	if (names->n * 2 >= names->size)
		names_double(names);
	names->slots[slot_of(names->slots, names->size, name)] =
		(struct conf_name){ .name = name, .index = index };
	names->n++;
}

struct jit_strv
conf_names_all(const struct conf_names *names)
{
	struct jit_strv all = { .v = conf_calloc(names->n + 1, sizeof(*all.v)) };

	for (size_t i = 0; i < names->size; i++)
		if (names->slots[i].name)
			all.v[all.n++] = names->slots[i].name;
	return all;
}

void
conf_names_done(struct conf_names *names)
{
	free(names->slots);
	*names = (struct conf_names){ 0 };
}
