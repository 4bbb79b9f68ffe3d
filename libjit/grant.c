/*
 * The claims of a grant. Runs as: any. Pure. Sees only payloads whose signature held.
 */
#include "grant.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "config.h"
#include "parse.h"

static const char *const via_names[] = {
	[JIT_VIA_NONE] = "",
	[JIT_VIA_APPROVAL] = "approval",
	[JIT_VIA_DIRECT] = "direct",
	[JIT_VIA_AUTO] = "auto",
	[JIT_VIA_PIN] = "pin",
	[JIT_VIA_BREAK_GLASS] = "break-glass",
};

const char *
jit_via_name(enum jit_via via)
{
	return via < ARRAY_SIZE(via_names) ? via_names[via] : "";
}

void
jit_grant_done(struct jit_grant *grant)
{
	free(grant->cmd.v);
	free(grant->strings);
	*grant = (struct jit_grant){ 0 };
}

const char *
jit_grant_id(const struct jit_grant *grant)
{
	return grant->req[0] ? grant->req : grant->jti;
}

void
jit_grant_new_id(char ret[JIT_ID_LEN + 1])
{
	uint8_t random[JIT_ID_LEN / 2];

	randombytes_buf(random, sizeof(random));
	sodium_bin2hex(ret, JIT_ID_LEN + 1, random, sizeof(random));
}

/* ---- one claim ---- */

enum claim_type {
	CLAIM_NAME, /* account, role, host id */
	CLAIM_AUD,  /* host id or @label */
	CLAIM_ID,
	CLAIM_TIME,   /* RFC 3339 UTC -> seconds */
	CLAIM_COUNT,  /* integer > 0 -> int64_t */
	CLAIM_MOMENT, /* integer >= 0 -> int64_t */
	CLAIM_TEXT,
	CLAIM_VIA,
	CLAIM_USES,
	CLAIM_CMD,
};

/* In whose tokens a claim may stand, and where it must. */
enum { PERSON = 1, HOST = 2, PERSON_MUST = 4, HOST_MUST = 8 };
enum { BOTH = PERSON | HOST, BOTH_MUST = BOTH | PERSON_MUST | HOST_MUST };
enum { ONLY_PERSON = PERSON | PERSON_MUST, ONLY_HOST = HOST | HOST_MUST };

struct claim {
	const char *name;
	enum claim_type type;
	int where;
	size_t offset, size;
};

#define CLAIM(name, type, where, field)                                                  \
	{                                                                                \
		name, type, where, offsetof(struct jit_grant, field),                    \
			sizeof(((struct jit_grant *)0)->field)                           \
	}

static const struct claim claims[] = {
	CLAIM("iss", CLAIM_NAME, BOTH_MUST, iss),
	CLAIM("sub", CLAIM_NAME, BOTH_MUST, sub),
	CLAIM("aud", CLAIM_AUD, BOTH_MUST, aud),
	CLAIM("jti", CLAIM_ID, BOTH_MUST, jti),
	CLAIM("iat", CLAIM_TIME, BOTH_MUST, iat),
	CLAIM("nbf", CLAIM_TIME, ONLY_PERSON, nbf),
	CLAIM("exp", CLAIM_TIME, ONLY_PERSON, exp),
	CLAIM("dur", CLAIM_COUNT, ONLY_PERSON, dur),
	CLAIM("start_by", CLAIM_TIME, ONLY_PERSON, start_by),
	CLAIM("boot", CLAIM_ID, ONLY_HOST, boot),
	CLAIM("from", CLAIM_MOMENT, ONLY_HOST, from_ms),
	CLAIM("to", CLAIM_COUNT, ONLY_HOST, to_ms),
	CLAIM("role", CLAIM_NAME, BOTH_MUST, role),
	CLAIM("as", CLAIM_NAME, BOTH, as),
	CLAIM("cmd", CLAIM_CMD, BOTH, cmd),
	CLAIM("uses", CLAIM_USES, BOTH, uses),
	CLAIM("reason", CLAIM_TEXT, BOTH, reason),
	CLAIM("req", CLAIM_ID, BOTH, req),
	CLAIM("via", CLAIM_VIA, BOTH_MUST, via),
};

static int
read_string(const struct claim *claim, const json_t *value, void *field)
{
	const char *s = json_string_value(value);
	size_t len;

	if (!s)
		return -EINVAL;
	len = strlen(s);
	if (len != json_string_length(value) || len >= claim->size)
		return -EINVAL;
	if (claim->type == CLAIM_NAME && !jit_name_valid(s))
		return -EINVAL;
	if (claim->type == CLAIM_AUD && !jit_name_valid(s[0] == '@' ? s + 1 : s))
		return -EINVAL;
	if (claim->type == CLAIM_ID && !jit_id_valid(s))
		return -EINVAL;
	if (claim->type == CLAIM_TEXT && !jit_text_valid(s, JIT_REASON_MAX))
		return -EINVAL;
	memcpy(field, s, len + 1);
	return 0;
}

