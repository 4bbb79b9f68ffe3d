/*
 * Asking for an approval: the request is filed, those who can approve are told, and the
 * answer is waited for (wait.h).
 */
#ifndef JITSU_ASK_H
#define JITSU_ASK_H

#include "run.h"

/* `packages needs an approval now (rule devs-after-hours).` */
void ask_announce(const struct run *run);

/* Files what run->request asks and run->decision leaves to approvers, and waits for the
 * answer as the command line says. EXIT_DONE: granted, run->decision is anew what may run
 * (with run->at_sec: later); else what to exit with: text and record are out. */
enum exit_code ask_approval(struct run *run);

/* `carol, dave`: whom a request asks; never its subject. With many: the groups. */
enum { ASK_NAMES_SIZE = 256 };
const char *ask_names(const struct jit_open_request *request,
	const struct jit_strv *names, char buf[ASK_NAMES_SIZE]);

/* Whom it asks, and until when; old: it was open already. */
void ask_say_asked(const struct run *run, const struct jit_open_request *request,
	bool old, bool waits);

/* `K7Q2M9TB`: how a request or a grant is named to people. */
enum { ASK_ID_SIZE = 9 };
const char *ask_short_id(const char *id, char buf[ASK_ID_SIZE]);

/* Closes and escalates what is due of all open requests, and tells those who are asked
 * then. */
void ask_sweep(struct run *run);

/* The caller's grant of that id becomes run->decision, if it is in force; else its verdict
 * is deny. EXIT_DONE, or what to exit with. */
enum exit_code ask_take_held(struct run *run, const char *id);

/* Counts one more of the caller's requests, or of what he withdraws: each costs everybody.
 * EXIT_DONE, or what to exit with: the text is out. Before any lock is taken. */
enum exit_code ask_count(const struct run *run);

/* What a failure of jit_access_make and of jit_access_file exits with. */
enum exit_code ask_exit_of(int error);

#endif
