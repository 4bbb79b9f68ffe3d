/*
 * jitctl list sessions: what runs right now under a grant.
 *
 * Runs as root. MUST NOT change anything.
 */
#include <errno.h>
#include <string.h>

#include "jitctl/jitctl.h"
#include "jitctl/list.h"
#include "libjit/clock.h"
#include "libjit/escape.h"
#include "libjit/store.h"

struct sessions {
	size_t n;
	struct jit_session *v;
};

static void
sessions_done(struct sessions *sessions)
{
	free(sessions->v);
}

static void
print_session(const struct jit_session *s, const struct jit_now *now)
{
	char id[LIST_ID_SYMBOLS + 1], grant[LIST_ID_SYMBOLS + 1], left[32];
	char place[sizeof(s->rhost) * 2], command[sizeof(s->command) * 2];

	printf("%-9s %-9s %-12s %-10s %-12s %-8s %-16s %-9s %s\n",
		list_short_id(s->id, id), list_short_id(s->grant, grant), s->subject,
		s->target, s->role, s->service,
		jit_escape(s->rhost[0]      ? s->rhost
				: s->tty[0] ? s->tty
					    : "-",
			place, sizeof(place)),
		list_left(s->end_ms - now->boot_ms, left, sizeof(left)),
		jit_escape(s->command[0] ? s->command : "-", command, sizeof(command)));
}

static json_t *
session_json(const struct jit_session *s, const struct jit_now *now)
{
	int64_t left_ms = s->end_ms > now->boot_ms ? s->end_ms - now->boot_ms : 0;

	return json_pack(
		"{s:s, s:o, s:s, s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:I, s:o, s:o,"
		" s:I}",
		"id", s->id, "grant", list_text(s->grant), "subject", s->subject,
		"subject_uid", (json_int_t)s->uid, "target", s->target, "role", s->role,
		"service", s->service, "command", list_text(s->command), "tty",
		list_text(s->tty), "rhost", list_text(s->rhost), "keeper_pid",
		(json_int_t)s->keeper, "started_at", list_time(s->started_sec), "ends_at",
		list_time(now->wall_sec + left_ms / 1000), "ends_in_sec",
		(json_int_t)((left_ms + 999) / 1000));
}

static int
print_json(const struct sessions *sessions, const struct jit_now *now)
{
	json_t *array = json_array();

	for (size_t i = 0; i < sessions->n; i++)
		if (json_array_append_new(array, session_json(&sessions->v[i], now)) <
			0) {
			json_decref(array);
			array = NULL;
			break;
		}
	return list_print_json("sessions", array);
}

static int
print_table(const struct sessions *sessions, const struct jit_now *now)
{
	printf("%-9s %-9s %-12s %-10s %-12s %-8s %-16s %-9s %s\n", "ID", "GRANT",
		"SUBJECT", "AS", "ROLE", "SERVICE", "FROM", "ENDS IN", "COMMAND");
	for (size_t i = 0; i < sessions->n; i++)
		print_session(&sessions->v[i], now);
	return JITCTL_DONE;
}

static int
load(struct sessions *ret)
{
	struct jit_site site = JIT_SITE_NONE;
	int r;

	jit_site_open(&site);
	r = jit_session_list(&site, &ret->v, &ret->n);
	jit_site_close(&site);
	return r;
}

int
list_sessions(const struct list_wish *wish)
{
	_cleanup_(sessions_done) struct sessions sessions = { 0 };
	struct jit_now now;
	int r = jit_clock_now(&now);

	if (r == 0)
		r = load(&sessions);
	if (r < 0) {
		fprintf(stderr,
			"jitctl: the sessions cannot be read: /run/jit %s; as root, "
			"jitctl init\n",
			strerror(-r));
		return JITCTL_FAILED;
	}
	return wish->json ? print_json(&sessions, &now) : print_table(&sessions, &now);
}
