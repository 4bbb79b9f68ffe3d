/*
 * The parts of `jitctl edit`. Run as root.
 */
#ifndef JITCTL_EDIT_H
#define JITCTL_EDIT_H

#include "jitctl/edit_file.h"

enum edit_verdict {
	EDIT_WRONG = 0,
	EDIT_WRONG_ELSEWHERE, /* mistakes, but none of them in this file */
	EDIT_REFUSED,         /* what reload --force would load */
	EDIT_GOOD,
};

/* Judges the text as the file's, with all other files. What is wrong is shown with its
 * lines. */
enum edit_verdict edit_check(const struct jit_site *site, const struct edit_file *file,
	const char *text, size_t len);

/* One editor at a time. A descriptor that holds the lock; -EBUSY with a text that says who
 * has it. */
int edit_lock(const struct jit_site *site, struct jit_error *err) _must_check_;

#endif
