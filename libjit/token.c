/*
 * PASETO v4.public. Runs as: any. MUST verify before anything looks inside.
 */
#include "token.h"

#include <errno.h>
#include <string.h>

#define HEADER "v4.public."
#define FOOTER_HEAD "{\"kid\":\""
#define FOOTER_TAIL "\"}"
#define PID_HEAD "k4.pid."
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING
enum {
	HEADER_LEN = sizeof(HEADER) - 1,
	FOOTER_HEAD_LEN = sizeof(FOOTER_HEAD) - 1,
	PID_HEAD_LEN = sizeof(PID_HEAD) - 1,
	FOOTER_LEN = FOOTER_HEAD_LEN + JIT_KID_LEN + sizeof(FOOTER_TAIL) - 1,
	PAE_PIECES = 4,
	BODY_BASE64_SIZE =
		sodium_base64_ENCODED_LEN(JIT_PAYLOAD_MAX + crypto_sign_BYTES, BASE64),
	FOOTER_BASE64_SIZE = sodium_base64_ENCODED_LEN(JIT_FOOTER_MAX, BASE64),
};

static uint8_t *
put_le64(uint8_t *at, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		*at++ = (uint8_t)(v >> (8 * i));
	return at;
}

static int
pae(const char *payload, size_t payload_len, const char *footer, size_t footer_len,
	const char *assertion, uint8_t **ret, size_t *ret_len)
{
	const char *pieces[PAE_PIECES] = { HEADER, payload, footer, assertion };
	size_t lens[PAE_PIECES] = { HEADER_LEN, payload_len, footer_len,
		strlen(assertion) };
	size_t len = 8;
	uint8_t *buf, *at;

	for (size_t i = 0; i < PAE_PIECES; i++)
		len += 8 + lens[i];
	buf = malloc(len);
	if (!buf)
		return -ENOMEM;
	at = put_le64(buf, PAE_PIECES);
	for (size_t i = 0; i < PAE_PIECES; i++) {
		at = put_le64(at, lens[i]);
		memcpy(at, pieces[i], lens[i]);
		at += lens[i];
	}
	*ret = buf;
	*ret_len = len;
	return 0;
}

int
jit_token_pae(const char *payload, const char *footer, const char *assertion,
	uint8_t **ret, size_t *ret_len)
{
	return pae(payload, strlen(payload), footer, strlen(footer), assertion, ret,
		ret_len);
}

void
jit_token_footer(
	const uint8_t public_key[crypto_sign_PUBLICKEYBYTES], char ret[JIT_FOOTER_SIZE])
{
	char kid[JIT_KID_LEN + 1];

	jit_key_id(public_key, kid);
	(void)snprintf(ret, JIT_FOOTER_SIZE, FOOTER_HEAD "%s" FOOTER_TAIL, kid);
}

int
jit_token_assemble(const char *payload, const char *footer,
	const uint8_t signature[crypto_sign_BYTES], char **ret)
{
	size_t payload_len = strlen(payload), footer_len = strlen(footer);
	uint8_t body[JIT_PAYLOAD_MAX + crypto_sign_BYTES];
	char text[HEADER_LEN + BODY_BASE64_SIZE + FOOTER_BASE64_SIZE];
	char *end;

	if (payload_len > JIT_PAYLOAD_MAX || footer_len > JIT_FOOTER_MAX)
		return -EFBIG;
	memcpy(body, payload, payload_len);
	memcpy(body + payload_len, signature, crypto_sign_BYTES);
	memcpy(text, HEADER, sizeof(HEADER));
	sodium_bin2base64(text + HEADER_LEN, BODY_BASE64_SIZE, body,
		payload_len + crypto_sign_BYTES, BASE64);
	end = text + strlen(text);
	*end++ = '.';
	sodium_bin2base64(end, sizeof(text) - (size_t)(end - text),
		(const uint8_t *)footer, footer_len, BASE64);
	if (strlen(text) > JIT_TOKEN_MAX)
		return -EFBIG;
	*ret = strdup(text);
	return *ret ? 0 : -ENOMEM;
}

int
jit_token_sign(const char *payload, const char *assertion,
	const uint8_t secret_key[crypto_sign_SECRETKEYBYTES], char **ret)
{
	_cleanup_free_ uint8_t *signed_bytes = NULL;
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES], signature[crypto_sign_BYTES];
	char footer[JIT_FOOTER_SIZE];
	size_t len;
	int r;

	if (crypto_sign_ed25519_sk_to_pk(public_key, secret_key) != 0)
		return -EINVAL;
	jit_token_footer(public_key, footer);
	r = jit_token_pae(payload, footer, assertion, &signed_bytes, &len);
	if (r < 0)
		return r;
	if (crypto_sign_detached(signature, NULL, signed_bytes, len, secret_key) != 0)
		return -EINVAL;
	return jit_token_assemble(payload, footer, signature, ret);
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

int
jit_token_squeeze(char *text)
{
	size_t n = 0;

	for (const char *s = text; *s; s++)
		if (!is_space(*s))
			text[n++] = *s;
	text[n] = '\0';
	if (n == 0)
		return -ENODATA;
	return n > JIT_TOKEN_MAX ? -EFBIG : 0;
}

/* A token in its parts. The body is payload and signature. */
struct parts {
	uint8_t body[JIT_PAYLOAD_MAX + crypto_sign_BYTES];
	size_t payload_len;
	char footer[JIT_FOOTER_SIZE];
	char kid[JIT_KID_LEN + 1];
};

/* Strict base64url: no padding, no other symbol, no set bit behind the last byte. */
static int
base64_decode(
	const char *text, size_t text_len, uint8_t *ret, size_t size, size_t *ret_len)
{
	const char *end;

	if (sodium_base642bin(ret, size, text, text_len, NULL, ret_len, &end, BASE64) !=
		0)
		return -EINVAL;
	return end == text + text_len ? 0 : -EINVAL;
}

