/*
 * The listings of `jitctl list`, one file each. Run as root.
 */
#ifndef JITCTL_LIST_H
#define JITCTL_LIST_H

#include <jansson.h>

#include "libjit/base.h"

enum { LIST_ID_SYMBOLS = 8 };

/* What is wanted. history: what is over; all: both. */
struct list_wish {
	bool json, history, all;
};

/* They print the listing and return an exit code. */
int list_break_glass(const struct list_wish *wish);
int list_grants(const struct list_wish *wish);
int list_locks(const struct list_wish *wish);
int list_requests(const struct list_wish *wish);
int list_sessions(const struct list_wish *wish);

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
