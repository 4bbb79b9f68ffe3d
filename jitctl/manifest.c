/*
 * The manifest of a signed policy, read, compared and written.
 *
 * Runs as any. Pure. MUST be read only after its signature held.
 */
#include "jitctl/manifest.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "config.h"
#include "libjit/escape.h"
#include "libjit/parse.h"

#define FORMAT "format 1"
#define SERIAL "serial "
#define BETWEEN "  " /* hash and name, as sha256sum writes them */

void
manifest_done(struct manifest *manifest)
{
	free(manifest->v);
	conf_arena_done(&manifest->arena);
	*manifest = (struct manifest){ 0 };
}

void
manifest_hash(const void *bytes, size_t len, char ret[MANIFEST_HASH_SIZE])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, bytes, len);
	sodium_bin2hex(ret, MANIFEST_HASH_SIZE, hash, sizeof(hash));
}

/* ---- reading ---- */

static bool
is_hash(const char *s)
{
	return strspn(s, "0123456789abcdef") == MANIFEST_HASH_SIZE - 1;
}

static bool
many_may_be(const char *name)
{
	return jit_streq(name, "host.conf");
}

static const struct manifest_file *
find_file(const struct manifest *manifest, const char *name)
{
	for (size_t i = 0; i < manifest->n; i++)
		if (jit_streq(manifest->v[i].name, name))
			return &manifest->v[i];
	return NULL;
}

static int
add_file(
	struct manifest *manifest, const char *line, size_t number, struct jit_error *err)
{
	const char *name = line + MANIFEST_HASH_SIZE - 1 + strlen(BETWEEN);
	struct manifest_file *file;

	if (strlen(line) <= MANIFEST_HASH_SIZE - 1 + strlen(BETWEEN) || !is_hash(line) ||
		strncmp(line + MANIFEST_HASH_SIZE - 1, BETWEEN, strlen(BETWEEN)) != 0)
		return jit_error_set(err, -EINVAL,
			"line %zu is not a SHA-256, two blanks and a file's name",
			number);
	if (find_file(manifest, name) && !many_may_be(name))
		return jit_error_set(
			err, -EINVAL, "line %zu names a file a second time", number);
	manifest->v = conf_grow(
		manifest->v, manifest->n, &manifest->size, sizeof(*manifest->v));
	file = &manifest->v[manifest->n++];
	file->name = name;
	(void)snprintf(file->hash, sizeof(file->hash), "%.64s", line);
	return 0;
}

static int
read_line(
	struct manifest *manifest, const char *line, size_t number, struct jit_error *err)
{
	if (number == 1)
		return jit_streq(line, FORMAT)
			? 0
			: jit_error_set(err, -EINVAL, "line 1 is not: " FORMAT);
	if (number > 2)
		return add_file(manifest, line, number, err);
	if (strncmp(line, SERIAL, strlen(SERIAL)) == 0 &&
		jit_parse_u64(line + strlen(SERIAL), MANIFEST_SERIAL_MAX,
			&manifest->serial) == 0 &&
		manifest->serial > 0)
		return 0;
	return jit_error_set(
		err, -EINVAL, "line 2 is not: " SERIAL "and a number from 1 on");
}

int
manifest_parse(const char *text, size_t len, struct manifest *ret, struct jit_error *err)
{
	struct manifest manifest = { 0 };
	char *copy = conf_strndup(&manifest.arena, text, len), *line = copy, *end;
	size_t number = 0;
	int r = 0;

	if (len == 0 || len > MANIFEST_MAX || strlen(copy) != len ||
		copy[len - 1] != '\n')
		r = jit_error_set(err, -EINVAL,
			"it is empty, too large, has a NUL or does not end in a newline");
	for (; r == 0 && *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		r = read_line(&manifest, line, ++number, err);
	}
	if (r == 0 && number < 2)
		r = jit_error_set(err, -EINVAL, "it has no serial");
	if (r < 0) {
		manifest_done(&manifest);
		return r;
	}
	*ret = manifest;
	return 0;
}

/* ---- comparing ---- */

static int
check_file(const struct manifest *manifest, const struct conf_source *file,
	struct jit_error *err)
{
	const char *name = file->path + strlen(JIT_ETC_DIR "/");
	char hash[MANIFEST_HASH_SIZE];
	bool named = false;

	manifest_hash(file->text, file->len, hash);
	for (size_t i = 0; i < manifest->n; i++) {
		if (!jit_streq(manifest->v[i].name, name))
			continue;
		if (jit_streq(manifest->v[i].hash, hash))
			return 0;
		named = true;
	}
	return jit_error_set(err, -ESTALE,
		named ? "%s is not as it was when it was signed"
		      : "%s is not in the signed manifest",
		file->path);
}

static bool
is_here(const char *name, const struct conf_sources *sources,
	const struct conf_source *keys)
{
	if (keys && jit_streq(name, "trusted_keys"))
		return true;
	for (size_t i = 0; i < sources->n; i++)
		if (jit_streq(sources->v[i].path + strlen(JIT_ETC_DIR "/"), name))
			return true;
	return false;
}

int
manifest_check(const struct manifest *manifest, const struct conf_sources *sources,
	const struct conf_source *keys, struct jit_error *err)
{
	char shown[256];
	int r = keys ? check_file(manifest, keys, err) : 0;

	for (size_t i = 0; r == 0 && i < sources->n; i++)
		r = check_file(manifest, &sources->v[i], err);
	for (size_t i = 0; r == 0 && i < manifest->n; i++)
		if (!is_here(manifest->v[i].name, sources, keys))
			r = jit_error_set(err, -ESTALE,
				JIT_ETC_DIR
				"/%s is in the signed manifest, but is not there",
				jit_escape(manifest->v[i].name, shown, sizeof(shown)));
	return r;
}

/* ---- writing ---- */

static void
print_file(const struct conf_source *file, FILE *out)
{
	char hash[MANIFEST_HASH_SIZE];

	manifest_hash(file->text, file->len, hash);
	fprintf(out, "%s" BETWEEN "%s\n", hash, file->path + strlen(JIT_ETC_DIR "/"));
}

void
manifest_print(const struct conf_sources *sources, const struct conf_source *keys,
	uint64_t serial, FILE *out)
{
	fprintf(out, FORMAT "\n" SERIAL "%llu\n", (unsigned long long)serial);
	if (keys)
		print_file(keys, out);
	for (size_t i = 0; i < sources->n; i++)
		print_file(&sources->v[i], out);
}
