/*
 * The claims of a signed payload. Runs as: any. Pure. MUST see only payloads whose signature
 * held.
 */
#include "claims.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "parse.h"

/* ---- reading one ---- */

static int
read_string(const struct jit_claim *claim, const json_t *value, void *field)
{
	const char *s = json_string_value(value);
	size_t len;

	if (!s)
		return -EINVAL;
	len = strlen(s);
	if (len != json_string_length(value) || len >= claim->size)
		return -EINVAL;
	if (claim->type == JIT_CLAIM_NAME && !jit_name_valid(s))
		return -EINVAL;
	if (claim->type == JIT_CLAIM_AUD && !jit_name_valid(s[0] == '@' ? s + 1 : s))
		return -EINVAL;
	if (claim->type == JIT_CLAIM_ID && !jit_id_valid(s))
		return -EINVAL;
	if (claim->type == JIT_CLAIM_TEXT && !jit_text_valid(s, JIT_REASON_MAX))
		return -EINVAL;
	memcpy(field, s, len + 1);
	return 0;
}

static int
read_number(const struct jit_claim *claim, const json_t *value, void *field)
{
	json_int_t v = json_integer_value(value);

	if (!json_is_integer(value) || v < (claim->type == JIT_CLAIM_MOMENT ? 0 : 1))
		return -EINVAL;
	if (claim->type == JIT_CLAIM_USES) {
		if (v > UINT32_MAX)
			return -EINVAL;
		*(uint32_t *)field = (uint32_t)v;
		return 0;
	}
	*(int64_t *)field = v;
	return 0;
}

static int
read_word(const struct jit_claim *claim, const json_t *value, unsigned *ret)
{
	for (size_t i = 1; i < claim->n_words; i++)
		if (jit_streq(json_string_value(value), claim->words[i])) {
			*ret = (unsigned)i;
			return 0;
		}
	return -EINVAL;
}

static int
read_flag(const struct jit_claim *claim, const json_t *value, bool *ret)
{
	if (!jit_streq(json_string_value(value), claim->words[0]))
		return -EINVAL;
	*ret = true;
	return 0;
}

static int
cmd_is_sound(const json_t *value)
{
	size_t n = json_array_size(value);

	if (!json_is_array(value) || n == 0 || n > JIT_ARGC_MAX)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		const json_t *word = json_array_get(value, i);
		const char *s = json_string_value(word);

		if (!s || strlen(s) != json_string_length(word))
			return -EINVAL;
	}
	return 0;
}

/* The words are copied: the JSON goes, the object stays. */
static int
read_cmd(const json_t *value, struct jit_strv *ret, void **ret_strings)
{
	_cleanup_free_ char *strings = NULL;
	_cleanup_free_ const char **v = NULL;
	size_t n = json_array_size(value), len = 0;
	char *at;
	int r = cmd_is_sound(value);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		len += json_string_length(json_array_get(value, i)) + 1;
	at = strings = malloc(len);
	v = calloc(n, sizeof(*v));
	if (!strings || !v)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const json_t *word = json_array_get(value, i);
		size_t size = json_string_length(word) + 1;

		v[i] = memcpy(at, json_string_value(word), size);
		at += size;
	}
	*ret = (struct jit_strv){ .n = n, .v = TAKE_PTR(v) };
	*ret_strings = TAKE_PTR(strings);
	return 0;
}

static int
read_claim(const struct jit_claim *claim, const json_t *value, char *object)
{
	void *field = object + claim->offset;

	switch (claim->type) {
	case JIT_CLAIM_NAME:
	case JIT_CLAIM_AUD:
	case JIT_CLAIM_ID:
	case JIT_CLAIM_TEXT: return read_string(claim, value, field);
	case JIT_CLAIM_TIME:
		return json_is_string(value)
			? jit_parse_time(json_string_value(value), field)
			: -EINVAL;
	case JIT_CLAIM_COUNT:
	case JIT_CLAIM_MOMENT:
	case JIT_CLAIM_USES: return read_number(claim, value, field);
	case JIT_CLAIM_WORD: return read_word(claim, value, field);
	case JIT_CLAIM_FLAG: return read_flag(claim, value, field);
	case JIT_CLAIM_CMD:
		return read_cmd(value, field, (void **)(object + claim->strings));
	}
	return -EINVAL;
}

