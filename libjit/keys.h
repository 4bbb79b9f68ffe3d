/*
 * Who may sign what: keys.cdb, compiled from trusted_keys by `jitctl reload`, and the
 * host's own public key. Keyed by PASERK id (k4.pid, PASERK "id" of a v4 public key).
 */
#ifndef JIT_KEYS_H
#define JIT_KEYS_H

#include <sodium.h>

#include "table.h"

enum jit_namespace {
	JIT_NS_GRANT = 1 << 0,
	JIT_NS_REVOKE = 1 << 1,
	JIT_NS_REQUEST = 1 << 2,
	JIT_NS_POLICY = 1 << 3,
	JIT_NS_LOGIN = 1 << 4,
	JIT_NS_PIN = 1 << 5,
};

/* 0 if the name (`jit-grant`, …) is none. */
enum jit_namespace jit_namespace_from_name(const char *name);

struct jit_key {
	char principal[JIT_NAME_MAX + 1]; /* `host` for the host's own key */
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES]; /* Ed25519 */
	uint32_t namespaces;                            /* of enum jit_namespace */
	int64_t valid_after, valid_before; /* seconds since the epoch; 0: open */
	bool is_host;
	char machine_id[JIT_ID_LEN + 1]; /* of the host's key; else empty */
};

/* `k4.pid.` and base64url of BLAKE2b-264 over "k4.pid." and the key's "k4.public." form
 * (PASERK specification, type pid). */
void jit_key_id(
	const uint8_t public_key[crypto_sign_PUBLICKEYBYTES], char ret[JIT_KID_LEN + 1]);

/* Is the key good for this at that moment? Pure. The host's key is good at any time. */
bool jit_key_allows(const struct jit_key *key, enum jit_namespace ns, int64_t wall_sec);

/* Finds a key. -ENOENT: nobody trusts it. */
int jit_keys_find(
	const struct jit_table *keys, const char *kid, struct jit_key *ret) _must_check_;
/* The host's own, under the fixed key "host". */
int jit_keys_find_host(const struct jit_table *keys, struct jit_key *ret) _must_check_;

/* The record as keys.cdb holds it; what jitctl writes, keyed by kid (and by "host"). */
struct jit_packer;
void jit_key_pack(struct jit_packer *p, const struct jit_key *key);

/* The host's secret half: /etc/jit/host.key, one fixed-size record. */
struct jit_host_key {
	char magic[8];               /* "jithost1" */
	char machine_id[JIT_ID_LEN]; /* on which it was made; no NUL */
	uint8_t sign_public[crypto_sign_PUBLICKEYBYTES];
	uint8_t sign_secret[crypto_sign_SECRETKEYBYTES];
	uint8_t box_public[crypto_box_PUBLICKEYBYTES]; /* X25519 */
	uint8_t box_secret[crypto_box_SECRETKEYBYTES];
};

#define _cleanup_host_key_ _cleanup_(jit_host_key_wipe)
void jit_host_key_wipe(struct jit_host_key *key);

/* Reads and checks it. -EKEYREJECTED: it was made on another machine (exit 78). */
struct jit_site;
int jit_host_key_load(const struct jit_site *site, struct jit_host_key *ret,
	struct jit_error *err) _must_check_;

#endif
