/*
 * libjit/grant.c: claims are read strictly; a row is one way to spoil a good token.
 */
#include "libjit/grant.h"
#include "test.h"
#include "world.h"

static struct jit_key
key_of(const char *name)
{
	struct world_person person;
	struct jit_key key = { .namespaces = JIT_NS_GRANT };

	world_person(name, &person);
	memcpy(key.principal, person.name, sizeof(person.name));
	memcpy(key.public_key, person.public_key, sizeof(key.public_key));
	key.is_host = jit_streq(name, "host");
	return key;
}

static int
parse(const char *payload, const char *signer, struct jit_grant *ret,
	struct jit_error *err)
{
	struct jit_key key = key_of(signer);

	err->text[0] = '\0';
	return jit_grant_parse(payload, &key, ret, err);
}

#define ID "0123456789abcdef0123456789abcdef"
#define PERSON(more)                                                                     \
	"{\"iss\":\"carol\",\"sub\":\"bob\",\"aud\":\"web1\",\"jti\":\"" ID "\","        \
	"\"iat\":\"2027-01-15T08:00:00Z\",\"nbf\":\"2027-01-15T08:00:00Z\","             \
	"\"exp\":\"2027-01-15T10:00:00Z\",\"start_by\":\"2027-01-15T09:00:00Z\","        \
	"\"dur\":3600,\"role\":\"login\",\"via\":\"direct\"" more "}"

static void
test_a_good_one(void)
{
	_cleanup_grant_ struct jit_grant g = { 0 };
	struct jit_error err;

	ASSERT_OK(parse(PERSON(",\"reason\":\"OPS-12\",\"as\":\"bob\",\"uses\":2,"
			       "\"cmd\":[\"/usr/bin/id\",\"-u\"]"),
		"carol", &g, &err));
	ASSERT_EQ_STR(g.iss, "carol");
	ASSERT_EQ_STR(g.sub, "bob");
	ASSERT_EQ_STR(g.aud, "web1");
	ASSERT_EQ_STR(g.role, "login");
	ASSERT_EQ_STR(g.as, "bob");
	ASSERT_EQ_STR(g.reason, "OPS-12");
	ASSERT_EQ_INT(g.dur, 3600);
	ASSERT_EQ_INT(g.exp - g.nbf, 7200);
	ASSERT_EQ_INT(g.start_by - g.nbf, 3600);
	ASSERT_EQ_UINT(g.uses, 2);
	ASSERT_EQ_UINT(g.cmd.n, 2);
	ASSERT_EQ_STR(g.cmd.v[1], "-u");
	ASSERT_EQ_INT(g.via, JIT_VIA_DIRECT);
	ASSERT_EQ_STR(jit_grant_id(&g), ID);
	ASSERT_FALSE(g.by_host);
}

/* In a good payload, one text is replaced by another. */
static char *
spoil(const char *good, const char *from, const char *to)
{
	const char *at = strstr(good, from);
	char *bad = NULL;

	ASSERT_TRUE(at != NULL);
	ASSERT_TRUE(asprintf(&bad, "%.*s%s%s", (int)(at - good), good, to,
			    at + strlen(from)) >= 0);
	return bad;
}

