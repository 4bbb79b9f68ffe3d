/*
 * What a host says about its requests, in the JSON of `jitsu --serve`: see jit-keys(5).
 */
#ifndef JITCTL_LISTED_H
#define JITCTL_LISTED_H

#include "libjit/requests.h"

/* Reads all that it lists. Nothing of it is signed but the tokens, and these are not
 * checked here: of filed, only jti is set, to the id that the host says. token is NULL where
 * it gives none. What is no request is passed over and counted (ret_unread).
 * -EBADMSG: it is not such a list. */
int listed_read(
	const char *text, struct jit_request_list *ret, size_t *ret_unread) _must_check_;

#endif
