/*
 * Environments, from nothing: what little of the caller's is kept, and what the command
 * gets.
 */
#ifndef JITSU_ENVIRONMENT_H
#define JITSU_ENVIRONMENT_H

#include "libjit/base.h"

enum {
	ENVIRONMENT_MAX = 256,
	ENVIRONMENT_ASKED_MAX = 32, /* variables that the caller asks to hand on */
	ENVIRONMENT_NAME_MAX = 128, /* and each of them */
	ENVIRONMENT_VALUE_MAX = 4096,
};

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

/* What the caller asks to hand on beyond that. */
struct environment_asked {
	struct jit_strv assignments; /* NAME=value, each one word */
	const char *preserve;        /* NAME,NAME…, or NULL */
	char *const *given;          /* where their values are: his environ */
};

/* What the role lets him hand on. */
struct environment_may {
	struct jit_strv names; /* globs */
	bool any_value; /* not only plain ones: letters, digits, _ . , : / @ + = % - */
};

/* Checks that and copies it; one that is preserved and not set is left out. What passes
 * unasked may be asked for, too, with the values that pass unasked; what environment_is_pams
 * refuses may not, whatever the role says. Empty when it fails.
 * -EPERM: a name or a value that may not pass; -EINVAL: no name; -E2BIG: too long, too many.
 * A text names it. Pure. */
int environment_ask(const struct environment_asked *asked,
	const struct environment_may *may, struct environment *ret,
	struct jit_error *err) _must_check_;

/* Adds NAME=value as it is, replacing one of the same name. -EINVAL: it is none. */
int environment_add(struct environment *env, const char *entry) _must_check_;

/* Sets a variable, replacing one of the same name. -E2BIG: too many. */
int environment_set(
	struct environment *env, const char *name, const char *value) _must_check_;

/* Adds what a PAM module wants, unless it is there already. `entries` as from
 * pam_getenvlist, may be NULL. */
int environment_add_pam(struct environment *env, char *const *entries) _must_check_;

#endif
