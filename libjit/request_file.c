/*
 * A request as one JSON file: the signed token, and what this host knows about it. Runs as:
 * root; a member of jit-approvers reads.
 */
#include "request_file.h"

#include <errno.h>
#include <string.h>

#include "escape.h"
#include "state.h"

static const struct jit_state_form form = { 0640, JIT_REQUEST_FILE_MAX };

static const char *const state_names[] = {
	[JIT_REQUEST_OPEN] = "open",
	[JIT_REQUEST_GRANTED] = "granted",
	[JIT_REQUEST_DENIED] = "denied",
	[JIT_REQUEST_WITHDRAWN] = "withdrawn",
	[JIT_REQUEST_ABANDONED] = "abandoned",
};

const char *
jit_request_state_name(enum jit_request_state state)
{
	return state < ARRAY_SIZE(state_names) ? state_names[state] : "";
}

void
jit_open_request_done(struct jit_open_request *request)
{
	jit_filed_done(&request->filed);
	free(request->token);
	free(request->approvers.v);
	free(request->then_ask.v);
	free(request->command.v);
	free(request->strings);
	*request = (struct jit_open_request){ 0 };
}

void
jit_request_list_done(struct jit_request_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		jit_open_request_done(&list->v[i]);
	free(list->v);
	*list = (struct jit_request_list){ 0 };
}

/* ---- reading ---- */

/* Bytes that the words of an array take; -EBADMSG: it is none of words, or too many. */
static ssize_t
words_size(const json_t *array, size_t n_max, size_t len_max)
{
	size_t n = json_array_size(array), size = 0;

	if (!json_is_array(array) || n > n_max)
		return -EBADMSG;
	for (size_t i = 0; i < n; i++) {
		const json_t *word = json_array_get(array, i);

		if (!json_is_string(word) || json_string_length(word) > len_max)
			return -EBADMSG;
		size += json_string_length(word) + 1;
	}
	return (ssize_t)size;
}

/* Copies them behind *at, which moves on. */
static int
words_read(const json_t *array, char **at, struct jit_strv *ret)
{
	size_t n = json_array_size(array);

	ret->v = calloc(n + 1, sizeof(*ret->v));
	if (!ret->v)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const json_t *word = json_array_get(array, i);
		size_t size = json_string_length(word) + 1;

		ret->v[ret->n++] = memcpy(*at, json_string_value(word), size);
		*at += size;
	}
	return 0;
}

static int
vectors_read(const json_t *object, struct jit_open_request *request)
{
	const struct {
		const json_t *array;
		size_t n_max, len_max;
		struct jit_strv *ret;
	} vectors[] = {
		{ json_object_get(object, "approvers"), JIT_ASKED_MAX, JIT_NAME_MAX,
			&request->approvers },
		{ json_object_get(object, "then_ask"), JIT_ASKED_MAX, JIT_NAME_MAX,
			&request->then_ask },
		{ json_object_get(object, "command"), JIT_COMMAND_MAX, JIT_COMMAND_MAX,
			&request->command },
	};
	size_t size = 1;
	char *at;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		ssize_t n = words_size(
			vectors[i].array, vectors[i].n_max, vectors[i].len_max);

		if (n < 0)
			return (int)n;
		size += (size_t)n;
	}
	at = request->strings = malloc(size);
	if (!at)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(vectors); i++)
		r = words_read(vectors[i].array, &at, vectors[i].ret);
	return r;
}

static int
answer_read(const json_t *object, struct jit_answer *ret)
{
	const json_t *yes = json_object_get(object, "yes");

	if (!json_is_boolean(yes) ||
		jit_state_string(object, "by", ret->by, sizeof(ret->by)) < 0 ||
		jit_state_string(object, "reason", ret->reason, sizeof(ret->reason)) <
			0 ||
		jit_state_integer(object, "time", &ret->sec) < 0)
		return -EBADMSG;
	ret->yes = json_is_true(yes);
	return 0;
}

static int
answers_read(const json_t *object, struct jit_open_request *request)
{
	const json_t *array = json_object_get(object, "answers");
	size_t n = json_array_size(array);

	if (!json_is_array(array) || n > JIT_ANSWERS_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < n; i++)
		if (answer_read(json_array_get(array, i), &request->answers[i]) < 0)
			return -EBADMSG;
	request->n_answers = n;
	return 0;
}

static int
state_read(const json_t *object, enum jit_request_state *ret)
{
	const char *name = json_string_value(json_object_get(object, "state"));

	for (size_t i = 0; i < ARRAY_SIZE(state_names); i++)
		if (jit_streq(name, state_names[i])) {
			*ret = (enum jit_request_state)i;
			return 0;
		}
	return -EBADMSG;
}

