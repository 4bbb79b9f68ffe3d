/*
 * Open requests on disk: /var/lib/jit/requests, root:jit-approvers 0750, one JSON file
 * (0640) for each, named UID.ID: a subject's own are found without reading those of others.
 * What is over goes to archive/YYYY-MM/ID.request, with its decisions.
 *
 * Writers run as root. Readers: root, and for `jitctl list requests` members of
 * jit-approvers.
 */
#ifndef JIT_REQUESTS_H
#define JIT_REQUESTS_H

#include "clock.h"
#include "filed.h"
#include "site.h"

enum jit_request_state {
	JIT_REQUEST_OPEN = 0,
	JIT_REQUEST_GRANTED,   /* complete: all needed tokens were accepted */
	JIT_REQUEST_DENIED,    /* by an approver, or by root */
	JIT_REQUEST_WITHDRAWN, /* by its subject */
	JIT_REQUEST_ABANDONED, /* nobody answered in time */
};

/* `open`, `granted`, `denied`, `withdrawn`, `abandoned`. */
const char *jit_request_state_name(enum jit_request_state state);

/* One answer: who, when, what they said. */
struct jit_answer {
	char by[JIT_NAME_MAX + 1];
	bool yes;
	int64_t sec;
	char reason[JIT_REASON_MAX + 1];
};

enum { JIT_ANSWERS_MAX = 16 };

struct jit_open_request {
	struct jit_filed filed;
	char *token; /* jit-request-v1, as it can be sent to an approver; owned */
	uid_t uid;   /* the subject's, on this host */
	char rule[JIT_NAME_MAX + 1], tty[64];
	uint32_t approvals;                  /* needed */
	struct jit_strv approvers, then_ask; /* names; what the rule says when filed */
	char asked_shown[256];               /* `secops`, `carol or dave`: for people */
	/* the whole command that it is for, also where filed.cmd does not say it: for people;
	 * n == 0: not known. Only filed.cmd is signed */
	struct jit_strv command;
	char command_shown[256]; /* the same in short: read, not written */
	char role_shown[256];    /* the role's description, for people; "": it has none */
	char target[JIT_NAME_MAX + 1]; /* as whom, when it was filed; "": left open */
	int64_t expires_sec;           /* wall time: filed.iat + request_ttl */
	int64_t escalate_sec;          /* when then_ask are asked; 0: never, or done */
	enum jit_request_state state;
	int64_t closed_sec; /* 0 while it is open */
	size_t n_answers;
	struct jit_answer answers[JIT_ANSWERS_MAX];
	void *strings; /* what the vectors point into; owned */
};

struct jit_request_list {
	size_t n;
	struct jit_open_request *v;
};

void jit_open_request_done(struct jit_open_request *request);
#define _cleanup_requests_ _cleanup_(jit_request_list_done)
void jit_request_list_done(struct jit_request_list *list);

/* Keeps a new one. -EEXIST: that id was here before; -EDQUOT: the subject has `most` open
 * ones, or the host JIT_REQUESTS_MAX. */
int jit_requests_add(const struct jit_site *site, const struct jit_open_request *request,
	uint32_t most) _must_check_;

/* Open ones, oldest first; of one user, or (uid_t)-1: everybody's. Files that are not
 * whole are passed over. */
int jit_requests_load(const struct jit_site *site, uid_t uid,
	struct jit_request_list *ret) _must_check_;

/* One, open or just over (then from the archive of its last two months). -ENOENT. */
int jit_requests_find(const struct jit_site *site, const char *id,
	struct jit_open_request *ret) _must_check_;

/* The same for one whose subject is known: an open one costs no look through the others.
 * For whoever waits for it. */
int jit_requests_find_of(const struct jit_site *site, uid_t uid, const char *id,
	struct jit_open_request *ret) _must_check_;

/* Adds an answer, under a lock. -ENOENT: not open; -EALREADY: that person has said that;
 * -EDQUOT: JIT_ANSWERS_MAX have. */
int jit_requests_answer(const struct jit_site *site, const char *id,
	const struct jit_answer *answer) _must_check_;

/* Closes it for good: to the archive. Exactly one caller gets 0 for one id; the others
 * -ENOENT. */
int jit_requests_close(const struct jit_site *site, const char *id,
	enum jit_request_state state, int64_t now_sec) _must_check_;

/* then_ask was asked now. Exactly one caller gets 0, the others -EALREADY. */
int jit_requests_escalated(const struct jit_site *site, const char *id) _must_check_;

/* The archive, newest first, at most `most`, not older than since_sec. */
int jit_requests_history(const struct jit_site *site, int64_t since_sec, size_t most,
	struct jit_request_list *ret) _must_check_;

/* To the archive with what is over and, after a crash, still lies among the open ones. */
void jit_requests_tidy(const struct jit_site *site);

/* For a directory that stands at dirfd: what `jitctl list requests` reads as a member of
 * jit-approvers. Otherwise as jit_requests_load. */
int jit_requests_load_at(
	int dirfd, uid_t owner, uid_t uid, struct jit_request_list *ret) _must_check_;

#endif
