/*
 * A signed policy: /etc/jit/manifest with /etc/jit/manifest.sig, held against the files as
 * they were read. See jit-keys(5).
 */
#ifndef JITCTL_SIGNED_H
#define JITCTL_SIGNED_H

#include "jitctl/manifest.h"

/* A manifest whose signature and files are good. */
struct signed_policy {
	uint64_t serial;
	char hash[MANIFEST_HASH_SIZE]; /* of the manifest */
};

/* Judges; changes nothing. -errno with a text that says what is wrong with what: no
 * manifest, no signature or not the key's, another file, an older serial. keys: NULL if
 * there is no trusted_keys. */
int signed_check(const struct jit_site *site, const uint8_t key[32],
	const struct conf_sources *sources, const struct conf_source *keys,
	struct signed_policy *ret, struct jit_error *err) _must_check_;

/* From now on no lower serial, and no other manifest with this one, is good. */
int signed_accept(
	const struct jit_site *site, const struct signed_policy *policy) _must_check_;

/* The serial that was accepted last; 0: none yet. -errno: it cannot be told. */
int signed_serial(const struct jit_site *site, struct signed_policy *ret) _must_check_;

#endif
