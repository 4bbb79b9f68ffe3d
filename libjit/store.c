/*
 * Grants on disk. Runs as: root.
 *
 * MUST believe nothing that it reads: a file is a grant only if its token verifies with
 * the keys of now, was made for the user that the directory and the file name, and lies
 * where tokens of its signer lie. MUST name files by uid and random id only.
 */
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "holder.h"
#include "parse.h"
#include "state.h"
#include "token.h"

/* The two places: what this host signed, and what was brought in. */
static int
origin_dir(const struct jit_site *site, bool by_host)
{
	return by_host ? site->run : site->lib;
}

int
jit_store_dir(const struct jit_site *site, bool by_host, uid_t uid, bool make)
{
	_cleanup_close_ int grants = -1;
	char name[16];
	int base = origin_dir(site, by_host);

	if (base < 0)
		return base;
	(void)snprintf(name, sizeof(name), "%u", uid);
	grants = make ? jit_dir_make(base, "grants", site->owner)
		      : jit_dir_open(base, "grants", site->owner);
	if (grants < 0)
		return grants;
	return make ? jit_dir_make(grants, name, site->owner)
		    : jit_dir_open(grants, name, site->owner);
}

void
jit_held_list_done(struct jit_held_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		jit_grant_done(&list->v[i].grant);
	free(list->v);
	*list = (struct jit_held_list){ 0 };
}

/* ---- reading ---- */

struct loader {
	const struct jit_site *site;
	const struct jit_table *keys;
	const struct jit_now *now;
	struct jit_held_list list;
	size_t skipped;
};

/* What the store noted beside a brought-in token when it was accepted. */
static int
read_start(const json_t *object, struct jit_held *held)
{
	if (held->grant.by_host) {
		held->start_sec = held->grant.iat;
		return 0;
	}
	if (jit_state_integer(object, "start", &held->start_sec) < 0 ||
		jit_state_integer(object, "boot_ms", &held->start_boot_ms) < 0 ||
		jit_state_string(
			object, "boot", held->start_boot, sizeof(held->start_boot)) < 0)
		return -EBADMSG;
	return 0;
}

static int
verify_token(const struct loader *loader, const json_t *object, struct jit_grant *ret)
{
	_cleanup_free_ char *payload = NULL;
	char token[JIT_TOKEN_MAX + 1];
	struct jit_key key;
	int r = jit_state_string(object, "token", token, sizeof(token));

	if (r < 0)
		return r;
	r = jit_token_open(token, JIT_ASSERT_GRANT, loader->keys, &payload, &key, NULL);
	if (r < 0)
		return r;
	if (!jit_key_allows(&key, JIT_NS_GRANT, loader->now->wall_sec))
		return -EKEYEXPIRED;
	return jit_grant_parse(payload, &key, ret, NULL);
}

static int uses_read(
	const struct jit_site *site, const struct jit_grant *grant, uint32_t *ret);

/* One file. -errno: not a grant (any more). user: who the directory belongs to, or NULL
 * where everybody's are listed and the file's own word is taken. */
static int
read_held(const struct loader *loader, int dirfd, const char *name, bool by_host,
	const char *user, struct jit_held *ret)
{
	json_auto_t *object = NULL;
	char owner[JIT_NAME_MAX + 1];
	struct jit_held held = { 0 };
	int r = jit_state_read(dirfd, name, loader->site->owner, &object);

	if (r < 0)
		return r;
	r = jit_state_string(object, "user", owner, sizeof(owner));
	if (r < 0 || (user && !jit_streq(owner, user)))
		return -EBADMSG;
	r = verify_token(loader, object, &held.grant);
	if (r < 0)
		return r;
	if (held.grant.by_host != by_host || !jit_streq(held.grant.jti, name) ||
		!jit_streq(held.grant.sub, owner) || read_start(object, &held) < 0 ||
		uses_read(loader->site, &held.grant, &held.used) < 0) {
		jit_grant_done(&held.grant);
		return -EBADMSG;
	}
	*ret = held;
	return 0;
}

