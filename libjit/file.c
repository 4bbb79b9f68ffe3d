/*
 * The one place where state files are opened, read and replaced. Runs as: root, or
 * whoever owns the site.
 *
 * MUST: O_NOFOLLOW, O_CLOEXEC; O_NONBLOCK so that a FIFO cannot hang a login; check on the
 * descriptor that is then used.
 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)
enum { LOCK_WAIT_MS = 2000, LOCK_PAUSE_MS = 5 };

int
jit_dir_open(int dirfd, const char *path, uid_t owner)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid != owner || (st.st_mode & OTHERS_WRITE))
		return -EPERM;
	return TAKE_FD(fd);
}

int
jit_dir_make(int dirfd, const char *name, uid_t owner)
{
	if (mkdirat(dirfd, name, 0700) < 0 && errno != EEXIST)
		return -errno;
	return jit_dir_open(dirfd, name, owner);
}

int
jit_dir_stream(int fd, DIR **ret)
{
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int r = fd < 0 ? fd : -errno;

	if (!dir) {
		jit_closep(&fd);
		return r;
	}
	*ret = dir;
	return 0;
}

int
jit_file_open(int dirfd, const char *name, uid_t owner, mode_t mode_max, off_t size_max)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	fd = openat(
		dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_uid != owner || (st.st_mode & 07777 & ~mode_max))
		return -EPERM;
	if (st.st_size > size_max)
		return -EFBIG;
	return TAKE_FD(fd);
}

int
jit_file_there(int dirfd, const char *name)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : -errno;
}

int
jit_pread_full(int fd, void *buf, size_t len, off_t offset)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n =
			pread(fd, (char *)buf + done, len - done, offset + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
		done += (size_t)n;
	}
	return 0;
}

int
jit_write_full(int fd, const void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(fd, (const char *)buf + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
		done += (size_t)n;
	}
	return 0;
}

int
jit_file_read(int dirfd, const char *name, uid_t owner, mode_t mode_max, size_t size_max,
	char **ret, size_t *ret_len)
{
	_cleanup_close_ int fd =
		jit_file_open(dirfd, name, owner, mode_max, (off_t)size_max);
	_cleanup_free_ char *buf = NULL;
	struct stat st;
	int r;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if ((size_t)st.st_size > size_max)
		return -EFBIG;
	buf = malloc((size_t)st.st_size + 1);
	if (!buf)
		return -ENOMEM;
	r = jit_pread_full(fd, buf, (size_t)st.st_size, 0);
	if (r < 0)
		return r;
	buf[st.st_size] = '\0';
	if (ret_len)
		*ret_len = (size_t)st.st_size;
	*ret = TAKE_PTR(buf);
	return 0;
}

/* A file that a group may read is the directory's group's, not that of whoever writes. */
static int
mode_set(int dirfd, int fd, mode_t mode)
{
	struct stat st;

	if ((mode & S_IRWXG) && (fstat(dirfd, &st) < 0 || fchown(fd, -1, st.st_gid) < 0))
		return -errno;
	return fchmod(fd, mode) < 0 ? -errno : 0;
}

/* A temporary beside the file. The name is random, so that two writers never share one. */
static int
temporary_open(int dirfd, mode_t mode, char ret_name[32])
{
	uint64_t random;
	int fd, r;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	(void)snprintf(ret_name, 32, ".new-%016llx", (unsigned long long)random);
	fd = openat(dirfd, ret_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		0600);
	if (fd < 0)
		return -errno;
	r = mode_set(dirfd, fd, mode);
	if (r < 0) {
		close(fd);
		(void)unlinkat(dirfd, ret_name, 0);
		return r;
	}
	return fd;
}

static int
temporary_fill(int dirfd, mode_t mode, const void *buf, size_t len, char ret_name[32])
{
	_cleanup_close_ int fd = temporary_open(dirfd, mode, ret_name);
	int r;

	if (fd < 0)
		return fd;
	r = jit_write_full(fd, buf, len);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(dirfd, ret_name, 0);
	return r;
}

static int
dir_sync(int dirfd)
{
	return fsync(dirfd) < 0 ? -errno : 0;
}

int
jit_file_replace(int dirfd, const char *name, mode_t mode, const void *buf, size_t len)
{
	char temporary[32];
	int r = temporary_fill(dirfd, mode, buf, len, temporary);

	if (r < 0)
		return r;
	if (renameat(dirfd, temporary, dirfd, name) < 0) {
		r = -errno;
		(void)unlinkat(dirfd, temporary, 0);
		return r;
	}
	return dir_sync(dirfd);
}

int
jit_file_create(int dirfd, const char *name, mode_t mode, const void *buf, size_t len)
{
	char temporary[32];
	int r = temporary_fill(dirfd, mode, buf, len, temporary);

	if (r < 0)
		return r;
	if (linkat(dirfd, temporary, dirfd, name, 0) < 0)
		r = -errno;
	(void)unlinkat(dirfd, temporary, 0);
	return r < 0 ? r : dir_sync(dirfd);
}

int
jit_file_remove(int dirfd, const char *name)
{
	if (unlinkat(dirfd, name, 0) < 0)
		return -errno;
	return dir_sync(dirfd);
}

/* Not flock's own waiting: nobody who holds it and was stopped may stop everybody. */
int
jit_file_lock(int fd)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_MS * 1000000 };

	for (int waited = 0; waited < LOCK_WAIT_MS; waited += LOCK_PAUSE_MS) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	return -ETIMEDOUT;
}

const char *
jit_file_problem(int error)
{
	switch (error < 0 ? -error : error) {
	case ENOENT: return "is not there";
	case ELOOP: return "is a symbolic link";
	case EPERM: return "belongs to somebody else, or others may write or read it";
	case EINVAL: return "is not a regular file";
	case ENOTDIR: return "is not a directory";
	case EFBIG: return "is too large";
	case EBADMSG: return "is truncated or damaged";
	case EBADF: return "lies in a directory that cannot be opened";
	case EACCES: return "may not be opened";
	case ENOSPC: return "does not fit: the disk is full";
	case EROFS: return "lies on a read-only file system";
	case EIO: return "cannot be read";
	default: return "cannot be used";
	}
}
