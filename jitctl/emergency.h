/*
 * Uses of break-glass as people see them: listed, shown, and signed for once somebody has
 * looked at them.
 */
#ifndef JITCTL_EMERGENCY_H
#define JITCTL_EMERGENCY_H

#include "jitctl/approver.h"
#include "libjit/break_glass.h"

/* One of this host's by its id or a beginning of it. Root only. -ENOENT; -EACCES: not for
 * you; -EINVAL: several fit. A text in err. */
int emergency_find(
	const char *id, struct jit_break_glass *ret, struct jit_error *err) _must_check_;

/* Shows it. */
int emergency_show(const struct jit_break_glass *use, bool json);

struct emergency_seen {
	struct approver_options by;
	const char *reason; /* or NULL */
	bool yes;           /* do not ask */
};

/* Signs that the use typed ([HOST/]ID; where it cannot be looked up, the whole id) was
 * looked at, and delivers that. An exit code, or -errno with a text. */
int emergency_sign(const char *typed, const struct emergency_seen *seen,
	struct jit_error *err) _must_check_;

#endif
