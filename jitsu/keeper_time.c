/*
 * The keeper's clock: warnings, and the end of the grant. Runs as: root.
 *
 * MUST count CLOCK_BOOTTIME, so that suspend counts and nobody can set it.
 */
#include <errno.h>
#include <sys/timerfd.h>

#include "keeper.h"
#include "message.h"

/* What happens how long before the end; 0 is the end. */
static const struct deadline {
	int64_t before_ms;
	const char *left;
} deadlines[] = {
	{ 5 * 60 * 1000, "5 minutes" },
	{ 60 * 1000, "1 minute" },
	{ 0, NULL },
};

static int64_t
deadline_at(const struct keeper *keeper)
{
	return keeper->run->end_ms - deadlines[keeper->next_deadline].before_ms;
}

int
keeper_time_arm(struct keeper *keeper)
{
	struct itimerspec spec = { 0 };
	int64_t at;

	/* a warning that is due already when the run starts is none */
	while (deadlines[keeper->next_deadline].left &&
		deadline_at(keeper) <= keeper->run->access.now.boot_ms)
		keeper->next_deadline++;
	at = deadline_at(keeper);
	spec.it_value.tv_sec = at > 0 ? at / 1000 : 0;
	spec.it_value.tv_nsec = at > 0 ? (at % 1000) * 1000000 : 1;
	if (timerfd_settime(keeper->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL) < 0)
		return -errno;
	return 0;
}

int
keeper_time_arm_ticks(struct keeper *keeper)
{
	const struct timespec tick = { .tv_nsec = KEEPER_TICK_MS * 1000000L };
	struct itimerspec spec = { tick, tick };

	return timerfd_settime(keeper->timer_fd, 0, &spec, NULL) < 0 ? -errno : 0;
}

static void
warn(const struct keeper *keeper, const char *left)
{
	const struct jit_access *access = &keeper->run->access;
	int64_t end = jit_access_wall_of(access, keeper->run->end_ms);
	char clock[CLOCK_TEXT_SIZE], line[128];
	int n = snprintf(line, sizeof(line), "the grant ends in %s (%s)%s", left,
		clock_text(end, access->now.wall_sec, clock),
		keeper->run->decision.grant ? ". To go on: jitsu --renew" : "");

	if (n > 0)
		(void)!frame_send(keeper->socket, FRAME_NOTICE, 0, line, (size_t)n);
}

void
keeper_time_renewed(struct keeper *keeper)
{
	keeper->next_deadline = 0;
	if (keeper_time_arm(keeper) < 0)
		keeper_end_begin(keeper, KEEPER_BROKEN);
}

void
keeper_time_reached(struct keeper *keeper)
{
	const struct deadline *reached = &deadlines[keeper->next_deadline];

	if (keeper_renew(keeper, true)) {
		keeper_time_renewed(keeper);
		return;
	}
	if (!reached->left) {
		keeper_end_begin(keeper, KEEPER_EXPIRED);
		return;
	}
	warn(keeper, reached->left);
	keeper->next_deadline++;
	if (keeper_time_arm(keeper) < 0)
		keeper_end_begin(keeper, KEEPER_BROKEN);
}
