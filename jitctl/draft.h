/*
 * A grant before it is signed: filled in by a command, checked as a host would, shown.
 */
#ifndef JITCTL_DRAFT_H
#define JITCTL_DRAFT_H

#include "jitctl/signer.h"
#include "libjit/grant.h"

enum { DRAFT_WITHIN_SEC = 3600 }; /* how long it can be handed in, if nobody says */

/* Takes a name that a person typed for an option. -EINVAL with a text. */
int draft_name(const char *option, const char *value, size_t size, char *ret,
	struct jit_error *err) _must_check_;

/* The same for a host's id or @label (claim aud). */
int draft_audience(const char *option, const char *value, char ret[JIT_NAME_MAX + 2],
	struct jit_error *err) _must_check_;

/* Who signs: iss, or with NULL the login name. -EINVAL with a text. */
int draft_signer_name(
	const char *iss, char ret[JIT_NAME_MAX + 1], struct jit_error *err) _must_check_;

/* Takes a duration; value NULL: the usual one, as far as the ceiling lets it. -EINVAL,
 * -ERANGE with a text. */
int draft_duration(const char *option, const char *value, int64_t usual, int64_t ceiling,
	int64_t *ret_sec, struct jit_error *err) _must_check_;

/* Takes a reason: at most JIT_REASON_MAX bytes of text; value NULL: none. */
int draft_reason(const char *option, const char *value, char ret[JIT_REASON_MAX + 1],
	struct jit_error *err) _must_check_;

/* Takes a command line (borrowed): argv[0] is a whole path. */
int draft_command(const struct jit_strv *argv, struct jit_error *err) _must_check_;

/* The window: from now, or from at (0: now), for dur, to be started within so many seconds
 * of its beginning. */
void draft_window(struct jit_grant *grant, int64_t now_sec, int64_t at_sec,
	int64_t dur_sec, int64_t within_sec);

/* The payload (allocated) and what a host will read in it: show that, not the draft.
 * -EINVAL, -EFBIG with a text: no host would take it. */
int draft_payload(const struct jit_grant *draft, const struct signer *signer,
	char **ret_payload, struct jit_grant *ret_read,
	struct jit_error *err) _must_check_;

/* Text that somebody else chose, for one line: escaped, and of several blanks one stays, so
 * that it cannot fill a line up and go on as if it were the next. Returns buf. */
const char *draft_words(const char *s, char *buf, size_t size);

/* The lines of a grant that people read before they sign: role, for, command, uses, why.
 * said: what is known beside what is signed; or NULL. */
struct draft_said {
	const char *host;   /* who says target */
	const char *target; /* as whom, where the grant does not say; "": none */
	const struct jit_strv
		*command; /* checked: what claim cmd stands for; NULL: unknown */
};
void draft_show(const struct jit_grant *grant, const struct draft_said *said, FILE *out);

/* Local time to the minute. Returns buf. */
const char *draft_time(int64_t sec, char *buf, size_t size);

/* The exit code for an error of taking, signing, writing. */
int draft_exit(int error);

#endif
