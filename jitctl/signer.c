/*
 * Choosing a signing key, and signing tokens with it.
 *
 * Runs as the person who signs. MUST NOT choose between several keys by itself; MUST hold
 * an opened secret no longer than one signature takes.
 */
#include "jitctl/signer.h"

#include <errno.h>
#include <string.h>

#include "jitctl/jitctl.h"
#include "jitctl/passphrase.h"
#include "libjit/escape.h"
#include "libjit/token.h"

#define MAKE_ONE "ssh-keygen -t ed25519 and ssh-add, or: jitctl keygen"

void
signer_close(struct signer *signer)
{
	jit_closep(&signer->agent_fd);
	*signer = SIGNER_NONE;
}

static bool
key_is_named(const struct agent_key *key, const char *which)
{
	char fingerprint[SSHKEY_FINGERPRINT_SIZE];

	if (!which)
		return true;
	sshkey_fingerprint(key->public_key, fingerprint);
	return jit_streq(which, fingerprint) || jit_streq(which, key->comment);
}

static int
no_such_key(const struct agent_keys *keys, const char *which, struct jit_error *err)
{
	char has[256], shown[128];

	agent_describe(keys, has, sizeof(has));
	if (!which)
		return jit_error_set(err, -ENOKEY,
			"your agent holds no ssh-ed25519 key (it has: %s). " MAKE_ONE,
			has);
	return jit_error_set(err, -ENOKEY,
		"your agent holds no ssh-ed25519 key %s (it has: %s); ssh-add -l lists "
		"them",
		jit_escape(which, shown, sizeof(shown)), has);
}

/* Names every usable key that fits, so that the next try can say -k. */
static int
several_keys(const struct agent_keys *keys, const char *which, struct jit_error *err)
{
	char list[384] = "";
	size_t at = 0;

	for (size_t i = 0; i < keys->n && at < sizeof(list); i++) {
		char fingerprint[SSHKEY_FINGERPRINT_SIZE], comment[64];

		if (!keys->v[i].usable || !key_is_named(&keys->v[i], which))
			continue;
		sshkey_fingerprint(keys->v[i].public_key, fingerprint);
		at += (size_t)snprintf(list + at, sizeof(list) - at, "\n  -k %s  %s",
			fingerprint,
			jit_escape(keys->v[i].comment, comment, sizeof(comment)));
	}
	return jit_error_set(
		err, -ENOTUNIQ, "several of your agent's keys fit; choose one:%s", list);
}

static int
choose(const struct agent_keys *keys, const char *which, const struct agent_key **ret,
	struct jit_error *err)
{
	const struct agent_key *found = NULL;

	for (size_t i = 0; i < keys->n; i++) {
		const struct agent_key *key = &keys->v[i];

		if (!key->usable || !key_is_named(key, which))
			continue;
		if (found && memcmp(found->public_key, key->public_key, 32) != 0)
			return several_keys(keys, which, err);
		found = key;
	}
	if (!found)
		return no_such_key(keys, which, err);
	*ret = found;
	return 0;
}

static int
open_agent(const char *which, struct signer *ret, struct jit_error *err)
{
	_cleanup_agent_keys_ struct agent_keys keys = { 0 };
	const struct agent_key *key = NULL;
	_cleanup_close_ int fd = agent_open(err);
	char comment[AGENT_COMMENT_SIZE];
	int r;

	if (fd < 0)
		return -ENOTCONN;
	r = agent_list(fd, &keys, err);
	if (r == 0)
		r = choose(&keys, which, &key, err);
	if (r < 0)
		return r;
	memcpy(ret->public_key, key->public_key, sizeof(ret->public_key));
	sshkey_fingerprint(ret->public_key, ret->fingerprint);
	(void)snprintf(ret->where, sizeof(ret->where), "%s in ssh-agent",
		jit_escape(key->comment, comment, sizeof(comment)));
	ret->agent_fd = TAKE_FD(fd);
	return 0;
}

