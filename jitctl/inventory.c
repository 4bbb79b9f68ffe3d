/*
 * The inventory of hosts.
 *
 * Runs as the person whose inventory it is. MUST find a host without reading the file
 * through; MUST NOT guess between two keys of one host.
 */
#include "jitctl/inventory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "jitctl/keyfile.h"
#include "jitctl/sshkey.h"
#include "libjit/escape.h"
#include "libjit/file.h"
#include "libjit/parse.h"
#include "libjit/site.h"

#define SIZE_LIMIT (INT64_C(1) << 32)
enum { NAMES_MAX = 10000, FIELDS_MAX = 4 };

/* ---- lines ---- */

struct line {
	off_t start, next; /* of the line behind it */
	char text[INVENTORY_LINE_MAX];
};

/* The line that begins there. -ENOENT: the file ends there; -EBADMSG: it is too long. */
static int
line_read(int fd, off_t start, off_t size, struct line *ret)
{
	size_t len = (size_t)(size - start < INVENTORY_LINE_MAX ? size - start
								: INVENTORY_LINE_MAX);
	const char *end;
	int r;

	if (len == 0)
		return -ENOENT;
	r = jit_pread_full(fd, ret->text, len, start);
	if (r < 0)
		return r;
	end = memchr(ret->text, '\n', len);
	if (!end && len == INVENTORY_LINE_MAX)
		return -EBADMSG;
	len = end ? (size_t)(end - ret->text) : len;
	if (memchr(ret->text, '\0', len))
		return -EBADMSG;
	ret->text[len] = '\0';
	ret->start = start;
	ret->next = start + (off_t)len + (end != NULL);
	return 0;
}

/* The first line that begins at or behind a place in the middle of one. */
static int
line_behind(int fd, off_t at, off_t size, struct line *ret)
{
	int r;

	if (at == 0)
		return line_read(fd, 0, size, ret);
	r = line_read(fd, at - 1, size, ret); /* what is left of the one before */
	return r < 0 ? r : line_read(fd, ret->next, size, ret);
}

/* As the bytes of two lines: a blank ends the name, and comes before all that is in one. */
static int
compare_host(const char *line, const char *host)
{
	size_t len = strcspn(line, " \t");
	size_t host_len = strlen(host);
	int c = memcmp(line, host, len < host_len ? len : host_len);

	return c ? c : (len > host_len) - (len < host_len);
}

/* Its words, in place. More than there should be: one is counted too many. */
static size_t
split(char *line, char *ret[FIELDS_MAX + 1])
{
	size_t n = 0;
	char *p = line + strspn(line, " \t");

	while (*p && n <= FIELDS_MAX) {
		ret[n++] = p;
		p += strcspn(p, " \t");
		if (*p)
			*p++ = '\0';
		p += strspn(p, " \t");
	}
	return n;
}

/* ---- one host ---- */

/* Lines whose order contradicts what was seen: bisection would miss hosts. */
struct bounds {
	char low[JIT_NAME_MAX + 1], high[JIT_NAME_MAX + 1];
};

static int
bounds_narrow(struct bounds *bounds, const char *line, bool is_low)
{
	size_t len = strcspn(line, " \t");

	if ((bounds->low[0] && compare_host(line, bounds->low) < 0) ||
		(bounds->high[0] && compare_host(line, bounds->high) > 0))
		return -EBADMSG;
	if (len <= JIT_NAME_MAX)
		(void)snprintf(is_low ? bounds->low : bounds->high, JIT_NAME_MAX + 1,
			"%.*s", (int)len, line);
	return 0;
}

/* Where the host's lines begin, or would. */
static int
bisect(int fd, off_t size, const char *host, off_t *ret)
{
	struct bounds bounds = { "", "" };
	off_t low = 0, high = size;
	struct line line;

	while (low < high) {
		off_t middle = low + (high - low) / 2;
		int r = line_behind(fd, middle, size, &line);
		bool is_low;

		if (r == -ENOENT || (r == 0 && line.start >= high)) {
			high = middle;
			continue;
		}
		if (r < 0)
			return r;
		is_low = compare_host(line.text, host) < 0;
		if (bounds_narrow(&bounds, line.text, is_low) < 0)
			return -EBADMSG;
		if (is_low)
			low = line.next;
		else
			high = middle;
	}
	*ret = low;
	return 0;
}

/* 1: the Ed25519 key of a line; 0: it has one of another type. */
static int
line_key(char *text, uint8_t ret[32])
{
	char *field[FIELDS_MAX + 1];
	size_t n = split(text, field);

	if (n < 3 || n > FIELDS_MAX)
		return -EBADMSG;
	if (!jit_streq(field[1], SSHKEY_ED25519))
		return 0;
	return sshkey_parse(field[1], field[2], ret) < 0 ? -EBADMSG : 1;
}

int
inventory_find_in(int fd, const char *host, uint8_t ret_key[32])
{
	uint8_t key[32], found[32];
	struct line line;
	struct stat st;
	bool have = false;
	off_t at = 0;
	int r = fstat(fd, &st) < 0 ? -errno : bisect(fd, st.st_size, host, &at);

	for (; r == 0; at = line.next) {
		r = line_read(fd, at, st.st_size, &line);
		if (r < 0 || compare_host(line.text, host) != 0)
			break;
		r = line_key(line.text, key);
		if (r < 0)
			return r;
		if (r > 0 && have && memcmp(found, key, sizeof(found)) != 0)
			return -EBADMSG;
		if (r > 0)
			memcpy(found, key, sizeof(found));
		have |= r > 0;
		r = 0;
	}
	if (r < 0 && r != -ENOENT)
		return r;
	if (!have)
		return -ENOENT;
	memcpy(ret_key, found, sizeof(found));
	return 0;
}

