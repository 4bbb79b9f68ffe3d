/*
 * What a refused person is told, and the record of it.
 */
#ifndef JITSU_REFUSE_H
#define JITSU_REFUSE_H

#include "run.h"

/* The caller's question was answered with no: text, advice, event. The exit status. */
enum exit_code refuse_decision(const struct run *run);

/* The same answer as for a command that no role covers, for one that he may not look at. */
enum exit_code refuse_unseen(struct run *run);

/* `OPS-123 or CHG-123`: how a reason has to begin where a rule wants a ticket. */
const char *refuse_tickets(const struct jit_rule *rule, char *buf, size_t size);

/* Another no: text (one line), event. `code` comes back, or EXIT_NO_RECORD. */
enum exit_code refuse(const struct run *run, enum jit_event event, enum exit_code code,
	const char *text);

#endif
