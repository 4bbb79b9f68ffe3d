/*
 * The keeper: sets a run up. keeper_watch.c watches over it, keeper_end.c ends it.
 * Runs as: root, all three uids 0.
 *
 * MUST start nothing unless timer and revocation watch stand.
 */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include "birth.h"
#include "child.h"
#include "libjit/escape.h"
#include "role.h"
#include "sweep.h"

enum { GROUP_TRIES = 5 };

/* ---- setting up ---- */

/* The terminal of the command is ours too: what it sends there must not stop us. */
static int
set_signals(struct keeper *keeper)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU,
		SIGPIPE };
	sigset_t set;

	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		(void)signal(ignored[i], SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_SETMASK, &set, NULL) < 0)
		return -errno;
	keeper->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return keeper->signal_fd < 0 ? -errno : 0;
}

static void
show_pam_line(void *arg, const char *line)
{
	const struct keeper *keeper = arg;

	(void)!frame_send(keeper->socket, FRAME_NOTICE, 0, line, strlen(line));
}

/* Where nobody had to be asked for a password, PAM begins here. Account is asked in any
 * case: the caller may have kept us waiting since the password. */
static int
check_account(struct keeper *keeper, struct jit_error *err)
{
	struct run *run = keeper->run;
	int r;

	keeper->failed_event = JIT_EVENT_AUTH_FAILED;
	r = run->auth.pam
		? 0
		: auth_start(&run->auth, run->access.subject.name, run->caller.tty, err);
	if (r < 0)
		return r;
	r = auth_account(&run->auth, err);
	if (r < 0) {
		keeper->failed_as = EXIT_REFUSED;
		return r;
	}
	keeper->failed_event = JIT_EVENT_DENY;
	return 0;
}

static int
open_session(struct keeper *keeper, struct jit_error *err)
{
	struct run *run = keeper->run;
	int r;

	run->auth.tty = -1; /* the terminal is the front's */
	run->auth.show = show_pam_line;
	run->auth.show_arg = keeper;
	r = check_account(keeper, err);
	if (r < 0)
		return r;
	process_umask_offer();
	r = auth_session_open(&run->auth, run->target.name, err);
	process_umask_take(&run->inherited);
	process_limits_take(&run->inherited);
	schedule_take(&run->schedule);
	return r;
}

/* Watches, then looks: a tombstone or a lock that came before the watch is seen here. */
static int
watch_grant(struct keeper *keeper, struct jit_error *err)
{
	int r;

	keeper->watch_fd = jit_store_watch();
	keeper_watch_bind(keeper);
	r = keeper_watch_look(keeper);
	if (r > 0)
		return jit_error_set(err, -EACCES, "%s",
			keeper->locked ? "it has just been locked"
				       : "the grant has just been revoked");
	if (r < 0)
		return jit_error_set(err, r, "revocations and locks cannot be read");
	(void)keeper_renew(keeper, false); /* from here on a change is seen */
	return 0;
}

static int
make_timer(struct keeper *keeper)
{
	keeper->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	return keeper->timer_fd < 0 ? -errno : keeper_time_arm(keeper);
}

int
keeper_session_write(const struct keeper *keeper)
{
	const struct run *run = keeper->run;
	const struct jit_held *held = run->decision.grant;
	struct jit_session s = { .uid = run->caller.id.uid,
		.keeper = getpid(),
		.started_sec = run->access.now.wall_sec,
		.end_ms = run->end_ms };

	(void)snprintf(s.id, sizeof(s.id), "%s", run->id);
	(void)snprintf(
		s.grant, sizeof(s.grant), "%s", held ? jit_grant_id(&held->grant) : "");
	(void)snprintf(s.subject, sizeof(s.subject), "%s", run->access.subject.name);
	(void)snprintf(s.target, sizeof(s.target), "%s", run->target.name);
	(void)snprintf(s.role, sizeof(s.role), "%s",
		run->decision.role ? run->decision.role->name : "");
	(void)snprintf(s.service, sizeof(s.service), "jitsu");
	(void)snprintf(s.tty, sizeof(s.tty), "%s", run->caller.tty);
	(void)jit_escape_argv(&run->request.argv, s.command, sizeof(s.command));
	return jit_session_add(&run->access.site, &s);
}

static int
open_terminal(struct keeper *keeper)
{
	const struct run *run = keeper->run;

	if (setsid() < 0)
		return -errno;
	if (run->terminal.fd < 0)
		return 0;
	return pty_open(&run->terminal, run->target.uid, run->foreground, &keeper->pty);
}

/* Makes the run's group and the command in it. The service manager may clear an empty group
 * away in between. */
static int
give_birth(struct keeper *keeper)
{
	for (int i = 0; i < GROUP_TRIES; i++) {
		pid_t pid;

		keeper->group_fd = jit_cgroup_run_make(keeper->place, keeper->run->id);
		if (keeper->group_fd < 0)
			return keeper->group_fd;
		pid = birth_into(keeper->group_fd);
		if (pid == 0)
			child_start(keeper->run, &keeper->pty, &keeper->env);
		if (pid > 0) {
			(void)setpgid(
				pid, pid); /* the child does the same: whoever is first */
			keeper->child = pid;
			return 0;
		}
		close(keeper->group_fd);
		keeper->group_fd = -1;
		if (pid != -ENODEV)
			return pid;
	}
	return -ENODEV;
}

