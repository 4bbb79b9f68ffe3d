/*
 * The manifest of a signed policy: which files it is made of, by their SHA-256, under a
 * serial that never falls. See jit-keys(5). Pure.
 */
#ifndef JITCTL_MANIFEST_H
#define JITCTL_MANIFEST_H

#include "jitctl/conf_source.h"

#define MANIFEST_NAMESPACE "jit-policy"

enum {
	MANIFEST_MAX = 256 * 1024, /* the whole text: bytes */
	MANIFEST_HASH_SIZE = 65,
};

#define MANIFEST_SERIAL_MAX UINT64_C(1000000000000000000)

struct manifest_file {
	const char *name; /* below /etc/jit */
	char hash[MANIFEST_HASH_SIZE];
};

struct manifest {
	struct conf_arena arena;
	uint64_t serial;
	size_t n, size;
	struct manifest_file *v;
};

void manifest_done(struct manifest *manifest);

/* Reads one, strictly. -EINVAL with a text that has the line. */
int manifest_parse(const char *text, size_t len, struct manifest *ret,
	struct jit_error *err) _must_check_;

/* Are these the files? keys: trusted_keys, or NULL if there is none. host.conf may stand
 * in it several times: one manifest can be good for many hosts. -ESTALE with a text that
 * names the first file that is missing, extra or changed. */
int manifest_check(const struct manifest *manifest, const struct conf_sources *sources,
	const struct conf_source *keys, struct jit_error *err) _must_check_;

/* The manifest of these files. */
void manifest_print(const struct conf_sources *sources, const struct conf_source *keys,
	uint64_t serial, FILE *out);

/* SHA-256 in hexadecimal. */
void manifest_hash(const void *bytes, size_t len, char ret[MANIFEST_HASH_SIZE]);

#endif
