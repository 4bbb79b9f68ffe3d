/*
 * jitctl/keyfile.c: a key comes out of its file with the right passphrase and in no other
 * way; what is not exactly such a file is refused; files are private and never overwritten.
 */
#include "jitctl/keyfile.h"

#include "test.h"

#define PASSPHRASE "correct horse"

/* As little as Argon2id takes: these tests are not about its strength. */
static const struct keyfile_cost cheap = { 1, 8192 };

static struct keyfile_pair pair;
static char text[KEYFILE_TEXT_SIZE];

static void
test_right_passphrase_opens(void)
{
	struct keyfile_pair got = { 0 };
	uint8_t public_key[32];

	crypto_sign_keypair(pair.public_key, pair.secret_key);
	ASSERT_OK(keyfile_seal(&pair, PASSPHRASE, &cheap, text));
	ASSERT_OK(keyfile_unseal(text, PASSPHRASE, &got));
	ASSERT_EQ_MEM(got.public_key, pair.public_key, 32);
	ASSERT_EQ_MEM(got.secret_key, pair.secret_key, 64);
	ASSERT_OK(keyfile_public(text, public_key));
	ASSERT_EQ_MEM(public_key, pair.public_key, 32);
}

static void
test_wrong_passphrase_does_not(void)
{
	static const char *const wrong[] = { "", "correct hors", "correct horse ",
		"Correct horse" };
	struct keyfile_pair got;

	memset(&got, 0x55, sizeof(got));
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		test_row(wrong[i]);
		ASSERT_ERR(keyfile_unseal(text, wrong[i], &got), EBADMSG);
		ASSERT_EQ_INT(got.secret_key[0], 0x55);
	}
	test_row(NULL);
}

static void
test_two_seals_share_nothing(void)
{
	char other[KEYFILE_TEXT_SIZE];
	size_t at = (size_t)(strstr(text, "argon2id 1 8192 ") - text);

	ASSERT_OK(keyfile_seal(&pair, PASSPHRASE, &cheap, other));
	at += strlen("argon2id 1 8192 ");
	ASSERT_EQ_MEM(text, other, at);
	ASSERT_TRUE(memcmp(text + at, other + at, 24) != 0);
	ASSERT_TRUE(strcmp(strstr(text, "secretbox"), strstr(other, "secretbox")) != 0);
}

static void
test_secret_is_not_in_the_text(void)
{
	char base64[128];

	sodium_bin2base64(base64, sizeof(base64), pair.secret_key, 30,
		sodium_base64_VARIANT_ORIGINAL);
	ASSERT_TRUE(strstr(text, base64) == NULL);
}

/* Any changed character: refused as no such file, or as sealed otherwise; never a key. */
static void
test_every_change_is_refused(void)
{
	struct keyfile_pair got = { 0 };

	for (size_t i = 0; text[i]; i++) {
		char changed[KEYFILE_TEXT_SIZE];
		int r;

		memcpy(changed, text, sizeof(changed));
		changed[i] = changed[i] == '1' ? '2' : '1';
		r = keyfile_unseal(changed, PASSPHRASE, &got);
		test_row(changed);
		ASSERT_EQ_INT(r == -EBADMSG ? -EINVAL : r, -EINVAL);
	}
	test_row(NULL);
	ASSERT_EQ_INT(got.secret_key[0], 0);
}

/* Puts to in place of the first from. */
static const char *
with(const char *from, const char *to, char buf[2 * KEYFILE_TEXT_SIZE])
{
	const char *at = strstr(text, from);

	ASSERT_TRUE(at != NULL);
	snprintf(buf, 2 * KEYFILE_TEXT_SIZE, "%.*s%s%s", (int)(at - text), text, to,
		at + strlen(from));
	return buf;
}

static void
test_other_forms_are_refused(void)
{
	static const struct {
		const char *name, *from, *to;
	} rows[] = {
		{ "next version", "jit-key-v1", "jit-key-v2" },
		{ "no passes", "argon2id 1 8192", "argon2id 0 8192" },
		{ "more passes than allowed", "argon2id 1 8192", "argon2id 17 8192" },
		{ "too little memory", "argon2id 1 8192", "argon2id 1 7168" },
		{ "memory between two steps", "argon2id 1 8192", "argon2id 1 8193" },
		{ "more memory than allowed", "argon2id 1 8192",
			"argon2id 1 1073742848" },
		{ "memory beyond 64 bits", "argon2id 1 8192",
			"argon2id 1 18446744073709551617" },
		{ "sign", "argon2id 1 8192", "argon2id +1 8192" },
		{ "leading zero", "argon2id 1 8192", "argon2id 01 8192" },
		{ "two blanks", "argon2id 1", "argon2id  1" },
		{ "carriage return", "\npublic", "\r\npublic" },
		{ "word behind", "\nargon2id", " x\nargon2id" },
		{ "line missing", "public ssh-ed25519 ", "" },
		{ "x25519", "ssh-ed25519", "jit-x25519" },
		{ "openssh", "jit-key-v1", "-----BEGIN OPENSSH PRIVATE KEY-----" },
	};
	struct keyfile_pair got = { 0 };
	char buf[2 * KEYFILE_TEXT_SIZE];
	uint8_t public_key[32];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		test_row(rows[i].name);
		with(rows[i].from, rows[i].to, buf);
		ASSERT_ERR(keyfile_public(buf, public_key), EINVAL);
		ASSERT_ERR(keyfile_unseal(buf, PASSPHRASE, &got), EINVAL);
	}
	test_row(NULL);
}

