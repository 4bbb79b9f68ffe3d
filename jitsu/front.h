/*
 * The front: what stays in the caller's job while a command runs.
 */
#ifndef JITSU_FRONT_H
#define JITSU_FRONT_H

#include "run.h"

/* Becomes the caller for good and passes on, until the keeper says how it ended. */
enum exit_code front_main(struct run *run, int socket);

/* Is the command to have the terminal's foreground from the start? If its input and output
 * are both a terminal and we are in the foreground: else it gets it when it asks. */
bool front_wants_foreground(const struct terminal *terminal);

#endif