static void
test_spoiled_claims(void)
{
	static const struct {
		const char *from, *to, *says;
	} rows[] = {
		{ "\"sub\":\"bob\",", "", "claim sub is missing" },
		{ "\"via\":\"direct\"", "\"via\":\"magic\"", "claim via" },
		{ ",\"via\":\"direct\"", "", "claim via is missing" },
		{ "\"dur\":3600", "\"dur\":\"3600\"", "claim dur" },
		{ "\"dur\":3600", "\"dur\":0", "claim dur" },
		{ "\"dur\":3600", "\"dur\":-1", "claim dur" },
		{ "\"dur\":3600", "\"dur\":3600.0", "claim dur" },
		{ "\"dur\":3600", "\"dur\":86401", "longer than any grant" },
		{ "\"sub\":\"bob\"", "\"sub\":[\"bob\"]", "claim sub" },
		{ "\"sub\":\"bob\"", "\"sub\":\"../root\"", "claim sub" },
		{ "\"sub\":\"bob\"", "\"sub\":\"bob\\u0000x\"", "" },
		{ "\"sub\":\"bob\"", "\"sub\":\"root\"", "must be a person" },
		{ "\"sub\":\"bob\"", "\"sub\":\"bob\",\"sub\":\"alice\"", "twice" },
		{ "\"iss\":\"carol\"", "\"iss\":\"dave\"", "its key is carol's" },
		{ "\"iss\":\"carol\"", "\"iss\":\"host\"", "its key is carol's" },
		{ "\"aud\":\"web1\"", "\"aud\":\"*\"", "claim aud" },
		{ "\"aud\":\"web1\"", "\"aud\":\"@\"", "claim aud" },
		{ "\"jti\":\"0", "\"jti\":\"A", "claim jti" },
		{ "\"jti\":\"0", "\"jti\":\"00", "claim jti" },
		{ "2027-01-15T10:00:00Z", "2027-01-15T08:00:00Z", "ends (exp) before" },
		{ "2027-01-15T10:00:00Z", "2027-01-15T07:59:59Z", "ends (exp) before" },
		{ "2027-01-15T10:00:00Z", "2027-01-15 10:00:00Z", "claim exp" },
		{ "2027-01-15T10:00:00Z", "2037-01-15T10:00:00Z", "further ahead" },
		{ "2027-01-15T09:00:00Z", "2027-01-15T10:00:01Z", "start_by" },
		{ "2027-01-15T09:00:00Z", "2027-01-15T07:59:59Z", "start_by" },
		{ "\"iat\":\"2027-01-15T08:00:00Z\"", "\"iat\":\"2027-01-15T08:01:01Z\"",
			"ends (exp) before" },
		{ "\"role\":\"login\"", "\"role\":\"*\"", "claim role" },
		{ "\"via\":\"direct\"", "\"via\":\"auto\"", "does not belong" },
		{ "\"via\":\"direct\"", "\"via\":\"pin\"", "does not belong" },
		{ "\"via\":\"direct\"", "\"via\":\"approval\"", "claim req" },
		{ "\"via\":\"direct\"", "\"via\":\"direct\",\"req\":\"" ID "\"",
			"claim req" },
		{ "\"via\":\"direct\"", "\"via\":\"direct\",\"admin\":true",
			"nobody knows" },
		{ "\"via\":\"direct\"", "\"via\":\"direct\",\"boot\":\"" ID "\"",
			"does not belong" },
		{ "\"via\":\"direct\"", "\"via\":\"direct\",\"cmd\":[]", "claim cmd" },
		{ "\"via\":\"direct\"", "\"via\":\"direct\",\"cmd\":[1]", "claim cmd" },
		{ "\"via\":\"direct\"", "\"via\":\"direct\",\"cmd\":\"id\"",
			"claim cmd" },
		{ "\"via\":\"direct\"", "\"via\":\"direct\",\"uses\":0", "claim uses" },
		{ "\"via\":\"direct\"", "\"via\":\"direct\",\"uses\":4294967296",
			"claim uses" },
		{ "\"via\":\"direct\"", "\"via\":\"direct\",\"reason\":\"a\\u001b[2Jb\"",
			"claim reason" },
		{ "{\"iss\"", "[{\"iss\"", "not one JSON object" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *bad = spoil(PERSON(""), rows[i].from, rows[i].to);
		struct jit_grant g = { 0 };
		struct jit_error err;

		test_row(rows[i].to);
		ASSERT_ERR(parse(bad, "carol", &g, &err), EINVAL);
		ASSERT_CONTAINS(err.text, rows[i].says);
		ASSERT_EQ_STR(g.sub, ""); /* untouched */
	}
	test_row(NULL);
}

static void
test_uses_need_one_host(void)
{
	_cleanup_free_ char *label = spoil(PERSON(",\"uses\":1"), "web1", "@web");
	struct jit_grant g = { 0 };
	struct jit_error err;

	ASSERT_ERR(parse(label, "carol", &g, &err), EINVAL);
	ASSERT_CONTAINS(err.text, "uses cannot be counted");
}

#define HOST_GRANT                                                                       \
	"{\"iss\":\"host\",\"sub\":\"bob\",\"aud\":\"web1\",\"jti\":\"" ID "\","         \
	"\"iat\":\"2027-01-15T08:00:00Z\",\"boot\":\"" ID "\",\"from\":0,\"to\":600000," \
	"\"role\":\"packages\",\"via\":\"auto\"}"

static void
test_the_hosts_own(void)
{
	_cleanup_grant_ struct jit_grant g = { 0 };
	struct jit_error err;

	ASSERT_OK(parse(HOST_GRANT, "host", &g, &err));
	ASSERT_TRUE(g.by_host);
	ASSERT_EQ_INT(g.to_ms, 600000);
	ASSERT_ERR(parse(HOST_GRANT, "carol", &g, &err), EINVAL);
}

static void
test_spoiled_host_grants(void)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "\"to\":600000", "\"to\":0" },
		{ "\"from\":0", "\"from\":600000" },
		{ "\"from\":0", "\"from\":-1" },
		{ "\"to\":600000", "\"to\":86400001" },
		{ "\"via\":\"auto\"", "\"via\":\"direct\"" },
		{ "\"via\":\"auto\"", "\"via\":\"break-glass\"" },
		{ "\"via\":\"auto\"",
			"\"via\":\"auto\",\"exp\":\"2027-01-15T08:00:00Z\"" },
		{ "\"boot\":\"" ID "\",", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *bad = spoil(HOST_GRANT, rows[i].from, rows[i].to);
		struct jit_grant g;
		struct jit_error err;

		test_row(rows[i].to);
		ASSERT_ERR(parse(bad, "host", &g, &err), EINVAL);
	}
	test_row(NULL);
}

static void
test_what_is_written_is_read(void)
{
	struct jit_grant g = world_grant();
	_cleanup_grant_ struct jit_grant back = { 0 };
	_cleanup_free_ char *payload = NULL;
	struct jit_error err;

	ASSERT_OK(jit_grant_payload(&g, &payload));
	ASSERT_OK(parse(payload, "carol", &back, &err));
	ASSERT_EQ_STR(back.jti, g.jti);
	ASSERT_EQ_STR(back.reason, g.reason);
	ASSERT_EQ_INT(back.exp, g.exp);
	ASSERT_EQ_INT(back.start_by, g.start_by);
}

static void
test_ids_differ(void)
{
	char a[JIT_ID_LEN + 1], b[JIT_ID_LEN + 1];

	jit_grant_new_id(a);
	jit_grant_new_id(b);
	ASSERT_FALSE(jit_streq(a, b));
}

TEST_MAIN(TEST(test_a_good_one), TEST(test_spoiled_claims), TEST(test_uses_need_one_host),
	TEST(test_the_hosts_own), TEST(test_spoiled_host_grants),
	TEST(test_what_is_written_is_read), TEST(test_ids_differ))
