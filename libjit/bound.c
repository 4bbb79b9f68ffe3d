/*
 * Has what something runs under ended? Runs as: root, twice a second for everything that
 * runs.
 *
 * MUST cost a handful of system calls where nothing has happened; whatever is there is then
 * read with every check.
 */
#include <errno.h>

#include "access.h"
#include "escape.h"
#include "file.h"

/* Nothing below a missing directory could be seen. */
static int
directories_there(const struct jit_site *site)
{
	int r = site->lib < 0 ? site->lib : jit_file_there(site->lib, "locks");

	if (r > 0)
		r = jit_file_there(site->lib, "revoked");
	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

static int
tombstone_there(const struct jit_site *site, const struct jit_bound *bound)
{
	char path[sizeof("revoked/.end") + JIT_ID_LEN];
	int r = 0;

	if (bound->by_host) {
		(void)snprintf(path, sizeof(path), "uses/%s.end", bound->id);
		r = site->run < 0 ? site->run : jit_file_there(site->run, path);
	}
	if (r != 0)
		return r;
	(void)snprintf(path, sizeof(path), "revoked/%s.end", bound->id);
	return jit_file_there(site->lib, path);
}

/* What of it can be locked. */
static const char *
name_for(const struct jit_bound *bound, enum jit_lock_kind kind)
{
	switch (kind) {
	case JIT_LOCK_USER: return bound->subject;
	case JIT_LOCK_ROLE: return bound->role;
	case JIT_LOCK_KEY: return bound->kid;
	default: return "";
	}
}

static int
lock_there(const struct jit_site *site, const struct jit_bound *bound)
{
	for (int kind = JIT_LOCK_USER; kind <= JIT_LOCK_ALL; kind++) {
		const char *name = name_for(bound, (enum jit_lock_kind)kind);
		int r = kind != JIT_LOCK_ALL && !name[0]
			? 0
			: jit_lock_there(site, (enum jit_lock_kind)kind, name);

		if (r != 0)
			return r;
	}
	return 0;
}

static int
locked(const struct jit_site *site, const struct jit_bound *bound,
	const struct jit_now *now, char ret_by[JIT_NAME_MAX + 1],
	char ret_reason[JIT_REASON_MAX + 1])
{
	_cleanup_locks_ struct jit_locks locks = { 0 };
	char text[JIT_REASON_MAX + 16];
	int r = jit_locks_load(site, now, &locks);

	for (int kind = JIT_LOCK_USER; r == 0 && kind <= JIT_LOCK_ALL; kind++) {
		const char *name = name_for(bound, (enum jit_lock_kind)kind);
		const struct jit_lock *lock =
			jit_locks_find(&locks, (enum jit_lock_kind)kind, name);

		if (!lock)
			continue;
		(void)snprintf(ret_by, JIT_NAME_MAX + 1, "%s", lock->by);
		(void)snprintf(text, sizeof(text), "locked%s%s",
			lock->reason[0] ? ": " : "", lock->reason);
		jit_escape(text, ret_reason, JIT_REASON_MAX + 1); /* it may be cut */
		return 1;
	}
	return r;
}

int
jit_access_ended(const struct jit_site *site, const struct jit_bound *bound,
	const struct jit_now *now, char ret_by[JIT_NAME_MAX + 1],
	char ret_reason[JIT_REASON_MAX + 1])
{
	int r = directories_there(site);

	if (r < 0)
		return r;
	if (bound->id[0]) {
		r = tombstone_there(site, bound);
		if (r > 0)
			r = jit_store_ended(site, bound->id, bound->subject,
				bound->by_host, ret_by, ret_reason);
		if (r != 0)
			return r;
	}
	r = lock_there(site, bound);
	return r > 0 ? locked(site, bound, now, ret_by, ret_reason) : r;
}
