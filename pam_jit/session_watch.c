/*
 * session-watch: ends a login session when its grant does. Started by pam_jit.so, never by
 * a person; see pam_jit(8).
 *
 * Runs as root, all three uids 0, in a session and a cgroup of its own, so that the user can
 * neither stop nor kill it. MUST believe nothing but the record that comes over the socket.
 * MUST have its timer armed and the grant's tombstone looked for before it answers.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include "libjit/cgroup.h"
#include "libjit/clock.h"
#include "surroundings.h"
#include "watched.h"

enum {
	LEARN_MS = 10,       /* how often we look for the session's scope … */
	LEARN_TIMES = 500,   /* … until it is there, so many times at most */
	LEFTOVERS_MS = 2000, /* how often, when only what it left behind may live */
};

static int
receive_record(struct watch_record *ret)
{
	struct watch_record record;
	ssize_t n = recv(WATCH_SOCKET, &record, sizeof(record), MSG_DONTWAIT | MSG_TRUNC);

	if (n != sizeof(record) || !watch_record_valid(&record))
		return -EBADMSG;
	*ret = record;
	return 0;
}

/* Fails if the module does not wait any more: then it has taken us for failed. */
static int
answer(void)
{
	const struct watch_answer answer = { WATCH_STANDS };
	ssize_t n =
		send(WATCH_SOCKET, &answer, sizeof(answer), MSG_NOSIGNAL | MSG_DONTWAIT);

	close(WATCH_SOCKET);
	return n == sizeof(answer) ? 0 : -EPIPE;
}

static int
boot_ms(int64_t *ret)
{
	struct jit_now now;
	int r = jit_clock_now(&now);

	if (r == 0)
		*ret = now.boot_ms;
	return r;
}

/* The timer is absolute and counts suspend. 0 would disarm it. */
static int
arm(int timer, int64_t at_ms)
{
	struct itimerspec at = { 0 };

	if (at_ms < 1)
		at_ms = 1;
	at.it_value.tv_sec = at_ms / 1000;
	at.it_value.tv_nsec = at_ms % 1000 * 1000000;
	return timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL) < 0 ? -errno : 0;
}

/* ---- standing ---- */

/* 1: we stand among the keepers; 0: there are none, without cgroup v2. */
static int
move_to_keepers(void)
{
	struct jit_cgroup_place place = { JIT_PLACE_NONE, -1 };
	int r = jit_cgroup_find(&place, NULL);

	if (r < 0)
		return r;
	if (place.kind != JIT_PLACE_WEAK)
		r = jit_cgroup_keep(&place, 0) == 0 ? 1 : -EPERM;
	jit_cgroup_place_close(&place);
	return r;
}

static int
register_session(struct watched *watched)
{
	watched->tombstones = -1;
	renewal_begin(&watched->renewal);
	if (watched->record.cut)
		return 0;
	watched->tombstones = jit_store_watch();
	if (watched->tombstones < 0)
		return watched->tombstones;
	watched->record.session.keeper = getpid();
	return jit_session_add(&watched->site, &watched->record.session);
}

static int
stand(struct watched *watched, int *ret_timer)
{
	int timer, kept, r = receive_record(&watched->record);

	if (r < 0)
		return r;
	kept = move_to_keepers();
	if (kept < 0 && !watched->record.cut) /* a second can be stood anywhere */
		return kept;
	r = ending_start(
		&watched->ending, watched->record.pid, WATCH_APPLICATION, kept == 1);
	if (r < 0)
		return r;
	jit_site_open(&watched->site);
	timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (timer < 0)
		return -errno;
	r = arm(timer, watched_next_ms(watched));
	if (r == 0)
		r = register_session(watched);
	if (r < 0)
		return r;
	*ret_timer = timer;
	return 0;
}

/* ---- watching ---- */

static void
drain(int fd)
{
	uint64_t times; /* both are timers: timerfd_create(2) */

	while (read(fd, &times, sizeof(times)) > 0)
		;
}

/* How long to sleep at most: until the scope is known, and for what outlives the
 * application. */
static int
patience_ms(const struct watched *watched, int learned)
{
	if (watched->closed)
		return LEFTOVERS_MS;
	return watched->ending.scope_fd < 0 && learned < LEARN_TIMES ? LEARN_MS : -1;
}

static bool
on_timer(struct watched *watched, int timer)
{
	int64_t now_ms;

	drain(timer);
	if (boot_ms(&now_ms) < 0)
		now_ms = INT64_MAX - 1; /* a clock that cannot be read ends it */
	if (watched_tick(watched, now_ms))
		return true;
	return arm(timer, watched_next_ms(watched)) < 0 && watched_lost(watched);
}

/* Twice a second: is it over, or renewed? */
static bool
on_look(struct watched *watched)
{
	drain(watched->tombstones);
	if (watched_check(watched))
		return true;
	if (!watched->let_be &&
		renewal_is_due(
			&watched->renewal, &watched->site, watched->record.session.uid))
		renewal_ask(&watched->renewal, &watched->record);
	return false;
}

static bool
on_renewal(struct watched *watched, int timer)
{
	bool again = watched->renewal.again;

	if (watched_renew(watched) && on_timer(watched, timer))
		return true;
	if (again && watched->renewal.answer < 0)
		renewal_ask(&watched->renewal, &watched->record);
	return false;
}

static void
watch(struct watched *watched, int timer)
{
	for (int learned = 0;; learned++) {
		struct pollfd fds[] = {
			{ .fd = timer, .events = POLLIN },
			{ .fd = watched->tombstones, .events = POLLIN },
			{ .fd = watched->closed ? -1 : WATCH_APPLICATION,
				.events = POLLIN },
			{ .fd = watched->renewal.answer, .events = POLLIN },
		};

		if (poll(fds, ARRAY_SIZE(fds), patience_ms(watched, learned)) < 0 &&
			errno != EINTR) {
			(void)watched_lost(watched);
			return;
		}
		if (watched->ending.scope_fd < 0)
			ending_learn(&watched->ending);
		if (fds[0].revents && on_timer(watched, timer))
			return;
		if (fds[1].revents && on_look(watched))
			return;
		if (fds[3].revents && on_renewal(watched, timer))
			return;
		if (fds[2].revents)
			watched_close(watched);
		if (watched->closed && !ending_something_lives(&watched->ending)) {
			watched_done(watched);
			return;
		}
	}
}

int
main(int argc, char **argv)
{
	static struct watched watched;
	int timer;

	(void)argv;
	if (argc < 1 || surroundings_enter() < 0)
		return 1;
	if (stand(&watched, &timer) < 0)
		return 1;
	/* both while the module still waits: what it opened is over already */
	if (watched_check(&watched) || on_timer(&watched, timer))
		return 0;
	if (answer() < 0) {
		(void)!jit_session_remove(&watched.site, watched.record.session.id);
		return 1;
	}
	watch(&watched, timer);
	renewal_end(&watched.renewal);
	return 0;
}
