/*
 * pam_jit's session group, by the real libpam, with a stand-in for session-watch.
 */
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "config.h"
#include "pam_jit/watch.h"
#include "pam_site.h"
#include "pam_stack.h"
#include "unit/test.h"

static const struct stack_call sshd = { "sshd", SITE_SUBJECT, "ssh", "192.0.2.7", 0 };

static struct watch_record record; /* what session-watch was given last */

static void
link_watch(void)
{
	ASSERT_EQ_INT(
		symlink(WATCH_STUB, site_path(JIT_LIBEXEC_DIR, "session-watch")), 0);
}

static void
make(const struct site_policy *policy)
{
	site_make(policy);
	link_watch();
}

static struct jit_grant
make_with_grant(const struct site_policy *policy)
{
	struct jit_grant grant;

	make(policy);
	grant = site_grant();
	site_hand_in(&grant, "carol");
	return grant;
}

static void
watch_does(const char *mode)
{
	test_file_write("watch-mode", 0600, mode, strlen(mode));
}

static struct stack_session
run_as(const char *options, const char *user)
{
	struct stack_call call = sshd;

	call.user = user;
	stack_write_bare("sshd", options);
	return stack_session(&call);
}

static struct stack_session
run(void)
{
	return run_as("", SITE_SUBJECT);
}

static void
read_record(void)
{
	size_t len;
	_cleanup_free_ char *content = test_file_read("watch-record", &len);

	ASSERT_EQ_UINT(len, sizeof(record));
	memcpy(&record, content, sizeof(record));
	ASSERT_TRUE(watch_record_valid(&record));
}

/* The first line that the module behind ours wrote: systemd.runtime_max_sec, in seconds. */
static int
backstop(void)
{
	_cleanup_free_ char *said = test_file_read("said", NULL);
	int sec = 0;

	if (strncmp(said, "(none)", 6) == 0)
		return -1;
	for (const char *s = said; *s >= '0' && *s <= '9'; s++)
		sec = sec * 10 + (*s - '0');
	return sec;
}

static void
assert_log(const char *part, bool there)
{
	_cleanup_free_ char *log = site_log();

	if (there)
		ASSERT_CONTAINS(log, part);
	else
		ASSERT_FALSE(strstr(log, part) != NULL);
}

static void
assert_left_ms(int64_t min, int64_t max)
{
	struct jit_now now;

	ASSERT_OK(jit_clock_now(&now));
	ASSERT_TRUE(record.end_ms - now.boot_ms >= min);
	ASSERT_TRUE(record.end_ms - now.boot_ms <= max);
}

static void
assert_not_watched(void)
{
	ASSERT_EQ_INT(access("watch-record", F_OK), -1);
	ASSERT_EQ_INT(backstop(), -1);
}

/* ---- under a grant ---- */

static void
test_session_under_a_grant(void)
{
	struct jit_grant grant = make_with_grant(&SITE_POLICY);
	struct stack_session codes = run();

	ASSERT_EQ_INT(codes.opened, PAM_SUCCESS);
	ASSERT_EQ_INT(codes.closed, PAM_SUCCESS);
	read_record();
	ASSERT_EQ_INT(record.pid, getpid());
	ASSERT_FALSE(record.cut);
	ASSERT_FALSE(record.observe);
	ASSERT_FALSE(record.by_host);
	ASSERT_EQ_STR(record.session.grant, grant.jti);
	ASSERT_EQ_STR(record.session.subject, SITE_SUBJECT);
	ASSERT_EQ_STR(record.session.service, "sshd");
	ASSERT_EQ_STR(record.session.rhost, "192.0.2.7");
	ASSERT_EQ_STR(record.rule, "daemon-login");
	ASSERT_EQ_STR(record.via, "direct");
	ASSERT_EQ_UINT(strlen(record.kid), JIT_KID_LEN);
	assert_left_ms(3590 * 1000, 3600 * 1000);
	/* not the grant's hour: it may be renewed */
	ASSERT_TRUE(backstop() >= JIT_CEILING_GRANT_SEC - 10 + WATCH_BACKSTOP_SEC);
	ASSERT_TRUE(backstop() <= JIT_CEILING_GRANT_SEC + WATCH_BACKSTOP_SEC);
	assert_log("\"event\":\"session-open\"", true);
	assert_log(grant.jti, true);
	assert_log("\"approver\":\"carol\"", true);
}

