/*
 * Runs the hook. Runs as: root; the hook as jit-notify.
 *
 * MUST execute the file that was checked. MUST hand on no right, no descriptor and no
 * variable of ours. MUST leave nothing of it behind.
 */
#include "notify_hook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include "birth.h"
#include "libjit/cgroup.h"
#include "libjit/escape.h"
#include "libjit/file.h"
#include "privs.h"
#include "process.h"
#include "target.h"

enum {
	HOOK_FD = 3,    /* a script is read anew through it */
	SAID_MAX = 400, /* of what it prints, for the record */
	KILL_MS = 1000, /* for cgroup.kill to take effect */
	GROUP_TRIES = 5,
};

struct hook {
	const char *path;
	struct target account;
	int file, input, output; /* output: our end */
	struct jit_cgroup_place place;
	char group_name[32];
	int group; /* -1: no cgroups here, its process group must do */
	pid_t pid;
	int pidfd;
	char said[SAID_MAX + 1];
	size_t n_said;
};

/* ---- before it starts ---- */

static int
find_account(struct hook *hook, struct jit_error *err)
{
	int r = target_find(NOTIFY_ACCOUNT, &hook->account);

	if (r == -ENOENT)
		return jit_error_set(err, r,
			"the account " NOTIFY_ACCOUNT
			" is missing: systemd-sysusers makes it");
	if (r < 0)
		return jit_error_set(
			err, r, "the account " NOTIFY_ACCOUNT " cannot be looked up");
	if (hook->account.uid == 0 || hook->account.gid == 0)
		return jit_error_set(
			err, -EPERM, "the account " NOTIFY_ACCOUNT " is root's");
	return 0;
}

static int
open_file(struct hook *hook, struct jit_error *err)
{
	char shown[256];
	struct stat st;

	jit_escape(hook->path, shown, sizeof(shown));
	if (hook->path[0] != '/')
		return jit_error_set(err, -EINVAL, "%s is no absolute path", shown);
	hook->file = open(
		hook->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (hook->file < 0 || fstat(hook->file, &st) < 0)
		return jit_error_set(err, -errno, "%s: %s", shown, strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 022) ||
		!(st.st_mode & 0111))
		return jit_error_set(err, -EPERM,
			"%s must be a program of root's that nobody else can write to",
			shown);
	return 0;
}

/* The whole text fits into the pipe: nobody waits for a hook that does not read. */
static int
fill_input(struct hook *hook, const char *text)
{
	_cleanup_close_ int writer = -1;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	hook->input = ends[0];
	writer = ends[1];
	if (fcntl(writer, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	return jit_write_full(writer, text, strlen(text));
}

/* ---- the hook's own process ---- */

static int
set_limits(void)
{
	static const struct {
		int resource;
		rlim_t value;
	} limits[] = {
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_CPU, 60 },
		{ RLIMIT_FSIZE, 1024 * 1024 },
		{ RLIMIT_NOFILE, 256 },
		{ RLIMIT_NPROC, 128 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		const struct rlimit limit = { limits[i].value, limits[i].value };

		if (setrlimit((__rlimit_resource_t)limits[i].resource, &limit) < 0)
			return -errno;
	}
	return 0;
}

static int
set_descriptors(const struct hook *hook, int output)
{
	int input = fcntl(hook->input, F_DUPFD_CLOEXEC, HOOK_FD + 1);
	int file = fcntl(hook->file, F_DUPFD_CLOEXEC, HOOK_FD + 1);

	output = fcntl(output, F_DUPFD_CLOEXEC, HOOK_FD + 1);
	if (input < 0 || file < 0 || output < 0)
		return -errno;
	if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
		dup2(file, HOOK_FD) < 0)
		return -errno;
	return close_range(HOOK_FD + 1, ~0U, 0) < 0 ? -errno : 0;
}

static int
become_hook(const struct hook *hook, int output)
{
	pid_t runner = getppid();
	int r = set_descriptors(hook, output);

	if (r == 0)
		r = set_limits();
	if (r == 0)
		r = privs_become_target(hook->account.uid, hook->account.gid, NULL, 0);
	if (r < 0)
		return r;
	if (setsid() < 0 || chdir("/") < 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	process_signals_default();
	return getppid() == runner ? 0 : -ESRCH;
}

static _Noreturn void
hook_start(const struct hook *hook, int output)
{
	char path_variable[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	char *const argv[] = { (char *)hook->path, NULL };
	char *const envp[] = { path_variable, NULL };
	int r = become_hook(hook, output);

	if (r == 0) {
		(void)fexecve(HOOK_FD, argv, envp);
		r = -errno;
	}
	dprintf(2, "it cannot be started: %s", strerror(-r));
	_exit(127);
}

/* A group that nobody clears away but us. */
static int
make_group(struct hook *hook)
{
	int r = jit_cgroup_find(&hook->place, NULL);

	if (r < 0)
		return r;
	if (hook->place.kind == JIT_PLACE_WEAK)
		return 0;
	(void)snprintf(
		hook->group_name, sizeof(hook->group_name), "notify-%d", (int)getpid());
	hook->group = jit_dir_make(hook->place.dirfd, hook->group_name, 0);
	return hook->group < 0 ? hook->group : 0;
}

static pid_t
give_birth(struct hook *hook)
{
	pid_t pid = -ENODEV;

	/* the service manager may clear an empty group away in between */
	for (int i = 0; pid == -ENODEV && i < GROUP_TRIES; i++) {
		int r;

		jit_closep(&hook->group);
		hook->group = -1;
		jit_cgroup_place_close(&hook->place);
		r = make_group(hook);
		if (r < 0)
			return r;
		pid = hook->group < 0 ? fork() : birth_into(hook->group);
	}
	return pid;
}

static int
start(struct hook *hook, struct jit_error *err)
{
	_cleanup_close_ int output = -1;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return jit_error_set(err, -errno, "no pipe for what it prints");
	hook->output = ends[0];
	output = ends[1];
	hook->pid = give_birth(hook);
	if (hook->pid == 0)
		hook_start(hook, output);
	if (hook->pid < 0)
		return jit_error_set(
			err, hook->pid, "no process for it: %s", strerror(-hook->pid));
	hook->pidfd = pidfd_open(hook->pid, 0);
	return 0;
}

/* ---- while it runs ---- */

/* True: there may be more. What does not fit is read all the same, so that it never waits. */
static bool
listen_to(struct hook *hook)
{
	char buf[1024];
	ssize_t n = read(hook->output, buf, sizeof(buf));
	size_t room = SAID_MAX - hook->n_said;

	if (n <= 0)
		return n < 0 && errno == EINTR;
	if ((size_t)n < room)
		room = (size_t)n;
	(void)memcpy(hook->said + hook->n_said, buf, room);
	hook->n_said += room;
	return true;
}

/* True: it ended by itself. */
static bool
wait_for(struct hook *hook, int timer)
{
	bool listens = true;

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = hook->pidfd, .events = POLLIN },
			{ .fd = timer, .events = POLLIN },
			{ .fd = listens ? hook->output : -1, .events = POLLIN },
		};

		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return false;
		if (fds[2].revents)
			listens = listen_to(hook);
		if (fds[0].revents)
			return true;
		if (fds[1].revents)
			return false;
	}
}

