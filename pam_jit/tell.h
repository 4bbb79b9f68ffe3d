/*
 * What the person at the login and what root's log are told.
 */
#ifndef PAM_JIT_TELL_H
#define PAM_JIT_TELL_H

#include <security/pam_modules.h>
#include <syslog.h>

#include "gate.h"

/* Each line of text by the application's conversation; nothing if it has none. */
void tell_user(pam_handle_t *pamh, const char *text);

/* To syslog, control characters escaped. */
void tell_log(pam_handle_t *pamh, int priority, const char *format, ...) _printf_(3, 4);

/* Why account refuses, and how the person can go on. Nothing for what lets by. */
void tell_refusal(struct gate *gate, enum outcome outcome);

/* One word for the outcome, and why a login is refused: for the record. */
const char *tell_why(const struct gate *gate, enum outcome outcome);

#endif
