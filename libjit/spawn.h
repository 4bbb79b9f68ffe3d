/*
 * Starts a process that nobody has to wait for, from inside a process that may be somebody
 * else's (sshd with our module in it): no SIGCHLD, no child left behind, no descriptor, no
 * changed signal mask.
 */
#ifndef JIT_SPAWN_H
#define JIT_SPAWN_H

#include "base.h"

/* Runs become(arg) in a copy of this process that init inherits, with all signals blocked.
 * It has to end in exec; if it comes back the copy ends. MUST call nothing but system calls:
 * the process may have threads. 0 says that the copy was made, no more. */
int jit_spawn(void (*become)(void *arg), void *arg) _must_check_;

/* The same for a program that takes no arguments: its name is argv[0], its environment is
 * empty, input its standard input, and it has no other descriptor. */
int jit_spawn_program(const char *path, const char *name, int input) _must_check_;

#endif
