/*
 * What is locked or unlocked.
 *
 * Runs as root. MUST work when policy and keys cannot be read: a lock is for bad days.
 */
#include "jitctl/lock_target.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "config.h"
#include "jitctl/conf_source.h"
#include "jitctl/sshkey.h"
#include "jitctl/trusted_keys.h"
#include "libjit/escape.h"
#include "libjit/parse.h"
#include "libjit/policy.h"

#define FINGERPRINT "SHA256:"
#define KID "k4.pid."

static int
take_name(const char *what, const char *typed, struct lock_target *target,
	struct jit_error *err)
{
	char shown[256];

	if (!jit_name_valid(typed))
		return jit_error_set(err, -EINVAL, "%s is no name of a %s",
			jit_escape(typed, shown, sizeof(shown)), what);
	(void)snprintf(target->name, sizeof(target->name), "%s", typed);
	return 0;
}

static bool
role_is_known(const struct jit_site *site, const char *name)
{
	struct jit_policy policy = JIT_POLICY_NONE;
	struct jit_role role = { 0 };
	bool known = jit_policy_open(site, &policy, NULL) == 0 &&
		jit_policy_role(&policy, name, &role) == 0;

	jit_role_done(&role);
	jit_policy_close(&policy);
	return known;
}

static int
find_role(const struct jit_site *site, const char *typed, struct lock_target *target,
	struct jit_error *err)
{
	int r = take_name("role", typed, target, err);

	target->kind = JIT_LOCK_ROLE;
	if (r == 0)
		target->unknown = !role_is_known(site, target->name);
	return r;
}

/* ---- keys ---- */

static bool
is_that_key(const struct jit_key *key, const char *typed)
{
	char fingerprint[SSHKEY_FINGERPRINT_SIZE], kid[JIT_KID_LEN + 1];

	sshkey_fingerprint(key->public_key, fingerprint);
	jit_key_id(key->public_key, kid);
	return jit_streq(fingerprint, typed) || jit_streq(kid, typed);
}

/* What of them can be read. */
static void
read_trusted(const struct jit_site *site, struct trusted_keys *ret)
{
	struct conf_problems problems = { 0 };
	struct conf_source source = { 0 };
	struct conf_arena arena = { 0 };

	if (conf_source_read(site, "trusted_keys", JIT_KEYS_FILE_MAX, &arena, &source,
		    &problems) == 0)
		trusted_keys_parse(&source, NULL, ret, &problems);
	conf_problems_done(&problems);
	conf_arena_done(&arena);
	free((void *)source.text);
}

static bool
find_trusted(const struct jit_site *site, const char *typed, struct lock_target *target)
{
	struct trusted_keys keys = { 0 };
	bool found = false;

	read_trusted(site, &keys);
	for (size_t i = 0; i < keys.n && !found; i++) {
		found = is_that_key(&keys.v[i], typed);
		if (!found)
			continue;
		jit_key_id(keys.v[i].public_key, target->name);
		(void)snprintf(
			target->owner, sizeof(target->owner), "%s", keys.v[i].principal);
	}
	trusted_keys_done(&keys);
	return found;
}

static bool
has_trusted(const struct jit_site *site, const char *user)
{
	struct trusted_keys keys = { 0 };
	bool found = false;

	read_trusted(site, &keys);
	for (size_t i = 0; i < keys.n && !found; i++)
		found = jit_streq(keys.v[i].principal, user);
	trusted_keys_done(&keys);
	return found;
}

static int
find_user(const struct jit_site *site, const char *typed, struct lock_target *target,
	struct jit_error *err)
{
	int r = take_name("user", typed, target, err);

	target->kind = JIT_LOCK_USER;
	if (r < 0)
		return r;
	target->unknown = getpwnam(target->name) == NULL;
	target->has_keys = has_trusted(site, target->name);
	return 0;
}

/* The id of a key that is not in trusted_keys (any more, or the host's own) does too: it
 * stands in listings and in the record. */
static int
find_key(const struct jit_site *site, const char *typed, struct lock_target *target,
	struct jit_error *err)
{
	char shown[256];

	target->kind = JIT_LOCK_KEY;
	if (find_trusted(site, typed, target))
		return 0;
	target->unknown = true;
	if (strncmp(typed, KID, strlen(KID)) == 0 && strlen(typed) == JIT_KID_LEN)
		return take_name("key", typed, target, err);
	if (strncmp(typed, FINGERPRINT, strlen(FINGERPRINT)) == 0)
		return jit_error_set(err, -ENOENT,
			JIT_ETC_DIR
			"/trusted_keys has no key %s: ssh-keygen -lf shows its "
			"fingerprints; a key that is not there any more is named by its "
			"id, " KID "...",
			jit_escape(typed, shown, sizeof(shown)));
	return jit_error_set(err, -EINVAL,
		"--key: a fingerprint, " FINGERPRINT "..., or a key's id, " KID "...");
}

int
lock_target_find(const struct jit_site *site, const struct lock_options *o,
	struct lock_target *ret, struct jit_error *err)
{
	struct lock_target target = { 0 };
	int n = (o->user != NULL) + (o->role != NULL) + (o->key != NULL) + o->all, r = 0;

	if (n != 1)
		return jit_error_set(
			err, -EINVAL, "one of: USER, --role ROLE, --key KEY, --all");
	if (o->user)
		r = find_user(site, o->user, &target, err);
	else if (o->role)
		r = find_role(site, o->role, &target, err);
	else if (o->key)
		r = find_key(site, o->key, &target, err);
	else
		target.kind = JIT_LOCK_ALL;
	if (r == 0)
		*ret = target;
	return r;
}

const char *
lock_target_show(const struct lock_target *target, char buf[LOCK_TARGET_SHOWN_SIZE])
{
	if (target->kind == JIT_LOCK_ALL)
		(void)snprintf(buf, LOCK_TARGET_SHOWN_SIZE, "everything");
	else if (target->kind == JIT_LOCK_KEY && target->owner[0])
		(void)snprintf(buf, LOCK_TARGET_SHOWN_SIZE, "%s's key %s", target->owner,
			target->name);
	else
		(void)snprintf(buf, LOCK_TARGET_SHOWN_SIZE, "%s %s",
			jit_lock_kind_name(target->kind), target->name);
	return buf;
}
