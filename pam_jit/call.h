/*
 * One call of the module: what the application and the PAM line say.
 */
#ifndef PAM_JIT_CALL_H
#define PAM_JIT_CALL_H

#include <security/pam_modules.h>

#include "options.h"

struct call {
	pam_handle_t *pamh;
	struct options options;
	enum door door; /* of kind=, else of the service */
	/* PAM's items, whole and unchecked; never NULL. They stay the handle's. */
	const char *service, *user, *tty, *rhost;
};

/* Reads options and items. -EINVAL: the application left out service or user. */
int call_read(
	struct call *ret, pam_handle_t *pamh, int argc, const char **argv) _must_check_;

#endif
