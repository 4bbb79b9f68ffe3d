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
	CONF_HASH_PREFIX = 8,               /* of it, in names and for people */
};

struct conf_sources {
	struct conf_arena arena;
	size_t n, size;
	struct conf_source *v;
	bool has_host;             /* then the last one is host.conf */
	const char *given;         /* a file that is not read: its text comes otherwise */
	char hash[CONF_HASH_SIZE]; /* over names, lengths and content of all */
};

/* Reads them, safely (the owner's, nobody else may write). What is wrong goes to problems;
 * whatever could be read is there. */
void conf_sources_read(const struct jit_site *site, struct conf_sources *ret,
	struct conf_problems *problems);

/* The same, but text (which malloc made; taken over) stands for one file, name as below
 * /etc/jit: what is there of it is not looked at. */
void conf_sources_read_with(const struct jit_site *site, const char *name, char *text,
	size_t len, struct conf_sources *ret, struct conf_problems *problems);

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

/* Is that the name of a drop-in, in conf.d? */
bool conf_source_is_drop_in(const char *name);

/* Keeps the sources of a policy that was put in force, as LIB/sources/TIME-HASH; only the
 * last three different ones stay. -errno. */
int conf_sources_keep(const struct jit_site *site, const struct conf_sources *sources,
	int64_t now_sec) _must_check_;

/* Keeps sources that were never in force (they are broken, or were not loaded) and are to
 * be replaced, beside the others as LIB/sources/replaced-TIME-HASH. ret_name: that. */
int conf_sources_set_aside(const struct jit_site *site,
	const struct conf_sources *sources, int64_t now_sec,
	char ret_name[64]) _must_check_;

/* The newest kept sources with another hash, and when they were kept. -ENOENT: there are
 * none; -EBADMSG: they are damaged. */
int conf_sources_kept(const struct jit_site *site, const char *not_hash,
	struct conf_sources *ret, int64_t *ret_sec) _must_check_;

/* Makes the files below /etc/jit those of former: writes what differs, removes what is only
 * in now. -errno: some may be written. */
int conf_sources_put_back(const struct jit_site *site, const struct conf_sources *now,
	const struct conf_sources *former) _must_check_;

#endif