static int
open_file(const char *path, struct signer *ret, struct jit_error *err)
{
	struct signer signer = SIGNER_NONE;
	int r = keyfile_read(path, signer.key_text, err);

	if (r < 0)
		return r;
	jit_escape(path, signer.where, sizeof(signer.where));
	if (keyfile_public(signer.key_text, signer.public_key) < 0)
		return jit_error_set(err, -EINVAL,
			"%.300s is not a key file of jitctl keygen; keys of ssh-keygen "
			"are used "
			"through ssh-agent (ssh-add)",
			signer.where);
	sshkey_fingerprint(signer.public_key, signer.fingerprint);
	*ret = signer;
	return 0;
}

int
signer_open(const char *key_file, const char *which, struct signer *ret,
	struct jit_error *err)
{
	char path[KEYFILE_PATH_SIZE];

	if (key_file && which)
		return jit_error_set(err, -ENOTUNIQ,
			"--key chooses a key file, -k one of the agent's keys: give one "
			"of them");
	if (key_file)
		return open_file(key_file, ret, err);
	if (!which && keyfile_default_path(path) == 0 && access(path, F_OK) == 0)
		return open_file(path, ret, err);
	return open_agent(which, ret, err);
}

static int
sign_with_file(const struct signer *signer, const uint8_t *bytes, size_t len,
	uint8_t ret[crypto_sign_BYTES], struct jit_error *err)
{
	_cleanup_keyfile_pair_ struct keyfile_pair pair = { 0 };
	_cleanup_passphrase_ struct passphrase passphrase = { 0 };
	char prompt[sizeof(signer->where) + 32];
	int r;

	(void)snprintf(prompt, sizeof(prompt), "Passphrase for %s: ", signer->where);
	r = passphrase_ask(prompt, &passphrase, err);
	if (r < 0)
		return r;
	r = keyfile_unseal(signer->key_text, passphrase.text, &pair);
	if (r == -EBADMSG)
		return jit_error_set(
			err, -EKEYREJECTED, "wrong passphrase; nothing was signed");
	if (r < 0)
		return jit_error_set(err, r, "%.300s cannot be opened: %s", signer->where,
			strerror(-r));
	if (crypto_sign_detached(ret, NULL, bytes, len, pair.secret_key) != 0)
		return jit_error_set(err, -EINVAL, "signing failed");
	return 0;
}

int
signer_token(const struct signer *signer, const char *payload, const char *assertion,
	char **ret, struct jit_error *err)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	uint8_t signature[crypto_sign_BYTES];
	char footer[JIT_FOOTER_SIZE];
	size_t len;
	int r;

	jit_token_footer(signer->public_key, footer);
	r = jit_token_pae(payload, footer, assertion, &bytes, &len);
	if (r < 0)
		return jit_error_set(err, r, "out of memory");
	r = signer->agent_fd >= 0 ? agent_sign(signer->agent_fd, signer->public_key,
					    bytes, len, signature, err)
				  : sign_with_file(signer, bytes, len, signature, err);
	if (r < 0)
		return r;
	r = jit_token_assemble(payload, footer, signature, ret);
	if (r == -EFBIG)
		return jit_error_set(err, r,
			"this is too long for a token (%d characters): shorten reason or "
			"command",
			(int)JIT_TOKEN_MAX);
	return r < 0 ? jit_error_set(err, r, "out of memory") : 0;
}

int
signer_exit(int error)
{
	switch (-error) {
	case ENOKEY:
	case ENOENT: return JITCTL_NOT_FOUND;
	case ENOTUNIQ: return JITCTL_USAGE;
	case EACCES:
	case EPERM:
	case EKEYREJECTED: return JITCTL_NOT_ALLOWED;
	case EINVAL:
	case EFBIG:
	case ENODATA:
	case EBADMSG: return JITCTL_BAD_INPUT;
	case ECANCELED:
	case EINTR: return JITCTL_NO;
	case ENOMEM: return JITCTL_FAILED;
	default: return JITCTL_UNREACHABLE;
	}
}
