/*
 * jitctl/sshkey.c: OpenSSH's form of public keys is read strictly and written exactly.
 * The key is RFC 8032's first; its line and fingerprint are ssh-keygen's.
 */
#include "jitctl/sshkey.h"

#include <sodium.h>

#include "test.h"

#define ED25519 "AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
#define X25519 "AAAACmppdC14MjU1MTkAAAAg11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

static const uint8_t key[32] = { 0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5,
	0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
	0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a };

static void
test_reads_both_types(void)
{
	uint8_t got[32] = { 0 };

	ASSERT_OK(sshkey_parse("ssh-ed25519", ED25519, got));
	ASSERT_EQ_MEM(got, key, 32);
	memset(got, 0, sizeof(got));
	ASSERT_OK(sshkey_parse("jit-x25519", X25519, got));
	ASSERT_EQ_MEM(got, key, 32);
}

static void
test_writes_what_it_reads(void)
{
	char line[SSHKEY_LINE_SIZE];

	ASSERT_EQ_STR(sshkey_format(SSHKEY_ED25519, key, line), "ssh-ed25519 " ED25519);
	ASSERT_EQ_STR(sshkey_format(SSHKEY_X25519, key, line), "jit-x25519 " X25519);
}

static void
test_fingerprint_is_ssh_keygens(void)
{
	char fingerprint[SSHKEY_FINGERPRINT_SIZE];

	sshkey_fingerprint(key, fingerprint);
	ASSERT_EQ_STR(fingerprint, "SHA256:bbXpuKG6zhzdmnxq256TlqzFBzRl2f6OOg722cYNbU8");
}

static const struct {
	const char *name, *type, *base64;
	int error;
} refused[] = {
	{ "rsa", "ssh-rsa", "AAAAB3NzaC1yc2EAAAADAQABAAAAgQ==", EOPNOTSUPP },
	{ "whole rsa", "ssh-rsa",
		"AAAAB3NzaC1yc2EAAAADAQABAAAAQQCqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
		"qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq",
		EOPNOTSUPP },
	{ "hardware key", "sk-ssh-ed25519@openssh.com", ED25519, EOPNOTSUPP },
	{ "certificate", "ssh-ed25519-cert-v01@openssh.com", ED25519, EOPNOTSUPP },
	{ "other case", "SSH-ED25519", ED25519, EOPNOTSUPP },
	{ "type and blob differ", "jit-x25519", ED25519, EINVAL },
	{ "type and blob differ the other way", "ssh-ed25519", X25519, EINVAL },
	{ "empty", "ssh-ed25519", "", EINVAL },
	{ "cut short", "ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+",
		EINVAL },
	{ "one byte more", "ssh-ed25519", ED25519 "AA==", EINVAL },
	{ "padding missing", "jit-x25519",
		"AAAACmppdC14MjU1MTkAAAAg11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
		EINVAL },
	{ "bits set behind the end", "jit-x25519",
		"AAAACmppdC14MjU1MTkAAAAg11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURp=",
		EINVAL },
	{ "url alphabet", "ssh-ed25519",
		"AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv-08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
		EINVAL },
	{ "a blank inside", "ssh-ed25519",
		"AAAAC3NzaC1lZDI1NTE5AAAA INdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
		EINVAL },
	{ "a comment behind", "ssh-ed25519", ED25519 " carol", EINVAL },
	{ "length of 31", "ssh-ed25519",
		"AAAAC3NzaC1lZDI1NTE5AAAAH9damAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
		EINVAL },
	{ "length beyond the blob", "ssh-ed25519",
		"AAAAC3NzaC1lZDI1NTE5/wAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
		EINVAL },
};

static void
test_refuses_all_else_and_leaves_the_output(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		uint8_t got[32];

		memset(got, 0x55, sizeof(got));
		test_row(refused[i].name);
		ASSERT_ERR(sshkey_parse(refused[i].type, refused[i].base64, got),
			refused[i].error);
		ASSERT_EQ_INT(got[0], 0x55);
		ASSERT_EQ_INT(got[31], 0x55);
	}
	test_row(NULL);
}

static void
test_refuses_any_changed_byte_in_front_of_the_key(void)
{
	uint8_t blob[SSHKEY_BLOB_MAX], got[32];
	size_t len = sshkey_blob(SSHKEY_ED25519, key, blob);

	ASSERT_EQ_UINT(len, 51);
	ASSERT_OK(sshkey_parse_blob(SSHKEY_ED25519, blob, len, got));
	for (size_t i = 0; i < len - 32; i++) {
		blob[i] ^= 1;
		ASSERT_ERR(sshkey_parse_blob(SSHKEY_ED25519, blob, len, got), EINVAL);
		blob[i] ^= 1;
	}
	for (size_t n = 0; n < len; n++)
		ASSERT_ERR(sshkey_parse_blob(SSHKEY_ED25519, blob, n, got), EINVAL);
	/* the one blob whose last 32 bytes, one too early, look like all of it */
	memset(blob + len - 32, 32, 32);
	ASSERT_ERR(sshkey_parse_blob(SSHKEY_ED25519, blob, len - 1, got), EINVAL);
}

static void
test_refuses_the_form_under_another_name(void)
{
	uint8_t blob[SSHKEY_BLOB_MAX], got[32];
	size_t len = sshkey_blob("ssh-ed25518", key, blob);

	ASSERT_ERR(sshkey_parse_blob("ssh-ed25518", blob, len, got), EOPNOTSUPP);
}

TEST_MAIN(TEST(test_reads_both_types), TEST(test_writes_what_it_reads),
	TEST(test_fingerprint_is_ssh_keygens),
	TEST(test_refuses_all_else_and_leaves_the_output),
	TEST(test_refuses_any_changed_byte_in_front_of_the_key),
	TEST(test_refuses_the_form_under_another_name))
