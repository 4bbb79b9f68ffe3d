/*
 * Changes of privilege. The only file with set*id, setgroups and capset.
 *
 * MUST check every result and read back what was set; MUST, where a change is for good, try
 * to regain what was given up and end the process if that works. After each of these
 * functions fails, the caller of it has to end the process.
 */
#include "privs.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

/* Runs as: caller, effective uid 0 (read only). */
int
privs_caller_read(struct privs_caller *ret)
{
	int n = getgroups(0, NULL);
	_cleanup_free_ gid_t *groups = NULL;

	if (n < 0)
		return -errno;
	groups = calloc((size_t)n + 1, sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	n = getgroups(n, groups);
	if (n < 0)
		return -errno;
	ret->uid = getuid();
	ret->gid = getgid();
	ret->n_groups = n;
	ret->groups = TAKE_PTR(groups);
	return 0;
}

/* Runs as: whatever we were started as. */
int
privs_check_setuid(struct jit_error *err)
{
	struct statvfs fs;

	if (geteuid() == 0)
		return 0;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return jit_error_set(err, -EPERM,
			"no_new_privs is set here (a container or a sandbox): nothing "
			"started in it "
			"can gain privilege");
	if (statvfs("/proc/self/exe", &fs) == 0 && (fs.f_flag & ST_NOSUID))
		return jit_error_set(err, -EPERM,
			"the file system that jitsu lies on is mounted nosuid");
	return jit_error_set(err, -EPERM, "jitsu must be installed setuid root");
}

static bool
uids_are(uid_t real, uid_t effective, uid_t saved)
{
	uid_t r, e, s;

	return getresuid(&r, &e, &s) == 0 && r == real && e == effective && s == saved;
}

static bool
gids_are(gid_t real, gid_t effective, gid_t saved)
{
	gid_t r, e, s;

	return getresgid(&r, &e, &s) == 0 && r == real && e == effective && s == saved;
}

/* Runs as: effective uid 0 before, all uids 0 after. */
int
privs_become_root(void)
{
	if (setresuid(0, 0, 0) < 0 || setresgid(0, 0, 0) < 0 || setgroups(0, NULL) < 0)
		return -errno;
	if (!uids_are(0, 0, 0) || !gids_are(0, 0, 0) || getgroups(0, NULL) != 0)
		return -EPERM;
	return 0;
}

/* Runs as: root before, effectively the caller after (real and saved uid stay 0, so that
 * the caller can send us no signal). */
int
privs_caller_enter(const struct privs_caller *caller)
{
	if (setgroups((size_t)caller->n_groups, caller->groups) < 0 ||
		setresgid((gid_t)-1, caller->gid, (gid_t)-1) < 0 ||
		setresuid((uid_t)-1, caller->uid, (uid_t)-1) < 0)
		return -errno;
	if (!uids_are(0, caller->uid, 0) || !gids_are(0, caller->gid, 0))
		return -EPERM;
	return 0;
}

/* Runs as: effectively the caller before, root after. */
void
privs_caller_leave(void)
{
	if (setresuid((uid_t)-1, 0, (uid_t)-1) < 0 || privs_become_root() < 0)
		abort();
}

/* Nothing of the inheritable set may go on to somebody else's process: capabilities(7). */
static int
clear_inheritable(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(data); i++)
		data[i].inheritable = 0;
	if (syscall(SYS_capset, &header, data) < 0)
		return -errno;
	return 0;
}

/* Is anything left in the permitted or effective set? */
static bool
has_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(data); i++)
		if (data[i].permitted || data[i].effective || data[i].inheritable)
			return true;
	return false;
}

static int
change_ids(uid_t uid, gid_t gid, const gid_t *groups, size_t n_groups)
{
	if (uid == (uid_t)-1 || gid == (gid_t)-1)
		return -EINVAL; /* to the kernel: "leave it as it is" (CVE-2019-14287) */
	if (setgroups(n_groups, groups) < 0 || setresgid(gid, gid, gid) < 0 ||
		setresuid(uid, uid, uid) < 0)
		return -errno;
	if (!uids_are(uid, uid, uid) || !gids_are(gid, gid, gid))
		return -EPERM;
	return 0;
}

static bool
can_come_back(void)
{
	return setresuid((uid_t)-1, 0, (uid_t)-1) == 0 || setuid(0) == 0;
}

