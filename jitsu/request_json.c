/*
 * A request as one JSON object. Runs as: any.
 */
#include "request_json.h"

#include "libjit/parse.h"

uint32_t
request_have(const struct jit_open_request *request)
{
	uint32_t n = 0;

	for (size_t i = 0; i < request->n_answers; i++)
		n += request->answers[i].yes;
	return n;
}

json_t *
strv_json(const struct jit_strv *strv)
{
	json_t *array = json_array();

	for (size_t i = 0; i < strv->n; i++)
		json_array_append_new(array, json_string(strv->v[i]));
	return array;
}

bool
json_print(json_t *object)
{
	bool ok = object && json_dumpf(object, stdout, JSON_INDENT(2)) == 0 &&
		printf("\n") > 0 && fflush(stdout) == 0;

	json_decref(object);
	return ok;
}

static json_t *
time_json(int64_t sec)
{
	char time[JIT_TIME_SIZE];

	return sec ? json_string(jit_format_time(sec, time)) : json_null();
}

static json_t *
text_json(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

static json_t *
answers_json(const struct jit_open_request *request)
{
	json_t *array = json_array();

	for (size_t i = 0; i < request->n_answers; i++) {
		const struct jit_answer *answer = &request->answers[i];

		json_array_append_new(array,
			json_pack("{s:s, s:b, s:o, s:o}", "by", answer->by, "yes",
				(int)answer->yes, "time", time_json(answer->sec),
				"reason", text_json(answer->reason)));
	}
	return array;
}

/* What was asked. */
static json_t *
question_json(const struct jit_open_request *request)
{
	const struct jit_filed *filed = &request->filed;
	const struct jit_strv *command =
		request->command.n ? &request->command : &filed->cmd;

	return json_pack(
		"{s:s, s:s, s:s, s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:b}", "id",
		filed->jti, "state", jit_request_state_name(request->state), "subject",
		filed->sub, "uid", (json_int_t)request->uid, "role", filed->role,
		"description", text_json(request->role_shown), "target",
		text_json(filed->as), "default_target", text_json(request->target),
		"command", command->n ? strv_json(command) : json_null(), "typed",
		text_json(request->command_shown), "reason", text_json(filed->reason),
		"seconds", (json_int_t)filed->dur, "break_glass",
		(int)filed->break_glass);
}

/* Who is asked, until when, and what they said. */
static json_t *
answer_json(const struct jit_open_request *request)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o}",
		"rule", request->rule, "asked_of", text_json(request->asked_shown),
		"approvers", strv_json(&request->approvers), "then_ask",
		strv_json(&request->then_ask), "approvals",
		(json_int_t)request->approvals, "have", (json_int_t)request_have(request),
		"answers", answers_json(request), "asked", time_json(request->filed.iat),
		"at", time_json(request->filed.at), "open_until",
		time_json(request->expires_sec), "closed",
		time_json(request->closed_sec));
}

json_t *
request_json(const struct jit_open_request *request, bool with_token)
{
	json_t *object = question_json(request), *more = answer_json(request);

	if (object && more)
		json_object_update(object, more);
	json_decref(more);
	if (object && with_token && request->token)
		json_object_set_new(object, "token", json_string(request->token));
	return object;
}
