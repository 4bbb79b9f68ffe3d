/*
 * What every other file may use: attributes, cleanup, the error text.
 * Runs as: any.
 */
#ifndef JIT_BASE_H
#define JIT_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "limits.h"

#define _must_check_ __attribute__((warn_unused_result))
#define _printf_(a, b) __attribute__((format(printf, a, b)))
#define _cleanup_(f) __attribute__((cleanup(f)))
#define _cleanup_free_ _cleanup_(jit_freep)
#define _cleanup_close_ _cleanup_(jit_closep)
#define _cleanup_fclose_ _cleanup_(jit_fclosep)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline void
jit_freep(void *p)
{
	free(*(void **)p);
}

static inline void
jit_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void
jit_fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

/* Hands a pointer or descriptor over to the caller: the cleanup finds nothing left. */
#define TAKE_PTR(p)                                                                      \
	({                                                                               \
		typeof(p) taken_ = (p);                                                  \
		(p) = NULL;                                                              \
		taken_;                                                                  \
	})
#define TAKE_FD(fd)                                                                      \
	({                                                                               \
		int taken_ = (fd);                                                       \
		(fd) = -1;                                                               \
		taken_;                                                                  \
	})

/* The person's half of an error: what happened, where, what to do now. */
struct jit_error {
	char text[512];
};

/* Sets err's text (err may be NULL) and returns code, so that a failing function can end
 * with it. The first text stays: it is nearest to the cause. */
int jit_error_set(struct jit_error *err, int code, const char *format, ...)
	_printf_(3, 4);

/* A counted vector of strings. The strings belong to whoever filled it. */
struct jit_strv {
	size_t n;
	const char **v;
};

bool jit_strv_has(const struct jit_strv *strv, const char *s);
bool jit_strv_equal(const struct jit_strv *a, const struct jit_strv *b);

bool jit_streq(const char *a, const char *b);

#endif
