/*
 * libjit/token.c: PASETO v4.public after the standard's own vectors, and nothing else.
 */
#include "libjit/token.h"
#include "test.h"
#include "world.h"

#define VECTOR_SECRET                                                                    \
	"b4cbfb43df4ce210727d953e4a713307fa19bb7d9f85041438d9e11b942a3774"               \
	"1eb9dbbbbc047c03fd70604e0071f0987e16b28b757225c11f00415d0e20b1a2"
#define VECTOR_PAYLOAD                                                                   \
	"{\"data\":\"this is a signed message\",\"exp\":\"2022-01-01T00:00:00+00:00\"}"
#define VECTOR_FOOTER "{\"kid\":\"zVhMiPBP9fRf2snEcT7gFTioeA9COcNy9DfgL1W60haN\"}"
#define VECTOR_BODY                                                                      \
	"v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0w" \
	"MVQwMDowMDowMCswMDowMCJ9"
#define VECTOR_FOOTER_TEXT                                                               \
	".eyJraWQiOiJ6VmhNaVBCUDlmUmYyc25FY1Q3Z0ZUaW9lQTlDT2NOeTlEZmdMMVc2MGhhTiJ9"

/* paseto-standard, v4.json: 4-S-2 and 4-S-3. */
static void
test_paseto_vectors(void)
{
	static const struct {
		const char *assertion, *token;
	} rows[] = {
		{ "",
			VECTOR_BODY
			"v3Jt8mx_TdM2ceTGoqwrh4yDFn0XsHvvV_D0DtwQxVrJEBMl0F2c"
			"aAdgnpKlt4p7xBnx1HcO-SPo8FPp214HDw" VECTOR_FOOTER_TEXT },
		{ "{\"test-vector\":\"4-S-3\"}",
			VECTOR_BODY
			"NPWciuD3d0o5eXJXG5pJy-DiVEoyPYWs1YSTwWHNJq6DZD3je5gf"
			"-0M4JR9ipdUSJbIovzmBECeaWmaqcaP0DQ" VECTOR_FOOTER_TEXT },
	};
	uint8_t secret[crypto_sign_SECRETKEYBYTES], signature[crypto_sign_BYTES];

	sodium_hex2bin(secret, sizeof(secret), VECTOR_SECRET, 128, NULL, NULL, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ uint8_t *bytes = NULL;
		_cleanup_free_ char *token = NULL;
		size_t len;

		ASSERT_OK(jit_token_pae(
			VECTOR_PAYLOAD, VECTOR_FOOTER, rows[i].assertion, &bytes, &len));
		crypto_sign_detached(signature, NULL, bytes, len, secret);
		ASSERT_OK(jit_token_assemble(
			VECTOR_PAYLOAD, VECTOR_FOOTER, signature, &token));
		ASSERT_EQ_STR(token, rows[i].token);
	}
}

static int
open_text(const struct jit_access *access, const char *text, struct jit_error *err)
{
	_cleanup_free_ char *payload = NULL;
	struct jit_key key;

	err->text[0] = '\0';
	return jit_token_open(text, JIT_ASSERT_GRANT, &access->keys, &payload, &key, err);
}

static void
test_what_was_signed_comes_out(void)
{
	struct jit_access access;
	_cleanup_free_ char *token = NULL;
	_cleanup_free_ char *payload = NULL;
	struct jit_key key;

	world_open(&access);
	token = world_sign("{\"a\":1}", JIT_ASSERT_GRANT, "carol");
	ASSERT_OK(jit_token_open(
		token, JIT_ASSERT_GRANT, &access.keys, &payload, &key, NULL));
	ASSERT_EQ_STR(payload, "{\"a\":1}");
	ASSERT_EQ_STR(key.principal, "carol");
	jit_access_close(&access);
}

static void
test_other_assertion_signer_header(void)
{
	struct jit_access access;
	struct jit_error err;
	_cleanup_free_ char *other = NULL, *stranger = NULL, *good = NULL;

	world_open(&access);
	other = world_sign("{}", "jit-revoke-v1", "carol");
	ASSERT_ERR(open_text(&access, other, &err), EBADMSG);
	stranger = world_sign("{}", JIT_ASSERT_GRANT, "stranger");
	ASSERT_ERR(open_text(&access, stranger, &err), ENOENT);
	ASSERT_CONTAINS(err.text, "nobody here trusts the key");
	good = world_sign("{}", JIT_ASSERT_GRANT, "carol");
	ASSERT_OK(open_text(&access, good, &err));
	good[1] = '3'; /* v3.public */
	ASSERT_ERR(open_text(&access, good, &err), EINVAL);
	ASSERT_CONTAINS(err.text, "not a token");
	ASSERT_ERR(open_text(&access, "", &err), EINVAL);
	jit_access_close(&access);
}

