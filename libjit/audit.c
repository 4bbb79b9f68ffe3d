/*
 * audit.jsonl: one JSON object a line, each chained to the one before it.
 *
 * Runs as: root, all three uids 0. MUST append a whole line by one write under the lock, or
 * leave the file as it was; MUST NOT open anything but a regular file of the owner's with
 * one name; MUST NOT hold the lock while reading the whole file.
 *
 * `prev` is the BLAKE2b-256 of what lies between the start of the last record and the
 * newline before this one: of the last record, and of what a crash left torn behind it.
 */
#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "file.h"
#include "journal.h"

#define AUDIT_FILE "audit.jsonl"
#define GENESIS "0000000000000000000000000000000000000000000000000000000000000000"

enum {
	HASH_SIZE = 32,
	HASH_HEX_SIZE = 2 * HASH_SIZE + 1,
	TAIL_FIRST = 2 * JIT_AUDIT_LINE_MAX, /* holds one record and one torn line */
	TAIL_MAX = 1048576,
	CHUNK = 16384,
};

/* ---- one record, read ---- */

struct record {
	uint64_t seq;
	char prev[HASH_HEX_SIZE];
	bool torn;
};

#define _cleanup_json_ _cleanup_(json_decrefp)

/* Is the line a whole record? Anything else is torn, or not ours. */
static bool
record_read(const char *line, size_t len, struct record *ret)
{
	_cleanup_json_ json_t *json = NULL;
	const char *prev;
	json_int_t seq;

	if (len < 2 || len >= JIT_AUDIT_LINE_MAX || line[0] != '{' ||
		line[len - 1] != '}')
		return false;
	json = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	seq = json_integer_value(json_object_get(json, "seq"));
	prev = json_string_value(json_object_get(json, "prev"));
	if (seq < 1 || seq == INT64_MAX || !prev || strlen(prev) != HASH_HEX_SIZE - 1)
		return false;
	ret->seq = (uint64_t)seq;
	ret->torn = json_is_true(json_object_get(json, "torn"));
	memcpy(ret->prev, prev, HASH_HEX_SIZE);
	return true;
}

static void
hash_hex(const void *bytes, size_t len, char ret[HASH_HEX_SIZE])
{
	uint8_t hash[HASH_SIZE];

	crypto_generichash(hash, sizeof(hash), bytes, len, NULL, 0);
	sodium_bin2hex(ret, HASH_HEX_SIZE, hash, sizeof(hash));
}

/* ---- the end of the file ---- */

struct tail {
	off_t size;
	uint64_t seq; /* of the last record; 0: there is none */
	char prev[HASH_HEX_SIZE];
	bool torn;    /* something else than a record lies behind it */
	bool unended; /* the last newline is missing */
};

/* Finds the last record of a window that reaches to the end of the file; whole: and from
 * its start. True if the tail is known now. */
static bool
window_search(const char *buf, size_t len, bool whole, struct tail *tail)
{
	size_t covered = buf[len - 1] == '\n' ? len - 1 : len;
	size_t end = covered, start = 0;
	struct record record;

	tail->unended = covered == len;
	for (;;) {
		const char *newline = memrchr(buf, '\n', end);

		if (!newline && !whole)
			return false;
		start = newline ? (size_t)(newline - buf) + 1 : 0;
		if (record_read(buf + start, end - start, &record)) {
			tail->seq = record.seq;
			tail->torn = end < covered;
			break;
		}
		if (!newline) {
			tail->torn = true;
			break;
		}
		end = (size_t)(newline - buf);
	}
	hash_hex(buf + start, covered - start, tail->prev);
	return true;
}

static int
tail_read(int fd, struct tail *ret)
{
	struct tail tail = { .prev = GENESIS };
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	tail.size = st.st_size;
	for (off_t want = TAIL_FIRST; tail.size > 0; want *= 2) {
		size_t len = (size_t)(want < tail.size ? want : tail.size);
		_cleanup_free_ char *buf = malloc(len);
		int r;

		if (!buf)
			return -ENOMEM;
		r = jit_pread_full(fd, buf, len, tail.size - (off_t)len);
		if (r < 0)
			return r;
		if (window_search(buf, len, (off_t)len == tail.size, &tail))
			break;
		if (want >= TAIL_MAX)
			return -EBADMSG;
	}
	*ret = tail;
	return 0;
}

/* ---- the file ---- */

static int
file_open(const struct jit_site *site)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (site->log < 0)
		return site->log;
	fd = openat(site->log, AUDIT_FILE,
		O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
			O_CLOEXEC,
		0600);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_uid != site->owner || (st.st_mode & 07777 & ~0600u) || st.st_nlink != 1)
		return -EPERM;
	return TAKE_FD(fd);
}

