/*
 * jitctl check: what works beside the programs: the sweep, delivery over ssh, the notify
 * hook, open requests, locks.
 *
 * Runs as root. MUST NOT change anything.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "jitctl/check.h"
#include "jitctl/reload.h"
#include "libjit/file.h"
#include "libjit/lock.h"

#define TIMER "jit-sweep.timer"
#define WANTS "/timers.target.wants/" TIMER
#define SSHD_DROP_IN "/etc/ssh/sshd_config.d/jit.conf"
#define NOTIFY_USER "jit-notify"
#define APPROVERS "jit-approvers"

enum { LOCKS_SHOWN = 10 };

void
check_sweep(struct check *check)
{
	static const char *const places[] = { "/etc/systemd/system" WANTS,
		"/run/systemd/system" WANTS, "/usr/lib/systemd/system" WANTS,
		"/lib/systemd/system" WANTS };
	bool enabled = false;

	if (access("/run/systemd/system", F_OK) < 0) {
		check_add(check, CHECK_WARN, "let cron run jitctl sweep every minute",
			"no systemd: nothing closes requests that nobody answers");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		enabled |= access(places[i], F_OK) == 0;
	if (enabled)
		check_add(check, CHECK_OK, NULL, TIMER " is enabled");
	else
		check_add(check, CHECK_WARN, "systemctl enable --now " TIMER,
			TIMER " is not enabled: nothing closes requests that nobody "
			      "answers");
}

void
check_delivery(struct check *check)
{
	static const char *const accounts[] = { "jit", "jit-keys" };

	if (access(SSHD_DROP_IN, F_OK) < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(accounts); i++) {
		if (getpwnam(accounts[i]))
			continue;
		check_add(check, CHECK_FAIL, "systemd-sysusers; or remove " SSHD_DROP_IN,
			SSHD_DROP_IN
			" is there, but the account %s is not: nothing can be delivered",
			accounts[i]);
		return;
	}
	check_add(check, CHECK_OK, NULL, "tokens and requests are delivered over ssh");
}

/* ---- the notify hook ---- */

static void
check_hook(struct check *check, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		check_add(check, CHECK_FAIL, "notify.command in jit.conf",
			"nobody is notified: %s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode) || !(st.st_mode & S_IXUSR))
		check_add(check, CHECK_FAIL, "chmod 755 on it",
			"nobody is notified: %s cannot be executed", path);
	else if (st.st_uid != check->site.owner || (st.st_mode & (S_IWGRP | S_IWOTH)))
		check_add(check, CHECK_FAIL, "chown root, chmod 755 on it",
			"%s can be changed by others than root", path);
	else
		check_add(check, CHECK_OK, NULL, "%s notifies people", path);
}

void
check_notify(struct check *check)
{
	const char *path = check->policy.globals.notify_command;

	if (check->policy.table.fd < 0 || !path || !*path)
		return;
	if (!getpwnam(NOTIFY_USER))
		check_add(check, CHECK_FAIL, "systemd-sysusers",
			"nobody is notified: there is no account " NOTIFY_USER);
	check_hook(check, path);
}

/* ---- open requests ---- */

void
check_requests(struct check *check)
{
	static const char mend[] = "chown root:" APPROVERS " " JIT_LIB_DIR
				   "/requests; chmod 750 " JIT_LIB_DIR "/requests";
	const struct group *approvers = getgrnam(APPROVERS);
	struct stat st;

	if (!approvers)
		check_add(check, CHECK_WARN, "systemd-sysusers",
			"there is no group " APPROVERS
			": only root sees open requests here");
	if (check->site.lib < 0)
		return;
	if (fstatat(check->site.lib, "requests", &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		!S_ISDIR(st.st_mode))
		check_add(check, CHECK_FAIL, "jitctl init",
			JIT_LIB_DIR "/requests is not there: nobody can ask");
	else if (st.st_uid != check->site.owner || (st.st_mode & 07027))
		check_add(check, CHECK_FAIL, mend,
			JIT_LIB_DIR
			"/requests is open to others than root and " APPROVERS);
	else if (approvers && (st.st_gid != approvers->gr_gid || !(st.st_mode & S_IXGRP)))
		check_add(check, CHECK_WARN, mend,
			JIT_LIB_DIR "/requests is not readable by " APPROVERS);
	else
		check_add(check, CHECK_OK, NULL, "open requests have a safe place");
}

/* ---- locks ---- */

static void
add_lock(struct check *check, const struct jit_lock *lock)
{
	char when[64];

	check_add(check, CHECK_WARN, "jitctl list locks; jitctl unlock",
		"locked by %s %s%s: %s%s%s", lock->by,
		lock->until_sec ? "until " : "until it is unlocked",
		lock->until_sec ? reload_time(lock->until_sec, when) : "",
		lock->kind == JIT_LOCK_ALL ? "everything"
					   : jit_lock_kind_name(lock->kind),
		lock->name[0] ? " " : "", lock->name);
}

void
check_locks(struct check *check)
{
	_cleanup_locks_ struct jit_locks locks = { 0 };
	int r = jit_locks_load(&check->site, &check->now, &locks);

	if (r < 0) {
		check_add(check, CHECK_FAIL, "jitctl init; rm what is damaged there",
			"everything is refused: " JIT_LIB_DIR "/locks %s",
			jit_file_problem(r));
		return;
	}
	for (size_t i = 0; i < locks.n && i < LOCKS_SHOWN; i++)
		add_lock(check, &locks.v[i]);
	if (locks.n > LOCKS_SHOWN)
		check_add(check, CHECK_WARN, "jitctl list locks", "and %zu more locks",
			locks.n - LOCKS_SHOWN);
	if (!locks.n)
		check_add(check, CHECK_OK, NULL, "nothing is locked");
}
