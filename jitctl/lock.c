/*
 * jitctl lock: shuts a user, a role, a key or everything, and ends what runs.
 *
 * Runs as root, who needs no grant for it and none to unlock. MUST NOT be stopped by a
 * policy, keys or a record that cannot be read or written.
 */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "jitctl/administrator.h"
#include "jitctl/jitctl.h"
#include "jitctl/lock_target.h"
#include "jitctl/option.h"
#include "jitctl/reload.h"
#include "libjit/audit.h"
#include "libjit/notify.h"
#include "libjit/parse.h"

struct locking {
	struct jit_site site;
	struct jit_now now;
	struct lock_options options;
	const char *term, *reason;
	int64_t term_sec; /* 0: none */
	struct lock_target target;
	struct jit_lock lock;
};

static void
print_help(FILE *out)
{
	fputs("usage: jitctl lock USER | --role ROLE | --key KEY | --all [--for TIME] "
	      "--reason TEXT\n"
	      "Nothing starts under it, and what runs is ended within a second.\n"
	      "  --role ROLE          a role, whoever holds it\n"
	      "  --key KEY            what a key signed: SHA256:... or k4.pid....\n"
	      "  --all                everything\n"
	      "  --for TIME           for so long; default: until jitctl unlock\n"
	      "  -r, --reason TEXT    why; who is refused is told\n",
		out);
}

static int
parse_options(int argc, char **argv, struct locking *l)
{
	const struct option_set set = {
		.entries = { { "role", .value = &l->options.role },
			{ "key", .value = &l->options.key },
			{ "all", .flag = &l->options.all }, { "for", .value = &l->term },
			{ "reason", 'r', .value = &l->reason, .needed = true } },
		.max = 1,
		.once = true,
		.help = print_help,
	};
	int r = option_read(argc, argv, &set);

	if (r < 0)
		l->options.user = argv[optind];
	return r;
}

static int
read_words(struct locking *l, struct jit_error *err)
{
	if (!l->reason[0] || !jit_text_valid(l->reason, JIT_REASON_MAX))
		return jit_error_set(err, -EINVAL,
			"--reason: 1 to %d bytes of UTF-8 without control characters",
			(int)JIT_REASON_MAX);
	if (l->term && jit_parse_duration(l->term, &l->term_sec) < 0)
		return jit_error_set(err, -EINVAL, "--for: a duration as 30m, 2h, 1d");
	return lock_target_find(&l->site, &l->options, &l->target, err);
}

static void
fill(struct locking *l)
{
	struct jit_lock *lock = &l->lock;

	lock->kind = l->target.kind;
	(void)snprintf(lock->name, sizeof(lock->name), "%s", l->target.name);
	(void)snprintf(lock->reason, sizeof(lock->reason), "%s", l->reason);
	administrator_name(lock->by);
	lock->since_sec = l->now.wall_sec;
	if (!l->term_sec)
		return;
	lock->until_sec = l->now.wall_sec + l->term_sec;
	lock->until_boot_ms = l->now.boot_ms + l->term_sec * 1000;
	memcpy(lock->boot, l->now.boot_id, sizeof(lock->boot));
}

static void
record(const struct locking *l)
{
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_LOCKED);
	char why[JIT_REASON_MAX + JIT_NAME_MAX + LOCK_TARGET_SHOWN_SIZE + 16];
	char shown[LOCK_TARGET_SHOWN_SIZE];

	(void)snprintf(why, sizeof(why), "%s by %s: %s",
		lock_target_show(&l->target, shown), l->lock.by, l->lock.reason);
	audit.subject = l->lock.kind == JIT_LOCK_USER ? l->lock.name : NULL;
	audit.role = l->lock.kind == JIT_LOCK_ROLE ? l->lock.name : NULL;
	audit.approver = l->target.owner[0] ? l->target.owner : NULL;
	audit.expires_sec = l->lock.until_sec;
	audit.why = why;
	if (jit_audit_write(&l->site, &audit) < 0)
		fputs("jitctl: it holds, but /var/log/jit/audit.jsonl could not be "
		      "written\n",
			stderr);
}

static void
notify(const struct locking *l)
{
	struct jit_policy policy = JIT_POLICY_NONE;
	struct jit_notice notice = { .event = JIT_EVENT_LOCKED,
		.by = l->lock.by,
		.reason = l->lock.reason,
		.expires_sec = l->lock.until_sec,
		.subject = l->lock.kind == JIT_LOCK_USER ? l->lock.name : NULL,
		.role = l->lock.kind == JIT_LOCK_ROLE ? l->lock.name : NULL };

	if (jit_policy_open(&l->site, &policy, NULL) == 0)
		(void)jit_notify(&policy.globals, &notice);
	jit_policy_close(&policy);
}

/* `jitctl unlock --role root`. */
static void
print_undo(const struct locking *l)
{
	switch (l->lock.kind) {
	case JIT_LOCK_ROLE: printf("jitctl unlock --role %s", l->lock.name); break;
	case JIT_LOCK_KEY: printf("jitctl unlock --key %s", l->lock.name); break;
	case JIT_LOCK_ALL: printf("jitctl unlock --all"); break;
	default: printf("jitctl unlock %s", l->lock.name); break;
	}
}

static void
report(const struct locking *l)
{
	char shown[LOCK_TARGET_SHOWN_SIZE], when[64];
	bool oneself = l->lock.kind == JIT_LOCK_ALL ||
		(l->lock.kind == JIT_LOCK_USER && jit_streq(l->lock.name, l->lock.by));

	printf("locked: %s, ", lock_target_show(&l->target, shown));
	if (l->lock.until_sec)
		printf("until %s\n", reload_time(l->lock.until_sec, when));
	else
		puts("until it is unlocked");
	if (l->target.unknown)
		printf("  this host knows no such %s now: is it written right?\n",
			jit_lock_kind_name(l->lock.kind));
	if (l->target.has_keys)
		printf("  what %s signs stays good: to shut that, lock the key, too: "
		       "jitctl lock --key\n",
			l->lock.name);
	printf("  to undo it, as root: ");
	print_undo(l);
	putchar('\n');
	if (oneself)
		puts("  that is you too: keep a root shell open, or use a console that "
		     "is "
		     "exempt");
}

static int
lock(struct locking *l)
{
	int r;

	fill(l);
	r = jit_lock_add(&l->site, &l->lock);
	if (r < 0) {
		fprintf(stderr,
			"jitctl: NOT locked: /var/lib/jit/locks cannot be written: %s\n",
			strerror(-r));
		return JITCTL_CANNOT_WRITE;
	}
	record(l);
	notify(l);
	report(l);
	return JITCTL_DONE;
}

int
cmd_lock(int argc, char **argv)
{
	struct locking l = { .site = JIT_SITE_NONE };
	struct jit_error err = { 0 };
	int r = parse_options(argc, argv, &l);

	if (r >= 0)
		return r;
	if (geteuid() != jit_site_owner()) {
		fputs("jitctl: only root can lock: sudo jitctl lock\n", stderr);
		return JITCTL_NOT_ALLOWED;
	}
	if (sodium_init() < 0 || jit_clock_now(&l.now) < 0)
		return JITCTL_FAILED;
	jit_site_open(&l.site);
	r = read_words(&l, &err);
	if (r < 0)
		fprintf(stderr, "jitctl: %s\n", err.text);
	else
		r = lock(&l);
	jit_site_close(&l.site);
	return r >= 0 ? r : r == -ENOENT ? JITCTL_NOT_FOUND : JITCTL_BAD_INPUT;
}
