/*
 * The decision. Pure: policy, request, grants and now go in, verdict and reason come out.
 * MUST NOT do I/O, read a clock, ask NSS, allocate, or keep state.
 */
#ifndef JIT_DECIDE_H
#define JIT_DECIDE_H

#include "clock.h"
#include "grant.h"
#include "lock.h"
#include "policy.h"

enum jit_verdict {
	JIT_DENY = 0,
	JIT_ALLOW = 0x5ca1ab1e, /* far from 0 in many bits: test for == JIT_ALLOW */
};

enum jit_reason {
	JIT_WHY_NONE = 0,
	/* with JIT_ALLOW */
	JIT_WHY_GRANT_HELD,       /* decision.grant */
	JIT_WHY_RULE_AUTO,        /* decision.rule: sign a grant, then run */
	JIT_WHY_RULE_BREAK_GLASS, /* the same, for --break-glass */
	/* with JIT_DENY */
	JIT_WHY_LOCKED,         /* decision.lock */
	JIT_WHY_NEEDS_APPROVAL, /* decision.rule, decision.role: file a request */
	JIT_WHY_NEEDS_REASON, /* the same question with a reason may be answered otherwise */
	JIT_WHY_NEEDS_TICKET, /* a reason that begins with one of decision.rule->ticket */
	JIT_WHY_TOO_LONG,     /* asked for more than decision.max_sec */
	JIT_WHY_RULE_DENIES,  /* decision.rule */
	JIT_WHY_NO_ROLE,      /* no role of this subject's rules covers it */
	JIT_WHY_NO_RULE,      /* a role would, but no rule gives it here and now */
	JIT_WHY_NOT_SETTLED, /* a question that no plain way answers (break-glass only) */
	JIT_WHY_NO_BREAK_GLASS, /* --break-glass, and no rule gives it that way */
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

/* How it is asked: part of what a rule matches. */
enum jit_way { JIT_WAY_PLAIN = 0, JIT_WAY_BREAK_GLASS, JIT_WAY_PIN };

struct jit_request {
	enum jit_kind kind;
	enum jit_way way;
	/* NULL: that of the held grant, else the role's first; PAM kinds always name it */
	const char *target;
	const char *role;     /* -R, or NULL */
	struct jit_strv argv; /* commands: [0] is the resolved path */
	int64_t duration_sec; /* -t, or 0: the role's default */
	const char *reason;   /* or NULL */
	/* held grants do not answer; without argv the named role is asked for, whatever it
	 * covers: for --renew, for --at, and for a request that was made elsewhere */
	bool anew;
	/* break-glass with a second person: the filed request that they answered, or NULL */
	const char *req;
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
	const struct jit_locks *locks; /* NULL: none */
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
	uint32_t uses;        /* how often it may be used, all in all; 0: any number */
	uint32_t approvals;   /* how many the rule needs */
	/* the role's patterns do not name it: a request and its grant carry the argv */
	bool exact_command;
	const struct jit_lock *lock; /* with JIT_WHY_LOCKED */
};

/* What enforce would answer. The deny is the zero value. */
enum jit_verdict jit_decide(const struct jit_facts *facts, struct jit_decision *ret);

/* Would a rule of this host let this grant, or this one of several approvals, be used by
 * its subject? For handing in: no command is looked at. The same function that jit_decide
 * uses for every use. ret_max_sec: the longest it can be here. A second person's agreement
 * is judged by the rule with approval = "break-glass": it must have approvals = 1. */
enum jit_verdict jit_decide_grant(const struct jit_facts *facts,
	const struct jit_grant *grant, int64_t start_sec,
	const struct jit_rule **ret_rule, const struct jit_role **ret_role,
	int64_t *ret_max_sec);

/* Does a held grant stand now, whatever is asked? One of several approvals only if they are
 * complete, and only the last of those that it took: a listing shows one grant once. ret is
 * as jit_decide fills it for a grant held; untouched with JIT_DENY. */
enum jit_verdict jit_decide_held(const struct jit_facts *facts,
	const struct jit_held *held, struct jit_decision *ret);

/* The same, and does it cover facts->request? jit_decide takes the first one that does. */
enum jit_verdict jit_decide_held_for(const struct jit_facts *facts,
	const struct jit_held *held, struct jit_decision *ret);

/* How many of facts->held answer this request by what jit_decide_grant says now: equal in
 * via, sub, aud, role, as, cmd, reason and req, from distinct principals and keys, none of
 * them the subject's. Pure. */
uint32_t jit_decide_approvals(
	const struct jit_facts *facts, const struct jit_grant *like);

/* One of rule's approvers or of those that it asks then; never the subject. */
bool jit_rule_has_approver(
	const struct jit_rule *rule, const char *name, const char *subject);

/* Must the command's file have a known content to be covered? Has it, by SHA-256? A role
 * with one pattern without a digest that matches needs none. */
bool jit_role_needs_digest(const struct jit_role *role, const struct jit_strv *argv);
bool jit_role_has_digest(const struct jit_role *role, const struct jit_strv *argv,
	const uint8_t sha256[32]);

/* May this file be edited under this role (jitsu -e)? path: absolute, resolved; one with an
 * empty, `.` or `..` component never. */
bool jit_role_covers_edit(const struct jit_role *role, const char *path);

/* Does the reason begin with one of the keys, a hyphen and digits, as a word of its own
 * (`OPS-12 disk full`)? With no keys any reason does. */
bool jit_ticket_valid(const struct jit_strv *ticket, const char *reason);

/* Why it is refused, for a place that can ask for no reason: where an approver is asked
 * anyhow, the reason goes with the request, and what is missing is the approval. */
enum jit_reason jit_decision_lacks(const struct jit_decision *decision);

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
