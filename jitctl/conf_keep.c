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

/* Names begin with the time, so that byte order is age. */
static int
remove_old(int dirfd)
{
	struct dirent **entries;
	int n = scandirat(dirfd, ".", &entries, is_kept, by_name), r = 0;

	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		if (r == 0 && i < n - KEPT)
			r = jit_file_remove(dirfd, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int
kept_name(const struct conf_sources *sources, int64_t now_sec, char *buf, size_t size)
{
	time_t now = (time_t)now_sec;
	char when[32];
	struct tm tm;

	if (!gmtime_r(&now, &tm) || !strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm))
		return -EOVERFLOW;
	(void)snprintf(buf, size, "%s-%.8s", when, sources->hash);
	return 0;
}

int
conf_sources_keep(
	const struct jit_site *site, const struct conf_sources *sources, int64_t now_sec)
{
	_cleanup_close_ int dirfd = jit_dir_make(site->lib, "sources", site->owner);
	_cleanup_free_ char *text = NULL;
	char name[64];
	size_t len;
	int r;

	if (dirfd < 0)
		return dirfd;
	r = kept_name(sources, now_sec, name, sizeof(name));
	if (r == 0)
		r = pack_sources(sources, &text, &len);
	if (r == 0)
		r = jit_file_replace(dirfd, name, 0600, text, len);
	return r == 0 ? remove_old(dirfd) : r;
}
