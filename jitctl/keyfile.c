/*
 * A signing key in a file, sealed by Argon2id and secretbox.
 *
 * Runs as the person whose key it is. MUST wipe every secret by a destructor; MUST check
 * what a file asks of Argon2id before doing it; MUST NOT overwrite a key.
 */
#include "jitctl/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include "jitctl/sshkey.h"
#include "libjit/escape.h"
#include "libjit/file.h"
#include "libjit/parse.h"

enum {
	SEED_BYTES = crypto_sign_SEEDBYTES,
	BOX_BYTES = SEED_BYTES + crypto_secretbox_MACBYTES,
	BASE64_SIZE = 128,
	KIBIBYTE = 1024,
	LINES = 4,
	WORDS = 4,
};

/* What the file holds. */
struct sealed {
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
	struct keyfile_cost cost;
	uint8_t salt[crypto_pwhash_SALTBYTES];
	uint8_t nonce[crypto_secretbox_NONCEBYTES];
	uint8_t box[BOX_BYTES];
};

/* Bytes of a secret that die with their scope. */
struct secret {
	uint8_t bytes[crypto_secretbox_KEYBYTES];
};

#define _cleanup_secret_ _cleanup_(secret_wipe)

static void
secret_wipe(struct secret *secret)
{
	sodium_memzero(secret, sizeof(*secret));
}

void
keyfile_pair_wipe(struct keyfile_pair *pair)
{
	sodium_memzero(pair, sizeof(*pair));
}

static const char *
to_base64(const uint8_t *bytes, size_t len, char buf[BASE64_SIZE])
{
	return sodium_bin2base64(
		buf, BASE64_SIZE, bytes, len, sodium_base64_VARIANT_ORIGINAL);
}

static int
from_base64(const char *word, uint8_t *ret, size_t len)
{
	size_t got;

	if (sodium_base642bin(ret, len, word, strlen(word), NULL, &got, NULL,
		    sodium_base64_VARIANT_ORIGINAL) < 0 ||
		got != len)
		return -EINVAL;
	return 0;
}

static void
sealed_format(const struct sealed *sealed, char ret[KEYFILE_TEXT_SIZE])
{
	char line[SSHKEY_LINE_SIZE], salt[BASE64_SIZE], nonce[BASE64_SIZE],
		box[BASE64_SIZE];

	(void)snprintf(ret, KEYFILE_TEXT_SIZE,
		"jit-key-v1\npublic %s\nargon2id %llu %zu %s\nsecretbox %s %s\n",
		sshkey_format(SSHKEY_ED25519, sealed->public_key, line), sealed->cost.ops,
		sealed->cost.memory, to_base64(sealed->salt, sizeof(sealed->salt), salt),
		to_base64(sealed->nonce, sizeof(sealed->nonce), nonce),
		to_base64(sealed->box, sizeof(sealed->box), box));
}

/* Cuts text into lines of words, in place. What is missing is "". */
static void
split(char *text, const char *ret[LINES][WORDS])
{
	for (size_t i = 0; i < LINES; i++) {
		char *line = strsep(&text, "\n");

		for (size_t j = 0; j < WORDS; j++) {
			char *word = strsep(&line, " ");

			ret[i][j] = word ? word : "";
		}
	}
}

static int
cost_parse(const char *ops, const char *memory, struct keyfile_cost *ret)
{
	uint64_t ops_v, memory_v;
	int r = jit_parse_u64(ops, KEYFILE_OPS_MAX, &ops_v);

	if (r == 0)
		r = jit_parse_u64(memory, KEYFILE_MEMORY_MAX, &memory_v);
	if (r < 0)
		return -EINVAL;
	if (ops_v < crypto_pwhash_OPSLIMIT_MIN || memory_v < crypto_pwhash_MEMLIMIT_MIN)
		return -EINVAL;
	if (memory_v % KIBIBYTE != 0) /* Argon2 counts in these: one form for one cost */
		return -EINVAL;
	*ret = (struct keyfile_cost){ ops_v, memory_v };
	return 0;
}

/* Reads loosely, writes again, and takes only what comes out the same. */
static int
sealed_parse(const char *text, struct sealed *ret)
{
	char copy[KEYFILE_TEXT_SIZE], again[KEYFILE_TEXT_SIZE];
	const char *w[LINES][WORDS];
	struct sealed sealed = { 0 };
	int r;

	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, strlen(text) + 1);
	split(copy, w);
	if (sshkey_parse(w[1][1], w[1][2], sealed.public_key) < 0)
		return -EINVAL;
	r = cost_parse(w[2][1], w[2][2], &sealed.cost);
	if (r == 0)
		r = from_base64(w[2][3], sealed.salt, sizeof(sealed.salt));
	if (r == 0)
		r = from_base64(w[3][1], sealed.nonce, sizeof(sealed.nonce));
	if (r == 0)
		r = from_base64(w[3][2], sealed.box, sizeof(sealed.box));
	if (r < 0)
		return r;
	sealed_format(&sealed, again);
	if (strcmp(text, again) != 0)
		return -EINVAL;
	*ret = sealed;
	return 0;
}

static int
stretch(const struct sealed *sealed, const char *passphrase, struct secret *ret)
{
	if (crypto_pwhash(ret->bytes, sizeof(ret->bytes), passphrase, strlen(passphrase),
		    sealed->salt, sealed->cost.ops, sealed->cost.memory,
		    crypto_pwhash_ALG_ARGON2ID13) != 0)
		return -ENOMEM;
	return 0;
}

