/*
 * How jitsu exits when it is not the command's own status. See jitsu(1), EXIT STATUS.
 */
#ifndef JITSU_EXIT_CODE_H
#define JITSU_EXIT_CODE_H

enum exit_code {
	EXIT_DONE = 0,
	EXIT_NO = 1, /* `-l CMD`: it may not be run */
	EXIT_BAD_USAGE = 64,
	EXIT_BAD_INPUT = 65, /* a token that is none */
	EXIT_NO_SUCH = 66,   /* --drop: there is no such grant */
	EXIT_UNAUTHENTICATED =
		67, /* wrong password, prompt ended, or -n and one is needed */
	EXIT_NO_RECORD =
		69, /* the audit record could not be written and policy demands it */
	EXIT_INTERNAL =
		71, /* internal error, or a surrounding that takes privilege away */
	EXIT_NEEDS_APPROVAL = 75,
	EXIT_REFUSED = 77,      /* policy, approver */
	EXIT_NO_POLICY = 78,    /* no valid policy, foreign host key */
	EXIT_GRANT_ENDED = 124, /* the grant ended or was revoked while the command ran */
	EXIT_CANNOT_EXECUTE = 126,
	EXIT_NOT_FOUND = 127,
	EXIT_SIGNAL_BASE = 128, /* plus the signal that the command died of */
};

#endif
