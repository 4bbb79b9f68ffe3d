/*
 * Drift, looked for and recorded.
 *
 * Runs as root. MUST NOT change what is in force. MUST record one drift once, however often
 * somebody looks.
 */
#include "jitctl/drift.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "config.h"
#include "jitctl/compile.h"
#include "libjit/audit.h"
#include "libjit/file.h"
#include "libjit/policy.h"

#define MARK_FILE "drift" /* LIB/drift: the mark of what was recorded last */

enum { KEYS_CDB_MAX = 64 * 1024 * 1024 };

/* ---- looking ---- */

static bool
find_host_key(const struct jit_site *site, struct jit_key *ret)
{
	_cleanup_host_key_ struct jit_host_key secret = { 0 };

	if (jit_host_key_load(site, &secret, NULL) < 0)
		return false;
	*ret = (struct jit_key){ .principal = "host", .is_host = true };
	memcpy(ret->public_key, secret.sign_public, sizeof(ret->public_key));
	memcpy(ret->machine_id, secret.machine_id, JIT_ID_LEN);
	return true;
}

/* Compiling is exact: the same keys give the same bytes. */
static bool
keys_in_force(const struct jit_site *site, const struct compiled *wanted)
{
	_cleanup_free_ char *found = NULL;
	size_t len;

	return site->lib >= 0 &&
		jit_file_read(site->lib, "keys.cdb", site->owner, 0600, KEYS_CDB_MAX,
			&found, &len) == 0 &&
		len == wanted->len && memcmp(found, wanted->buf, len) == 0;
}

static bool
keys_differ(const struct jit_site *site, const struct conf_source *source)
{
	__attribute__((cleanup(compiled_done))) struct compiled wanted = { 0 };
	struct conf_problems problems = { 0 };
	struct trusted_keys keys = { 0 };
	struct jit_key host;
	bool has_host = find_host_key(site, &host), differ;

	if (source)
		trusted_keys_parse(
			source, has_host ? host.public_key : NULL, &keys, &problems);
	differ = problems.count[CONF_ERROR] > 0 ||
		compile_keys(&keys, has_host ? &host : NULL, &wanted) < 0 ||
		!keys_in_force(site, &wanted);
	trusted_keys_done(&keys);
	conf_problems_done(&problems);
	return differ;
}

static void
make_mark(const char *hash, const struct conf_source *keys, char ret[CONF_HASH_SIZE])
{
	crypto_generichash_state state;
	uint8_t mark[32];

	crypto_generichash_init(&state, NULL, 0, sizeof(mark));
	crypto_generichash_update(&state, (const uint8_t *)hash, strlen(hash));
	if (keys)
		crypto_generichash_update(&state, (const uint8_t *)keys->text, keys->len);
	crypto_generichash_final(&state, mark, sizeof(mark));
	sodium_bin2hex(ret, CONF_HASH_SIZE, mark, sizeof(mark));
}

void
drift_look(const struct jit_site *site, const struct conf_sources *sources,
	const struct conf_source *keys, struct drift *ret)
{
	struct jit_policy policy = JIT_POLICY_NONE;

	*ret = (struct drift){ 0 };
	if (jit_policy_open(site, &policy, NULL) == 0)
		(void)snprintf(ret->in_force, sizeof(ret->in_force), "%.64s",
			policy.globals.hash);
	jit_policy_close(&policy);
	ret->policy = !jit_streq(ret->in_force, sources->hash);
	ret->keys = keys_differ(site, keys);
	make_mark(sources->hash, keys, ret->mark);
}

/* ---- recording ---- */

static bool
is_recorded(const struct jit_site *site, const struct drift *drift)
{
	_cleanup_free_ char *text = NULL;

	return site->lib >= 0 &&
		jit_file_read(site->lib, MARK_FILE, site->owner, 0600, CONF_HASH_SIZE,
			&text, NULL) == 0 &&
		jit_streq(text, drift->mark);
}

bool
drift_record(const struct jit_site *site, const struct drift *drift, const char *why)
{
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_POLICY_DRIFT);
	char text[768];

	if (!drift->policy && !drift->keys) {
		if (site->lib >= 0)
			(void)!jit_file_remove(site->lib, MARK_FILE);
		return false;
	}
	if (is_recorded(site, drift))
		return false;
	(void)snprintf(text, sizeof(text), "%s is not what is in force%s%s",
		!drift->keys            ? "the policy in " JIT_ETC_DIR
			: drift->policy ? "what is in " JIT_ETC_DIR
					: JIT_ETC_DIR "/trusted_keys",
		why ? ": " : "", why ? why : "");
	audit.policy = drift->in_force[0] ? drift->in_force : NULL;
	audit.why = text;
	if (jit_audit_write(site, &audit) < 0)
		return false; /* the next look tries again */
	if (site->lib >= 0)
		(void)!jit_file_replace(
			site->lib, MARK_FILE, 0600, drift->mark, strlen(drift->mark));
	return true;
}
