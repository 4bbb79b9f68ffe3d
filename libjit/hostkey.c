/*
 * The host's secret key. Runs as: root. Opened by jitsu and by pam_jit's session, never by
 * account.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "keys.h"
#include "site.h"

static const char magic[8] = { 'j', 'i', 't', 'h', 'o', 's', 't', '1' };

void
jit_host_key_wipe(struct jit_host_key *key)
{
	sodium_memzero(key, sizeof(*key));
}

static int
host_key_read(const struct jit_site *site, struct jit_host_key *ret)
{
	_cleanup_close_ int fd =
		jit_file_open(site->etc, "host.key", site->owner, 0600, sizeof(*ret));

	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size != sizeof(*ret))
		return -EBADMSG;
	return jit_pread_full(fd, ret, sizeof(*ret), 0);
}

/* The secret half must be the public half's: a record put together by hand is refused. */
static bool
host_key_is_sound(const struct jit_host_key *key)
{
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES];

	if (memcmp(key->magic, magic, sizeof(magic)) != 0)
		return false;
	if (crypto_sign_ed25519_sk_to_pk(public_key, key->sign_secret) != 0)
		return false;
	return memcmp(public_key, key->sign_public, sizeof(public_key)) == 0;
}

int
jit_host_key_load(
	const struct jit_site *site, struct jit_host_key *ret, struct jit_error *err)
{
	_cleanup_host_key_ struct jit_host_key key = { 0 };
	char machine_id[JIT_ID_LEN + 1];
	int r = host_key_read(site, &key);

	if (r != -EBADMSG && r < 0)
		return jit_error_set(err, r == -ENOENT || r == -EBADF ? -ENOKEY : r,
			"/etc/jit/host.key %s: as root, jitctl init makes one",
			jit_file_problem(r));
	if (r < 0 || !host_key_is_sound(&key))
		return jit_error_set(err, -EBADMSG,
			"/etc/jit/host.key is damaged: as root, jitctl init --new-key");
	if (jit_site_machine_id(machine_id) < 0)
		return jit_error_set(err, -EIO, "/etc/machine-id cannot be read");
	if (memcmp(machine_id, key.machine_id, JIT_ID_LEN) != 0)
		return jit_error_set(err, -EKEYREJECTED,
			"this key was made on another machine: jitctl init --new-key");
	*ret = key;
	return 0;
}
