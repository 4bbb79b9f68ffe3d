/*
 * The record of a watched session: whether it can be believed, and the events that it stands
 * for, the same from both sides. Runs as root. Pure.
 */
#include "watch.h"

#include <string.h>

#include "libjit/parse.h"

static const char *
text(const char *s)
{
	return s[0] ? s : NULL;
}

struct jit_audit
watch_audit(const struct watch_record *record, enum jit_event event)
{
	const struct jit_session *session = &record->session;
	struct jit_audit audit = JIT_AUDIT_INIT(event);

	audit.subject = text(session->subject);
	audit.subject_uid = session->uid;
	audit.target = text(session->target);
	audit.role = text(session->role);
	audit.rule = text(record->rule);
	audit.policy = text(record->policy);
	audit.grant = text(session->grant);
	audit.via = text(record->via);
	audit.service = text(session->service);
	audit.tty = text(session->tty);
	audit.rhost = text(session->rhost);
	audit.session = session->id;
	return audit;
}

static bool
is_text(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

static bool
session_valid(const struct jit_session *s, bool cut)
{
	return is_text(s->id, sizeof(s->id)) && jit_id_valid(s->id) &&
		is_text(s->grant, sizeof(s->grant)) && (cut || jit_id_valid(s->grant)) &&
		is_text(s->subject, sizeof(s->subject)) &&
		is_text(s->target, sizeof(s->target)) &&
		is_text(s->role, sizeof(s->role)) &&
		is_text(s->service, sizeof(s->service)) &&
		is_text(s->command, sizeof(s->command)) &&
		is_text(s->tty, sizeof(s->tty)) && is_text(s->rhost, sizeof(s->rhost));
}

bool
watch_record_valid(const struct watch_record *record)
{
	return memcmp(record->magic, WATCH_MAGIC, sizeof(record->magic)) == 0 &&
		record->size == sizeof(*record) && record->pid > 1 &&
		record->end_ms > 0 && is_text(record->rule, sizeof(record->rule)) &&
		is_text(record->via, sizeof(record->via)) &&
		is_text(record->kid, sizeof(record->kid)) &&
		is_text(record->policy, sizeof(record->policy)) &&
		session_valid(&record->session, record->cut);
}
