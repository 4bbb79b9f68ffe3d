/*
 * jitctl revoke: root ends a grant, known here or not yet seen, and what runs under it.
 *
 * Runs as root. MUST work for a whole id even when policy and keys cannot be read; MUST NOT
 * be stopped by a record that cannot be written.
 */
#include <errno.h>
#include <string.h>

#include "jitctl/administrator.h"
#include "jitctl/jitctl.h"
#include "jitctl/list.h"
#include "jitctl/option.h"
#include "libjit/access.h"
#include "libjit/escape.h"
#include "libjit/file.h"
#include "libjit/parse.h"

struct revocation {
	const char *typed, *reason;
	char by[JIT_NAME_MAX + 1];
	char id[JIT_ID_LEN + 1];
	const struct jit_held *held; /* NULL: not seen here yet */
};

static void
print_help(FILE *out)
{
	fputs("usage: jitctl revoke ID --reason TEXT\n"
	      "Ends a grant for good and what runs under it. ID is what jitctl list "
	      "grants\n"
	      "shows, any beginning of it that is unique, or the whole id (32 digits) of "
	      "a grant\n"
	      "that was not handed in yet.\n",
		out);
}

static int
parse_options(int argc, char **argv, struct revocation *ret)
{
	const struct option_set set = {
		.entries = { { "reason", 'r', .value = &ret->reason, .needed = true } },
		.min = 1,
		.max = 1,
		.once = true,
		.help = print_help,
	};
	int r = option_read(argc, argv, &set);

	if (r < 0)
		ret->typed = argv[optind];
	return r;
}

/* Several grants can be one: an id is what counts. */
static int
find_grant(
	const struct jit_held_list *list, struct revocation *rev, struct jit_error *err)
{
	char shown[64];

	for (size_t i = 0; i < list->n; i++) {
		const char *id = jit_grant_id(&list->v[i].grant);

		if (!jit_id_matches(id, rev->typed))
			continue;
		if (rev->held && !jit_streq(rev->id, id))
			return jit_error_set(err, -ENOTUNIQ,
				"more than one grant begins with %s: write more of it",
				jit_escape(rev->typed, shown, sizeof(shown)));
		rev->held = &list->v[i];
		memcpy(rev->id, id, sizeof(rev->id));
	}
	if (rev->held)
		return 0;
	if (!jit_id_valid(rev->typed))
		return jit_error_set(err, -ENOENT,
			"no grant %s here: jitctl list grants shows them; one that was "
			"not handed "
			"in yet is revoked by its whole id (32 digits)",
			jit_escape(rev->typed, shown, sizeof(shown)));
	memcpy(rev->id, rev->typed, sizeof(rev->id));
	return 0;
}

static void
record(const struct jit_access *access, const struct revocation *rev)
{
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_REVOKED);
	char why[JIT_REASON_MAX + JIT_NAME_MAX + 8];

	(void)snprintf(why, sizeof(why), "by %s: %s", rev->by, rev->reason);
	audit.grant = rev->id;
	audit.why = why;
	if (rev->held) {
		const struct jit_grant *grant = &rev->held->grant;

		audit.subject = grant->sub;
		audit.role = grant->role;
		audit.target = grant->as[0] ? grant->as : NULL;
		audit.approver = grant->iss;
		audit.via = jit_via_name(grant->via);
		audit.request = grant->req[0] ? grant->req : NULL;
		audit.reason = grant->reason[0] ? grant->reason : NULL;
	}
	if (jit_audit_write(&access->site, &audit) < 0)
		fputs("jitctl: it holds, but /var/log/jit/audit.jsonl could not be "
		      "written\n",
			stderr);
}

static void
report(const struct revocation *rev)
{
	char id[LIST_ID_SYMBOLS + 1];

	if (rev->held)
		printf("revoked: grant %s of %s (%s)\n", list_short_id(rev->id, id),
			rev->held->grant.sub, rev->held->grant.role);
	else
		printf("revoked: grant %s, which was not seen here; it cannot be handed "
		       "in "
		       "any more\n",
			list_short_id(rev->id, id));
}

static int
end_grant(struct jit_access *access, const struct jit_held_list *list,
	struct revocation *rev, struct jit_error *err)
{
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1], id[LIST_ID_SYMBOLS + 1];
	int r = find_grant(list, rev, err);

	if (r < 0)
		return r;
	r = jit_store_ended(&access->site, rev->id, rev->held && rev->held->grant.by_host,
		by, reason);
	if (r > 0)
		return jit_error_set(err, -EALREADY, "grant %s has ended already",
			list_short_id(rev->id, id));
	r = jit_store_end(&access->site, rev->held ? &rev->held->grant : NULL, rev->id,
		rev->by, rev->reason, &access->now);
	if (r < 0)
		return jit_error_set(err, r,
			"NOT revoked: the revocation cannot be stored below "
			"/var/lib/jit: %s",
			strerror(-r));
	record(access, rev);
	report(rev);
	return 0;
}

/* Everything that the store has. Without policy or keys nothing verifies and the list is
 * empty: a whole id can be revoked all the same. */
static void
load(struct jit_access *access, struct jit_held_list *list, struct jit_error *err)
{
	int r = jit_access_open(access, err);

	if (r == 0) {
		r = jit_store_load_all(&access->site, &access->keys, &access->now, list);
		if (r < 0)
			(void)jit_error_set(
				err, r, "the grants cannot be read: %s", strerror(-r));
	}
	if (r == 0)
		return;
	jit_access_close(access);
	*access = JIT_ACCESS_NONE;
	jit_site_open(&access->site);
	(void)!jit_clock_now(&access->now);
}

static int
revoke_exit(int error)
{
	switch (-error) {
	case ENOENT: return JITCTL_NOT_FOUND;
	case ENOTUNIQ: return JITCTL_BAD_INPUT;
	case EALREADY: return JITCTL_NO;
	default: return JITCTL_CANNOT_WRITE;
	}
}

int
cmd_revoke(int argc, char **argv)
{
	_cleanup_access_ struct jit_access access = JIT_ACCESS_NONE;
	_cleanup_held_ struct jit_held_list list = { 0 };
	struct jit_error load_err = { 0 }, err = { 0 };
	struct revocation rev = { 0 };
	int r = parse_options(argc, argv, &rev);

	if (r >= 0)
		return r;
	if (geteuid() != jit_site_owner()) {
		fputs("jitctl: only root can revoke here: sudo jitctl revoke\n", stderr);
		return JITCTL_NOT_ALLOWED;
	}
	if (!rev.reason[0] || !jit_text_valid(rev.reason, JIT_REASON_MAX)) {
		fprintf(stderr,
			"jitctl: --reason: 1 to %d bytes of UTF-8 without control "
			"characters\n",
			(int)JIT_REASON_MAX);
		return JITCTL_BAD_INPUT;
	}
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	administrator_name(rev.by);
	load(&access, &list, &load_err);
	if (load_err.text[0])
		fprintf(stderr, "jitctl: %s\n", load_err.text);
	r = end_grant(&access, &list, &rev, &err);
	if (r < 0)
		fprintf(stderr, "jitctl: %s\n", err.text);
	return r < 0 ? revoke_exit(r) : JITCTL_DONE;
}
