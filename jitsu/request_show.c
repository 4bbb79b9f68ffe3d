/*
 * Requests as people see them. Runs as: subject (standard output is his).
 *
 * MUST show the caller's own only.
 */
#include "request_show.h"

#include "ask.h"
#include "libjit/escape.h"
#include "libjit/parse.h"
#include "message.h"
#include "request_json.h"

static void
print_asked(const struct run *run, const struct jit_open_request *request)
{
	char names[ASK_NAMES_SIZE], clock[CLOCK_TEXT_SIZE];
	uint32_t have = request_have(request);

	printf("            waits for %s until %s",
		ask_names(request, &request->approvers, names),
		clock_text(request->expires_sec, run->access.now.wall_sec, clock));
	if (request->approvals > 1)
		printf(" (%u of %u)", (unsigned)have, (unsigned)request->approvals);
	printf("\n");
}

static void
print_answers(const struct run *run, const struct jit_open_request *request)
{
	for (size_t i = 0; i < request->n_answers; i++) {
		const struct jit_answer *answer = &request->answers[i];
		char reason[JIT_REASON_MAX * 2], clock[CLOCK_TEXT_SIZE];

		printf("            %s by %s at %s%s%s%s\n",
			answer->yes ? "approved" : "denied", answer->by,
			clock_text(answer->sec, run->access.now.wall_sec, clock),
			answer->reason[0] ? ": \"" : "",
			jit_escape(answer->reason, reason, sizeof(reason)),
			answer->reason[0] ? "\"" : "");
	}
}

static void
print_request(const struct run *run, const struct jit_open_request *request)
{
	const struct jit_filed *filed = &request->filed;
	char id[ASK_ID_SIZE], duration[JIT_DURATION_SIZE], command[256],
		clock[CLOCK_TEXT_SIZE];

	printf("  %s  %s%s%s for %s", ask_short_id(filed->jti, id), filed->role,
		filed->as[0] ? " as " : "", filed->as,
		jit_format_duration(filed->dur, duration));
	if (filed->at)
		printf(" from %s",
			clock_text(filed->at, run->access.now.wall_sec, clock));
	if (request->command.n)
		printf(": %s",
			jit_escape_argv(&request->command, command, sizeof(command)));
	printf("%s\n", filed->break_glass ? "  [break-glass]" : "");
	print_answers(run, request);
	if (request->state == JIT_REQUEST_OPEN)
		print_asked(run, request);
	else
		printf("            %s %s\n",
			request->state == JIT_REQUEST_ABANDONED
				? "nobody answered in time"
				: jit_request_state_name(request->state),
			clock_text(request->closed_sec, run->access.now.wall_sec, clock));
}

bool
request_is_mine(const struct run *run, const struct jit_open_request *request)
{
	return request->uid == run->caller.id.uid &&
		jit_streq(request->filed.sub, run->access.subject.name);
}

size_t
request_show_mine(
	const struct run *run, const struct jit_request_list *list, const char *heading)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (!request_is_mine(run, &list->v[i]))
			continue;
		if (n++ == 0)
			printf("%s\n", heading);
		print_request(run, &list->v[i]);
	}
	return n;
}
