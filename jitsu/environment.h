/*
 * Environments, from nothing: what little of the caller's is kept, and what the command
 * gets.
 */
#ifndef JITSU_ENVIRONMENT_H
#define JITSU_ENVIRONMENT_H

#include "libjit/base.h"

enum { ENVIRONMENT_MAX = 128 };

/* NULL-terminated, as execve takes it. The strings are owned. */
struct environment {
	size_t n;
	char *v[ENVIRONMENT_MAX + 1];
};

void environment_done(struct environment *env);

/* May the caller's NAME=value go on to the command? TERM, language, colours, display; the
 * value short and of harmless characters. Pure. */
bool environment_is_kept(const char *entry);

/* May a PAM module set it? Not what we set ourselves, not what steers loader or shell. Pure. */
bool environment_is_pams(const char *entry);

/* What the caller presets for the command line; copies, NULL if not set. */
struct environment_presets {
	char *reason, *role, *time;
};

/* Takes what is kept and the presets out of environ, then empties environ. */
int environment_take(struct environment *ret_kept,
	struct environment_presets *ret_presets) _must_check_;

/* Sets a variable, replacing one of the same name. -E2BIG: too many. */
int environment_set(
	struct environment *env, const char *name, const char *value) _must_check_;

/* Adds what a PAM module wants, unless it is there already. `entries` as from
 * pam_getenvlist, may be NULL. */
int environment_add_pam(struct environment *env, char *const *entries) _must_check_;

#endif
