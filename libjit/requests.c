/*
 * Open requests on disk. Runs as: root; a member of jit-approvers reads.
 *
 * MUST change one only under the lock, which is that of the archive: root's alone, while
 * whoever may read the directory of requests could hold a lock of that for ever. A request
 * is over when its file says so; that it moves to the archive then is tidiness.
 */
#include "requests.h"

#include <errno.h>
#include <string.h>

#include "file.h"
#include "parse.h"
#include "request_file.h"
#include "store.h"

enum { FILE_NAME_SIZE = 16 + 1 + JIT_ID_LEN + 1 };

static int
requests_open(const struct jit_site *site)
{
	return site->lib < 0 ? site->lib
			     : jit_dir_open(site->lib, "requests", site->owner);
}

static void
name_of(uid_t uid, const char *id, char ret[FILE_NAME_SIZE])
{
	(void)snprintf(ret, FILE_NAME_SIZE, "%u.%s", uid, id);
}

/* `UID.ID`; -EINVAL: not the name of a request. */
static int
name_split(const char *name, uid_t *ret_uid, const char **ret_id)
{
	const char *dot = strchr(name, '.');
	char uid[16];

	if (!dot || (size_t)(dot - name) >= sizeof(uid) || !jit_id_valid(dot + 1))
		return -EINVAL;
	(void)snprintf(uid, sizeof(uid), "%.*s", (int)(dot - name), name);
	*ret_id = dot + 1;
	return jit_parse_uid(uid, ret_uid);
}

/* A file must be what its name says. */
static int
read_named(int dirfd, const char *name, uid_t owner, struct jit_open_request *ret)
{
	struct jit_open_request request = { 0 };
	const char *id;
	uid_t uid;
	int r = name_split(name, &uid, &id);

	if (r == 0)
		r = jit_request_file_read(dirfd, name, owner, &request);
	if (r < 0)
		return r;
	if (request.uid != uid || !jit_streq(request.filed.jti, id)) {
		jit_open_request_done(&request);
		return -EBADMSG;
	}
	*ret = request;
	return 0;
}

/* ---- listing ---- */

static int
list_add(struct jit_request_list *list, struct jit_open_request *request)
{
	struct jit_open_request *v = reallocarray(list->v, list->n + 1, sizeof(*list->v));

	if (!v)
		return -ENOMEM;
	list->v = v;
	list->v[list->n++] = *request;
	return 0;
}

static int
load_one(int dirfd, const char *name, uid_t owner, struct jit_request_list *list)
{
	struct jit_open_request request;
	int r = read_named(dirfd, name, owner, &request);

	if (r < 0)
		return r == -ENOMEM ? r : 0; /* not whole, or gone just now */
	if (request.state == JIT_REQUEST_OPEN)
		r = list_add(list, &request);
	if (r < 0 || request.state != JIT_REQUEST_OPEN)
		jit_open_request_done(&request);
	return r;
}

static int
by_time(const void *a, const void *b)
{
	const struct jit_open_request *x = a, *y = b;

	return (x->filed.iat > y->filed.iat) - (x->filed.iat < y->filed.iat);
}

static int
load_all(int dirfd, uid_t owner, uid_t uid, struct jit_request_list *list)
{
	_cleanup_dir_ DIR *dir = NULL;
	const struct dirent *entry;
	int r = jit_dir_stream(jit_dir_open(dirfd, ".", owner), &dir);

	if (r < 0)
		return r;
	while (errno = 0, (entry = readdir(dir))) {
		const char *id;
		uid_t of;

		if (name_split(entry->d_name, &of, &id) < 0 ||
			(uid != (uid_t)-1 && of != uid))
			continue;
		if (list->n >= JIT_REQUESTS_MAX)
			break;
		r = load_one(dirfd, entry->d_name, owner, list);
		if (r < 0)
			return r;
	}
	return -errno;
}

int
jit_requests_load_at(int dirfd, uid_t owner, uid_t uid, struct jit_request_list *ret)
{
	struct jit_request_list list = { 0 };
	int r = load_all(dirfd, owner, uid, &list);

	if (r < 0) {
		jit_request_list_done(&list);
		return r;
	}
	if (list.n)
		qsort(list.v, list.n, sizeof(*list.v), by_time);
	*ret = list;
	return 0;
}

