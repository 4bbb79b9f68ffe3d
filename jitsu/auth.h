/*
 * PAM, application side: service `jitsu`, and those of second factors. The only file with
 * PAM codes.
 */
#ifndef JITSU_AUTH_H
#define JITSU_AUTH_H

#include "libjit/base.h"

struct pam_handle;

struct auth {
	struct pam_handle *pam;
	const char *service; /* of a second factor; NULL: `jitsu` */
	const char *user;    /* who authenticates: the caller */
	int tty;             /* where to ask; -1: nowhere, every question fails */
	int64_t timeout_sec; /* for one question */
	int prompt_error;    /* why the last question was not answered */
	int status;          /* PAM's last word, for closing */
	bool has_session;
	/* What modules have to say to the person, one escaped line. */
	void (*show)(void *arg, const char *line);
	void *show_arg;
};

/* Begins. user (and auth->service) has to stay. tty_name: "" if there is none. -errno with a text. */
int auth_start(struct auth *auth, const char *user, const char *tty_name,
	struct jit_error *err) _must_check_;

/* Proves once that the caller is who he is. -EACCES: wrong; -EUSERS: no more tries;
 * -ETIMEDOUT, -ECANCELED: not answered; -EIO: PAM could not do it. A text. */
int auth_prove(struct auth *auth, struct jit_error *err) _must_check_;

/* Is his account good for anything? -EACCES with a text. */
int auth_account(struct auth *auth, struct jit_error *err) _must_check_;

/* Opens the session of the target. Changes limits and umask of the process. */
int auth_session_open(
	struct auth *auth, const char *target, struct jit_error *err) _must_check_;

/* What the session's modules want in the environment; NULL-terminated, freed by
 * auth_environment_free. NULL: no memory. */
char **auth_environment(struct auth *auth);
void auth_environment_free(char **entries);

/* In a process that was copied from the one that goes on with it: forgets it without any
 * effect outside (pam_end(3), PAM_DATA_SILENT). */
void auth_forget(struct auth *auth);

/* Closes the session if one is open, and ends. */
void auth_end(struct auth *auth);

#endif
