/*
 * What an approver says other than yes. Runs as: any. Pure.
 */
#include "ruling.h"

#include <errno.h>

#include "claims.h"

static const struct {
	const char *assertion, *what;
	enum jit_namespace ns;
} kinds[] = {
	[JIT_RULING_NONE] = { "", "", JIT_NS_GRANT },
	[JIT_RULING_DENY] = { "jit-deny-v1", "refusal", JIT_NS_GRANT },
	[JIT_RULING_REVOKE] = { "jit-revoke-v1", "revocation", JIT_NS_REVOKE },
	[JIT_RULING_SEEN] = { "jit-seen-v1", "review", JIT_NS_GRANT },
};

/* In which rulings a claim may stand. */
enum {
	DENY = 1 << JIT_RULING_DENY,
	REVOKE = 1 << JIT_RULING_REVOKE,
	SEEN = 1 << JIT_RULING_SEEN,
	ALL = DENY | REVOKE | SEEN,
};

/* As they are written; in struct jit_ruling both ids are one. */
struct claimed {
	char iss[JIT_NAME_MAX + 1], aud[JIT_NAME_MAX + 2];
	char req[JIT_ID_LEN + 1], jti[JIT_ID_LEN + 1];
	int64_t iat;
	char reason[JIT_REASON_MAX + 1];
};

#define FIELD(field)                                                                     \
	.offset = offsetof(struct claimed, field),                                       \
	.size = sizeof(((struct claimed *)0)->field)

static const struct jit_claim claim_table[] = {
	{ "iss", JIT_CLAIM_NAME, ALL, ALL, FIELD(iss) },
	{ "aud", JIT_CLAIM_AUD, ALL, ALL, FIELD(aud) },
	{ "req", JIT_CLAIM_ID, DENY | REVOKE, DENY, FIELD(req) },
	{ "jti", JIT_CLAIM_ID, REVOKE | SEEN, SEEN, FIELD(jti) },
	{ "iat", JIT_CLAIM_TIME, ALL, ALL, FIELD(iat) },
	{ "reason", JIT_CLAIM_TEXT, ALL, 0, FIELD(reason) },
};
static const struct jit_claims claims = { claim_table, ARRAY_SIZE(claim_table) };

static bool
kind_is_one(enum jit_ruling_kind kind)
{
	return kind > JIT_RULING_NONE && kind <= JIT_RULING_SEEN;
}

const char *
jit_ruling_assertion(enum jit_ruling_kind kind)
{
	return kinds[kind_is_one(kind) ? kind : JIT_RULING_NONE].assertion;
}

enum jit_namespace
jit_ruling_namespace(enum jit_ruling_kind kind)
{
	return kinds[kind_is_one(kind) ? kind : JIT_RULING_NONE].ns;
}

static int
check_claimed(const struct claimed *c, const struct jit_key *key, struct jit_error *err)
{
	if (key->is_host)
		return jit_error_set(
			err, -EINVAL, "a host rules about nothing: its key signed this");
	if (!jit_streq(c->iss, key->principal))
		return jit_error_set(err, -EINVAL,
			"the token says iss %s, its key is %s's", c->iss, key->principal);
	if (!c->req[0] == !c->jti[0])
		return jit_error_set(err, -EINVAL,
			"the token must name a request (req) or a grant (jti), not both");
	return 0;
}

int
jit_ruling_parse(enum jit_ruling_kind kind, const char *payload,
	const struct jit_key *key, struct jit_ruling *ret, struct jit_error *err)
{
	struct jit_ruling ruling = { .kind = kind };
	struct claimed c = { 0 };
	int r;

	if (!kind_is_one(kind))
		return jit_error_set(err, -EINVAL, "this is no ruling");
	r = jit_claims_read(&claims, 1U << kind, kinds[kind].what, payload, &c, err);
	if (r == 0)
		r = check_claimed(&c, key, err);
	if (r < 0)
		return r;
	ruling.is_req = c.req[0] != '\0';
	ruling.iat = c.iat;
	(void)snprintf(ruling.iss, sizeof(ruling.iss), "%s", c.iss);
	(void)snprintf(ruling.aud, sizeof(ruling.aud), "%s", c.aud);
	(void)snprintf(ruling.id, sizeof(ruling.id), "%s", ruling.is_req ? c.req : c.jti);
	(void)snprintf(ruling.reason, sizeof(ruling.reason), "%s", c.reason);
	jit_key_id(key->public_key, ruling.kid);
	*ret = ruling;
	return 0;
}

int
jit_ruling_payload(const struct jit_ruling *ruling, char **ret)
{
	struct claimed c = { .iat = ruling->iat };

	if (!kind_is_one(ruling->kind))
		return -EINVAL;
	(void)snprintf(c.iss, sizeof(c.iss), "%s", ruling->iss);
	(void)snprintf(c.aud, sizeof(c.aud), "%s", ruling->aud);
	(void)snprintf(ruling->is_req ? c.req : c.jti, sizeof(c.req), "%s", ruling->id);
	(void)snprintf(c.reason, sizeof(c.reason), "%s", ruling->reason);
	return jit_claims_write(&claims, 1U << ruling->kind, &c, ret);
}
