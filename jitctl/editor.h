/*
 * The editor that a person chose, run on a file.
 */
#ifndef JITCTL_EDITOR_H
#define JITCTL_EDITOR_H

#include "libjit/base.h"

enum { EDITOR_WORDS_MAX = 16, EDITOR_VALUE_MAX = 512 };

/* An editor's command line, without the file. */
struct editor {
	char text[EDITOR_VALUE_MAX];
	char *words[EDITOR_WORDS_MAX];
	size_t n;
};

/* Splits a value of VISUAL or EDITOR at blanks, and in no other way (CVE-2023-22809: none
 * of it becomes a file to edit). -EINVAL with a text: it needs a shell, or is too long.
 * Pure. */
int editor_split(
	const char *value, struct editor *ret, struct jit_error *err) _must_check_;

/* The one of VISUAL, EDITOR, /usr/bin/editor, vi that there is first. */
int editor_find(struct editor *ret, struct jit_error *err) _must_check_;

/* Runs it on the file and waits. Its exit status as a shell gives it; -errno: it could not
 * be started. */
int editor_run(const struct editor *editor, const char *path) _must_check_;

#endif
