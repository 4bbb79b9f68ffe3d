/*
 * The kept sources of former policies, read back, and put in the place of those of now.
 *
 * Runs as root. MUST take a kept file whole or not at all (its hash is in its head); MUST
 * write only the files that sources can be, and keep what it replaces.
 */
#include "conf_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "libjit/file.h"
#include "libjit/parse.h"

#include "config.h"

#define HEAD "jit-sources 1 "
#define DROP_INS "conf.d/"

enum { KEPT_MAX = 4 * CONF_SOURCE_MAX, NAMES_MAX = 64, NAME_SIZE = 64 };

/* ---- reading ---- */

/* 20261124T120001Z-abcdef12: when. */
static bool
name_time(const char *name, int64_t *ret_sec)
{
	struct tm tm = { 0 };
	const char *end = strptime(name, "%Y%m%dT%H%M%SZ-", &tm);

	if (!end || strlen(end) != CONF_HASH_PREFIX)
		return false;
	*ret_sec = timegm(&tm);
	return true;
}

/* The part of a source's path below /etc/jit; NULL: it is no source. */
static const char *
source_name(const char *path)
{
	const char *name = path + strlen(JIT_ETC_DIR "/");

	if (strncmp(path, JIT_ETC_DIR "/", strlen(JIT_ETC_DIR "/")) != 0)
		return NULL;
	if (jit_streq(name, "jit.conf") || jit_streq(name, "host.conf"))
		return name;
	return strncmp(name, DROP_INS, strlen(DROP_INS)) == 0 &&
			conf_source_is_drop_in(name + strlen(DROP_INS))
		? name
		: NULL;
}

/* One `PATH LENGTH` and what follows. *at moves behind it. */
static int
unpack_one(struct conf_sources *sources, const char **at, const char *end)
{
	const char *line_end = memchr(*at, '\n', (size_t)(end - *at));
	char path[512], *blank, *copy;
	const char *name;
	uint64_t len;

	if (!line_end || line_end - *at >= (ptrdiff_t)sizeof(path))
		return -EBADMSG;
	(void)snprintf(path, sizeof(path), "%.*s", (int)(line_end - *at), *at);
	blank = strrchr(path, ' ');
	if (!blank || jit_parse_u64(blank + 1, CONF_SOURCE_MAX, &len) < 0)
		return -EBADMSG;
	*blank = '\0';
	name = source_name(path);
	if (!name || (uint64_t)(end - line_end) < len + 2 || line_end[1 + len] != '\n')
		return -EBADMSG;
	copy = strndup(line_end + 1, len);
	if (!copy || strlen(copy) != len) { /* a NUL within */
		free(copy);
		return copy ? -EBADMSG : -ENOMEM;
	}
	sources->has_host = jit_streq(name, "host.conf");
	conf_sources_add(sources, name, copy, len);
	*at = line_end + 2 + len;
	return 0;
}

static int
unpack(const char *text, size_t len, struct conf_sources *ret)
{
	const char *at = text + strlen(HEAD) + CONF_HASH_SIZE, *end = text + len;
	const char *hash = text + strlen(HEAD);
	int r = 0;

	if (len < strlen(HEAD) + CONF_HASH_SIZE ||
		strncmp(text, HEAD, strlen(HEAD)) != 0 || at[-1] != '\n')
		return -EBADMSG;
	while (r == 0 && at < end)
		r = unpack_one(ret, &at, end);
	if (r < 0)
		return r;
	conf_sources_seal(ret);
	return memcmp(hash, ret->hash, CONF_HASH_SIZE - 1) == 0 ? 0 : -EBADMSG;
}

static int
read_kept(int dirfd, const char *name, uid_t owner, struct conf_sources *ret)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = jit_file_read(dirfd, name, owner, 0600, KEPT_MAX, &text, &len);

	*ret = (struct conf_sources){ 0 };
	if (r == 0)
		r = unpack(text, len, ret);
	if (r < 0)
		conf_sources_done(ret);
	return r;
}

/* Names of the kept ones that have another hash, newest first. */
static int
list_others(int dirfd, const char *hash, char names[NAMES_MAX][NAME_SIZE])
{
	struct dirent **entries;
	int n = scandirat(dirfd, ".", &entries, NULL, alphasort), found = 0;
	int64_t sec;

	if (n < 0)
		return -errno;
	for (int i = n - 1; i >= 0; i--) {
		const char *name = entries[i]->d_name;

		if (found < NAMES_MAX && name_time(name, &sec) &&
			memcmp(strchr(name, '-') + 1, hash, CONF_HASH_PREFIX) != 0)
			(void)snprintf(names[found++], NAME_SIZE, "%.63s", name);
		free(entries[i]);
	}
	free(entries);
	return found;
}

int
conf_sources_kept(const struct jit_site *site, const char *not_hash,
	struct conf_sources *ret, int64_t *ret_sec)
{
	_cleanup_close_ int dirfd = jit_dir_open(site->lib, "sources", site->owner);
	char names[NAMES_MAX][NAME_SIZE];
	int n = dirfd < 0 ? dirfd : list_others(dirfd, not_hash, names);
	int r = -ENOENT;

	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		r = read_kept(dirfd, names[i], site->owner, ret);
		if (r == 0) {
			(void)name_time(names[i], ret_sec);
			return 0;
		}
	}
	return r;
}

/* ---- putting back ---- */

static const struct conf_source *
find_source(const struct conf_sources *sources, const char *path)
{
	for (size_t i = 0; i < sources->n; i++)
		if (jit_streq(sources->v[i].path, path))
			return &sources->v[i];
	return NULL;
}

/* The directory of a source and its name there. */
static int
source_dir(
	const struct jit_site *site, int conf_d, const char *name, const char **ret_leaf)
{
	bool drop_in = strncmp(name, DROP_INS, strlen(DROP_INS)) == 0;

	*ret_leaf = drop_in ? name + strlen(DROP_INS) : name;
	return drop_in ? conf_d : site->etc;
}

static int
write_source(const struct jit_site *site, int conf_d, const struct conf_source *source)
{
	const char *leaf, *name = source_name(source->path);
	int dirfd;

	if (!name)
		return -EINVAL;
	dirfd = source_dir(site, conf_d, name, &leaf);
	if (dirfd < 0)
		return dirfd;
	return jit_file_replace(dirfd, leaf, jit_streq(name, "host.conf") ? 0644 : 0600,
		source->text, source->len);
}

static int
remove_source(const struct jit_site *site, int conf_d, const struct conf_source *source)
{
	const char *leaf, *name = source_name(source->path);
	int dirfd = name ? source_dir(site, conf_d, name, &leaf) : -EINVAL;

	return dirfd < 0 ? dirfd : jit_file_remove(dirfd, leaf);
}

int
conf_sources_put_back(const struct jit_site *site, const struct conf_sources *now,
	const struct conf_sources *former)
{
	_cleanup_close_ int conf_d = jit_dir_make(site->etc, "conf.d", site->owner);
	int r = 0;

	for (size_t i = 0; r == 0 && i < former->n; i++) {
		const struct conf_source *here = find_source(now, former->v[i].path);

		if (!here || here->len != former->v[i].len ||
			memcmp(here->text, former->v[i].text, here->len) != 0)
			r = write_source(site, conf_d, &former->v[i]);
	}
	for (size_t i = 0; r == 0 && i < now->n; i++)
		if (!find_source(former, now->v[i].path))
			r = remove_source(site, conf_d, &now->v[i]);
	return r;
}
