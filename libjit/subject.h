/*
 * From an account to a subject: uid, groups, and every name by which a rule can mean it.
 * The only place that asks NSS. Internal to libjit.
 */
#ifndef JIT_SUBJECT_H
#define JIT_SUBJECT_H

#include "decide.h"

/* By name, or by uid where name is NULL. -ENOENT: no such account, or one whose name is
 * none (`..`, control characters, a uid of -1); any other: it cannot be told. Both deny. */
int jit_subject_find(const char *name, uid_t uid, struct jit_subject *ret) _must_check_;

/* 0 if the group database answers for these, whether it has them or not. */
int jit_subject_groups_answer(const gid_t *gids, size_t n) _must_check_;

void jit_subject_done(struct jit_subject *subject);

#endif
