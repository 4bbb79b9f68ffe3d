/*
 * The keeper while the command runs. Runs as: root, all three uids 0.
 *
 * MUST believe nothing of the front but data, sizes and a few signals; MUST end the run when
 * the front goes away, when the grant has ended, and when it cannot tell.
 */
#include "keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

enum { LOOK_MS = 1000, PIECES_MAX = 16 };

/* One piece, when the socket has room for it: so there is always room for short frames. */
static bool
pass_output(struct keeper *keeper)
{
	char buf[FRAME_DATA_MAX];
	ssize_t n = read(keeper->pty.master, buf, sizeof(buf));

	keeper->output_waits = false;
	if (n > 0)
		(void)!frame_send(keeper->socket, FRAME_OUTPUT, 0, buf, (size_t)n);
	return n > 0;
}

/* What the command wrote before it stopped belongs on the screen before the shell's prompt. */
static void
pass_output_first(struct keeper *keeper)
{
	struct pollfd room = { keeper->socket, POLLOUT, 0 };

	for (int i = 0; i < PIECES_MAX && keeper->pty.master >= 0; i++)
		if (poll(&room, 1, 0) != 1 || !(room.revents & POLLOUT) ||
			!pass_output(keeper))
			return;
}

static void
take_child(struct keeper *keeper)
{
	siginfo_t info = { 0 };

	while (keeper->child > 0) {
		info.si_pid = 0;
		if (waitid(P_PID, (id_t)keeper->child, &info,
			    WEXITED | WSTOPPED | WNOHANG) < 0 ||
			info.si_pid == 0)
			return;
		if (info.si_code == CLD_STOPPED) {
			pass_output_first(keeper);
			(void)!frame_send(
				keeper->socket, FRAME_STOPPED, info.si_status, NULL, 0);
			continue;
		}
		keeper->child = 0;
		keeper->status = info.si_code == CLD_EXITED
			? info.si_status
			: EXIT_SIGNAL_BASE + info.si_status;
		if (keeper->why != KEEPER_RUNS)
			return;
		if (jit_cgroup_run_empty(keeper->group_fd) == 1)
			keeper->done = true;
		else
			keeper_end_begin(keeper, KEEPER_COMMAND_ENDED);
	}
}

static void
take_signal(struct keeper *keeper)
{
	struct signalfd_siginfo info;

	while (read(keeper->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGTERM)
			keeper_end_begin(keeper, KEEPER_TERMINATED);
		else
			take_child(keeper);
	}
}

static void
take_timer(struct keeper *keeper)
{
	uint64_t times;

	if (read(keeper->timer_fd, &times, sizeof(times)) != sizeof(times))
		return;
	if (keeper->why != KEEPER_RUNS)
		keeper_end_tick(keeper);
	else
		keeper_time_reached(keeper);
}

void
keeper_watch_bind(struct keeper *keeper)
{
	const struct run *run = keeper->run;
	const struct jit_held *held = run->decision.grant;
	const struct jit_role *role = run->decision.role;
	struct jit_bound *bound = &keeper->bound;

	*bound = (struct jit_bound){ .by_host = held && held->grant.by_host };
	(void)snprintf(bound->id, sizeof(bound->id), "%s",
		held ? jit_grant_id(&held->grant) : "");
	(void)snprintf(bound->kid, sizeof(bound->kid), "%s", held ? held->grant.kid : "");
	(void)snprintf(
		bound->subject, sizeof(bound->subject), "%s", run->access.subject.name);
	(void)snprintf(bound->role, sizeof(bound->role), "%s", role ? role->name : "");
}

int
keeper_watch_look(struct keeper *keeper)
{
	const struct jit_site *site = &keeper->run->access.site;
	const struct jit_bound *bound = &keeper->bound;
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1];
	struct jit_now now;
	int r = jit_clock_now(&now);

	if (r == 0)
		r = jit_access_ended(
			site, bound, &now, keeper->ended_by, keeper->ended_reason);
	if (r > 0)
		keeper->locked = !bound->id[0] ||
			jit_store_ended(site, bound->id, bound->subject, bound->by_host,
				by, reason) == 0;
	return r;
}

