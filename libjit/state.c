/*
 * State files: one JSON object each. Runs as: root.
 */
#include "state.h"

#include <errno.h>
#include <string.h>

#include "file.h"

enum { STATE_FORMAT = 1 };

static const struct jit_state_form usual = { 0600, JIT_STATE_MAX };

int
jit_state_read_as(int dirfd, const char *name, uid_t owner,
	const struct jit_state_form *form, json_t **ret)
{
	_cleanup_free_ char *text = NULL;
	json_auto_t *object = NULL;
	int64_t format;
	size_t len;
	int r = jit_file_read(
		dirfd, name, owner, form->mode, form->size_max, &text, &len);

	if (r < 0)
		return r;
	object = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(object) || jit_state_integer(object, "format", &format) < 0 ||
		format != STATE_FORMAT)
		return -EBADMSG;
	*ret = json_incref(object);
	return 0;
}

int
jit_state_read(int dirfd, const char *name, uid_t owner, json_t **ret)
{
	return jit_state_read_as(dirfd, name, owner, &usual, ret);
}

static int
state_write(int dirfd, const char *name, const struct jit_state_form *form,
	json_t *object, int (*write)(int, const char *, mode_t, const void *, size_t))
{
	json_auto_t *owned = object;
	_cleanup_free_ char *text = NULL;

	if (!owned ||
		json_object_set_new(owned, "format", json_integer(STATE_FORMAT)) < 0)
		return -ENOMEM;
	text = json_dumps(owned, JSON_COMPACT);
	if (!text)
		return -ENOMEM;
	if (strlen(text) > form->size_max)
		return -EFBIG;
	return write(dirfd, name, form->mode, text, strlen(text));
}

int
jit_state_create_as(
	int dirfd, const char *name, const struct jit_state_form *form, json_t *object)
{
	return state_write(dirfd, name, form, object, jit_file_create);
}

int
jit_state_replace_as(
	int dirfd, const char *name, const struct jit_state_form *form, json_t *object)
{
	return state_write(dirfd, name, form, object, jit_file_replace);
}

int
jit_state_create(int dirfd, const char *name, json_t *object)
{
	return jit_state_create_as(dirfd, name, &usual, object);
}

int
jit_state_replace(int dirfd, const char *name, json_t *object)
{
	return jit_state_replace_as(dirfd, name, &usual, object);
}

int
jit_state_string(const json_t *object, const char *key, char *ret, size_t size)
{
	const json_t *value = json_object_get(object, key);
	const char *s = json_string_value(value);

	if (!s || strlen(s) != json_string_length(value) || strlen(s) >= size)
		return -EBADMSG;
	memcpy(ret, s, strlen(s) + 1);
	return 0;
}

int
jit_state_integer(const json_t *object, const char *key, int64_t *ret)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		return -EBADMSG;
	*ret = json_integer_value(value);
	return 0;
}
