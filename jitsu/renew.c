/*
 * --renew: more time for a grant that is held, by asking anew. Runs as: root.
 *
 * MUST ask for what the grant is for and nothing beyond; a running command's keeper finds the
 * new grant by itself (keeper_renew.c).
 */
#include <string.h>

#include "libjit/parse.h"
#include "message.h"
#include "permit.h"
#include "verbs.h"

/* The question outlives the grants that were read: copies. */
struct renewal {
	char role[JIT_NAME_MAX + 1], target[JIT_NAME_MAX + 1];
	char reason[JIT_REASON_MAX + 1];
	const char *argv[JIT_ARGC_MAX + 1];
	char *strings;
};

static int
copy_argv(const struct jit_strv *cmd, struct renewal *ret)
{
	size_t size = 1, at = 0;

	if (cmd->n > JIT_ARGC_MAX)
		return -E2BIG;
	for (size_t i = 0; i < cmd->n; i++)
		size += strlen(cmd->v[i]) + 1;
	ret->strings = malloc(size);
	if (!ret->strings)
		return -ENOMEM;
	for (size_t i = 0; i < cmd->n; i++) {
		size_t len = strlen(cmd->v[i]) + 1;

		(void)memcpy(ret->strings + at, cmd->v[i], len);
		ret->argv[i] = ret->strings + at;
		at += len;
	}
	return 0;
}

static int
take_question(struct run *run, const struct held_now *chosen, struct renewal *ret)
{
	const struct jit_grant *grant = &chosen->held->grant;
	const char *target = grant->as[0]
		? grant->as
		: jit_role_default_target(chosen->role, run->access.subject.name);
	int r = copy_argv(&grant->cmd, ret);

	if (r < 0)
		return r;
	(void)snprintf(ret->role, sizeof(ret->role), "%s", grant->role);
	(void)snprintf(ret->target, sizeof(ret->target), "%s", target ? target : "");
	(void)snprintf(ret->reason, sizeof(ret->reason), "%s", grant->reason);
	run->request = (struct jit_request){
		.role = ret->role,
		.target = ret->target[0] ? ret->target : NULL,
		.argv = { grant->cmd.n, ret->argv },
		.duration_sec = run->options.duration_sec,
		.anew = true,
	};
	if (run->options.reason)
		run->request.reason = run->options.reason;
	else if (ret->reason[0])
		run->request.reason = ret->reason;
	return 0;
}

enum exit_code
renew(struct run *run)
{
	static struct renewal renewal; /* what run->request points into */
	struct held_now chosen;
	enum exit_code code = list_choose(run, &chosen);

	if (code != EXIT_DONE)
		return code;
	if (chosen.held->grant.via == JIT_VIA_BREAK_GLASS) {
		say("break-glass is not renewed: say again why, jitsu --break-glass …");
		return EXIT_REFUSED;
	}
	if (take_question(run, &chosen, &renewal) < 0) {
		say("no memory");
		return EXIT_INTERNAL;
	}
	terminal_open(&run->terminal);
	return permit_anew(run);
}
