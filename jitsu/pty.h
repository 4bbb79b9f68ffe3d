/*
 * The command's own terminal: what is typed into it reaches nobody else's (CVE-2005-4890).
 */
#ifndef JITSU_PTY_H
#define JITSU_PTY_H

#include "terminal.h"

struct pty {
	int master, slave;    /* -1: there is none */
	bool post_processing; /* the caller's terminal has it: the command's gets it back */
};

#define PTY_NONE                                                                         \
	(struct pty)                                                                     \
	{                                                                                \
		.master = -1, .slave = -1                                                \
	}

/* Makes one like the caller's terminal, the target's own, and takes it as controlling
 * terminal: the process has to be a session leader without one. */
int pty_open(const struct terminal *like, uid_t target, bool foreground,
	struct pty *ret) _must_check_;
void pty_close(struct pty *pty);

/* Gives the foreground to a process group; raw: the caller's terminal passes everything
 * through, so that line ends have to be made here. */
void pty_give(const struct pty *pty, pid_t group, bool raw);

void pty_set_size(const struct pty *pty, const struct winsize *size);

#endif
