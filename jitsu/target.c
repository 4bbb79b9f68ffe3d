/*
 * The account that the command becomes. Runs as: root.
 *
 * MUST refuse an entry that is not the one asked for, an id beyond INT_MAX or -1
 * (CVE-2018-19788), and a home or shell that is no absolute path.
 */
#include "target.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>

#include "libjit/parse.h"

enum { ENTRY_MAX = 65536, GROUPS_FIRST = 64 };

void
target_done(struct target *target)
{
	free(target->groups);
	*target = (struct target){ 0 };
}

static int
copy_path(char *ret, size_t size, const char *path)
{
	int n;

	if (!path || path[0] != '/')
		return -EINVAL;
	n = snprintf(ret, size, "%s", path);
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

static int
find_account(const char *name, struct target *ret)
{
	_cleanup_free_ char *buf = malloc(ENTRY_MAX);
	struct passwd entry, *found = NULL;
	int r;

	if (!buf)
		return -ENOMEM;
	r = getpwnam_r(name, &entry, buf, ENTRY_MAX, &found);
	if (!found)
		return r == 0 || r == ENOENT || r == ESRCH ? -ENOENT : -r;
	if (strcmp(entry.pw_name, name) != 0 || entry.pw_uid > INT_MAX ||
		entry.pw_gid > INT_MAX)
		return -ENOENT;
	(void)snprintf(ret->name, sizeof(ret->name), "%s", name);
	ret->uid = entry.pw_uid;
	ret->gid = entry.pw_gid;
	if (copy_path(ret->shell, sizeof(ret->shell), entry.pw_shell) < 0)
		(void)snprintf(ret->shell, sizeof(ret->shell), "/bin/sh"); /* passwd(5) */
	if (copy_path(ret->home, sizeof(ret->home), entry.pw_dir) < 0)
		(void)snprintf(ret->home, sizeof(ret->home), "/");
	(void)snprintf(ret->full_name, sizeof(ret->full_name), "%.*s",
		(int)strcspn(entry.pw_gecos ? entry.pw_gecos : "", ","),
		entry.pw_gecos ? entry.pw_gecos : "");
	return 0;
}

static int
find_groups(struct target *ret)
{
	for (int size = GROUPS_FIRST; size <= JIT_GROUPS_MAX; size *= 2) {
		int n = size;
		gid_t *groups = reallocarray(ret->groups, (size_t)size, sizeof(*groups));

		if (!groups)
			return -ENOMEM;
		ret->groups = groups;
		if (getgrouplist(ret->name, ret->gid, groups, &n) < 0)
			continue;
		ret->n_groups = (size_t)n;
		return 0;
	}
	return -E2BIG;
}

int
target_find(const char *name, struct target *ret)
{
	struct target target = { 0 };
	int r = jit_name_valid(name) ? find_account(name, &target) : -ENOENT;

	if (r == 0)
		r = find_groups(&target);
	if (r < 0) {
		target_done(&target);
		return r;
	}
	*ret = target;
	return 0;
}
