/*
 * PAM, application side. Runs as: root.
 *
 * MUST NOT take anything but PAM_SUCCESS for success; MUST escape what modules say; MUST
 * wipe what was typed (libpam wipes and frees the responses that it was given).
 */
#include "auth.h"

#include <errno.h>
#include <security/pam_appl.h>
#include <string.h>

#include "libjit/escape.h"
#include "message.h"
#include "prompt.h"

#define SERVICE "jitsu"

static const char *
service_of(const struct auth *auth)
{
	return auth->service ? auth->service : SERVICE;
}

static const char *
question_text(const struct auth *auth, const char *asked, char *buf, size_t size)
{
	char shown[256];

	if (strcmp(asked, "Password: ") == 0 || strcmp(asked, "Password:") == 0)
		(void)snprintf(buf, size, "[jitsu] password for %s: ", auth->user);
	else
		(void)snprintf(
			buf, size, "[jitsu] %s", jit_escape(asked, shown, sizeof(shown)));
	return buf;
}

static int
answer(struct auth *auth, int style, const char *asked, char **ret)
{
	_cleanup_secret_ struct prompt_secret secret = { 0 };
	char question[512];
	int r = -ENOTTY;

	(void)question_text(auth, asked, question, sizeof(question));
	if (auth->tty >= 0 && style == PAM_PROMPT_ECHO_OFF)
		r = prompt_secret(auth->tty, question, auth->timeout_sec, &secret);
	else if (auth->tty >= 0)
		r = prompt_line(auth->tty, question, auth->timeout_sec, secret.text,
			sizeof(secret.text));
	auth->prompt_error = r;
	if (r < 0)
		return PAM_CONV_ERR;
	*ret = strdup(secret.text);
	return *ret ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int
take_message(struct auth *auth, const struct pam_message *message, char **ret)
{
	char line[512];

	switch (message->msg_style) {
	case PAM_PROMPT_ECHO_OFF:
	case PAM_PROMPT_ECHO_ON:
		return answer(auth, message->msg_style, message->msg, ret);
	case PAM_ERROR_MSG:
	case PAM_TEXT_INFO:
		auth->show(auth->show_arg, jit_escape(message->msg, line, sizeof(line)));
		return PAM_SUCCESS;
	default: return PAM_CONV_ERR;
	}
}

static void
drop_responses(struct pam_response *responses, int n)
{
	for (int i = 0; i < n; i++) {
		if (!responses[i].resp)
			continue;
		explicit_bzero(responses[i].resp, strlen(responses[i].resp));
		free(responses[i].resp);
	}
	free(responses);
}

static int
converse(int n, const struct pam_message **messages, struct pam_response **ret, void *arg)
{
	struct auth *auth = arg;
	struct pam_response *responses;

	if (n <= 0 || n > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	responses = calloc((size_t)n, sizeof(*responses));
	if (!responses)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++) {
		int r = take_message(auth, messages[i], &responses[i].resp);

		if (r != PAM_SUCCESS) {
			drop_responses(responses, n);
			return r;
		}
	}
	*ret = responses;
	return PAM_SUCCESS;
}

static int
fail(struct auth *auth, int code, const char *what, struct jit_error *err)
{
	return jit_error_set(err, code, "PAM service %s: %s: %s", service_of(auth), what,
		pam_strerror(auth->pam, auth->status));
}

/* Where there is no file of that name, libpam takes the service `other`, which on many systems
 * asks for the password: that was the first factor. */
static bool
is_configured(const char *service)
{
	static const char *const dirs[] = { "/etc/pam.d", "/usr/lib/pam.d" };
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		int n = snprintf(path, sizeof(path), "%s/%s", dirs[i], service);

		if (n > 0 && (size_t)n < sizeof(path) && access(path, F_OK) == 0)
			return true;
	}
	return false;
}

int
auth_start(
	struct auth *auth, const char *user, const char *tty_name, struct jit_error *err)
{
	const struct pam_conv conv = { converse, auth };

