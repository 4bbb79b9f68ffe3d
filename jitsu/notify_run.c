/*
 * notify-run: hands a notice to the policy's hook. Started by libjit with the notice on
 * standard input, never by a person; see jit.conf(5).
 *
 * Runs as root, all three uids 0, among the keepers, so that nobody but root can stop it.
 * MUST NOT be set-uid. MUST NOT let anybody flood the people who are told.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "libjit/audit.h"
#include "libjit/cgroup.h"
#include "libjit/escape.h"
#include "libjit/policy.h"
#include "notify_hook.h"
#include "process.h"
#include "rate.h"
#include "schedule.h"
#include "target.h"

enum {
	HOST_MAX = 60, /* notices in a minute */
	SUBJECT_MAX = 10,
	EXIT_NOT_ROOT = 77,
	EXIT_BROKEN = 71,
};

struct notice {
	struct jit_site site;
	struct jit_policy policy;
	struct jit_now now;
	json_t *json;
};

static bool
is_root(void)
{
	uid_t real, effective, saved;

	return getresuid(&real, &effective, &saved) == 0 && real == 0 && effective == 0 &&
		saved == 0;
}

/* All of standard input, if it is one object of a size that we write. */
static json_t *
read_notice(void)
{
	char text[JIT_NOTICE_MAX + 1];
	size_t len = 0;

	while (len < sizeof(text)) {
		ssize_t n = read(0, text + len, sizeof(text) - len);

		if (n < 0 && errno != EINTR)
			return NULL;
		if (n == 0)
			break;
		len += n > 0 ? (size_t)n : 0;
	}
	if (len == 0 || len > JIT_NOTICE_MAX)
		return NULL;
	return json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
}

/* Best effort: where there is no safe place we stay where we are. */
static void
move_to_keepers(void)
{
	struct jit_cgroup_place place = { JIT_PLACE_NONE, -1 };

	if (jit_cgroup_find(&place, NULL) == 0 && place.kind != JIT_PLACE_WEAK)
		(void)!jit_cgroup_keep(&place, 0);
	jit_cgroup_place_close(&place);
}

static const char *
member(const struct notice *notice, const char *key)
{
	return json_string_value(json_object_get(notice->json, key));
}

/* ---- how often ---- */

/* Whoever has to be told of these must not be kept from it by a flood of requests: anybody
 * can make one. */
static bool
is_loud(const struct notice *notice)
{
	const char *event = member(notice, "event");

	return event &&
		(strcmp(event, jit_event_name(JIT_EVENT_BREAK_GLASS)) == 0 ||
			strcmp(event, jit_event_name(JIT_EVENT_REVOKED)) == 0 ||
			strcmp(event, jit_event_name(JIT_EVENT_LOCKED)) == 0);
}

/* Per account first, so that one flood does not use up the host's share. The size of a
 * notice that is dropped is all that it costs. */
static int
take(struct notice *notice, const struct target *subject)
{
	const char *what = is_loud(notice) ? "notify-loud" : "notify";
	uint32_t skipped = 0, by_subject = 0;
	char name[16];
	int r = 0;

	(void)snprintf(name, sizeof(name), "%u", (unsigned)subject->uid);
	if (subject->name[0])
		r = rate_count(&notice->site, &notice->now, what, name, SUBJECT_MAX,
			&by_subject);
	if (r == 0)
		r = rate_count(
			&notice->site, &notice->now, what, "all", HOST_MAX, &skipped);
	if (r < 0)
		return r;
	skipped += by_subject;
	if (skipped > 0)
		return json_object_set_new(
			notice->json, "suppressed", json_integer(skipped));
	return 0;
}

/* The account's own words for who they are. */
static int
add_full_name(struct notice *notice, const struct target *subject)
{
	char shown[4 * sizeof(subject->full_name)];

	if (!subject->full_name[0])
		return 0;
	return json_object_set_new(notice->json, "full_name",
		json_string(jit_escape(subject->full_name, shown, sizeof(shown))));
}

/* ---- telling ---- */

static void
record_failure(const struct notice *notice, const char *why)
{
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_NOTIFY_FAILED);

	audit.subject = member(notice, "subject");
	audit.role = member(notice, "role");
	audit.target = member(notice, "target");
	audit.request = member(notice, "request");
	audit.grant = member(notice, "grant");
	audit.policy = notice->policy.globals.hash;
	audit.why = why;
	(void)!jit_audit_write(&notice->site, &audit); /* nobody is left to be told */
}

static void
hand_over(struct notice *notice)
{
	const struct jit_globals *globals = &notice->policy.globals;
	_cleanup_free_ char *text =
		json_dumps(notice->json, JSON_COMPACT | JSON_ENSURE_ASCII);
	struct jit_error err = { "" };

	if (!text)
		record_failure(notice, "out of memory");
	else if (notify_hook_run(globals->notify_command, globals->notify_timeout_sec,
			 text, &err) < 0)
		record_failure(notice, err.text);
}

static void
tell(struct notice *notice)
{
	const char *name = member(notice, "subject");
	struct target subject = { 0 };
	int r;

	if (name && target_find(name, &subject) < 0)
		subject = (struct target){ 0 };
	r = take(notice, &subject);
	if (r == 0)
		r = add_full_name(notice, &subject);
	target_done(&subject);
	if (r == -EDQUOT)
		return; /* counted; the next one says how many */
	if (r < 0)
		record_failure(notice, "how often people were told cannot be counted");
	else
		hand_over(notice);
}

static int
tell_if_wanted(struct notice *notice)
{
	int r = jit_policy_open(&notice->site, &notice->policy, NULL);

	if (r < 0 || jit_clock_now(&notice->now) < 0)
		return EXIT_BROKEN;
	if (notice->policy.globals.notify_command[0])
		tell(notice);
	return 0;
}

int
main(int argc, char **argv)
{
	struct process_inherited inherited;
	struct notice notice = { .site = JIT_SITE_NONE, .policy = JIT_POLICY_NONE };
	int code = EXIT_BROKEN;

	(void)argv;
	if (argc < 1 || !is_root())
		return EXIT_NOT_ROOT;
	if (process_sanitize(&inherited) < 0 || chdir("/") < 0)
		return EXIT_BROKEN;
	(void)setsid(); /* we may lead a group already: started by hand */
	schedule_own();
	move_to_keepers();
	notice.json = read_notice();
	if (json_is_object(notice.json)) {
		jit_site_open(&notice.site);
		code = tell_if_wanted(&notice);
		jit_policy_close(&notice.policy);
		jit_site_close(&notice.site);
	}
	json_decref(notice.json);
	return code;
}