/* ---- all hosts of a label ---- */

void
inventory_names_done(struct inventory_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
	*names = (struct inventory_names){ 0 };
}

static int
names_add(struct inventory_names *names, const char *name)
{
	char **v;

	for (size_t i = 0; i < names->n; i++)
		if (jit_streq(names->v[i], name))
			return 0;
	if (names->n >= NAMES_MAX)
		return -E2BIG;
	v = reallocarray(names->v, names->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	names->v = v;
	v[names->n] = strdup(name);
	if (!v[names->n])
		return -ENOMEM;
	names->n++;
	return 0;
}

static bool
has_label(const char *labels, const char *label)
{
	size_t len = strlen(label);

	for (const char *p = labels; p; p = strchr(p, ',')) {
		p += *p == ',';
		if (p[0] == '@' && strncmp(p + 1, label, len) == 0 &&
			(p[1 + len] == '\0' || p[1 + len] == ','))
			return true;
	}
	return false;
}

int
inventory_labelled_in(int fd, const char *label, struct inventory_names *names)
{
	char *field[FIELDS_MAX + 1];
	struct line line = { 0 };
	struct stat st;
	int r = fstat(fd, &st) < 0 ? -errno : 0;

	while (r == 0 && line.next < st.st_size) {
		r = line_read(fd, line.next, st.st_size, &line);
		if (r < 0 || line.text[0] == '#' ||
			split(line.text, field) != FIELDS_MAX ||
			!has_label(field[3], label))
			continue;
		r = jit_name_valid(field[0]) ? names_add(names, field[0]) : -EBADMSG;
	}
	return r;
}

/* ---- the files ---- */

enum { FILE_OWN, FILE_SITE, FILE_HOST, FILE_COUNT };

static int
file_path(int which, char ret[KEYFILE_PATH_SIZE])
{
	static const char *const paths[] = {
		[FILE_SITE] = JIT_ETC_DIR "/hosts", [FILE_HOST] = JIT_ETC_DIR "/host.pub"
	};
	char *name;
	int r;

	if (which != FILE_OWN) {
		(void)snprintf(ret, KEYFILE_PATH_SIZE, "%s", paths[which]);
		return 0;
	}
	r = keyfile_default_path(ret);
	if (r < 0)
		return r;
	name = strrchr(ret, '/') + 1;
	(void)snprintf(name, (size_t)(KEYFILE_PATH_SIZE - (name - ret)), "hosts");
	return 0;
}

/* -ENOENT: it is not there. */
static int
file_open(int which, char ret_path[KEYFILE_PATH_SIZE])
{
	int r = file_path(which, ret_path);

	if (r < 0)
		return r;
	return jit_file_open(AT_FDCWD, ret_path,
		which == FILE_OWN ? geteuid() : jit_site_owner(), 0644, SIZE_LIMIT);
}

static int
file_failed(const char *path, int r, struct jit_error *err)
{
	char shown[256];

	(void)jit_escape(path, shown, sizeof(shown));
	if (r == -EBADMSG)
		return jit_error_set(err, r,
			"%s is not sorted, has two keys for one host, or a line that is "
			"none; LC_ALL=C sort -u sorts it",
			shown);
	if (r == -E2BIG)
		return jit_error_set(
			err, r, "%s has too many hosts with that label", shown);
	return jit_error_set(err, r, "%s %s", shown, jit_file_problem(r));
}

int
inventory_find(const char *host, uint8_t ret_key[32], struct jit_error *err)
{
	char path[KEYFILE_PATH_SIZE], shown[128];

	for (int i = 0; i < FILE_COUNT; i++) {
		_cleanup_close_ int fd = file_open(i, path);
		int r = fd < 0 ? fd : inventory_find_in(fd, host, ret_key);

		if (r == -ENOENT)
			continue;
		return r < 0 ? file_failed(path, r, err) : 0;
	}
	return jit_error_set(err, -ENOENT,
		"%s is in no inventory (~/.config/jit/hosts, " JIT_ETC_DIR
		"/hosts): add the line of its " JIT_ETC_DIR "/host.pub",
		jit_escape(host, shown, sizeof(shown)));
}

int
inventory_labelled(const char *label, struct inventory_names *ret, struct jit_error *err)
{
	_cleanup_names_ struct inventory_names names = { 0 };
	char path[KEYFILE_PATH_SIZE], shown[128];

	for (int i = 0; i < FILE_HOST; i++) {
		_cleanup_close_ int fd = file_open(i, path);
		int r = fd < 0 ? fd : inventory_labelled_in(fd, label, &names);

		if (r < 0 && r != -ENOENT)
			return file_failed(path, r, err);
	}
	if (names.n == 0)
		return jit_error_set(err, -ENOENT,
			"no host of your inventory (~/.config/jit/hosts, " JIT_ETC_DIR
			"/hosts) has the label @%s",
			jit_escape(label, shown, sizeof(shown)));
	*ret = names;
	names = (struct inventory_names){ 0 };
	return 0;
}

int
inventory_this_host(char ret[JIT_NAME_MAX + 1])
{
	char path[KEYFILE_PATH_SIZE], *field[FIELDS_MAX + 1];
	_cleanup_close_ int fd = file_open(FILE_HOST, path);
	struct line line;
	struct stat st;
	int r;

	if (fd < 0)
		return fd;
	r = fstat(fd, &st) < 0 ? -errno : line_read(fd, 0, st.st_size, &line);
	if (r < 0)
		return r;
	if (split(line.text, field) < 3 || !jit_name_valid(field[0]))
		return -ENOENT;
	(void)snprintf(ret, JIT_NAME_MAX + 1, "%s", field[0]);
	return 0;
}
