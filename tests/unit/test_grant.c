/*
 * libjit/grant.c: claims are read strictly; a row is one way to spoil a good token.
 */
#include "libjit/grant.h"
#include "test.h"
#include "world.h"

static int
parse(const char *payload, const char *signer, struct jit_grant *ret,
	struct jit_error *err)
{
	struct jit_key key = world_key(signer, JIT_NS_GRANT);

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
		{ "2027-01-15T10:00:00Z", "1970-01-01T00:00:00Z", "ends (exp) before" },
		{ "2027-01-15T10:00:00Z", "1969-12-31T23:59:59Z", "claim exp" },
		{ "2027-01-15T10:00:00Z", "2037-01-15T10:00:00Z", "further ahead" },
		{ "2027-01-15T09:00:00Z", "2027-01-15T10:00:01Z", "start_by" },
		{ "2027-01-15T09:00:00Z", "2027-01-15T07:59:59Z", "start_by" },
		{ "\"iat\":\"2027-01-15T08:00:00Z\"", "\"iat\":\"2027-01-15T08:01:01Z\"",
			"ends (exp) before" },
		{ "\"role\":\"login\"", "\"role\":\"*\"", "claim role" },
		{ "\"via\":\"direct\"", "\"via\":\"auto\"", "does not belong" },
		{ "\"via\":\"direct\"", "\"via\":\"pin\"", "does not belong" },
		{ "\"via\":\"direct\"", "\"via\":\"approval\"", "claim req" },
		{ "\"via\":\"direct\"", "\"via\":\"break-glass\"", "claim req" },
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
		{ "\"via\":\"auto\"", "\"via\":\"pin\"" },
		{ "\"via\":\"auto\"", "\"via\":\"auto\",\"req\":\"" ID "\"" },
		{ "\"to\":600000,\"role\":\"packages\",\"via\":\"auto\"",
			"\"to\":3600001,\"role\":\"packages\",\"via\":\"break-glass\"" },
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
test_break_glass_is_the_hosts(void)
{
	static const char *const rows[][2] = {
		{ "\"via\":\"auto\"", "\"via\":\"break-glass\"" },
		{ "\"via\":\"auto\"", "\"via\":\"break-glass\",\"req\":\"" ID "\"" },
		{ "600000,\"role\":\"packages\",\"via\":\"auto\"",
			"3600000,\"role\":\"packages\",\"via\":\"break-glass\"" },
	};
	struct jit_error err;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *good = spoil(HOST_GRANT, rows[i][0], rows[i][1]);
		_cleanup_grant_ struct jit_grant g = { 0 };

		test_row(rows[i][1]);
		ASSERT_OK(parse(good, "host", &g, &err));
		ASSERT_EQ_INT(g.via, JIT_VIA_BREAK_GLASS);
		ASSERT_EQ_STR(jit_grant_id(&g), ID);
		ASSERT_ERR(parse(good, "carol", &g, &err), EINVAL);
	}
	test_row(NULL);
}

/* A second person's yes: a person's window, and the request that it answers. */
static void
test_an_agreement_to_break_glass(void)
{
	_cleanup_free_ char *good = spoil(PERSON(""), "\"via\":\"direct\"",
		"\"via\":\"break-glass\",\"req\":\"" ID "\"");
	_cleanup_free_ char *boot = spoil(good, "\"dur\":3600", "\"boot\":\"" ID "\"");
	_cleanup_grant_ struct jit_grant g = { 0 };
	struct jit_error err;

	ASSERT_OK(parse(good, "carol", &g, &err));
	ASSERT_EQ_INT(g.via, JIT_VIA_BREAK_GLASS);
	ASSERT_FALSE(g.by_host);
	ASSERT_TRUE(jit_grant_is_agreement(&g) && jit_grant_is_answer(&g));
	g.via = JIT_VIA_APPROVAL;
	ASSERT_TRUE(!jit_grant_is_agreement(&g) && jit_grant_is_answer(&g));
	g.via = JIT_VIA_DIRECT;
	ASSERT_TRUE(!jit_grant_is_agreement(&g) && !jit_grant_is_answer(&g));
	g.via = JIT_VIA_BREAK_GLASS;
	g.by_host = true;
	ASSERT_TRUE(!jit_grant_is_agreement(&g) && !jit_grant_is_answer(&g));
	ASSERT_ERR(parse(boot, "carol", NULL, &err), EINVAL);
	ASSERT_ERR(parse(good, "host", NULL, &err), EINVAL);
}

/* ---- one command ---- */

#define WORDS(...)                                                                       \
	((struct jit_strv){                                                              \
		.n = sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *),     \
		.v = (const char *[]){ __VA_ARGS__ } })

/* Made by another implementation of SHA-512 over PASETO's PAE. */
#define ID_U_DIGEST                                                                      \
	"sha512:087ecf77306e57cd2c892aad9378684deea8193717faad31903bdf6ef705a983"        \
	"97fb6c8cca01b65c624dcac3622f0a5ec1bec291ba04564a7a51b9f70e332cac"

