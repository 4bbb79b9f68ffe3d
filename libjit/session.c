/*
 * What runs right now under a grant: /run/jit/sessions. Runs as: root.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "escape.h"
#include "file.h"
#include "parse.h"
#include "state.h"
#include "store.h"

static int
sessions_open(const struct jit_site *site)
{
	return site->run < 0 ? site->run
			     : jit_dir_make(site->run, "sessions", site->owner);
}

int
jit_session_add(const struct jit_site *site, const struct jit_session *s)
{
	_cleanup_close_ int dirfd = sessions_open(site);
	char command[sizeof(s->command)], tty[sizeof(s->tty)], rhost[sizeof(s->rhost)];

	if (dirfd < 0)
		return dirfd;
	if (!jit_id_valid(s->id))
		return -EINVAL;
	/* other people's words: whatever bytes they are, what is kept can be shown */
	jit_escape(s->command, command, sizeof(command));
	jit_escape(s->tty, tty, sizeof(tty));
	jit_escape(s->rhost, rhost, sizeof(rhost));
	return jit_state_replace(dirfd, s->id,
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I}",
			"grant", s->grant, "subject", s->subject, "target", s->target,
			"role", s->role, "service", s->service, "command", command, "tty",
			tty, "rhost", rhost, "uid", (json_int_t)s->uid, "keeper",
			(json_int_t)s->keeper, "started", (json_int_t)s->started_sec,
			"end_ms", (json_int_t)s->end_ms));
}

int
jit_session_remove(const struct jit_site *site, const char *id)
{
	_cleanup_close_ int dirfd = sessions_open(site);

	if (dirfd < 0)
		return dirfd;
	if (!jit_id_valid(id))
		return -EINVAL;
	return unlinkat(dirfd, id, 0) < 0 ? -errno : 0;
}

static int
session_read(int dirfd, const char *id, uid_t owner, struct jit_session *ret)
{
	json_auto_t *object = NULL;
	struct jit_session s = { 0 };
	int64_t uid, keeper;
	const struct {
		const char *key;
		char *field;
		size_t size;
	} texts[] = {
		{ "grant", s.grant, sizeof(s.grant) },
		{ "subject", s.subject, sizeof(s.subject) },
		{ "target", s.target, sizeof(s.target) },
		{ "role", s.role, sizeof(s.role) },
		{ "service", s.service, sizeof(s.service) },
		{ "command", s.command, sizeof(s.command) },
		{ "tty", s.tty, sizeof(s.tty) },
		{ "rhost", s.rhost, sizeof(s.rhost) },
	};
	int r = jit_state_read(dirfd, id, owner, &object);

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(texts); i++)
		r = jit_state_string(object, texts[i].key, texts[i].field, texts[i].size);
	if (r < 0)
		return r;
	if (jit_state_integer(object, "uid", &uid) < 0 ||
		jit_state_integer(object, "keeper", &keeper) < 0 ||
		jit_state_integer(object, "started", &s.started_sec) < 0 ||
		jit_state_integer(object, "end_ms", &s.end_ms) < 0 || uid < 0 ||
		uid > UINT32_MAX || keeper <= 0 || keeper > INT_MAX)
		return -EBADMSG;
	memcpy(s.id, id, JIT_ID_LEN); /* valid: exactly that long */
	s.uid = (uid_t)uid;
	s.keeper = (pid_t)keeper;
	*ret = s;
	return 0;
}

int
jit_session_find(const struct jit_site *site, const char *id, struct jit_session *ret)
{
	_cleanup_close_ int dirfd = sessions_open(site);

	if (dirfd < 0)
		return dirfd == -ENOENT ? -EIO : dirfd;
	if (!jit_id_valid(id))
		return -EINVAL;
	return session_read(dirfd, id, site->owner, ret);
}

int
jit_session_list(const struct jit_site *site, struct jit_session **ret, size_t *ret_n)
{
	_cleanup_free_ struct jit_session *list = NULL;
	int dirfd = sessions_open(site);
	const struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	if (dirfd < 0)
		return dirfd;
	dir = fdopendir(dirfd); /* takes the descriptor over */
	if (!dir) {
		close(dirfd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		struct jit_session s, *grown;

		if (!jit_id_valid(entry->d_name) ||
			session_read(dirfd, entry->d_name, site->owner, &s) < 0)
			continue;
		grown = reallocarray(list, n + 1, sizeof(*list));
		if (!grown)
			break;
		list = grown;
		list[n++] = s;
	}
	closedir(dir);
	*ret = TAKE_PTR(list);
	*ret_n = n;
	return 0;
}
