/*
 * What every unit test uses: typed assertions that show both values, a table of tests, a
 * directory of one's own. A failed assertion ends the process with status 1.
 *
 *	static void
 *	test_adds(void)
 *	{
 *		ASSERT_EQ_INT(1 + 1, 2);
 *	}
 *
 *	TEST_MAIN(TEST(test_adds))
 */
#ifndef JIT_TEST_H
#define JIT_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEST_UNUSED_ __attribute__((unused))

struct test_case {
	const char *name;
	void (*run)(void);
};

/* The test that runs now, and (for tables) the row: shown when an assertion fails. */
static const char *test_name_ TEST_UNUSED_ = "";
static const char *test_row_ TEST_UNUSED_;

#define TEST(function) ((struct test_case){ #function, function })

#define TEST_MAIN(...)                                                                   \
	int main(void)                                                                   \
	{                                                                                \
		const struct test_case cases_[] = { __VA_ARGS__ };                       \
		return test_run_(cases_, sizeof(cases_) / sizeof(cases_[0]));            \
	}

static TEST_UNUSED_ int
test_run_(const struct test_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		test_name_ = cases[i].name;
		test_row_ = NULL;
		cases[i].run();
		printf("ok %s\n", cases[i].name);
		fflush(stdout);
	}
	return 0;
}

/* Names the row of a table that is being tested; NULL when the table is done. */
static TEST_UNUSED_ void
test_row(const char *row)
{
	test_row_ = row;
}

static TEST_UNUSED_ void
test_where_(const char *file, int line)
{
	fflush(stdout);
	fprintf(stderr, "%s:%d: %s", file, line, test_name_);
	if (test_row_)
		fprintf(stderr, " [%s]", test_row_);
	fputs(": ", stderr);
}

static TEST_UNUSED_ void
test_eq_int_(const char *file, int line, const char *expr, intmax_t got, intmax_t want)
{
	if (got == want)
		return;
	test_where_(file, line);
	fprintf(stderr, "%s is %jd, wanted %jd\n", expr, got, want);
	exit(1);
}

static TEST_UNUSED_ void
test_eq_uint_(const char *file, int line, const char *expr, uintmax_t got, uintmax_t want)
{
	if (got == want)
		return;
	test_where_(file, line);
	fprintf(stderr, "%s is %ju, wanted %ju\n", expr, got, want);
	exit(1);
}

static TEST_UNUSED_ void
test_eq_str_(
	const char *file, int line, const char *expr, const char *got, const char *want)
{
	if (got && want && strcmp(got, want) == 0)
		return;
	if (!got && !want)
		return;
	test_where_(file, line);
	fprintf(stderr, "%s is\n\t%s, wanted\n\t%s\n", expr, got ? got : "(null)",
		want ? want : "(null)");
	exit(1);
}

static TEST_UNUSED_ void
test_eq_mem_(const char *file, int line, const char *expr, const void *got,
	const void *want, size_t len)
{
	const unsigned char *a = (const unsigned char *)got,
			    *b = (const unsigned char *)want;

	for (size_t i = 0; i < len; i++) {
		if (a[i] == b[i])
			continue;
		test_where_(file, line);
		fprintf(stderr, "%s differs at byte %zu of %zu: %02x, wanted %02x\n",
			expr, i, len, a[i], b[i]);
		exit(1);
	}
}

static TEST_UNUSED_ void
test_bool_(const char *file, int line, const char *expr, bool got, bool want)
{
	if (got == want)
		return;
	test_where_(file, line);
	fprintf(stderr, "%s is %s, wanted %s\n", expr, got ? "true" : "false",
		want ? "true" : "false");
	exit(1);
}

static TEST_UNUSED_ void
test_ok_(const char *file, int line, const char *expr, int got)
{
	if (got == 0)
		return;
	test_where_(file, line);
	fprintf(stderr, "%s is %d (%s), wanted 0\n", expr, got,
		got < 0 ? strerror(-got) : "not an error number");
	exit(1);
}

