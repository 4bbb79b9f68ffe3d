/*
 * The sources of the last good policies, kept beside policy.cdb: one file each, a line
 * `FILE LENGTH` before each source's bytes.
 *
 * Runs as root. MUST write only through libjit/file.h.
 */
#include "conf_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "libjit/file.h"

#define SET_ASIDE "replaced-"

enum { KEPT = 3 };

static int
pack_sources(const struct conf_sources *sources, char **ret, size_t *ret_len)
{
	FILE *out = open_memstream(ret, ret_len);

	if (!out)
		return -errno;
	fprintf(out, "jit-sources 1 %s\n", sources->hash);
	for (size_t i = 0; i < sources->n; i++) {
		fprintf(out, "%s %zu\n", sources->v[i].path, sources->v[i].len);
		(void)fwrite(sources->v[i].text, 1, sources->v[i].len, out);
		fputc('\n', out);
	}
	return fclose(out) == 0 ? 0 : -ENOMEM;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_kept(const struct dirent *entry)
{
	return entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
}

static int
is_set_aside(const struct dirent *entry)
{
	return strncmp(entry->d_name, SET_ASIDE, strlen(SET_ASIDE)) == 0;
}

/* Is it the same policy, kept earlier? */
static bool
is_older(const char *name, const char *kept)
{
	const char *hash = strrchr(name, '-'), *kept_hash = strrchr(kept, '-');

	return hash && jit_streq(hash, kept_hash) && strcmp(name, kept) < 0;
}

/* Names go by time, so that byte order is age. Of one policy the last time counts, so that
 * loading it again pushes no other out. */
static int
remove_old(int dirfd, int (*which)(const struct dirent *), const char *kept)
{
	struct dirent **entries;
	int n = scandirat(dirfd, ".", &entries, which, by_name), r = 0, others = 0;

	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++)
		others += !is_older(entries[i]->d_name, kept);
	for (int i = 0; i < n; i++) {
		bool older = is_older(entries[i]->d_name, kept);

		if (r == 0 && (older || others > KEPT))
			r = jit_file_remove(dirfd, entries[i]->d_name);
		others -= !older;
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int
kept_name(const char *prefix, const struct conf_sources *sources, int64_t now_sec,
	char buf[64])
{
	time_t now = (time_t)now_sec;
	char when[32];
	struct tm tm;

	if (!gmtime_r(&now, &tm) || !strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm))
		return -EOVERFLOW;
	(void)snprintf(
		buf, 64, "%s%s-%.*s", prefix, when, CONF_HASH_PREFIX, sources->hash);
	return 0;
}

static int
keep(const struct jit_site *site, const struct conf_sources *sources, const char *name,
	int (*which)(const struct dirent *))
{
	_cleanup_close_ int dirfd = jit_dir_make(site->lib, "sources", site->owner);
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = dirfd < 0 ? dirfd : pack_sources(sources, &text, &len);

	if (r == 0)
		r = jit_file_replace(dirfd, name, 0600, text, len);
	return r == 0 ? remove_old(dirfd, which, name) : r;
}

int
conf_sources_keep(
	const struct jit_site *site, const struct conf_sources *sources, int64_t now_sec)
{
	char name[64];
	int r = kept_name("", sources, now_sec, name);

	return r == 0 ? keep(site, sources, name, is_kept) : r;
}

int
conf_sources_set_aside(const struct jit_site *site, const struct conf_sources *sources,
	int64_t now_sec, char ret_name[64])
{
	char name[64];
	int r = kept_name(SET_ASIDE, sources, now_sec, name);

	if (r == 0)
		r = keep(site, sources, name, is_set_aside);
	if (r == 0)
		memcpy(ret_name, name, sizeof(name));
	return r;
}
