/*
 * Uses of break-glass, listed apart until somebody who approves has looked at them:
 * archive/break-glass/ID. See jit-grant(5).
 *
 * Runs as root.
 */
#ifndef JIT_BREAK_GLASS_H
#define JIT_BREAK_GLASS_H

#include "clock.h"
#include "site.h"

struct jit_break_glass {
	char id[JIT_ID_LEN + 1]; /* jit_grant_id() of its grant */
	uid_t uid;
	char sub[JIT_NAME_MAX + 1], role[JIT_NAME_MAX + 1], target[JIT_NAME_MAX + 1];
	char reason[JIT_REASON_MAX + 1];
	char command_shown[256]; /* the first one, for people; "": none */
	int64_t started_sec;     /* wall time */
	int64_t ended_sec;       /* 0: not known to have ended before its time */
	char seen_by[JIT_NAME_MAX + 1], seen_reason[JIT_REASON_MAX + 1];
	int64_t seen_sec; /* 0: nobody has reviewed it */
};

struct jit_break_glass_list {
	size_t n;
	struct jit_break_glass *v;
};

#define _cleanup_break_glass_ _cleanup_(jit_break_glass_list_done)
void jit_break_glass_list_done(struct jit_break_glass_list *list);

/* -EEXIST: that id is there. */
int jit_break_glass_add(
	const struct jit_site *site, const struct jit_break_glass *use) _must_check_;

/* All that are kept, the newest first. None where nothing was ever used. */
int jit_break_glass_list(
	const struct jit_site *site, struct jit_break_glass_list *ret) _must_check_;

/* -ENOENT. */
int jit_break_glass_find(const struct jit_site *site, const char *id,
	struct jit_break_glass *ret) _must_check_;

/* Somebody has looked at it. -ENOENT; -EALREADY: it was reviewed before. */
int jit_break_glass_mark(const struct jit_site *site, const char *id, const char *by,
	const char *reason, int64_t now_sec) _must_check_;

/* Its grant ended before its time: part of jit_store_end. The first end stays. -ENOENT: it is
 * none of break-glass. */
int jit_break_glass_ended(
	const struct jit_site *site, const char *id, int64_t now_sec) _must_check_;

/* Takes away those that were reviewed and began before a moment. Best effort. */
void jit_break_glass_trim(const struct jit_site *site, int64_t before_sec);

#endif
