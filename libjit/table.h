/*
 * A cdb file (D. J. Bernstein's constant database) read with pread only: no mmap, the
 * size checked against the file's own index, so that a truncated file is an error and
 * never a missing record.
 */
#ifndef JIT_TABLE_H
#define JIT_TABLE_H

#include "base.h"

struct jit_table {
	int fd;
	uint32_t size;
};

#define JIT_TABLE_NONE                                                                   \
	(struct jit_table)                                                               \
	{                                                                                \
		-1, 0                                                                    \
	}

/* -ENOENT: not there; -EPERM, -EINVAL: see jit_file_open; -EBADMSG: truncated or not a cdb. */
int jit_table_open(
	int dirfd, const char *name, uid_t owner, struct jit_table *ret) _must_check_;
void jit_table_close(struct jit_table *table);

/* The value of key, allocated, with a NUL behind it. -ENOENT: there is none. */
int jit_table_get(const struct jit_table *table, const void *key, size_t key_len,
	uint8_t **ret, size_t *ret_len) _must_check_;

#endif
