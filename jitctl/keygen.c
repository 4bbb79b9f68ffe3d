/*
 * jitctl keygen: makes a signing key in a file, under a passphrase.
 *
 * Runs as the person whose key it will be. MUST NOT overwrite a key; MUST NOT write or show
 * the secret half in the clear.
 */
#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "jitctl/jitctl.h"
#include "jitctl/keyfile.h"
#include "jitctl/option.h"
#include "jitctl/passphrase.h"
#include "jitctl/signer.h"
#include "jitctl/sshkey.h"
#include "libjit/escape.h"
#include "libjit/parse.h"

static void
print_help(FILE *out)
{
	fputs("usage: jitctl keygen [--file FILE]\n"
	      "Makes an Ed25519 key in FILE (default: ~/.config/jit/key) under a "
	      "passphrase and\n"
	      "prints the line for the hosts' trusted_keys. The passphrase is asked for "
	      "on the\n"
	      "terminal, or is the first line of standard input where that is none.\n",
		out);
}

static int
parse_options(int argc, char **argv, const char **ret_file)
{
	const struct option_set set = {
		.entries = { { "file", 'f', .value = ret_file } },
		.help = print_help,
	};

	return option_read(argc, argv, &set);
}

/* Where the key goes, with its directory if it is the default one. */
static int
find_path(const char *file, char ret[KEYFILE_PATH_SIZE], struct jit_error *err)
{
	int r;

	if (file) {
		int n = snprintf(ret, KEYFILE_PATH_SIZE, "%s", file);

		return n >= KEYFILE_PATH_SIZE
			? jit_error_set(err, -ENAMETOOLONG, "--file: too long")
			: 0;
	}
	r = keyfile_default_path(ret);
	if (r < 0)
		return jit_error_set(
			err, r, "you have no home directory: say --file FILE");
	return keyfile_make_directories(ret, err);
}

static int
make_key(const char *path, struct keyfile_pair *ret, struct jit_error *err)
{
	_cleanup_passphrase_ struct passphrase passphrase = { 0 };
	_cleanup_keyfile_pair_ struct keyfile_pair pair = { 0 };
	char text[KEYFILE_TEXT_SIZE];
	int r = passphrase_ask_new(&passphrase, err);

	if (r < 0)
		return r;
	crypto_sign_keypair(pair.public_key, pair.secret_key);
	r = keyfile_seal(&pair, passphrase.text, &KEYFILE_COST, text);
	if (r < 0)
		return jit_error_set(err, r, "cannot seal the key: %s", strerror(-r));
	r = keyfile_create(path, text, err);
	if (r < 0)
		return r;
	memcpy(ret->public_key, pair.public_key, sizeof(ret->public_key));
	return 0;
}

static void
print_key(const char *path, const uint8_t public_key[crypto_sign_PUBLICKEYBYTES])
{
	const struct passwd *pw = getpwuid(getuid());
	const char *name = pw && jit_name_valid(pw->pw_name) ? pw->pw_name : "NAME";
	char line[SSHKEY_LINE_SIZE], fingerprint[SSHKEY_FINGERPRINT_SIZE], shown[512];

	sshkey_fingerprint(public_key, fingerprint);
	fprintf(stderr,
		"jitctl: made %s (%s)\n"
		"jitctl: the line for /etc/jit/trusted_keys of the hosts (then: jitctl "
		"reload):\n",
		jit_escape(path, shown, sizeof(shown)), fingerprint);
	printf("%s namespaces=\"jit-grant,jit-revoke,jit-request\" %s\n", name,
		sshkey_format(SSHKEY_ED25519, public_key, line));
}

/* Told before the passphrase is asked for; keyfile_create is what makes sure. */
static int
refuse_existing(const char *path, struct jit_error *err)
{
	char shown[256];

	if (access(path, F_OK) < 0)
		return 0;
	return jit_error_set(err, -EEXIST,
		"%s is there already; a key is never overwritten (--file OTHER makes "
		"another "
		"one)",
		jit_escape(path, shown, sizeof(shown)));
}

static int
keygen_exit(int error)
{
	switch (-error) {
	case ECANCELED:
	case EINTR: return JITCTL_NO;
	case EINVAL:
	case ENODATA: return JITCTL_BAD_INPUT;
	case ENOMEM: return JITCTL_FAILED;
	default: return JITCTL_CANNOT_WRITE;
	}
}

int
cmd_keygen(int argc, char **argv)
{
	struct keyfile_pair pair = { 0 };
	struct jit_error err = { 0 };
	char path[KEYFILE_PATH_SIZE];
	const char *file = NULL;
	int r = parse_options(argc, argv, &file);

	if (r >= 0)
		return r;
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	r = find_path(file, path, &err);
	if (r == 0)
		r = refuse_existing(path, &err);
	if (r == 0)
		r = make_key(path, &pair, &err);
	if (r < 0) {
		fprintf(stderr, "jitctl: %s\n", err.text);
		return keygen_exit(r);
	}
	print_key(path, pair.public_key);
	return JITCTL_DONE;
}
