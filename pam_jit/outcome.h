/*
 * What the gate can come to, and the PAM code of each.
 */
#ifndef PAM_JIT_OUTCOME_H
#define PAM_JIT_OUTCOME_H

/* Everything that is not listed denies; so does zero. What lets somebody by is far from
 * zero, and from each other, in many bits (CVE-2023-42465). */
enum outcome {
	OUTCOME_BROKEN = 0,    /* it could not be decided */
	OUTCOME_MISCONFIGURED, /* the PAM line, or a service that is not listed */
	OUTCOME_UNSUPPORTED,   /* kind=switch, kind=sudo: not yet */
	OUTCOME_NO_RECORD, /* the audit record that policy demands cannot be written */
	OUTCOME_UNKNOWN_USER,
	OUTCOME_REFUSED, /* no grant, and no rule that gives one by itself */
	OUTCOME_ROOT,    /* nobody knows which person it is: */
	OUTCOME_SHARED,

	OUTCOME_HELD = 0x1ca7d26b,     /* a grant is in force */
	OUTCOME_AUTO = 0x2b5e914d,     /* a rule gives one without asking */
	OUTCOME_NOT_OURS = 0x34d18ae7, /* another service's business */
	OUTCOME_OWN_ACCOUNT =
		0x4e8b3c59, /* a process without privilege, about its own user */
	OUTCOME_EXEMPT_LINE = 0x5973e2a4,
	OUTCOME_EXEMPT_POLICY = 0x6a1d74be,
	OUTCOME_NOT_GATED = 0x7347b8c2, /* an account without privilege */
	OUTCOME_OBSERVED = 0x58e64d1b,  /* enforce would refuse */
	OUTCOME_OBSERVED_BROKEN = 0x659a2f74,
};

/* The code of account. */
int outcome_code(enum outcome outcome);

#endif
