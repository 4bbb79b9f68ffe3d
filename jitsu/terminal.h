/*
 * The caller's terminal: its settings, raw mode, who has the foreground.
 */
#ifndef JITSU_TERMINAL_H
#define JITSU_TERMINAL_H

#include <sys/ioctl.h>
#include <termios.h>

#include "libjit/base.h"

struct terminal {
	int fd; /* /dev/tty, else the first of 0-2 that is one; -1: none */
	bool is_raw;
	struct termios original; /* what it was set to when we came */
	struct winsize size;
};

#define TERMINAL_NONE                                                                    \
	(struct terminal)                                                                \
	{                                                                                \
		.fd = -1                                                                 \
	}

/* Opens it if there is one; never fails: without one fd is -1. */
void terminal_open(struct terminal *ret);

/* Are we in its foreground process group? False too where it is not our controlling one. */
bool terminal_is_foreground(const struct terminal *terminal);

/* Raw mode for passing everything through, and back. Only in the foreground; what the
 * settings were is read anew each time, for the caller may have changed them. */
int terminal_set_raw(struct terminal *terminal) _must_check_;
void terminal_restore(struct terminal *terminal);

/* Reads the size again. */
void terminal_read_size(struct terminal *terminal);

#endif
