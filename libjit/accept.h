/*
 * Handing in a token: what accept.c, accept_grant.c and accept_ruling.c share. Internal to
 * libjit.
 */
#ifndef JIT_ACCEPT_H
#define JIT_ACCEPT_H

#include "access.h"

struct jit_handed_in {
	struct jit_access *access;
	struct jit_error *err;
	const char *token;
	uid_t by_uid;
	int lock;           /* jit_access_lock; -1: not yet */
	struct jit_key key; /* who signed it */

	bool verified; /* the claims are its issuer's words */
	struct jit_grant grant;
	struct jit_ruling ruling; /* kind NONE: it is a grant */
	bool unproven;            /* nothing here has its id: it was kept */
	bool has_request;         /* the one that it answers is, or was, open here */
	struct jit_open_request request;

	const struct jit_rule *rule;
	const struct jit_role *role;
	int64_t start_sec, end_sec, max_sec;
	uint32_t approvals, have;
	enum jit_event refusal;
};

/* Sets the text and gives JIT_ACCEPT_REFUSED. */
enum jit_accept jit_accept_refuse(struct jit_handed_in *in, const char *format, ...)
	_printf_(2, 3);

/* Takes the lock, and finds the request that this id is of. */
enum jit_accept jit_accept_begin(struct jit_handed_in *in, const char *id);

/* What is done with a payload that verified under this key. */
enum jit_accept jit_accept_grant(struct jit_handed_in *in, const char *payload);
enum jit_accept jit_accept_ruling(
	struct jit_handed_in *in, enum jit_ruling_kind kind, const char *payload);

/* ---- beside what is held already: accept_held.c ---- */

/* Until when it may start: the issuers' own limits, and the host's (limits.start_within), of
 * this token and, where there are several for one request, of all. */
int64_t jit_accept_latest_start(const struct jit_handed_in *in);

/* Its end: the later of the starts, the shortest time, the earliest end. */
int64_t jit_accept_end(const struct jit_handed_in *in);

/* This token, or for the same request one of the same person or key: which has counted. */
const struct jit_held *jit_accept_before(const struct jit_handed_in *in);

/* The end of what is in force under this grant's id; false: nothing is (now). */
bool jit_accept_in_force(const struct jit_handed_in *in, int64_t *ret_end_sec);

/* How many answers to its request are held; 0 for a grant that needs none. */
uint32_t jit_accept_count(const struct jit_handed_in *in);

/* The event's fields, as far as they are known. */
struct jit_audit jit_accept_audit(const struct jit_handed_in *in, enum jit_event event);

/* Denials and revocations of id that came before anybody knew it: those whose authors had
 * the right end it now; the others stay. 1: it has ended, 0, or -errno. */
int jit_unproven_settle(
	struct jit_access *access, const char *id, const struct jit_grant *like);

#endif
