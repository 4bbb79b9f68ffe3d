/*
 * --accept: hands in a token. Runs as: root, on what the caller types or pipes.
 *
 * MUST bound how much, how long and how often; the signature is the authority, not the
 * caller.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/timerfd.h>

#include "guard.h"
#include "message.h"
#include "permit.h"
#include "rate.h"
#include "verbs.h"

enum {
	TEXT_MAX = 2 *
		JIT_TOKEN_MAX, /* the token, and white space that was pasted with it */
	READ_SEC = 60,
	RATE_MAX = 30, /* tokens of one uid in a minute */
};

/* ---- how much, how long ---- */

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

/* Standard input to its end. -EFBIG: more than any token. */
static int
read_token(char ret[TEXT_MAX + 2])
{
	const struct itimerspec spec = { .it_value.tv_sec = READ_SEC };
	_cleanup_close_ int timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	size_t len = 0;

	if (timer_fd < 0 || timerfd_settime(timer_fd, 0, &spec, NULL) < 0)
		return -errno;
	while (len <= TEXT_MAX) {
		int n = read_some(timer_fd, ret + len, TEXT_MAX + 1 - len);

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

/* ---- what came of it ---- */

static enum exit_code
exit_of(enum jit_accept accepted)
{
	switch (accepted) {
	case JIT_ACCEPT_IN_FORCE: return EXIT_DONE;
	case JIT_ACCEPT_MALFORMED: return EXIT_BAD_INPUT;
	case JIT_ACCEPT_REFUSED: return EXIT_REFUSED;
	case JIT_ACCEPT_NO_RECORD: return EXIT_NO_RECORD;
	default: return EXIT_INTERNAL;
	}
}

struct handing_in {
	struct run *run;
	char *text;
};

/* Guarded: it takes the record's lock. */
static void
hand_in(void *arg, struct guard_result *ret)
{
	struct handing_in *in = arg;
	struct run *run = in->run;
	_cleanup_grant_ struct jit_grant grant = { 0 };
	struct jit_error err = { "" };
	char clock[CLOCK_TEXT_SIZE];
	int64_t end_sec = 0;
	enum jit_accept accepted = jit_access_accept(
		&run->access, in->text, run->caller.id.uid, &grant, &end_sec, &err);

	ret->code = exit_of(accepted);
	if (accepted == JIT_ACCEPT_IN_FORCE)
		(void)snprintf(ret->text, sizeof(ret->text),
			"%s: %s on %s until %s, granted by %s", grant.sub, grant.role,
			run->access.policy.globals.host,
			clock_text(end_sec, run->access.now.wall_sec, clock), grant.iss);
	else
		(void)snprintf(ret->text, sizeof(ret->text), "%s",
			err.text[0] ? err.text : "the token was not accepted");
}

static enum exit_code
count(const struct run *run)
{
	uint32_t skipped;
	int r = rate_take(run, "accept", RATE_MAX, &skipped);

	if (r == 0)
		return EXIT_DONE;
	say("%s",
		r == -EDQUOT ? "you have handed in too many; again in a minute"
			     : "/run/jit/accept cannot be written");
	return r == -EDQUOT ? EXIT_REFUSED : EXIT_INTERNAL;
}

enum exit_code
accept_token(struct run *run)
{
	char text[TEXT_MAX + 2];
	struct handing_in in = { run, text };
	struct guard_result result;
	enum exit_code code = count(run);
	int r;

	if (code != EXIT_DONE)
		return code;
	r = read_token(text);
	if (r < 0) {
		say("%s",
			r == -EFBIG ? "this is longer than any token"
				: r == -ETIMEDOUT
				? "no token came on standard input in a minute"
				: "standard input is not a token");
		return EXIT_BAD_INPUT;
	}
	/* it may have taken a minute to come */
	if (jit_clock_now(&run->access.now) < 0) {
		say("the clock cannot be read");
		return EXIT_INTERNAL;
	}
	guard_run(hand_in, &in, &result);
	say("%s", result.text);
	return result.code;
}
