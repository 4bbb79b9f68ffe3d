/*
 * The one escaping function, for every sink: terminal, approver's prompt, journal, listing
 * (CVE-2023-28486, CVE-2024-28085).
 */
#ifndef JIT_ESCAPE_H
#define JIT_ESCAPE_H

#include "base.h"

/* Writes s so that it can be shown on one line of any terminal: printable ASCII and valid
 * printable UTF-8 as they are; `\` as `\\`; every control character (C0, DEL, C1),
 * bidirectional or invisible format character and invalid byte as `\n`, `\t`, `\xHH` or
 * `\u{HEX}`. Always terminated; a text that does not fit ends in `…`. Returns buf. */
const char *jit_escape(const char *s, char *buf, size_t size);

/* The same, allocated; NULL if there is no memory. */
char *jit_escape_dup(const char *s);

/* An argument vector as a person would type it: words escaped, quoted with '…' where a
 * shell would split or expand them, joined by blanks. For showing only: nothing ever
 * splits it again. */
const char *jit_escape_argv(const struct jit_strv *argv, char *buf, size_t size);

#endif
