/*
 * The one place where state files are opened, read and replaced.
 *
 * MUST: O_NOFOLLOW and O_CLOEXEC on every open; check type, owner, mode and size on the
 * descriptor that is then read; never block on a FIFO; never map (a shrinking file must
 * not SIGBUS a login); replace by temporary, fsync, rename, fsync of the directory.
 */
#ifndef JIT_FILE_H
#define JIT_FILE_H

#include <dirent.h>

#include "base.h"

/* A directory that only `owner` can change. Returns a descriptor (O_DIRECTORY) or -errno;
 * -EPERM: wrong owner, or group or others may write. */
int jit_dir_open(int dirfd, const char *path, uid_t owner) _must_check_;

/* The same, made with mode 0700 if it is not there. */
int jit_dir_make(int dirfd, const char *name, uid_t owner) _must_check_;

/* Reads a directory's entries. Takes the descriptor over in any case; one that is none (below
 * 0) is the error that is given back. */
int jit_dir_stream(int fd, DIR **ret) _must_check_;

#define _cleanup_dir_ _cleanup_(jit_closedirp)
static inline void
jit_closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* A regular file of `owner`, with no mode bit beyond `mode_max`, of at most `size_max`
 * bytes. Returns a descriptor for reading or -errno; -EPERM: owner or mode, -EINVAL: not a
 * regular file, -EFBIG: too large. */
int jit_file_open(int dirfd, const char *name, uid_t owner, mode_t mode_max,
	off_t size_max) _must_check_;

/* Reads it whole. The text ends in a NUL that *ret_len does not count; the caller frees. */
int jit_file_read(int dirfd, const char *name, uid_t owner, mode_t mode_max,
	size_t size_max, char **ret, size_t *ret_len) _must_check_;

/* Is there anything of that name? 1, 0, or -errno. Says nothing about what it is. */
int jit_file_there(int dirfd, const char *name) _must_check_;

/* Reads exactly len bytes at offset (EINTR, short reads). -EIO at the end of the file. */
int jit_pread_full(int fd, void *buf, size_t len, off_t offset) _must_check_;
int jit_write_full(int fd, const void *buf, size_t len) _must_check_;

/* Puts the content in place of name, all or nothing, on disk when it returns 0. Where mode
 * lets a group read it, that is the directory's. */
int jit_file_replace(int dirfd, const char *name, mode_t mode, const void *buf,
	size_t len) _must_check_;

/* The same, but -EEXIST if name is there already. */
int jit_file_create(int dirfd, const char *name, mode_t mode, const void *buf,
	size_t len) _must_check_;

/* Removes it, on disk when it returns 0; -ENOENT if it was not there. */
int jit_file_remove(int dirfd, const char *name) _must_check_;

/* Locks what the descriptor names against other processes, for at most two seconds
 * (-ETIMEDOUT). The lock goes with the descriptor. */
int jit_file_lock(int fd) _must_check_;

/* What to tell a person about an -errno of jit_file_open and friends: "is a symbolic
 * link", "belongs to somebody else or others may write to it", … */
const char *jit_file_problem(int error);

#endif
