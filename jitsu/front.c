/*
 * The front: passes terminal, size and signals on to the keeper and shows what comes back.
 * Runs as: subject for good, not dumpable, with nothing but the terminal and the socket.
 *
 * MUST put the terminal back on every way out and before it stops; MUST touch it only in
 * the foreground. What it loses ends the run: the keeper sees the socket close.
 */
#include "front.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>

#include "frame.h"
#include "message.h"

enum { INPUT_MAX = 4096, FD_SOCKET = 3, FD_TERMINAL, FD_FIRST_CLOSED };

struct front {
	int socket, signal_fd;
	struct terminal terminal;
	const sigset_t *ignored; /* what the caller had ignored: not passed on */
	bool wants_raw;          /* the command has, or has asked for, the foreground */
	bool done, told;         /* it is over; the keeper has said how */
	bool socket_full;
	enum exit_code exit_code;
	struct frame in; /* from the keeper; output is shown bit by bit */
	size_t shown;
	bool output_waits;
	char final[FRAME_DATA_MAX + 1];
};

bool
front_wants_foreground(const struct terminal *terminal)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
		terminal_is_foreground(terminal);
}

/* ---- setting up ---- */

static int
move_to(int fd, int number)
{
	if (fd == number)
		return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
	return dup3(fd, number, O_CLOEXEC) < 0 ? -errno : 0;
}

/* Keeps the socket, the terminal and standard error; the ends of pipes that are the
 * command's would otherwise never close. */
static int
keep_descriptors(struct front *front)
{
	_cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY);
	_cleanup_close_ int socket = fcntl(front->socket, F_DUPFD_CLOEXEC, 10);
	_cleanup_close_ int tty = -1;
	int r;

	if (null < 0 || socket < 0)
		return -errno;
	if (front->terminal.fd >= 0) {
		tty = fcntl(front->terminal.fd, F_DUPFD_CLOEXEC, 10);
		if (tty < 0)
			return -errno;
	}
	if (dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return -errno;
	r = move_to(socket, FD_SOCKET);
	if (r == 0)
		r = move_to(tty >= 0 ? tty : null, FD_TERMINAL);
	if (r < 0)
		return r;
	front->socket = FD_SOCKET;
	front->terminal.fd = tty >= 0 ? FD_TERMINAL : -1;
	null = socket = tty = -1; /* closed with all the others */
	return close_range(FD_FIRST_CLOSED, ~0U, 0) < 0 ? -errno : 0;
}

static int
watch_signals(struct front *front)
{
	static const int watched[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2,
		SIGTSTP, SIGCONT, SIGWINCH };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(watched); i++)
		sigaddset(&set, watched[i]);
	if (sigprocmask(SIG_SETMASK, &set, NULL) < 0)
		return -errno;
	front->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return front->signal_fd < 0 ? -errno : 0;
}

/* ---- foreground, background, stopping ---- */

/* A keeper that is gone is noticed where its last words are read: sending never ends it. */
static void
tell_size(struct front *front)
{
	terminal_read_size(&front->terminal);
	(void)!frame_send_size(front->socket, &front->terminal.size);
}

/* Takes the foreground if we have it and the command wants it, and tells the keeper. */
static void
resume(struct front *front)
{
	bool foreground = front->wants_raw && terminal_set_raw(&front->terminal) == 0;

	tell_size(front);
	(void)!frame_send(front->socket, FRAME_RESUME, foreground, NULL, 0);
}

/* Stops the caller's whole job, as the terminal would have. False: the kernel did not stop
 * us, for there is no shell any more that could wake us (an orphaned process group). */
static bool
stop(int sig)
{
	sigset_t set, pending;
	pid_t job = getpgrp();

	sigemptyset(&set);
	sigaddset(&set, sig);
	if (job <= 1 || killpg(job, sig) < 0)
		return false;
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL); /* here we stand still */
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1;
}

static void
command_stopped(struct front *front, int sig)
{
	bool asks = sig == SIGTTIN || sig == SIGTTOU;

	if (asks)
		front->wants_raw = true;
	if (!asks || !terminal_is_foreground(&front->terminal)) {
		terminal_restore(&front->terminal);
		if (!stop(asks ? sig : SIGTSTP) && asks) {
			/* it may have its own terminal; nothing will ever be typed there */
			(void)!frame_send(front->socket, FRAME_RESUME, 1, NULL, 0);
			return;
		}
	}
	resume(front);
}