/* The last look before the start. Between the decision and now the caller may have kept us
 * waiting (a full pipe on his standard error) for as long as he liked. */
static int
check_end(struct keeper *keeper, struct jit_error *err)
{
	struct jit_now now;

	if (jit_clock_now(&now) < 0)
		return -EIO;
	if (now.boot_ms < keeper->run->end_ms)
		return 0;
	keeper->failed_as = EXIT_GRANT_ENDED;
	return jit_error_set(err, -ETIME, "the grant ended before the command started");
}

static int
use_grant(struct keeper *keeper, struct jit_error *err)
{
	struct run *run = keeper->run;
	int r;

	if (!run->decision.grant)
		return 0;
	r = jit_access_use(&run->access, run->decision.grant, run->decision.uses, err);
	if (r == -EDQUOT)
		keeper->failed_as = EXIT_REFUSED;
	return r;
}

/* The record of truth comes before the start, its copy in the journal after it. */
static int
record_start(struct keeper *keeper, struct jit_error *err)
{
	const struct jit_access *access = &keeper->run->access;
	struct jit_audit audit = run_audit(keeper->run, JIT_EVENT_COMMAND_START);

	if (jit_audit_write_file(&access->site, &audit) < 0 &&
		access->policy.globals.audit_required) {
		keeper->failed_as = EXIT_NO_RECORD;
		return jit_error_set(err, -EREMOTEIO,
			"the record cannot be written, so nothing runs "
			"(/var/log/jit/audit.jsonl)");
	}
	keeper->recorded = true;
	return 0;
}

static void
copy_start_to_journal(const struct keeper *keeper)
{
	struct jit_audit audit = run_audit(keeper->run, JIT_EVENT_COMMAND_START);

	jit_audit_copy_to_journal(&audit);
}

/* Here, where the caller can stop nobody: from now on the content stays what it is. */
static int
check_content(struct keeper *keeper, struct jit_error *err)
{
	int r = role_check_content(keeper->run, err);

	if (r < 0)
		keeper->failed_as = EXIT_REFUSED;
	return r;
}

static int
set_up(struct keeper *keeper, struct jit_error *err)
{
	int r = set_signals(keeper);

	if (r == 0)
		r = open_terminal(keeper);
	if (r < 0)
		return jit_error_set(
			err, r, "no terminal for the command: %s", strerror(-r));
	r = check_content(keeper, err);
	if (r == 0)
		r = open_session(keeper, err);
	if (r == 0)
		r = keeper_environment(keeper);
	if (r == 0)
		r = watch_grant(keeper, err);
	if (r == 0)
		r = make_timer(keeper);
	if (r == 0)
		r = keeper_session_write(keeper);
	if (r == 0)
		r = check_end(keeper, err);
	if (r == 0)
		r = use_grant(keeper, err);
	if (r == 0)
		r = record_start(keeper, err);
	if (r < 0)
		return jit_error_set(
			err, r, "the run cannot be set up: %s", strerror(-r));
	r = give_birth(keeper);
	if (r < 0)
		return jit_error_set(
			err, r, "the command's group cannot be made: %s", strerror(-r));
	return 0;
}

/* The command has its own copies: a pipe that it closes has to be closed, a terminal that is
 * hung up has to be gone, a file system that nobody works in can be unmounted. */
static int
let_go(struct keeper *keeper)
{
	_cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (null < 0 || chdir("/") < 0)
		return -errno;
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	if (keeper->run->terminal.fd >= 0)
		close(keeper->run->terminal.fd);
	keeper->run->terminal.fd = -1;
	return 0;
}

/* ---- from the start to the end ---- */

static void
report_failure(struct keeper *keeper, const struct jit_error *err)
{
	struct jit_audit audit = run_audit(keeper->run,
		keeper->recorded ? JIT_EVENT_COMMAND_END : keeper->failed_event);

	auth_end(&keeper->run->auth);
	audit.why = err->text;
	if (keeper->recorded)
		audit.exit_status = (int)keeper->failed_as;
	(void)!run_record(keeper->run, &audit);
	(void)!jit_session_remove(&keeper->run->access.site, keeper->run->id);
	(void)!frame_send(keeper->socket, FRAME_FINAL, 0, err->text, strlen(err->text));
	(void)!frame_send(keeper->socket, FRAME_EXIT, (int)keeper->failed_as, NULL, 0);
}

void
keeper_main(struct run *run, const struct jit_cgroup_place *place, int socket)
{
	struct keeper keeper = { .run = run,
		.place = place,
		.pty = PTY_NONE,
		.socket = socket,
		.signal_fd = -1,
		.timer_fd = -1,
		.watch_fd = -1,
		.group_fd = -1,
		.failed_as = EXIT_INTERNAL,
		.failed_event = JIT_EVENT_DENY,
		.status = EXIT_INTERNAL };
	struct jit_error err = { "" };

	schedule_own();
	if (set_up(&keeper, &err) < 0) {
		report_failure(&keeper, &err);
		_exit(EXIT_INTERNAL);
	}
	if (let_go(&keeper) < 0 ||
		frame_send(keeper.socket, FRAME_STARTED, 0, NULL, 0) < 0)
		keeper_end_begin(&keeper, KEEPER_FRONT_GONE);
	copy_start_to_journal(&keeper);
	process_protect();
	sweep(&run->access.site, place);
	keeper_watch(&keeper);
	keeper_end_finish(&keeper);
	_exit(EXIT_DONE);
}
