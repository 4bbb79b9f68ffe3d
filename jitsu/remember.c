/*
 * Remembered authentications. Runs as: root.
 *
 * MUST compare every field; MUST treat a file that is not exactly as we write it as empty;
 * MUST name it by uid and keep the account's name in it: a reused uid inherits nothing.
 */
#include "remember.h"

#include <errno.h>
#include <string.h>

#include "libjit/file.h"

#define MAGIC "jitauth2"

enum { REMEMBER_MAX = 32 };

struct remembered {
	size_t n;
	struct remember v[REMEMBER_MAX + 1];
};

int
remember_key(const struct caller *caller, const char *name, const char *target,
	const char *grant, const char *second, const struct jit_now *now,
	struct remember *ret)
{
	struct remember key;

	if (!caller->tty_device || caller->session <= 0 || !caller->leader_start)
		return -ENOTTY;
	(void)memset(&key, 0, sizeof(key)); /* padding too */
	(void)memcpy(key.magic, MAGIC, sizeof(key.magic));
	key.uid = caller->id.uid;
	key.auth_uid = caller->id.uid;
	key.tty_device = caller->tty_device;
	key.session = (uint64_t)caller->session;
	key.leader_start = caller->leader_start;
	(void)snprintf(key.name, sizeof(key.name), "%s", name);
	(void)snprintf(key.target, sizeof(key.target), "%s", target);
	(void)snprintf(key.second, sizeof(key.second), "%s", second);
	(void)snprintf(key.grant, sizeof(key.grant), "%s", grant);
	(void)snprintf(key.boot_id, sizeof(key.boot_id), "%s", now->boot_id);
	*ret = key;
	return 0;
}

bool
remember_equal(const struct remember *a, const struct remember *b)
{
	return memcmp(a->magic, b->magic, sizeof(a->magic)) == 0 && a->uid == b->uid &&
		a->auth_uid == b->auth_uid && a->tty_device == b->tty_device &&
		a->session == b->session && a->leader_start == b->leader_start &&
		strncmp(a->name, b->name, sizeof(a->name)) == 0 &&
		strncmp(a->target, b->target, sizeof(a->target)) == 0 &&
		strncmp(a->second, b->second, sizeof(a->second)) == 0 &&
		strncmp(a->grant, b->grant, sizeof(a->grant)) == 0 &&
		strncmp(a->boot_id, b->boot_id, sizeof(a->boot_id)) == 0;
}

static int
open_dir(const struct jit_site *site, uid_t uid, char name[16])
{
	(void)snprintf(name, 16, "%u", (unsigned)uid);
	return jit_dir_make(site->run, "auth", site->owner);
}

static void
load(const struct jit_site *site, int dir, const char *name, struct remembered *ret)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;

	ret->n = 0;
	if (jit_file_read(dir, name, site->owner, 0600, sizeof(ret->v), &text, &len) < 0)
		return;
	if (len % sizeof(ret->v[0]) != 0 || len / sizeof(ret->v[0]) > REMEMBER_MAX)
		return;
	ret->n = len / sizeof(ret->v[0]);
	(void)memcpy(ret->v, text, len);
}

bool
remember_has(const struct jit_site *site, const struct remember *key)
{
	struct remembered all;
	char name[16];
	_cleanup_close_ int dir = open_dir(site, key->uid, name);

	if (dir < 0)
		return false;
	load(site, dir, name, &all);
	for (size_t i = 0; i < all.n; i++)
		if (remember_equal(&all.v[i], key))
			return true;
	return false;
}

int
remember_add(const struct jit_site *site, const struct remember *key)
{
	struct remembered all;
	char name[16];
	_cleanup_close_ int dir = open_dir(site, key->uid, name);
	size_t first;

	if (dir < 0)
		return dir;
	load(site, dir, name, &all);
	all.v[all.n++] = *key;
	first = all.n > REMEMBER_MAX ? 1 : 0;
	return jit_file_replace(
		dir, name, 0600, &all.v[first], (all.n - first) * sizeof(all.v[0]));
}

int
remember_forget(const struct jit_site *site, const struct caller *caller)
{
	struct remembered all;
	char name[16];
	_cleanup_close_ int dir = open_dir(site, caller->id.uid, name);
	size_t kept = 0;

	if (dir < 0)
		return dir;
	load(site, dir, name, &all);
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].tty_device != caller->tty_device ||
			all.v[i].session != (uint64_t)caller->session)
			all.v[kept++] = all.v[i];
	if (kept == 0) {
		int r = jit_file_remove(dir, name);

		return r == -ENOENT ? 0 : r;
	}
	return jit_file_replace(dir, name, 0600, all.v, kept * sizeof(all.v[0]));
}