static void
test_every_truncation_is_refused(void)
{
	struct jit_access access;
	struct jit_error err;
	_cleanup_free_ char *token = NULL;

	world_open(&access);
	token = world_sign("{\"sub\":\"bob\"}", JIT_ASSERT_GRANT, "carol");
	for (size_t len = strlen(token); len-- > 0;) {
		token[len] = '\0';
		ASSERT_TRUE(open_text(&access, token, &err) < 0);
		if (len > strlen("v4.public.") && !strchr(token + 10, '.'))
			ASSERT_CONTAINS(err.text, "incomplete");
	}
	jit_access_close(&access);
}

static void
test_every_changed_symbol_is_refused(void)
{
	struct jit_access access;
	struct jit_error err;
	_cleanup_free_ char *token = NULL;

	world_open(&access);
	token = world_sign("{\"sub\":\"bob\"}", JIT_ASSERT_GRANT, "carol");
	for (size_t i = 0; token[i]; i++) {
		char was = token[i];

		for (const char *c = "AQgwz90-_.=+/"; *c; c++) {
			token[i] = *c;
			if (*c != was)
				ASSERT_TRUE(open_text(&access, token, &err) < 0);
		}
		token[i] = was;
	}
	ASSERT_OK(open_text(&access, token, &err));
	jit_access_close(&access);
}

/* What is refused is shown: a key id cannot carry an escape sequence to a terminal. */
static void
test_a_footer_that_attacks_the_terminal(void)
{
	struct jit_access access;
	struct jit_error err;
	uint8_t signature[crypto_sign_BYTES] = { 0 };
	_cleanup_free_ char *token = NULL;
	char footer[JIT_FOOTER_SIZE];

	world_open(&access);
	snprintf(footer, sizeof(footer), "{\"kid\":\"k4.pid.%s%s\"}", "\x1b[2J",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	ASSERT_OK(jit_token_assemble("{}", footer, signature, &token));
	ASSERT_ERR(open_text(&access, token, &err), EINVAL);
	ASSERT_TRUE(strchr(err.text, 0x1b) == NULL);
	ASSERT_CONTAINS(err.text, "names no key");
	jit_access_close(&access);
}

/* base64url has one spelling of each byte string: set bits behind the last byte are none. */
static void
test_base64_is_strict(void)
{
	struct jit_access access;
	struct jit_error err;
	_cleanup_free_ char *token = NULL;
	char *footer;

	world_open(&access);
	token = world_sign("{}", JIT_ASSERT_GRANT, "carol"); /* 66 bytes: no spare bits */
	ASSERT_OK(open_text(&access, token, &err));
	free(token);
	token = world_sign("{ }", JIT_ASSERT_GRANT, "carol"); /* 67: four spare bits */
	footer = strrchr(token, '.');
	ASSERT_OK(open_text(&access, token, &err));
	ASSERT_TRUE(footer[-1] == 'A' || footer[-1] == 'Q' || footer[-1] == 'g' ||
		footer[-1] == 'w');
	footer[-1]++;
	ASSERT_ERR(open_text(&access, token, &err), EINVAL);
	jit_access_close(&access);
}

static void
test_longer_than_any_token(void)
{
	struct jit_access access;
	struct jit_error err;
	size_t size = 1000000;
	_cleanup_free_ char *huge = malloc(size + 1);
	_cleanup_free_ char *payload = calloc(1, JIT_PAYLOAD_MAX + 2);
	struct world_person carol;
	char *token = NULL;

	world_open(&access);
	memset(huge, 'A', size);
	huge[size] = '\0';
	ASSERT_ERR(open_text(&access, huge, &err), EFBIG);
	ASSERT_ERR(jit_token_squeeze(huge), EFBIG);
	memset(payload, ' ', JIT_PAYLOAD_MAX + 1);
	world_person("carol", &carol);
	ASSERT_ERR(jit_token_sign(payload, "", carol.secret_key, &token), EFBIG);
	ASSERT_TRUE(token == NULL);
	jit_access_close(&access);
}

static void
test_white_space_is_ignored(void)
{
	char text[] = "\n v4.pub\r\nlic.\tabc \n", empty[] = " \n";

	ASSERT_OK(jit_token_squeeze(text));
	ASSERT_EQ_STR(text, "v4.public.abc");
	ASSERT_ERR(jit_token_squeeze(empty), ENODATA);
}

TEST_MAIN(TEST(test_paseto_vectors), TEST(test_what_was_signed_comes_out),
	TEST(test_other_assertion_signer_header), TEST(test_every_truncation_is_refused),
	TEST(test_every_changed_symbol_is_refused),
	TEST(test_a_footer_that_attacks_the_terminal), TEST(test_base64_is_strict),
	TEST(test_longer_than_any_token), TEST(test_white_space_is_ignored))
