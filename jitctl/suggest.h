/*
 * "did you mean …?": the nearest of a set of words. Pure.
 */
#ifndef JITCTL_SUGGEST_H
#define JITCTL_SUGGEST_H

#include "libjit/base.h"

/* Edits between two words (insert, delete, replace, swap of neighbours; case does not
 * count); SIZE_MAX if one of them is longer than JIT_NAME_MAX. */
size_t suggest_distance(const char *a, const char *b);

/* The candidate nearest to word if it is near enough to be what was meant, else NULL. */
const char *suggest_nearest(const char *word, const struct jit_strv *candidates);

#endif
