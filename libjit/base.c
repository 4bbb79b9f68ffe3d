/*
 * What every other file may use. Runs as: any.
 */
#include "base.h"

#include <string.h>

int
jit_error_set(struct jit_error *err, int code, const char *format, ...)
{
	va_list ap;

	if (!err || err->text[0])
		return code;
	va_start(ap, format);
	(void)vsnprintf(err->text, sizeof(err->text), format, ap);
	va_end(ap);
	return code;
}

bool
jit_streq(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

bool
jit_strv_has(const struct jit_strv *strv, const char *s)
{
	for (size_t i = 0; i < strv->n; i++)
		if (jit_streq(strv->v[i], s))
			return true;
	return false;
}

bool
jit_strv_equal(const struct jit_strv *a, const struct jit_strv *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!jit_streq(a->v[i], b->v[i]))
			return false;
	return true;
}
