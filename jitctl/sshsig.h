/*
 * Signatures over files as `ssh-keygen -Y sign` makes them (openssh, PROTOCOL.sshsig), with
 * an ssh-ed25519 key. Pure.
 */
#ifndef JITCTL_SSHSIG_H
#define JITCTL_SSHSIG_H

#include "libjit/base.h"

enum { SSHSIG_TEXT_MAX = 4096 }; /* one signature as text: bytes */

/* Is armoured (the text with its BEGIN and END lines) the key's signature over the message,
 * in that namespace? 0; -EINVAL: it is no such signature; -EKEYREJECTED: another key's;
 * -EPROTOTYPE: for another namespace; -EBADMSG: of another text. A text in err. */
int sshsig_verify(const char *armoured, const void *message, size_t len,
	const char *namespace, const uint8_t pk[32], struct jit_error *err) _must_check_;

#endif