/* ---- reading all ---- */

static int
read_claims(const struct jit_claims *claims, unsigned kind, const char *what,
	const json_t *json, void *object, struct jit_error *err)
{
	size_t known = 0;

	for (size_t i = 0; i < claims->n; i++) {
		const struct jit_claim *claim = &claims->v[i];
		const json_t *value = json_object_get(json, claim->name);
		int r;

		if (!value && (claim->must & kind))
			return jit_error_set(
				err, -EINVAL, "claim %s is missing", claim->name);
		if (!value)
			continue;
		if (!(claim->may & kind))
			return jit_error_set(err, -EINVAL,
				"claim %s does not belong in a %s", claim->name, what);
		r = read_claim(claim, value, object);
		if (r < 0)
			return jit_error_set(err, r == -ENOMEM ? r : -EINVAL,
				"claim %s is not what it must be", claim->name);
		known++;
	}
	if (known != json_object_size(json))
		return jit_error_set(
			err, -EINVAL, "the token has a claim that nobody knows");
	return 0;
}

int
jit_claims_read(const struct jit_claims *claims, unsigned kind, const char *what,
	const char *payload, void *object, struct jit_error *err)
{
	json_auto_t *json = json_loads(payload, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(json))
		return jit_error_set(err, -EINVAL,
			"the token's payload is not one JSON object, or has a claim "
			"twice");
	return read_claims(claims, kind, what, json, object, err);
}

/* ---- writing ---- */

static json_t *
write_cmd(const struct jit_strv *cmd)
{
	json_t *array = json_array();

	for (size_t i = 0; i < cmd->n; i++)
		if (json_array_append_new(array, json_string(cmd->v[i])) < 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

static json_t *
write_claim(const struct jit_claim *claim, const void *field)
{
	char time[JIT_TIME_SIZE];
	unsigned word;

	switch (claim->type) {
	case JIT_CLAIM_NAME:
	case JIT_CLAIM_AUD:
	case JIT_CLAIM_ID:
	case JIT_CLAIM_TEXT: return json_string(field);
	case JIT_CLAIM_TIME:
		return json_string(jit_format_time(*(const int64_t *)field, time));
	case JIT_CLAIM_COUNT:
	case JIT_CLAIM_MOMENT: return json_integer(*(const int64_t *)field);
	case JIT_CLAIM_USES: return json_integer(*(const uint32_t *)field);
	case JIT_CLAIM_WORD:
		word = *(const unsigned *)field;
		return word < claim->n_words ? json_string(claim->words[word]) : NULL;
	case JIT_CLAIM_FLAG: return json_string(claim->words[0]);
	case JIT_CLAIM_CMD: return write_cmd(field);
	}
	return NULL;
}

static bool
claim_is_empty(const struct jit_claim *claim, const void *field)
{
	switch (claim->type) {
	case JIT_CLAIM_CMD: return ((const struct jit_strv *)field)->n == 0;
	case JIT_CLAIM_FLAG: return !*(const bool *)field;
	case JIT_CLAIM_USES: return *(const uint32_t *)field == 0;
	case JIT_CLAIM_WORD: return *(const unsigned *)field == 0;
	case JIT_CLAIM_TIME:
	case JIT_CLAIM_COUNT:
	case JIT_CLAIM_MOMENT: return *(const int64_t *)field == 0;
	default: return !*(const char *)field;
	}
}

int
jit_claims_write(
	const struct jit_claims *claims, unsigned kind, const void *object, char **ret)
{
	json_auto_t *json = json_object();
	char *text;

	for (size_t i = 0; i < claims->n; i++) {
		const struct jit_claim *claim = &claims->v[i];
		const void *field = (const char *)object + claim->offset;

		if (!(claim->may & kind))
			continue;
		if (!(claim->must & kind) && claim_is_empty(claim, field))
			continue;
		if (json_object_set_new(json, claim->name, write_claim(claim, field)) < 0)
			return -EINVAL;
	}
	text = json_dumps(json, JSON_COMPACT);
	if (!text)
		return -ENOMEM;
	*ret = text;
	return 0;
}
