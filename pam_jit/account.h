/*
 * The gate: group account.
 */
#ifndef PAM_JIT_ACCOUNT_H
#define PAM_JIT_ACCOUNT_H

#include <security/pam_modules.h>

/* Decides and writes nothing but refusals and exemptions. A PAM code. */
int account_decide(pam_handle_t *pamh, int flags, int argc, const char **argv);

#endif