/* Has it ended? Not to be told is to be told yes. Then: may it go on for longer? */
static void
look(struct keeper *keeper)
{
	char events[4096];
	int r;

	while (keeper->watch_fd >= 0 &&
		read(keeper->watch_fd, events, sizeof(events)) > 0)
		continue;
	if (keeper->why != KEEPER_RUNS)
		return;
	r = keeper_watch_look(keeper);
	if (r != 0)
		keeper_end_begin(keeper, r > 0 ? KEEPER_REVOKED : KEEPER_BROKEN);
	else if (keeper_renew(keeper, false))
		keeper_time_renewed(keeper);
}

static void
signal_command(const struct keeper *keeper, int sig)
{
	/* not reaped, so the group's number is still the command's */
	if (keeper->child > 1)
		(void)killpg(keeper->child, sig);
}

static void
type_input(struct keeper *keeper)
{
	ssize_t n = write(keeper->pty.master, keeper->in.data + keeper->typed,
		keeper->in.len - keeper->typed);

	if (n > 0)
		keeper->typed += (size_t)n;
	else if (errno != EAGAIN && errno != EINTR)
		keeper->typed = keeper->in.len;
	keeper->input_waits = keeper->typed < keeper->in.len;
	if (!keeper->input_waits)
		explicit_bzero(keeper->in.data, keeper->in.len); /* may be a password */
}

static void
front_gone(struct keeper *keeper)
{
	close(keeper->socket);
	keeper->socket = -1;
	keeper_end_begin(keeper, KEEPER_FRONT_GONE);
}

static void
take_frame(struct keeper *keeper)
{
	struct frame *in = &keeper->in;
	int r = frame_receive(keeper->socket, in);

	if (r == -EAGAIN)
		return;
	if (r < 0 || !frame_is_from_front(in)) {
		front_gone(keeper);
		return;
	}
	switch (in->type) {
	case FRAME_INPUT:
		keeper->typed = 0;
		if (keeper->pty.master >= 0)
			type_input(keeper);
		break;
	case FRAME_SIZE: pty_set_size(&keeper->pty, &in->size); break;
	case FRAME_SIGNAL: signal_command(keeper, in->value); break;
	case FRAME_RESUME:
		pty_give(&keeper->pty, in->value ? keeper->child : getpgrp(),
			in->value == 1);
		signal_command(keeper, SIGCONT);
		break;
	default: break;
	}
}

static void
take_events(struct keeper *keeper, const struct pollfd fds[5])
{
	if (fds[2].revents)
		take_timer(keeper);
	if (fds[3].revents)
		look(keeper);
	if (fds[1].revents)
		take_signal(keeper);
	if (fds[4].revents & POLLIN)
		keeper->output_waits = true;
	if (fds[4].revents & POLLOUT)
		type_input(keeper);
	if (keeper->output_waits && (fds[0].revents & POLLOUT))
		pass_output(keeper);
	if ((fds[0].revents & POLLIN) && !keeper->input_waits)
		take_frame(keeper);
	else if (fds[0].revents & (POLLHUP | POLLERR))
		front_gone(keeper);
}

void
keeper_watch(struct keeper *keeper)
{
	bool looks = keeper->watch_fd < 0;

	while (!keeper->done) {
		int socket_events = (keeper->input_waits ? 0 : POLLIN) |
			(keeper->output_waits ? POLLOUT : 0);
		int pty_events = (keeper->output_waits ? 0 : POLLIN) |
			(keeper->input_waits ? POLLOUT : 0);
		struct pollfd fds[5] = {
			{ keeper->socket, (short)socket_events, 0 },
			{ keeper->signal_fd, POLLIN, 0 },
			{ keeper->timer_fd, POLLIN, 0 },
			{ keeper->watch_fd, POLLIN, 0 },
			{ keeper->pty.master, (short)pty_events, 0 },
		};
		int n = poll(fds, ARRAY_SIZE(fds), looks ? LOOK_MS : -1);

		if (n < 0 && errno != EINTR)
			keeper_end_begin(keeper, KEEPER_BROKEN);
		if (looks)
			look(keeper);
		if (n > 0)
			take_events(keeper, fds);
	}
}
