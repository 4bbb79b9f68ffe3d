/*
 * jitctl inspect: shows what a token of any kind says, and whether this host believes it.
 *
 * Runs as any; only root can read the keys that the signature is checked with. MUST say
 * first whether the token is verified; MUST escape everything that it shows.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>

#include "config.h"
#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "libjit/clock.h"
#include "libjit/escape.h"
#include "libjit/file.h"
#include "libjit/filed.h"
#include "libjit/grant.h"
#include "libjit/parse.h"
#include "libjit/ruling.h"
#include "libjit/site.h"
#include "libjit/token.h"

enum { INPUT_MAX = 65536 };

/* One kind of token. */
struct kind {
	const char *noun, *use; /* `grant`, `sign grants` */
	const char *assertion;
	uint32_t namespace;
	enum jit_ruling_kind ruling;
	int (*parse)(const struct kind *kind, const char *payload,
		const struct jit_key *key, struct jit_error *err);
};

struct inspection {
	char kid[JIT_KID_LEN + 1];
	json_t *claims;
	int exit; /* JITCTL_DONE: verified */
	const struct kind *kind;
	struct jit_key key;   /* whose, if it is known here */
	struct jit_error why; /* not verified */
};

static void
inspection_done(struct inspection *inspection)
{
	json_decref(inspection->claims);
}

static inline void
close_table(struct jit_table *table)
{
	jit_table_close(table);
}

static void
print_help(FILE *out)
{
	fputs("usage: jitctl inspect [--json] [FILE]\n"
	      "Shows what the token in FILE (or on standard input) says, and whether a "
	      "key of\n"
	      "this host's keys.cdb signed it. Exit: 0 it verifies, 1 it does not or "
	      "nobody here\n"
	      "can tell, 65 it is no token.\n",
		out);
}

static int
parse_options(int argc, char **argv, bool *ret_json, const char **ret_file)
{
	const struct option_set set = {
		.entries = { { "json", .flag = ret_json } },
		.max = 1,
		.help = print_help,
	};
	int r = option_read(argc, argv, &set);

	if (r < 0)
		*ret_file = argv[optind];
	return r;
}