/* session-watch's stand-in keeps no file, so that it is session-watch that has recorded the
 * close; with one, whoever takes it away does. */
static void
test_close_is_recorded_once(void)
{
	(void)make_with_grant(&SITE_POLICY);
	(void)run();
	assert_log("\"event\":\"session-close\"", false);
}

static void
test_auto_grant_is_made(void)
{
	struct site_policy policy = SITE_POLICY;

	policy.approval = JIT_APPROVAL_AUTO;
	make(&policy);
	ASSERT_EQ_INT(run().opened, PAM_SUCCESS);
	read_record();
	ASSERT_TRUE(record.by_host);
	ASSERT_EQ_STR(record.via, "auto");
	ASSERT_TRUE(record.session.grant[0] != '\0');
	assert_left_ms(3590 * 1000, 3600 * 1000);
	assert_log("\"event\":\"grant-accepted\"", true);
	assert_log("\"event\":\"session-open\"", true);
}

/* Nothing is left in the application: no child, no signal, no descriptor. */
static volatile sig_atomic_t children;

static void
on_child(int sig)
{
	(void)sig;
	children++;
}

static size_t
count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	while (dir && readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void
test_application_is_left_as_it_was(void)
{
	struct sigaction action = { .sa_handler = on_child, .sa_flags = SA_RESTART };
	sigset_t before, after;
	size_t n;

	(void)make_with_grant(&SITE_POLICY);
	ASSERT_EQ_INT(sigprocmask(SIG_SETMASK, NULL, &before), 0);
	(void)run(); /* what libpam and NSS open once is open now */
	n = count_descriptors();
	ASSERT_EQ_INT(sigaction(SIGCHLD, &action, NULL), 0);
	ASSERT_EQ_INT(setenv("PROBE", "1", 1), 0);
	ASSERT_EQ_INT(run().opened, PAM_SUCCESS);
	ASSERT_EQ_INT(sigprocmask(SIG_SETMASK, NULL, &after), 0);
	ASSERT_EQ_MEM(&before, &after, sizeof(before));
	ASSERT_EQ_INT(
		sigismember(&after, SIGTERM), 0); /* not by an earlier test either */
	ASSERT_EQ_INT(children, 0);
	ASSERT_EQ_INT(waitpid(-1, NULL, __WALL | WNOHANG), -1);
	ASSERT_EQ_INT(errno, ECHILD);
	ASSERT_EQ_UINT(count_descriptors(), n);
	ASSERT_EQ_STR(getenv("PROBE"), "1");
}

static void
test_watch_starts_with_nothing(void)
{
	_cleanup_free_ char *seen = NULL;
	int low = open("/dev/null", O_RDONLY), high = fcntl(low, F_DUPFD, 200);

	ASSERT_TRUE(low >= 0 && high >= 200); /* both would live through an exec */
	(void)make_with_grant(&SITE_POLICY);
	ASSERT_EQ_INT(run().opened, PAM_SUCCESS);
	close(low);
	close(high);
	seen = test_file_read("watch-surroundings", NULL);
	ASSERT_EQ_STR(seen, "3 4 env=0");
}

static void
test_watch_believes_whole_records_only(void)
{
	struct watch_record spoiled;

	(void)make_with_grant(&SITE_POLICY);
	ASSERT_EQ_INT(run().opened, PAM_SUCCESS);
	read_record();
#define SPOIL(change)                                                                    \
	do {                                                                             \
		spoiled = record;                                                        \
		change;                                                                  \
		test_row(#change);                                                       \
		ASSERT_FALSE(watch_record_valid(&spoiled));                              \
	} while (0)
	SPOIL(spoiled.magic[0]++);
	SPOIL(spoiled.size--);
	SPOIL(spoiled.pid = 1);
	SPOIL(spoiled.pid = -1);
	SPOIL(spoiled.end_ms = 0);
	SPOIL(spoiled.session.id[0] = '/');
	SPOIL(spoiled.session.grant[0] = '\0');
	SPOIL(memset(spoiled.rule, 'x', sizeof(spoiled.rule)));
	SPOIL(memset(spoiled.via, 'x', sizeof(spoiled.via)));
	SPOIL(memset(spoiled.kid, 'x', sizeof(spoiled.kid)));
	SPOIL(memset(spoiled.policy, 'x', sizeof(spoiled.policy)));
	SPOIL(memset(spoiled.session.subject, 'x', sizeof(spoiled.session.subject)));
	SPOIL(memset(spoiled.session.tty, 'x', sizeof(spoiled.session.tty)));
	SPOIL(memset(spoiled.session.rhost, 'x', sizeof(spoiled.session.rhost)));
	SPOIL(memset(&spoiled, 0, sizeof(spoiled)));
#undef SPOIL
}

/* ---- who has none ---- */

static void
test_ordinary_session_is_ignored(void)
{
	make(&SITE_POLICY);
	ASSERT_EQ_INT(run_as("", SITE_ORDINARY).opened, PAM_IGNORE);
	assert_not_watched();
	assert_log("session", false);
}

static void
test_exempt_session_is_ignored(void)
{
	struct stack_call call = { "login", SITE_SUBJECT, "tty1", NULL, 0 };

	make(&SITE_POLICY);
	stack_write_bare("login", "exempt=daemon@tty1");
	ASSERT_EQ_INT(stack_session(&call).opened, PAM_IGNORE);
	assert_not_watched();
}

/* An application that does not ask account, or not of the same stack. */
static void
assert_cut(int code)
{
	ASSERT_EQ_INT(code, PAM_SUCCESS);
	read_record();
	ASSERT_TRUE(record.cut);
	/* the application was held back until its end had come */
	assert_left_ms(-2 * WATCH_HOLD_MS, 0);
	ASSERT_EQ_INT(backstop(), 1);
	assert_log("\"event\":\"deny\"", true);
	assert_log("session-open", false);
}

static void
test_session_without_a_grant_is_cut(void)
{
	make(&SITE_POLICY);
	assert_cut(run().opened);
}

static void
test_session_of_root_is_cut(void)
{
	make(&SITE_POLICY);
	assert_cut(run_as("", "root").opened);
}

static void
test_session_that_cannot_be_judged_is_cut(void)
{
	make(&SITE_POLICY);
	assert_cut(run_as("frobnicate", SITE_ORDINARY).opened);
	make(&SITE_POLICY);
	ASSERT_EQ_INT(unlink(site_path(JIT_LIB_DIR, "policy.cdb")), 0);
	assert_cut(run().opened);
}

/* What is no login session is told, and nothing of it is killed. */
static void
test_other_kinds_are_refused(void)
{
	struct stack_call call = { "su", SITE_SUBJECT, "pts/0", NULL, 0 };

	make(&SITE_POLICY);
	stack_write_bare("su", "");
	ASSERT_EQ_INT(stack_session(&call).opened, PAM_SESSION_ERR);
	call.service = "vsftpd";
	stack_write_bare("vsftpd", "");
	ASSERT_EQ_INT(stack_session(&call).opened, PAM_SESSION_ERR);
	ASSERT_EQ_INT(access("watch-record", F_OK), -1);
	call.service = "cron";
	stack_write_bare("cron", "");
	ASSERT_EQ_INT(stack_session(&call).opened, PAM_IGNORE);
}

/* ---- what goes wrong ---- */

static void
test_session_that_cannot_be_recorded_is_cut(void)
{
	char log[512];

	(void)make_with_grant(&SITE_POLICY);
	snprintf(log, sizeof(log), ".%s", JIT_LOG_DIR);
	ASSERT_EQ_INT(rmdir(log), 0);
	ASSERT_EQ_INT(run().opened, PAM_SUCCESS);
	read_record();
	ASSERT_TRUE(record.cut);
	ASSERT_EQ_INT(backstop(), 1);
}

static void
test_auto_grant_without_host_key_is_cut(void)
{
	struct site_policy policy = SITE_POLICY;

	policy.approval = JIT_APPROVAL_AUTO;
	make(&policy);
	ASSERT_EQ_INT(unlink(site_path(JIT_ETC_DIR, "host.key")), 0);
	assert_cut(run().opened);
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Opens a session in a process of its own and waits for its end: the signal that killed it,
 * or 0. */
static int
killed_by(int64_t *ret_ms)
{
	int64_t began = now_ms();
	int status;
	pid_t pid = fork();

	ASSERT_TRUE(pid >= 0);
	if (pid == 0) {
		struct stack_session codes = run();

		(void)codes;
		sleep(8);
		_exit(0);
	}
	ASSERT_EQ_INT(waitpid(pid, &status, 0), pid);
	*ret_ms = now_ms() - began;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static const struct {
	const char *name, *mode;
	int64_t min_ms, max_ms;
} failures[] = {
	{ "it is not there", NULL, 900, 2500 },
	{ "it leaves", "leave", 900, 2500 },
	{ "it says something else", "wrong", 900, 2500 },
	{ "it does not answer", "nothing", 2900, 7000 },
};

static void
test_session_whose_watch_fails_is_killed(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
		int64_t ms;

		test_row(failures[i].name);
		(void)make_with_grant(&SITE_POLICY);
		if (failures[i].mode)
			watch_does(failures[i].mode);
		else
			ASSERT_EQ_INT(
				unlink(site_path(JIT_LIBEXEC_DIR, "session-watch")), 0);
		ASSERT_EQ_INT(killed_by(&ms), SIGKILL);
		ASSERT_TRUE(ms >= failures[i].min_ms);
		ASSERT_TRUE(ms <= failures[i].max_ms);
		assert_log("session-watch does not stand", true);
		assert_log("\"event\":\"session-close\"", true);
	}
}

/* ---- observe ---- */

static struct site_policy
observing(void)
{
	struct site_policy policy = SITE_POLICY;
	struct jit_now now;

	ASSERT_OK(jit_clock_now(&now));
	policy.mode = JIT_MODE_OBSERVE;
	policy.observe_until = now.wall_sec + 3600;
	return policy;
}

static void
test_observed_session_is_not_ended(void)
{
	struct site_policy policy = observing();

	make(&policy);
	ASSERT_EQ_INT(run().opened, PAM_IGNORE);
	assert_not_watched();
	ASSERT_EQ_INT(run_as("", "root").opened, PAM_IGNORE);
}

/* It is watched, so that its end is recorded; systemd is not told, since it would act. */
static void
test_observed_session_under_a_grant(void)
{
	struct site_policy policy = observing();

	(void)make_with_grant(&policy);
	ASSERT_EQ_INT(run().opened, PAM_SUCCESS);
	read_record();
	ASSERT_TRUE(record.observe);
	ASSERT_FALSE(record.cut);
	ASSERT_EQ_INT(backstop(), -1);
}

static void
test_observed_session_whose_watch_fails_goes_on(void)
{
	struct site_policy policy = observing();

	(void)make_with_grant(&policy);
	ASSERT_EQ_INT(unlink(site_path(JIT_LIBEXEC_DIR, "session-watch")), 0);
	ASSERT_EQ_INT(run().opened, PAM_IGNORE);
	assert_log("\"event\":\"would-deny\"", true);
}

TEST_MAIN(TEST(test_session_under_a_grant), TEST(test_close_is_recorded_once),
	TEST(test_auto_grant_is_made), TEST(test_application_is_left_as_it_was),
	TEST(test_watch_starts_with_nothing),
	TEST(test_watch_believes_whole_records_only),
	TEST(test_ordinary_session_is_ignored), TEST(test_exempt_session_is_ignored),
	TEST(test_session_without_a_grant_is_cut), TEST(test_session_of_root_is_cut),
	TEST(test_session_that_cannot_be_judged_is_cut),
	TEST(test_other_kinds_are_refused),
	TEST(test_session_that_cannot_be_recorded_is_cut),
	TEST(test_auto_grant_without_host_key_is_cut),
	TEST(test_session_whose_watch_fails_is_killed),
	TEST(test_observed_session_is_not_ended),
	TEST(test_observed_session_under_a_grant),
	TEST(test_observed_session_whose_watch_fails_goes_on))
