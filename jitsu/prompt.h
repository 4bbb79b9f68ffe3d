/*
 * Asking on the terminal: a secret, or a line.
 */
#ifndef JITSU_PROMPT_H
#define JITSU_PROMPT_H

#include "libjit/base.h"

enum { PROMPT_SECRET_MAX = 511 }; /* what a PAM response holds */

struct prompt_secret {
	char text[PROMPT_SECRET_MAX + 1];
};

#define _cleanup_secret_ _cleanup_(prompt_secret_wipe)
void prompt_secret_wipe(struct prompt_secret *secret);

/* Asks, reads with echo off, flushes the terminal's input on both sides (CVE-2025-64170).
 * timeout_sec: for all of it; 0: none. -ETIMEDOUT; -ECANCELED: ^D at the beginning, or a
 * signal (^C); -errno. ^Z stops us and the question is put again. */
int prompt_secret(int tty, const char *question, int64_t timeout_sec,
	struct prompt_secret *ret) _must_check_;

/* The same with echo, for what is no secret. A line of more than size - 1 bytes: -EFBIG. */
int prompt_line(int tty, const char *question, int64_t timeout_sec, char *ret,
	size_t size) _must_check_;

#endif
