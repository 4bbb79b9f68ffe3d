/*
 * Denials and revocations of what nobody here has seen yet: unproven/ID.PRINCIPAL. Runs as:
 * root.
 */
#include "unproven.h"

#include <errno.h>
#include <string.h>

#include "file.h"
#include "parse.h"
#include "state.h"

void
jit_unproven_list_done(struct jit_unproven_list *list)
{
	free(list->v);
	*list = (struct jit_unproven_list){ 0 };
}

static int
unproven_open(const struct jit_site *site, bool make)
{
	if (site->lib < 0)
		return site->lib;
	return make ? jit_dir_make(site->lib, "unproven", site->owner)
		    : jit_dir_open(site->lib, "unproven", site->owner);
}

/* `ID.PRINCIPAL`: where the principal begins; NULL: not such a name. */
static const char *
principal_of(const char *file)
{
	char id[JIT_ID_LEN + 1] = "";

	if (strlen(file) <= JIT_ID_LEN || file[JIT_ID_LEN] != '.')
		return NULL;
	memcpy(id, file, JIT_ID_LEN);
	return jit_id_valid(id) && jit_name_valid(file + JIT_ID_LEN + 1)
		? file + JIT_ID_LEN + 1
		: NULL;
}

/* ---- each of them ---- */

static int
each_file(int dirfd, uid_t owner, int (*handle)(void *arg, const char *file), void *arg)
{
	_cleanup_dir_ DIR *dir = NULL;
	const struct dirent *entry;
	int r = jit_dir_stream(jit_dir_open(dirfd, ".", owner), &dir);

	if (r < 0)
		return r;
	while (errno = 0, (entry = readdir(dir))) {
		r = principal_of(entry->d_name) ? handle(arg, entry->d_name) : 0;
		if (r < 0)
			return r;
	}
	return -errno;
}

struct counting {
	const char *principal;
	size_t all, own;
};

static int
count_one(void *arg, const char *file)
{
	struct counting *counting = arg;

	counting->all++;
	counting->own += jit_streq(principal_of(file), counting->principal);
	return 0;
}

int
jit_unproven_add(
	const struct jit_site *site, const struct jit_ruling *ruling, const char *token)
{
	_cleanup_close_ int dirfd = unproven_open(site, true);
	struct counting counting = { .principal = ruling->iss };
	struct jit_unproven said = { .kind = ruling->kind };
	int r = dirfd < 0 ? dirfd : each_file(dirfd, site->owner, count_one, &counting);

	if (r < 0)
		return r;
	(void)snprintf(said.file, sizeof(said.file), "%s.%s", ruling->id, ruling->iss);
	if (!principal_of(said.file))
		return -EINVAL;
	if (jit_file_there(dirfd, said.file) > 0)
		return 0;
	if (counting.all >= JIT_UNPROVEN_MAX || counting.own >= JIT_UNPROVEN_OF_ONE_MAX)
		return -EDQUOT;
	return jit_state_create(dirfd, said.file,
		json_pack("{s:I, s:s}", "kind", (json_int_t)said.kind, "token", token));
}

struct loading {
	const struct jit_site *site;
	const char *id;
	int dirfd;
	struct jit_unproven_list list;
};

static int
read_one(const struct loading *loading, const char *file, struct jit_unproven *ret)
{
	json_auto_t *object = NULL;
	int64_t kind;
	int r = jit_state_read(loading->dirfd, file, loading->site->owner, &object);

	if (r < 0)
		return r;
	if (jit_state_integer(object, "kind", &kind) < 0 ||
		(kind != JIT_RULING_DENY && kind != JIT_RULING_REVOKE) ||
		jit_state_string(object, "token", ret->token, sizeof(ret->token)) < 0)
		return -EBADMSG;
	ret->kind = (enum jit_ruling_kind)kind;
	(void)snprintf(ret->file, sizeof(ret->file), "%s", file);
	return 0;
}

static int
load_one(void *arg, const char *file)
{
	struct loading *loading = arg;
	struct jit_unproven_list *list = &loading->list;
	struct jit_unproven *v;
	int r;

	if (strncmp(file, loading->id, JIT_ID_LEN) != 0)
		return 0;
	v = reallocarray(list->v, list->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	list->v = v;
	r = read_one(loading, file, &v[list->n]);
	list->n += r == 0;
	return r == -EBADMSG || r == -ENOENT ? 0 : r;
}

int
jit_unproven_load(
	const struct jit_site *site, const char *id, struct jit_unproven_list *ret)
{
	_cleanup_close_ int dirfd = unproven_open(site, false);
	struct loading loading = { .site = site, .id = id, .dirfd = dirfd };
	int r;

	if (dirfd == -ENOENT) {
		*ret = loading.list;
		return 0;
	}
	r = dirfd < 0 ? dirfd : each_file(dirfd, site->owner, load_one, &loading);
	if (r < 0)
		jit_unproven_list_done(&loading.list);
	else
		*ret = loading.list;
	return r;
}

int
jit_unproven_drop(const struct jit_site *site, const struct jit_unproven *said)
{
	_cleanup_close_ int dirfd = unproven_open(site, false);

	return dirfd < 0 ? dirfd : jit_file_remove(dirfd, said->file);
}
