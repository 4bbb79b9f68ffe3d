/*
 * /etc/jit/trusted_keys: who may sign what, in the syntax of OpenSSH's allowed_signers
 * (ssh-keygen(1)), narrowed. See jit-keys(5).
 */
#ifndef JITCTL_TRUSTED_KEYS_H
#define JITCTL_TRUSTED_KEYS_H

#include "conf_problem.h"

#include "libjit/keys.h"

struct trusted_keys {
	size_t n, size;
	struct jit_key *v;
	uint32_t *lines; /* where each was */
};

/* Reads all of it; what is wrong goes to problems, with line and caret. host: the host's
 * own public key, which nobody else can have; or NULL. */
void trusted_keys_parse(const struct conf_source *source, const uint8_t *host,
	struct trusted_keys *ret, struct conf_problems *problems);

void trusted_keys_done(struct trusted_keys *keys);

#endif
