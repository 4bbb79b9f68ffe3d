/*
 * Who signs here: a key in ssh-agent, or a key file of `jitctl keygen`.
 */
#ifndef JITCTL_SIGNER_H
#define JITCTL_SIGNER_H

#include "jitctl/agent.h"
#include "jitctl/keyfile.h"
#include "jitctl/sshkey.h"

struct signer {
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
	char fingerprint[SSHKEY_FINGERPRINT_SIZE];
	char where[512];                  /* `COMMENT in ssh-agent`, a path; escaped */
	int agent_fd;                     /* < 0: a key file */
	char key_text[KEYFILE_TEXT_SIZE]; /* of the key file, still sealed */
};

#define SIGNER_NONE                                                                      \
	(struct signer)                                                                  \
	{                                                                                \
		.agent_fd = -1                                                           \
	}

#define _cleanup_signer_ _cleanup_(signer_close)
void signer_close(struct signer *signer);

/* Chooses the key: the file key_file; else the agent's key that which (its SHA256:…
 * fingerprint or its comment) names; both NULL: the default key file if there is one, else
 * the agent's only ssh-ed25519 key. Asks nothing.
 * -ENOKEY: no usable key; -ENOTUNIQ: several, choose one; -ENOTCONN: no agent; others: see
 * agent.h and keyfile.h. A text in err. */
int signer_open(const char *key_file, const char *which, struct signer *ret,
	struct jit_error *err) _must_check_;

/* Signs the payload with that implicit assertion: a whole token. A key file's passphrase
 * is asked for now, so that it is given for what was shown. The caller frees *ret.
 * -EKEYREJECTED: wrong passphrase; -EFBIG: too long for a token; others as above and in
 * passphrase.h. A text in err. */
int signer_token(const struct signer *signer, const char *payload, const char *assertion,
	char **ret, struct jit_error *err) _must_check_;

/* The exit code for an error of the two above. */
int signer_exit(int error);

#endif
