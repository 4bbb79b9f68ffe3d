/*
 * A question to the person at the terminal.
 */
#ifndef JITCTL_QUESTION_H
#define JITCTL_QUESTION_H

#include "libjit/base.h"

enum { QUESTION_ANSWER_SIZE = 512 };

/* Shows the prompt on the terminal (not standard output) and reads one line from there,
 * without its end. What was typed before the prompt does not count.
 * -ENOTTY: there is no terminal; -ECANCELED: it was closed, or the line is too long. */
int question_ask(const char *prompt, char ret[QUESTION_ANSWER_SIZE]) _must_check_;

/* Is the answer a yes? Only y and yes are. */
bool question_is_yes(const char *answer);

#endif