/* Has it ended? An error counts as yes, since nobody can tell. */
static int
read_ended(const struct jit_site *site, struct jit_held *held)
{
	char by[JIT_NAME_MAX + 1] = "";
	const struct jit_grant *grant = &held->grant;
	int r = jit_store_ended(site, jit_grant_id(grant), grant->sub, grant->by_host, by,
		held->end_reason);

	held->ended = r != 0;
	return r < 0 ? r : 0;
}

static int
list_add(struct jit_held_list *list, struct jit_held *held)
{
	struct jit_held *v;

	v = reallocarray(list->v, list->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	list->v = v;
	list->v[list->n++] = *held;
	return 0;
}

static int
load_file(struct loader *loader, int dirfd, const char *name, bool by_host,
	const char *user)
{
	struct jit_held held;
	int r = read_held(loader, dirfd, name, by_host, user, &held);

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		loader->skipped++;
		return 0;
	}
	r = read_ended(loader->site, &held);
	if (r == 0)
		r = list_add(&loader->list, &held);
	if (r < 0)
		jit_grant_done(&held.grant);
	return r;
}

static DIR *
dir_stream(int dirfd)
{
	int fd = fcntl(dirfd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

static int
load_dir(struct loader *loader, int dirfd, bool by_host, const char *user)
{
	_cleanup_dir_ DIR *dir = dir_stream(dirfd);
	const struct dirent *entry;
	size_t seen = 0;

	if (!dir)
		return -errno;
	while (errno = 0, (entry = readdir(dir))) {
		int r;

		if (!jit_id_valid(entry->d_name))
			continue;
		if (++seen > JIT_GRANTS_MAX)
			return -E2BIG;
		r = load_file(loader, dirfd, entry->d_name, by_host, user);
		if (r < 0)
			return r;
	}
	return -errno;
}

static int
load_subject(struct loader *loader, const struct jit_subject *subject, bool by_host)
{
	_cleanup_close_ int dirfd =
		jit_store_dir(loader->site, by_host, subject->uid, false);

	if (dirfd == -ENOENT)
		return 0;
	return dirfd < 0 ? dirfd : load_dir(loader, dirfd, by_host, subject->name);
}

static int
by_start(const void *a, const void *b)
{
	const struct jit_held *x = a, *y = b;

	return (x->start_sec > y->start_sec) - (x->start_sec < y->start_sec);
}

static void
list_sort(struct jit_held_list *list)
{
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), by_start);
}

int
jit_store_load(const struct jit_site *site, const struct jit_table *keys,
	const struct jit_subject *subject, const struct jit_now *now,
	struct jit_held_list *ret, size_t *ret_skipped)
{
	struct loader loader = { .site = site, .keys = keys, .now = now };
	int r = load_subject(&loader, subject, true);

	if (r == 0)
		r = load_subject(&loader, subject, false);
	if (r < 0) {
		jit_held_list_done(&loader.list);
		return r;
	}
	list_sort(&loader.list);
	*ret = loader.list;
	if (ret_skipped)
		*ret_skipped = loader.skipped;
	return 0;
}

static int
load_everybody(struct loader *loader, bool by_host)
{
	_cleanup_close_ int grants = jit_dir_open(
		origin_dir(loader->site, by_host), "grants", loader->site->owner);
	_cleanup_dir_ DIR *dir = NULL;
	const struct dirent *entry;

	if (grants == -ENOENT)
		return 0;
	if (grants < 0)
		return grants;
	dir = dir_stream(grants);
	if (!dir)
		return -errno;
	while (errno = 0, (entry = readdir(dir))) {
		_cleanup_close_ int dirfd = -1;
		uid_t uid;
		int r;

		if (jit_parse_uid(entry->d_name, &uid) < 0)
			continue;
		dirfd = jit_dir_open(grants, entry->d_name, loader->site->owner);
		r = dirfd < 0 ? dirfd : load_dir(loader, dirfd, by_host, NULL);
		if (r < 0 && r != -E2BIG)
			return r;
	}
	return -errno;
}

