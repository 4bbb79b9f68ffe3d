/*
 * The compiled policy: its structures, and policy.cdb as their store. `jitctl reload`
 * writes it; privileged code looks up just what one question needs.
 */
#ifndef JIT_POLICY_H
#define JIT_POLICY_H

#include "pack.h"
#include "site.h"
#include "table.h"
#include "when.h"

enum jit_mode { JIT_MODE_NONE = 0, JIT_MODE_ENFORCE, JIT_MODE_OBSERVE };

enum jit_approval {
	JIT_APPROVAL_DENY = 0,
	JIT_APPROVAL_AUTO,
	JIT_APPROVAL_APPROVERS,
	JIT_APPROVAL_BREAK_GLASS,
};

enum { JIT_UMASK_NONE = 010000 };

enum jit_authenticate { JIT_AUTH_ALWAYS = 0, JIT_AUTH_GRANT, JIT_AUTH_NEVER };

struct jit_exempt {
	const char *user, *service, *tty, *reason;
	int64_t until; /* seconds since the epoch; 0: none given */
};

struct jit_globals {
	uint32_t format;  /* of policy.cdb: JIT_POLICY_FORMAT */
	const char *hash; /* BLAKE2b-256 of the sources, hexadecimal */
	int64_t compiled_at;
	const char *host; /* this host's id */
	struct jit_strv labels;
	enum jit_mode mode;
	int64_t observe_until; /* 0 unless mode is observe */
	int64_t max_sec, start_within_sec, prompt_timeout_sec, keep_sec;
	int64_t request_ttl_sec;     /* an open request lives so long */
	int64_t break_glass_max_sec; /* the longest break-glass grant */
	int64_t pin_max_sec, pin_challenge_ttl_sec;
	uint32_t pending_requests;  /* open requests of one subject, at most */
	const char *notify_command; /* a program's path; "": nobody is notified */
	int64_t notify_timeout_sec;
	struct jit_strv privileged_users;
	struct jit_strv privileged_shared;
	struct jit_strv privileged_groups; /* `%sudo`: also one made after reload */
	size_t n_privileged_gids;
	gid_t *privileged_gids; /* their gids at reload: also if a name is gone */
	size_t n_exempt;
	struct jit_exempt *exempt;
	bool audit_required;
	const char *contact, *url; /* "" if not given */
	size_t n_zones;
	struct jit_zone *zones;
	void *record; /* what all of the above points into; owned */
};

/* A command's file by what is in it: SHA-256, given or not. */
struct jit_digest {
	bool given;
	uint8_t sha256[32];
};

enum jit_ends {
	JIT_ENDS_TIME = 0, /* a grant ends when its time is over */
	JIT_ENDS_USE, /* or before, when the command, or the last session under it, ends */
};

struct jit_role {
	const char *name, *description;
	struct jit_strv run_as; /* accounts, or the one word `self` or `*` */
	size_t n_commands;
	struct jit_strv *commands;  /* patterns, see pattern.h */
	struct jit_digest *digests; /* n_commands of them, each beside its pattern */
	size_t n_deny_commands;
	struct jit_strv *deny_commands; /* patterns that are never covered */
	struct jit_strv edit;           /* globs of paths that may be edited */
	bool login, shell, equals_root;
	bool no_new_privs;
	int64_t max_sec, default_sec;
	uint32_t max_uses;     /* of one grant; 0: any number */
	uint64_t capabilities; /* bit 1 << CAP_…: the command gets these and no others */
	const char *authenticate_with; /* a PAM service, a second factor; "": none */
	struct jit_strv env_keep;      /* globs of names that the caller may hand on */
	struct jit_strv env_set;       /* NAME=value */
	uint32_t umask;                /* JIT_UMASK_NONE: the usual one */
	const char *cwd;               /* absolute; "": where the caller is */
	enum jit_ends ends;
	void *record;
};

struct jit_rule {
	uint32_t number; /* place in file order, from 0 */
	const char *name, *file;
	uint32_t line;
	struct jit_strv who; /* `bob`, `%sre`, `#1001` (a gid: deny rules only), `*` */
	struct jit_strv on;  /* globs over host id and labels; empty: everywhere */
	struct jit_when when;
	struct jit_strv roles;
	enum jit_approval approval;
	uint32_t approvals; /* auto, deny: 0; approvers: from 1; break-glass: 0 or 1 */
	struct jit_strv approvers;       /* names, groups resolved */
	struct jit_strv approvers_shown; /* as written: `@secops`, `carol` */
	/* may approve too, and are asked when nobody answered within answer_within_sec (0:
	 * never) */
	struct jit_strv then_ask, then_ask_shown;
	int64_t answer_within_sec;
	struct jit_strv operators, operators_shown; /* may issue PINs; as approvers */
	bool pin_replaces_approvals;
	bool exact_command; /* also what its roles do not name; the grant carries the argv */
	bool reason_required;
	struct jit_strv ticket; /* the reason begins with one of these; empty: any does */
	int64_t review_sec;     /* after it the rule is overdue; 0: no date */
	enum jit_authenticate authenticate;
	int64_t max_sec;    /* 0: the role's */
	enum jit_mode mode; /* JIT_MODE_NONE: the global one */
	void *record;
};

