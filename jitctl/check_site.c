/*
 * jitctl check: what lies on this machine: directories, files, the host's key, the
 * program, the cgroup, the clock.
 *
 * Runs as root. MUST NOT change anything.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "jitctl/check.h"
#include "libjit/cgroup.h"
#include "libjit/file.h"
#include "libjit/keys.h"
#include "libjit/store.h"

/* ---- directories and files ---- */

static bool
check_directory(struct check *check, const char *path, int fd)
{
	if (fd >= 0)
		return true;
	check_add(check, CHECK_FAIL, "jitctl init", "%s %s", path, jit_file_problem(fd));
	return false;
}

void
check_directories(struct check *check)
{
	bool ok = check_directory(check, JIT_ETC_DIR, check->site.etc);

	ok &= check_directory(check, JIT_LIB_DIR, check->site.lib);
	ok &= check_directory(check, JIT_RUN_DIR, check->site.run);
	ok &= check_directory(check, JIT_LOG_DIR, check->site.log);
	if (ok)
		check_add(
			check, CHECK_OK, NULL, "directories are there and root's alone");
}

struct expected_file {
	const char *dir, *name;
	mode_t mode;        /* no bit beyond it */
	bool must_be_there; /* else it comes with its first use */
	const char *mend;
};

static const struct expected_file expected_files[] = {
	{ JIT_ETC_DIR, "jit.conf", 0600, true, "jitctl init; chmod 600, chown root" },
	{ JIT_ETC_DIR, "host.conf", 0644, false, "chmod 644, chown root" },
	{ JIT_ETC_DIR, "trusted_keys", 0644, true, "jitctl init; chmod 644, chown root" },
	{ JIT_ETC_DIR, "host.key", 0600, true, "jitctl init; chmod 600, chown root" },
	{ JIT_ETC_DIR, "host.pub", 0644, true, "jitctl init; chmod 644, chown root" },
	{ JIT_LIB_DIR, "policy.cdb", 0600, true, "jitctl reload" },
	{ JIT_LIB_DIR, "keys.cdb", 0600, true, "jitctl reload" },
	{ JIT_LIB_DIR, "clock", 0600, false, "chmod 600, chown root" },
	{ JIT_LOG_DIR, "audit.jsonl", 0600, false, "chmod 600, chown root" },
};

static int
directory_of(const struct check *check, const struct expected_file *file)
{
	if (jit_streq(file->dir, JIT_ETC_DIR))
		return check->site.etc;
	return jit_streq(file->dir, JIT_LIB_DIR) ? check->site.lib : check->site.log;
}

static bool
check_file(struct check *check, const struct expected_file *file)
{
	int dirfd = directory_of(check, file);
	_cleanup_close_ int fd = -1;

	if (dirfd < 0)
		return false;
	fd = jit_file_open(dirfd, file->name, check->site.owner, file->mode, INT64_MAX);
	if (fd >= 0 || (fd == -ENOENT && !file->must_be_there))
		return true;
	check_add(check, CHECK_FAIL, file->mend, "%s/%s %s", file->dir, file->name,
		jit_file_problem(fd));
	return false;
}

void
check_files(struct check *check)
{
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(expected_files); i++)
		ok &= check_file(check, &expected_files[i]);
	if (ok)
		check_add(check, CHECK_OK, NULL, "files have the right owners and modes");
}

/* ---- the host's key ---- */

void
check_host_key(struct check *check)
{
	_cleanup_host_key_ struct jit_host_key key = { 0 };
	struct jit_error err = { 0 };
	int r = jit_host_key_load(&check->site, &key, &err);

	if (r == 0)
		check_add(check, CHECK_OK, NULL,
			"the host's key is there and of this machine");
	else if (r == -EKEYREJECTED)
		check_add(check, CHECK_FAIL, "jitctl init --new-key; then jitctl reload",
			"the host's key was made on another machine: this disk is a "
			"copy");
	else
		check_add(check, CHECK_FAIL, "jitctl init; then jitctl reload",
			"the host's key cannot be used: %s",
			err.text[0] ? err.text : strerror(-r));
}

/* ---- the program ---- */

void
check_program(struct check *check)
{
	struct stat st;

	if (stat(JIT_BIN_DIR "/jitsu", &st) < 0)
		check_add(check, CHECK_FAIL, "install jitsu again",
			JIT_BIN_DIR "/jitsu is not there");
	else if (st.st_uid != 0 || !(st.st_mode & S_ISUID))
		check_add(check, CHECK_FAIL,
			"chown root " JIT_BIN_DIR "/jitsu; chmod 4755 " JIT_BIN_DIR
			"/jitsu",
			JIT_BIN_DIR "/jitsu is not setuid root: it can run nothing");
	else if (st.st_mode & (S_IWGRP | S_IWOTH))
		check_add(check, CHECK_FAIL, "chmod 4755 " JIT_BIN_DIR "/jitsu",
			JIT_BIN_DIR "/jitsu can be changed by others than root");
	else
		check_add(check, CHECK_OK, NULL, "jitsu is setuid root");
}

/* ---- cgroup, clock ---- */

void
check_cgroup(struct check *check)
{
	struct jit_cgroup_place place = { .dirfd = -1 };
	struct jit_error err = { 0 };

	if (jit_cgroup_find(&place, &err) < 0) {
		check_add(check, CHECK_FAIL, "systemctl enable --now jit.service",
			"there is no place where runs can be ended: %s", err.text);
		return;
	}
	if (place.kind == JIT_PLACE_UNIT)
		check_add(check, CHECK_OK, NULL, "jit.service holds the cgroup of runs");
	else if (place.kind == JIT_PLACE_ROOT)
		check_add(check, CHECK_OK, NULL,
			"no systemd: runs have cgroups of their own");
	else
		check_add(check, CHECK_WARN, "systemctl enable --now jit.service",
			"runs have no cgroup of their own: what they start is ended by a "
			"weaker "
			"way");
	jit_cgroup_place_close(&place);
}

void
check_clock(struct check *check)
{
	struct jit_clock_mark mark = { 0 };
	int r = jit_store_clock_mark(&check->site, &mark);

	if (r < 0)
		check_add(check, CHECK_FAIL, "jitctl unlock --clock",
			JIT_LIB_DIR "/clock %s", jit_file_problem(r));
	else if (jit_clock_is_back(&mark, &check->now))
		check_add(check, CHECK_FAIL,
			"set the clock; if it is right now: jitctl unlock --clock",
			"the clock is behind a time that it showed before: approvals are "
			"refused");
	else if (!check->now.synchronised)
		check_add(check, CHECK_WARN, "run systemd-timesyncd, chrony or ntpd",
			"no time service keeps the clock: approvals depend on it");
	else
		check_add(check, CHECK_OK, NULL, "the clock is synchronised");
}