int
jit_requests_load(const struct jit_site *site, uid_t uid, struct jit_request_list *ret)
{
	_cleanup_close_ int dirfd = requests_open(site);

	return dirfd < 0 ? dirfd : jit_requests_load_at(dirfd, site->owner, uid, ret);
}

/* ---- one ---- */

/* The name of the file with this id. -ENOENT. */
static int
name_find(const struct jit_site *site, int dirfd, const char *wanted,
	char ret[FILE_NAME_SIZE])
{
	_cleanup_dir_ DIR *dir = NULL;
	const struct dirent *entry;
	int r = jit_dir_stream(jit_dir_open(dirfd, ".", site->owner), &dir);

	if (r < 0)
		return r;
	while (errno = 0, (entry = readdir(dir))) {
		const char *id;
		uid_t uid;

		if (name_split(entry->d_name, &uid, &id) == 0 && jit_streq(id, wanted)) {
			name_of(uid, id, ret);
			return 0;
		}
	}
	return errno ? -errno : -ENOENT;
}

/* uid: whose it is, or (uid_t)-1: not known. */
static int
find(const struct jit_site *site, uid_t uid, const char *id, struct jit_open_request *ret)
{
	_cleanup_close_ int dirfd = -1;
	char name[FILE_NAME_SIZE];
	int r = 0;

	if (!jit_id_valid(id))
		return -ENOENT;
	dirfd = requests_open(site);
	if (dirfd < 0)
		return dirfd;
	if (uid == (uid_t)-1)
		r = name_find(site, dirfd, id, name);
	else
		name_of(uid, id, name);
	if (r == 0)
		r = read_named(dirfd, name, site->owner, ret);
	return r == -ENOENT ? jit_history_find(site, id, ret) : r;
}

int
jit_requests_find(
	const struct jit_site *site, const char *id, struct jit_open_request *ret)
{
	return find(site, (uid_t)-1, id, ret);
}

int
jit_requests_find_of(const struct jit_site *site, uid_t uid, const char *id,
	struct jit_open_request *ret)
{
	return find(site, uid, id, ret);
}

/* ---- changing ---- */

/* Whoever holds the descriptor has the lock. */
static int
requests_lock(const struct jit_site *site)
{
	_cleanup_close_ int fd = site->lib < 0
		? site->lib
		: jit_dir_make(site->lib, "archive", site->owner);
	int r = fd < 0 ? fd : jit_file_lock(fd);

	return r < 0 ? r : TAKE_FD(fd);
}

/* How many there are, of this subject and of all. -EEXIST: this one. */
static int
count(const struct jit_site *site, int dirfd, const struct jit_open_request *request,
	size_t *ret_own, size_t *ret_all)
{
	_cleanup_dir_ DIR *dir = NULL;
	const struct dirent *entry;
	int r = jit_dir_stream(jit_dir_open(dirfd, ".", site->owner), &dir);

	if (r < 0)
		return r;
	*ret_own = *ret_all = 0;
	while (errno = 0, (entry = readdir(dir))) {
		const char *id;
		uid_t uid;

		if (name_split(entry->d_name, &uid, &id) < 0)
			continue;
		if (jit_streq(id, request->filed.jti))
			return -EEXIST;
		++*ret_all;
		*ret_own += uid == request->uid;
	}
	return -errno;
}

static int
was_here(const struct jit_site *site, const char *id)
{
	struct jit_open_request old;
	int r = jit_history_find(site, id, &old);

	if (r == 0)
		jit_open_request_done(&old);
	return r == 0 ? -EEXIST : r == -ENOENT ? 0 : r;
}

int
jit_requests_add(const struct jit_site *site, const struct jit_open_request *request,
	uint32_t most)
{
	_cleanup_close_ int lock = -1, dirfd = -1;
	char name[FILE_NAME_SIZE];
	size_t own, all;
	int r;

	if (!jit_id_valid(request->filed.jti))
		return -EINVAL;
	lock = requests_lock(site);
	if (lock < 0)
		return lock;
	dirfd = requests_open(site);
	if (dirfd < 0)
		return dirfd;
	r = count(site, dirfd, request, &own, &all);
	if (r == 0)
		r = was_here(site, request->filed.jti);
	if (r < 0)
		return r;
	if (own >= most || all >= JIT_REQUESTS_MAX)
		return -EDQUOT;
	name_of(request->uid, request->filed.jti, name);
	return jit_request_file_create(dirfd, name, request);
}