/* Whatever it left behind goes with it. */
static void
end_group(struct hook *hook)
{
	(void)kill(
		hook->pid, SIGKILL); /* not waited for yet: nobody else has its number */
	if (hook->group < 0) {
		(void)kill(-hook->pid, SIGKILL); /* a session of its own: never ours */
		return;
	}
	(void)!jit_cgroup_run_kill(hook->group, KILL_MS);
}

static void
remove_group(const struct hook *hook)
{
	if (hook->group >= 0)
		(void)unlinkat(hook->place.dirfd, hook->group_name, AT_REMOVEDIR);
}

static int
judge(const struct hook *hook, bool in_time, int status, int64_t timeout_sec,
	struct jit_error *err)
{
	char said[2 * SAID_MAX];
	const char *colon = hook->said[0] ? ": " : "";

	jit_escape(hook->said, said, sizeof(said));
	if (!in_time)
		return jit_error_set(err, -ETIMEDOUT,
			"the hook did not end within %lld s and was killed%s%s",
			(long long)timeout_sec, colon, said);
	if (WIFSIGNALED(status))
		return jit_error_set(err, -EIO, "the hook died of signal %d%s%s",
			WTERMSIG(status), colon, said);
	if (WEXITSTATUS(status) != 0)
		return jit_error_set(err, -EIO, "the hook ended with status %d%s%s",
			WEXITSTATUS(status), colon, said);
	return 0;
}

static int
run(struct hook *hook, int64_t timeout_sec, struct jit_error *err)
{
	const struct itimerspec limit = { .it_value.tv_sec = timeout_sec };
	_cleanup_close_ int timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);
	bool in_time;
	int r, status = 0;

	if (timer < 0 || timerfd_settime(timer, 0, &limit, NULL) < 0)
		return jit_error_set(err, -errno, "no timer for the hook");
	r = start(hook, err);
	if (r < 0)
		return r;
	in_time = hook->pidfd >= 0 && wait_for(hook, timer);
	end_group(hook);
	while (waitpid(hook->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	/* the rest of what it printed; nobody has the other end any more */
	(void)fcntl(hook->output, F_SETFL, O_NONBLOCK);
	while (listen_to(hook))
		continue;
	remove_group(hook);
	return judge(hook, in_time, status, timeout_sec, err);
}

int
notify_hook_run(
	const char *path, int64_t timeout_sec, const char *text, struct jit_error *err)
{
	struct hook hook = {
		.path = path,
		.file = -1,
		.input = -1,
		.output = -1,
		.group = -1,
		.pidfd = -1,
		.place = { JIT_PLACE_NONE, -1 },
	};
	int r = find_account(&hook, err);

	if (r == 0)
		r = open_file(&hook, err);
	if (r == 0) {
		r = fill_input(&hook, text);
		if (r < 0)
			(void)jit_error_set(err, r, "no pipe for the hook");
	}
	if (r == 0)
		r = run(&hook, timeout_sec > 0 ? timeout_sec : 1, err);
	target_done(&hook.account);
	jit_closep(&hook.file);
	jit_closep(&hook.input);
	jit_closep(&hook.output);
	jit_closep(&hook.group);
	jit_closep(&hook.pidfd);
	jit_cgroup_place_close(&hook.place);
	return r;
}