/* The whole input, with a NUL behind it. */
static int
read_all(int fd, char ret[INPUT_MAX + 1])
{
	size_t len = 0;

	for (;;) {
		ssize_t n = read(fd, ret + len, INPUT_MAX - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		len += (size_t)n;
		if (n == 0)
			break;
		if (len == INPUT_MAX)
			return -EFBIG;
	}
	ret[len] = '\0';
	return strlen(ret) == len ? 0 : -EINVAL;
}

static int
read_token(const char *file, char ret[INPUT_MAX + 1], struct jit_error *err)
{
	_cleanup_close_ int opened = -1;
	char shown[256];
	int r;

	if (file && !jit_streq(file, "-")) {
		opened = open(file, O_RDONLY | O_CLOEXEC);
		if (opened < 0)
			return jit_error_set(err, -ENOENT, "%s cannot be read: %m",
				jit_escape(file, shown, sizeof(shown)));
	}
	r = read_all(opened >= 0 ? opened : STDIN_FILENO, ret);
	if (r == 0)
		r = jit_token_squeeze(ret);
	if (r == -ENODATA)
		return jit_error_set(
			err, -EINVAL, "there is no token: the input is empty");
	if (r == -EFBIG)
		return jit_error_set(err, -EINVAL,
			"this is longer than any token (%d characters)",
			(int)JIT_TOKEN_MAX);
	return r < 0 ? jit_error_set(err, -EINVAL, "this is not a token (v4.public.…)")
		     : 0;
}

/* Why the form is wrong, in the words of where tokens are handed in: nobody's key is found
 * in no table, but the form is looked at first. */
static int
bad_form(const char *token, struct jit_error *err)
{
	static const struct jit_table nobody = { -1, 0 };
	_cleanup_free_ char *payload = NULL;
	struct jit_error form = { 0 };
	struct jit_key key;

	if (jit_token_open(token, JIT_ASSERT_GRANT, &nobody, &payload, &key, &form) ==
		-EINVAL)
		return jit_error_set(err, -EINVAL, "%s", form.text);
	return jit_error_set(err, -EINVAL, "the token's payload is not text");
}

static int
peek(const char *token, struct inspection *ret, struct jit_error *err)
{
	_cleanup_free_ char *payload = NULL;
	int r = jit_token_peek(token, &payload, ret->kid);

	if (r == -ENOMEM)
		return jit_error_set(err, r, "out of memory");
	if (r < 0)
		return bad_form(token, err);
	ret->claims = json_loads(payload, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(ret->claims))
		return jit_error_set(err, -EINVAL,
			"the token's payload is not one JSON object, or has a claim "
			"twice");
	return 0;
}

static int
open_keys(struct jit_table *ret, struct jit_error *err)
{
	struct jit_site site = JIT_SITE_NONE;
	int r;

	jit_site_open(&site);
	r = site.lib < 0 ? site.lib
			 : jit_table_open(site.lib, "keys.cdb", site.owner, ret);
	jit_site_close(&site);
	if (r == -EACCES)
		return jit_error_set(err, r,
			"only root can read this host's keys: sudo jitctl inspect");
	if (r == -ENOENT)
		return jit_error_set(err, r,
			"this host has no keys compiled yet: as root, jitctl reload");
	if (r < 0)
		return jit_error_set(err, r,
			JIT_LIB_DIR "/keys.cdb %s: as root, jitctl reload",
			jit_file_problem(r));
	return 0;
}

/* ---- the kinds ---- */

static int
parse_grant(const struct kind *kind, const char *payload, const struct jit_key *key,
	struct jit_error *err)
{
	_cleanup_grant_ struct jit_grant grant = { 0 };

	(void)kind;
	return jit_grant_parse(payload, key, &grant, err);
}

static int
parse_request(const struct kind *kind, const char *payload, const struct jit_key *key,
	struct jit_error *err)
{
	_cleanup_filed_ struct jit_filed filed = { .at = 0 };

	(void)kind;
	return jit_filed_parse(payload, key, &filed, err);
}

static int
parse_ruling(const struct kind *kind, const char *payload, const struct jit_key *key,
	struct jit_error *err)
{
	struct jit_ruling ruling;

	return jit_ruling_parse(kind->ruling, payload, key, &ruling, err);
}

/* The first is what a token that is of no kind is called. */
static const struct kind kinds[] = {
	{ "grant", "sign grants", JIT_ASSERT_GRANT, JIT_NS_GRANT, JIT_RULING_NONE,
		parse_grant },
	{ "request", "ask", JIT_ASSERT_REQUEST, JIT_NS_REQUEST, JIT_RULING_NONE,
		parse_request },
	{ "deny", "answer requests", "jit-deny-v1", JIT_NS_GRANT, JIT_RULING_DENY,
		parse_ruling },
	{ "revocation", "revoke", "jit-revoke-v1", JIT_NS_REVOKE, JIT_RULING_REVOKE,
		parse_ruling },
	{ "review", "review break-glass", "jit-seen-v1", JIT_NS_GRANT, JIT_RULING_SEEN,
		parse_ruling },
};

/* Nothing inside says which it is: the one under which the signature holds. */
static int
open_token(const char *token, const struct jit_table *keys, struct inspection *ret,
	char **ret_payload)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct jit_error err = { "" };
		int r = jit_token_open(
			token, kinds[i].assertion, keys, ret_payload, &ret->key, &err);

		if (r == 0) {
			ret->kind = &kinds[i];
			return 0;
		}
		if (r != -EBADMSG || i + 1 == ARRAY_SIZE(kinds))
			return jit_error_set(&ret->why, r, "%s", err.text);
	}
	return -EBADMSG;
}

/* The same steps as where a token is handed in; what no host would take is bad input. */
static int
verify(const char *token, struct inspection *ret)
{
	_cleanup_(close_table) struct jit_table keys = JIT_TABLE_NONE;
	_cleanup_free_ char *payload = NULL;
	struct jit_now now;

	if (open_keys(&keys, &ret->why) < 0 ||
		open_token(token, &keys, ret, &payload) < 0)
		return JITCTL_NO;
	if (jit_clock_now(&now) < 0 ||
		!jit_key_allows(&ret->key, ret->kind->namespace, now.wall_sec)) {
		(void)jit_error_set(&ret->why, 0,
			"the signature holds, but %s's key may not %s here now",
			ret->key.principal, ret->kind->use);
		return JITCTL_NO;
	}
	return ret->kind->parse(ret->kind, payload, &ret->key, &ret->why) < 0
		? JITCTL_BAD_INPUT
		: JITCTL_DONE;
}

