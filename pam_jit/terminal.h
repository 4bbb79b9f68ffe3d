/*
 * A line to the people at the session's terminals.
 */
#ifndef PAM_JIT_TERMINAL_H
#define PAM_JIT_TERMINAL_H

#include "process.h"

/* Best effort: to each terminal of these processes that belongs to uid. text is escaped
 * already, one line, without a newline. True if there was somebody to tell. */
bool terminal_tell(const struct process *list, size_t n, uid_t uid, const char *text);

#endif
