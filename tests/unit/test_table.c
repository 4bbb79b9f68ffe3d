/*
 * libjit/table.c: every record of a cdb is found, nothing else is; a damaged file is an
 * error or has no such record, and never crashes the reader.
 */
#include "libjit/table.h"

#include <cdb.h>

#include "test.h"

enum { RECORDS = 300 };

static void
add(struct cdb_make *make, const char *key, const void *value, size_t len)
{
	ASSERT_OK(cdb_make_add(make, key, (unsigned)strlen(key), value, (unsigned)len));
}

static void
number_write(char *buf, size_t size, const char *prefix, int i)
{
	snprintf(buf, size, "%s%d", prefix, i);
}

/* RECORDS records `key-I` -> `value-I`, an empty value and the largest one. */
static void
table_make(const char *name)
{
	static const char largest[JIT_RECORD_MAX + 1];
	int fd = open(test_path(name), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct cdb_make make;

	ASSERT_TRUE(fd >= 0);
	ASSERT_OK(cdb_make_start(&make, fd));
	for (int i = 0; i < RECORDS; i++) {
		char key[32], value[32];

		number_write(key, sizeof(key), "key-", i);
		number_write(value, sizeof(value), "value-", i);
		add(&make, key, value, strlen(value));
	}
	add(&make, "empty", "", 0);
	add(&make, "largest", largest, JIT_RECORD_MAX);
	add(&make, "too large", largest, JIT_RECORD_MAX + 1);
	ASSERT_OK(cdb_make_finish(&make));
	close(fd);
}

static int
table_open(const char *name, struct jit_table *ret)
{
	int dir = test_dir_fd();
	int r = jit_table_open(dir, name, geteuid(), ret);

	close(dir);
	return r;
}

static int
get(const struct jit_table *table, const char *key, char **ret, size_t *ret_len)
{
	return jit_table_get(table, key, strlen(key), (uint8_t **)ret, ret_len);
}

static void
test_every_record_is_found(void)
{
	struct jit_table table;

	table_make("all");
	ASSERT_OK(table_open("all", &table));
	for (int i = 0; i < RECORDS; i++) {
		char key[32], want[32], *value;
		size_t len;

		number_write(key, sizeof(key), "key-", i);
		number_write(want, sizeof(want), "value-", i);
		ASSERT_OK(get(&table, key, &value, &len));
		ASSERT_EQ_STR(value, want);
		ASSERT_EQ_UINT(len, strlen(want));
		free(value);
	}
	jit_table_close(&table);
	ASSERT_EQ_INT(table.fd, -1);
}

static void
test_no_other_key_is_found(void)
{
	static const char *const keys[] = { "", "key-", "key-300", "key-1x", "KEY-1",
		"value-1" };
	struct jit_table table;
	char *value = NULL;
	size_t len = 77;

	ASSERT_OK(table_open("all", &table));
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		test_row(keys[i]);
		ASSERT_ERR(get(&table, keys[i], &value, &len), ENOENT);
		ASSERT_TRUE(value == NULL && len == 77);
	}
	jit_table_close(&table);
}

static void
test_sizes_up_to_the_bound(void)
{
	struct jit_table table;
	char *value;
	size_t len;

	ASSERT_OK(table_open("all", &table));
	ASSERT_OK(get(&table, "empty", &value, &len));
	ASSERT_EQ_UINT(len, 0);
	ASSERT_EQ_STR(value, "");
	free(value);
	ASSERT_OK(get(&table, "largest", &value, &len));
	ASSERT_EQ_UINT(len, JIT_RECORD_MAX);
	free(value);
	ASSERT_ERR(get(&table, "too large", &value, &len), EBADMSG);
	jit_table_close(&table);
}

static void
test_a_closed_table_has_nothing(void)
{
	const struct jit_table table = JIT_TABLE_NONE;
	char *value;
	size_t len;

	ASSERT_ERR(get(&table, "key-1", &value, &len), EBADF);
}

