/*
 * The least that a program with PAM does for a command as root: account, credentials,
 * session, fork, exec, wait, close. No policy, no record. Setuid root; for the bench only,
 * as it lets the caller choose the stack.
 *
 *	bench-pam SERVICE USER CMD [ARG...]
 */
#include <grp.h>
#include <security/pam_appl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int
refuse_to_talk(
	int n, const struct pam_message **messages, struct pam_response **ret, void *arg)
{
	(void)n, (void)messages, (void)ret, (void)arg;
	return PAM_CONV_ERR;
}

static int
become_root(void)
{
	const gid_t group = 0;

	if (setgroups(1, &group) < 0 || setresgid(0, 0, 0) < 0)
		return -1;
	return setresuid(0, 0, 0);
}

static int
run(char **argv)
{
	pid_t pid = fork();
	int status = 0;

	if (pid < 0)
		return 71;
	if (pid == 0) {
		(void)execve(argv[0], argv, environ);
		_exit(126);
	}
	if (waitpid(pid, &status, 0) < 0)
		return 71;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
session_open(pam_handle_t *pamh)
{
	int r = pam_acct_mgmt(pamh, PAM_SILENT);

	if (r == PAM_SUCCESS)
		r = pam_set_item(pamh, PAM_USER, "root");
	if (r == PAM_SUCCESS)
		r = pam_setcred(pamh, PAM_ESTABLISH_CRED | PAM_SILENT);
	return r == PAM_SUCCESS ? pam_open_session(pamh, PAM_SILENT) : r;
}

int
main(int argc, char **argv)
{
	const struct pam_conv conv = { refuse_to_talk, NULL };
	pam_handle_t *pamh = NULL;
	int r, status;

	if (argc < 4)
		return 64;
	if (become_root() < 0)
		return 71;
	r = pam_start(argv[1], argv[2], &conv, &pamh);
	if (r != PAM_SUCCESS)
		return 71;
	r = pam_set_item(pamh, PAM_RUSER, argv[2]);
	if (r == PAM_SUCCESS)
		r = session_open(pamh);
	status = r == PAM_SUCCESS ? run(argv + 3) : 77;
	if (r == PAM_SUCCESS)
		r = pam_close_session(pamh, PAM_SILENT);
	(void)pam_setcred(pamh, PAM_DELETE_CRED | PAM_SILENT);
	(void)pam_end(pamh, r);
	return status;
}
