/*
 * State files: one JSON object each, `"format": 1`, written whole and synced, read with
 * every check of file.h. Internal to libjit.
 */
#ifndef JIT_STATE_H
#define JIT_STATE_H

#include <jansson.h>

#include "base.h"

/* The object, which the caller decrefs. -EBADMSG: not one object of format 1. */
int jit_state_read(int dirfd, const char *name, uid_t owner, json_t **ret) _must_check_;

/* Writes an object that json_pack made (NULL: -ENOMEM; it is taken over). New: -EEXIST if
 * the file is there. */
int jit_state_create(int dirfd, const char *name, json_t *object) _must_check_;
int jit_state_replace(int dirfd, const char *name, json_t *object) _must_check_;

/* The same for a file that is larger, or that a group may read. */
struct jit_state_form {
	mode_t mode;
	size_t size_max;
};
int jit_state_read_as(int dirfd, const char *name, uid_t owner,
	const struct jit_state_form *form, json_t **ret) _must_check_;
int jit_state_create_as(int dirfd, const char *name, const struct jit_state_form *form,
	json_t *object) _must_check_;
int jit_state_replace_as(int dirfd, const char *name, const struct jit_state_form *form,
	json_t *object) _must_check_;

/* A string member of at most size - 1 bytes; -EBADMSG if it is missing or longer. */
int jit_state_string(
	const json_t *object, const char *key, char *ret, size_t size) _must_check_;
int jit_state_integer(const json_t *object, const char *key, int64_t *ret) _must_check_;

#endif