int
jit_store_load_all(const struct jit_site *site, const struct jit_table *keys,
	const struct jit_now *now, struct jit_held_list *ret)
{
	struct loader loader = { .site = site, .keys = keys, .now = now };
	int r = load_everybody(&loader, true);

	if (r == 0)
		r = load_everybody(&loader, false);
	if (r < 0) {
		jit_held_list_done(&loader.list);
		return r;
	}
	list_sort(&loader.list);
	*ret = loader.list;
	return 0;
}

/* ---- writing ---- */

int
jit_store_add_host(const struct jit_site *site, const struct jit_subject *subject,
	const struct jit_grant *grant, const char *token)
{
	_cleanup_close_ int dirfd = jit_store_dir(site, true, subject->uid, true);

	if (dirfd < 0)
		return dirfd;
	return jit_state_create(dirfd, grant->jti,
		json_pack("{s:s, s:s}", "user", subject->name, "token", token));
}

int
jit_store_add_brought(const struct jit_site *site, const struct jit_subject *subject,
	const struct jit_grant *grant, const char *token, const struct jit_now *now,
	int64_t start_sec)
{
	_cleanup_close_ int dirfd = -1;
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1];
	int64_t start_ms = now->boot_ms + (start_sec - now->wall_sec) * 1000;
	int r = jit_store_ended(site, jit_grant_id(grant), grant->sub, false, by, reason);

	if (r != 0)
		return r < 0 ? r : -ESTALE;
	dirfd = jit_store_dir(site, false, subject->uid, true);
	if (dirfd < 0)
		return dirfd;
	r = jit_holder_note(site, grant, subject->name);
	if (r < 0)
		return r;
	return jit_state_create(dirfd, grant->jti,
		json_pack("{s:s, s:s, s:I, s:s, s:I}", "user", subject->name, "token",
			token, "start", (json_int_t)start_sec, "boot", now->boot_id,
			"boot_ms", (json_int_t)start_ms));
}

/* ---- uses ---- */

/* Break-glass that a second person agreed to: counted with what they said, at their place. */
static int
uses_dir(const struct jit_site *site, const struct jit_grant *grant)
{
	return origin_dir(site, grant->by_host && !grant->req[0]);
}

static void
uses_name(const struct jit_grant *grant, char ret[JIT_ID_LEN + 16])
{
	(void)snprintf(ret, JIT_ID_LEN + 16, "uses/%s.uses", jit_grant_id(grant));
}

static int
uses_read(const struct jit_site *site, const struct jit_grant *grant, uint32_t *ret)
{
	json_auto_t *object = NULL;
	int base = uses_dir(site, grant);
	char name[JIT_ID_LEN + 16];
	int64_t n;
	int r;

	if (base < 0)
		return base;
	uses_name(grant, name);
	r = jit_state_read(base, name, site->owner, &object);
	if (r == -ENOENT) {
		*ret = 0;
		return 0;
	}
	if (r < 0)
		return r;
	r = jit_state_integer(object, "used", &n);
	if (r < 0 || n < 0 || n > UINT32_MAX)
		return -EBADMSG;
	*ret = (uint32_t)n;
	return 0;
}

int
jit_store_use(const struct jit_site *site, const struct jit_grant *grant, uint32_t most)
{
	_cleanup_close_ int dirfd = -1;
	int base = uses_dir(site, grant);
	char name[JIT_ID_LEN + 16];
	uint32_t used;
	int r;

	if (grant->uses && (!most || grant->uses < most))
		most = grant->uses;
	if (!most)
		return 0;
	dirfd = base < 0 ? base : jit_dir_make(base, "uses", site->owner);
	if (dirfd < 0)
		return dirfd;
	r = jit_file_lock(dirfd); /* released with the descriptor */
	if (r < 0)
		return r;
	r = uses_read(site, grant, &used);
	if (r < 0)
		return r;
	if (used >= most)
		return -EDQUOT;
	uses_name(grant, name);
	return jit_state_replace(dirfd, strchr(name, '/') + 1,
		json_pack("{s:I}", "used", (json_int_t)used + 1));
}