int
keyfile_seal(const struct keyfile_pair *pair, const char *passphrase,
	const struct keyfile_cost *cost, char ret[KEYFILE_TEXT_SIZE])
{
	struct sealed sealed = { .cost = *cost };
	_cleanup_secret_ struct secret key = { 0 }, seed = { 0 };
	int r;

	memcpy(sealed.public_key, pair->public_key, sizeof(sealed.public_key));
	randombytes_buf(sealed.salt, sizeof(sealed.salt));
	randombytes_buf(sealed.nonce, sizeof(sealed.nonce));
	r = stretch(&sealed, passphrase, &key);
	if (r < 0)
		return r;
	if (crypto_sign_ed25519_sk_to_seed(seed.bytes, pair->secret_key) != 0)
		return -EINVAL;
	crypto_secretbox_easy(
		sealed.box, seed.bytes, SEED_BYTES, sealed.nonce, key.bytes);
	sealed_format(&sealed, ret);
	return 0;
}

int
keyfile_unseal(const char *text, const char *passphrase, struct keyfile_pair *ret)
{
	_cleanup_keyfile_pair_ struct keyfile_pair pair = { 0 };
	_cleanup_secret_ struct secret key = { 0 }, seed = { 0 };
	struct sealed sealed;
	int r = sealed_parse(text, &sealed);

	if (r == 0)
		r = stretch(&sealed, passphrase, &key);
	if (r < 0)
		return r;
	if (crypto_secretbox_open_easy(seed.bytes, sealed.box, sizeof(sealed.box),
		    sealed.nonce, key.bytes) != 0)
		return -EBADMSG;
	crypto_sign_seed_keypair(pair.public_key, pair.secret_key, seed.bytes);
	if (memcmp(pair.public_key, sealed.public_key, sizeof(pair.public_key)) != 0)
		return -EBADMSG;
	*ret = pair;
	return 0;
}

int
keyfile_public(const char *text, uint8_t ret[crypto_sign_PUBLICKEYBYTES])
{
	struct sealed sealed;
	int r = sealed_parse(text, &sealed);

	if (r == 0)
		memcpy(ret, sealed.public_key, sizeof(sealed.public_key));
	return r;
}

int
keyfile_default_path(char ret[KEYFILE_PATH_SIZE])
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int n;

	if (config && config[0] == '/') {
		n = snprintf(ret, KEYFILE_PATH_SIZE, "%s/jit/key", config);
	} else {
		const struct passwd *pw =
			home && home[0] == '/' ? NULL : getpwuid(getuid());

		if (pw)
			home = pw->pw_dir;
		if (!home || home[0] != '/')
			return -ENOENT;
		n = snprintf(ret, KEYFILE_PATH_SIZE, "%s/.config/jit/key", home);
	}
	return n < 0 || n >= KEYFILE_PATH_SIZE ? -ENAMETOOLONG : 0;
}

/* The directory part of a path, opened, and the name in it. */
static int
open_parent(const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char dir[KEYFILE_PATH_SIZE];
	int fd;

	if (strlen(path) >= sizeof(dir))
		return -ENAMETOOLONG;
	(void)snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path + 1) : 1,
		slash ? path : ".");
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_name = slash ? slash + 1 : path;
	return fd;
}

static int
path_failed(int r, const char *path, struct jit_error *err)
{
	char shown[256];

	return jit_error_set(err, r, "%s %s", jit_escape(path, shown, sizeof(shown)),
		jit_file_problem(r));
}

int
keyfile_read(const char *path, char ret[KEYFILE_TEXT_SIZE], struct jit_error *err)
{
	_cleanup_free_ char *text = NULL;
	const char *name = NULL;
	_cleanup_close_ int dirfd = open_parent(path, &name);
	size_t len;
	int r = dirfd;

	if (r >= 0)
		r = jit_file_read(
			dirfd, name, geteuid(), 0600, KEYFILE_TEXT_SIZE - 1, &text, &len);
	if (r < 0)
		return path_failed(r, path, err);
	if (strlen(text) != len)
		return path_failed(-EBADMSG, path, err);
	memcpy(ret, text, len + 1);
	return 0;
}

int
keyfile_make_directories(const char *path, struct jit_error *err)
{
	char dir[KEYFILE_PATH_SIZE];
	char *last, *first;

	if (strlen(path) >= sizeof(dir))
		return path_failed(-ENAMETOOLONG, path, err);
	memcpy(dir, path, strlen(path) + 1);
	last = strrchr(dir, '/');
	if (!last || last == dir)
		return 0;
	*last = '\0';
	first = strrchr(dir, '/');
	if (first && first != dir) {
		*first = '\0';
		if (mkdir(dir, 0700) < 0 && errno != EEXIST)
			return path_failed(-errno, dir, err);
		*first = '/';
	}
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return path_failed(-errno, dir, err);
	return 0;
}

int
keyfile_create(const char *path, const char *text, struct jit_error *err)
{
	const char *name = NULL;
	_cleanup_close_ int dirfd = open_parent(path, &name);
	char shown[256];
	int r = dirfd;

	if (r >= 0)
		r = jit_file_create(dirfd, name, 0600, text, strlen(text));
	if (r == -EEXIST)
		return jit_error_set(err, r,
			"%s is there already; a key is never overwritten (--file OTHER "
			"makes "
			"another one)",
			jit_escape(path, shown, sizeof(shown)));
	return r < 0 ? path_failed(r, path, err) : 0;
}
