/*
 * libjit/pack.c: what is written is read back; nothing is read beyond the record.
 */
#include "libjit/pack.h"

#include "test.h"

static const char *const words[] = { "one", "", "three" };

static void
write_one_of_each(struct jit_packer *p)
{
	const struct jit_strv strv = { 3, (const char **)words };

	jit_pack_u8(p, 0xfe);
	jit_pack_u32(p, 0x01020304);
	jit_pack_i64(p, -2);
	jit_pack_bytes(p, "raw", 3);
	jit_pack_str(p, "text");
	jit_pack_str(p, NULL);
	jit_pack_strv(p, &strv);
}

/* Returns what jit_unpack_end says; checks the values only where that is 0. */
static int
read_one_of_each(const uint8_t *buf, size_t len)
{
	struct jit_unpacker u = { .buf = buf, .len = len };
	struct jit_strv strv;
	uint8_t u8 = jit_unpack_u8(&u);
	uint32_t u32 = jit_unpack_u32(&u);
	int64_t i64 = jit_unpack_i64(&u);
	char raw[3];
	const char *text, *empty;
	int r;

	jit_unpack_bytes(&u, raw, sizeof(raw));
	text = jit_unpack_str(&u);
	empty = jit_unpack_str(&u);
	jit_unpack_strv(&u, &strv);
	r = jit_unpack_end(&u);
	if (r == 0) {
		ASSERT_EQ_UINT(u8, 0xfe);
		ASSERT_EQ_UINT(u32, 0x01020304);
		ASSERT_EQ_INT(i64, -2);
		ASSERT_EQ_MEM(raw, "raw", 3);
		ASSERT_EQ_STR(text, "text");
		ASSERT_EQ_STR(empty, "");
		ASSERT_EQ_UINT(strv.n, 3);
		for (size_t i = 0; i < strv.n; i++)
			ASSERT_EQ_STR(strv.v[i], words[i]);
	} else if (u.error) {
		ASSERT_TRUE(text != NULL && empty != NULL);
		ASSERT_TRUE(strv.n == 0 && strv.v == NULL);
	}
	free(strv.v);
	return r;
}

static void
test_what_is_written_is_read_back(void)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 };

	write_one_of_each(&p);
	ASSERT_OK(p.error);
	ASSERT_OK(read_one_of_each(p.buf, p.len));
}

static void
test_bytes_are_little_endian_and_strings_end_in_nul(void)
{
	static const uint8_t want[] = { 4, 3, 2, 1, 2, 0, 0, 0, 'h', 'i', 0 };
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 };

	jit_pack_u32(&p, 0x01020304);
	jit_pack_str(&p, "hi");
	ASSERT_EQ_UINT(p.len, sizeof(want));
	ASSERT_EQ_MEM(p.buf, want, sizeof(want));
}

/* In an allocation of just that size, so that a sanitizer sees one byte too many. */
static void
test_every_truncation_is_an_error(void)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 };

	write_one_of_each(&p);
	for (size_t len = 0; len < p.len; len++) {
		uint8_t *exact = malloc(len ? len : 1);

		ASSERT_TRUE(exact != NULL);
		memcpy(exact, p.buf, len);
		ASSERT_ERR(read_one_of_each(exact, len), EBADMSG);
		free(exact);
	}
}

static void
test_left_over_bytes_are_an_error(void)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 };

	write_one_of_each(&p);
	jit_pack_u8(&p, 0);
	ASSERT_ERR(read_one_of_each(p.buf, p.len), EBADMSG);
}

static void
test_a_string_with_a_nul_inside_is_an_error(void)
{
	static const uint8_t record[] = { 3, 0, 0, 0, 'a', 0, 'b', 0 };
	struct jit_unpacker u = { .buf = record, .len = sizeof(record) };

	ASSERT_EQ_STR(jit_unpack_str(&u), "");
	ASSERT_ERR(jit_unpack_end(&u), EBADMSG);
}

static void
test_a_string_without_its_nul_is_an_error(void)
{
	static const uint8_t record[] = { 1, 0, 0, 0, 'a', 'b' };
	struct jit_unpacker u = { .buf = record, .len = sizeof(record) };

	ASSERT_EQ_STR(jit_unpack_str(&u), "");
	ASSERT_ERR(jit_unpack_end(&u), EBADMSG);
}

