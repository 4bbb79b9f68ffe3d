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
become(uid_t uid, gid_t gid, const gid_t *groups, size_t n_groups)
{
	if (uid == (uid_t)-1 || gid == (gid_t)-1)
		return -EINVAL; /* to the kernel: "leave it as it is" (CVE-2019-14287) */
	if (setgroups(n_groups, groups) < 0 || setresgid(gid, gid, gid) < 0 ||
		setresuid(uid, uid, uid) < 0)
		return -errno;
	if (!uids_are(uid, uid, uid) || !gids_are(gid, gid, gid))
		return -EPERM;
	if (uid == 0)
		return 0;
	/* it must not be possible to come back */
	if (setresuid((uid_t)-1, 0, (uid_t)-1) == 0 || setuid(0) == 0 ||
		has_capabilities())
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
