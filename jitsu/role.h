/*
 * What a role adds to a permitted run: which variables the caller may hand on, what has to
 * be in the command's file, where and with what it runs.
 */
#ifndef JITSU_ROLE_H
#define JITSU_ROLE_H

#include "run.h"

/* Takes what the caller asks to hand on into run->asked, as far as the role lets him; before
 * anybody is asked for a password. EXIT_DONE, or what to exit with: text and record are
 * out. */
enum exit_code role_take_asked(struct run *run);

/* Is in the command's file what the role says? Only in a process that the caller cannot
 * stop. -EPERM, -EFBIG … with a text. */
int role_check_content(struct run *run, struct jit_error *err) _must_check_;

/* The variables of the caller's that pass, then the role's own, which nobody overrides. */
int role_add_asked(const struct run *run, struct environment *env) _must_check_;
int role_add_set(const struct run *run, struct environment *env) _must_check_;

/* In the command's process: becomes the target, with what the role gives and no more. */
int role_become_target(const struct run *run) _must_check_;

/* Where it runs: absolute, or "" for where the caller is. */
const char *role_directory(const struct run *run);
mode_t role_umask(const struct run *run);

#endif
