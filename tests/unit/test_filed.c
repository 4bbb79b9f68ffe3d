/*
 * libjit/filed.c: a request's claims are read strictly, and its line survives chat and mail.
 */
#include "libjit/filed.h"
#include "test.h"
#include "world.h"

static int
parse(const char *payload, const char *signer, struct jit_filed *ret,
	struct jit_error *err)
{
	struct jit_key key = world_key(signer, JIT_NS_REQUEST);

	err->text[0] = '\0';
	return jit_filed_parse(payload, &key, ret, err);
}

#define ID "0123456789abcdef0123456789abcdef"
#define GOOD                                                                             \
	"{\"iss\":\"bob\",\"sub\":\"bob\",\"aud\":\"web1\",\"jti\":\"" ID "\","          \
	"\"iat\":\"2027-01-15T08:00:00Z\",\"role\":\"root\",\"dur\":3600}"

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
test_good_ones(void)
{
	_cleanup_filed_ struct jit_filed f = { 0 }, by_host = { 0 };
	_cleanup_free_ char *host = spoil(GOOD, "\"iss\":\"bob\"", "\"iss\":\"host\"");
	_cleanup_free_ char *full = spoil(GOOD, ",\"dur\":3600",
		",\"dur\":3600,\"as\":\"www-data\",\"at\":\"2027-01-16T08:00:00Z\","
		"\"cmd\":[\"/bin/id\",\"-u\"],\"reason\":\"OPS-1\",\"via\":\"break-"
		"glass\"");
	struct jit_error err;

	ASSERT_OK(parse(full, "bob", &f, &err));
	ASSERT_EQ_STR(f.sub, "bob");
	ASSERT_EQ_STR(f.aud, "web1");
	ASSERT_EQ_STR(f.role, "root");
	ASSERT_EQ_STR(f.as, "www-data");
	ASSERT_EQ_STR(f.reason, "OPS-1");
	ASSERT_EQ_INT(f.dur, 3600);
	ASSERT_EQ_INT(f.at - f.iat, 86400);
	ASSERT_EQ_UINT(f.cmd.n, 2);
	ASSERT_EQ_STR(f.cmd.v[1], "-u");
	ASSERT_TRUE(f.break_glass);
	ASSERT_EQ_UINT(strlen(f.kid), JIT_KID_LEN);
	ASSERT_OK(parse(host, "host", &by_host, &err));
	ASSERT_EQ_STR(by_host.iss, "host");
	ASSERT_FALSE(by_host.break_glass);
	ASSERT_EQ_INT(by_host.at, 0);
}

