/*
 * A signed policy, judged.
 *
 * Runs as root. MUST verify before it parses, and read each file once: what is judged is
 * what is compiled. MUST NOT let a serial fall.
 */
#include "jitctl/signed.h"

#include <errno.h>
#include <string.h>

#include "config.h"
#include "jitctl/sshsig.h"
#include "libjit/file.h"
#include "libjit/parse.h"

#define SERIAL_FILE "serial"

enum { SERIAL_FILE_MAX = 128 };

/* ---- the serial that was accepted last ---- */

/* `SERIAL HASH` and a newline. */
static int
parse_serial(char *text, struct signed_policy *ret)
{
	char *hash = strchr(text, ' ');

	if (!hash || strlen(hash) != MANIFEST_HASH_SIZE + 1)
		return -EBADMSG;
	*hash++ = '\0';
	(void)snprintf(ret->hash, sizeof(ret->hash), "%.64s", hash);
	return jit_parse_u64(text, MANIFEST_SERIAL_MAX, &ret->serial) < 0 ? -EBADMSG : 0;
}

int
signed_serial(const struct jit_site *site, struct signed_policy *ret)
{
	_cleanup_free_ char *text = NULL;
	struct signed_policy found = { 0 };
	int r = site->lib < 0 ? site->lib
			      : jit_file_read(site->lib, SERIAL_FILE, site->owner, 0600,
					SERIAL_FILE_MAX, &text, NULL);

	if (r == 0)
		r = parse_serial(text, &found);
	else if (r == -ENOENT)
		r = 0;
	if (r == 0)
		*ret = found;
	return r;
}

int
signed_accept(const struct jit_site *site, const struct signed_policy *policy)
{
	char text[SERIAL_FILE_MAX];
	int n = snprintf(text, sizeof(text), "%llu %s\n",
		(unsigned long long)policy->serial, policy->hash);

	return jit_file_replace(site->lib, SERIAL_FILE, 0600, text, (size_t)n);
}

static int
check_serial(const struct jit_site *site, const struct signed_policy *policy,
	struct jit_error *err)
{
	struct signed_policy last;
	int r = signed_serial(site, &last);

	if (r < 0)
		return jit_error_set(
			err, r, JIT_LIB_DIR "/" SERIAL_FILE " %s", jit_file_problem(r));
	if (policy->serial < last.serial)
		return jit_error_set(err, -ESTALE,
			"its serial is %llu, and %llu was in force here already: sign "
			"with a higher one",
			(unsigned long long)policy->serial,
			(unsigned long long)last.serial);
	if (policy->serial == last.serial && !jit_streq(policy->hash, last.hash))
		return jit_error_set(err, -ESTALE,
			"another policy was in force here with its serial, %llu: sign "
			"with a higher one",
			(unsigned long long)policy->serial);
	return 0;
}

/* ---- the manifest ---- */

static int
read_text(const struct jit_site *site, const char *name, size_t max, char **ret,
	size_t *ret_len, struct jit_error *err)
{
	int r = site->etc < 0
		? site->etc
		: jit_file_read(site->etc, name, site->owner, 0755, max, ret, ret_len);

	if (r < 0)
		return jit_error_set(err, r,
			JIT_ETC_DIR
			"/%s %s: this jitctl loads signed policies only, see jit-keys(5)",
			name, jit_file_problem(r));
	return 0;
}

/* The manifest's text, once its signature holds. */
static int
read_manifest(const struct jit_site *site, const uint8_t key[32], char **ret,
	size_t *ret_len, struct jit_error *err)
{
	_cleanup_free_ char *text = NULL, *signature = NULL;
	struct jit_error why = { 0 };
	size_t len, unused;
	int r = read_text(site, "manifest", MANIFEST_MAX, &text, &len, err);

	if (r == 0)
		r = read_text(
			site, "manifest.sig", SSHSIG_TEXT_MAX, &signature, &unused, err);
	if (r < 0)
		return r;
	r = sshsig_verify(signature, text, len, MANIFEST_NAMESPACE, key, &why);
	if (r < 0)
		return jit_error_set(err, r,
			JIT_ETC_DIR
			"/manifest.sig is not the signature that is needed: %s",
			why.text);
	*ret = TAKE_PTR(text);
	*ret_len = len;
	return 0;
}

static int
judge(const struct jit_site *site, const struct manifest *manifest,
	const struct conf_sources *sources, const struct conf_source *keys,
	struct signed_policy *policy, struct jit_error *err)
{
	struct jit_error why = { 0 };
	int r;

	policy->serial = manifest->serial;
	r = check_serial(site, policy, &why);
	if (r < 0)
		return jit_error_set(err, r, JIT_ETC_DIR "/manifest: %s", why.text);
	return manifest_check(manifest, sources, keys, err);
}

int
signed_check(const struct jit_site *site, const uint8_t key[32],
	const struct conf_sources *sources, const struct conf_source *keys,
	struct signed_policy *ret, struct jit_error *err)
{
	_cleanup_free_ char *text = NULL;
	struct signed_policy policy = { 0 };
	struct jit_error why = { 0 };
	struct manifest manifest;
	size_t len;
	int r = read_manifest(site, key, &text, &len, err);

	if (r < 0)
		return r;
	r = manifest_parse(text, len, &manifest, &why);
	if (r < 0)
		return jit_error_set(err, r, JIT_ETC_DIR "/manifest: %s", why.text);
	manifest_hash(text, len, policy.hash);
	r = judge(site, &manifest, sources, keys, &policy, err);
	manifest_done(&manifest);
	if (r == 0)
		*ret = policy;
	return r;
}
