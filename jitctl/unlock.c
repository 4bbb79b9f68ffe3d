/*
 * jitctl unlock: root takes back what stops grants from being used: a lock, or the clock's
 * high-water mark.
 *
 * Runs as root, who needs no grant for it.
 */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "jitctl/administrator.h"
#include "jitctl/jitctl.h"
#include "jitctl/lock_target.h"
#include "jitctl/option.h"
#include "libjit/audit.h"
#include "libjit/notify.h"
#include "libjit/store.h"

static void
print_help(FILE *out)
{
	fputs("usage: jitctl unlock USER | --role ROLE | --key KEY | --all\n"
	      "       jitctl unlock --clock\n"
	      "Takes one lock away: of those that jitctl list locks shows.\n"
	      "  --role ROLE   a role's\n"
	      "  --key KEY     a key's: SHA256:... or k4.pid....\n"
	      "  --all         the lock of everything; others stay\n"
	      "  --clock       forget the latest time that this host has seen: for a "
	      "clock "
	      "that was\n"
	      "                wrongly ahead once, and set back since. Look at the clock "
	      "first.\n",
		out);
}

static int
parse_options(int argc, char **argv, struct lock_options *ret, bool *ret_clock)
{
	const struct option_set set = {
		.entries = { { "clock", .flag = ret_clock },
			{ "role", .value = &ret->role }, { "key", .value = &ret->key },
			{ "all", .flag = &ret->all } },
		.max = 1,
		.once = true,
		.help = print_help,
	};
	int r = option_read(argc, argv, &set);

	if (r < 0)
		ret->user = argv[optind];
	if (r < 0 && *ret_clock && (ret->user || ret->role || ret->key || ret->all)) {
		print_help(stderr);
		return JITCTL_USAGE;
	}
	return r;
}

static void
record(const struct jit_site *site, const struct jit_audit *audit)
{
	if (jit_audit_write(site, audit) < 0)
		fputs("jitctl: it holds, but /var/log/jit/audit.jsonl could not be "
		      "written\n",
			stderr);
}

/* ---- the clock ---- */

static int
unlock_clock(const struct jit_site *site)
{
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_CLOCK_BACK);
	char by[JIT_NAME_MAX + 1];
	int r = jit_store_clock_mark_clear(site);

	if (r < 0) {
		fprintf(stderr, "jitctl: the clock's mark in /var/lib/jit stays: %s\n",
			strerror(-r));
		return JITCTL_CANNOT_WRITE;
	}
	administrator_name(by);
	audit.subject = by;
	audit.why = "the high-water mark was cleared by hand";
	record(site, &audit);
	puts("the clock's mark is cleared: it begins anew with the time of now");
	return JITCTL_DONE;
}

/* ---- locks ---- */

static void
tell(const struct jit_site *site, const struct lock_target *target, const char *shown)
{
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_UNLOCKED);
	struct jit_notice notice = { .event = JIT_EVENT_UNLOCKED };
	struct jit_policy policy = JIT_POLICY_NONE;
	char why[LOCK_TARGET_SHOWN_SIZE + JIT_NAME_MAX + 8], by[JIT_NAME_MAX + 1];

	administrator_name(by);
	(void)snprintf(why, sizeof(why), "%s by %s", shown, by);
	audit.subject = target->kind == JIT_LOCK_USER ? target->name : NULL;
	audit.role = target->kind == JIT_LOCK_ROLE ? target->name : NULL;
	audit.approver = target->owner[0] ? target->owner : NULL;
	audit.why = why;
	record(site, &audit);
	notice.subject = audit.subject;
	notice.role = audit.role;
	notice.by = by;
	if (jit_policy_open(site, &policy, NULL) == 0)
		(void)jit_notify(&policy.globals, &notice);
	jit_policy_close(&policy);
}

static int
unlock(const struct jit_site *site, const struct lock_options *options)
{
	char shown[LOCK_TARGET_SHOWN_SIZE];
	struct jit_error err = { 0 };
	struct lock_target target;
	int r = lock_target_find(site, options, &target, &err);

	if (r < 0) {
		fprintf(stderr, "jitctl: %s\n", err.text);
		return r == -ENOENT ? JITCTL_NOT_FOUND : JITCTL_BAD_INPUT;
	}
	lock_target_show(&target, shown);
	r = jit_lock_remove(site, target.kind, target.name);
	if (r == -ENOENT) {
		fprintf(stderr, "jitctl: %s: no such lock; jitctl list locks shows all\n",
			shown);
		return JITCTL_NOT_FOUND;
	}
	if (r < 0) {
		fprintf(stderr, "jitctl: the lock stays: /var/lib/jit/locks: %s\n",
			strerror(-r));
		return JITCTL_CANNOT_WRITE;
	}
	tell(site, &target, shown);
	printf("unlocked: %s\n", shown);
	return JITCTL_DONE;
}

int
cmd_unlock(int argc, char **argv)
{
	struct lock_options options = { 0 };
	struct jit_site site = JIT_SITE_NONE;
	bool clock = false;
	int r = parse_options(argc, argv, &options, &clock);

	if (r >= 0)
		return r;
	if (geteuid() != jit_site_owner()) {
		fputs("jitctl: only root can unlock: sudo jitctl unlock\n", stderr);
		return JITCTL_NOT_ALLOWED;
	}
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	jit_site_open(&site);
	r = clock ? unlock_clock(&site) : unlock(&site, &options);
	jit_site_close(&site);
	return r;
}