static void
test_length_is_bounded(void)
{
	char buf[8 * KEYFILE_TEXT_SIZE];
	struct keyfile_pair got = { 0 };

	snprintf(buf, sizeof(buf), "%s\n", text);
	ASSERT_ERR(keyfile_unseal(buf, PASSPHRASE, &got), EINVAL);
	snprintf(buf, sizeof(buf), "%s%01000d", text, 0);
	ASSERT_ERR(keyfile_unseal(buf, PASSPHRASE, &got), EINVAL);
	ASSERT_ERR(keyfile_unseal("", PASSPHRASE, &got), EINVAL);
}

/* Another key's public line over a box that opens: what is signed with must be what is
 * shown. */
static void
test_public_half_must_be_the_secret_ones(void)
{
	struct keyfile_pair other, got = { 0 };
	char theirs[KEYFILE_TEXT_SIZE], mixed[KEYFILE_TEXT_SIZE];
	const char *tail = strstr(text, "argon2id");

	crypto_sign_keypair(other.public_key, other.secret_key);
	ASSERT_OK(keyfile_seal(&other, PASSPHRASE, &cheap, theirs));
	snprintf(mixed, sizeof(mixed), "%.*s%s",
		(int)(strstr(theirs, "argon2id") - theirs), theirs, tail);
	ASSERT_ERR(keyfile_unseal(mixed, PASSPHRASE, &got), EBADMSG);
}

static void
test_file_is_private_and_stays(void)
{
	struct jit_error err = { 0 };
	char got[KEYFILE_TEXT_SIZE];
	struct stat st;

	ASSERT_OK(keyfile_create(test_path("key"), text, &err));
	ASSERT_EQ_INT(stat(test_path("key"), &st), 0);
	ASSERT_EQ_UINT(st.st_mode & 07777, 0600);
	ASSERT_OK(keyfile_read(test_path("key"), got, &err));
	ASSERT_EQ_STR(got, text);
	ASSERT_ERR(keyfile_create(test_path("key"), "another", &err), EEXIST);
	ASSERT_CONTAINS(err.text, "never overwritten");
	ASSERT_OK(keyfile_read(test_path("key"), got, NULL));
	ASSERT_EQ_STR(got, text);
}

static void
test_doubtful_files_are_refused(void)
{
	struct jit_error err = { 0 };
	char got[KEYFILE_TEXT_SIZE];
	char large[2 * KEYFILE_TEXT_SIZE];

	memset(large, 'a', sizeof(large));
	test_file_write(test_path("readable"), 0644, text, strlen(text));
	ASSERT_ERR(keyfile_read(test_path("readable"), got, &err), EPERM);
	ASSERT_CONTAINS(err.text, "/readable ");
	ASSERT_EQ_INT(symlink("key", test_path("link")), 0);
	ASSERT_ERR(keyfile_read(test_path("link"), got, NULL), ELOOP);
	ASSERT_EQ_INT(mkfifo(test_path("fifo"), 0600), 0);
	ASSERT_ERR(keyfile_read(test_path("fifo"), got, NULL), EINVAL);
	test_file_write(test_path("large"), 0600, large, sizeof(large));
	ASSERT_ERR(keyfile_read(test_path("large"), got, NULL), EFBIG);
	test_file_write(test_path("nul"), 0600, "jit-key-v1\0", 11);
	ASSERT_ERR(keyfile_read(test_path("nul"), got, NULL), EBADMSG);
	ASSERT_ERR(keyfile_read(test_path("missing"), got, NULL), ENOENT);
	ASSERT_ERR(keyfile_read(test_path("no/dir"), got, NULL), ENOENT);
}

static void
test_default_path(void)
{
	char path[KEYFILE_PATH_SIZE];

	setenv("HOME", "/home/carol", 1);
	unsetenv("XDG_CONFIG_HOME");
	ASSERT_OK(keyfile_default_path(path));
	ASSERT_EQ_STR(path, "/home/carol/.config/jit/key");
	setenv("XDG_CONFIG_HOME", "not/absolute", 1);
	ASSERT_OK(keyfile_default_path(path));
	ASSERT_EQ_STR(path, "/home/carol/.config/jit/key");
	setenv("XDG_CONFIG_HOME", "/x", 1);
	ASSERT_OK(keyfile_default_path(path));
	ASSERT_EQ_STR(path, "/x/jit/key");
}

static void
test_directories_are_made_private(void)
{
	struct jit_error err = { 0 };
	struct stat st;

	umask(0);
	for (int i = 0; i < 2; i++) {
		ASSERT_OK(keyfile_make_directories(test_path("c/jit/key"), &err));
		ASSERT_EQ_INT(stat(test_path("c"), &st), 0);
		ASSERT_EQ_UINT(st.st_mode & 07777, 0700);
		ASSERT_EQ_INT(stat(test_path("c/jit"), &st), 0);
		ASSERT_EQ_UINT(st.st_mode & 07777, 0700);
	}
	ASSERT_ERR(keyfile_make_directories(test_path("a/b/c/key"), &err), ENOENT);
	ASSERT_CONTAINS(err.text, "/a/b is not there");
}

TEST_MAIN(TEST(test_right_passphrase_opens), TEST(test_wrong_passphrase_does_not),
	TEST(test_two_seals_share_nothing), TEST(test_secret_is_not_in_the_text),
	TEST(test_every_change_is_refused), TEST(test_other_forms_are_refused),
	TEST(test_length_is_bounded), TEST(test_public_half_must_be_the_secret_ones),
	TEST(test_file_is_private_and_stays), TEST(test_doubtful_files_are_refused),
	TEST(test_default_path), TEST(test_directories_are_made_private))
