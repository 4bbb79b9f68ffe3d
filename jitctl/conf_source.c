/*
 * The files that policy is compiled from.
 *
 * Runs as root. MUST read them only through libjit/file.h.
 */
#include "conf_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>

#include "libjit/file.h"

#include "config.h"

static int
read_at(int dirfd, const char *dir, const char *name, const struct jit_site *site,
	size_t size_max, struct conf_arena *arena, struct conf_source *ret,
	struct conf_problems *problems)
{
	struct conf_source *shown;
	char *text;
	size_t len;
	int r;

	*ret = (struct conf_source){ .path = conf_format(
					     arena, "%s%s/%s", JIT_ETC_DIR, dir, name) };
	r = dirfd < 0
		? dirfd
		: jit_file_read(dirfd, name, site->owner, 0755, size_max, &text, &len);
	if (r < 0) {
		shown = conf_alloc(arena, sizeof(*shown));
		shown->path = ret->path;
		if (r != -ENOENT)
			conf_problem_add(problems, CONF_ERROR,
				&(struct conf_place){ .source = shown }, "%s",
				jit_file_problem(r));
		return r;
	}
	ret->text = text;
	ret->len = len;
	return 0;
}

int
conf_source_read(const struct jit_site *site, const char *name, size_t size_max,
	struct conf_arena *arena, struct conf_source *ret, struct conf_problems *problems)
{
	return read_at(site->etc, "", name, site, size_max, arena, ret, problems);
}

static struct conf_source *
source_new(struct conf_sources *sources)
{
	/* it may move: all are read before any is looked at */
	sources->v =
		conf_grow(sources->v, sources->n, &sources->size, sizeof(*sources->v));
	return &sources->v[sources->n];
}

/* As below /etc/jit. */
static const char *
in_directory(struct conf_sources *sources, const char *dir, const char *name)
{
	return *dir ? conf_format(&sources->arena, "%s/%s", dir + 1, name) : name;
}

static int
add_file(const struct jit_site *site, int dirfd, const char *dir, const char *name,
	struct conf_sources *sources, struct conf_problems *problems)
{
	struct conf_source *source = source_new(sources);
	int r;

	if (sources->given && jit_streq(sources->given, in_directory(sources, dir, name)))
		return 0;
	r = read_at(dirfd, dir, name, site, CONF_SOURCE_MAX, &sources->arena, source,
		problems);
	if (r == 0)
		sources->n++;
	return r;
}

bool
conf_source_is_drop_in(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && !strchr(name, '/') && len > 5 &&
		strcmp(name + len - 5, ".conf") == 0;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
list_drop_ins(int dirfd, struct conf_arena *arena, struct jit_strv *ret)
{
	int fd = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		return -error;
	}
	while (errno = 0, (entry = readdir(dir)))
		if (conf_source_is_drop_in(entry->d_name))
			conf_strv_add(arena, ret,
				conf_strndup(
					arena, entry->d_name, strlen(entry->d_name)));
	closedir(dir);
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_bytes);
	return 0;
}

static void
add_drop_ins(const struct jit_site *site, struct conf_sources *sources,
	struct conf_problems *problems)
{
	_cleanup_close_ int dirfd = jit_dir_open(site->etc, "conf.d", site->owner);
	struct jit_strv names = { 0 };
	int r = dirfd < 0 ? dirfd : list_drop_ins(dirfd, &sources->arena, &names);

	if (r == -ENOENT)
		return;
	if (r < 0)
		conf_problem_add(problems, CONF_ERROR, NULL, "%s/conf.d: %s", JIT_ETC_DIR,
			jit_file_problem(r));
	for (size_t i = 0; i < names.n; i++)
		if (add_file(site, dirfd, "/conf.d", names.v[i], sources, problems) ==
			-ENOENT)
			conf_problem_add(problems, CONF_ERROR, NULL,
				"%s/conf.d changed while it was read; try again",
				JIT_ETC_DIR);
}

static void
read_all(const struct jit_site *site, struct conf_sources *ret,
	struct conf_problems *problems)
{
	if (site->etc < 0) {
		conf_problem_add(problems, CONF_ERROR, NULL,
			"%s: %s; jitctl init makes it", JIT_ETC_DIR,
			jit_file_problem(site->etc));
		return;
	}
	if (add_file(site, site->etc, "", "jit.conf", ret, problems) == -ENOENT)
		conf_problem_add(problems, CONF_ERROR, NULL,
			"%s/jit.conf is not there; jitctl init makes a first one",
			JIT_ETC_DIR);
	add_drop_ins(site, ret, problems);
	ret->has_host = add_file(site, site->etc, "", "host.conf", ret, problems) == 0;
}

void
conf_sources_read(const struct jit_site *site, struct conf_sources *ret,
	struct conf_problems *problems)
{
	*ret = (struct conf_sources){ 0 };
	read_all(site, ret, problems);
	conf_sources_seal(ret);
}

void
conf_sources_add(struct conf_sources *sources, const char *name, char *text, size_t len)
{
	struct conf_source *source = source_new(sources);

	*source = (struct conf_source){
		.path = conf_format(&sources->arena, "%s/%s", JIT_ETC_DIR, name),
		.text = text,
		.len = len,
	};
	sources->n++;
}

/* jit.conf, drop-ins in byte order, host.conf. */
static int
reading_order(const void *a, const void *b)
{
	static const char host[] = JIT_ETC_DIR "/host.conf",
			  main[] = JIT_ETC_DIR "/jit.conf";
	const char *x = ((const struct conf_source *)a)->path;
	const char *y = ((const struct conf_source *)b)->path;
	int rank_x = jit_streq(x, main) ? 0 : jit_streq(x, host) ? 2 : 1;
	int rank_y = jit_streq(y, main) ? 0 : jit_streq(y, host) ? 2 : 1;

	return rank_x != rank_y ? rank_x - rank_y : strcmp(x, y);
}

void
conf_sources_read_with(const struct jit_site *site, const char *name, char *text,
	size_t len, struct conf_sources *ret, struct conf_problems *problems)
{
	*ret = (struct conf_sources){ .given = name };
	read_all(site, ret, problems);
	ret->given = NULL;
	conf_sources_add(ret, name, text, len);
	qsort(ret->v, ret->n, sizeof(*ret->v), reading_order);
	ret->has_host = jit_streq(ret->v[ret->n - 1].path, JIT_ETC_DIR "/host.conf");
	conf_sources_seal(ret);
}

static void
hash_number(crypto_generichash_state *state, uint64_t v)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(v >> (8 * i));
	crypto_generichash_update(state, bytes, sizeof(bytes));
}

void
conf_sources_seal(struct conf_sources *sources)
{
	crypto_generichash_state state;
	uint8_t hash[32];

	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	for (size_t i = 0; i < sources->n; i++) {
		const struct conf_source *source = &sources->v[i];

		hash_number(&state, strlen(source->path));
		crypto_generichash_update(
			&state, (const uint8_t *)source->path, strlen(source->path));
		hash_number(&state, source->len);
		crypto_generichash_update(
			&state, (const uint8_t *)source->text, source->len);
	}
	crypto_generichash_final(&state, hash, sizeof(hash));
	sodium_bin2hex(sources->hash, sizeof(sources->hash), hash, sizeof(hash));
}

void
conf_sources_done(struct conf_sources *sources)
{
	for (size_t i = 0; i < sources->n; i++)
		free((void *)sources->v[i].text);
	free(sources->v);
	conf_arena_done(&sources->arena);
	*sources = (struct conf_sources){ 0 };
}
