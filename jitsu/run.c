/*
 * The start of a run. Runs as: root; what returns runs as the caller.
 *
 * MUST NOT take a lock here: the caller can stop this process (guard.h); the keeper, whom
 * he cannot, writes the record of the start.
 */
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "birth.h"
#include "front.h"
#include "guard.h"
#include "keeper.h"
#include "message.h"
#include "role.h"

enum { GROUP_TRIES = 5 };

struct jit_audit
run_audit(const struct run *run, enum jit_event event)
{
	struct jit_audit audit =
		jit_access_audit(&run->access, &run->request, &run->decision, event);

	audit.service = "jitsu";
	audit.subject_uid = run->caller.id.uid;
	audit.cwd = *role_directory(run) ? role_directory(run)
		: run->caller.cwd[0]     ? run->caller.cwd
					 : NULL;
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

struct recording {
	const struct run *run;
	const struct jit_audit *audit;
};

static void
write_record(void *arg, struct guard_result *ret)
{
	const struct recording *recording = arg;

	if (run_record(recording->run, recording->audit) == 0)
		ret->code = EXIT_DONE;
}

int
run_record_guarded(const struct run *run, const struct jit_audit *audit)
{
	struct recording recording = { run, audit };
	struct guard_result result;

	guard_run(write_record, &recording, &result);
	return result.code == EXIT_DONE ? 0 : -EREMOTEIO;
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

/* The keeper is born in its group, and deaf: it never stands where its caller could freeze
 * it, and no key that he types reaches it. */
static pid_t
bear_keeper(const struct jit_cgroup_place *place)
{
	sigset_t all, before;
	pid_t pid = -ENODEV;

	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	for (int i = 0; pid == -ENODEV && i < GROUP_TRIES; i++) {
		_cleanup_close_ int group = jit_cgroup_keepers(place);

		pid = group < 0 ? (pid_t)group : birth_into(group);
	}
	if (pid != 0)
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

static enum exit_code
fail(const struct run *run, int error)
{
	struct jit_audit audit = run_audit(run, JIT_EVENT_DENY);

	audit.why = "the keeper could not be started";
	(void)!run_record_guarded(run, &audit);
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
	run->foreground = front_wants_foreground(&run->terminal);
	code = find_place(&place);
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
