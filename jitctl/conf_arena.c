/*
 * Memory for one reading of the configuration.
 *
 * Runs as root. MUST NOT be used where something half done could be left behind.
 */
#include "conf_arena.h"

#include <string.h>

#include "jitctl.h"

enum { CHUNK_SIZE = 256 * 1024 };

struct conf_chunk {
	struct conf_chunk *next;
	size_t used, size;
	_Alignas(16) char bytes[];
};

static void
no_memory(void)
{
	fputs("jitctl: out of memory; nothing was changed\n", stderr);
	exit(JITCTL_FAILED);
}

static struct conf_chunk *
chunk_new(size_t at_least)
{
	size_t size = at_least > CHUNK_SIZE ? at_least : CHUNK_SIZE;
	struct conf_chunk *chunk = calloc(1, sizeof(*chunk) + size);

	if (!chunk)
		no_memory();
	else
		chunk->size = size;
	return chunk;
}

void *
conf_alloc(struct conf_arena *arena, size_t size)
{
	struct conf_chunk *chunk = arena->chunks;
	size_t rounded = (size + 15) & ~(size_t)15;
	void *p;

	if (rounded < size)
		no_memory();
	if (!chunk || chunk->size - chunk->used < rounded) {
		chunk = chunk_new(rounded);
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	p = chunk->bytes + chunk->used;
	chunk->used += rounded;
	return p;
}

char *
conf_strndup(struct conf_arena *arena, const char *s, size_t len)
{
	char *copy = conf_alloc(arena, len + 1);

	memcpy(copy, s, len);
	return copy;
}

char *
conf_format(struct conf_arena *arena, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;
	int len;

	va_start(ap, format);
	len = vasprintf(&text, format, ap);
	va_end(ap);
	if (len < 0) {
		text = NULL;
		no_memory();
	}
	return conf_strndup(arena, text, (size_t)len);
}

void
conf_arena_done(struct conf_arena *arena)
{
	while (arena->chunks) {
		struct conf_chunk *chunk = arena->chunks;

		arena->chunks = chunk->next;
		free(chunk);
	}
}

void *
conf_calloc(size_t n, size_t each)
{
	void *p = calloc(n, each);

	if (!p)
		no_memory();
	return p;
}

void *
conf_grow(void *v, size_t n, size_t *size, size_t each)
{
	size_t wanted = *size ? *size * 2 : 16;

	if (n < *size)
		return v;
	v = reallocarray(v, wanted, each);
	if (!v)
		no_memory();
	*size = wanted;
	return v;
}

void
conf_strv_add(struct conf_arena *arena, struct jit_strv *strv, const char *s)
{
	/* grows when n is a power of two: no room of its own is kept */
	if ((strv->n & (strv->n - 1)) == 0) {
		size_t size = strv->n ? strv->n * 2 : 1;
		const char **v = conf_alloc(arena, size * sizeof(*v));

		if (strv->n)
			memcpy(v, strv->v, strv->n * sizeof(*v));
		strv->v = v;
	}
	strv->v[strv->n++] = s;
}
