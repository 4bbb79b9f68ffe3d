/*
 * libjit/file.c: what is opened is what was checked; what is replaced is replaced whole.
 */
#include "libjit/file.h"
#include "test.h"

static const char content[] = "content";

static int
open_it(int dirfd, const char *name)
{
	int fd = jit_file_open(dirfd, name, geteuid(), 0600, 100);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

static void
test_wrong_files_are_refused(void)
{
	_cleanup_close_ int dirfd = test_dir_fd();

	test_file_write(test_path("good"), 0600, content, 7);
	test_file_write(test_path("group"), 0640, content, 7);
	test_file_write(test_path("others"), 0604, content, 7);
	test_file_write(test_path("setuid"), 0600, content, 7);
	ASSERT_EQ_INT(chmod(test_path("setuid"), 04600), 0); /* a write would clear it */
	ASSERT_EQ_INT(symlink("good", test_path("link")), 0);
	ASSERT_EQ_INT(mkfifo(test_path("fifo"), 0600), 0);
	ASSERT_EQ_INT(mkdir(test_path("directory"), 0700), 0);
	ASSERT_OK(open_it(dirfd, "good"));
	ASSERT_ERR(open_it(dirfd, "group"), EPERM);
	ASSERT_ERR(open_it(dirfd, "others"), EPERM);
	ASSERT_ERR(open_it(dirfd, "setuid"), EPERM);
	ASSERT_ERR(open_it(dirfd, "link"), ELOOP);
	ASSERT_ERR(open_it(dirfd, "fifo"), EINVAL); /* and does not hang */
	ASSERT_ERR(open_it(dirfd, "directory"), EINVAL);
	ASSERT_ERR(open_it(dirfd, "missing"), ENOENT);
	ASSERT_ERR(jit_file_open(dirfd, "good", geteuid() + 1, 0600, 100), EPERM);
	ASSERT_ERR(jit_file_open(dirfd, "good", geteuid(), 0600, 6), EFBIG);
}

static void
test_reading_ends_in_a_nul(void)
{
	_cleanup_close_ int dirfd = test_dir_fd();
	_cleanup_free_ char *text = NULL;
	size_t len = 0;

	test_file_write(test_path("read"), 0600, content, 7);
	ASSERT_OK(jit_file_read(dirfd, "read", geteuid(), 0600, 100, &text, &len));
	ASSERT_EQ_UINT(len, 7);
	ASSERT_EQ_STR(text, content);
}

static void
test_replacing_leaves_nothing_beside(void)
{
	_cleanup_close_ int dirfd = test_dir_fd();
	_cleanup_free_ char *text = NULL;
	struct stat st;

	ASSERT_EQ_INT(mkdir(test_path("own"), 0700), 0);
	close(dirfd);
	dirfd = open(test_path("own"), O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	ASSERT_OK(jit_file_replace(dirfd, "state", 0600, "one", 3));
	ASSERT_OK(jit_file_replace(dirfd, "state", 0644, "two", 3));
	ASSERT_OK(jit_file_read(dirfd, "state", geteuid(), 0644, 100, &text, NULL));
	ASSERT_EQ_STR(text, "two");
	ASSERT_EQ_INT(fstatat(dirfd, "state", &st, 0), 0);
	ASSERT_EQ_UINT(st.st_mode & 07777, 0644);
	ASSERT_ERR(jit_file_create(dirfd, "state", 0600, "three", 5), EEXIST);
	ASSERT_OK(jit_file_remove(dirfd, "state"));
	ASSERT_ERR(jit_file_remove(dirfd, "state"), ENOENT);
	ASSERT_EQ_INT(rmdir(test_path("own")), 0); /* no temporary was left */
}

static void
test_a_directory_that_others_change_is_refused(void)
{
	_cleanup_close_ int dirfd = test_dir_fd();
	int fd;

	ASSERT_EQ_INT(mkdir(test_path("open"), 0700), 0);
	ASSERT_EQ_INT(chmod(test_path("open"), 0770), 0);
	ASSERT_ERR(jit_dir_open(dirfd, "open", geteuid()), EPERM);
	ASSERT_EQ_INT(chmod(test_path("open"), 0755), 0);
	fd = jit_dir_open(dirfd, "open", geteuid());
	ASSERT_TRUE(fd >= 0);
	close(fd);
	ASSERT_ERR(jit_dir_open(dirfd, "open", geteuid() + 1), EPERM);
	ASSERT_EQ_INT(symlink("open", test_path("dirlink")), 0);
	ASSERT_TRUE(jit_dir_open(dirfd, "dirlink", geteuid()) < 0);
	fd = jit_dir_make(dirfd, "made", geteuid());
	ASSERT_TRUE(fd >= 0);
	close(fd);
}

static void
test_a_lock_is_waited_for_two_seconds_at_most(void)
{
	_cleanup_close_ int a = test_dir_fd();
	_cleanup_close_ int b = test_dir_fd();

	ASSERT_OK(jit_file_lock(a));
	ASSERT_ERR(jit_file_lock(b), ETIMEDOUT);
}

TEST_MAIN(TEST(test_wrong_files_are_refused), TEST(test_reading_ends_in_a_nul),
	TEST(test_replacing_leaves_nothing_beside),
	TEST(test_a_directory_that_others_change_is_refused),
	TEST(test_a_lock_is_waited_for_two_seconds_at_most))
