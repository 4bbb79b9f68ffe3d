/*
 * Between the module's session group and session-watch, which ends the session when its
 * grant ends. Both are of one build: what crosses is one fixed record each way, over a
 * socket, and counts only if its magic and size are right.
 */
#ifndef PAM_JIT_WATCH_H
#define PAM_JIT_WATCH_H

#include "libjit/audit.h"
#include "libjit/store.h"

#define WATCH_MAGIC "jitwatc2"
#define WATCH_STANDS "jitstand"

enum {
	WATCH_SOCKET = 3,        /* session-watch's descriptors: its end of the socket, */
	WATCH_APPLICATION = 4,   /* a pidfd of the process that called the module */
	WATCH_ANSWER_MS = 2000,  /* it stands by then, or it counts as failed */
	WATCH_GRACE_MS = 2000,   /* between SIGTERM and SIGKILL */
	WATCH_CUT_MS = 1000,     /* how long a session goes on that must not be */
	WATCH_HOLD_MS = 500,     /* how much longer the module keeps it back */
	WATCH_BACKSTOP_SEC = 15, /* systemd ends the scope so much later, if we did not */
	WATCH_ASK_MS = 2000,     /* before the end: does another grant carry on? */
};

struct watch_record {
	char magic[8];
	uint32_t size;
	pid_t pid;          /* of the application */
	int64_t end_ms;     /* CLOCK_BOOTTIME */
	int64_t latest_ms;  /* no renewal carries further */
	bool cut;           /* not under a grant: ended without further ado */
	bool by_host;       /* who signed the grant: where its tombstone would be */
	bool observe;       /* the end is recorded as would-deny and nothing is ended */
	bool ends_with_use; /* the grant ends with its last session */
	char rule[JIT_NAME_MAX + 1], via[16], policy[65];
	char kid[JIT_KID_LEN + 1];  /* whose key signed the grant */
	struct jit_session session; /* keeper is filled in by session-watch */
};

struct watch_answer {
	char magic[8]; /* WATCH_STANDS */
};

/* An event of the session that a record stands for. It points into the record. */
struct jit_audit watch_audit(const struct watch_record *record, enum jit_event event);

/* Is it whole, of this build, with every text ended? */
bool watch_record_valid(const struct watch_record *record);

/* ---- the module's half ---- */

/* Starts session-watch for this process and waits until it stands. It is no child of ours:
 * no SIGCHLD, nothing to wait for. */
int watch_start(const struct watch_record *record) _must_check_;

/* Where session-watch cannot stand: a process that ends this one, and its session, in
 * WATCH_CUT_MS. */
int watch_cut(void) _must_check_;

#endif
