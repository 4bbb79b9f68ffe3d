/*
 * Uses of break-glass. Runs as: root.
 *
 * MUST NOT take away one that nobody has reviewed.
 */
#include "break_glass.h"

#include <errno.h>
#include <string.h>

#include "file.h"
#include "parse.h"
#include "state.h"

enum { LIST_MAX = 100000 };

static int
uses_open(const struct jit_site *site, bool make)
{
	_cleanup_close_ int archive = -1;

	if (site->lib < 0)
		return site->lib;
	archive = make ? jit_dir_make(site->lib, "archive", site->owner)
		       : jit_dir_open(site->lib, "archive", site->owner);
	if (archive < 0)
		return archive;
	return make ? jit_dir_make(archive, "break-glass", site->owner)
		    : jit_dir_open(archive, "break-glass", site->owner);
}

/* ---- one file ---- */

#define STRING(object, key, field) jit_state_string(object, key, field, sizeof(field))

static int
use_read(const struct jit_site *site, int dirfd, const char *id,
	struct jit_break_glass *ret)
{
	json_auto_t *object = NULL;
	struct jit_break_glass use = { 0 };
	int64_t uid;
	int r;

	if (!jit_id_valid(id))
		return -ENOENT;
	r = jit_state_read(dirfd, id, site->owner, &object);
	if (r < 0)
		return r;
	if (jit_state_integer(object, "uid", &uid) < 0 || uid < 0 || uid > INT32_MAX ||
		STRING(object, "sub", use.sub) < 0 ||
		STRING(object, "role", use.role) < 0 ||
		STRING(object, "target", use.target) < 0 ||
		STRING(object, "reason", use.reason) < 0 ||
		STRING(object, "command", use.command_shown) < 0 ||
		STRING(object, "seen_by", use.seen_by) < 0 ||
		STRING(object, "seen_reason", use.seen_reason) < 0 ||
		jit_state_integer(object, "started", &use.started_sec) < 0 ||
		jit_state_integer(object, "ended", &use.ended_sec) < 0 ||
		jit_state_integer(object, "seen", &use.seen_sec) < 0)
		return -EBADMSG;
	use.uid = (uid_t)uid;
	memcpy(use.id, id, sizeof(use.id));
	*ret = use;
	return 0;
}

static json_t *
use_json(const struct jit_break_glass *use)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "uid",
		(json_int_t)use->uid, "sub", use->sub, "role", use->role, "target",
		use->target, "reason", use->reason, "command", use->command_shown,
		"seen_by", use->seen_by, "seen_reason", use->seen_reason, "started",
		(json_int_t)use->started_sec, "ended", (json_int_t)use->ended_sec, "seen",
		(json_int_t)use->seen_sec);
}

int
jit_break_glass_add(const struct jit_site *site, const struct jit_break_glass *use)
{
	_cleanup_close_ int dirfd = -1;

	if (!jit_id_valid(use->id))
		return -EINVAL;
	dirfd = uses_open(site, true);
	return dirfd < 0 ? dirfd : jit_state_create(dirfd, use->id, use_json(use));
}

int
jit_break_glass_find(
	const struct jit_site *site, const char *id, struct jit_break_glass *ret)
{
	_cleanup_close_ int dirfd = uses_open(site, false);

	return dirfd < 0 ? dirfd : use_read(site, dirfd, id, ret);
}

/* ---- all ---- */

void
jit_break_glass_list_done(struct jit_break_glass_list *list)
{
	free(list->v);
	*list = (struct jit_break_glass_list){ 0 };
}

static int
list_add(struct jit_break_glass_list *list, const struct jit_break_glass *use)
{
	struct jit_break_glass *v = reallocarray(list->v, list->n + 1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	list->v = v;
	list->v[list->n++] = *use;
	return 0;
}

static int
newest_first(const void *a, const void *b)
{
	const struct jit_break_glass *x = a, *y = b;

	return (x->started_sec < y->started_sec) - (x->started_sec > y->started_sec);
}

static int
list_fill(const struct jit_site *site, int dirfd, struct jit_break_glass_list *list)
{
	_cleanup_dir_ DIR *dir = NULL;
	const struct dirent *entry;
	int r = jit_dir_stream(jit_dir_open(dirfd, ".", site->owner), &dir);

	if (r < 0)
		return r;
	while (errno = 0, (entry = readdir(dir))) {
		struct jit_break_glass use;

		if (list->n >= LIST_MAX)
			break;
		if (use_read(site, dirfd, entry->d_name, &use) == 0 &&
			list_add(list, &use) < 0)
			return -ENOMEM;
	}
	return -errno;
}

int
jit_break_glass_list(const struct jit_site *site, struct jit_break_glass_list *ret)
{
	_cleanup_close_ int dirfd = uses_open(site, false);
	struct jit_break_glass_list list = { 0 };
	int r;

	if (dirfd < 0 && dirfd != -ENOENT)
		return dirfd;
	r = dirfd < 0 ? 0 : list_fill(site, dirfd, &list);
	if (r < 0) {
		jit_break_glass_list_done(&list);
		return r;
	}
	if (list.n)
		qsort(list.v, list.n, sizeof(*list.v), newest_first);
	*ret = list;
	return 0;
}

/* ---- changing ---- */

/* Opened for a change: with the lock, which goes with *ret_dirfd. */
static int
use_take(const struct jit_site *site, const char *id, int *ret_dirfd,
	struct jit_break_glass *ret)
{
	_cleanup_close_ int dirfd = uses_open(site, false);
	int r = dirfd < 0 ? dirfd : jit_file_lock(dirfd);

	if (r == 0)
		r = use_read(site, dirfd, id, ret);
	if (r == 0)
		*ret_dirfd = TAKE_FD(dirfd);
	return r;
}

int
jit_break_glass_mark(const struct jit_site *site, const char *id, const char *by,
	const char *reason, int64_t now_sec)
{
	_cleanup_close_ int dirfd = -1;
	struct jit_break_glass use;
	int r = use_take(site, id, &dirfd, &use);

	if (r < 0)
		return r;
	if (use.seen_sec)
		return -EALREADY;
	use.seen_sec = now_sec;
	(void)snprintf(use.seen_by, sizeof(use.seen_by), "%s", by);
	(void)snprintf(
		use.seen_reason, sizeof(use.seen_reason), "%s", reason ? reason : "");
	return jit_state_replace(dirfd, id, use_json(&use));
}

int
jit_break_glass_ended(const struct jit_site *site, const char *id, int64_t now_sec)
{
	_cleanup_close_ int dirfd = -1;
	struct jit_break_glass use;
	/* most grants are none, and take no lock */
	int r = jit_break_glass_find(site, id, &use);

	if (r == 0)
		r = use_take(site, id, &dirfd, &use);
	if (r < 0 || use.ended_sec)
		return r;
	use.ended_sec = now_sec;
	return jit_state_replace(dirfd, id, use_json(&use));
}

void
jit_break_glass_trim(const struct jit_site *site, int64_t before_sec)
{
	_cleanup_close_ int dirfd = uses_open(site, false);
	_cleanup_break_glass_ struct jit_break_glass_list list = { 0 };

	if (dirfd < 0 || list_fill(site, dirfd, &list) < 0)
		return;
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i].seen_sec && list.v[i].started_sec < before_sec)
			(void)!jit_file_remove(dirfd, list.v[i].id);
}