static void
take_signal(struct front *front)
{
	struct signalfd_siginfo info;
	int sig;

	if (read(front->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	sig = (int)info.ssi_signo;
	if (sig == SIGCONT || sig == SIGWINCH) {
		/* by `fg` we may have got the foreground */
		if (sig == SIGCONT && !front->terminal.is_raw)
			resume(front);
		tell_size(front);
		return;
	}
	if (sigismember(front->ignored, sig) == 1)
		return;
	(void)!frame_send(front->socket, FRAME_SIGNAL, sig, NULL, 0);
}

/* ---- passing on ---- */

/* The terminal is gone: so is the person. */
static void
terminal_lost(struct front *front)
{
	close(front->terminal.fd);
	front->terminal.fd = -1;
	front->terminal.is_raw = false;
	front->output_waits = false;
	(void)!frame_send(front->socket, FRAME_SIGNAL, SIGHUP, NULL, 0);
}

static void
take_input(struct front *front)
{
	struct pollfd room = { front->socket, POLLOUT, 0 };
	char buf[INPUT_MAX];
	ssize_t n;

	/* what is not read yet stays with the terminal */
	front->socket_full = poll(&room, 1, 0) != 1;
	if (front->socket_full)
		return;
	n = read(front->terminal.fd, buf, sizeof(buf));
	if (n > 0) {
		(void)!frame_send(front->socket, FRAME_INPUT, 0, buf, (size_t)n);
		explicit_bzero(buf, (size_t)n); /* may be a password */
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		terminal_lost(front);
	}
}

static void
show_output(struct front *front)
{
	ssize_t n = front->terminal.fd < 0
		? -1
		: write(front->terminal.fd, front->in.data + front->shown,
			  front->in.len - front->shown);

	if (front->terminal.fd >= 0 && n < 0 && errno != EAGAIN && errno != EINTR)
		terminal_lost(front);
	if (front->terminal.fd < 0)
		front->shown = front->in.len;
	else if (n > 0)
		front->shown += (size_t)n;
	front->output_waits = front->shown < front->in.len;
}

/* A line while the command runs: on the terminal, wherever standard error goes. */
static void
show_notice(const struct front *front)
{
	char line[1024];
	int n;

	if (front->terminal.fd < 0) {
		say("%s", front->in.data);
		return;
	}
	n = snprintf(line, sizeof(line), "\r\njitsu: %s\r\n", front->in.data);
	if (n > 0 && write(front->terminal.fd, line, strlen(line)) < 0)
		return;
}

static void
take_frame(struct front *front)
{
	struct frame *in = &front->in;
	int r = frame_receive(front->socket, in);

	if (r == -EAGAIN)
		return;
	if (r < 0) {
		front->done = true;
		return;
	}
	in->data[in->len < FRAME_DATA_MAX ? in->len : FRAME_DATA_MAX - 1] = '\0';
	switch (in->type) {
	case FRAME_STARTED:
		if (front->wants_raw)
			(void)!terminal_set_raw(&front->terminal);
		break;
	case FRAME_OUTPUT:
		front->shown = 0;
		show_output(front);
		break;
	case FRAME_STOPPED: command_stopped(front, in->value); break;
	case FRAME_NOTICE: show_notice(front); break;
	case FRAME_FINAL: (void)stpncpy(front->final, in->data, FRAME_DATA_MAX); break;
	case FRAME_EXIT:
		front->exit_code = (enum exit_code)(in->value & 0xff);
		front->done = front->told = true;
		break;
	default: front->done = true;
	}
}

static void
take_events(struct front *front, const struct pollfd fds[3])
{
	if (fds[0].revents & POLLOUT)
		front->socket_full = false;
	if (fds[1].revents)
		take_signal(front);
	if (fds[2].revents & POLLOUT)
		show_output(front);
	else if (fds[2].revents & POLLIN)
		take_input(front);
	else if (fds[2].revents && front->terminal.fd >= 0)
		terminal_lost(front);
	if (!front->done && !front->output_waits && (fds[0].revents & ~POLLOUT))
		take_frame(front);
}

static void
pass_on(struct front *front)
{
	while (!front->done) {
		bool reads = front->terminal.is_raw && !front->socket_full;
		int socket_events = (front->output_waits ? 0 : POLLIN) |
			(front->socket_full ? POLLOUT : 0);
		int terminal_events =
			(reads ? POLLIN : 0) | (front->output_waits ? POLLOUT : 0);
		struct pollfd fds[3] = {
			{ socket_events ? front->socket : -1, (short)socket_events, 0 },
			{ front->signal_fd, POLLIN, 0 },
			{ front->terminal.fd, (short)terminal_events, 0 },
		};

		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return;
		take_events(front, fds);
	}
}

enum exit_code
front_main(struct run *run, int socket)
{
	struct front front = {
		.socket = socket,
		.signal_fd = -1,
		.terminal = run->terminal,
		.ignored = &run->inherited.ignored,
		.wants_raw = run->foreground,
		.exit_code = EXIT_INTERNAL,
	};
	int r;

	/* the keeper goes on with it meanwhile; before any descriptor of its modules goes */
	auth_forget(&run->auth);
	r = keep_descriptors(&front);

	if (r == 0)
		r = privs_become_caller(&run->caller.id);
	if (r == 0)
		r = watch_signals(&front);
	if (r < 0) {
		say("internal error: the front could not be set up: %s", strerror(-r));
		return EXIT_INTERNAL;
	}
	pass_on(&front);
	terminal_restore(&front.terminal);
	say_lines(front.final);
	if (!front.told)
		say("internal error: the keeper of this run is gone");
	return front.exit_code;
}