/* All of it or none: half a line would break the chain for everybody. */
static int
append(int fd, const char *line, size_t len, off_t old_size)
{
	ssize_t n;
	int r;

	do
		n = write(fd, line, len);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)len)
		return 0;
	r = n < 0 ? -errno : -ENOSPC;
	if (n > 0 && ftruncate(fd, old_size) < 0)
		return -errno;
	return r;
}

static int64_t
wall_ms(const struct jit_audit *audit)
{
	struct timespec now = { .tv_sec = audit->wall_sec };

	if (audit->wall_sec == 0)
		(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int
record_write(const struct jit_site *site, const struct jit_audit *audit)
{
	_cleanup_close_ int fd = file_open(site);
	char line[1 + JIT_AUDIT_LINE_MAX] = "\n";
	struct jit_audit_link link;
	struct tail tail;
	ssize_t len;
	int r;

	if (fd < 0)
		return fd;
	r = jit_file_lock(fd);
	if (r < 0)
		return r;
	r = tail_read(fd, &tail);
	if (r < 0)
		return r;
	link = (struct jit_audit_link){ tail.seq + 1, wall_ms(audit), tail.prev,
		tail.torn };
	len = jit_audit_format(audit, &link, line + 1);
	if (len < 0)
		return (int)len;
	r = append(fd, tail.unended ? line : line + 1, (size_t)len + tail.unended,
		tail.size);
	if (r < 0)
		return r;
	if (jit_event_decides(audit->event) && fdatasync(fd) < 0)
		return -errno;
	/* A new file's name has to be on disk too. */
	if (tail.size == 0 && fsync(site->log) < 0)
		return -errno;
	return 0;
}

int
jit_audit_write_file(const struct jit_site *site, const struct jit_audit *audit)
{
	if (audit->event <= JIT_EVENT_NONE || audit->event >= JIT_EVENT_COUNT_)
		return -EINVAL;
	return record_write(site, audit);
}

void
jit_audit_copy_to_journal(const struct jit_audit *audit)
{
	if (audit->event > JIT_EVENT_NONE && audit->event < JIT_EVENT_COUNT_)
		(void)jit_journal_send(audit);
}

int
jit_audit_write(const struct jit_site *site, const struct jit_audit *audit)
{
	int r = jit_audit_write_file(site, audit);

	jit_audit_copy_to_journal(audit);
	return r;
}

int
jit_audit_write_journal(const struct jit_audit *audit)
{
	return jit_journal_send(audit) < 0 ? jit_journal_kmsg(audit) : 0;
}

/* ---- the chain, walked ---- */

struct walk {
	crypto_generichash_state
		covered;                /* what the next record's `prev` is the hash of */
	crypto_generichash_state alone; /* this line */
	crypto_generichash_state joined; /* covered, a newline and this line */
	uint64_t number, records;        /* of lines; of records */
	uint64_t torn, torn_all, torn_first;
	size_t len;
	bool in_line, too_long;
	char line[JIT_AUDIT_LINE_MAX];
};

static void
walk_start(struct walk *walk)
{
	crypto_generichash_init(&walk->covered, NULL, 0, HASH_SIZE);
	walk->number = walk->records = 0;
	walk->torn = walk->torn_all = walk->torn_first = 0;
	walk->in_line = false;
}

static void
line_start(struct walk *walk)
{
	crypto_generichash_init(&walk->alone, NULL, 0, HASH_SIZE);
	walk->joined = walk->covered;
	if (walk->number > 0)
		crypto_generichash_update(&walk->joined, (const uint8_t *)"\n", 1);
	walk->number++;
	walk->len = 0;
	walk->too_long = false;
	walk->in_line = true;
}

static void
line_add(struct walk *walk, const char *bytes, size_t n)
{
	crypto_generichash_update(&walk->alone, (const uint8_t *)bytes, n);
	crypto_generichash_update(&walk->joined, (const uint8_t *)bytes, n);
	if (n > sizeof(walk->line) - walk->len) {
		walk->too_long = true;
		return;
	}
	memcpy(walk->line + walk->len, bytes, n);
	walk->len += n;
}

static bool
prev_holds(const struct walk *walk, const char *prev)
{
	crypto_generichash_state state = walk->covered;
	uint8_t hash[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	if (walk->number == 1)
		return jit_streq(prev, GENESIS);
	crypto_generichash_final(&state, hash, sizeof(hash));
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	return jit_streq(prev, hex);
}

static int
record_check(const struct walk *walk, const struct record *record, struct jit_error *err)
{
	unsigned long long line = walk->number, wanted = walk->records + 1;

	if (record->seq != wanted)
		return jit_error_set(err, -EBADMSG,
			AUDIT_FILE ", line %llu: has seq %llu where %llu belongs: "
				   "lines were removed, added or moved",
			line, (unsigned long long)record->seq, wanted);
	if (walk->torn > 0 && !record->torn)
		return jit_error_set(err, -EBADMSG,
			AUDIT_FILE ", line %llu: is not a whole record, "
				   "and the record behind it does not say so",
			line - 1);
	if (walk->torn == 0 && record->torn)
		return jit_error_set(err, -EBADMSG,
			AUDIT_FILE
			", line %llu: names a torn line before it that is gone",
			line);
	if (!prev_holds(walk, record->prev))
		return jit_error_set(err, -EBADMSG,
			AUDIT_FILE ", line %llu: does not fit to what is before it, "
				   "which was changed",
			line);
	return 0;
}

static int
line_end(struct walk *walk, struct jit_error *err)
{
	struct record record;
	int r;

	walk->in_line = false;
	if (walk->too_long || !record_read(walk->line, walk->len, &record)) {
		walk->covered = walk->joined;
		walk->torn++;
		walk->torn_all++;
		if (walk->torn_first == 0)
			walk->torn_first = walk->number;
		return 0;
	}
	r = record_check(walk, &record, err);
	if (r < 0)
		return r;
	walk->covered = walk->alone;
	walk->records++;
	walk->torn = 0;
	return 0;
}

static int
walk_bytes(struct walk *walk, const char *bytes, size_t n, struct jit_error *err)
{
	while (n > 0) {
		const char *newline = memchr(bytes, '\n', n);
		size_t part = newline ? (size_t)(newline - bytes) : n;
		int r;

		if (!walk->in_line)
			line_start(walk);
		line_add(walk, bytes, part);
		if (!newline)
			return 0;
		r = line_end(walk, err);
		if (r < 0)
			return r;
		bytes = newline + 1;
		n -= part + 1;
	}
	return 0;
}

static int
walk_end(struct walk *walk, uint64_t *ret_lines, struct jit_error *err)
{
	int r = walk->in_line ? line_end(walk, err) : 0;

	if (r < 0)
		return r;
	if (walk->torn > 0)
		return jit_error_set(err, -EBADMSG,
			AUDIT_FILE
			", line %llu: is not a whole record, torn by a crash or "
			"changed; the next event will tell which",
			(unsigned long long)walk->number);
	if (walk->torn_all > 0)
		(void)jit_error_set(err, 0,
			AUDIT_FILE
			": %llu torn lines, each named by the record behind it; "
			"the first is line %llu",
			(unsigned long long)walk->torn_all,
			(unsigned long long)walk->torn_first);
	*ret_lines = walk->records;
	return 0;
}

/* The size under the lock: what is behind it may be half written. */
static int
settled_size(int fd, off_t *ret)
{
	struct stat st;
	int r = jit_file_lock(fd);

	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return -errno;
	*ret = st.st_size;
	return 0;
}

static int
settled_open(const struct jit_site *site, off_t *ret_size, struct jit_error *err)
{
	_cleanup_close_ int fd = -1, lock = -1;
	int r;

	fd = jit_file_open(site->log, AUDIT_FILE, site->owner, 0600, INT64_MAX);
	lock = fd < 0
		? fd
		: jit_file_open(site->log, AUDIT_FILE, site->owner, 0600, INT64_MAX);
	r = lock < 0 ? lock : settled_size(lock, ret_size);
	if (r < 0)
		return jit_error_set(err, r, AUDIT_FILE " %s", jit_file_problem(r));
	return TAKE_FD(fd);
}

int
jit_audit_verify(const struct jit_site *site, uint64_t *ret_lines, struct jit_error *err)
{
	_cleanup_close_ int fd = -1;
	char chunk[CHUNK];
	struct walk walk;
	off_t size;

	fd = settled_open(site, &size, err);
	if (fd < 0)
		return fd;
	walk_start(&walk);
	for (off_t at = 0; at < size;) {
		size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
		int r = jit_pread_full(fd, chunk, n, at);

		if (r == 0)
			r = walk_bytes(&walk, chunk, n, err);
		if (r < 0)
			return jit_error_set(err, r, AUDIT_FILE " cannot be read");
		at += (off_t)n;
	}
	return walk_end(&walk, ret_lines, err);
}
