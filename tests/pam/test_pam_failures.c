/*
 * Every allocation and every system call of an account call fails once: for a privileged
 * user without a grant the answer is never PAM_SUCCESS, and never PAM_IGNORE.
 *
 * The module finds these functions before the C library's (the program exports them).
 */
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <sys/file.h>
#include <time.h>

#include "config.h"
#include "pam_site.h"
#include "pam_stack.h"
#include "unit/test.h"

#define VISIBLE __attribute__((visibility("default")))

static int
	failure_wanted; /* the number of the call that fails, once our module is called */
static int until_failure; /* 0: nothing fails; 1: the next call does */
static int calls;         /* that could have failed */
static int with_error;

static bool
fails(void)
{
	calls++;
	if (until_failure == 0 || --until_failure > 0)
		return false;
	errno = with_error;
	return true;
}

/* The C library's own function of this name. */
#define NEXT(name, ...)                                                                  \
	static typeof(&name) next;                                                       \
	if (!next) {                                                                     \
		void *symbol = dlsym(RTLD_NEXT, #name);                                  \
		memcpy(&next, &symbol, sizeof(next));                                    \
	}                                                                                \
	return next(__VA_ARGS__)

/* ---- allocations ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

VISIBLE void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

VISIBLE void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

VISIBLE void *
realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}

/* ---- system calls and look-ups ---- */

#define WRAP(type, failure, name, parameters, ...)                                       \
	VISIBLE type name parameters                                                     \
	{                                                                                \
		if (fails())                                                             \
			return failure;                                                  \
		NEXT(name, __VA_ARGS__);                                                 \
	}

WRAP(int, -1, fstat64, (int fd, struct stat64 *st), fd, st)
WRAP(ssize_t, -1, pread64, (int fd, void *buf, size_t n, off64_t at), fd, buf, n, at)
WRAP(ssize_t, -1, read, (int fd, void *buf, size_t n), fd, buf, n)
WRAP(ssize_t, -1, write, (int fd, const void *buf, size_t n), fd, buf, n)
WRAP(int, -1, clock_gettime, (clockid_t id, struct timespec *ts), id, ts)
WRAP(int, -1, flock, (int fd, int operation), fd, operation)
WRAP(int, -1, fdatasync, (int fd), fd)
WRAP(int, -1, fsync, (int fd), fd)
WRAP(int, with_error, getpwnam_r,
	(const char *name, struct passwd *pw, char *buf, size_t n, struct passwd **ret),
	name, pw, buf, n, ret)
WRAP(int, with_error, getgrgid_r,
	(gid_t gid, struct group *gr, char *buf, size_t n, struct group **ret), gid, gr,
	buf, n, ret)
WRAP(int, -1, getgrouplist, (const char *user, gid_t gid, gid_t *gids, int *n), user, gid,
	gids, n)

VISIBLE int
open64(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (fails())
		return -1;
	NEXT(open64, path, flags, mode);
}

VISIBLE int
openat64(int dirfd, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (fails())
		return -1;
	NEXT(openat64, dirfd, path, flags, mode);
}

/* ---- the test ---- */

void pam_say_called(void);

/* The line before ours: libpam has read its files and loaded its modules. */
VISIBLE void
pam_say_called(void)
{
	calls = 0;
	until_failure = failure_wanted;
}

static int
account(const char *user, int failure)
{
	struct stack_call call = { "sshd", user, "ssh", "192.0.2.7", PAM_SILENT };
	int code;

	failure_wanted = failure;
	code = stack_account(&call);
	until_failure = 0;
	return code;
}

static void
check(int error, void (*prepare)(void))
{
	int total, reached = 0;

	with_error = error;
	prepare();
	stack_write_bare("sshd", "");
	ASSERT_EQ_INT(account(SITE_SUBJECT, 0), PAM_PERM_DENIED);
	ASSERT_EQ_INT(account(SITE_ORDINARY, 0), PAM_IGNORE);
	ASSERT_EQ_INT(account(SITE_SUBJECT, 0), PAM_PERM_DENIED);
	total = calls;
	ASSERT_TRUE(total > 100);
	for (int failure = 1; failure <= total; failure++) {
		char row[32];
		int code;

		snprintf(row, sizeof(row), "call %d of %d", failure, total);
		test_row(row);
		code = account(SITE_SUBJECT, failure);
		ASSERT_TRUE(code != PAM_SUCCESS);
		ASSERT_TRUE(code != PAM_IGNORE);
		ASSERT_TRUE(code != PAM_NEW_AUTHTOK_REQD);
		reached += code == PAM_SYSTEM_ERR;
	}
	test_row(NULL);
	ASSERT_TRUE(reached > 20); /* the module met them, not only libpam */
}

static void
without_grant(void)
{
	site_make(&SITE_POLICY);
}

static void
with_expired_grant(void)
{
	struct jit_grant grant;

	site_make(&SITE_POLICY);
	grant = site_grant();
	grant.dur = 5;
	site_hand_in_started(&grant, "carol", 6);
}

static void
with_revoked_grant(void)
{
	struct jit_grant grant;

	site_make(&SITE_POLICY);
	grant = site_grant();
	site_hand_in(&grant, "carol");
	site_revoke(&grant);
}

static const struct {
	const char *name;
	int error;
} errors[] = { { "EIO", EIO }, { "ENOMEM", ENOMEM }, { "EACCES", EACCES },
	{ "EMFILE", EMFILE } };

static void
test_without_a_grant(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		check(errors[i].error, without_grant);
}

static void
test_with_an_expired_grant(void)
{
	check(EIO, with_expired_grant);
}

static void
test_with_a_revoked_grant(void)
{
	check(EIO, with_revoked_grant);
}

TEST_MAIN(TEST(test_without_a_grant), TEST(test_with_an_expired_grant),
	TEST(test_with_a_revoked_grant))
