/*
 * jitctl/sshsig.c: what ssh-keygen -Y sign wrote with an Ed25519 key verifies over exactly
 * its text, in its namespace, under its key; nothing that was changed anywhere does.
 * The signatures are OpenSSH 9.2's.
 */
#include "jitctl/sshsig.h"

#include <sodium.h>

#include "jitctl/sshkey.h"
#include "test.h"

#define MESSAGE "format 1\nserial 7\n"
#define NAMESPACE "jit-policy"
#define BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define END "-----END SSH SIGNATURE-----\n"

#define SHA512                                                                           \
	"U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgVdk2FAoGFNQLoVH2jkLf/X/r0e\n"       \
	"Bf/7/ZaipWSHvK9OQAAAAKaml0LXBvbGljeQAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gt\n"       \
	"ZWQyNTUxOQAAAEBKHIDaGpXNrmqRJo3OIQLeFOoVnlcwavb0FqX9Jhg7Gb72WS5h0iLVIB\n"       \
	"ab1ASurCNlZH94KIqvA6uEhhlisLsP\n"
#define SHA256                                                                           \
	"U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgVdk2FAoGFNQLoVH2jkLf/X/r0e\n"       \
	"Bf/7/ZaipWSHvK9OQAAAAKaml0LXBvbGljeQAAAAAAAAAGc2hhMjU2AAAAUwAAAAtzc2gt\n"       \
	"ZWQyNTUxOQAAAEDFMHulU6BbTz/t1PMVZa8Thx7xR0evTlQpYsY/meVQQgfNJZwIee7/Jp\n"       \
	"O9T3PW4xzbPHCagWjra2mIrVZ9MzYO\n"
#define OTHER_NAMESPACE                                                                  \
	"U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgVdk2FAoGFNQLoVH2jkLf/X/r0e\n"       \
	"Bf/7/ZaipWSHvK9OQAAAAEZmlsZQAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUx\n"       \
	"OQAAAEA2Jw4DqkGSizHpClJ2MP2Yy7xsKy6y38OTAXSaqwKr1blYtwkuZqHMB1kgKjW7IX\n"       \
	"dhhnncWKzRp66vCN3s9Y0M\n"
#define ECDSA                                                                            \
	"U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE\n"       \
	"EE1Gtzhtsqv0S8rFmtRxzA4hnbs6ShOWYFytT9HSxlLRB7VZvuRcosKxxNvzVsFHPqab6w\n"       \
	"zTQrUqb1uBLzjGE9LQAAAApqaXQtcG9saWN5AAAAAAAAAAZzaGE1MTIAAABkAAAAE2VjZH\n"       \
	"NhLXNoYTItbmlzdHAyNTYAAABJAAAAIQDMsTufFcTlhxPSdFjA2a6nD3N8k4W8FybhmXWs\n"       \
	"UiL8bwAAACBsgFYXeLTnuPTQYrzBOtYr0D3i41T9Fqctkl7Kx83X1A==\n"

enum { BLOB_LEN = 180, BLOB_SIZE = 256 };

static void
policy_key(uint8_t ret[32])
{
	ASSERT_OK(sshkey_parse("ssh-ed25519",
		"AAAAC3NzaC1lZDI1NTE5AAAAIFXZNhQKBhTUC6FR9o5C3/1/69HgX/+/2WoqVkh7yvTk",
		ret));
}

static int
verify(const char *text)
{
	uint8_t pk[32];

	policy_key(pk);
	return sshsig_verify(text, MESSAGE, strlen(MESSAGE), NAMESPACE, pk, NULL);
}

static void
test_what_ssh_keygen_signed_verifies(void)
{
	ASSERT_OK(verify(BEGIN SHA512 END));
	ASSERT_OK(verify(BEGIN SHA256 END));
}

static void
test_another_text_namespace_or_key_does_not(void)
{
	uint8_t pk[32];

	policy_key(pk);
	ASSERT_ERR(sshsig_verify(BEGIN SHA512 END, MESSAGE " ", strlen(MESSAGE) + 1,
			   NAMESPACE, pk, NULL),
		EBADMSG);
	ASSERT_ERR(sshsig_verify(
			   BEGIN SHA512 END, MESSAGE, strlen(MESSAGE), "file", pk, NULL),
		EPROTOTYPE);
	pk[5] ^= 1;
	ASSERT_ERR(sshsig_verify(BEGIN SHA512 END, MESSAGE, strlen(MESSAGE), NAMESPACE,
			   pk, NULL),
		EKEYREJECTED);
	ASSERT_ERR(verify(BEGIN OTHER_NAMESPACE END), EPROTOTYPE);
	ASSERT_ERR(verify(BEGIN ECDSA END), EKEYREJECTED);
}

