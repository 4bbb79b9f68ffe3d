/*
 * What stands behind pam_jit.so on a PAM line.
 */
#ifndef PAM_JIT_OPTIONS_H
#define PAM_JIT_OPTIONS_H

#include "libjit/base.h"
#include "service.h"

struct options {
	enum door door;     /* kind=, or DOOR_UNKNOWN if there is none */
	const char *exempt; /* exempt=: `USER@TTY[,TTY…]`, well formed; or NULL */
	bool observe, debug;
	/* The first option that is not understood, and what is wrong with it; NULL: none.
	 * Such a line refuses; the other fields hold what the other options say. */
	const char *bad, *why;
};

/* Reads all of them. The strings stay argv's. */
void options_parse(struct options *ret, int argc, const char **argv);

#endif