static void
test_a_table_without_records_is_fine(void)
{
	int fd = open(test_path("none"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct cdb_make make;
	struct jit_table table;
	char *value;
	size_t len;

	ASSERT_OK(cdb_make_start(&make, fd));
	ASSERT_OK(cdb_make_finish(&make));
	close(fd);
	ASSERT_OK(table_open("none", &table));
	ASSERT_ERR(get(&table, "key-1", &value, &len), ENOENT);
	jit_table_close(&table);
}

/* Small, so that every place of it can be damaged: three records. */
static char *
small_table(size_t *ret_size)
{
	int fd = open(test_path("small"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct cdb_make make;

	ASSERT_OK(cdb_make_start(&make, fd));
	add(&make, "one", "first", 5);
	add(&make, "two", "second", 6);
	add(&make, "three", "third", 5);
	ASSERT_OK(cdb_make_finish(&make));
	close(fd);
	return test_file_read(test_path("small"), ret_size);
}

static void
test_every_truncation_and_extension_is_an_error(void)
{
	_cleanup_free_ char *content = NULL;
	struct jit_table table = JIT_TABLE_NONE;
	size_t size;

	content = small_table(&size);
	for (size_t len = size; len-- > 0;) {
		ASSERT_OK(truncate(test_path("small"), (off_t)len));
		ASSERT_ERR(table_open("small", &table), EBADMSG);
		ASSERT_EQ_INT(table.fd, -1);
	}
	/* With the NUL that test_file_read puts behind it. */
	test_file_write(test_path("cut"), 0600, content, size + 1);
	ASSERT_ERR(table_open("cut", &table), EBADMSG);
}

static void
test_truncation_of_a_large_table_is_an_error(void)
{
	struct jit_table table = JIT_TABLE_NONE;
	struct stat st;

	table_make("cut");
	ASSERT_OK(stat(test_path("cut"), &st));
	for (off_t len = st.st_size - 1; len >= 0; len -= 4093) {
		ASSERT_OK(truncate(test_path("cut"), len));
		ASSERT_ERR(table_open("cut", &table), EBADMSG);
	}
}

/* In place: writing a file anew thousands of times takes long on some disks. */
static void
flip(size_t at, uint8_t mask)
{
	int fd = open(test_path("small"), O_RDWR | O_CLOEXEC);
	uint8_t byte;

	ASSERT_EQ_INT(pread(fd, &byte, 1, (off_t)at), 1);
	byte ^= mask;
	ASSERT_EQ_INT(pwrite(fd, &byte, 1, (off_t)at), 1);
	close(fd);
}

/* What a reader may answer about a damaged file. A value is believed only where the damage
 * is in the value's own bytes, which a cdb does not check. */
static void
check_damaged(const char *key, const char *want, bool value_hit)
{
	struct jit_table table;
	char *value;
	size_t len;
	int r = table_open("small", &table);

	if (r < 0) {
		ASSERT_ERR(r, EBADMSG);
		return;
	}
	r = get(&table, key, &value, &len);
	if (r == 0) {
		if (!value_hit)
			ASSERT_EQ_STR(value, want);
		free(value);
	} else {
		ASSERT_TRUE(r == -EBADMSG || r == -ENOENT);
	}
	jit_table_close(&table);
}

static void
test_a_flipped_byte_never_gives_a_wrong_value(void)
{
	static const uint8_t masks[] = { 0x01, 0x80, 0xff };
	_cleanup_free_ char *content = NULL;
	size_t size, at;

	content = small_table(&size);
	at = (size_t)((char *)memmem(content, size, "second", 6) - content);
	for (size_t i = 0; i < size; i++)
		for (size_t k = 0; k < sizeof(masks); k++) {
			/* The length of this value shows only at the record's end. */
			bool hit = i >= at - 3 - 4 && i < at + 6;

			flip(i, masks[k]);
			check_damaged("two", "second", hit);
			flip(i, masks[k]);
		}
}

static void
test_a_record_of_another_key_is_not_taken_for_it(void)
{
	_cleanup_free_ char *content = NULL;
	struct jit_table table;
	size_t size;
	char *value;
	size_t len;

	content = small_table(&size);
	memcpy(memmem(content, size, "two", 3), "twx", 3);
	test_file_write(test_path("renamed"), 0600, content, size);
	ASSERT_OK(table_open("renamed", &table));
	ASSERT_ERR(get(&table, "two", &value, &len), ENOENT);
	jit_table_close(&table);
}

/* Also where a hash table is empty, so that no look-up would notice. */
static void
test_each_place_in_the_index_is_checked(void)
{
	struct jit_table table = JIT_TABLE_NONE;
	size_t size;

	free(small_table(&size));
	for (size_t i = 0; i < 256; i++) {
		flip(i * 8, 8);
		ASSERT_ERR(table_open("small", &table), EBADMSG);
		flip(i * 8, 8);
	}
	ASSERT_OK(table_open("small", &table));
	jit_table_close(&table);
}

/* A hash table without a free slot must not be walked for ever. */
static void
test_a_full_hash_table_ends_the_search(void)
{
	_cleanup_free_ char *content = NULL;
	struct jit_table table;
	size_t size, slots = 8;
	unsigned hash = cdb_hash("none", 4);
	char *value;
	size_t len;

	content = calloc(1, 2048 + slots * 8);
	ASSERT_TRUE(content != NULL);
	size = 2048 + slots * 8;
	for (unsigned i = 0; i < 256; i++) {
		cdb_pack(i <= hash % 256 ? 2048 : (unsigned)size,
			(unsigned char *)content + i * 8);
		cdb_pack(i == hash % 256 ? (unsigned)slots : 0,
			(unsigned char *)content + i * 8 + 4);
	}
	for (size_t i = 0; i < slots; i++) {
		cdb_pack(hash + 256, (unsigned char *)content + 2048 + i * 8);
		cdb_pack(2048, (unsigned char *)content + 2048 + i * 8 + 4);
	}
	test_file_write(test_path("full"), 0600, content, size);
	ASSERT_OK(table_open("full", &table));
	ASSERT_ERR(get(&table, "none", &value, &len), EBADMSG);
	jit_table_close(&table);
}

static void
test_the_file_must_be_ours_alone(void)
{
	struct jit_table table = JIT_TABLE_NONE;
	int dir = test_dir_fd();

	ASSERT_ERR(table_open("missing", &table), ENOENT);
	ASSERT_OK(symlink("all", test_path("link")));
	ASSERT_ERR(table_open("link", &table), ELOOP);
	ASSERT_OK(chmod(test_path("all"), 0640));
	ASSERT_ERR(table_open("all", &table), EPERM);
	ASSERT_OK(chmod(test_path("all"), 0600));
	ASSERT_ERR(jit_table_open(dir, "all", geteuid() + 1, &table), EPERM);
	ASSERT_OK(mkfifo(test_path("fifo"), 0600));
	ASSERT_ERR(table_open("fifo", &table), EINVAL);
	ASSERT_EQ_INT(table.fd, -1);
	close(dir);
}

/* The file shrinks behind the reader's back: an error, where a mapping would be SIGBUS. */
static void
test_a_file_that_shrinks_while_open_is_an_error(void)
{
	struct jit_table table;
	size_t size;
	char *value;
	size_t len;

	free(small_table(&size));
	ASSERT_OK(table_open("small", &table));
	ASSERT_OK(truncate(test_path("small"), 100));
	ASSERT_ERR(get(&table, "three", &value, &len), EBADMSG);
	jit_table_close(&table);
}

TEST_MAIN(TEST(test_every_record_is_found), TEST(test_no_other_key_is_found),
	TEST(test_sizes_up_to_the_bound), TEST(test_a_closed_table_has_nothing),
	TEST(test_a_table_without_records_is_fine),
	TEST(test_every_truncation_and_extension_is_an_error),
	TEST(test_truncation_of_a_large_table_is_an_error),
	TEST(test_a_flipped_byte_never_gives_a_wrong_value),
	TEST(test_a_record_of_another_key_is_not_taken_for_it),
	TEST(test_each_place_in_the_index_is_checked),
	TEST(test_a_full_hash_table_ends_the_search),
	TEST(test_the_file_must_be_ours_alone),
	TEST(test_a_file_that_shrinks_while_open_is_an_error))