static void
test_only_one_whole_signature_is_taken(void)
{
	static const char *const texts[] = { "", BEGIN, BEGIN END, SHA512 END,
		BEGIN SHA512, " " BEGIN SHA512 END, BEGIN SHA512 END "\n",
		BEGIN SHA512 END "x", BEGIN SHA512 END BEGIN SHA512 END,
		BEGIN "AAAA" SHA512 END, BEGIN SHA512 "AAAA" END, BEGIN "U1NIU0lH\n" END,
		BEGIN "!" SHA512 END };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		test_row(texts[i]);
		ASSERT_ERR(verify(texts[i]), EINVAL);
	}
	test_row(NULL);
}

/* ---- every field, changed ---- */

static void
blob_read(uint8_t blob[BLOB_SIZE])
{
	size_t len;

	ASSERT_OK(sodium_base642bin(blob, BLOB_SIZE, SHA512, strlen(SHA512), "\n", &len,
		NULL, sodium_base64_VARIANT_ORIGINAL));
	ASSERT_EQ_UINT(len, BLOB_LEN);
}

static int
verify_blob(const uint8_t *blob, size_t len)
{
	char base64[1024], text[2048];

	sodium_bin2base64(
		base64, sizeof(base64), blob, len, sodium_base64_VARIANT_ORIGINAL);
	(void)snprintf(text, sizeof(text), BEGIN "%s\n" END, base64);
	return verify(text);
}

static void
test_each_field_counts(void)
{
	static const struct {
		const char *field;
		size_t at;
		int error;
	} fields[] = {
		{ "magic", 0, EINVAL },
		{ "version", 9, EINVAL },
		{ "length of the key", 13, EINVAL },
		{ "type of the key", 18, EKEYREJECTED },
		{ "the key", 40, EKEYREJECTED },
		{ "length of the namespace", 68, EINVAL },
		{ "the namespace", 70, EPROTOTYPE },
		{ "length of what is reserved", 82, EINVAL },
		{ "the hash's name", 90, EINVAL },
		{ "length of the signature", 96, EINVAL },
		{ "type of the signature", 105, EINVAL },
		{ "length of its bytes", 115, EINVAL },
		{ "its first byte", 116, EBADMSG },
		{ "its last byte", 179, EBADMSG },
	};
	uint8_t blob[BLOB_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		test_row(fields[i].field);
		blob_read(blob);
		blob[fields[i].at] ^= 1;
		ASSERT_ERR(verify_blob(blob, BLOB_LEN), fields[i].error);
	}
	test_row(NULL);
}

static void
test_no_bit_can_be_changed(void)
{
	uint8_t blob[BLOB_SIZE];

	for (size_t bit = 0; bit < BLOB_LEN * 8; bit++) {
		blob_read(blob);
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ASSERT_TRUE(verify_blob(blob, BLOB_LEN) < 0);
	}
}

static void
test_no_length_can_be_changed(void)
{
	uint8_t blob[BLOB_SIZE] = { 0 };

	blob_read(blob);
	ASSERT_OK(verify_blob(blob, BLOB_LEN));
	for (size_t len = 0; len < BLOB_SIZE; len++)
		if (len != BLOB_LEN)
			ASSERT_ERR(verify_blob(blob, len), EINVAL);
}

/* It is not part of what is signed here, so it has to be nothing. */
static void
test_what_is_reserved_is_not_used(void)
{
	enum { RESERVED = 79 };
	uint8_t blob[BLOB_SIZE];

	blob_read(blob);
	memmove(blob + RESERVED + 5, blob + RESERVED + 4, BLOB_LEN - RESERVED - 4);
	blob[RESERVED + 3] = 1;
	ASSERT_ERR(verify_blob(blob, BLOB_LEN + 1), EINVAL);
}

TEST_MAIN(TEST(test_what_ssh_keygen_signed_verifies),
	TEST(test_another_text_namespace_or_key_does_not),
	TEST(test_only_one_whole_signature_is_taken), TEST(test_each_field_counts),
	TEST(test_no_bit_can_be_changed), TEST(test_no_length_can_be_changed),
	TEST(test_what_is_reserved_is_not_used))
