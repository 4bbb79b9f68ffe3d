/*
 * From an account to a subject. Runs as: root. The only place that asks NSS.
 */
#include "subject.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>

#include "parse.h"

enum { NSS_BUFFER_MIN = 1024, NSS_BUFFER_MAX = 16 * 1024 * 1024, GROUPS_FIRST = 64 };

/* NSS says ERANGE until the buffer holds the entry: a group can have very many members. */
static int
buffer_grow(char **buf, size_t *size)
{
	size_t want = *size ? *size * 4 : NSS_BUFFER_MIN;
	char *grown;

	if (want > NSS_BUFFER_MAX)
		return -E2BIG;
	grown = realloc(*buf, want);
	if (!grown)
		return -ENOMEM;
	*buf = grown;
	*size = want;
	return 0;
}

static int
passwd_get(const char *name, uid_t uid, struct passwd *pw, char **buf, size_t *size,
	struct passwd **ret)
{
	int r;

	do {
		r = buffer_grow(buf, size);
		if (r < 0)
			return r;
		r = name ? getpwnam_r(name, pw, *buf, *size, ret)
			 : getpwuid_r(uid, pw, *buf, *size, ret);
	} while (r == ERANGE || r == EINTR);
	/* Only 0 says that there is no such entry; ENOENT is what a source says that is not
	 * there itself. */
	if (!*ret)
		return r == 0 ? -ENOENT : -EIO;
	return 0;
}

static int
account_find(const char *name, uid_t uid, struct jit_subject *subject)
{
	_cleanup_free_ char *buf = NULL;
	size_t size = 0;
	struct passwd pw, *found = NULL;
	int r;

	if (name && !jit_name_valid(name))
		return -ENOENT;
	r = passwd_get(name, uid, &pw, &buf, &size, &found);
	if (r < 0)
		return r;
	if (!jit_name_valid(pw.pw_name) || pw.pw_uid > INT_MAX || pw.pw_gid > INT_MAX)
		return -ENOENT;
	if (name ? !jit_streq(name, pw.pw_name) : uid != pw.pw_uid)
		return -ENOENT;
	memcpy(subject->name, pw.pw_name, strlen(pw.pw_name) + 1);
	subject->uid = pw.pw_uid;
	subject->gid = pw.pw_gid;
	return 0;
}

static int
groups_find(struct jit_subject *subject)
{
	int n = GROUPS_FIRST, had = 0;

	while (had < n) {
		gid_t *gids = reallocarray(subject->gids, (size_t)n, sizeof(*gids));

		if (!gids)
			return -ENOMEM;
		subject->gids = gids;
		had = n;
		if (getgrouplist(subject->name, subject->gid, subject->gids, &n) >= 0)
			break;
		if (n > JIT_GROUPS_MAX)
			return -E2BIG;
		if (n <= had)
			return -EIO;
		had = 0;
	}
	subject->n_gids = (size_t)n;
	return 0;
}

static int
group_get(gid_t gid, char **buf, size_t *size, struct group **ret, struct group *gr)
{
	int r;

	do {
		r = !*buf ? buffer_grow(buf, size) : 0;
		if (r < 0)
			return r;
		r = getgrgid_r(gid, gr, *buf, *size, ret);
		if (r == ERANGE && buffer_grow(buf, size) < 0)
			return -E2BIG;
	} while (r == ERANGE || r == EINTR);
	if (!*ret)
		return r == 0 ? -ENOENT : -EIO;
	return 0;
}

/* getgrouplist leaves out what a source that fails would have said, without a word: ask
 * for groups that matter, and see whether the sources answer. */
int
jit_subject_groups_answer(const gid_t *gids, size_t n)
{
	_cleanup_free_ char *buf = NULL;
	size_t size = 0;

	for (size_t i = 0; i < n; i++) {
		struct group gr, *found = NULL;
		int r = group_get(gids[i], &buf, &size, &found, &gr);

		if (r < 0 && r != -ENOENT)
			return r;
	}
	return 0;
}

static int
whos_add(struct jit_subject *subject, const char *prefix, const char *name)
{
	char *who;

	if (asprintf(&who, "%s%s", prefix, name) < 0)
		return -ENOMEM;
	subject->whos.v[subject->whos.n++] = who;
	return 0;
}

/* A gid that has no name is no group of any rule by name; it is one by number. */
static int
whos_add_group(struct jit_subject *subject, gid_t gid, char **buf, size_t *size)
{
	struct group gr, *found = NULL;
	char number[16];
	int r = group_get(gid, buf, size, &found, &gr);

	if (r < 0 && r != -ENOENT)
		return r;
	(void)snprintf(number, sizeof(number), "%u", gid);
	if (r == 0 && jit_name_valid(gr.gr_name) &&
		whos_add(subject, "%", gr.gr_name) < 0)
		return -ENOMEM;
	return whos_add(subject, "#", number);
}

static int
whos_find(struct jit_subject *subject)
{
	_cleanup_free_ char *buf = NULL;
	size_t size = 0;
	int r;

	/* the name, `*`, and for each group its name and its number */
	subject->whos.v = calloc(2 + 2 * subject->n_gids, sizeof(*subject->whos.v));
	if (!subject->whos.v)
		return -ENOMEM;
	r = whos_add(subject, "", subject->name);
	for (size_t i = 0; r == 0 && i < subject->n_gids; i++)
		r = whos_add_group(subject, subject->gids[i], &buf, &size);
	return r < 0 ? r : whos_add(subject, "", "*");
}

int
jit_subject_find(const char *name, uid_t uid, struct jit_subject *ret)
{
	struct jit_subject subject = { 0 };
	int r = account_find(name, uid, &subject);

	if (r == 0)
		r = groups_find(&subject);
	if (r == 0)
		r = whos_find(&subject);
	if (r < 0) {
		jit_subject_done(&subject);
		return r;
	}
	*ret = subject;
	return 0;
}

void
jit_subject_done(struct jit_subject *subject)
{
	for (size_t i = 0; i < subject->whos.n; i++)
		free((char *)subject->whos.v[i]);
	free(subject->whos.v);
	free(subject->gids);
	*subject = (struct jit_subject){ 0 };
}
