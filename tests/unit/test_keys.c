/*
 * libjit/keys.c: key ids after PASERK's own test vectors, and who may sign what.
 */
#include "libjit/file.h"
#include "libjit/keys.h"
#include "test.h"
#include "world.h"

/* paserk-standard, k4.pid.json: k4.pid-1 to k4.pid-3. */
static void
test_paserk_vectors(void)
{
	static const struct {
		const char *key, *id;
	} rows[] = {
		{ "0000000000000000000000000000000000000000000000000000000000000000",
			"k4.pid.S_XQmeEwHbbvRmiyfXfHYpLGjXGzjTRSDoT1YtTakWFE" },
		{ "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f",
			"k4.pid.9ShR3xc8-qVJ_di0tc9nx0IDIqbatdeM2mqLFBJsKRHs" },
		{ "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e90",
			"k4.pid.-nyvbaTz8U6TQz7OZWW-iB3va31iAxIpUgzUcVQVmW9A" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t key[crypto_sign_PUBLICKEYBYTES];
		char id[JIT_KID_LEN + 1];

		sodium_hex2bin(key, sizeof(key), rows[i].key, 64, NULL, NULL, NULL);
		jit_key_id(key, id);
		ASSERT_EQ_STR(id, rows[i].id);
	}
}

static void
test_namespaces_and_dates(void)
{
	struct jit_key key = { .principal = "carol",
		.namespaces = JIT_NS_GRANT,
		.valid_after = 100,
		.valid_before = 200 };

	ASSERT_TRUE(jit_key_allows(&key, JIT_NS_GRANT, 100));
	ASSERT_TRUE(jit_key_allows(&key, JIT_NS_GRANT, 199));
	ASSERT_FALSE(jit_key_allows(&key, JIT_NS_GRANT, 99));
	ASSERT_FALSE(jit_key_allows(&key, JIT_NS_GRANT, 200));
	ASSERT_FALSE(jit_key_allows(&key, JIT_NS_REVOKE, 150));
	ASSERT_EQ_INT(jit_namespace_from_name("jit-grant"), JIT_NS_GRANT);
	ASSERT_EQ_INT(jit_namespace_from_name("jit-grants"), 0);
	ASSERT_EQ_INT(jit_namespace_from_name(""), 0);
}

static void
test_only_the_host_is_called_host(void)
{
	struct jit_access access;
	struct jit_key key;
	struct world_person carol, stranger;
	char kid[JIT_KID_LEN + 1];

	world_open(&access);
	world_person("carol", &carol);
	world_person("stranger", &stranger);
	jit_key_id(carol.public_key, kid);
	ASSERT_OK(jit_keys_find(&access.keys, kid, &key));
	ASSERT_EQ_STR(key.principal, "carol");
	ASSERT_FALSE(key.is_host);
	jit_key_id(stranger.public_key, kid);
	ASSERT_ERR(jit_keys_find(&access.keys, kid, &key), ENOENT);
	ASSERT_ERR(jit_keys_find(&access.keys, "host", &key), ENOENT);
	ASSERT_OK(jit_keys_find_host(&access.keys, &key));
	ASSERT_TRUE(key.is_host);
	ASSERT_FALSE(jit_key_allows(&key, JIT_NS_LOGIN, WORLD_NOW));
	jit_access_close(&access);
}

static void
test_a_host_key_of_another_machine(void)
{
	struct jit_access access;
	struct jit_host_key key;
	struct jit_error err = { "" };

	world_open(&access);
	ASSERT_OK(jit_host_key_load(&access.site, &key, &err));
	key.machine_id[0] = key.machine_id[0] == 'a' ? 'b' : 'a';
	ASSERT_OK(jit_file_replace(access.site.etc, "host.key", 0600, &key, sizeof(key)));
	ASSERT_ERR(jit_host_key_load(&access.site, &key, &err), EKEYREJECTED);
	ASSERT_CONTAINS(err.text, "jitctl init --new-key");
	jit_access_close(&access);
}

static void
test_a_damaged_host_key(void)
{
	struct jit_access access;
	struct jit_host_key key, damaged;

	world_open(&access);
	ASSERT_OK(jit_host_key_load(&access.site, &key, NULL));
	damaged = key;
	damaged.sign_secret[40] ^= 1; /* its public half */
	ASSERT_OK(jit_file_replace(
		access.site.etc, "host.key", 0600, &damaged, sizeof(key)));
	ASSERT_ERR(jit_host_key_load(&access.site, &key, NULL), EBADMSG);
	ASSERT_OK(jit_file_replace(access.site.etc, "host.key", 0600, &key, 20));
	ASSERT_TRUE(jit_host_key_load(&access.site, &key, NULL) < 0);
	ASSERT_OK(jit_file_replace(access.site.etc, "host.key", 0644, &key, sizeof(key)));
	ASSERT_ERR(jit_host_key_load(&access.site, &key, NULL), EPERM);
	ASSERT_OK(jit_file_remove(access.site.etc, "host.key"));
	ASSERT_ERR(jit_host_key_load(&access.site, &key, NULL), ENOKEY);
	jit_access_close(&access);
}

TEST_MAIN(TEST(test_paserk_vectors), TEST(test_namespaces_and_dates),
	TEST(test_only_the_host_is_called_host), TEST(test_a_host_key_of_another_machine),
	TEST(test_a_damaged_host_key))