static void
test_spoiled_claims(void)
{
	static const struct {
		const char *from, *to, *signer, *says;
	} rows[] = {
		{ "\"sub\":\"bob\",", "", "bob", "claim sub is missing" },
		{ "\"dur\":3600", "\"dur\":0", "bob", "claim dur" },
		{ "\"dur\":3600", "\"dur\":86401", "bob", "longer than any grant" },
		{ ",\"dur\":3600", "", "bob", "claim dur is missing" },
		{ "\"role\":\"root\"", "\"role\":\"../root\"", "bob", "claim role" },
		{ "\"jti\":\"0", "\"jti\":\"X", "bob", "claim jti" },
		{ "\"aud\":\"web1\"", "\"aud\":\"*\"", "bob", "claim aud" },
		{ "08:00:00Z", "08:00:00+00:00", "bob", "claim iat" },
		{ "\"iss\":\"bob\"", "\"iss\":\"carol\"", "carol",
			"everybody asks for themselves" },
		{ "\"iss\":\"bob\"", "\"iss\":\"bob\"", "carol", "its key is carol's" },
		{ "\"iss\":\"bob\"", "\"iss\":\"host\"", "bob", "its key is bob's" },
		{ "\"iss\":\"bob\"", "\"iss\":\"bob\"", "host", "its key is host's" },
		{ "\"iss\":\"bob\",\"sub\":\"bob\"", "\"iss\":\"host\",\"sub\":\"root\"",
			"host", "must be a person" },
		{ "\"dur\":3600", "\"dur\":3600,\"via\":\"approval\"", "bob",
			"claim via" },
		{ "\"dur\":3600", "\"dur\":3600,\"cmd\":\"id\"", "bob", "claim cmd" },
		{ "\"dur\":3600", "\"dur\":3600,\"reason\":\"a\\nb\"", "bob",
			"claim reason" },
		{ "\"dur\":3600", "\"dur\":3600,\"at\":\"2027-01-15T07:59:59Z\"", "bob",
			"lies in the past" },
		{ "\"dur\":3600", "\"dur\":3600,\"at\":\"2027-01-22T08:01:01Z\"", "bob",
			"too far ahead" },
		{ "\"dur\":3600", "\"dur\":3600,\"exp\":1", "bob", "nobody knows" },
		{ "\"dur\":3600", "\"dur\":3600,\"dur\":3601", "bob", "twice" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *bad = spoil(GOOD, rows[i].from, rows[i].to);
		struct jit_filed f = { 0 };
		struct jit_error err;

		test_row(rows[i].to);
		ASSERT_ERR(parse(bad, rows[i].signer, &f, &err), EINVAL);
		ASSERT_CONTAINS(err.text, rows[i].says);
		ASSERT_EQ_STR(f.sub, ""); /* untouched */
	}
	test_row(NULL);
}

static void
test_what_is_written_is_read(void)
{
	_cleanup_filed_ struct jit_filed f = { 0 }, g = { 0 }, peeked = { 0 };
	_cleanup_free_ char *payload = NULL, *token = NULL;
	struct jit_error err;

	ASSERT_OK(parse(GOOD, "bob", &f, &err));
	f.break_glass = true;
	ASSERT_OK(jit_filed_payload(&f, &payload));
	ASSERT_OK(parse(payload, "bob", &g, &err));
	ASSERT_TRUE(g.break_glass);
	ASSERT_EQ_INT(g.iat, f.iat);
	ASSERT_EQ_STR(g.as, "");
	token = world_sign(payload, JIT_ASSERT_REQUEST, "bob");
	ASSERT_OK(jit_filed_peek(token, &peeked));
	ASSERT_EQ_STR(peeked.jti, ID);
	ASSERT_EQ_STR(peeked.kid, f.kid);
}

#define TOKEN "v4.public.abcDEF-_09.xyz"

static void
test_lines(void)
{
	static const struct {
		const char *name, *text, *token;
	} rows[] = {
		{ "the line", "jit-request-v1:" TOKEN, TOKEN },
		{ "the token alone", TOKEN "\n", TOKEN },
		{ "blanks and line breaks",
			"  jit-request-v1: v4.public.abc\r\n DEF-_\n\t09.xyz \n", TOKEN },
		{ "quoted by mail",
			"> bob asks:\n> jit-request-v1:v4.public.abcD\n> EF-_09.xyz\n",
			TOKEN },
		{ "quoted twice", ">> jit-request-v1:v4.public.a\n>> bcDEF-_09.xyz\n",
			TOKEN },
		{ "in backticks", "```\njit-request-v1:" TOKEN "\n```\n", TOKEN },
		{ "in brackets", "<jit-request-v1:" TOKEN ">", TOKEN },
		{ "behind words", "carol, please: `jit-request-v1:" TOKEN "`", TOKEN },
		{ "soft line breaks", "jit-request-v1:v4.public.abc=\nDEF-_=\r\n09.xyz",
			TOKEN },
		{ "invisible characters",
			"\xef\xbb\xbfjit-request-v1:\xc2\xa0v4.public.abc\xe2\x80\x8b"
			"DEF-_09.xyz",
			TOKEN },
		/* nothing else is taken away: the signature would not hold */
		{ "other characters stay", "jit-request-v1:" TOKEN "=3D!", TOKEN "=3D!" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[512];
		struct jit_error err = { "" };

		test_row(rows[i].name);
		snprintf(text, sizeof(text), "%s", rows[i].text);
		ASSERT_OK(jit_filed_squeeze(text, &err));
		ASSERT_EQ_STR(text, rows[i].token);
	}
	test_row(NULL);
}

static void
test_lines_that_are_none(void)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "", "no request here" },
		{ " \n> ``\n", "no request here" },
		{ "jit-request-v1:", "no request here" },
		{ "jit-request-v2:" TOKEN,
			"jit-request-v2: this version of jit knows v1" },
		{ "jit-request-v10:" TOKEN, "jit-request-v10: this version" },
		{ "jit-request-v01:" TOKEN, "jit-request-v01: this version" },
		{ "jit-request-v:" TOKEN, "a request is one line" },
		{ "jit-request-v1 " TOKEN, "a request is one line" },
		{ "jit-request-v999999999999:" TOKEN, "a request is one line" },
		{ "jit-request-v1:" TOKEN "\njit-request-v1:" TOKEN, "several requests" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[512];
		struct jit_error err = { "" };

		test_row(rows[i].text);
		snprintf(text, sizeof(text), "%s", rows[i].text);
		ASSERT_ERR(jit_filed_squeeze(text, &err), EINVAL);
		ASSERT_CONTAINS(err.text, rows[i].says);
	}
	test_row(NULL);
}

static void
test_a_long_line(void)
{
	char text[JIT_TOKEN_MAX + 100] = JIT_REQUEST_LINE;
	size_t head = strlen(text);
	struct jit_error err = { "" };

	memset(text + head, 'A', JIT_TOKEN_MAX);
	text[head + JIT_TOKEN_MAX] = '\0';
	ASSERT_OK(jit_filed_squeeze(text, &err));
	ASSERT_EQ_UINT(strlen(text), JIT_TOKEN_MAX);
	strcat(text, "A");
	ASSERT_ERR(jit_filed_squeeze(text, &err), EFBIG);
	ASSERT_CONTAINS(err.text, "longer than any request");
}

TEST_MAIN(TEST(test_good_ones), TEST(test_spoiled_claims),
	TEST(test_what_is_written_is_read), TEST(test_lines),
	TEST(test_lines_that_are_none), TEST(test_a_long_line))
