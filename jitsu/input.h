/*
 * A token from standard input: how much, how long.
 */
#ifndef JITSU_INPUT_H
#define JITSU_INPUT_H

#include "run.h"

/* A token, and what was pasted with it: white space, what mail puts in front of lines. */
enum { INPUT_TEXT_MAX = 2 * JIT_TOKEN_MAX };

/* Standard input to its end, within a minute, and the clock anew behind it. EXIT_DONE, or
 * what to exit with: the text is out. */
enum exit_code input_take_token(
	struct run *run, char ret[INPUT_TEXT_MAX + 2]) _must_check_;

#endif
