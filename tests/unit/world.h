/*
 * A small world for tests of store, decision and facade: a site in the test's own
 * directory, people with keys, a policy. Compiled as jitctl compiles them.
 */
#ifndef JIT_TEST_WORLD_H
#define JIT_TEST_WORLD_H

#include "libjit/access.h"
#include "libjit/token.h"

#define WORLD_BOOT "0123456789abcdef0123456789abcdef"
#define WORLD_HOST "web1"
enum { WORLD_NOW = 1800000000, WORLD_BOOT_MS = 5000000, WORLD_SUBJECT_UID = 4242 };

/* A person's Ed25519 pair, made from the name: the same in every run. */
struct world_person {
	char name[JIT_NAME_MAX + 1];
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
};

void world_person(const char *name, struct world_person *ret);

/* Theirs, as a table of keys gives it; of "host" that of a host. */
struct jit_key world_key(const char *name, uint32_t namespaces);

/* The directories, below the world's own root (gone at exit, or with world_clean). */
void world_site(struct jit_site *ret);
const char *world_root(void);
const char *world_path(const char *name);
void world_clean(void);

/* keys.cdb with carol, dave and grace (jit-grant), bob and daemon (jit-grant,
 * jit-request), erin
 * (jit-revoke only), frank (expired), and the host ("host", this machine's id), and host.key to match. */
void world_keys(const struct jit_site *site);

/* policy.cdb: see the tables in world.c. host web1, label web; roles packages, root,
 * login, choice, deploy, fix, vault, ops; bob may have login and root by carol or dave,
 * packages by himself, deploy by two of carol, dave and grace (asked later), fix by
 * break-glass, vault by break-glass with carol or dave, and any command as ops; daemon tape
 * by carol, with a ticket. */
void world_policy(const struct jit_site *site);

/* All of it, opened, at WORLD_NOW, with bob (made up: no NSS) as the subject. */
void world_open(struct jit_access *ret);

/* A good grant by carol for bob, role login, 1h, as a template to spoil. */
struct jit_grant world_grant(void);

/* Signed by a person; allocated. */
char *world_token(const struct jit_grant *grant, const char *signer);
char *world_sign(const char *payload, const char *assertion, const char *signer);

#endif
