/*
 * Who may sign what. Runs as: any. Reads keys.cdb only; the parser of trusted_keys is in
 * jitctl.
 */
#include "keys.h"

#include <errno.h>
#include <string.h>

#include "pack.h"
#include "parse.h"

#define PID_HEADER "k4.pid."
#define PUBLIC_HEADER "k4.public."
#define HOST_RECORD "host"
enum { PID_BYTES = 33, PUBLIC_KEY_BASE64 = 43, KEY_RECORD_VERSION = 1 };

static const struct {
	const char *name;
	enum jit_namespace ns;
} namespaces[] = {
	{ "jit-grant", JIT_NS_GRANT },
	{ "jit-revoke", JIT_NS_REVOKE },
	{ "jit-request", JIT_NS_REQUEST },
	{ "jit-policy", JIT_NS_POLICY },
	{ "jit-login", JIT_NS_LOGIN },
	{ "jit-pin", JIT_NS_PIN },
};

enum jit_namespace
jit_namespace_from_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++)
		if (jit_streq(namespaces[i].name, name))
			return namespaces[i].ns;
	return 0;
}

void
jit_key_id(
	const uint8_t public_key[crypto_sign_PUBLICKEYBYTES], char ret[JIT_KID_LEN + 1])
{
	char key_text[PUBLIC_KEY_BASE64 + 1], id_text[JIT_KID_LEN + 1];
	uint8_t id[PID_BYTES];
	crypto_generichash_state state;
	const size_t header = sizeof(PID_HEADER) - 1;

	sodium_bin2base64(key_text, sizeof(key_text), public_key,
		crypto_sign_PUBLICKEYBYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	crypto_generichash_init(&state, NULL, 0, sizeof(id));
	crypto_generichash_update(&state, (const uint8_t *)PID_HEADER, header);
	crypto_generichash_update(
		&state, (const uint8_t *)PUBLIC_HEADER, sizeof(PUBLIC_HEADER) - 1);
	crypto_generichash_update(&state, (const uint8_t *)key_text, strlen(key_text));
	crypto_generichash_final(&state, id, sizeof(id));
	memcpy(id_text, PID_HEADER, header);
	sodium_bin2base64(id_text + header, sizeof(id_text) - header, id, sizeof(id),
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	memcpy(ret, id_text, sizeof(id_text));
}

bool
jit_key_allows(const struct jit_key *key, enum jit_namespace ns, int64_t wall_sec)
{
	if (key->is_host)
		return ns == JIT_NS_GRANT || ns == JIT_NS_REQUEST;
	if (!(key->namespaces & (uint32_t)ns))
		return false;
	if (key->valid_after && wall_sec < key->valid_after)
		return false;
	return !key->valid_before || wall_sec < key->valid_before;
}

void
jit_key_pack(struct jit_packer *p, const struct jit_key *key)
{
	jit_pack_u8(p, KEY_RECORD_VERSION);
	jit_pack_str(p, key->principal);
	jit_pack_bytes(p, key->public_key, sizeof(key->public_key));
	jit_pack_u32(p, key->namespaces);
	jit_pack_i64(p, key->valid_after);
	jit_pack_i64(p, key->valid_before);
	jit_pack_u8(p, key->is_host);
	jit_pack_str(p, key->machine_id);
}

/* The name `host` is the host's alone: a record that says otherwise is damaged. */
static bool
key_is_sound(const struct jit_key *key, uint8_t version, uint8_t is_host)
{
	bool named_host = jit_streq(key->principal, HOST_RECORD);

	return version == KEY_RECORD_VERSION && is_host <= 1 &&
		named_host == (is_host == 1) && jit_name_valid(key->principal) &&
		(is_host ? jit_id_valid(key->machine_id) : !key->machine_id[0]);
}

static int
key_unpack(const uint8_t *record, size_t len, struct jit_key *ret)
{
	struct jit_unpacker u = { .buf = record, .len = len };
	struct jit_key key = { 0 };
	uint8_t version = jit_unpack_u8(&u), is_host;
	const char *principal = jit_unpack_str(&u), *machine_id;

	jit_unpack_bytes(&u, key.public_key, sizeof(key.public_key));
	key.namespaces = jit_unpack_u32(&u);
	key.valid_after = jit_unpack_i64(&u);
	key.valid_before = jit_unpack_i64(&u);
	is_host = jit_unpack_u8(&u);
	machine_id = jit_unpack_str(&u);
	if (jit_unpack_end(&u) < 0 || strlen(principal) >= sizeof(key.principal) ||
		strlen(machine_id) >= sizeof(key.machine_id))
		return -EBADMSG;
	memcpy(key.principal, principal, strlen(principal));
	memcpy(key.machine_id, machine_id, strlen(machine_id));
	key.is_host = is_host == 1;
	if (!key_is_sound(&key, version, is_host))
		return -EBADMSG;
	*ret = key;
	return 0;
}

static int
key_get(const struct jit_table *keys, const char *name, struct jit_key *ret)
{
	_cleanup_free_ uint8_t *record = NULL;
	size_t len;
	int r = jit_table_get(keys, name, strlen(name), &record, &len);

	return r < 0 ? r : key_unpack(record, len, ret);
}

int
jit_keys_find(const struct jit_table *keys, const char *kid, struct jit_key *ret)
{
	struct jit_key key;
	char own_id[JIT_KID_LEN + 1];
	int r;

	if (strnlen(kid, JIT_KID_LEN + 1) != JIT_KID_LEN)
		return -ENOENT;
	r = key_get(keys, kid, &key);
	if (r < 0)
		return r;
	jit_key_id(key.public_key, own_id);
	if (!jit_streq(own_id, kid))
		return -EBADMSG;
	*ret = key;
	return 0;
}

int
jit_keys_find_host(const struct jit_table *keys, struct jit_key *ret)
{
	struct jit_key key;
	int r = key_get(keys, HOST_RECORD, &key);

	if (r < 0)
		return r;
	if (!key.is_host)
		return -EBADMSG;
	*ret = key;
	return 0;
}
