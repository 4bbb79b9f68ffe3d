/*
 * The keeper: a newer grant for what runs moves its end. Runs as: root, all three uids 0.
 *
 * MUST judge the new grant by policy, keys and locks of now, for exactly this run's question;
 * MUST NOT wait for anybody: it reads what root owns, and asks no account database.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "keeper.h"
#include "message.h"

struct keeper_renewal {
	/* as they were at the last look; in /run/jit and /var/lib/jit */
	struct timespec changed[2];
	struct jit_access access; /* of the grant that was adopted */
	bool adopted;
};

/* ---- have the grants changed? ---- */

/* Another file in it, and its times are others. */
static struct timespec
dir_changed(const struct keeper *keeper, bool by_host)
{
	const struct run *run = keeper->run;
	_cleanup_close_ int dir =
		jit_store_dir(&run->access.site, by_host, run->access.subject.uid, false);
	struct stat st = { 0 };

	if (dir < 0 || fstat(dir, &st) < 0)
		return (struct timespec){ 0 };
	return st.st_mtim;
}

static bool
have_changed(struct keeper *keeper)
{
	struct keeper_renewal *renewal = keeper->renewal;
	bool changed = false;

	for (int i = 0; i < 2; i++) {
		struct timespec now = dir_changed(keeper, i == 0);

		if (now.tv_sec == renewal->changed[i].tv_sec &&
			now.tv_nsec == renewal->changed[i].tv_nsec)
			continue;
		renewal->changed[i] = now;
		changed = true;
	}
	return changed;
}

/* ---- is one of them for this run, and longer? ---- */

/* The run's own account, as it was found when it began: no look-up, which could hang. */
static int
open_access(const struct keeper *keeper, struct jit_access *ret)
{
	struct jit_error err = { "" };
	int r = jit_access_open(ret, &err);

	if (r == 0)
		ret->subject = keeper->run->access.subject;
	return r;
}

static void
close_access(struct jit_access *access)
{
	access->subject = (struct jit_subject){ 0 };
	jit_access_close(access);
}

static bool
is_for_this_run(const struct run *run, const struct jit_decision *decision)
{
	return decision->verdict == JIT_ALLOW && decision->reason == JIT_WHY_GRANT_HELD &&
		decision->end_ms > run->end_ms &&
		jit_streq(decision->role->name, run->decision.role->name) &&
		jit_streq(decision->target, run->target.name);
}

/* ---- going on under it ---- */

static void
tell(const struct keeper *keeper)
{
	const struct jit_access *access = &keeper->run->access;
	char clock[CLOCK_TEXT_SIZE], line[128];
	int n = snprintf(line, sizeof(line), "renewed until %s",
		clock_text(jit_access_wall_of(access, keeper->run->end_ms),
			access->now.wall_sec, clock));

	if (n > 0 && keeper->socket >= 0)
		(void)!frame_send(keeper->socket, FRAME_NOTICE, 0, line, (size_t)n);
}

static int
adopt(struct keeper *keeper, struct jit_access *access,
	const struct jit_decision *decision)
{
	struct keeper_renewal *renewal = keeper->renewal;
	struct run *run = keeper->run;
	struct jit_error err = { "" };
	int r = jit_access_use(access, decision->grant, decision->uses, &err);

	if (r < 0)
		return r;
	run->decision = *decision;
	run->end_ms = decision->end_ms;
	run->access.now = access->now;
	if (renewal->adopted)
		close_access(&renewal->access);
	renewal->access = *access;
	renewal->adopted = true;
	keeper_watch_bind(keeper);
	return 0;
}

/* A renewal that cannot be taken up is none: the run ends when it would have. */
static bool
take_up(struct keeper *keeper)
{
	struct run *run = keeper->run;
	struct jit_request request = run->request;
	struct jit_access access = JIT_ACCESS_NONE;
	struct jit_decision decision = { 0 };
	struct jit_error err = { "" };

	request.role = run->decision.role->name;
	request.target = run->target.name;
	request.way = JIT_WAY_PLAIN;
	request.anew = false;
	if (open_access(keeper, &access) < 0 ||
		jit_access_longest(&access, &request, &decision, &err) < 0 ||
		!is_for_this_run(run, &decision) ||
		adopt(keeper, &access, &decision) < 0) {
		close_access(&access);
		return false;
	}
	(void)!keeper_session_write(keeper);
	tell(keeper);
	return true;
}

bool
keeper_renew(struct keeper *keeper, bool sure)
{
	const struct run *run = keeper->run;
	bool first = !keeper->renewal, changed;

	if (!run->decision.grant || !run->decision.role)
		return false;
	if (first)
		keeper->renewal = calloc(1, sizeof(*keeper->renewal));
	if (!keeper->renewal)
		return false;
	changed = have_changed(keeper);
	/* the first look is at what the decision has seen just now */
	return !first && (changed || sure) && take_up(keeper);
}
