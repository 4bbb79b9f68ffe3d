/*
 * Constant database (D. J. Bernstein's cdb, as tinycdb writes it), read with pread only.
 *
 * Runs as: root, inside login processes. MUST NOT map the file (a file that shrinks would
 * raise SIGBUS there) and MUST treat each number in it as wrong until it is compared.
 *
 * The file: 256 times { u32 position, u32 slots } of the hash tables; records { u32 key
 * length, u32 value length, key, value }; the hash tables { u32 hash, u32 position of the
 * record, 0: free } one after the other up to the end of the file. Little-endian.
 */
#include "table.h"

#include <cdb.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"

enum {
	TABLES = 256,
	PAIR = 8, /* every entry and every record head: two u32 */
	INDEX_SIZE = TABLES * PAIR,
	PROBES_MAX = 4096, /* tables are half empty: a longer run is damage */
	KEY_CHUNK = 256,
};

struct pair {
	uint32_t first, second;
};

static struct pair
pair_of(const uint8_t bytes[PAIR])
{
	return (struct pair){ cdb_unpack(bytes), cdb_unpack(bytes + 4) };
}

/* What lies outside the file is damage, not an input/output error. */
static int
read_at(int fd, void *buf, size_t len, uint32_t at)
{
	int r = jit_pread_full(fd, buf, len, (off_t)at);

	return r == -EIO ? -EBADMSG : r;
}

static int
read_pair(const struct jit_table *table, uint32_t at, struct pair *ret)
{
	uint8_t bytes[PAIR];
	int r;

	if (at > table->size || table->size - at < PAIR)
		return -EBADMSG;
	r = read_at(table->fd, bytes, sizeof(bytes), at);
	if (r < 0)
		return r;
	*ret = pair_of(bytes);
	return 0;
}

/* The hash tables follow each other without a gap and end where the file ends. */
static int
index_check(int fd, uint32_t size)
{
	uint8_t index[INDEX_SIZE];
	uint64_t at = 0;
	int r;

	r = read_at(fd, index, sizeof(index), 0);
	if (r < 0)
		return r;
	for (size_t i = 0; i < TABLES; i++) {
		struct pair entry = pair_of(index + i * PAIR);

		if (i == 0)
			at = entry.first;
		if (entry.first != at || at < INDEX_SIZE || at > size)
			return -EBADMSG;
		at += (uint64_t)entry.second * PAIR;
	}
	return at == size ? 0 : -EBADMSG;
}

int
jit_table_open(int dirfd, const char *name, uid_t owner, struct jit_table *ret)
{
	_cleanup_close_ int fd = -1;
	struct stat st;
	int r;

	fd = jit_file_open(dirfd, name, owner, 0600, INT32_MAX);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size < INDEX_SIZE || st.st_size > INT32_MAX)
		return -EBADMSG;
	r = index_check(fd, (uint32_t)st.st_size);
	if (r < 0)
		return r;
	ret->size = (uint32_t)st.st_size;
	ret->fd = TAKE_FD(fd);
	return 0;
}

void
jit_table_close(struct jit_table *table)
{
	if (table->fd >= 0)
		close(table->fd);
	*table = JIT_TABLE_NONE;
}

/* 1: the bytes at this place are the key; 0: they are not. */
static int
key_equals(const struct jit_table *table, uint32_t at, const uint8_t *key, size_t key_len)
{
	uint8_t chunk[KEY_CHUNK];

	while (key_len > 0) {
		size_t n = key_len < sizeof(chunk) ? key_len : sizeof(chunk);
		int r = read_at(table->fd, chunk, n, at);

		if (r < 0)
			return r;
		if (memcmp(chunk, key, n) != 0)
			return 0;
		key += n;
		key_len -= n;
		at += (uint32_t)n;
	}
	return 1;
}

/* Is the record at this place the key's? 1 with the place of the value, 0, or -errno. */
static int
record_matches(const struct jit_table *table, uint32_t at, const void *key,
	size_t key_len, struct pair *ret_value)
{
	struct pair head;
	uint64_t end;
	int r;

	if (at < INDEX_SIZE)
		return -EBADMSG;
	r = read_pair(table, at, &head);
	if (r < 0)
		return r;
	end = (uint64_t)at + PAIR + head.first + head.second;
	if (end > table->size)
		return -EBADMSG;
	if (head.first != key_len)
		return 0;
	r = key_equals(table, at + PAIR, key, key_len);
	if (r <= 0)
		return r;
	*ret_value = (struct pair){ at + PAIR + head.first, head.second };
	return 1;
}

/* Walks the key's hash table: place and length of the value, -ENOENT at a free slot. */
static int
find(const struct jit_table *table, const void *key, size_t key_len,
	struct pair *ret_value)
{
	uint32_t hash = cdb_hash(key, (unsigned)key_len);
	struct pair slots, slot;
	uint32_t at;
	int r;

	r = read_pair(table, (hash % TABLES) * PAIR, &slots);
	if (r < 0)
		return r;
	if (slots.second == 0)
		return -ENOENT;
	at = (hash / TABLES) % slots.second;
	for (uint32_t i = 0; i < slots.second && i < PROBES_MAX; i++) {
		r = read_pair(table, slots.first + at * PAIR, &slot);
		if (r < 0)
			return r;
		if (slot.second == 0)
			return -ENOENT;
		if (slot.first % TABLES != hash % TABLES)
			return -EBADMSG;
		r = slot.first != hash
			? 0
			: record_matches(table, slot.second, key, key_len, ret_value);
		if (r != 0)
			return r < 0 ? r : 0;
		at = at + 1 == slots.second ? 0 : at + 1;
	}
	return -EBADMSG;
}

int
jit_table_get(const struct jit_table *table, const void *key, size_t key_len,
	uint8_t **ret, size_t *ret_len)
{
	_cleanup_free_ uint8_t *buf = NULL;
	struct pair value;
	int r;

	if (table->fd < 0)
		return -EBADF;
	if (key_len > JIT_RECORD_MAX)
		return -ENOENT;
	r = find(table, key, key_len, &value);
	if (r < 0)
		return r;
	if (value.second > JIT_RECORD_MAX)
		return -EBADMSG;
	buf = malloc((size_t)value.second + 1);
	if (!buf)
		return -ENOMEM;
	r = read_at(table->fd, buf, value.second, value.first);
	if (r < 0)
		return r;
	buf[value.second] = '\0';
	*ret_len = value.second;
	*ret = TAKE_PTR(buf);
	return 0;
}
