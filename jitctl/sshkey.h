/*
 * Public keys as OpenSSH writes them: `ssh-ed25519 AAAA…` and, in the same form,
 * `jit-x25519 AAAA…` (blob: string of the type, string of 32 bytes; RFC 4251 section 5,
 * RFC 8709 section 4). Pure.
 */
#ifndef JITCTL_SSHKEY_H
#define JITCTL_SSHKEY_H

#include "libjit/base.h"

#define SSHKEY_ED25519 "ssh-ed25519"
#define SSHKEY_X25519 "jit-x25519"

enum {
	SSHKEY_BLOB_MAX = 64,        /* a blob of either type: 51 or 50 bytes */
	SSHKEY_LINE_SIZE = 96,       /* `type base64` and a NUL */
	SSHKEY_FINGERPRINT_SIZE = 64 /* `SHA256:` and 43 characters, and a NUL */
};

/* The 32 bytes of a key from its two words. type must be one of the two above and the same
 * as the type inside the blob. -EOPNOTSUPP: a key of another type; -EINVAL: not strict
 * base64 of exactly that blob. */
int sshkey_parse(const char *type, const char *base64, uint8_t ret[32]) _must_check_;

/* The same from the bytes of a blob, as ssh-agent gives them. */
int sshkey_parse_blob(
	const char *type, const uint8_t *blob, size_t len, uint8_t ret[32]) _must_check_;

/* The blob of a key; its length. type is one of the two above. */
size_t sshkey_blob(const char *type, const uint8_t pk[32], uint8_t ret[SSHKEY_BLOB_MAX]);

/* `type base64`. Returns ret. */
const char *sshkey_format(
	const char *type, const uint8_t pk[32], char ret[SSHKEY_LINE_SIZE]);

/* `SHA256:…` of an Ed25519 key, as `ssh-keygen -l` and `ssh-add -l` show it. */
void sshkey_fingerprint(const uint8_t pk[32], char ret[SSHKEY_FINGERPRINT_SIZE]);

#endif
