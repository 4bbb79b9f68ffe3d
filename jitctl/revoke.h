/*
 * jitctl revoke by a signed token: for another host, and for whoever is not root here.
 */
#ifndef JITCTL_REVOKE_H
#define JITCTL_REVOKE_H

#include "libjit/base.h"

/* Reads the whole command line of `jitctl revoke`; an exit code. */
int revoke_remote(int argc, char **argv);

/* Its lines in the command's help. */
void revoke_remote_help(FILE *out);

#endif
