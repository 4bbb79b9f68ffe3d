/*
 * What a session is made of, and its end.
 */
#ifndef PAM_JIT_ENDING_H
#define PAM_JIT_ENDING_H

#include "process.h"

struct ending {
	int application_fd; /* pidfd */
	struct process application;
	uint32_t
		parent_audit; /* audit session of the application's parent, at the start */
	bool kept;            /* we stand among the keepers: whoever is there is spared */
	int scope_fd;         /* the session's cgroup, as last seen; -1: not known */
	uint32_t audit;       /* the session's own audit id, as last seen; or UNSET */
};

/* Looks at the application for the first time. It must live. */
int ending_start(struct ending *ret, pid_t application, int application_fd,
	bool kept) _must_check_;
void ending_close(struct ending *ending);

/* Looks again: pam_systemd and pam_loginuid move the application after us. */
void ending_learn(struct ending *ending);

bool ending_application_lives(const struct ending *ending);

/* Does anything of the session live, application or not? */
bool ending_something_lives(const struct ending *ending);

/* The session's processes now. The caller frees *ret. */
int ending_members(
	const struct ending *ending, struct process **ret, size_t *ret_n) _must_check_;

/* Ends them: SIGTERM, a grace, SIGKILL. -errno: something may be left. */
int ending_end(struct ending *ending) _must_check_;

#endif
