/*
 * What a host says about its requests.
 *
 * Runs as the approver. MUST bound all that it takes over.
 */
#include "jitctl/listed.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "libjit/parse.h"

/* A text, or null for none. */
static int
take_text(const json_t *object, const char *key, char *ret, size_t size)
{
	const json_t *value = json_object_get(object, key);
	const char *s = json_string_value(value);

	if (json_is_null(value) || !value)
		return 0;
	if (!s || strlen(s) != json_string_length(value) || strlen(s) >= size)
		return -EBADMSG;
	memcpy(ret, s, strlen(s) + 1);
	return 0;
}

static int
take_count(const json_t *object, const char *key, uint32_t max, uint32_t *ret)
{
	const json_t *value = json_object_get(object, key);
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value) || n < 0 || n > max)
		return -EBADMSG;
	*ret = (uint32_t)n;
	return 0;
}

/* A time, or null for none. */
static int
take_time(const json_t *object, const char *key, int64_t *ret)
{
	const json_t *value = json_object_get(object, key);
	const char *s = json_string_value(value);

	if (json_is_null(value) || !value)
		return 0;
	return s && jit_parse_time(s, ret) == 0 ? 0 : -EBADMSG;
}

static int
take_state(const json_t *object, enum jit_request_state *ret)
{
	const char *s = json_string_value(json_object_get(object, "state"));

	for (int i = JIT_REQUEST_OPEN; i <= JIT_REQUEST_ABANDONED; i++)
		if (jit_streq(s, jit_request_state_name((enum jit_request_state)i))) {
			*ret = (enum jit_request_state)i;
			return 0;
		}
	return -EBADMSG;
}

#define TAKE_TEXT(object, key, field) take_text(object, key, field, sizeof(field))

static int
take_answer(const json_t *object, struct jit_answer *ret)
{
	ret->yes = json_is_true(json_object_get(object, "yes"));
	return TAKE_TEXT(object, "by", ret->by) < 0 ||
			TAKE_TEXT(object, "reason", ret->reason) < 0 ||
			take_time(object, "time", &ret->sec) < 0
		? -EBADMSG
		: 0;
}

static int
take_answers(const json_t *object, struct jit_open_request *ret)
{
	const json_t *array = json_object_get(object, "answers");
	size_t n = json_array_size(array);

	if (!json_is_array(array) || n > JIT_ANSWERS_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < n; i++)
		if (take_answer(json_array_get(array, i), &ret->answers[i]) < 0)
			return -EBADMSG;
	ret->n_answers = n;
	return 0;
}

/* The words and what they are in. */
static int
copy_words(const json_t *array, size_t size, struct jit_open_request *ret)
{
	size_t n = json_array_size(array);
	char *at;

	ret->command.v = calloc(n + 1, sizeof(*ret->command.v));
	ret->strings = at = malloc(size + 1);
	if (!ret->command.v || !at)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const json_t *word = json_array_get(array, i);
		size_t len = json_string_length(word) + 1;

		ret->command.v[i] = memcpy(at, json_string_value(word), len);
		at += len;
	}
	ret->command.n = n;
	return 0;
}

/* The whole command, or null. Bounded as hosts bound it. */
static int
take_command(const json_t *object, struct jit_open_request *ret)
{
	const json_t *array = json_object_get(object, "command");
	size_t n = json_array_size(array), size = 0;

	if (json_is_null(array) || !array)
		return 0;
	if (!json_is_array(array))
		return -EBADMSG;
	for (size_t i = 0; i < n; i++) {
		const json_t *word = json_array_get(array, i);
		const char *s = json_string_value(word);

		if (!s || strlen(s) != json_string_length(word))
			return -EBADMSG;
		size += strlen(s) + 1;
		if (size > JIT_COMMAND_MAX)
			return -EBADMSG;
	}
	return copy_words(array, size, ret);
}

static int
take_token(const json_t *object, struct jit_open_request *ret)
{
	char token[JIT_TOKEN_MAX + 1] = "";

	if (TAKE_TEXT(object, "token", token) < 0)
		return -EBADMSG;
	if (!token[0])
		return 0;
	ret->token = strdup(token);
	return ret->token ? 0 : -ENOMEM;
}

static int
take_request(const json_t *object, struct jit_open_request *ret)
{
	_cleanup_(jit_open_request_done) struct jit_open_request request = {
		.token = NULL
	};
	uint32_t uid = 0;
	int r = TAKE_TEXT(object, "id", request.filed.jti);

	if (r < 0 || !jit_id_valid(request.filed.jti) ||
		take_state(object, &request.state) < 0 ||
		take_count(object, "uid", UINT32_MAX - 1, &uid) < 0 ||
		take_count(object, "approvals", JIT_APPROVALS_MAX, &request.approvals) <
			0 ||
		TAKE_TEXT(object, "description", request.role_shown) < 0 ||
		TAKE_TEXT(object, "default_target", request.target) < 0 ||
		TAKE_TEXT(object, "typed", request.command_shown) < 0 ||
		TAKE_TEXT(object, "asked_of", request.asked_shown) < 0 ||
		TAKE_TEXT(object, "rule", request.rule) < 0 ||
		take_time(object, "open_until", &request.expires_sec) < 0 ||
		take_time(object, "closed", &request.closed_sec) < 0 ||
		take_answers(object, &request) < 0)
		return -EBADMSG;
	request.uid = (uid_t)uid;
	r = take_command(object, &request);
	if (r == 0)
		r = take_token(object, &request);
	if (r < 0)
		return r;
	*ret = request;
	request = (struct jit_open_request){ .token = NULL };
	return 0;
}

int
listed_read(const char *text, struct jit_request_list *ret, size_t *ret_unread)
{
	_cleanup_requests_ struct jit_request_list list = { 0 };
	json_auto_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const json_t *array = json_object_get(object, "requests");
	size_t n = json_array_size(array), unread = 0;

	if (json_integer_value(json_object_get(object, "version")) != 1 ||
		!json_is_array(array) || n > JIT_REQUESTS_MAX)
		return -EBADMSG;
	list.v = calloc(n ? n : 1, sizeof(*list.v));
	if (!list.v)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		int r = take_request(json_array_get(array, i), &list.v[list.n]);

		if (r == -ENOMEM)
			return r;
		if (r < 0)
			unread++;
		else
			list.n++;
	}
	*ret_unread = unread;
	*ret = list;
	list = (struct jit_request_list){ 0 };
	return 0;
}