static void
test_the_digest_of_a_command(void)
{
	char digest[JIT_CMD_DIGEST_SIZE], other[JIT_CMD_DIGEST_SIZE];
	const struct jit_strv argv = WORDS("/usr/bin/id", "-u");

	jit_cmd_digest(&argv, digest);
	ASSERT_EQ_STR(digest, ID_U_DIGEST);
	jit_cmd_digest(&WORDS("/usr/bin/id", "-", "u"), other);
	ASSERT_FALSE(jit_streq(digest, other));
	jit_cmd_digest(&WORDS("/usr/bin/id-u"), other);
	ASSERT_FALSE(jit_streq(digest, other));
	jit_cmd_digest(&WORDS("/usr/bin/id", "-u", ""), other);
	ASSERT_FALSE(jit_streq(digest, other));
}

static void
test_what_a_grant_for_one_command_covers(void)
{
	const struct jit_strv argv = WORDS("/usr/bin/id", "-u"), none = { 0 };
	const struct {
		const char *name;
		struct jit_strv cmd;
		bool covers;
	} rows[] = {
		{ "no claim cmd", { 0 }, true },
		{ "the same", WORDS("/usr/bin/id", "-u"), true },
		{ "its digest", WORDS(ID_U_DIGEST), true },
		{ "less", WORDS("/usr/bin/id"), false },
		{ "more", WORDS("/usr/bin/id", "-u", "bob"), false },
		{ "an empty word more", WORDS("/usr/bin/id", "-u", ""), false },
		{ "joined", WORDS("/usr/bin/id -u"), false },
		{ "a glob", WORDS("/usr/bin/id", "*"), false },
		{ "everything", WORDS("*"), false },
		{ "another case", WORDS("/usr/bin/ID", "-u"), false },
		{ "edit", WORDS("edit", "/usr/bin/id"), false },
		{ "a digest cut short", WORDS("sha512:"), false },
		{ "a digest with a word behind it", WORDS(ID_U_DIGEST, "-u"), false },
		{ "a digest with more digits", WORDS(ID_U_DIGEST "0"), false },
		{ "another hash", WORDS("sha256:00"), false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_grant g = { .cmd = rows[i].cmd };

		test_row(rows[i].name);
		ASSERT_EQ_INT(jit_grant_covers_argv(&g, &argv), rows[i].covers);
		ASSERT_EQ_INT(jit_grant_covers_argv(&g, &none), rows[i].cmd.n == 0);
	}
	test_row("a command that calls itself by what a claim says");
	ASSERT_FALSE(jit_grant_covers_argv(
		&(struct jit_grant){ .cmd = WORDS("edit", "/etc/hosts") },
		&WORDS("edit", "/etc/hosts")));
	ASSERT_FALSE(jit_grant_covers_argv(
		&(struct jit_grant){ .cmd = WORDS(ID_U_DIGEST) }, &WORDS(ID_U_DIGEST)));
	test_row(NULL);
}

static void
bind(const struct jit_strv *argv, const char *want)
{
	_cleanup_grant_ struct jit_grant g = { 0 };

	ASSERT_OK(jit_grant_bind(&g, argv));
	if (want)
		ASSERT_EQ_STR(g.cmd.v[0], want);
	else
		ASSERT_EQ_UINT(strncmp(g.cmd.v[0], "sha512:", 7), 0);
	ASSERT_EQ_UINT(g.cmd.n, want ? argv->n : 1);
	ASSERT_TRUE(jit_grant_covers_argv(&g, argv));
}

static void
test_binding(void)
{
	char word[JIT_CMD_MAX];
	const char *many[JIT_ARGC_MAX + 1];

	memset(word, 'x', sizeof(word));
	word[sizeof(word) - 7] = '\0'; /* with "/a", quotes and commas: one too many */
	bind(&WORDS("/a", word), NULL);
	word[sizeof(word) - 8] = '\0';
	bind(&WORDS("/a", word), "/a");
	word[3] = '"'; /* two bytes where it is written */
	bind(&WORDS("/a", word), NULL);
	bind(&WORDS("/a", "\xff"), NULL); /* no UTF-8 */
	bind(&WORDS("/a", "", "b\nc"), "/a");
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = "/a";
	bind(&(struct jit_strv){ JIT_ARGC_MAX, many }, "/a");
	bind(&(struct jit_strv){ JIT_ARGC_MAX + 1, many }, NULL);
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
	TEST(test_break_glass_is_the_hosts), TEST(test_an_agreement_to_break_glass),
	TEST(test_the_digest_of_a_command),
	TEST(test_what_a_grant_for_one_command_covers), TEST(test_binding),
	TEST(test_what_is_written_is_read), TEST(test_ids_differ))
