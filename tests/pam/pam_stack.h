/*
 * Stacks of PAM lines run by the real libpam, and what came of it.
 */
#ifndef PAM_STACK_H
#define PAM_STACK_H

#include <security/pam_appl.h>
#include <stdbool.h>

/* What the application knows; NULL items are not set. */
struct stack_call {
	const char *service, *user, *tty, *rhost;
	int flags;
};

/* Writes the service's file: lines with @JIT@, @OTHER@ and @SAY@ for the modules. */
void stack_write(const char *service, const char *lines);

/* One line of ours alone in its group, so that the module's own code comes out of libpam
 * (which otherwise hides PAM_IGNORE). */
void stack_write_bare(const char *service, const char *options);
void stack_write_bare_other(const char *service, const char *options);

/* Runs account. All texts of the conversation are in stack_text until the next call. */
int stack_account(const struct stack_call *call);
int stack_authenticate(const struct stack_call *call);

/* Opens and closes a session; each code of its own. */
struct stack_session {
	int opened, closed;
};
struct stack_session stack_session(const struct stack_call *call);

const char *stack_text(void);

#endif