enum { JIT_POLICY_FORMAT = 3 };

void jit_globals_done(struct jit_globals *globals);
void jit_role_done(struct jit_role *role);
void jit_rule_done(struct jit_rule *rule);

/* ---- records: one writer, one reader, side by side in policy_record.c (globals),
 * policy_role.c, policy_rule.c ---- */

void jit_globals_pack(struct jit_packer *p, const struct jit_globals *globals);
void jit_role_pack(struct jit_packer *p, const struct jit_role *role);
void jit_rule_pack(struct jit_packer *p, const struct jit_rule *rule);
/* They take over record (allocated), also when they fail. -EBADMSG, -ENOMEM. */
int jit_globals_unpack(uint8_t *record, size_t len, struct jit_globals *ret) _must_check_;
int jit_role_unpack(uint8_t *record, size_t len, struct jit_role *ret) _must_check_;
int jit_rule_unpack(uint8_t *record, size_t len, struct jit_rule *ret) _must_check_;

/* ---- policy.cdb ----
 * key                          value
 * "G"                          globals
 * "o" NAME                     role
 * "u" NUMBER(u32)              rule
 * "a" WHO                      u32…: the rules for WHO, rising
 * "r" WHO NUL ROLE             u32…: those that name ROLE
 * "c" WHO NUL PATH             u32…: those with a role that has a pattern for this literal
 *                              path; PATH empty: a pattern whose path is a glob, or `*`
 * "l" WHO                      u32…: those with a role that has `login`
 * WHO is as in struct jit_rule: `bob`, `%sre`, `#1001`, `*`. */
enum jit_policy_index {
	JIT_INDEX_ALL = 'a',
	JIT_INDEX_ROLE = 'r',
	JIT_INDEX_COMMAND = 'c',
	JIT_INDEX_LOGIN = 'l',
};

/* The key of an index record; who and what as above. Used by writer and reader. Returns its
 * length; 0: a name is too long to be in a policy. */
enum { JIT_POLICY_KEY_MAX = 1 + JIT_NAME_MAX + 2 + 4096 };
size_t jit_policy_index_key(enum jit_policy_index index, const char *who,
	const char *what, uint8_t ret[JIT_POLICY_KEY_MAX]);

struct jit_policy {
	struct jit_table table;
	struct jit_globals globals;
};

#define JIT_POLICY_NONE                                                                  \
	(struct jit_policy)                                                              \
	{                                                                                \
		.table = { -1, 0 }                                                       \
	}

/* Opens policy.cdb and reads the globals. -errno with a text: missing, truncated, wrong
 * owner or mode, another format. */
int jit_policy_open(const struct jit_site *site, struct jit_policy *ret,
	struct jit_error *err) _must_check_;
void jit_policy_close(struct jit_policy *policy);

/* Looked up by name; -ENOENT: there is none. */
int jit_policy_role(const struct jit_policy *policy, const char *name,
	struct jit_role *ret) _must_check_;
int jit_policy_rule(const struct jit_policy *policy, uint32_t number,
	struct jit_rule *ret) _must_check_;

/* What one question needs: the rules found by some index for some WHOs, with all roles
 * that they name (or only the one asked for), each once, rules in file order, roles by
 * name (byte order: they are searched by bisection). */
struct jit_policy_view {
	const struct jit_globals *globals;
	size_t n_rules, n_roles;
	struct jit_rule *rules;
	struct jit_role *roles;
};

void jit_view_done(struct jit_policy_view *view);
const struct jit_role *jit_view_role(
	const struct jit_policy_view *view, const char *name);

/* Adds to the view (start with a zeroed one with globals set). Can be called again. -E2BIG:
 * more than JIT_RULES_MAX rules; -EBADMSG: a record leads nowhere. After a failure the view
 * is good for jit_view_done only. */
int jit_view_add(struct jit_policy_view *view, const struct jit_policy *policy,
	enum jit_policy_index index, const struct jit_strv *whos,
	const char *what) _must_check_;

#endif
