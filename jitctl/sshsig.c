/*
 * openssh's file signatures, verified.
 *
 * Runs as any. Pure. MUST take the whole text or refuse it: one signature, nothing before,
 * behind or within that is not its own.
 */
#include "jitctl/sshsig.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "jitctl/sshkey.h"

#define BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define END "-----END SSH SIGNATURE-----"
#define MAGIC "SSHSIG"

enum {
	VERSION = 1,
	BLOB_MAX = 1024,
	SIGNED_MAX = 512, /* what the key signs: magic, three strings, a hash */
	MAGIC_LEN = sizeof(MAGIC) - 1,
};

/* What is left of a blob. */
struct cursor {
	const uint8_t *at;
	size_t left;
};

struct ssh_string {
	const uint8_t *bytes;
	size_t len;
};

/* The parts of a signature. */
struct sshsig {
	struct ssh_string key, namespace, reserved, hash, signature;
};

/* ---- reading ---- */

static bool
take_number(struct cursor *c, uint32_t *ret)
{
	if (c->left < 4)
		return false;
	*ret = (uint32_t)c->at[0] << 24 | (uint32_t)c->at[1] << 16 |
		(uint32_t)c->at[2] << 8 | c->at[3];
	c->at += 4;
	c->left -= 4;
	return true;
}

static bool
take_string(struct cursor *c, struct ssh_string *ret)
{
	uint32_t len;

	if (!take_number(c, &len) || len > c->left)
		return false;
	*ret = (struct ssh_string){ c->at, len };
	c->at += len;
	c->left -= len;
	return true;
}

static bool
is(const struct ssh_string *s, const char *text)
{
	return s->len == strlen(text) && memcmp(s->bytes, text, s->len) == 0;
}

static bool
parse(const uint8_t *blob, size_t len, struct sshsig *ret)
{
	struct cursor c = { blob, len };
	uint32_t version;

	if (c.left < MAGIC_LEN || memcmp(c.at, MAGIC, MAGIC_LEN) != 0)
		return false;
	c.at += MAGIC_LEN;
	c.left -= MAGIC_LEN;
	return take_number(&c, &version) && version == VERSION &&
		take_string(&c, &ret->key) && take_string(&c, &ret->namespace) &&
		take_string(&c, &ret->reserved) && take_string(&c, &ret->hash) &&
		take_string(&c, &ret->signature) && c.left == 0;
}

/* The bytes between the BEGIN and END lines. */
static bool
unarmour(const char *text, uint8_t blob[BLOB_MAX], size_t *ret_len)
{
	const char *body = text + strlen(BEGIN), *end;

	if (strlen(text) > SSHSIG_TEXT_MAX || strncmp(text, BEGIN, strlen(BEGIN)) != 0)
		return false;
	end = strstr(body, END);
	if (!end || (end[strlen(END)] && !jit_streq(end + strlen(END), "\n")))
		return false;
	return sodium_base642bin(blob, BLOB_MAX, body, (size_t)(end - body), "\n",
		       ret_len, NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
}

/* ---- verifying ---- */

static uint8_t *
put(uint8_t *at, const void *bytes, size_t len)
{
	at[0] = (uint8_t)(len >> 24);
	at[1] = (uint8_t)(len >> 16);
	at[2] = (uint8_t)(len >> 8);
	at[3] = (uint8_t)len;
	memcpy(at + 4, bytes, len);
	return at + 4 + len;
}

/* The bytes that were signed; 0: a hash that this program does not take. */
static size_t
signed_bytes(const struct sshsig *sig, const void *message, size_t len,
	uint8_t ret[SIGNED_MAX])
{
	uint8_t hash[crypto_hash_sha512_BYTES], *at = ret + MAGIC_LEN;
	size_t hash_len;

	if (is(&sig->hash, "sha512")) {
		crypto_hash_sha512(hash, message, len);
		hash_len = crypto_hash_sha512_BYTES;
	} else if (is(&sig->hash, "sha256")) {
		crypto_hash_sha256(hash, message, len);
		hash_len = crypto_hash_sha256_BYTES;
	} else {
		return 0;
	}
	memcpy(ret, MAGIC, MAGIC_LEN);
	at = put(at, sig->namespace.bytes, sig->namespace.len);
	at = put(at, "", 0);
	at = put(at, sig->hash.bytes, sig->hash.len);
	return (size_t)(put(at, hash, hash_len) - ret);
}

static int
verify(const struct sshsig *sig, const void *message, size_t len, const uint8_t pk[32],
	struct jit_error *err)
{
	struct cursor c = { sig->signature.bytes, sig->signature.len };
	struct ssh_string type, raw;
	uint8_t text[SIGNED_MAX];
	size_t text_len;

	if (!take_string(&c, &type) || !take_string(&c, &raw) || c.left ||
		!is(&type, SSHKEY_ED25519) || raw.len != crypto_sign_BYTES)
		return jit_error_set(err, -EINVAL, "it is no ssh-ed25519 signature");
	text_len = signed_bytes(sig, message, len, text);
	if (!text_len)
		return jit_error_set(
			err, -EINVAL, "its hash is neither sha512 nor sha256");
	if (crypto_sign_verify_detached(raw.bytes, text, text_len, pk) != 0)
		return jit_error_set(err, -EBADMSG,
			"it was made over another text, or was changed since");
	return 0;
}

int
sshsig_verify(const char *armoured, const void *message, size_t len,
	const char *namespace, const uint8_t pk[32], struct jit_error *err)
{
	uint8_t blob[BLOB_MAX], key[32];
	char fingerprint[SSHKEY_FINGERPRINT_SIZE];
	struct sshsig sig;
	size_t blob_len;

	if (!unarmour(armoured, blob, &blob_len) || !parse(blob, blob_len, &sig))
		return jit_error_set(err, -EINVAL,
			"it is not one whole signature as ssh-keygen -Y sign writes it");
	if (sshkey_parse_blob(SSHKEY_ED25519, sig.key.bytes, sig.key.len, key) < 0)
		return jit_error_set(err, -EKEYREJECTED,
			"it was made with a key that is not ssh-ed25519");
	sshkey_fingerprint(key, fingerprint);
	if (memcmp(key, pk, sizeof(key)) != 0)
		return jit_error_set(err, -EKEYREJECTED,
			"it was made with another key, %s", fingerprint);
	if (!is(&sig.namespace, namespace))
		return jit_error_set(err, -EPROTOTYPE,
			"it was not made for this: ssh-keygen -Y sign -n %s", namespace);
	if (sig.reserved.len != 0)
		return jit_error_set(
			err, -EINVAL, "a field of it that is reserved is used");
	return verify(&sig, message, len, pk, err);
}
