/*
 * From when to when a grant is good. Runs as: any. Pure.
 *
 * MUST judge brought-in grants by both clocks: what one of them calls over is over.
 */
#include "judge.h"

static bool
host_grant_in_force(const struct jit_grant *grant, const struct jit_now *now,
	int64_t max_sec, int64_t *ret_end_ms)
{
	int64_t end = jit_shorter(grant->to_ms, grant->from_ms + max_sec * 1000);

	if (!jit_streq(grant->boot, now->boot_id) || now->boot_ms < grant->from_ms ||
		now->boot_ms >= end)
		return false;
	*ret_end_ms = end;
	return true;
}

bool
jit_window_in_force(const struct jit_window *window, const struct jit_now *now,
	int64_t max_sec, int64_t *ret_end_ms)
{
	const struct jit_held *held = window->start;
	int64_t dur = jit_shorter(window->dur, max_sec);
	int64_t end_sec = jit_shorter(held->start_sec + dur, window->exp);
	int64_t end_ms = now->boot_ms + (end_sec - now->wall_sec) * 1000;

	if (now->wall_sec >= end_sec)
		return false;
	if (!jit_streq(held->start_boot, now->boot_id)) {
		if (now->wall_sec < held->start_sec)
			return false;
	} else {
		int64_t boot_end_ms =
			held->start_boot_ms + (end_sec - held->start_sec) * 1000;

		if (now->boot_ms < held->start_boot_ms || now->boot_ms >= boot_end_ms)
			return false;
		if (boot_end_ms < end_ms)
			end_ms = boot_end_ms;
	}
	*ret_end_ms = end_ms;
	return true;
}

bool
jit_held_in_force(const struct jit_held *held, const struct jit_now *now, bool clock_back,
	int64_t max_sec, int64_t *ret_end_ms)
{
	const struct jit_window window = { held, held->grant.dur, held->grant.exp };

	if (held->ended || max_sec <= 0)
		return false;
	if (held->grant.by_host)
		return host_grant_in_force(&held->grant, now, max_sec, ret_end_ms);
	return !clock_back && jit_window_in_force(&window, now, max_sec, ret_end_ms);
}
