/*
 * The files that policy is compiled from: jit.conf, conf.d/ in byte order, host.conf.
 */
#ifndef JITCTL_CONF_SOURCE_H
#define JITCTL_CONF_SOURCE_H

#include "conf_problem.h"

#include "libjit/site.h"

enum {
	CONF_SOURCE_MAX = 16 * 1024 * 1024, /* one file: bytes */
	CONF_HASH_SIZE = 65,                /* BLAKE2b-256, hexadecimal, and a NUL */
};

struct conf_sources {
	struct conf_arena arena;
	size_t n, size;
	struct conf_source *v;
	bool has_host;             /* then the last one is host.conf */
	char hash[CONF_HASH_SIZE]; /* over names, lengths and content of all */
};

/* Reads them, safely (the owner's, nobody else may write). What is wrong goes to problems;
 * whatever could be read is there. */
void conf_sources_read(const struct jit_site *site, struct conf_sources *ret,
	struct conf_problems *problems);

/* A source made from text, with its hash: for tests and fuzzing. */
void conf_sources_add(
	struct conf_sources *sources, const char *name, char *text, size_t len);
void conf_sources_seal(struct conf_sources *sources);

void conf_sources_done(struct conf_sources *sources);

/* Reads one more file of /etc/jit; -errno, and what is wrong goes to problems, except
 * -ENOENT. The caller frees ret->text. */
int conf_source_read(const struct jit_site *site, const char *name, size_t size_max,
	struct conf_arena *arena, struct conf_source *ret,
	struct conf_problems *problems) _must_check_;

/* Keeps the sources of a policy that was put in force, as LIB/sources/TIME; only the
 * last three stay. -errno. */
int conf_sources_keep(const struct jit_site *site, const struct conf_sources *sources,
	int64_t now_sec) _must_check_;

#endif
