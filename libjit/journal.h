/*
 * The copy of an event for journald: one datagram in its native protocol
 * (systemd, docs/JOURNAL_NATIVE_PROTOCOL.md), without libsystemd.
 *
 * Runs as root, all three uids 0. MUST NOT block and MUST NOT fail its caller: a stopped or
 * flooded journald loses the copy, the record of truth is audit.jsonl.
 */
#ifndef JIT_JOURNAL_H
#define JIT_JOURNAL_H

#include "audit.h"

enum { JIT_JOURNAL_SIZE = 16384, JIT_JOURNAL_MESSAGE_SIZE = 1024 };

/* One sentence for people, escaped, on one line. Returns buf. */
const char *jit_journal_message(
	const struct jit_audit *audit, char buf[JIT_JOURNAL_MESSAGE_SIZE]);

/* The datagram: lines KEY=value, values escaped and capped. Returns its length. */
size_t jit_journal_datagram(const struct jit_audit *audit, char buf[JIT_JOURNAL_SIZE]);

/* Sends it, without waiting. -errno if journald did not take it, which may be ignored. */
int jit_journal_send(const struct jit_audit *audit);

/* The sentence to /dev/kmsg, for when there is no journald. */
int jit_journal_kmsg(const struct jit_audit *audit);

#endif
