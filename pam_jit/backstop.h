/*
 * What systemd does if session-watch did not: RuntimeMaxSec of the session's scope.
 */
#ifndef PAM_JIT_BACKSTOP_H
#define PAM_JIT_BACKSTOP_H

#include <security/pam_modules.h>
#include <stdint.h>

#include "libjit/base.h"

/* For pam_systemd, whose line comes after ours. */
int backstop_set(pam_handle_t *pamh, int64_t sec) _must_check_;

#endif
