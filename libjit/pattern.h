/*
 * Globs and command patterns. Pure; linear in the length of what they look at; no regular
 * expressions (60 bytes of those can run for seconds).
 */
#ifndef JIT_PATTERN_H
#define JIT_PATTERN_H

#include "base.h"

/* `*`, `?`, `[a-z]`, `[!a-z]`; none of them ever matches `/`. There is no escape. */
bool jit_glob_match(const char *glob, const char *s);

/* Is it well formed: every `[` closed, ranges rising? */
bool jit_glob_valid(const char *glob);
bool jit_glob_is_literal(const char *glob);

/* A command pattern, split into words by jitctl reload; the first is the path. `*` alone
 * matches any command. A word that does not begin with `-` never matches an argument that
 * does; a glob never stands for `..` or, behind a slash, `.`: `/srv/..` is matched by
 * itself alone. A last word `WORD...` is one or more arguments that each match WORD; a last word
 * `any...` is any number of anything; without one, nothing more. argv[0] is the resolved
 * absolute path. */
bool jit_command_match(const struct jit_strv *pattern, const struct jit_strv *argv);

/* The same for a pattern that denies, where a match too few is the mistake: a glob takes
 * options, `.` and `..` too; an argument is also looked at without its `//`, `.` and `..`;
 * of `WORD...` one that matches is enough. */
bool jit_command_denied(const struct jit_strv *pattern, const struct jit_strv *argv);

#endif
