/*
 * A client of ssh-agent (draft-miller-ssh-agent): list its keys, have something signed.
 *
 * Runs as the person at the keyboard. MUST bound every length that the agent states before
 * using it; MUST verify a signature before handing it on.
 */
#ifndef JITCTL_AGENT_H
#define JITCTL_AGENT_H

#include "libjit/base.h"

enum {
	AGENT_KEYS_MAX = 256,     /* keys of one agent that are looked at */
	AGENT_COMMENT_SIZE = 128, /* a longer comment is cut */
	AGENT_TYPE_SIZE = 48,
};

struct agent_key {
	char type[AGENT_TYPE_SIZE]; /* `ssh-ed25519`, `ssh-rsa`, … as the agent says */
	char comment[AGENT_COMMENT_SIZE]; /* as the agent says: escape before showing */
	bool usable;                      /* a plain ssh-ed25519 key: public_key is set */
	uint8_t public_key[32];
};

struct agent_keys {
	size_t n;
	struct agent_key *v;
};

#define _cleanup_agent_keys_ _cleanup_(agent_keys_done)
void agent_keys_done(struct agent_keys *keys);

/* Connects to SSH_AUTH_SOCK. A descriptor, or -errno with a text; -ENOENT: there is none. */
int agent_open(struct jit_error *err) _must_check_;

/* All keys that the agent holds. -EPROTO: it does not speak the protocol. */
int agent_list(int fd, struct agent_keys *ret, struct jit_error *err) _must_check_;

/* Signs the bytes as they are with that Ed25519 key, waiting as long as the agent asks its
 * user (ssh-add -c). -EACCES: the agent refused; -EBADMSG: what it gave does not verify. */
int agent_sign(int fd, const uint8_t public_key[32], const uint8_t *data, size_t len,
	uint8_t ret[64], struct jit_error *err) _must_check_;

/* The kinds of key, for an error text: `rsa, sk-ed25519`; `no keys`. Returns buf. */
const char *agent_describe(const struct agent_keys *keys, char *buf, size_t size);

#endif
