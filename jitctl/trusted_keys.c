/*
 * Reads trusted_keys.
 *
 * Runs as root. MUST accept no line that ssh-keygen would read in another way, and nothing
 * that is not understood.
 */
#include "trusted_keys.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "libjit/parse.h"
#include "suggest.h"
#include "trusted_line.h"

static void
at_key(struct trusted_line *line, enum conf_severity severity, const char *text)
{
	struct conf_place place = trusted_place(line, line->key_at);

	conf_problem_add(line->problems, severity, &place, "%s", text);
}

/* ---- the key's bytes ---- */

/* An ssh public key: string TYPE, string of 32 bytes, nothing more. */
static bool
take_blob(const char *type, const uint8_t *blob, size_t len, uint8_t ret[32])
{
	size_t type_len = strlen(type);
	uint8_t head[64] = { 0, 0, 0, (uint8_t)type_len };

	memcpy(head + 4, type, type_len);
	head[4 + type_len + 3] = 32;
	if (len != 4 + type_len + 4 + 32 || memcmp(blob, head, 4 + type_len + 4) != 0)
		return false;
	memcpy(ret, blob + 4 + type_len + 4, 32);
	return true;
}

static bool
read_key_bytes(struct trusted_line *line, uint8_t ret[32])
{
	uint8_t blob[128];
	size_t len;

	if (sodium_base642bin(blob, sizeof(blob), line->base64, strlen(line->base64),
		    NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL) < 0 ||
		!take_blob(line->type, blob, len, ret)) {
		at_key(line, CONF_ERROR,
			"this is not the public key that its type says; copy the .pub "
			"file's line "
			"again");
		return false;
	}
	return true;
}

/* ---- one line ---- */

static bool
check_principal(struct trusted_line *line)
{
	const char *name = line->principal;
	struct conf_place place = trusted_place(line, line->principal_at);

	if (jit_name_valid(name) && !jit_streq(name, "host") && !jit_streq(name, "self"))
		return true;
	if (jit_streq(name, "host") || jit_streq(name, "self"))
		conf_problem_add(line->problems, CONF_ERROR, &place,
			"\"%s\" is nobody's name here; write the person's user name",
			name);
	else if (strpbrk(name, "*?!,@"))
		conf_problem_add(line->problems, CONF_ERROR, &place,
			"one user name, like carol: no patterns, lists or addresses");
	else
		conf_problem_add(line->problems, CONF_ERROR, &place,
			"\"%s\" cannot be a user name", name);
	return false;
}

static bool
check_type(struct trusted_line *line)
{
	bool pin = (line->namespaces & JIT_NS_PIN) != 0;
	bool ed25519 = jit_streq(line->type, "ssh-ed25519");
	bool x25519 = jit_streq(line->type, "jit-x25519");
	struct conf_place place = trusted_place(line, line->type_at);

	if (pin && line->namespaces != JIT_NS_PIN)
		conf_problem_add(line->problems, CONF_ERROR, &place,
			"jit-pin stands alone in its namespaces: its key is of another "
			"type");
	else if (pin && !x25519)
		conf_problem_add(line->problems, CONF_ERROR, &place,
			"a key for jit-pin is of type jit-x25519, not %s", line->type);
	else if (!pin && !ed25519)
		conf_problem_add(line->problems, CONF_ERROR, &place,
			"only ssh-ed25519 keys, not %s: ssh-keygen -t ed25519, or jitctl "
			"keygen",
			line->type);
	else
		return true;
	return false;
}

static bool
is_listed(
	struct trusted_line *line, const struct trusted_keys *keys, const uint8_t key[32])
{
	for (size_t i = 0; i < keys->n; i++) {
		struct conf_place place = trusted_place(line, line->key_at);

		if (memcmp(keys->v[i].public_key, key, 32) != 0)
			continue;
		if (jit_streq(keys->v[i].principal, line->principal))
			conf_problem_add(line->problems, CONF_ERROR, &place,
				"this key stands in line %u already; put all namespaces "
				"there",
				keys->lines[i]);
		else
			conf_problem_add(line->problems, CONF_ERROR, &place,
				"this key is %s's already (line %u): a key has one owner",
				keys->v[i].principal, keys->lines[i]);
		return true;
	}
	return false;
}

static void
keep_key(
	struct trusted_keys *keys, const struct trusted_line *line, const uint8_t key[32])
{
	struct jit_key *kept;
	size_t size = keys->size;

	keys->v = conf_grow(keys->v, keys->n, &keys->size, sizeof(*keys->v));
	keys->lines = conf_grow(keys->lines, keys->n, &size, sizeof(*keys->lines));
	keys->lines[keys->n] = line->number;
	kept = &keys->v[keys->n++];
	*kept = (struct jit_key){
		.namespaces = line->namespaces,
		.valid_after = line->valid_after,
		.valid_before = line->valid_before,
	};
	(void)snprintf(kept->principal, sizeof(kept->principal), "%s", line->principal);
	memcpy(kept->public_key, key, sizeof(kept->public_key));
}

static void
take_line(struct trusted_line *line, const uint8_t *host, struct trusted_keys *keys)
{
	uint8_t key[32];
	bool ok = check_principal(line);

	ok &= check_type(line);
	if (!ok || !read_key_bytes(line, key))
		return;
	if (line->namespaces == JIT_NS_PIN) {
		at_key(line, CONF_WARNING,
			"PINs are not supported yet; this line is passed over");
		return;
	}
	if (!crypto_core_ed25519_is_valid_point(key)) {
		at_key(line, CONF_ERROR,
			"this key is a point that no signature can come from");
		return;
	}
	if (host && memcmp(host, key, 32) == 0) {
		at_key(line, CONF_ERROR,
			"this is the host's own key; nobody else can have it");
		return;
	}
	if (!is_listed(line, keys, key))
		keep_key(keys, line, key);
}

void
trusted_keys_parse(const struct conf_source *source, const uint8_t *host,
	struct trusted_keys *ret, struct conf_problems *problems)
{
	struct conf_arena arena = { 0 };
	struct trusted_line line = { .source = source, .problems = problems };
	const char *p = source->text, *end = source->text + source->len;

	*ret = (struct trusted_keys){ 0 };
	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((stop ? stop : end) - p);

		line = (struct trusted_line){
			.source = source,
			.problems = problems,
			.number = line.number + 1,
			.start = p,
			.text = conf_strndup(&arena, p, len),
			.arena = &arena,
		};
		if (trusted_line_parse(&line, len))
			take_line(&line, host, ret);
		p += len + 1;
	}
	conf_arena_done(&arena);
}

void
trusted_keys_done(struct trusted_keys *keys)
{
	free(keys->v);
	free(keys->lines);
	*keys = (struct trusted_keys){ 0 };
}
