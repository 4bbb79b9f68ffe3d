/*
 * How a run ends. Runs as: root (keeper).
 *
 * MUST leave nothing of the run alive, whatever it does with SIGTERM; MUST NOT wait for the
 * front, which may be stopped; MUST NOT skip the record because something else failed.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "keeper.h"
#include "libjit/escape.h"

enum { LAST_OUTPUT_MAX = 1 << 20 };

void
keeper_end_begin(struct keeper *keeper, enum keeper_why why)
{
	if (keeper->why != KEEPER_RUNS)
		return;
	keeper->why = why;
	keeper->ticks = 0;
	if (why == KEEPER_FRONT_GONE)
		(void)!jit_cgroup_run_signal(keeper->group_fd, SIGHUP);
	(void)!jit_cgroup_run_signal(keeper->group_fd, SIGTERM);
	(void)!jit_cgroup_run_signal(keeper->group_fd, SIGCONT);
	/* without a timer there is no grace */
	if (keeper_time_arm_ticks(keeper) < 0)
		keeper->ticks = KEEPER_GRACE_MS / KEEPER_TICK_MS;
	keeper_end_tick(keeper);
}

static void
reap_child(struct keeper *keeper)
{
	siginfo_t info = { 0 };

	if (keeper->child > 0 &&
		waitid(P_PID, (id_t)keeper->child, &info, WEXITED | WNOHANG) == 0 &&
		info.si_pid == keeper->child) {
		keeper->status = info.si_code == CLD_EXITED
			? info.si_status
			: EXIT_SIGNAL_BASE + info.si_status;
		keeper->child = 0;
	}
}

void
keeper_end_tick(struct keeper *keeper)
{
	bool grace_over = keeper->ticks >= KEEPER_GRACE_MS / KEEPER_TICK_MS;

	keeper->ticks++;
	if (grace_over)
		(void)!jit_cgroup_run_kill(keeper->group_fd, KEEPER_KILL_MS);
	reap_child(keeper);
	if (grace_over || (!keeper->child && jit_cgroup_run_empty(keeper->group_fd) == 1))
		keeper->done = true;
}

/* ---- the record ---- */

static const char *
why_text(const struct keeper *keeper)
{
	switch (keeper->why) {
	case KEEPER_FRONT_GONE: return "the front went away";
	case KEEPER_TERMINATED: return "the keeper was told to end";
	case KEEPER_BROKEN: return "the keeper could not watch over the run any more";
	case KEEPER_EXPIRED: return "the grant ended";
	case KEEPER_REVOKED: return keeper->locked ? "locked" : "the grant was revoked";
	default: return NULL;
	}
}

/* The events of an end; at most two. */
static size_t
end_events(const struct keeper *keeper, struct jit_audit ret[2])
{
	size_t n = 0;

	if (keeper->why == KEEPER_EXPIRED)
		ret[n++] = run_audit(keeper->run, JIT_EVENT_EXPIRED);
	if (keeper->why == KEEPER_REVOKED) {
		ret[n] = run_audit(keeper->run, JIT_EVENT_REVOKED);
		ret[n].approver = keeper->ended_by;
		ret[n++].why = keeper->ended_reason;
	}
	ret[n] = run_audit(keeper->run, JIT_EVENT_COMMAND_END);
	ret[n].exit_status = keeper->status;
	ret[n++].why = why_text(keeper);
	return n;
}

/* ---- what the front is told ---- */

/* What is still in the pty. There is room for all of it: the front may be stopped. */
static void
send_last_output(const struct keeper *keeper)
{
	const int room = 2 * LAST_OUTPUT_MAX;
	char buf[FRAME_DATA_MAX];
	size_t sent = 0;

	if (setsockopt(keeper->socket, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) <
		0)
		return;
	while (keeper->pty.master >= 0 && sent < LAST_OUTPUT_MAX) {
		ssize_t n = read(keeper->pty.master, buf, sizeof(buf));

		if (n <= 0 ||
			frame_send(keeper->socket, FRAME_OUTPUT, 0, buf, (size_t)n) < 0)
			return;
		sent += (size_t)n;
	}
}

