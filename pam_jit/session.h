/*
 * Group session: the grant's use, and what ends it.
 */
#ifndef PAM_JIT_SESSION_H
#define PAM_JIT_SESSION_H

#include <security/pam_modules.h>

/* Never refuses a login (an application may go on all the same): what must not be is ended
 * after a second. PAM codes. */
int session_open(pam_handle_t *pamh, int argc, const char **argv);
int session_close(pam_handle_t *pamh);

#endif