	if (auth->service && !is_configured(auth->service))
		return jit_error_set(err, -ENOENT,
			"PAM service %s, the role's second factor, is not there "
			"(/etc/pam.d/%s)",
			auth->service, auth->service);
	auth->user = user;
	auth->status = pam_start(service_of(auth), user, &conv, &auth->pam);
	if (auth->status != PAM_SUCCESS)
		return jit_error_set(err, -EIO, "PAM service %s could not be started",
			service_of(auth));
	auth->status = pam_set_item(auth->pam, PAM_RUSER, user);
	if (auth->status == PAM_SUCCESS)
		auth->status = pam_set_item(auth->pam, PAM_TTY, tty_name);
	return auth->status == PAM_SUCCESS ? 0 : fail(auth, -EIO, "set up", err);
}

/* Is it still the same person after modules had their say? */
static int
check_user(struct auth *auth, struct jit_error *err)
{
	const void *user = NULL;

	auth->status = pam_get_item(auth->pam, PAM_USER, &user);
	if (auth->status != PAM_SUCCESS || !user || strcmp(user, auth->user) != 0)
		return jit_error_set(err, -EIO, "a PAM module has changed the user");
	return 0;
}

int
auth_prove(struct auth *auth, struct jit_error *err)
{
	const char *proof = auth->service ? "second factor" : "password";

	auth->prompt_error = 0;
	auth->status = pam_authenticate(auth->pam, PAM_DISALLOW_NULL_AUTHTOK);
	switch (auth->status) {
	case PAM_SUCCESS: return check_user(auth, err);
	case PAM_AUTH_ERR:
	case PAM_USER_UNKNOWN:
	case PAM_CRED_INSUFFICIENT:
	case PAM_PERM_DENIED:
		if (auth->prompt_error == 0)
			return jit_error_set(err, -EACCES, "wrong %s", proof);
		break;
	case PAM_MAXTRIES:
		return jit_error_set(err, -EUSERS, "wrong %s; no more tries", proof);
	default: break;
	}
	if (auth->prompt_error == -ETIMEDOUT)
		return jit_error_set(err, -ETIMEDOUT, "no %s came in time", proof);
	if (auth->prompt_error == -EFBIG)
		return jit_error_set(err, -EACCES, "that is too long for a %s", proof);
	if (auth->prompt_error < 0)
		return jit_error_set(err, -ECANCELED, "not authenticated");
	return fail(auth, -EIO, "authentication", err);
}

int
auth_account(struct auth *auth, struct jit_error *err)
{
	auth->status = pam_acct_mgmt(auth->pam, PAM_DISALLOW_NULL_AUTHTOK);
	switch (auth->status) {
	case PAM_SUCCESS: return check_user(auth, err);
	case PAM_NEW_AUTHTOK_REQD:
		return jit_error_set(
			err, -EACCES, "your password has to be changed first: passwd");
	case PAM_ACCT_EXPIRED:
		return jit_error_set(err, -EACCES, "your account has expired");
	default: return fail(auth, -EACCES, "account", err);
	}
}

int
auth_session_open(struct auth *auth, const char *target, struct jit_error *err)
{
	auth->status = pam_set_item(auth->pam, PAM_USER, target);
	if (auth->status != PAM_SUCCESS)
		return fail(auth, -EIO, "set up", err);
	auth->status = pam_setcred(auth->pam, PAM_ESTABLISH_CRED | PAM_SILENT);
	if (auth->status != PAM_SUCCESS)
		return fail(auth, -EIO, "credentials", err);
	auth->status = pam_open_session(auth->pam, 0);
	if (auth->status != PAM_SUCCESS)
		return fail(auth, -EIO, "session", err);
	auth->has_session = true;
	return 0;
}

char **
auth_environment(struct auth *auth)
{
	return pam_getenvlist(auth->pam);
}

void
auth_environment_free(char **entries)
{
	for (char **e = entries; e && *e; e++)
		free(*e);
	free(entries);
}

void
auth_forget(struct auth *auth)
{
	if (auth->pam)
		(void)pam_end(auth->pam, auth->status | PAM_DATA_SILENT);
	auth->pam = NULL;
	auth->has_session = false;
}

void
auth_end(struct auth *auth)
{
	if (!auth->pam)
		return;
	if (auth->has_session) {
		auth->status = pam_close_session(auth->pam, PAM_SILENT);
		(void)pam_setcred(auth->pam, PAM_DELETE_CRED | PAM_SILENT);
	}
	(void)pam_end(auth->pam, auth->status);
	auth->pam = NULL;
	auth->has_session = false;
}