static TEST_UNUSED_ void
test_contains_(
	const char *file, int line, const char *expr, const char *got, const char *part)
{
	if (got && strstr(got, part))
		return;
	test_where_(file, line);
	fprintf(stderr, "%s is\n\t%s, which lacks\n\t%s\n", expr, got ? got : "(null)",
		part);
	exit(1);
}

#define ASSERT_EQ_INT(got, want) test_eq_int_(__FILE__, __LINE__, #got, (got), (want))
#define ASSERT_EQ_UINT(got, want) test_eq_uint_(__FILE__, __LINE__, #got, (got), (want))
#define ASSERT_EQ_STR(got, want) test_eq_str_(__FILE__, __LINE__, #got, (got), (want))
#define ASSERT_EQ_MEM(got, want, len)                                                    \
	test_eq_mem_(__FILE__, __LINE__, #got, (got), (want), (len))
#define ASSERT_TRUE(expr) test_bool_(__FILE__, __LINE__, #expr, (expr), true)
#define ASSERT_FALSE(expr) test_bool_(__FILE__, __LINE__, #expr, (expr), false)
/* 0, and no other number. */
#define ASSERT_OK(expr) test_ok_(__FILE__, __LINE__, #expr, (expr))
/* This -errno: ASSERT_ERR(f(), ENOENT). */
#define ASSERT_ERR(expr, error) test_eq_int_(__FILE__, __LINE__, #expr, (expr), -(error))
#define ASSERT_CONTAINS(got, part) test_contains_(__FILE__, __LINE__, #got, (got), (part))

/* ---- a directory of one's own, mode 0700, removed with all in it at exit ---- */

static char test_dir_path_[64] TEST_UNUSED_;

static TEST_UNUSED_ int
test_remove_one_(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static TEST_UNUSED_ void
test_dir_remove_(void)
{
	(void)nftw(test_dir_path_, test_remove_one_, 16, FTW_DEPTH | FTW_PHYS);
}

/* Its path; made at the first call. */
static TEST_UNUSED_ const char *
test_dir(void)
{
	if (test_dir_path_[0])
		return test_dir_path_;
	snprintf(test_dir_path_, sizeof(test_dir_path_), "%s", "/tmp/jit-test-XXXXXX");
	if (!mkdtemp(test_dir_path_)) {
		perror("mkdtemp");
		exit(1);
	}
	atexit(test_dir_remove_);
	return test_dir_path_;
}

/* A descriptor of it (O_DIRECTORY), opened anew at each call. */
static TEST_UNUSED_ int
test_dir_fd(void)
{
	int fd = open(test_dir(), O_DIRECTORY | O_RDONLY | O_CLOEXEC);

	test_bool_(__FILE__, __LINE__, "open(test_dir()) >= 0", fd >= 0, true);
	return fd;
}

/* Its path with /name behind it. Good until the fourth call after this one. */
static TEST_UNUSED_ const char *
test_path(const char *name)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", test_dir(), name);
	return path;
}

/* Makes the file or replaces its content. */
static TEST_UNUSED_ void
test_file_write(const char *path, mode_t mode, const void *content, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	test_bool_(__FILE__, __LINE__, path, fd >= 0, true);
	test_eq_int_(__FILE__, __LINE__, "fchmod", fchmod(fd, mode), 0);
	test_eq_int_(__FILE__, __LINE__, "write", write(fd, content, len), (ssize_t)len);
	close(fd);
}

/* The whole content with a NUL behind it; the caller frees. */
static TEST_UNUSED_ char *
test_file_read(const char *path, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st = { 0 };
	char *content;

	test_bool_(__FILE__, __LINE__, path, fd >= 0, true);
	test_eq_int_(__FILE__, __LINE__, "fstat", fstat(fd, &st), 0);
	content = (char *)calloc(1, (size_t)st.st_size + 1);
	test_bool_(__FILE__, __LINE__, "calloc", content != NULL, true);
	test_eq_int_(__FILE__, __LINE__, "read", read(fd, content, (size_t)st.st_size),
		st.st_size);
	close(fd);
	if (ret_len)
		*ret_len = (size_t)st.st_size;
	return content;
}

#endif
