/*
 * Grants on disk. Host-signed ones in /run/jit/grants/UID (dead at reboot), brought-in
 * ones in /var/lib/jit/grants/UID. Nothing that is read here is believed: every token is
 * verified again at every use, with the keys of now.
 *
 * Runs as root. MUST name files by uid and random id only; MUST NOT follow links.
 */
#ifndef JIT_STORE_H
#define JIT_STORE_H

#include "decide.h"

struct jit_held_list {
	size_t n;
	struct jit_held *v;
};

#define _cleanup_held_ _cleanup_(jit_held_list_done)
void jit_held_list_done(struct jit_held_list *list);

/* All grants of a subject that verify now: signature, key, name, host. Broken or foreign
 * files are passed over (counted in *ret_skipped, may be NULL). A directory that cannot be
 * read is an error. */
int jit_store_load(const struct jit_site *site, const struct jit_table *keys,
	const struct jit_subject *subject, const struct jit_now *now,
	struct jit_held_list *ret, size_t *ret_skipped) _must_check_;

/* Keeps a host-signed grant. */
int jit_store_add_host(const struct jit_site *site, const struct jit_subject *subject,
	const struct jit_grant *grant, const char *token) _must_check_;

/* Keeps a brought-in grant, its start written once. -EEXIST: it is here already (nothing
 * moves); -ESTALE: it was revoked or given back. */
int jit_store_add_brought(const struct jit_site *site, const struct jit_subject *subject,
	const struct jit_grant *grant, const char *token, const struct jit_now *now,
	int64_t start_sec) _must_check_;

/* Ends a grant for good, known or not yet seen: a tombstone with who and why, and where it is
 * break-glass, the end of that use. Of grant only by_host, req and sub are looked at: the
 * tombstone is for sub's grants; without one it counts for everybody's with this id. */
int jit_store_end(const struct jit_site *site, const struct jit_grant *grant_or_null,
	const char *id, const char *by, const char *reason,
	const struct jit_now *now) _must_check_;

/* Has it, which is sub's, a tombstone? 1 with the reason, 0, or -errno (which denies).
 * sub NULL or "": has anybody's? */
int jit_store_ended(const struct jit_site *site, const char *id, const char *sub,
	bool by_host, char ret_by[JIT_NAME_MAX + 1],
	char ret_reason[JIT_REASON_MAX + 1]) _must_check_;

/* A descriptor that becomes readable when it is time to ask jit_store_ended again (twice a
 * second: a revocation is in force within one); read it empty. */
int jit_store_watch(void) _must_check_;

/* Counts one use under a lock. most: what the role allows beside the grant's own limit, 0:
 * any number. -EDQUOT: all are used up. */
int jit_store_use(const struct jit_site *site, const struct jit_grant *grant,
	uint32_t most) _must_check_;

/* The high-water mark. */
int jit_store_clock_mark(
	const struct jit_site *site, struct jit_clock_mark *ret) _must_check_;
int jit_store_clock_mark_set(
	const struct jit_site *site, const struct jit_clock_mark *mark) _must_check_;
/* Forgets it (`jitctl unlock --clock`). */
int jit_store_clock_mark_clear(const struct jit_site *site) _must_check_;

/* What runs right now under a grant: /run/jit/sessions/ID, removed by jit_session_remove. */
struct jit_session {
	char id[JIT_ID_LEN + 1], grant[JIT_ID_LEN + 1];
	char subject[JIT_NAME_MAX + 1], target[JIT_NAME_MAX + 1], role[JIT_NAME_MAX + 1];
	char service[JIT_NAME_MAX + 1]; /* `jitsu`, `sshd`, … */
	char command[256], tty[64], rhost[256];
	uid_t uid;
	pid_t keeper;                /* who ends it */
	int64_t started_sec, end_ms; /* wall; CLOCK_BOOTTIME */
};

int jit_session_add(
	const struct jit_site *site, const struct jit_session *session) _must_check_;
int jit_session_remove(const struct jit_site *site, const char *id) _must_check_;
/* One of them. -ENOENT: there is none; any other error: it cannot be told. */
int jit_session_find(const struct jit_site *site, const char *id,
	struct jit_session *ret) _must_check_;
/* All of them; the caller frees *ret. */
int jit_session_list(const struct jit_site *site, struct jit_session **ret,
	size_t *ret_n) _must_check_;

/* Every grant of everybody, for root's listings. Verified like jit_store_load. Where one
 * account's directory holds too many files, the rest of them is left out: nobody can hide
 * another's grants. */
int jit_store_load_all(const struct jit_site *site, const struct jit_table *keys,
	const struct jit_now *now, struct jit_held_list *ret) _must_check_;

/* Before one more is kept: takes away what can never be used again (host-signed grants are
 * removed, brought-in ones go to archive/YYYY-MM). -EDQUOT: JIT_GRANTS_HELD_MAX are left. */
int jit_store_make_room(const struct jit_site *site, const struct jit_subject *subject,
	const struct jit_held_list *held, const struct jit_now *now) _must_check_;

/* Takes away archived months older than keep_sec, and tombstones and counts that no token
 * can need any more, by the clock as far as the mark lets it have come. Best effort; for
 * root's jitctl. */
void jit_store_trim(
	const struct jit_site *site, int64_t keep_sec, const struct jit_now *now);

/* The directory of one account's grants, made if wanted. Internal to the store. */
int jit_store_dir(
	const struct jit_site *site, bool by_host, uid_t uid, bool make) _must_check_;

/* archive/YYYY-MM of that moment, made if it is not there. Internal to the store. */
int jit_archive_month(const struct jit_site *site, int64_t sec) _must_check_;

#endif
