/*
 * OpenSSH's form of public keys, read and written.
 *
 * Runs as: any. Pure. MUST take the whole blob or refuse it; MUST NOT guess a type.
 */
#include "jitctl/sshkey.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

enum { KEY_BYTES = 32 };

static bool
type_is_known(const char *type)
{
	return jit_streq(type, SSHKEY_ED25519) || jit_streq(type, SSHKEY_X25519);
}

static size_t
put_string(uint8_t *at, const void *bytes, size_t len)
{
	at[0] = at[1] = at[2] = 0;
	at[3] = (uint8_t)len;
	memcpy(at + 4, bytes, len);
	return 4 + len;
}

size_t
sshkey_blob(const char *type, const uint8_t pk[32], uint8_t ret[SSHKEY_BLOB_MAX])
{
	size_t len = put_string(ret, type, strlen(type));

	return len + put_string(ret + len, pk, KEY_BYTES);
}

/* There is exactly one blob for a type and 32 bytes: make it, and compare. */
int
sshkey_parse_blob(const char *type, const uint8_t *blob, size_t len, uint8_t ret[32])
{
	uint8_t expected[SSHKEY_BLOB_MAX];
	size_t expected_len;

	if (!type_is_known(type))
		return -EOPNOTSUPP;
	if (len < KEY_BYTES || len > SSHKEY_BLOB_MAX)
		return -EINVAL;
	expected_len = sshkey_blob(type, blob + len - KEY_BYTES, expected);
	if (len != expected_len || memcmp(blob, expected, len) != 0)
		return -EINVAL;
	memcpy(ret, blob + len - KEY_BYTES, KEY_BYTES);
	return 0;
}

int
sshkey_parse(const char *type, const char *base64, uint8_t ret[32])
{
	uint8_t blob[SSHKEY_BLOB_MAX];
	size_t len;

	if (!type_is_known(type))
		return -EOPNOTSUPP;
	if (sodium_base642bin(blob, sizeof(blob), base64, strlen(base64), NULL, &len,
		    NULL, sodium_base64_VARIANT_ORIGINAL) < 0)
		return -EINVAL;
	return sshkey_parse_blob(type, blob, len, ret);
}

const char *
sshkey_format(const char *type, const uint8_t pk[32], char ret[SSHKEY_LINE_SIZE])
{
	uint8_t blob[SSHKEY_BLOB_MAX];
	char base64[SSHKEY_LINE_SIZE - 16];
	size_t len = sshkey_blob(type, pk, blob);

	sodium_bin2base64(
		base64, sizeof(base64), blob, len, sodium_base64_VARIANT_ORIGINAL);
	(void)snprintf(ret, SSHKEY_LINE_SIZE, "%.14s %s", type, base64);
	return ret;
}

void
sshkey_fingerprint(const uint8_t pk[32], char ret[SSHKEY_FINGERPRINT_SIZE])
{
	uint8_t blob[SSHKEY_BLOB_MAX], digest[crypto_hash_sha256_BYTES];
	char base64[SSHKEY_FINGERPRINT_SIZE];
	size_t len = sshkey_blob(SSHKEY_ED25519, pk, blob);

	crypto_hash_sha256(digest, blob, len);
	sodium_bin2base64(base64, sizeof(base64), digest, sizeof(digest),
		sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	(void)snprintf(ret, SSHKEY_FINGERPRINT_SIZE, "SHA256:%.50s", base64);
}
