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

#include "libjit/escape.h"
#include "libjit/file.h"
#include "message.h"
#include "permit.h"
#include "verbs.h"

enum {
	TEXT_MAX = 2 *
		JIT_TOKEN_MAX, /* the token, and white space that was pasted with it */
	READ_SEC = 60,
	RATE_MAX = 30,       /* tokens of one uid … */
	RATE_MS = 60 * 1000, /* … in this time */
};

/* ---- how often ---- */

struct rate {
	char magic[8];
	char boot_id[JIT_ID_LEN + 1];
	uint32_t n;
	int64_t since_ms;
};

static void
rate_load(int dir, const char *name, const struct jit_access *access, struct rate *ret)
{
	static const char magic[] = "jitrate1";
	_cleanup_free_ char *text = NULL;
	struct rate rate;
	size_t len = 0;

	(void)memset(ret, 0, sizeof(*ret));
	(void)memcpy(ret->magic, magic, sizeof(ret->magic));
	(void)memcpy(ret->boot_id, access->now.boot_id, sizeof(ret->boot_id));
	ret->since_ms = access->now.boot_ms;
	if (jit_file_read(
		    dir, name, access->site.owner, 0600, sizeof(rate), &text, &len) < 0 ||
		len != sizeof(rate))
		return;
	(void)memcpy(&rate, text, sizeof(rate));
	if (memcmp(rate.magic, magic, sizeof(rate.magic)) == 0 &&
		memcmp(rate.boot_id, ret->boot_id, sizeof(rate.boot_id)) == 0 &&
		access->now.boot_ms - rate.since_ms < RATE_MS)
		*ret = rate;
}

/* Counts this one. */
static enum exit_code
rate_take(const struct run *run)
{
	const struct jit_site *site = &run->access.site;
	_cleanup_close_ int dir = jit_dir_make(site->run, "accept", site->owner);
	char name[16];
	struct rate rate;

	if (dir < 0)
		return EXIT_INTERNAL;
	(void)snprintf(name, sizeof(name), "%u", (unsigned)run->caller.id.uid);
	rate_load(dir, name, &run->access, &rate);
	if (rate.n >= RATE_MAX)
		return EXIT_REFUSED;
	rate.n++;
	return jit_file_replace(dir, name, 0600, &rate, sizeof(rate)) < 0 ? EXIT_INTERNAL
									  : EXIT_DONE;
}

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

static enum exit_code
hand_in(struct run *run, char *text)
{
	_cleanup_grant_ struct jit_grant grant = { 0 };
	struct jit_error err = { "" };
	char clock[CLOCK_TEXT_SIZE];
	int64_t end_sec = 0;
	enum jit_accept accepted = jit_access_accept(
		&run->access, text, run->caller.id.uid, &grant, &end_sec, &err);

	if (accepted == JIT_ACCEPT_IN_FORCE)
		say("%s: %s on %s until %s, granted by %s", grant.sub, grant.role,
			run->access.policy.globals.host,
			clock_text(end_sec, run->access.now.wall_sec, clock), grant.iss);
	else
		say("%s", err.text[0] ? err.text : "the token was not accepted");
	return exit_of(accepted);
}

enum exit_code
accept_token(struct run *run)
{
	char text[TEXT_MAX + 2];
	enum exit_code code = rate_take(run);
	int r;

	if (code != EXIT_DONE) {
		say("%s",
			code == EXIT_REFUSED
				? "you have handed in too many; again in a minute"
				: "/run/jit/accept cannot be written");
		return code;
	}
	r = read_token(text);
	if (r < 0) {
		say("%s",
			r == -EFBIG ? "this is longer than any token"
				: r == -ETIMEDOUT
				? "no token came on standard input in a minute"
				: "standard input is not a token");
		return EXIT_BAD_INPUT;
	}
	return hand_in(run, text);
}
