/*
 * Flat records: the little-endian writer and its reader.
 *
 * Runs as: any; the reader as root, on files that root wrote. MUST stay inside the record
 * whatever its lengths say; MUST NOT grow beyond JIT_RECORD_MAX.
 */
#include "pack.h"

#include <errno.h>
#include <string.h>

/* ---- writing ---- */

static int
grow(struct jit_packer *p, size_t more)
{
	size_t size = p->size ? p->size : 256;
	uint8_t *buf;

	if (more > JIT_RECORD_MAX - p->len)
		return -E2BIG;
	if (p->size - p->len >= more)
		return 0;
	while (size - p->len < more)
		size *= 2;
	buf = realloc(p->buf, size);
	if (!buf)
		return -ENOMEM;
	p->buf = buf;
	p->size = size;
	return 0;
}

void
jit_pack_bytes(struct jit_packer *p, const void *v, size_t len)
{
	if (!p->error)
		p->error = grow(p, len);
	if (p->error || len == 0)
		return;
	memcpy(p->buf + p->len, v, len);
	p->len += len;
}

void
jit_pack_u8(struct jit_packer *p, uint8_t v)
{
	jit_pack_bytes(p, &v, sizeof(v));
}

static void
pack_little_endian(struct jit_packer *p, uint64_t v, size_t width)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < width; i++)
		bytes[i] = (uint8_t)(v >> (8 * i));
	jit_pack_bytes(p, bytes, width);
}

void
jit_pack_u32(struct jit_packer *p, uint32_t v)
{
	pack_little_endian(p, v, sizeof(v));
}

void
jit_pack_i64(struct jit_packer *p, int64_t v)
{
	pack_little_endian(p, (uint64_t)v, sizeof(v));
}

void
jit_pack_str(struct jit_packer *p, const char *s)
{
	size_t len = s ? strlen(s) : 0;

	if (!p->error && len >= JIT_RECORD_MAX)
		p->error = -E2BIG;
	jit_pack_u32(p, (uint32_t)len);
	jit_pack_bytes(p, s ? s : "", len + 1);
}

void
jit_pack_strv(struct jit_packer *p, const struct jit_strv *strv)
{
	if (!p->error && strv->n >= JIT_RECORD_MAX)
		p->error = -E2BIG;
	jit_pack_u32(p, (uint32_t)strv->n);
	for (size_t i = 0; i < strv->n && !p->error; i++)
		jit_pack_str(p, strv->v[i]);
}

void
jit_packer_done(struct jit_packer *p)
{
	free(p->buf);
	*p = (struct jit_packer){ 0 };
}

/* ---- reading ---- */

/* The next len bytes, or NULL: then the reader has failed. */
static const uint8_t *
take(struct jit_unpacker *u, size_t len)
{
	const uint8_t *bytes;

	if (!u->error && (u->at > u->len || len > u->len - u->at))
		u->error = -EBADMSG;
	if (u->error)
		return NULL;
	bytes = u->buf + u->at;
	u->at += len;
	return bytes;
}

static uint64_t
unpack_little_endian(struct jit_unpacker *u, size_t width)
{
	const uint8_t *bytes = take(u, width);
	uint64_t v = 0;

	for (size_t i = 0; bytes && i < width; i++)
		v |= (uint64_t)bytes[i] << (8 * i);
	return v;
}

uint8_t
jit_unpack_u8(struct jit_unpacker *u)
{
	return (uint8_t)unpack_little_endian(u, sizeof(uint8_t));
}

uint32_t
jit_unpack_u32(struct jit_unpacker *u)
{
	return (uint32_t)unpack_little_endian(u, sizeof(uint32_t));
}

int64_t
jit_unpack_i64(struct jit_unpacker *u)
{
	return (int64_t)unpack_little_endian(u, sizeof(int64_t));
}

void
jit_unpack_bytes(struct jit_unpacker *u, void *ret, size_t len)
{
	const uint8_t *bytes = take(u, len);

	if (len == 0)
		return;
	if (bytes)
		memcpy(ret, bytes, len);
	else
		memset(ret, 0, len);
}

const char *
jit_unpack_str(struct jit_unpacker *u)
{
	size_t len = jit_unpack_u32(u);
	const uint8_t *bytes = take(u, len);
	const uint8_t *end = take(u, 1);

	if (!end)
		return "";
	if (*end != '\0' || memchr(bytes, '\0', len)) {
		u->error = -EBADMSG;
		return "";
	}
	return (const char *)bytes;
}

uint32_t
jit_unpack_count(struct jit_unpacker *u, size_t each)
{
	uint32_t count = jit_unpack_u32(u);

	if (!u->error && (each == 0 || count > (u->len - u->at) / each))
		u->error = -EBADMSG;
	return u->error ? 0 : count;
}

void
jit_unpack_strv(struct jit_unpacker *u, struct jit_strv *ret)
{
	enum { SMALLEST = 4 + 1 };
	uint32_t n = jit_unpack_count(u, SMALLEST);
	_cleanup_free_ const char **v = NULL;

	*ret = (struct jit_strv){ 0 };
	if (n == 0)
		return;
	v = calloc(n, sizeof(*v));
	if (!v) {
		u->error = -ENOMEM;
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		v[i] = jit_unpack_str(u);
	if (u->error)
		return;
	ret->n = n;
	ret->v = TAKE_PTR(v);
}

void
jit_unpack_fail(struct jit_unpacker *u, int error)
{
	if (!u->error)
		u->error = error;
}

bool
jit_unpack_bool(struct jit_unpacker *u)
{
	return jit_unpack_enum(u, 0, 1) == 1;
}

uint8_t
jit_unpack_enum(struct jit_unpacker *u, uint8_t first, uint8_t last)
{
	uint8_t v = jit_unpack_u8(u);

	if (v >= first && v <= last)
		return v;
	jit_unpack_fail(u, -EBADMSG);
	return first;
}

uint32_t
jit_unpack_upto(struct jit_unpacker *u, uint32_t max)
{
	uint32_t v = jit_unpack_u32(u);

	if (v <= max)
		return v;
	jit_unpack_fail(u, -EBADMSG);
	return 0;
}

int64_t
jit_unpack_seconds(struct jit_unpacker *u)
{
	int64_t v = jit_unpack_i64(u);

	if (v >= 0)
		return v;
	jit_unpack_fail(u, -EBADMSG);
	return 0;
}

void *
jit_unpack_array(struct jit_unpacker *u, size_t packed, size_t size, size_t *ret_n)
{
	uint32_t n = jit_unpack_count(u, packed);
	void *v = n ? calloc(n, size) : NULL;

	if (n && !v)
		jit_unpack_fail(u, -ENOMEM);
	*ret_n = v ? n : 0;
	return v;
}

int
jit_unpack_end(const struct jit_unpacker *u)
{
	if (u->error)
		return u->error;
	return u->at == u->len ? 0 : -EBADMSG;
}
