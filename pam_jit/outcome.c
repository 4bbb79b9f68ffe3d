/*
 * The one table from outcomes to PAM codes. Pure.
 *
 * MUST give PAM_SYSTEM_ERR for what is not in it. MUST NOT hold PAM_NEW_AUTHTOK_REQD, nor a
 * code that some stacks pass over (PAM_USER_UNKNOWN, PAM_AUTHINFO_UNAVAIL).
 */
#include "outcome.h"

#include <security/pam_modules.h>

#include "libjit/base.h"

static const struct {
	enum outcome outcome;
	int code;
} codes[] = {
	{ OUTCOME_BROKEN, PAM_SYSTEM_ERR },
	{ OUTCOME_MISCONFIGURED, PAM_SYSTEM_ERR },
	{ OUTCOME_UNSUPPORTED, PAM_SYSTEM_ERR },
	{ OUTCOME_NO_RECORD, PAM_SYSTEM_ERR },
	{ OUTCOME_UNKNOWN_USER, PAM_PERM_DENIED },
	{ OUTCOME_REFUSED, PAM_PERM_DENIED },
	{ OUTCOME_ROOT, PAM_PERM_DENIED },
	{ OUTCOME_SHARED, PAM_PERM_DENIED },
	{ OUTCOME_HELD, PAM_SUCCESS },
	{ OUTCOME_AUTO, PAM_SUCCESS },
	{ OUTCOME_NOT_OURS, PAM_IGNORE },
	{ OUTCOME_OWN_ACCOUNT, PAM_IGNORE },
	{ OUTCOME_EXEMPT_LINE, PAM_IGNORE },
	{ OUTCOME_EXEMPT_POLICY, PAM_IGNORE },
	{ OUTCOME_NOT_GATED, PAM_IGNORE },
	{ OUTCOME_OBSERVED, PAM_IGNORE },
	{ OUTCOME_OBSERVED_BROKEN, PAM_IGNORE },
};

int
outcome_code(enum outcome outcome)
{
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (codes[i].outcome == outcome)
			return codes[i].code;
	return PAM_SYSTEM_ERR;
}
