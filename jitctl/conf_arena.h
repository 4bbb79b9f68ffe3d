/*
 * Memory for one reading of the configuration: everything is given back at once.
 */
#ifndef JITCTL_CONF_ARENA_H
#define JITCTL_CONF_ARENA_H

#include "libjit/base.h"

struct conf_arena {
	struct conf_chunk *chunks;
};

/* Zeroed; never NULL: with no memory jitctl ends (exit 71), and nothing has changed yet,
 * because what is in force is replaced only when all is compiled. */
void *conf_alloc(struct conf_arena *arena, size_t size);
char *conf_strndup(struct conf_arena *arena, const char *s, size_t len);
char *conf_format(struct conf_arena *arena, const char *format, ...) _printf_(2, 3);
void conf_arena_done(struct conf_arena *arena);

/* The same from the heap; the caller frees it. */
void *conf_calloc(size_t n, size_t each);

/* Makes room for one more item in a growing array (n of *size used). Returns where the
 * array is now, the same way: never NULL. The caller frees it. */
void *conf_grow(void *v, size_t n, size_t *size, size_t each);

/* Appends to a vector that the arena holds. */
void conf_strv_add(struct conf_arena *arena, struct jit_strv *strv, const char *s);

#endif
