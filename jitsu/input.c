/*
 * A token from standard input. Runs as: root, on what the caller types or pipes.
 *
 * MUST bound how much and how long.
 */
#include "input.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/timerfd.h>

#include "message.h"

enum { READ_SEC = 60 };

static int
read_some(int timer_fd, char *buf, size_t size)
{
	struct pollfd fds[] = { { STDIN_FILENO, POLLIN, 0 }, { timer_fd, POLLIN, 0 } };
	ssize_t n;

	if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	if (fds[1].revents)
		return -ETIMEDOUT;
	n = read(STDIN_FILENO, buf, size);
	return n < 0 ? -errno : (int)n;
}

static int
read_token(char ret[INPUT_TEXT_MAX + 2])
{
	const struct itimerspec spec = { .it_value.tv_sec = READ_SEC };
	_cleanup_close_ int timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	size_t len = 0;

	if (timer_fd < 0 || timerfd_settime(timer_fd, 0, &spec, NULL) < 0)
		return -errno;
	while (len <= INPUT_TEXT_MAX) {
		int n = read_some(timer_fd, ret + len, INPUT_TEXT_MAX + 1 - len);

		if (n == -EAGAIN || n == -EINTR)
			continue;
		if (n < 0)
			return n;
		if (n == 0) {
			ret[len] = '\0';
			return memchr(ret, '\0', len) ? -EINVAL : 0;
		}
		len += (size_t)n;
	}
	return -EFBIG;
}

static const char *
problem(int error)
{
	switch (error) {
	case -EFBIG: return "this is longer than any token";
	case -ETIMEDOUT: return "no token came on standard input in a minute";
	default: return "standard input is not a token";
	}
}

enum exit_code
input_take_token(struct run *run, char ret[INPUT_TEXT_MAX + 2])
{
	int r = read_token(ret);

	if (r < 0) {
		say("%s", problem(r));
		return EXIT_BAD_INPUT;
	}
	if (jit_clock_now(&run->access.now) < 0) {
		say("the clock cannot be read");
		return EXIT_INTERNAL;
	}
	return EXIT_DONE;
}
