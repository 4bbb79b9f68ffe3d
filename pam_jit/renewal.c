/*
 * Renewal: whether another grant covers a session. Runs as root, in session-watch.
 *
 * MUST NOT hold up session-watch: whoever asks account databases is another process, which is
 * not waited for.
 */
#include "renewal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "libjit/access.h"
#include "libjit/file.h"

void
renewal_begin(struct renewal *ret)
{
	*ret = (struct renewal){ .answer = -1 };
}

static int64_t
changed_ns(int base, uid_t uid)
{
	char name[32];
	struct stat st;

	(void)snprintf(name, sizeof(name), "grants/%u", (unsigned)uid);
	if (base < 0 || fstatat(base, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
}

bool
renewal_is_due(struct renewal *renewal, const struct jit_site *site, uid_t uid)
{
	const int64_t now[2] = { changed_ns(site->run, uid), changed_ns(site->lib, uid) };

	bool changed =
		renewal->looked && memcmp(now, renewal->changed_ns, sizeof(now)) != 0;

	(void)memcpy(renewal->changed_ns, now, sizeof(now));
	renewal->looked = true;
	return changed;
}

/* ---- the process that asks ---- */

static void
copy(char *buf, size_t size, const char *s)
{
	(void)snprintf(buf, size, "%s", s);
}

static void
fill(const struct jit_decision *decision, struct renewed *ret)
{
	const struct jit_grant *grant = &decision->grant->grant;

	*ret = (struct renewed){
		.end_ms = decision->end_ms,
		.by_host = grant->by_host,
		.ends_with_use = decision->role->ends == JIT_ENDS_USE,
	};
	copy(ret->grant, sizeof(ret->grant), jit_grant_id(grant));
	copy(ret->role, sizeof(ret->role), decision->role->name);
	copy(ret->rule, sizeof(ret->rule), decision->rule->name);
	copy(ret->kid, sizeof(ret->kid), grant->kid);
	copy(ret->via, sizeof(ret->via), jit_via_name(grant->via));
}

static bool
find(const struct watch_record *record, struct renewed *ret)
{
	_cleanup_access_ struct jit_access access = JIT_ACCESS_NONE;
	const struct jit_request request = {
		.kind = JIT_KIND_LOGIN,
		.target = record->session.target,
	};
	struct jit_decision decision;

	if (jit_access_open(&access, NULL) < 0 ||
		jit_access_subject(&access, record->session.subject, (uid_t)-1, NULL) <
			0 ||
		access.subject.uid != record->session.uid ||
		jit_access_longest(&access, &request, &decision, NULL) < 0 ||
		!decision.rule || !decision.role || decision.end_ms <= record->end_ms)
		return false;
	/* the session uses it from now on, like one that begins */
	if (jit_access_use(&access, decision.grant, decision.uses, NULL) < 0)
		return false;
	fill(&decision, ret);
	return true;
}

static _Noreturn void
answer(const struct watch_record *record, int writer)
{
	struct renewed renewed;

	if (!find(record, &renewed))
		_exit(0);
	_exit(jit_write_full(writer, &renewed, sizeof(renewed)) < 0 ? 1 : 0);
}

/* ---- session-watch's side ---- */

void
renewal_ask(struct renewal *renewal, const struct watch_record *record)
{
	int ends[2];

	if (renewal->answer >= 0) {
		renewal->again = true;
		return;
	}
	renewal->again = false;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	renewal->pid = fork();
	if (renewal->pid == 0)
		answer(record, ends[1]);
	close(ends[1]);
	if (renewal->pid < 0)
		close(ends[0]);
	else
		renewal->answer = ends[0];
}

bool
renewal_take(struct renewal *renewal, struct renewed *ret)
{
	struct renewed renewed;
	/* it fits into the pipe, and comes whole or not at all */
	ssize_t n = read(renewal->answer, &renewed, sizeof(renewed));

	if (n < 0 && errno == EAGAIN)
		return false;
	renewal_end(renewal);
	if (n != sizeof(renewed))
		return false;
	*ret = renewed;
	return true;
}

void
renewal_end(struct renewal *renewal)
{
	if (renewal->answer < 0)
		return;
	(void)kill(renewal->pid, SIGKILL); /* not waited for yet: it is the one */
	while (waitpid(renewal->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	jit_closep(&renewal->answer);
	renewal->answer = -1;
}
