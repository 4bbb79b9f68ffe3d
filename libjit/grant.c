/*
 * The claims of a grant. Runs as: any. Pure. Sees only payloads whose signature held.
 */
#include "grant.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "claims.h"
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

bool
jit_grant_is_agreement(const struct jit_grant *grant)
{
	return grant->via == JIT_VIA_BREAK_GLASS && !grant->by_host;
}

bool
jit_grant_is_answer(const struct jit_grant *grant)
{
	return jit_grant_is_agreement(grant) ||
		(grant->via == JIT_VIA_APPROVAL && !grant->by_host);
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

/* ---- one command ---- */

#define DIGEST_HEAD "sha512:"

static void
hash_le64(crypto_hash_sha512_state *state, uint64_t n)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(n >> (8 * i));
	(void)crypto_hash_sha512_update(state, bytes, sizeof(bytes));
}

void
jit_cmd_digest(const struct jit_strv *argv, char ret[JIT_CMD_DIGEST_SIZE])
{
	uint8_t hash[crypto_hash_sha512_BYTES];
	crypto_hash_sha512_state state;

	(void)crypto_hash_sha512_init(&state);
	hash_le64(&state, argv->n);
	for (size_t i = 0; i < argv->n; i++) {
		size_t len = strlen(argv->v[i]);

		hash_le64(&state, len);
		(void)crypto_hash_sha512_update(&state, (const uint8_t *)argv->v[i], len);
	}
	(void)crypto_hash_sha512_final(&state, hash);
	memcpy(ret, DIGEST_HEAD, sizeof(DIGEST_HEAD));
	sodium_bin2hex(ret + strlen(DIGEST_HEAD),
		JIT_CMD_DIGEST_SIZE - strlen(DIGEST_HEAD), hash, sizeof(hash));
}

/* Its length in JSON; SIZE_MAX: it cannot be written there. */
static size_t
json_length(const char *word)
{
	json_t *value = json_string(word);
	char *text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
	size_t len = text ? strlen(text) : SIZE_MAX;

	free(text);
	json_decref(value);
	return len;
}

static bool
fits_in_token(const struct jit_strv *argv)
{
	size_t left = JIT_CMD_MAX;

	if (argv->n > JIT_ARGC_MAX)
		return false;
	for (size_t i = 0; i < argv->n; i++) {
		size_t len = json_length(argv->v[i]);

		if (len >= left)
			return false;
		left -= len + 1;
	}
	return true;
}

int
jit_grant_bind(struct jit_grant *grant, const struct jit_strv *argv)
{
	char digest[JIT_CMD_DIGEST_SIZE];
	const char *one[] = { digest };
	const struct jit_strv as_digest = { .n = 1, .v = one };
	const struct jit_strv *words = fits_in_token(argv) ? argv : &as_digest;
	size_t size = 1;
	char *at;

	jit_cmd_digest(argv, digest);
	for (size_t i = 0; i < words->n; i++)
		size += strlen(words->v[i]) + 1;
	grant->cmd.v = calloc(words->n + 1, sizeof(char *));
	grant->strings = at = malloc(size);
	if (!grant->cmd.v || !at)
		return -ENOMEM; /* what there is goes with the grant */
	for (size_t i = 0; i < words->n; i++) {
		size_t len = strlen(words->v[i]) + 1;

		grant->cmd.v[i] = memcpy(at, words->v[i], len);
		at += len;
	}
	grant->cmd.n = words->n;
	return 0;
}

bool
jit_cmd_is_digest(const struct jit_strv *cmd)
{
	return cmd->n == 1 && strncmp(cmd->v[0], DIGEST_HEAD, strlen(DIGEST_HEAD)) == 0;
}

bool
jit_grant_covers_argv(const struct jit_grant *grant, const struct jit_strv *argv)
{
	const struct jit_strv *cmd = &grant->cmd;
	char digest[JIT_CMD_DIGEST_SIZE];

	if (cmd->n == 0)
		return true;
	if (argv->n == 0 || argv->v[0][0] != '/')
		return false;
	if (jit_cmd_is_digest(cmd)) {
		jit_cmd_digest(argv, digest);
		return jit_streq(cmd->v[0], digest);
	}
	for (size_t i = 0; i < cmd->n; i++)
		if (i >= argv->n || !jit_streq(cmd->v[i], argv->v[i]))
			return false;
	return cmd->n == argv->n;
}

/* ---- claims ---- */

/* Kinds of grant: in whose tokens a claim may stand. */
enum { PERSON = 1, HOST = 2, BOTH = PERSON | HOST };