static void
print_claim(const char *name, const json_t *value)
{
	char shown_name[128], shown[4096], dur[JIT_DURATION_SIZE];
	_cleanup_free_ char *text = NULL;
	const char *s = json_string_value(value);

	if (!s)
		s = text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	printf("  %-9s %s", jit_escape(name, shown_name, sizeof(shown_name)),
		jit_escape(s ? s : "?", shown, sizeof(shown)));
	if (jit_streq(name, "dur") && json_integer_value(value) > 0)
		printf(" (%s)", jit_format_duration(json_integer_value(value), dur));
	putchar('\n');
}

/* A command line as a person would type it. false: not an array of texts. */
static bool
print_command(const char *name, const json_t *value)
{
	const char *words[JIT_ARGC_MAX];
	struct jit_strv argv = { json_array_size(value), words };
	char shown[4096];

	if (!jit_streq(name, "cmd") || argv.n == 0 || argv.n > JIT_ARGC_MAX)
		return false;
	for (size_t i = 0; i < argv.n; i++) {
		words[i] = json_string_value(json_array_get(value, i));
		if (!words[i])
			return false;
	}
	printf("  %-9s %s\n", name, jit_escape_argv(&argv, shown, sizeof(shown)));
	return true;
}

static void
print_text(const struct inspection *inspection)
{
	char shown[1024];
	const char *name;
	json_t *value;

	if (inspection->exit == JITCTL_DONE)
		printf("verified: a %s, signed by %s, whose key this host trusts\n",
			inspection->kind->noun, inspection->key.principal);
	else if (inspection->exit == JITCTL_BAD_INPUT)
		printf("NO GOOD %s: %s signed it, but %s\n", inspection->kind->noun,
			inspection->key.principal,
			jit_escape(inspection->why.text, shown, sizeof(shown)));
	else
		printf("NOT VERIFIED: %s\nThe token claims, and nobody has checked:\n",
			jit_escape(inspection->why.text, shown, sizeof(shown)));
	json_object_foreach(inspection->claims, name, value)
	{
		if (!print_command(name, value))
			print_claim(name, value);
	}
	printf("  %-9s %s\n", "(key)", jit_escape(inspection->kid, shown, sizeof(shown)));
}

static int
print_json(const struct inspection *inspection)
{
	bool verified = inspection->exit == JITCTL_DONE;
	char shown[1024], kid[256];
	json_auto_t *object = json_pack("{s:i, s:b, s:s?, s:s?, s:s?, s:s, s:O}",
		"version", 1, "verified", verified, "kind",
		inspection->kind ? inspection->kind->noun : NULL, "signer",
		verified ? inspection->key.principal : NULL, "why",
		verified ? NULL : jit_escape(inspection->why.text, shown, sizeof(shown)),
		"key", jit_escape(inspection->kid, kid, sizeof(kid)), "claims",
		inspection->claims);

	if (!object || json_dumpf(object, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII) < 0)
		return -ENOMEM;
	putchar('\n');
	return 0;
}

int
cmd_inspect(int argc, char **argv)
{
	_cleanup_(inspection_done) struct inspection inspection = { 0 };
	char token[INPUT_MAX + 1];
	struct jit_error err = { 0 };
	const char *file = NULL;
	bool json = false;
	int r = parse_options(argc, argv, &json, &file);

	if (r >= 0)
		return r;
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	r = read_token(file, token, &err);
	if (r == 0)
		r = peek(token, &inspection, &err);
	if (r < 0) {
		fprintf(stderr, "jitctl: %s\n", err.text);
		return r == -ENOENT    ? JITCTL_NOT_FOUND
			: r == -ENOMEM ? JITCTL_FAILED
				       : JITCTL_BAD_INPUT;
	}
	inspection.exit = verify(token, &inspection);
	if (!json)
		print_text(&inspection);
	else if (print_json(&inspection) < 0)
		return JITCTL_FAILED;
	return inspection.exit;
}
