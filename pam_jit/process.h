/*
 * What /proc says about processes.
 */
#ifndef PAM_JIT_PROCESS_H
#define PAM_JIT_PROCESS_H

#include "libjit/base.h"

enum {
	PROCESS_LIST_MAX = 65536, /* looked at in one pass */
	PROCESS_TTY_NONE = 0,
};

/* Every daemon's audit session id: that of nobody's session. */
#define PROCESS_AUDIT_UNSET UINT32_MAX

struct process {
	pid_t pid, parent;
	uint64_t start; /* clock ticks since boot */
	uint32_t tty;   /* device number, as the kernel prints it; 0: none */
	uint32_t audit; /* audit session id; PROCESS_AUDIT_UNSET: none, or unknown */
};

/* -ESRCH: there is none; -EBADMSG: not understood. */
int process_read(pid_t pid, struct process *ret) _must_check_;

/* All that can be seen, at most PROCESS_LIST_MAX. The caller frees *ret. */
int process_list(struct process **ret, size_t *ret_n) _must_check_;

/* Signals this process and no other that has its number by now. */
int process_signal(const struct process *process, int sig) _must_check_;

#endif
