/*
 * Telling people: the policy's hook gets one JSON object on standard input, through
 * /usr/libexec/jit/notify-run, which runs it as the account jit-notify. See jit.conf(5).
 *
 * Runs as root, all three uids 0. MUST NOT wait for the hook and MUST NOT fail its caller.
 */
#ifndef JIT_NOTIFY_H
#define JIT_NOTIFY_H

#include "audit.h"
#include "policy.h"
#include "requests.h"

/* What people are told. Fields that are NULL or 0 are left out. */
struct jit_notice {
	enum jit_event event;
	const char *subject, *role, *target, *reason, *request, *grant, *rule;
	const char *by;             /* who approved, denied, revoked, locked */
	const struct jit_strv *ask; /* whom to tell: the approvers who are asked now */
	const struct jit_strv *command;
	int64_t duration_sec, expires_sec;
	uint32_t approvals, have; /* needed, so far */
};

/* What the hook gets: {"version": 1, "event": …, "text": a sentence for a chat, …} in ASCII,
 * at most JIT_NOTICE_MAX bytes. Allocated. Pure. */
int jit_notice_json(const struct jit_globals *globals, const struct jit_notice *notice,
	char **ret) _must_check_;

/* Starts the hook and comes back at once. Nothing where the policy names no hook. -errno may
 * be ignored. */
int jit_notify(const struct jit_globals *globals, const struct jit_notice *notice);

/* The notice of a request, as it is (filed, or escalated: then those of then_ask). */
void jit_notice_of_request(
	const struct jit_open_request *request, bool escalated, struct jit_notice *ret);

#endif