static int
become(uid_t uid, gid_t gid, const gid_t *groups, size_t n_groups)
{
	int r = change_ids(uid, gid, groups, n_groups);

	if (r < 0 || uid == 0)
		return r;
	if (can_come_back() || has_capabilities())
		abort();
	return 0;
}

/* Runs as: root before, the caller for good after; not dumpable, so that the caller cannot
 * trace it or take its descriptors. */
int
privs_become_caller(const struct privs_caller *caller)
{
	int r = clear_inheritable();

	if (r < 0)
		return r;
	r = become(caller->uid, caller->gid, caller->groups, (size_t)caller->n_groups);
	if (r < 0)
		return r;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return 0;
}

/* Runs as: root before, the target for good after. */
int
privs_become_target(uid_t uid, gid_t gid, const gid_t *groups, size_t n_groups)
{
	int r = clear_inheritable();

	if (r < 0)
		return r;
	return become(uid, gid, groups, n_groups);
}

/* ---- a role's capabilities ---- */

static uint64_t
bit(int capability)
{
	return UINT64_C(1) << capability;
}

/* Cuts the bounding set. -EOPNOTSUPP: one that is wanted is not in it: this kernel does not
 * know it, or a container took it away. */
static int
bound(uint64_t capabilities)
{
	uint64_t there = 0;

	for (int c = 0; c < 64; c++) {
		int r = prctl(PR_CAPBSET_READ, c, 0, 0, 0);

		if (r < 0)
			break; /* the kernel knows no more */
		if (r == 1)
			there |= bit(c);
		if (r == 1 && !(capabilities & bit(c)) &&
			prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0)
			return -errno;
	}
	return (there & capabilities) == capabilities ? 0 : -EOPNOTSUPP;
}

static int
set_capabilities(uint64_t capabilities)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	for (size_t i = 0; i < ARRAY_SIZE(data); i++) {
		uint32_t word = (uint32_t)(capabilities >> (32 * i));

		data[i] = (struct __user_cap_data_struct){ word, word, word };
	}
	if (syscall(SYS_capset, &header, data) < 0)
		return -errno;
	/* ambient: what a program without capabilities of its own keeps over exec */
	for (int c = 0; c < 64; c++)
		if ((capabilities & bit(c)) &&
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0) < 0)
			return -errno;
	return 0;
}

/* Are all five sets exactly these? */
static bool
capabilities_are(uint64_t capabilities)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(data); i++) {
		uint32_t word = (uint32_t)(capabilities >> (32 * i));

		if (data[i].permitted != word || data[i].effective != word ||
			data[i].inheritable != word)
			return false;
	}
	for (int c = 0; c < 64; c++) {
		int wanted = capabilities & bit(c) ? 1 : 0;
		int bounding = prctl(PR_CAPBSET_READ, c, 0, 0, 0);

		if (bounding < 0)
			return wanted == 0;
		if (bounding != wanted ||
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, c, 0, 0) != wanted)
			return false;
	}
	return true;
}

/* Runs as: root before, the target with these capabilities for good after. Raw system calls
 * as above: libcap would add a library (which can call exit) to save a few lines. */
int
privs_become_capable(
	uid_t uid, gid_t gid, const gid_t *groups, size_t n_groups, uint64_t capabilities)
{
	/* KEEP_CAPS goes at exec. NOROOT stays: a set-uid program that the command starts
	 * gets no capabilities for being root */
	unsigned long bits = SECBIT_KEEP_CAPS | SECBIT_NOROOT | SECBIT_NOROOT_LOCKED;
	int r = uid == 0 ? -EINVAL : bound(capabilities);

	if (r < 0)
		return r;
	if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) < 0)
		return -errno;
	r = change_ids(uid, gid, groups, n_groups);
	if (r < 0)
		return r;
	/* the change of uids has left the permitted set, nothing of the effective one: this
	 * is the moment to see that root is gone, cap_setuid may be among what comes back */
	if (can_come_back())
		abort();
	r = set_capabilities(capabilities);
	if (r < 0)
		return r;
	return capabilities_are(capabilities) ? 0 : -EPERM;
}

/* Runs as: the target. */
int
privs_forbid_more(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : -EPERM;
}
