/*
 * Waiting for the answer to a request. Runs as: root.
 *
 * The caller can stop this process at any moment: it MUST hold no lock while it waits, and
 * MUST have whatever takes one done by a guarded process.
 */
#include "wait.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>

#include "ask.h"
#include "libjit/escape.h"
#include "message.h"

enum {
	LOOK_MS = 500,
	SWEEP_MS = 5000,  /* between two tries to have done what is due */
	MISSING_MAX = 10, /* looks at which the request is not to be found */
};

struct waiter {
	struct run *run;
	char id[JIT_ID_LEN + 1];
	uid_t uid;        /* the subject's */
	size_t n_answers; /* that were told */
	bool escalates;   /* then_ask are still to be asked */
	int missing;
	int signal_fd;
	int64_t until_ms, swept_ms; /* CLOCK_BOOTTIME; until_ms 0: no limit */
};

void
wait_say_open(const char *id)
{
	char shown[ASK_ID_SIZE];

	say("still open: jitsu --status shows it, jitsu --cancel %s withdraws it",
		ask_short_id(id, shown));
}

/* ---- what is seen ---- */

static uint32_t
count_yes(const struct jit_open_request *request)
{
	uint32_t n = 0;

	for (size_t i = 0; i < request->n_answers; i++)
		n += request->answers[i].yes;
	return n;
}

static void
tell_partial(struct waiter *w, const struct jit_open_request *request)
{
	uint32_t yes = count_yes(request);
	uint32_t left = yes < request->approvals ? request->approvals - yes : 0;

	for (; w->n_answers < request->n_answers; w->n_answers++) {
		const struct jit_answer *answer = &request->answers[w->n_answers];

		if (answer->yes && left == 1)
			say("approved by %s; one more is needed", answer->by);
		else if (answer->yes && left > 1)
			say("approved by %s; %u more are needed", answer->by,
				(unsigned)left);
	}
}

static void
tell_escalated(struct waiter *w, const struct jit_open_request *request)
{
	char names[ASK_NAMES_SIZE];

	if (!w->escalates || request->escalate_sec != 0)
		return;
	w->escalates = false;
	say("nobody answered yet; asked %s too",
		ask_names(request, &request->then_ask, names));
}

static void
say_denied(const struct jit_open_request *request)
{
	const struct jit_answer *no = NULL;
	char reason[JIT_REASON_MAX * 2];

	for (size_t i = 0; i < request->n_answers; i++)
		if (!request->answers[i].yes)
			no = &request->answers[i];
	if (!no)
		say("the request was denied");
	else if (no->reason[0])
		say("%s said no: \"%s\"", no->by,
			jit_escape(no->reason, reason, sizeof(reason)));
	else
		say("%s said no", no->by);
}

/* EXIT_NO: nothing yet. */
static enum exit_code
take_state(struct waiter *w, const struct jit_open_request *request)
{
	switch (request->state) {
	case JIT_REQUEST_OPEN:
		tell_partial(w, request);
		tell_escalated(w, request);
		return EXIT_NO;
	case JIT_REQUEST_GRANTED: return EXIT_DONE;
	case JIT_REQUEST_DENIED: say_denied(request); return EXIT_REFUSED;
	case JIT_REQUEST_WITHDRAWN:
		say("the request was withdrawn");
		return EXIT_NEEDS_APPROVAL;
	default:
		say("nobody answered in time. Ask again, or talk to them.");
		return EXIT_NEEDS_APPROVAL;
	}
}

/* It is time for something that has to be written. */
static void
sweep_due(struct waiter *w, const struct jit_open_request *request)
{
	const struct jit_now *now = &w->run->access.now;
	bool due = request->state == JIT_REQUEST_OPEN &&
		(request->expires_sec <= now->wall_sec ||
			(request->escalate_sec != 0 &&
				request->escalate_sec <= now->wall_sec));

	if (!due || (w->swept_ms && now->boot_ms - w->swept_ms < SWEEP_MS))
		return;
	w->swept_ms = now->boot_ms;
	ask_sweep(w->run);
}

static enum exit_code
look(struct waiter *w)
{
	struct jit_open_request request = { 0 };
	enum exit_code code;

	if (jit_clock_now(&w->run->access.now) < 0) {
		say("the clock cannot be read any more");
		return EXIT_INTERNAL;
	}
	if (jit_requests_find_of(&w->run->access.site, w->uid, w->id, &request) < 0) {
		if (++w->missing < MISSING_MAX)
			return EXIT_NO;
		say("the request cannot be found any more in /var/lib/jit/requests");
		return EXIT_INTERNAL;
	}
	w->missing = 0;
	code = take_state(w, &request);
	sweep_due(w, &request);
	jit_open_request_done(&request);
	return code;
}

/* ---- waiting ---- */

/* True: it is not waited for any longer. */
static bool
rest(struct waiter *w)
{
	struct pollfd fd = { w->signal_fd, POLLIN, 0 };
	const struct jit_now *now = &w->run->access.now;
	int n;

	if (w->until_ms && now->boot_ms >= w->until_ms) {
		say("no answer yet");
		return true;
	}
	n = poll(&fd, 1, LOOK_MS);
	return n > 0 || (n < 0 && errno != EINTR);
}

static enum exit_code
wait_on(struct waiter *w)
{
	for (;;) {
		enum exit_code code = look(w);

		if (code != EXIT_NO)
			return code;
		if (rest(w)) {
			wait_say_open(w->id);
			return EXIT_NEEDS_APPROVAL;
		}
	}
}

enum exit_code
wait_for_answer(struct run *run, const struct jit_open_request *request, bool old,
	int64_t limit_sec)
{
	static const int watched[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };
	struct waiter w = { .run = run,
		.uid = request->uid,
		.n_answers = 0,
		.escalates = request->escalate_sec != 0,
		.until_ms = limit_sec ? run->access.now.boot_ms + limit_sec * 1000 : 0 };
	enum exit_code code = EXIT_INTERNAL;
	sigset_t set, before;

	(void)snprintf(w.id, sizeof(w.id), "%s", request->filed.jti);
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(watched); i++)
		sigaddset(&set, watched[i]);
	if (sigprocmask(SIG_BLOCK, &set, &before) < 0)
		return code;
	ask_say_asked(run, request, old, true); /* that Ctrl-C only stops the waiting */
	w.signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (w.signal_fd >= 0) {
		struct signalfd_siginfo taken;

		code = wait_on(&w);
		/* what stopped the waiting has done its work: it must not kill as well */
		while (read(w.signal_fd, &taken, sizeof(taken)) == sizeof(taken))
			continue;
		close(w.signal_fd);
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return code;
}
