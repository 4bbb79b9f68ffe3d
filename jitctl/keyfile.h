/*
 * A person's signing key in a file, under a passphrase: for those who have no ssh-agent.
 *
 *	jit-key-v1
 *	public ssh-ed25519 AAAA…
 *	argon2id OPS MEMORY SALT        crypto_pwhash, Argon2id 1.3; bytes, in KiB steps
 *	secretbox NONCE BOX             crypto_secretbox of the 32-byte Ed25519 seed
 *
 * Salt, nonce and box in base64 with padding. One blank between words, a newline after
 * each line, nothing else.
 */
#ifndef JITCTL_KEYFILE_H
#define JITCTL_KEYFILE_H

#include <sodium.h>

#include "libjit/base.h"

enum {
	KEYFILE_TEXT_SIZE = 512, /* such a file: bytes, and a NUL */
	KEYFILE_PATH_SIZE = 4096,
	KEYFILE_OPS_MAX = 16, /* what a file may ask of us; it is checked first */
};
#define KEYFILE_MEMORY_MAX (1024UL * 1024 * 1024)

/* What opening the file costs: Argon2id's passes and bytes. */
struct keyfile_cost {
	unsigned long long ops;
	size_t memory;
};
#define KEYFILE_COST                                                                     \
	(struct keyfile_cost)                                                            \
	{                                                                                \
		crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE         \
	}

/* A pair; wiped by its destructor. */
struct keyfile_pair {
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
};

#define _cleanup_keyfile_pair_ _cleanup_(keyfile_pair_wipe)
void keyfile_pair_wipe(struct keyfile_pair *pair);

/* The file's text for a pair. -ENOMEM: Argon2id had too little memory. */
int keyfile_seal(const struct keyfile_pair *pair, const char *passphrase,
	const struct keyfile_cost *cost, char ret[KEYFILE_TEXT_SIZE]) _must_check_;

/* The pair of a text. -EINVAL: not such a text, or one that asks for too much; -EBADMSG:
 * the passphrase is wrong (or the file was changed). */
int keyfile_unseal(
	const char *text, const char *passphrase, struct keyfile_pair *ret) _must_check_;

/* The public half, which needs no passphrase. -EINVAL as above. */
int keyfile_public(
	const char *text, uint8_t ret[crypto_sign_PUBLICKEYBYTES]) _must_check_;

/* $XDG_CONFIG_HOME/jit/key or ~/.config/jit/key. -ENOENT: no home directory. */
int keyfile_default_path(char ret[KEYFILE_PATH_SIZE]) _must_check_;

/* Reads the text: ours, 0600, not a link. -errno with a text. */
int keyfile_read(const char *path, char ret[KEYFILE_TEXT_SIZE],
	struct jit_error *err) _must_check_;

/* Makes the last two directories of a path where they are missing (0700): ~/.config and
 * ~/.config/jit. Not for a path that a person typed. */
int keyfile_make_directories(const char *path, struct jit_error *err) _must_check_;

/* Writes it, 0600. -EEXIST: there is one, and it stays. -errno with a text. */
int keyfile_create(
	const char *path, const char *text, struct jit_error *err) _must_check_;

#endif
