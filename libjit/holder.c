/*
 * Whose grant is this? Runs as: root. Costs a look into each account's directory, and reads
 * no grant.
 */
#include "holder.h"

#include <errno.h>

#include "file.h"
#include "parse.h"
#include "state.h"

enum { PATH_SIZE = sizeof("uses/.whose") + JIT_ID_LEN };

static void
note_name(const char *id, char ret[PATH_SIZE])
{
	(void)snprintf(ret, PATH_SIZE, "%s.whose", id);
}

int
jit_holder_note(
	const struct jit_site *site, const struct jit_grant *grant, const char *user)
{
	_cleanup_close_ int dirfd = -1;
	char name[PATH_SIZE];
	int r;

	if (!grant->req[0])
		return 0;
	dirfd = site->lib < 0 ? site->lib : jit_dir_make(site->lib, "uses", site->owner);
	if (dirfd < 0)
		return dirfd;
	note_name(grant->req, name);
	r = jit_state_create(dirfd, name, json_pack("{s:s}", "user", user));
	return r == -EEXIST ? 0 : r;
}

static int
read_user(int dirfd, const char *name, const struct jit_site *site,
	char ret_user[JIT_NAME_MAX + 1])
{
	json_auto_t *object = NULL;
	int r = jit_state_read(dirfd, name, site->owner, &object);

	return r < 0 ? r : jit_state_string(object, "user", ret_user, JIT_NAME_MAX + 1);
}

static int
find_note(const struct jit_site *site, const char *id, char ret_user[JIT_NAME_MAX + 1])
{
	_cleanup_close_ int dirfd =
		site->lib < 0 ? site->lib : jit_dir_open(site->lib, "uses", site->owner);
	char name[PATH_SIZE];

	if (dirfd < 0)
		return dirfd;
	note_name(id, name);
	return read_user(dirfd, name, site, ret_user);
}

/* Each account's directory below grants, for a file of this name. */
static int
find_file(int base, const struct jit_site *site, const char *id,
	char ret_user[JIT_NAME_MAX + 1])
{
	_cleanup_dir_ DIR *dir = NULL;
	const struct dirent *entry;
	int r = jit_dir_stream(
		base < 0 ? base : jit_dir_open(base, "grants", site->owner), &dir);

	if (r < 0)
		return r;
	while (errno = 0, (entry = readdir(dir))) {
		char path[sizeof(entry->d_name) + 1 + JIT_ID_LEN];
		uid_t uid;

		if (jit_parse_uid(entry->d_name, &uid) < 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", entry->d_name, id);
		if (jit_file_there(dirfd(dir), path) > 0)
			return read_user(dirfd(dir), path, site, ret_user);
	}
	return errno ? -errno : -ENOENT;
}

int
jit_holder_find(
	const struct jit_site *site, const char *id, char ret_user[JIT_NAME_MAX + 1])
{
	int r;

	if (!jit_id_valid(id))
		return -ENOENT;
	r = find_note(site, id, ret_user);
	if (r == -ENOENT)
		r = find_file(site->lib, site, id, ret_user);
	if (r == -ENOENT)
		r = find_file(site->run, site, id, ret_user);
	return r;
}