static int
incomplete(struct jit_error *err)
{
	return jit_error_set(
		err, -EINVAL, "the token is incomplete: hand in the whole text");
}

/* A key id is shown in texts, so it must be one before its signature was looked at. */
static bool
kid_is_sound(const char *kid)
{
	static const char symbols[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789-_";

	return strncmp(kid, PID_HEAD, PID_HEAD_LEN) == 0 &&
		strspn(kid + PID_HEAD_LEN, symbols) == JIT_KID_LEN - PID_HEAD_LEN;
}

/* The footer names the key and nothing else; compared as bytes, never parsed. */
static int
footer_split(const char *text, struct parts *parts, struct jit_error *err)
{
	size_t len;

	if (base64_decode(text, strlen(text), (uint8_t *)parts->footer, JIT_FOOTER_MAX,
		    &len) < 0)
		return incomplete(err);
	parts->footer[len] = '\0';
	if (len < FOOTER_LEN)
		return incomplete(err);
	if (len != FOOTER_LEN ||
		memcmp(parts->footer, FOOTER_HEAD, FOOTER_HEAD_LEN) != 0 ||
		strcmp(parts->footer + FOOTER_HEAD_LEN + JIT_KID_LEN, FOOTER_TAIL) != 0)
		return jit_error_set(err, -EINVAL, "the token names no key");
	memcpy(parts->kid, parts->footer + FOOTER_HEAD_LEN, JIT_KID_LEN);
	parts->kid[JIT_KID_LEN] = '\0';
	if (!kid_is_sound(parts->kid))
		return jit_error_set(err, -EINVAL, "the token names no key");
	return 0;
}

static int
token_split(const char *text, struct parts *ret, struct jit_error *err)
{
	const char *body, *dot;
	size_t len;

	if (strnlen(text, JIT_TOKEN_MAX + 1) > JIT_TOKEN_MAX)
		return jit_error_set(err, -EFBIG,
			"this is longer than any token (%d characters)", JIT_TOKEN_MAX);
	if (strncmp(text, HEADER, HEADER_LEN) != 0)
		return jit_error_set(err, -EINVAL, "this is not a token (v4.public.…)");
	body = text + HEADER_LEN;
	dot = strchr(body, '.');
	if (!dot || !dot[1])
		return incomplete(err);
	if (base64_decode(
		    body, (size_t)(dot - body), ret->body, sizeof(ret->body), &len) < 0)
		return jit_error_set(
			err, -EINVAL, "the token is damaged: it is not base64url");
	if (len <= crypto_sign_BYTES)
		return incomplete(err);
	ret->payload_len = len - crypto_sign_BYTES;
	return footer_split(dot + 1, ret, err);
}

static int
signature_check(
	const struct parts *parts, const char *assertion, const struct jit_key *key)
{
	_cleanup_free_ uint8_t *signed_bytes = NULL;
	size_t len;
	int r = pae((const char *)parts->body, parts->payload_len, parts->footer,
		FOOTER_LEN, assertion, &signed_bytes, &len);

	if (r < 0)
		return r;
	if (crypto_sign_verify_detached(parts->body + parts->payload_len, signed_bytes,
		    len, key->public_key) != 0)
		return -EBADMSG;
	return 0;
}

static int
payload_copy(const struct parts *parts, char **ret)
{
	char *payload;

	if (memchr(parts->body, 0, parts->payload_len))
		return -EINVAL;
	payload = strndup((const char *)parts->body, parts->payload_len);
	if (!payload)
		return -ENOMEM;
	*ret = payload;
	return 0;
}

int
jit_token_open(const char *text, const char *assertion, const struct jit_table *keys,
	char **ret_payload, struct jit_key *ret_key, struct jit_error *err)
{
	struct parts parts = { 0 };
	struct jit_key key;
	int r = token_split(text, &parts, err);

	if (r < 0)
		return r;
	r = jit_keys_find(keys, parts.kid, &key);
	if (r == -ENOENT)
		return jit_error_set(err, r,
			"nobody here trusts the key that signed this (%s)", parts.kid);
	if (r < 0)
		return jit_error_set(err, r, "/var/lib/jit/keys.cdb cannot be read");
	r = signature_check(&parts, assertion, &key);
	if (r < 0)
		return jit_error_set(err, r, "the token's signature does not hold");
	r = payload_copy(&parts, ret_payload);
	if (r < 0)
		return jit_error_set(err, r, "the token's payload is not text");
	*ret_key = key;
	return 0;
}

int
jit_token_open_by(const char *text, const char *assertion, const struct jit_key *key,
	char **ret_payload, struct jit_error *err)
{
	struct parts parts = { 0 };
	char kid[JIT_KID_LEN + 1];
	int r = token_split(text, &parts, err);

	if (r < 0)
		return r;
	jit_key_id(key->public_key, kid);
	if (!jit_streq(kid, parts.kid))
		return jit_error_set(
			err, -ENOENT, "another key signed this (%s)", parts.kid);
	r = signature_check(&parts, assertion, key);
	if (r < 0)
		return jit_error_set(err, r, "the token's signature does not hold");
	r = payload_copy(&parts, ret_payload);
	return r < 0 ? jit_error_set(err, r, "the token's payload is not text") : 0;
}

int
jit_token_peek(const char *text, char **ret_payload, char ret_kid[JIT_KID_LEN + 1])
{
	struct parts parts = { 0 };
	int r = token_split(text, &parts, NULL);

	if (r == 0)
		r = payload_copy(&parts, ret_payload);
	if (r == 0)
		memcpy(ret_kid, parts.kid, sizeof(parts.kid));
	return r;
}