static void
test_a_count_that_cannot_be_true_is_an_error(void)
{
	static const uint8_t record[] = { 3, 0, 0, 0, 1, 2, 3, 4, 5 };
	static const uint8_t huge[] = { 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4 };
	struct jit_unpacker fits = { .buf = record, .len = sizeof(record) };
	struct jit_unpacker not = { .buf = record, .len = sizeof(record) };
	struct jit_unpacker lie = { .buf = huge, .len = sizeof(huge) };

	ASSERT_EQ_UINT(jit_unpack_count(&fits, 1), 3);
	ASSERT_OK(fits.error);
	ASSERT_EQ_UINT(jit_unpack_count(&not, 2), 0);
	ASSERT_ERR(not .error, EBADMSG);
	ASSERT_EQ_UINT(jit_unpack_count(&lie, 1), 0);
	ASSERT_ERR(lie.error, EBADMSG);
}

/* The readers that know a range: its ends pass, what lies beyond makes them fail. */
static void
test_values_out_of_range_are_errors(void)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 };
	struct jit_unpacker u;

	jit_pack_u8(&p, 1);
	jit_pack_u8(&p, 7);
	jit_pack_u32(&p, 20);
	jit_pack_i64(&p, 0);
	u = (struct jit_unpacker){ .buf = p.buf, .len = p.len };
	ASSERT_TRUE(jit_unpack_bool(&u));
	ASSERT_EQ_UINT(jit_unpack_enum(&u, 7, 7), 7);
	ASSERT_EQ_UINT(jit_unpack_upto(&u, 20), 20);
	ASSERT_EQ_INT(jit_unpack_seconds(&u), 0);
	ASSERT_OK(jit_unpack_end(&u));
	u = (struct jit_unpacker){ .buf = p.buf + 1, .len = p.len - 1 };
	ASSERT_FALSE(jit_unpack_bool(&u));
	ASSERT_EQ_INT(u.error, -EBADMSG);
	u = (struct jit_unpacker){ .buf = p.buf + 1, .len = p.len - 1 };
	ASSERT_EQ_UINT(jit_unpack_enum(&u, 2, 6), 2);
	ASSERT_EQ_INT(u.error, -EBADMSG);
	u = (struct jit_unpacker){ .buf = p.buf + 2, .len = p.len - 2 };
	ASSERT_EQ_UINT(jit_unpack_upto(&u, 19), 0);
	ASSERT_EQ_INT(u.error, -EBADMSG);
	memset(p.buf, 0xff, 8);
	u = (struct jit_unpacker){ .buf = p.buf, .len = p.len };
	ASSERT_EQ_INT(jit_unpack_seconds(&u), 0);
	ASSERT_EQ_INT(u.error, -EBADMSG);
}

static void
test_an_error_stays(void)
{
	static const uint8_t record[] = { 1, 2, 3, 4 };
	struct jit_unpacker u = { .buf = record, .len = sizeof(record) };

	ASSERT_EQ_INT(jit_unpack_i64(&u), 0);
	ASSERT_EQ_UINT(jit_unpack_u8(&u), 0);
	ASSERT_EQ_UINT(u.at, 0);
	ASSERT_ERR(jit_unpack_end(&u), EBADMSG);
}

static void
test_a_record_never_grows_beyond_the_bound(void)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 };
	static const uint8_t block[JIT_RECORD_MAX];

	jit_pack_bytes(&p, block, sizeof(block));
	ASSERT_OK(p.error);
	ASSERT_EQ_UINT(p.len, JIT_RECORD_MAX);
	jit_pack_u8(&p, 1);
	ASSERT_ERR(p.error, E2BIG);
	ASSERT_EQ_UINT(p.len, JIT_RECORD_MAX);
}

TEST_MAIN(TEST(test_what_is_written_is_read_back),
	TEST(test_bytes_are_little_endian_and_strings_end_in_nul),
	TEST(test_every_truncation_is_an_error), TEST(test_left_over_bytes_are_an_error),
	TEST(test_a_string_with_a_nul_inside_is_an_error),
	TEST(test_a_string_without_its_nul_is_an_error),
	TEST(test_a_count_that_cannot_be_true_is_an_error),
	TEST(test_values_out_of_range_are_errors), TEST(test_an_error_stays),
	TEST(test_a_record_never_grows_beyond_the_bound))
