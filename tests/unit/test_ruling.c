/*
 * libjit/ruling.c: three kinds of token, each read strictly.
 */
#include "libjit/ruling.h"
#include "test.h"
#include "world.h"

#define ID "0123456789abcdef0123456789abcdef"
#define HEAD                                                                             \
	"{\"iss\":\"carol\",\"aud\":\"web1\",\"iat\":\"2027-01-15T08:00:00Z\","          \
	"\"reason\":\"wrong host\""

static int
parse(enum jit_ruling_kind kind, const char *payload, const char *signer,
	struct jit_ruling *ret, struct jit_error *err)
{
	struct world_person person;
	struct jit_key key = { .is_host = jit_streq(signer, "host") };

	world_person(signer, &person);
	memcpy(key.principal, person.name, sizeof(person.name));
	memcpy(key.public_key, person.public_key, sizeof(key.public_key));
	err->text[0] = '\0';
	return jit_ruling_parse(kind, payload, &key, ret, err);
}

static void
test_kinds(void)
{
	static const struct {
		enum jit_ruling_kind kind;
		const char *assertion;
		enum jit_namespace ns;
		const char *id;
		bool is_req;
	} rows[] = {
		{ JIT_RULING_DENY, "jit-deny-v1", JIT_NS_GRANT, "req", true },
		{ JIT_RULING_REVOKE, "jit-revoke-v1", JIT_NS_REVOKE, "req", true },
		{ JIT_RULING_REVOKE, "jit-revoke-v1", JIT_NS_REVOKE, "jti", false },
		{ JIT_RULING_SEEN, "jit-seen-v1", JIT_NS_GRANT, "jti", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *payload = NULL, *again = NULL;
		struct jit_ruling ruling, same;
		struct jit_error err;

		test_row(rows[i].assertion);
		ASSERT_EQ_STR(jit_ruling_assertion(rows[i].kind), rows[i].assertion);
		ASSERT_EQ_INT(jit_ruling_namespace(rows[i].kind), rows[i].ns);
		ASSERT_TRUE(
			asprintf(&payload, HEAD ",\"%s\":\"" ID "\"}", rows[i].id) >= 0);
		ASSERT_OK(parse(rows[i].kind, payload, "carol", &ruling, &err));
		ASSERT_EQ_INT(ruling.kind, rows[i].kind);
		ASSERT_EQ_STR(ruling.iss, "carol");
		ASSERT_EQ_STR(ruling.aud, "web1");
		ASSERT_EQ_STR(ruling.id, ID);
		ASSERT_EQ_STR(ruling.reason, "wrong host");
		ASSERT_EQ_INT(ruling.is_req, rows[i].is_req);
		ASSERT_EQ_INT(ruling.iat, 1800000000);
		ASSERT_OK(jit_ruling_payload(&ruling, &again));
		ASSERT_OK(parse(rows[i].kind, again, "carol", &same, &err));
		ASSERT_EQ_STR(same.id, ruling.id);
		ASSERT_EQ_INT(same.is_req, ruling.is_req);
		ASSERT_EQ_STR(same.reason, ruling.reason);
		ASSERT_EQ_STR(same.kid, ruling.kid);
	}
	test_row(NULL);
	ASSERT_EQ_STR(jit_ruling_assertion(JIT_RULING_NONE), "");
	ASSERT_EQ_STR(jit_ruling_assertion((enum jit_ruling_kind)9), "");
}

static void
test_spoiled(void)
{
	static const struct {
		enum jit_ruling_kind kind;
		const char *payload, *signer, *says;
	} rows[] = {
		{ JIT_RULING_DENY, HEAD "}", "carol", "claim req is missing" },
		{ JIT_RULING_DENY, HEAD ",\"jti\":\"" ID "\"}", "carol",
			"claim req is missing" },
		{ JIT_RULING_DENY, HEAD ",\"req\":\"" ID "\",\"jti\":\"" ID "\"}",
			"carol", "claim jti does not belong in a refusal" },
		{ JIT_RULING_REVOKE, HEAD "}", "carol", "must name a request" },
		{ JIT_RULING_REVOKE, HEAD ",\"req\":\"" ID "\",\"jti\":\"" ID "\"}",
			"carol", "not both" },
		{ JIT_RULING_SEEN, HEAD ",\"req\":\"" ID "\"}", "carol",
			"claim req does not belong in a review" },
		{ JIT_RULING_DENY, HEAD ",\"req\":\"" ID "\"}", "dave",
			"its key is dave's" },
		{ JIT_RULING_DENY, HEAD ",\"req\":\"" ID "\"}", "host",
			"a host rules about nothing" },
		{ JIT_RULING_DENY, HEAD ",\"req\":\"" ID "\",\"role\":\"root\"}", "carol",
			"nobody knows" },
		{ JIT_RULING_DENY, HEAD ",\"req\":\"*\"}", "carol", "claim req" },
		{ JIT_RULING_DENY, "{\"iss\":\"carol\",\"req\":\"" ID "\"}", "carol",
			"claim aud is missing" },
		{ JIT_RULING_DENY, "[]", "carol", "not one JSON object" },
		{ JIT_RULING_NONE, HEAD ",\"req\":\"" ID "\"}", "carol", "no ruling" },
		{ (enum jit_ruling_kind)7, HEAD ",\"req\":\"" ID "\"}", "carol",
			"no ruling" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_ruling ruling = { 0 };
		struct jit_error err;

		test_row(rows[i].says);
		ASSERT_ERR(parse(rows[i].kind, rows[i].payload, rows[i].signer, &ruling,
				   &err),
			EINVAL);
		ASSERT_CONTAINS(err.text, rows[i].says);
		ASSERT_EQ_STR(ruling.iss, ""); /* untouched */
	}
	test_row(NULL);
}

TEST_MAIN(TEST(test_kinds), TEST(test_spoiled))
