/*
 * The start of a run. Runs as: root; what returns runs as the caller.
 *
 * MUST have the record of the start before anything starts, where policy demands it.
 */
#include "run.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "birth.h"
#include "front.h"
#include "keeper.h"
#include "message.h"

enum { GROUP_TRIES = 5 };

struct jit_audit
run_audit(const struct run *run, enum jit_event event)
{
	struct jit_audit audit =
		jit_access_audit(&run->access, &run->request, &run->decision, event);

	audit.service = "jitsu";
	audit.subject_uid = run->caller.id.uid;
	audit.cwd = run->caller.cwd[0] ? run->caller.cwd : NULL;
	audit.tty = run->caller.tty[0] ? run->caller.tty : NULL;
	audit.session = run->id[0] ? run->id : NULL;
	if (run->target.name[0])
		audit.target = run->target.name;
	return audit;
}

int
run_record(const struct run *run, const struct jit_audit *audit)
{
	int r = jit_audit_write(&run->access.site, audit);

	return r < 0 && run->access.policy.globals.audit_required ? -EREMOTEIO : 0;
}

static enum exit_code
find_place(struct jit_cgroup_place *ret)
{
	struct jit_error err = { "" };

	if (jit_cgroup_find(ret, &err) < 0) {
		say("%s", err.text);
		return EXIT_INTERNAL;
	}
	if (ret->kind != JIT_PLACE_UNIT && ret->kind != JIT_PLACE_ROOT) {
		say("there is no cgroup v2 here that can be written: a command could not "
		    "be "
		    "ended with all that it starts");
		jit_cgroup_place_close(ret);
		return EXIT_INTERNAL;
	}
	return EXIT_DONE;
}

static enum exit_code
record_start(const struct run *run)
{
	struct jit_audit audit = run_audit(run, JIT_EVENT_COMMAND_START);

	if (run_record(run, &audit) == 0)
		return EXIT_DONE;
	say("the record cannot be written, so nothing runs (/var/log/jit/audit.jsonl)");
	return EXIT_NO_RECORD;
}

/* The keeper is born in its group: it never stands where its caller could freeze it. */
static pid_t
bear_keeper(const struct jit_cgroup_place *place)
{
	pid_t pid = -ENODEV;

	for (int i = 0; pid == -ENODEV && i < GROUP_TRIES; i++) {
		_cleanup_close_ int group = jit_cgroup_keepers(place);

		pid = group < 0 ? (pid_t)group : birth_into(group);
	}
	return pid;
}

static enum exit_code
fail(const struct run *run, int error)
{
	struct jit_audit audit = run_audit(run, JIT_EVENT_COMMAND_END);

	audit.exit_status = EXIT_INTERNAL;
	audit.why = "the keeper could not be started";
	(void)!run_record(run, &audit);
	say("internal error: the keeper could not be started: %s", strerror(-error));
	return EXIT_INTERNAL;
}

enum exit_code
run_start(struct run *run)
{
	struct jit_cgroup_place place;
	enum exit_code code;
	int sockets[2];
	pid_t pid;

	jit_grant_new_id(run->id);
	code = find_place(&place);
	if (code == EXIT_DONE)
		code = record_start(run);
	if (code != EXIT_DONE)
		return code;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return fail(run, -errno);
	pid = bear_keeper(&place);
	if (pid == 0) {
		close(sockets[0]);
		keeper_main(run, &place, sockets[1]);
	}
	if (pid < 0)
		return fail(run, pid);
	close(sockets[1]);
	return front_main(run, sockets[0]);
}
