/*
 * A token from standard input: how much, how long.
 */
#ifndef JITSU_INPUT_H
#define JITSU_INPUT_H

#include "libjit/base.h"

/* A token, and what was pasted with it: white space, what mail puts in front of lines. */
enum { INPUT_TEXT_MAX = 2 * JIT_TOKEN_MAX };

/* Standard input to its end, within a minute. -EFBIG: more than any token; -ETIMEDOUT;
 * -EINVAL: it has a NUL. */
int input_read_token(char ret[INPUT_TEXT_MAX + 2]) _must_check_;

/* What to tell about such an error. */
const char *input_problem(int error);

#endif
