/*
 * A session under watch: warned, ended, recorded. Runs as root, in session-watch.
 *
 * MUST tell before it ends and record after it, so that neither holds an end up. MUST end
 * the session if it cannot tell whether the grant has ended, or cannot watch any more.
 */
#include "watched.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "libjit/access.h"
#include "libjit/escape.h"
#include "libjit/parse.h"
#include "terminal.h"

enum { LAST_LINE_MS = 250 };

/* Moments before the end, rising towards it. The last is not told: then it is asked whether
 * another grant carries on. */
static const int64_t before_ms[] = { 5 * 60 * 1000, 60 * 1000, WATCH_ASK_MS };
enum { MINUTE_MS = 60 * 1000 };

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

/* True: the session is ended and we are done. */
static bool
end(struct watched *watched, enum jit_event event, const char *why, const char *text)
{
	struct ending *ending = &watched->ending;
	bool ours =
		take_close(watched); /* so that it comes behind the event of the end */

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

/* Under observe the grant's end is only recorded; the session goes on, and we with it. */
static bool
end_grant(
	struct watched *watched, enum jit_event event, const char *why, const char *text)
{
	if (!watched->record.observe)
		return end(watched, event, why, text);
	record_event(watched, JIT_EVENT_WOULD_DENY, why);
	watched->record.end_ms = INT64_MAX;
	watched->let_be = true;
	return false;
}

static bool
expire(struct watched *watched)
{
	if (watched->record.cut)
		return end(watched, JIT_EVENT_EXPIRED, NULL,
			"jit: this session has no grant; it is ended.");
	return end_grant(watched, JIT_EVENT_EXPIRED, "the grant ended",
		"jit: the grant ended; this session is ended.");
}

/* Who ended it, and why: for the record and for the terminal. */
struct verdict {
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1];
	char why[JIT_NAME_MAX + JIT_REASON_MAX + 8];
	char text[4 * (JIT_NAME_MAX + JIT_REASON_MAX) + 64];
};

static void
verdict_say(struct verdict *verdict, const char *deed)
{
	char by[4 * sizeof(verdict->by)], reason[4 * sizeof(verdict->reason)];

	(void)jit_escape(verdict->by, by, sizeof(by));
	(void)jit_escape(verdict->reason, reason, sizeof(reason));
	(void)snprintf(verdict->why, sizeof(verdict->why), "%s: %s", verdict->by,
		verdict->reason);
	(void)snprintf(verdict->text, sizeof(verdict->text),
		"jit: %s by %s: \"%s\"; this session is ended.", deed, by, reason);
}

/* What jit_access_ended says: of locks alone, or of the grant too. */
static int
ask_ended(const struct watched *watched, bool grant_too, struct verdict *ret)
{
	const struct watch_record *record = &watched->record;
	struct jit_bound bound = { .by_host = record->by_host };
	struct jit_now now;
	int r = jit_clock_now(&now);

	if (r < 0)
		return r;
	if (grant_too)
		(void)memcpy(bound.id, record->session.grant, sizeof(bound.id));
	(void)memcpy(bound.subject, record->session.subject, sizeof(bound.subject));
	(void)memcpy(bound.role, record->session.role, sizeof(bound.role));
	(void)memcpy(bound.kid, record->kid, sizeof(bound.kid));
	return jit_access_ended(&watched->site, &bound, &now, ret->by, ret->reason);
}

static bool
unreadable(struct watched *watched)
{
	if (watched->let_be)
		return false; /* on record already */
	return end_grant(watched, JIT_EVENT_REVOKED,
		"whether the grant was revoked cannot be read",
		"jit: whether the grant still holds cannot be read; this session is "
		"ended.");
}

/* A lock ends what runs whatever the mode. */
static bool
check_locks(struct watched *watched)
{
	struct verdict verdict = { .by = "" };
	int r = ask_ended(watched, false, &verdict);

	if (r == 0)
		return false;
	if (r < 0)
		return unreadable(watched);
	verdict_say(&verdict, "locked");
	return end(watched, JIT_EVENT_REVOKED, verdict.why, verdict.text);
}

static bool
check_grant(struct watched *watched)
{
	struct verdict verdict = { .by = "" };
	int r = ask_ended(watched, true, &verdict);

	if (r == 0)
		return false;
	if (r < 0)
		return unreadable(watched);
	verdict_say(&verdict, "revoked");
	if (jit_streq(verdict.by, watched->record.session.subject))
		(void)snprintf(verdict.text, sizeof(verdict.text),
			"jit: you gave the grant back; this session is ended.");
	return end_grant(watched, JIT_EVENT_REVOKED, verdict.why, verdict.text);
}

