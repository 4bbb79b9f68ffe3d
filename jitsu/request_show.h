/*
 * Requests as people see them.
 */
#ifndef JITSU_REQUEST_SHOW_H
#define JITSU_REQUEST_SHOW_H

#include "run.h"

/* Is it the caller's? */
bool request_is_mine(const struct run *run, const struct jit_open_request *request);

/* Prints the caller's requests of a list below a heading; nothing if there are none. How many
 * they are. */
size_t request_show_mine(
	const struct run *run, const struct jit_request_list *list, const char *heading);

#endif
