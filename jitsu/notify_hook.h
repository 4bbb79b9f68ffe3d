/*
 * The policy's hook, run as an account of its own.
 */
#ifndef JITSU_NOTIFY_HOOK_H
#define JITSU_NOTIFY_HOOK_H

#include "libjit/base.h"

#define NOTIFY_ACCOUNT "jit-notify"

/* Runs the program at path, root's and writable by nobody else, with text on its standard
 * input, and waits until it and everything that it started is gone, at most timeout_sec: what
 * is left is killed. 0: it ended with status 0; else -errno, and err says what went wrong. */
int notify_hook_run(const char *path, int64_t timeout_sec, const char *text,
	struct jit_error *err) _must_check_;

#endif
