/*
 * PASETO v4.public (paseto-standard/paseto-spec, docs/01-Protocol-Versions/Version4.md):
 * Ed25519 over PAE(header, payload, footer, implicit assertion). Nothing here looks inside
 * the payload: it is handed out only after the signature held.
 */
#ifndef JIT_TOKEN_H
#define JIT_TOKEN_H

#include "keys.h"

#define JIT_ASSERT_GRANT "jit-grant-v1"

/* The bytes that are signed: PASETO's pre-authentication encoding. Allocated. */
int jit_token_pae(const char *payload, const char *footer, const char *assertion,
	uint8_t **ret, size_t *ret_len) _must_check_;

/* Footer `{"kid":"k4.pid.…"}` for a key. */
enum { JIT_FOOTER_SIZE = JIT_FOOTER_MAX + 1 };
void jit_token_footer(
	const uint8_t public_key[crypto_sign_PUBLICKEYBYTES], char ret[JIT_FOOTER_SIZE]);

/* Puts a token together from a payload and a signature made elsewhere (ssh-agent). */
int jit_token_assemble(const char *payload, const char *footer,
	const uint8_t signature[crypto_sign_BYTES], char **ret) _must_check_;

/* Signs with a secret key at hand: PAE, sign, assemble. The caller frees *ret. */
int jit_token_sign(const char *payload, const char *assertion,
	const uint8_t secret_key[crypto_sign_SECRETKEYBYTES], char **ret) _must_check_;

/* Removes white space and checks the length: what was pasted or piped becomes one token.
 * -EFBIG: longer than JIT_TOKEN_MAX; -ENODATA: nothing. Works in place. */
int jit_token_squeeze(char *text) _must_check_;

/* Takes it apart, finds the key by the footer's kid, and verifies. Only then gives out
 * the payload (allocated, NUL-terminated; NULs inside are refused) and the key.
 * -EINVAL: not a v4.public token (err says "incomplete" where it is cut short); -ENOENT:
 * unknown signer; -EBADMSG: the signature does not hold. */
int jit_token_open(const char *text, const char *assertion, const struct jit_table *keys,
	char **ret_payload, struct jit_key *ret_key, struct jit_error *err) _must_check_;

/* The same where the signer is known beforehand: the one key that may have signed it.
 * -ENOENT: another one did. */
int jit_token_open_by(const char *text, const char *assertion, const struct jit_key *key,
	char **ret_payload, struct jit_error *err) _must_check_;

/* The payload without any check of the signature: for `jitctl inspect` only, which says so. */
int jit_token_peek(
	const char *text, char **ret_payload, char ret_kid[JIT_KID_LEN + 1]) _must_check_;

#endif