static int
read_number(const struct claim *claim, const json_t *value, void *field)
{
	json_int_t v = json_integer_value(value);

	if (!json_is_integer(value) || v < (claim->type == CLAIM_MOMENT ? 0 : 1))
		return -EINVAL;
	if (claim->type == CLAIM_USES) {
		if (v > UINT32_MAX)
			return -EINVAL;
		*(uint32_t *)field = (uint32_t)v;
		return 0;
	}
	*(int64_t *)field = v;
	return 0;
}

static int
read_via(const json_t *value, enum jit_via *ret)
{
	for (size_t i = 1; i < ARRAY_SIZE(via_names); i++)
		if (jit_streq(json_string_value(value), via_names[i])) {
			*ret = (enum jit_via)i;
			return 0;
		}
	return -EINVAL;
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

/* The words are copied: the JSON goes, the grant stays. */
static int
read_cmd(const json_t *value, struct jit_grant *grant)
{
	size_t n = json_array_size(value), len = 0;
	char *at;
	int r = cmd_is_sound(value);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		len += json_string_length(json_array_get(value, i)) + 1;
	grant->strings = malloc(len);
	grant->cmd.v = calloc(n, sizeof(*grant->cmd.v));
	if (!grant->strings || !grant->cmd.v)
		return -ENOMEM;
	at = grant->strings;
	for (size_t i = 0; i < n; i++) {
		const json_t *word = json_array_get(value, i);
		size_t size = json_string_length(word) + 1;

		grant->cmd.v[i] = memcpy(at, json_string_value(word), size);
		at += size;
	}
	grant->cmd.n = n;
	return 0;
}

static int
read_claim(const struct claim *claim, const json_t *value, struct jit_grant *grant)
{
	void *field = (char *)grant + claim->offset;

	switch (claim->type) {
	case CLAIM_NAME:
	case CLAIM_AUD:
	case CLAIM_ID:
	case CLAIM_TEXT: return read_string(claim, value, field);
	case CLAIM_TIME:
		return json_is_string(value)
			? jit_parse_time(json_string_value(value), field)
			: -EINVAL;
	case CLAIM_COUNT:
	case CLAIM_MOMENT:
	case CLAIM_USES: return read_number(claim, value, field);
	case CLAIM_VIA: return read_via(value, field);
	case CLAIM_CMD: return read_cmd(value, grant);
	}
	return -EINVAL;
}

/* ---- all of them ---- */

static int
read_claims(const json_t *object, bool by_host, struct jit_grant *grant,
	struct jit_error *err)
{
	int may = by_host ? HOST : PERSON, must = by_host ? HOST_MUST : PERSON_MUST;
	size_t known = 0;

	for (size_t i = 0; i < ARRAY_SIZE(claims); i++) {
		const struct claim *claim = &claims[i];
		const json_t *value = json_object_get(object, claim->name);
		int r;

		if (!value && (claim->where & must))
			return jit_error_set(
				err, -EINVAL, "claim %s is missing", claim->name);
		if (!value)
			continue;
		if (!(claim->where & may))
			return jit_error_set(err, -EINVAL,
				"claim %s does not belong in a %s", claim->name,
				by_host ? "host's grant" : "person's grant");
		r = read_claim(claim, value, grant);
		if (r < 0)
			return jit_error_set(err, r == -ENOMEM ? r : -EINVAL,
				"claim %s is not what it must be", claim->name);
		known++;
	}
	if (known != json_object_size(object))
		return jit_error_set(
			err, -EINVAL, "the token has a claim that nobody knows");
	return 0;
}

static int
check_person_window(const struct jit_grant *g, struct jit_error *err)
{
	const int64_t ahead = JIT_CEILING_AHEAD_SEC + JIT_CLOCK_LEEWAY_SEC;

	if (g->exp <= g->nbf || g->nbf < g->iat - JIT_CLOCK_LEEWAY_SEC)
		return jit_error_set(
			err, -EINVAL, "the token ends (exp) before it begins (nbf)");
	if (g->start_by < g->nbf || g->start_by > g->exp)
		return jit_error_set(err, -EINVAL,
			"the token's start_by does not lie between nbf and exp");
	if (g->dur > JIT_CEILING_GRANT_SEC)
		return jit_error_set(err, -EINVAL,
			"the token is for longer than any grant may be here");
	if (g->nbf - g->iat > ahead || g->exp - g->iat > ahead + JIT_CEILING_GRANT_SEC)
		return jit_error_set(err, -EINVAL,
			"the token reaches further ahead than any grant may here");
	return 0;
}

static int
check_host_window(const struct jit_grant *g, struct jit_error *err)
{
	if (g->to_ms <= g->from_ms ||
		g->to_ms - g->from_ms > (int64_t)JIT_CEILING_GRANT_SEC * 1000)
		return jit_error_set(err, -EINVAL, "the grant's window is not one");
	return 0;
}

/* Which way a grant may say that it came, under whose key. */
static int
check_via(const struct jit_grant *g, struct jit_error *err)
{
	bool person = g->via == JIT_VIA_APPROVAL || g->via == JIT_VIA_DIRECT;

	if (person == g->by_host)
		return jit_error_set(err, -EINVAL,
			"via %s does not belong under this key", jit_via_name(g->via));
	if (g->via == JIT_VIA_PIN || g->via == JIT_VIA_BREAK_GLASS)
		return jit_error_set(err, -EINVAL, "via %s is not supported yet",
			jit_via_name(g->via));
	if ((g->via == JIT_VIA_APPROVAL) != (g->req[0] != '\0'))
		return jit_error_set(err, -EINVAL,
			"claim req belongs to via approval, and only there");
	if (g->uses && g->aud[0] == '@')
		return jit_error_set(err, -EINVAL,
			"uses cannot be counted over many hosts (aud %s)", g->aud);
	return 0;
}

static int
check_grant(const struct jit_grant *g, const struct jit_key *key, struct jit_error *err)
{
	int r;

	if (!jit_streq(g->iss, key->principal))
		return jit_error_set(err, -EINVAL,
			"the token says iss %s, its key is %s's", g->iss, key->principal);
	if (jit_streq(g->sub, "root") || jit_streq(g->sub, "host"))
		return jit_error_set(
			err, -EINVAL, "sub must be a person, not %s", g->sub);
	r = check_via(g, err);
	if (r < 0)
		return r;
	return g->by_host ? check_host_window(g, err) : check_person_window(g, err);
}

int
jit_grant_parse(const char *payload, const struct jit_key *key, struct jit_grant *ret,
	struct jit_error *err)
{
	_cleanup_grant_ struct jit_grant grant = { .by_host = key->is_host };
	json_auto_t *object = NULL;
	int r;

	object = json_loads(payload, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(object))
		return jit_error_set(err, -EINVAL,
			"the token's payload is not one JSON object, or has a claim "
			"twice");
	r = read_claims(object, key->is_host, &grant, err);
	if (r == 0)
		r = check_grant(&grant, key, err);
	if (r < 0)
		return r;
	jit_key_id(key->public_key, grant.kid);
	*ret = grant;
	grant = (struct jit_grant){ 0 };
	return 0;
}

/* ---- writing ---- */

static json_t *
write_claim(const struct claim *claim, const struct jit_grant *grant)
{
	const void *field = (const char *)grant + claim->offset;
	char time[JIT_TIME_SIZE];
	json_t *array;

	switch (claim->type) {
	case CLAIM_NAME:
	case CLAIM_AUD:
	case CLAIM_ID:
	case CLAIM_TEXT: return json_string(field);
	case CLAIM_TIME:
		return json_string(jit_format_time(*(const int64_t *)field, time));
	case CLAIM_COUNT:
	case CLAIM_MOMENT: return json_integer(*(const int64_t *)field);
	case CLAIM_USES: return json_integer(*(const uint32_t *)field);
	case CLAIM_VIA: return json_string(jit_via_name(grant->via));
	case CLAIM_CMD: break;
	}
	array = json_array();
	for (size_t i = 0; i < grant->cmd.n; i++)
		if (json_array_append_new(array, json_string(grant->cmd.v[i])) < 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

/* A claim that need not be there is written only if it says something. */
static bool
claim_is_empty(const struct claim *claim, const struct jit_grant *grant)
{
	const char *field = (const char *)grant + claim->offset;

	if (claim->type == CLAIM_CMD)
		return grant->cmd.n == 0;
	if (claim->type == CLAIM_USES)
		return grant->uses == 0;
	return !*field;
}

int
jit_grant_payload(const struct jit_grant *grant, char **ret)
{
	json_auto_t *object = json_object();
	int may = grant->by_host ? HOST : PERSON,
	    must = grant->by_host ? HOST_MUST : PERSON_MUST;
	char *text;

	for (size_t i = 0; i < ARRAY_SIZE(claims); i++) {
		const struct claim *claim = &claims[i];

		if (!(claim->where & may))
			continue;
		if (!(claim->where & must) && claim_is_empty(claim, grant))
			continue;
		if (json_object_set_new(object, claim->name, write_claim(claim, grant)) <
			0)
			return -EINVAL;
	}
	text = json_dumps(object, JSON_COMPACT);
	if (!text)
		return -ENOMEM;
	*ret = text;
	return 0;
}