#define FIELD(field)                                                                     \
	.offset = offsetof(struct jit_grant, field),                                     \
	.size = sizeof(((struct jit_grant *)0)->field)

static const struct jit_claim claim_table[] = {
	{ "iss", JIT_CLAIM_NAME, BOTH, BOTH, FIELD(iss) },
	{ "sub", JIT_CLAIM_NAME, BOTH, BOTH, FIELD(sub) },
	{ "aud", JIT_CLAIM_AUD, BOTH, BOTH, FIELD(aud) },
	{ "jti", JIT_CLAIM_ID, BOTH, BOTH, FIELD(jti) },
	{ "iat", JIT_CLAIM_TIME, BOTH, BOTH, FIELD(iat) },
	{ "nbf", JIT_CLAIM_TIME, PERSON, PERSON, FIELD(nbf) },
	{ "exp", JIT_CLAIM_TIME, PERSON, PERSON, FIELD(exp) },
	{ "dur", JIT_CLAIM_COUNT, PERSON, PERSON, FIELD(dur) },
	{ "start_by", JIT_CLAIM_TIME, PERSON, PERSON, FIELD(start_by) },
	{ "boot", JIT_CLAIM_ID, HOST, HOST, FIELD(boot) },
	{ "from", JIT_CLAIM_MOMENT, HOST, HOST, FIELD(from_ms) },
	{ "to", JIT_CLAIM_COUNT, HOST, HOST, FIELD(to_ms) },
	{ "role", JIT_CLAIM_NAME, BOTH, BOTH, FIELD(role) },
	{ "as", JIT_CLAIM_NAME, BOTH, 0, FIELD(as) },
	{ "cmd", JIT_CLAIM_CMD, BOTH, 0, FIELD(cmd),
		.strings = offsetof(struct jit_grant, strings) },
	{ "uses", JIT_CLAIM_USES, BOTH, 0, FIELD(uses) },
	{ "reason", JIT_CLAIM_TEXT, BOTH, 0, FIELD(reason) },
	{ "req", JIT_CLAIM_ID, BOTH, 0, FIELD(req) },
	{ "via", JIT_CLAIM_WORD, BOTH, BOTH, FIELD(via), via_names,
		ARRAY_SIZE(via_names) },
};
static const struct jit_claims claims = { claim_table, ARRAY_SIZE(claim_table) };

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
	int64_t ceiling = g->via == JIT_VIA_BREAK_GLASS ? JIT_CEILING_BREAK_GLASS_SEC
							: JIT_CEILING_GRANT_SEC;

	if (g->to_ms <= g->from_ms || g->to_ms - g->from_ms > ceiling * 1000)
		return jit_error_set(err, -EINVAL, "the grant's window is not one");
	return 0;
}

/* Which way a grant may say that it came, under whose key. */
static int
check_via(const struct jit_grant *g, struct jit_error *err)
{
	bool person = g->via == JIT_VIA_APPROVAL || g->via == JIT_VIA_DIRECT;

	/* break-glass is the host's; the second person who agrees says so too */
	if (g->via != JIT_VIA_BREAK_GLASS && person == g->by_host)
		return jit_error_set(err, -EINVAL,
			"via %s does not belong under this key", jit_via_name(g->via));
	if (g->via == JIT_VIA_PIN)
		return jit_error_set(err, -EINVAL, "via %s is not supported yet",
			jit_via_name(g->via));
	if (jit_grant_is_agreement(g) && !g->req[0])
		return jit_error_set(err, -EINVAL,
			"claim req is missing: a person only answers with break-glass");
	/* the host's with break-glass: what the second person answered, if one has to */
	if (g->via != JIT_VIA_BREAK_GLASS &&
		(g->via == JIT_VIA_APPROVAL) != (g->req[0] != '\0'))
		return jit_error_set(err, -EINVAL,
			"claim req belongs to via approval or break-glass, and only "
			"there");
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
	int r = jit_claims_read(&claims, key->is_host ? HOST : PERSON,
		key->is_host ? "host's grant" : "person's grant", payload, &grant, err);

	if (r == 0)
		r = check_grant(&grant, key, err);
	if (r < 0)
		return r;
	jit_key_id(key->public_key, grant.kid);
	*ret = grant;
	grant = (struct jit_grant){ 0 };
	return 0;
}

int
jit_grant_payload(const struct jit_grant *grant, char **ret)
{
	return jit_claims_write(&claims, grant->by_host ? HOST : PERSON, grant, ret);
}