bool
watched_check(struct watched *watched)
{
	if (watched->record.cut || watched->tombstones < 0)
		return false;
	return check_locks(watched) || (!watched->let_be && check_grant(watched));
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
	const struct watch_record *record = &watched->record;

	if (watched->warned < ARRAY_SIZE(before_ms) && !record->observe && !record->cut)
		return record->end_ms - before_ms[watched->warned];
	return record->end_ms;
}

static void
warn(const struct watched *watched, int64_t minutes)
{
	char text[128];

	(void)snprintf(text, sizeof(text),
		"jit: the grant ends in %" PRId64
		" minute%s, and this session with it. To go on: jitsu --renew",
		minutes, minutes == 1 ? "" : "s");
	(void)tell(watched, text);
}

static void
reach(struct watched *watched, int64_t before)
{
	if (before >= MINUTE_MS)
		warn(watched, before / MINUTE_MS);
	else
		renewal_ask(&watched->renewal, &watched->record);
}

/* A moment that had passed when the session began, or was renewed, is passed over. */
bool
watched_tick(struct watched *watched, int64_t now_ms)
{
	bool reached = watched->started;

	watched->started = true;
	if (now_ms >= watched->record.end_ms)
		return expire(watched);
	while (watched->warned < ARRAY_SIZE(before_ms) &&
		now_ms >= watched_next_ms(watched)) {
		if (reached)
			reach(watched, before_ms[watched->warned]);
		watched->warned++;
	}
	return false;
}

/* ---- going on ---- */

static void
tell_renewed(const struct watched *watched, int64_t now_ms)
{
	int64_t left = (watched->record.end_ms - now_ms + 999) / 1000;
	char text[128], duration[JIT_DURATION_SIZE];

	if (left > 60)
		left -= left % 60; /* nobody counts the seconds of hours */
	(void)snprintf(text, sizeof(text), "jit: renewed: this session can go on for %s.",
		jit_format_duration(left, duration));
	(void)tell(watched, text);
}

static void
adopt(struct watched *watched, const struct renewed *renewed)
{
	struct watch_record *record = &watched->record;
	struct jit_session *session = &record->session;

	record->end_ms =
		renewed->end_ms < record->latest_ms ? renewed->end_ms : record->latest_ms;
	record->by_host = renewed->by_host;
	record->ends_with_use = renewed->ends_with_use;
	(void)memcpy(record->rule, renewed->rule, sizeof(record->rule));
	(void)memcpy(record->via, renewed->via, sizeof(record->via));
	(void)memcpy(record->kid, renewed->kid, sizeof(record->kid));
	(void)memcpy(session->grant, renewed->grant, sizeof(session->grant));
	(void)memcpy(session->role, renewed->role, sizeof(session->role));
	session->end_ms = record->end_ms;
	watched->warned = 0;
	watched->started = false;
}

bool
watched_renew(struct watched *watched)
{
	const struct watch_record *record = &watched->record;
	struct renewed renewed;
	struct jit_now now;

	if (!renewal_take(&watched->renewal, &renewed) || watched->let_be ||
		record->end_ms >= record->latest_ms || jit_clock_now(&now) < 0)
		return false;
	adopt(watched, &renewed);
	/* best effort: who ends it is known, only a listing would be wrong */
	if (!watched->closed)
		(void)!jit_session_add(&watched->site, &record->session);
	tell_renewed(watched, now.boot_ms);
	record_event(watched, JIT_EVENT_SESSION_OPEN, "renewed: it goes on under this");
	return true;
}

/* ---- the end of the session itself ---- */

static bool
is_last(const struct watched *watched)
{
	_cleanup_free_ struct jit_session *list = NULL;
	size_t n = 0;

	if (jit_session_list(&watched->site, &list, &n) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (jit_streq(list[i].grant, watched->record.session.grant))
			return false;
	return true;
}

void
watched_done(struct watched *watched)
{
	const struct watch_record *record = &watched->record;
	const struct jit_grant grant = { .by_host = record->by_host };
	struct jit_now now;

	if (record->cut || !record->ends_with_use || !is_last(watched) ||
		jit_clock_now(&now) < 0)
		return;
	if (jit_store_end(&watched->site, &grant, record->session.grant,
		    record->session.subject, "its last session ended", &now) == 0)
		record_event(watched, JIT_EVENT_EXPIRED, "its last session ended");
}
