/*
 * The decision. Pure: policy, request, grants and now go in, verdict and reason come out.
 * MUST NOT do I/O, read a clock, ask NSS, allocate, or keep state.
 */
#ifndef JIT_DECIDE_H
#define JIT_DECIDE_H

#include "clock.h"
#include "grant.h"
#include "policy.h"

enum jit_verdict {
	JIT_DENY = 0,
	JIT_ALLOW = 0x5ca1ab1e, /* far from 0 in many bits: test for == JIT_ALLOW */
};

enum jit_reason {
	JIT_WHY_NONE = 0,
	/* with JIT_ALLOW */
	JIT_WHY_GRANT_HELD, /* decision.grant */
	JIT_WHY_RULE_AUTO,  /* decision.rule: sign a grant, then run */
	/* with JIT_DENY */
	JIT_WHY_NEEDS_APPROVAL, /* decision.rule, decision.role: ask one of its approvers */
	JIT_WHY_NEEDS_REASON, /* the same question with a reason may be answered otherwise */
	JIT_WHY_TOO_LONG,     /* asked for more than decision.max_sec */
	JIT_WHY_RULE_DENIES, /* decision.rule */
	JIT_WHY_NO_ROLE,     /* no role of this subject's rules covers it */
	JIT_WHY_NO_RULE,     /* a role would, but no rule gives it here and now */
	JIT_WHY_NOT_SETTLED, /* a question that no plain way answers (break-glass only) */
};

/* One word for logs and --json: "grant-held", "needs-approval", … */
const char *jit_reason_name(enum jit_reason reason);

enum jit_kind { JIT_KIND_COMMAND = 0, JIT_KIND_LOGIN, JIT_KIND_SWITCH, JIT_KIND_SUDO };

struct jit_subject {
	char name[JIT_NAME_MAX + 1];
	uid_t uid;
	gid_t gid;
	size_t n_gids;
	gid_t *gids;          /* all groups, the primary one too */
	struct jit_strv whos; /* `bob`, `%sre` …, `#1001` …, `*`: what rules can name */
};

struct jit_request {
	enum jit_kind kind;
	const char *target;   /* NULL: the role's first; PAM kinds always name it */
	const char *role;     /* -R, or NULL */
	struct jit_strv argv; /* commands: [0] is the resolved path */
	int64_t duration_sec; /* -t, or 0: the role's default */
	const char *reason;   /* or NULL */
};

/* A grant as the store holds it: verified claims and what happened to it on this host. */
struct jit_held {
	struct jit_grant grant;
	int64_t start_sec; /* brought in: when it began, wall time */
	char start_boot[JIT_ID_LEN + 1];
	int64_t start_boot_ms; /* and on that boot's clock */
	uint32_t used;
	bool ended; /* revoked, dropped: has a tombstone */
	char end_reason[JIT_REASON_MAX + 1];
};

/* The window of a held grant, as its own claims and its start give it, cut to max_sec
 * where that is shorter. Pure.
 * ret_end_ms: on CLOCK_BOOTTIME, of this boot. Both clocks must agree that it is not over;
 * clock_back stops brought-in ones. False: not (any more, or yet) in force. */
bool jit_held_in_force(const struct jit_held *held, const struct jit_now *now,
	bool clock_back, int64_t max_sec, int64_t *ret_end_ms);

struct jit_facts {
	const struct jit_policy_view *view;
	const struct jit_subject *subject;
	const struct jit_request *request;
	const struct jit_held *held;
	size_t n_held;
	const struct jit_now *now;
	bool clock_back;
};

struct jit_decision {
	enum jit_verdict verdict;
	enum jit_reason reason;
	const struct jit_rule *rule;
	const struct jit_role *role;
	const struct jit_held *grant;
	const char *target;   /* account to become */
	int64_t duration_sec; /* of a grant to be made or asked for */
	int64_t max_sec;      /* the longest that the deciding rule and role allow */
	int64_t end_ms;       /* of the held grant, CLOCK_BOOTTIME */
};

/* What enforce would answer. The deny is the zero value. */
enum jit_verdict jit_decide(const struct jit_facts *facts, struct jit_decision *ret);

/* Would a rule of this host let this grant be used by its subject? For handing in: no
 * command is looked at. The same function that jit_decide uses for every use.
 * ret_max_sec: the longest it can be here. */
enum jit_verdict jit_decide_grant(const struct jit_facts *facts,
	const struct jit_grant *grant, int64_t start_sec,
	const struct jit_rule **ret_rule, const struct jit_role **ret_role,
	int64_t *ret_max_sec);

/* The mode that governs a decision: the rule's, else the global one; observe only until
 * observe_until (of wall time). */
enum jit_mode jit_decision_mode(
	const struct jit_globals *globals, const struct jit_rule *rule, int64_t wall_sec);

/* Is this account one whose logins are gated: uid 0, named in privileged, or in one of its
 * groups? */
bool jit_subject_is_privileged(
	const struct jit_globals *globals, const struct jit_subject *subject);

/* May these arguments run under this role (patterns only)? May the role become target? */
bool jit_role_covers(const struct jit_role *role, const struct jit_request *request,
	const char *target);
bool jit_role_has_target(
	const struct jit_role *role, const char *subject, const char *target);
/* The role's own target: the first of run_as, `self` resolved; NULL for `*`. */
const char *jit_role_default_target(const struct jit_role *role, const char *subject);
bool jit_rule_on_host(const struct jit_rule *rule, const struct jit_globals *globals);
int64_t jit_longest(const struct jit_globals *globals, const struct jit_rule *rule,
	const struct jit_role *role);

#endif