/* One open request, changed under the lock. */
struct change {
	const struct jit_answer *answer;
	enum jit_request_state state;
	int64_t now_sec;
};

static int
change_answer(struct jit_open_request *request, const struct change *change)
{
	for (size_t i = 0; i < request->n_answers; i++)
		if (jit_streq(request->answers[i].by, change->answer->by) &&
			request->answers[i].yes == change->answer->yes)
			return -EALREADY;
	if (request->n_answers >= JIT_ANSWERS_MAX)
		return -EDQUOT;
	request->answers[request->n_answers++] = *change->answer;
	return 0;
}

static int
change_close(struct jit_open_request *request, const struct change *change)
{
	request->state = change->state;
	request->closed_sec = change->now_sec;
	return 0;
}

static int
change_escalated(struct jit_open_request *request, const struct change *change)
{
	(void)change;
	if (!request->escalate_sec)
		return -EALREADY;
	request->escalate_sec = 0;
	return 0;
}

/* Moves what is over to where it belongs. Best effort: jit_requests_tidy
 * comes by again. */
static void
put_away(const struct jit_site *site, int dirfd, const char *name,
	const struct jit_open_request *request)
{
	_cleanup_close_ int month = jit_archive_month(site, request->closed_sec);
	char archived[JIT_ID_LEN + sizeof(".request")];

	if (month < 0)
		return;
	(void)snprintf(archived, sizeof(archived), "%s.request", request->filed.jti);
	if (renameat(dirfd, name, month, archived) == 0 && fsync(month) == 0)
		(void)fsync(dirfd);
}

static int
change_file(const struct jit_site *site, int dirfd, const char *name,
	int (*change)(struct jit_open_request *, const struct change *),
	const struct change *how)
{
	_cleanup_(jit_open_request_done) struct jit_open_request request = { 0 };
	int r = read_named(dirfd, name, site->owner, &request);

	if (r == 0 && request.state != JIT_REQUEST_OPEN)
		r = -ENOENT;
	if (r == 0)
		r = change(&request, how);
	if (r == 0)
		r = jit_request_file_replace(dirfd, name, &request);
	if (r == 0 && request.state != JIT_REQUEST_OPEN)
		put_away(site, dirfd, name, &request);
	return r;
}

static int
change_one(const struct jit_site *site, const char *id,
	int (*change)(struct jit_open_request *, const struct change *),
	const struct change *how)
{
	_cleanup_close_ int lock = -1, dirfd = -1;
	char name[FILE_NAME_SIZE];
	int r;

	if (!jit_id_valid(id))
		return -ENOENT;
	lock = requests_lock(site);
	if (lock < 0)
		return lock;
	dirfd = requests_open(site);
	if (dirfd < 0)
		return dirfd;
	r = name_find(site, dirfd, id, name);
	return r < 0 ? r : change_file(site, dirfd, name, change, how);
}

int
jit_requests_answer(
	const struct jit_site *site, const char *id, const struct jit_answer *answer)
{
	return change_one(
		site, id, change_answer, &(const struct change){ .answer = answer });
}

int
jit_requests_close(const struct jit_site *site, const char *id,
	enum jit_request_state state, int64_t now_sec)
{
	if (state == JIT_REQUEST_OPEN)
		return -EINVAL;
	return change_one(site, id, change_close,
		&(const struct change){ .state = state, .now_sec = now_sec });
}

int
jit_requests_escalated(const struct jit_site *site, const char *id)
{
	return change_one(site, id, change_escalated, &(const struct change){ 0 });
}

void
jit_requests_tidy(const struct jit_site *site)
{
	_cleanup_close_ int lock = requests_lock(site), dirfd = -1;
	_cleanup_dir_ DIR *dir = NULL;
	const struct dirent *entry;

	dirfd = lock < 0 ? lock : requests_open(site);
	if (dirfd < 0 || jit_dir_stream(jit_dir_open(dirfd, ".", site->owner), &dir) < 0)
		return;
	while ((entry = readdir(dir))) {
		struct jit_open_request request;

		if (read_named(dirfd, entry->d_name, site->owner, &request) < 0)
			continue;
		if (request.state != JIT_REQUEST_OPEN)
			put_away(site, dirfd, entry->d_name, &request);
		jit_open_request_done(&request);
	}
}
