/*
 * The listings of `jitctl list`, one file each. Run as root.
 */
#ifndef JITCTL_LIST_H
#define JITCTL_LIST_H

#include <jansson.h>

#include "libjit/base.h"

enum { LIST_ID_SYMBOLS = 8 };

/* They print the listing and return an exit code. */
int list_grants(bool json);
int list_sessions(bool json);

/* The first symbols of an id as people see it; "?" if it is none. */
const char *list_short_id(const char *id, char buf[LIST_ID_SYMBOLS + 1]);

/* Milliseconds to go as `1h30m`; "-" if none are left. */
const char *list_left(int64_t left_ms, char *buf, size_t size);

/* A JSON text; escaped where it is not UTF-8; null where it is empty or NULL. */
json_t *list_text(const char *s);
json_t *list_time(int64_t sec);
json_t *list_argv(const struct jit_strv *argv);

/* Prints {"version": 1, KEY: items}; items is taken over (NULL: out of memory). */
int list_print_json(const char *key, json_t *items);

#endif
