/*
 * The claims of a request, and the line in which it travels. Runs as: any. Pure.
 */
#include "filed.h"

#include <errno.h>
#include <string.h>

#include "claims.h"
#include "config.h"
#include "parse.h"
#include "token.h"

/* Kinds of request: in whose tokens a claim may stand. All of them in both. */
enum { PERSON = 1, HOST = 2, BOTH = PERSON | HOST };

#define FIELD(field)                                                                     \
	.offset = offsetof(struct jit_filed, field),                                     \
	.size = sizeof(((struct jit_filed *)0)->field)

static const char *const ways[] = { "break-glass" };

static const struct jit_claim claim_table[] = {
	{ "iss", JIT_CLAIM_NAME, BOTH, BOTH, FIELD(iss) },
	{ "sub", JIT_CLAIM_NAME, BOTH, BOTH, FIELD(sub) },
	{ "aud", JIT_CLAIM_AUD, BOTH, BOTH, FIELD(aud) },
	{ "jti", JIT_CLAIM_ID, BOTH, BOTH, FIELD(jti) },
	{ "iat", JIT_CLAIM_TIME, BOTH, BOTH, FIELD(iat) },
	{ "role", JIT_CLAIM_NAME, BOTH, BOTH, FIELD(role) },
	{ "as", JIT_CLAIM_NAME, BOTH, 0, FIELD(as) },
	{ "cmd", JIT_CLAIM_CMD, BOTH, 0, FIELD(cmd),
		.strings = offsetof(struct jit_filed, strings) },
	{ "dur", JIT_CLAIM_COUNT, BOTH, BOTH, FIELD(dur) },
	{ "at", JIT_CLAIM_TIME, BOTH, 0, FIELD(at) },
	{ "reason", JIT_CLAIM_TEXT, BOTH, 0, FIELD(reason) },
	{ "via", JIT_CLAIM_FLAG, BOTH, 0, FIELD(break_glass), ways, ARRAY_SIZE(ways) },
};
static const struct jit_claims claims = { claim_table, ARRAY_SIZE(claim_table) };

void
jit_filed_done(struct jit_filed *filed)
{
	free(filed->cmd.v);
	free(filed->strings);
	*filed = (struct jit_filed){ 0 };
}

/* ---- reading ---- */

static int
check_window(const struct jit_filed *f, struct jit_error *err)
{
	if (f->dur > JIT_CEILING_GRANT_SEC)
		return jit_error_set(
			err, -EINVAL, "the request is for longer than any grant may be");
	if (f->at &&
		(f->at < f->iat ||
			f->at - f->iat > JIT_CEILING_AHEAD_SEC + JIT_CLOCK_LEEWAY_SEC))
		return jit_error_set(err, -EINVAL,
			"the request's start (at) lies in the past or too far ahead");
	return 0;
}

static int
check_filed(const struct jit_filed *f, const char *principal, struct jit_error *err)
{
	if (!jit_streq(f->iss, principal))
		return jit_error_set(err, -EINVAL,
			"the request says iss %s, its key is %s's", f->iss, principal);
	if (jit_streq(f->sub, "root") || jit_streq(f->sub, "host"))
		return jit_error_set(
			err, -EINVAL, "sub must be a person, not %s", f->sub);
	if (!jit_streq(f->iss, "host") && !jit_streq(f->iss, f->sub))
		return jit_error_set(err, -EINVAL,
			"%s cannot ask for %s: everybody asks for themselves", f->iss,
			f->sub);
	return check_window(f, err);
}

/* principal NULL: whoever iss says. */
static int
filed_read(const char *payload, const char *principal, const char *kid,
	struct jit_filed *ret, struct jit_error *err)
{
	_cleanup_filed_ struct jit_filed filed = { 0 };
	int r = jit_claims_read(&claims, BOTH, "request", payload, &filed, err);

	if (r == 0)
		r = check_filed(&filed, principal ? principal : filed.iss, err);
	if (r < 0)
		return r;
	(void)snprintf(filed.kid, sizeof(filed.kid), "%s", kid);
	*ret = filed;
	filed = (struct jit_filed){ 0 };
	return 0;
}

int
jit_filed_parse(const char *payload, const struct jit_key *key, struct jit_filed *ret,
	struct jit_error *err)
{
	char kid[JIT_KID_LEN + 1];

	jit_key_id(key->public_key, kid);
	return filed_read(payload, key->is_host ? "host" : key->principal, kid, ret, err);
}

int
jit_filed_peek(const char *token, struct jit_filed *ret)
{
	_cleanup_free_ char *payload = NULL;
	char kid[JIT_KID_LEN + 1];
	int r = jit_token_peek(token, &payload, kid);

	return r < 0 ? r : filed_read(payload, NULL, kid, ret, NULL);
}

int
jit_filed_payload(const struct jit_filed *filed, char **ret)
{
	return jit_claims_write(&claims, BOTH, filed, ret);
}

/* ---- the line ---- */

#define LINE_HEAD "jit-request-v"
enum { LINE_HEAD_LEN = sizeof(LINE_HEAD) - 1, VERSION_MAX = 8 };

static bool
is_break(char c)
{
	return c == '\n' || c == '\r';
}

/* Length of what chat or mail put at s: white space, quotes, brackets, a soft line break
 * of quoted-printable, an invisible or no-break space. 0: a character of the text. */
static size_t
litter(const char *s)
{
	static const char *const invisible[] = { "\xe2\x80\x8b", "\xef\xbb\xbf",
		"\xc2\xa0" };

	if (*s == ' ' || (*s >= '\t' && *s <= '\r') || strchr("><`", *s))
		return 1;
	if (*s == '=' && is_break(s[1]))
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(invisible); i++)
		if (strncmp(s, invisible[i], strlen(invisible[i])) == 0)
			return strlen(invisible[i]);
	return 0;
}

static size_t
litter_take(char *to, const char *from)
{
	size_t n = 0;

	while (*from) {
		size_t skip = litter(from);

		if (skip == 0)
			to[n++] = *from++;
		from += skip;
	}
	to[n] = '\0';
	return n;
}

/* Past the head of the line, if there is one: *token, which is text, moves to the token. */
static int
line_head(const char **token, struct jit_error *err)
{
	const char *head = strstr(*token, LINE_HEAD), *version, *end;

	if (!head)
		return 0; /* a token alone */
	version = head + LINE_HEAD_LEN;
	end = version + strspn(version, "0123456789");
	if (end == version || *end != ':' || end - version > VERSION_MAX)
		return jit_error_set(err, -EINVAL,
			"a request is one line: " JIT_REQUEST_LINE "v4.public.…");
	if (end - version != 1 || *version != '1')
		return jit_error_set(err, -EINVAL,
			LINE_HEAD "%.*s: this version of jit knows v1; upgrade the older "
				  "side",
			(int)(end - version), version);
	if (strstr(end, LINE_HEAD))
		return jit_error_set(
			err, -EINVAL, "these are several requests: one at a time");
	*token = end + 1;
	return 0;
}

int
jit_filed_squeeze(char *text, struct jit_error *err)
{
	const char *token = text;
	size_t len;
	int r = line_head(&token, err);

	if (r < 0)
		return r;
	len = litter_take(text, token);
	if (len == 0)
		return jit_error_set(err, -EINVAL, "there is no request here");
	if (len > JIT_TOKEN_MAX)
		return jit_error_set(err, -EFBIG,
			"this is longer than any request (%d characters)", JIT_TOKEN_MAX);
	return 0;
}
