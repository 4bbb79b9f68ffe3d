/*
 * The person who signs: name, key and the time of now.
 */
#ifndef JITCTL_APPROVER_H
#define JITCTL_APPROVER_H

#include "jitctl/signer.h"
#include "libjit/clock.h"
#include "libjit/ruling.h"

/* As the command line says it. */
struct approver_options {
	const char *iss, *key_file, *which;
};

/* Their three entries in a command's table. */
#define APPROVER_ENTRIES(o)                                                              \
	{ "iss", .value = &(o)->iss }, { "key", .value = &(o)->key_file },               \
	{                                                                                \
		"agent-key", 'k', .value = &(o)->which                                   \
	}

/* Their lines in its help. */
#define APPROVER_HELP                                                                    \
	"  --iss NAME           your name in trusted_keys (default: your login name)\n"  \
	"  --key FILE           sign with a key file of jitctl keygen\n"                 \
	"  -k, --agent-key KEY  sign with this key of your ssh-agent: SHA256:… or "    \
	"comment\n"

/* The command line of whoever rules on one thing that was typed. */
struct approver_ruling {
	struct approver_options by;
	const char *reason, *typed;
	bool print;
};

/* As option_read. */
int approver_read(int argc, char **argv, void (*help)(FILE *out),
	struct approver_ruling *ret) _must_check_;

struct approver {
	char name[JIT_NAME_MAX + 1];
	struct signer signer;
	struct jit_now now;
};

#define APPROVER_NONE                                                                    \
	(struct approver)                                                                \
	{                                                                                \
		.signer = SIGNER_NONE                                                    \
	}

#define _cleanup_approver_ _cleanup_(approver_close)
void approver_close(struct approver *approver);

/* Chooses name and key; asks nothing. -errno with a text: see draft_exit. */
int approver_open(const struct approver_options *options, struct approver *ret,
	struct jit_error *err) _must_check_;

/* Signs a deny, a revocation or a jit-seen-v1 about the request (is_req) or grant with that
 * id: a token, allocated. -EINVAL with a text; others as signer_token. */
int approver_rule(const struct approver *approver, struct jit_ruling *ruling,
	char **ret_token, struct jit_error *err) _must_check_;

#endif
