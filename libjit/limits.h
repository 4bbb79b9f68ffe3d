/*
 * Every bound in one place. A size that somebody else chooses is compared with one of
 * these before anything is read, allocated or looped over.
 */
#ifndef JIT_LIMITS_H
#define JIT_LIMITS_H

enum {
	JIT_NAME_MAX = 64,    /* account, group, role, rule, host, label: bytes */
	JIT_REASON_MAX = 256, /* the subject's words: bytes */
	JIT_TOKEN_MAX =
		2000, /* a token's text: characters (a terminal line ends at 4096) */
	JIT_PAYLOAD_MAX = 1500,       /* a token's payload: bytes */
	JIT_FOOTER_MAX = 128,         /* a token's footer: bytes */
	JIT_ID_LEN = 32,              /* a random id: hexadecimal digits of 128 bits */
	JIT_KID_LEN = 51,             /* "k4.pid." and 44 characters of base64url */
	JIT_ARGC_MAX = 64,            /* arguments that a grant can name */
	JIT_STATE_MAX = 8192,         /* a state file of one grant: bytes */
	JIT_RECORD_MAX = 262144,      /* one record of policy.cdb: bytes */
	JIT_RULES_MAX = 1000,         /* rules that can apply to one question */
	JIT_GROUPS_MAX = 65536,       /* groups of one account */
	JIT_GRANTS_MAX = 256,         /* grants of one subject that are looked at */
	JIT_GRANTS_HELD_MAX = 64,     /* of these in force, before one more is refused */
	JIT_LOCKS_MAX = 1024,         /* locks of one host */
	JIT_REQUESTS_MAX = 10000,     /* open requests of one host */
	JIT_REQUEST_FILE_MAX = 65536, /* one open request with its answers: bytes */
	JIT_ASKED_MAX = 256,          /* approvers that are noted with a request */
	JIT_COMMAND_MAX = 8192,       /* of a request's command, all words: bytes */
	JIT_APPROVALS_MAX = 8,        /* that one rule can need */
	JIT_LABELS_MAX = 64,          /* labels of one host */
	JIT_AUDIT_LINE_MAX = 16384,   /* one line of audit.jsonl: bytes */
	JIT_NOTICE_MAX = 16384, /* what a notify hook gets on standard input: bytes */
	JIT_KEYS_FILE_MAX = 1048576,  /* trusted_keys: bytes */
	JIT_DEFAULT_GRANT_SEC = 3600, /* where neither -t nor the role says how long */
	JIT_CLOCK_LEEWAY_SEC = 60,    /* between two hosts' clocks, for nbf and iat */
	JIT_CLOCK_BACK_SEC = 300,     /* behind the high-water mark by more: clock-back */
};

#endif