#define STRING(object, key, field) jit_state_string(object, key, field, sizeof(field))

static int
facts_read(const json_t *object, struct jit_open_request *request)
{
	int64_t uid, approvals;

	if (STRING(object, "rule", request->rule) < 0 ||
		STRING(object, "tty", request->tty) < 0 ||
		STRING(object, "asked", request->asked_shown) < 0 ||
		STRING(object, "role_shown", request->role_shown) < 0 ||
		STRING(object, "target", request->target) < 0 ||
		jit_state_integer(object, "uid", &uid) < 0 ||
		jit_state_integer(object, "approvals", &approvals) < 0 ||
		jit_state_integer(object, "expires", &request->expires_sec) < 0 ||
		jit_state_integer(object, "escalate", &request->escalate_sec) < 0 ||
		jit_state_integer(object, "closed", &request->closed_sec) < 0 ||
		state_read(object, &request->state) < 0)
		return -EBADMSG;
	if (uid < 0 || uid > INT32_MAX || approvals < 0 || approvals > JIT_APPROVALS_MAX)
		return -EBADMSG;
	request->uid = (uid_t)uid;
	request->approvals = (uint32_t)approvals;
	return 0;
}

static int
token_read(const json_t *object, struct jit_open_request *request)
{
	char token[JIT_TOKEN_MAX + 1];
	int r = STRING(object, "token", token);

	if (r == 0)
		r = jit_filed_peek(token, &request->filed);
	if (r < 0)
		return r == -ENOMEM ? r : -EBADMSG;
	request->token = strdup(token);
	return request->token ? 0 : -ENOMEM;
}

static int
request_read(const json_t *object, struct jit_open_request *ret)
{
	_cleanup_(jit_open_request_done) struct jit_open_request request = { 0 };
	int r = token_read(object, &request);

	if (r == 0)
		r = facts_read(object, &request);
	if (r == 0)
		r = vectors_read(object, &request);
	if (r == 0)
		r = answers_read(object, &request);
	if (r < 0)
		return r;
	jit_escape_argv(
		&request.command, request.command_shown, sizeof(request.command_shown));
	*ret = request;
	request = (struct jit_open_request){ 0 };
	return 0;
}

int
jit_request_file_read(
	int dirfd, const char *name, uid_t owner, struct jit_open_request *ret)
{
	json_auto_t *object = NULL;
	int r = jit_state_read_as(dirfd, name, owner, &form, &object);

	return r < 0 ? r : request_read(object, ret);
}

/* ---- writing ---- */

static json_t *
words_json(const struct jit_strv *words, size_t most)
{
	json_t *array = json_array();

	for (size_t i = 0; i < words->n && i < most; i++)
		if (json_array_append_new(array, json_string(words->v[i])) < 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

static json_t *
answers_json(const struct jit_open_request *request)
{
	json_t *array = json_array();

	for (size_t i = 0; i < request->n_answers; i++) {
		const struct jit_answer *answer = &request->answers[i];

		if (json_array_append_new(array,
			    json_pack("{s:s, s:b, s:I, s:s}", "by", answer->by, "yes",
				    (int)answer->yes, "time", (json_int_t)answer->sec,
				    "reason", answer->reason)) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *
request_json(const struct jit_open_request *request)
{
	/* the first of the names: they are for people, the rules say who may */
	json_t *approvers = words_json(&request->approvers, JIT_ASKED_MAX);
	json_t *then_ask = words_json(&request->then_ask, JIT_ASKED_MAX);
	json_t *command = words_json(&request->command, SIZE_MAX);
	json_t *answers = answers_json(request);

	/* o takes them over; a NULL among them makes it fail */
	return json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:s, "
			 "s:o, s:o, s:o, s:o}",
		"token", request->token, "uid", (json_int_t)request->uid, "rule",
		request->rule, "tty", request->tty, "asked", request->asked_shown,
		"role_shown", request->role_shown, "target", request->target, "approvals",
		(json_int_t)request->approvals, "expires",
		(json_int_t)request->expires_sec, "escalate",
		(json_int_t)request->escalate_sec, "closed",
		(json_int_t)request->closed_sec, "state",
		jit_request_state_name(request->state), "approvers", approvers,
		"then_ask", then_ask, "command", command, "answers", answers);
}

int
jit_request_file_create(
	int dirfd, const char *name, const struct jit_open_request *request)
{
	return jit_state_create_as(dirfd, name, &form, request_json(request));
}

int
jit_request_file_replace(
	int dirfd, const char *name, const struct jit_open_request *request)
{
	return jit_state_replace_as(dirfd, name, &form, request_json(request));
}
