/*
 * A session under watch: warned, ended, recorded. Runs as root, in session-watch.
 *
 * MUST tell before it ends and record after it, so that neither holds an end up. MUST end
 * the session if it cannot tell whether the grant has ended, or cannot watch any more.
 */
#include "watched.h"

#include <inttypes.h>
#include <time.h>

#include "libjit/escape.h"
#include "terminal.h"

enum { LAST_LINE_MS = 250 };

/* Rising towards the end. */
static const int64_t warn_before_ms[] = { 5 * 60 * 1000, 60 * 1000 };

static void
record_event(const struct watched *watched, enum jit_event event, const char *why)
{
	struct jit_audit audit = watch_audit(&watched->record, event);

	audit.why = why;
	/* a record never holds up an end; the journal is tried as well */
	(void)!jit_audit_write(&watched->site, &audit);
}

static bool
tell(const struct watched *watched, const char *text)
{
	_cleanup_free_ struct process *list = NULL;
	size_t n = 0;

	return ending_members(&watched->ending, &list, &n) == 0 &&
		terminal_tell(list, n, watched->record.session.uid, text);
}

/* A last line has to get from the terminal through sshd before that ends. */
static void
tell_last(const struct watched *watched, const char *text)
{
	if (tell(watched, text))
		(void)nanosleep(
			&(struct timespec){ .tv_nsec = LAST_LINE_MS * 1000000L }, NULL);
}

/* ---- the end ---- */

/* Whoever takes the session's file away records its close: we, or the module. */
static bool
take_close(struct watched *watched)
{
	if (watched->closed)
		return false;
	watched->closed = true;
	return !watched->record.cut &&
		jit_session_remove(&watched->site, watched->record.session.id) == 0;
}

void
watched_close(struct watched *watched)
{
	if (take_close(watched))
		record_event(watched, JIT_EVENT_SESSION_CLOSE, NULL);
}

/* True: we are done. Under observe the session goes on, and we with it. */
static bool
end(struct watched *watched, enum jit_event event, const char *why, const char *text)
{
	struct ending *ending = &watched->ending;
	bool ours;

	if (watched->record.observe) {
		record_event(watched, JIT_EVENT_WOULD_DENY, why);
		watched->record.end_ms = INT64_MAX;
		jit_closep(&watched->tombstones);
		watched->tombstones = -1;
		return false;
	}
	ours = take_close(watched); /* so that it comes behind the event of the end */
	tell_last(watched, text);
	if (ending_end(ending) < 0)
		why = "something of the session may be left";
	/* afterwards: a disk that hangs must not hold up the end */
	if (!watched->record.cut)
		record_event(watched, event, why);
	if (ours)
		record_event(watched, JIT_EVENT_SESSION_CLOSE, NULL);
	return true;
}

static bool
expire(struct watched *watched)
{
	if (watched->record.cut)
		return end(watched, JIT_EVENT_EXPIRED, NULL,
			"jit: this session has no grant; it is ended.");
	return end(watched, JIT_EVENT_EXPIRED, "the grant ended",
		"jit: the grant ended; this session is ended.");
}

static bool
end_revoked(struct watched *watched, const char *by, const char *reason)
{
	char shown_by[2 * JIT_NAME_MAX], shown_reason[2 * JIT_REASON_MAX];
	char text[sizeof(shown_by) + sizeof(shown_reason) + 64], why[sizeof(text)];

	(void)jit_escape(by, shown_by, sizeof(shown_by));
	(void)jit_escape(reason, shown_reason, sizeof(shown_reason));
	(void)snprintf(why, sizeof(why), "%s: %s", by, reason);
	if (jit_streq(by, watched->record.session.subject))
		(void)snprintf(text, sizeof(text),
			"jit: %s gave the grant back; this session is ended.", shown_by);
	else
		(void)snprintf(text, sizeof(text),
			"jit: revoked by %s: \"%s\"; this session is ended.", shown_by,
			shown_reason);
	return end(watched, JIT_EVENT_REVOKED, why, text);
}

bool
watched_check(struct watched *watched)
{
	const struct watch_record *record = &watched->record;
	char by[JIT_NAME_MAX + 1] = "", reason[JIT_REASON_MAX + 1] = "";
	int r;

	if (record->cut || watched->tombstones < 0)
		return false;
	r = jit_store_ended(
		&watched->site, record->session.grant, record->by_host, by, reason);
	if (r == 0)
		return false;
	if (r > 0)
		return end_revoked(watched, by, reason);
	return end(watched, JIT_EVENT_REVOKED,
		"whether the grant was revoked cannot be read",
		"jit: whether the grant still holds cannot be read; this session is "
		"ended.");
}

bool
watched_lost(struct watched *watched)
{
	return end(watched, JIT_EVENT_EXPIRED,
		"the session could not be watched any more",
		"jit: this session cannot be watched any more; it is ended.");
}

/* ---- what comes before it ---- */

int64_t
watched_next_ms(const struct watched *watched)
{
	if (watched->warned < ARRAY_SIZE(warn_before_ms) && !watched->record.observe)
		return watched->record.end_ms - warn_before_ms[watched->warned];
	return watched->record.end_ms;
}

static void
warn(const struct watched *watched, int64_t before_ms)
{
	int64_t minutes = before_ms / 60000;
	char text[128];

	(void)snprintf(text, sizeof(text),
		"jit: the grant ends in %" PRId64 " minute%s, and this session with it.",
		minutes, minutes == 1 ? "" : "s");
	(void)tell(watched, text);
}

/* A moment that had passed when the session began is not told any more. */
bool
watched_tick(struct watched *watched, int64_t now_ms)
{
	bool told = watched->started;

	watched->started = true;
	if (now_ms >= watched->record.end_ms)
		return expire(watched);
	while (watched->warned < ARRAY_SIZE(warn_before_ms) &&
		now_ms >= watched_next_ms(watched)) {
		if (told)
			warn(watched, warn_before_ms[watched->warned]);
		watched->warned++;
	}
	return false;
}