static void
revoked_text(const struct keeper *keeper, const char *command, char *buf, size_t size)
{
	char by[128], reason[JIT_REASON_MAX * 2];

	(void)jit_escape(keeper->ended_by, by, sizeof(by));
	(void)jit_escape(keeper->ended_reason, reason, sizeof(reason));
	if (!keeper->locked &&
		strcmp(keeper->ended_by, keeper->run->access.subject.name) == 0)
		(void)snprintf(
			buf, size, "the grant was given back; %s was stopped\n", command);
	else if (keeper->locked) /* the reason says so */
		(void)snprintf(buf, size, "%s %s; %s was stopped\n", by, reason, command);
	else
		(void)snprintf(buf, size, "%s revoked the grant%s%s%s; %s was stopped\n",
			by, reason[0] ? ": \"" : "", reason, reason[0] ? "\"" : "",
			command);
}

static void
final_text(const struct keeper *keeper, char *buf, size_t size)
{
	const char *name = strrchr(keeper->run->command.path, '/');
	char command[256];

	(void)jit_escape(
		name ? name + 1 : keeper->run->command.path, command, sizeof(command));
	buf[0] = '\0';
	switch (keeper->why) {
	case KEEPER_EXPIRED:
		(void)snprintf(buf, size,
			"the grant ended; %s and everything it started was stopped\n",
			command);
		break;
	case KEEPER_REVOKED: revoked_text(keeper, command, buf, size); break;
	case KEEPER_TERMINATED:
	case KEEPER_BROKEN:
		(void)snprintf(
			buf, size, "%s; %s was stopped\n", why_text(keeper), command);
		break;
	default: break;
	}
}

static int
exit_status(const struct keeper *keeper)
{
	switch (keeper->why) {
	case KEEPER_EXPIRED:
	case KEEPER_REVOKED: return EXIT_GRANT_ENDED;
	case KEEPER_BROKEN: return EXIT_INTERNAL;
	default: return keeper->status;
	}
}

static void
tell_front(const struct keeper *keeper)
{
	char text[1024];

	final_text(keeper, text, sizeof(text));
	send_last_output(keeper);
	if (text[0])
		(void)!frame_send(keeper->socket, FRAME_FINAL, 0, text, strlen(text));
	(void)!frame_send(keeper->socket, FRAME_EXIT, exit_status(keeper), NULL, 0);
}

/* ---- ends = "use" ---- */

static bool
another_runs(const struct keeper *keeper)
{
	_cleanup_free_ struct jit_session *sessions = NULL;
	size_t n = 0;

	if (jit_session_list(&keeper->run->access.site, &sessions, &n) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (jit_streq(sessions[i].grant, keeper->bound.id))
			return true;
	return false;
}

/* The grant is over with its last use. Our own session is off the list by now: of two that end
 * at once, one sees none. */
static void
end_grant(const struct keeper *keeper)
{
	const struct run *run = keeper->run;
	const struct jit_held *held = run->decision.grant;
	const struct jit_role *role = run->decision.role;
	struct jit_audit audit;

	if (!held || !role || role->ends != JIT_ENDS_USE ||
		keeper->why == KEEPER_EXPIRED || keeper->why == KEEPER_REVOKED ||
		another_runs(keeper))
		return;
	if (jit_store_end(&run->access.site, &held->grant, keeper->bound.id,
		    run->access.subject.name, "used", &run->access.now) < 0)
		return;
	audit = run_audit(run, JIT_EVENT_EXPIRED);
	audit.why = "used";
	(void)!jit_audit_write(&run->access.site, &audit);
}

/* First what the caller waits for, and may look at when it is over; then the rest. */
void
keeper_end_finish(struct keeper *keeper)
{
	const struct jit_site *site = &keeper->run->access.site;
	struct jit_audit events[2];
	size_t n = end_events(keeper, events);

	for (size_t i = 0; i < n; i++)
		(void)!jit_audit_write_file(site, &events[i]);
	(void)!jit_session_remove(site, keeper->run->id);
	end_grant(keeper);
	tell_front(keeper);
	auth_end(&keeper->run->auth);
	(void)!jit_cgroup_run_remove(keeper->place, keeper->run->id);
	for (size_t i = 0; i < n; i++)
		jit_audit_copy_to_journal(&events[i]);
}
