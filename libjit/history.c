/*
 * Requests that are over, in the archive: archive/YYYY-MM/ID.request. Runs as: root.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "parse.h"
#include "request_file.h"
#include "store.h"

#define SUFFIX ".request"
enum {
	MONTH_SIZE = sizeof("YYYY-MM"),
	MONTHS_MAX = 1200, /* a hundred years */
	LOOK_BACK = 2,     /* months in which one that is just over can be */
	MONTH_FILES_MAX = 1000000,
};

struct months {
	size_t n;
	char v[MONTHS_MAX][MONTH_SIZE];
};

static bool
is_month(const char *name)
{
	char date[MONTH_SIZE + 3];
	int64_t sec;

	if (strlen(name) != MONTH_SIZE - 1)
		return false;
	(void)snprintf(date, sizeof(date), "%s-01", name);
	return jit_parse_date_end(date, &sec) == 0;
}

static int
newest_first(const void *a, const void *b)
{
	return -strcmp(a, b);
}

/* The months of the archive, the newest first. */
static int
months_list(int archive, const struct jit_site *site, struct months *ret)
{
	_cleanup_dir_ DIR *dir = NULL;
	const struct dirent *entry;
	int r = jit_dir_stream(jit_dir_open(archive, ".", site->owner), &dir);

	ret->n = 0;
	if (r < 0)
		return r;
	while (errno = 0, (entry = readdir(dir)))
		if (ret->n < MONTHS_MAX && is_month(entry->d_name))
			memcpy(ret->v[ret->n++], entry->d_name, MONTH_SIZE);
	qsort(ret->v, ret->n, sizeof(ret->v[0]), newest_first);
	return 0;
}

static int
archive_open(const struct jit_site *site)
{
	return site->lib < 0 ? site->lib
			     : jit_dir_open(site->lib, "archive", site->owner);
}

/* One file of the last months. request NULL: is it there? -ENOENT: it is not. */
static int
find_file(const struct jit_site *site, const char *name, struct jit_open_request *request)
{
	_cleanup_close_ int archive = archive_open(site);
	_cleanup_free_ struct months *months = malloc(sizeof(*months));
	int r;

	if (archive < 0)
		return archive;
	if (!months)
		return -ENOMEM;
	r = months_list(archive, site, months);
	if (r < 0)
		return r;
	for (size_t i = 0; i < months->n && i < LOOK_BACK; i++) {
		_cleanup_close_ int month =
			jit_dir_open(archive, months->v[i], site->owner);

		r = month < 0 ? month : jit_file_there(month, name);
		if (r > 0)
			return request
				? jit_request_file_read(month, name, site->owner, request)
				: 0;
		if (r < 0 && r != -ENOENT)
			return r;
	}
	return -ENOENT;
}

int
jit_history_find(
	const struct jit_site *site, const char *id, struct jit_open_request *ret)
{
	char name[JIT_ID_LEN + sizeof(SUFFIX)];

	(void)snprintf(name, sizeof(name), "%.*s" SUFFIX, JIT_ID_LEN, id);
	return find_file(site, name, ret);
}

int
jit_history_has_grant(const struct jit_site *site, const char *id)
{
	int r = jit_id_valid(id) ? find_file(site, id, NULL) : -EINVAL;

	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

/* ---- all ---- */

/* A file of a month and when it was closed (written last). */
struct entry {
	char id[JIT_ID_LEN + 1];
	int64_t sec;
};

struct entries {
	size_t n, room;
	struct entry *v;
};

static int
entries_add(struct entries *entries, const struct entry *entry)
{
	if (entries->n == entries->room) {
		size_t room = entries->room ? 2 * entries->room : 64;
		struct entry *v = reallocarray(entries->v, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		entries->v = v;
		entries->room = room;
	}
	entries->v[entries->n++] = *entry;
	return 0;
}

/* `ID.request` -> entry; false: another file of the archive. */
static bool
entry_of(int month, const char *name, struct entry *ret)
{
	struct stat st;

	if (strlen(name) != JIT_ID_LEN + strlen(SUFFIX) ||
		!jit_streq(name + JIT_ID_LEN, SUFFIX) ||
		fstatat(month, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	memcpy(ret->id, name, JIT_ID_LEN);
	ret->id[JIT_ID_LEN] = '\0';
	ret->sec = st.st_mtime;
	return jit_id_valid(ret->id);
}

static int
latest_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->sec < y->sec) - (x->sec > y->sec);
}

static int
entries_list(int month, const struct jit_site *site, struct entries *ret)
{
	_cleanup_dir_ DIR *dir = NULL;
	const struct dirent *file;
	struct entry entry;
	int r = jit_dir_stream(jit_dir_open(month, ".", site->owner), &dir);

	if (r < 0)
		return r;
	while (errno = 0, (file = readdir(dir))) {
		r = entry_of(month, file->d_name, &entry) && ret->n < MONTH_FILES_MAX
			? entries_add(ret, &entry)
			: 0;
		if (r < 0)
			return r;
	}
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), latest_first);
	return 0;
}

static int
list_add(struct jit_request_list *list, int month, const char *id, uid_t owner)
{
	struct jit_open_request *v = reallocarray(list->v, list->n + 1, sizeof(*list->v));
	char name[JIT_ID_LEN + sizeof(SUFFIX)];
	int r;

	if (!v)
		return -ENOMEM;
	list->v = v;
	(void)snprintf(name, sizeof(name), "%.*s" SUFFIX, JIT_ID_LEN, id);
	r = jit_request_file_read(month, name, owner, &v[list->n]);
	if (r == 0)
		list->n++;
	return r == -ENOMEM ? r : 0;
}

/* One month's. 1: nothing older is wanted. */
static int
month_add(int month, const struct jit_site *site, int64_t since_sec, size_t most,
	struct jit_request_list *list)
{
	struct entries entries = { 0 };
	int r = entries_list(month, site, &entries);

	for (size_t i = 0; r == 0 && i < entries.n; i++) {
		if (list->n >= most || entries.v[i].sec < since_sec)
			r = 1;
		else
			r = list_add(list, month, entries.v[i].id, site->owner);
	}
	free(entries.v);
	return r;
}

static int
months_add(int archive, const struct jit_site *site, int64_t since_sec, size_t most,
	struct jit_request_list *list)
{
	_cleanup_free_ struct months *months = malloc(sizeof(*months));
	int r = months ? months_list(archive, site, months) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < months->n; i++) {
		_cleanup_close_ int month =
			jit_dir_open(archive, months->v[i], site->owner);

		r = month < 0 ? month : month_add(month, site, since_sec, most, list);
	}
	return r < 0 ? r : 0;
}

int
jit_requests_history(const struct jit_site *site, int64_t since_sec, size_t most,
	struct jit_request_list *ret)
{
	_cleanup_close_ int archive = archive_open(site);
	struct jit_request_list list = { 0 };
	int r;

	if (archive < 0 && archive != -ENOENT)
		return archive;
	r = archive < 0 ? 0 : months_add(archive, site, since_sec, most, &list);
	if (r < 0)
		jit_request_list_done(&list);
	else
		*ret = list;
	return r;
}
