/*
 * A site below the working directory, as the tests' build of the module sees it: policy,
 * keys, grants. The subject is an account that every machine has.
 */
#ifndef PAM_SITE_H
#define PAM_SITE_H

#include "libjit/access.h"

#define SITE_HOST "web1"
#define SITE_SUBJECT "daemon" /* privileged in the policy */
#define SITE_SHARED "bin"
#define SITE_ORDINARY "nobody"

struct site_policy {
	enum jit_mode mode;      /* of the policy */
	enum jit_mode rule_mode; /* of the rule for logins */
	int64_t observe_until;
	enum jit_approval approval; /* of that rule */
	bool reason_required;
	bool no_audit;    /* audit = { required = false; } */
	bool exempt_tty7; /* daemon by service login on tty7 */
	bool all_groups;  /* the subject is privileged by its group only */
};

/* The defaults: enforce, a rule by which carol may grant daemon a login. */
#define SITE_POLICY                                                                      \
	(struct site_policy)                                                             \
	{                                                                                \
		.mode = JIT_MODE_ENFORCE, .approval = JIT_APPROVAL_APPROVERS             \
	}

/* Goes to a new directory and makes everything in it; removed at exit. */
void site_make(const struct site_policy *policy);
/* Makes policy.cdb anew. */
void site_make_policy(const struct site_policy *policy);
struct jit_site site_open(void);

/* The path of a file of the site, below the working directory. */
const char *site_path(const char *dir, const char *name);

/* Grants: the template of a good one; hands one in as `jitsu --accept` would, but without
 * its checks, so that account has to make them. */
struct jit_grant site_grant(void);
void site_hand_in(const struct jit_grant *grant, const char *signer);
/* The same with another start, in seconds from now. */
void site_hand_in_started(
	const struct jit_grant *grant, const char *signer, int64_t ago_sec);
void site_revoke(const struct jit_grant *grant);

/* audit.jsonl, "" if there is none. The caller frees it. */
char *site_log(void);

#endif
