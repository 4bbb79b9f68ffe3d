/*
 * The entry points of pam_jit.so. See pam_jit(8).
 *
 * Runs as root, inside somebody else's process (sshd, login).
 * MUST NOT exit, print, keep state between calls but in the PAM handle, nor change
 * environment, umask, signals or directory. An error MUST NOT become PAM_SUCCESS or
 * PAM_IGNORE.
 */
#include <security/pam_modules.h>

#include "account.h"
#include "session.h"
#include "tell.h"

#define PAM_VISIBLE __attribute__((visibility("default")))

/* Nothing here proves who somebody is: an auth line is refused until it has something to
 * do, so that nobody takes it for a gate. */
PAM_VISIBLE int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags, (void)argc, (void)argv;
	tell_log(pamh, LOG_ERR, "an auth line is not supported yet: refused");
	return PAM_AUTH_ERR;
}

PAM_VISIBLE int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_IGNORE;
}

PAM_VISIBLE int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return account_decide(pamh, flags, argc, argv);
}

PAM_VISIBLE int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	return session_open(pamh, argc, argv);
}

PAM_VISIBLE int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags, (void)argc, (void)argv;
	return session_close(pamh);
}
