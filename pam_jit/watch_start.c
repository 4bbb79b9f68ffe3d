/*
 * Starts session-watch. Runs as root, inside somebody else's process (which may have
 * threads and signal handlers).
 *
 * Between clone and exec MUST call nothing but system calls. Only what cuts a session where
 * session-watch cannot be started calls more: in a process with threads it may hang, and
 * then systemd's limit of one second ends the session.
 */
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <time.h>

#include "config.h"
#include "ending.h"
#include "libjit/spawn.h"

/* The tests' build puts its own in front. */
#ifndef JIT_SITE_ROOT
#define JIT_SITE_ROOT ""
#endif

static const char path[] = JIT_SITE_ROOT JIT_LIBEXEC_DIR "/session-watch";

/* Puts the two descriptors where session-watch looks for them, and closes all others. */
static int
arrange_descriptors(int socket, int application)
{
	int a = fcntl(socket, F_DUPFD_CLOEXEC, WATCH_APPLICATION + 1);
	int b = fcntl(application, F_DUPFD_CLOEXEC, WATCH_APPLICATION + 1);

	if (a < 0 || b < 0 || dup2(a, WATCH_SOCKET) < 0 || dup2(b, WATCH_APPLICATION) < 0)
		return -errno;
	if (close_range(0, WATCH_SOCKET - 1, 0) < 0)
		return -errno;
	return close_range(WATCH_APPLICATION + 1, ~0U, 0) < 0 ? -errno : 0;
}

/* What the copies of the application need. */
struct descriptors {
	int socket, application;
	pid_t pid;
};

static void
become_watch(void *arg)
{
	const struct descriptors *descriptors = arg;
	char name[] = "session-watch";
	char *const argv[] = { name, NULL }, *const envp[] = { NULL };

	if (arrange_descriptors(descriptors->socket, descriptors->application) == 0)
		(void)execve(path, argv, envp);
}

/* A copy of the application, with nothing of its but its memory, ends it and its session. */
static void
become_cut(void *arg)
{
	const struct descriptors *descriptors = arg;
	const struct timespec wait = { .tv_sec = WATCH_CUT_MS / 1000 };
	struct ending ending;

	if (dup2(descriptors->application, 0) < 0 || close_range(1, ~0U, 0) < 0)
		return;
	if (ending_start(&ending, descriptors->pid, 0, false) == 0) {
		(void)nanosleep(&wait, NULL);
		(void)!ending_end(&ending);
	}
	(void)pidfd_send_signal(0, SIGKILL, NULL, 0);
}

static int64_t
monotonic_ms(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int
await_answer(int socket)
{
	struct watch_answer answer = { { 0 } };
	int64_t end = monotonic_ms() + WATCH_ANSWER_MS;

	for (;;) {
		struct pollfd pollfd = { .fd = socket, .events = POLLIN };
		int64_t left = end - monotonic_ms();
		int n = left <= 0 ? 0 : poll(&pollfd, 1, (int)left);

		if (n == 0)
			return -ETIMEDOUT;
		if (n > 0)
			break;
		if (errno != EINTR)
			return -errno;
	}
	if (recv(socket, &answer, sizeof(answer), MSG_DONTWAIT) != sizeof(answer))
		return -ECONNRESET; /* it ended */
	return memcmp(answer.magic, WATCH_STANDS, sizeof(answer.magic)) == 0 ? 0
									     : -EBADMSG;
}

int
watch_start(const struct watch_record *record)
{
	_cleanup_close_ int application = pidfd_open(getpid(), 0);
	_cleanup_close_ int ours = -1, theirs = -1;
	int pair[2], r;

	if (application < 0 ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	ours = pair[0];
	theirs = pair[1];
	if (send(ours, record, sizeof(*record), MSG_NOSIGNAL | MSG_DONTWAIT) !=
		sizeof(*record))
		return -EIO;
	r = jit_spawn(become_watch,
		&(struct descriptors){ .socket = theirs, .application = application });
	if (r < 0)
		return r;
	jit_closep(&theirs); /* so that its end is seen */
	theirs = -1;
	return await_answer(ours);
}

int
watch_cut(void)
{
	_cleanup_close_ int application = pidfd_open(getpid(), 0);

	if (application < 0)
		return -errno;
	return jit_spawn(become_cut,
		&(struct descriptors){ .application = application, .pid = getpid() });
}
