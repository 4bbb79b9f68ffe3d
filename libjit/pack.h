/*
 * Flat records: how compiled policy and keys are written to cdb and read back. Integers
 * are little-endian and of fixed width; a string is a u32 length, the bytes and a NUL, so
 * that a decoded record can point into its own bytes. Reading past the end, or a string
 * with a NUL inside, makes the reader fail for good: check once, at the end.
 */
#ifndef JIT_PACK_H
#define JIT_PACK_H

#include "base.h"

struct jit_packer {
	uint8_t *buf;
	size_t len, size;
	int error; /* 0 or -errno; once set, writing does nothing */
};

void jit_pack_u8(struct jit_packer *p, uint8_t v);
void jit_pack_u32(struct jit_packer *p, uint32_t v);
void jit_pack_i64(struct jit_packer *p, int64_t v);
void jit_pack_bytes(struct jit_packer *p, const void *v, size_t len);
void jit_pack_str(struct jit_packer *p, const char *s); /* NULL is written as "" */
void jit_pack_strv(struct jit_packer *p, const struct jit_strv *strv);
void jit_packer_done(struct jit_packer *p); /* frees buf; a cleanup */

struct jit_unpacker {
	const uint8_t *buf;
	size_t len, at;
	int error;
};

uint8_t jit_unpack_u8(struct jit_unpacker *u);
uint32_t jit_unpack_u32(struct jit_unpacker *u);
int64_t jit_unpack_i64(struct jit_unpacker *u);
void jit_unpack_bytes(struct jit_unpacker *u, void *ret, size_t len);
const char *jit_unpack_str(struct jit_unpacker *u); /* never NULL; points into buf */
/* The vector itself is allocated (free ret->v); the strings point into buf. */
void jit_unpack_strv(struct jit_unpacker *u, struct jit_strv *ret);
/* A count that is followed by at least `each` bytes an item; 0 and an error otherwise. */
uint32_t jit_unpack_count(struct jit_unpacker *u, size_t each);
/* As above, in allocated memory of size bytes an item, zeroed: the array, to be freed, and
 * *ret_n; NULL and 0 if there are none or there is an error. */
void *jit_unpack_array(struct jit_unpacker *u, size_t packed, size_t size, size_t *ret_n);
/* Values out of range make the reader fail. */
bool jit_unpack_bool(struct jit_unpacker *u);
uint8_t jit_unpack_enum(struct jit_unpacker *u, uint8_t first, uint8_t last);
uint32_t jit_unpack_upto(struct jit_unpacker *u, uint32_t max);
/* Counted, not dated: never below zero. */
int64_t jit_unpack_seconds(struct jit_unpacker *u);
/* What the caller found wrong; the first error stays. */
void jit_unpack_fail(struct jit_unpacker *u, int error);
/* 0 if everything was read and nothing is left over, else -EBADMSG or -ENOMEM. */
int jit_unpack_end(const struct jit_unpacker *u) _must_check_;

#endif
