/*
 * jitctl serve-keys: whom sshd lets in to the delivery account, as its
 * AuthorizedKeysCommand. See jit-keys(5), DELIVERY.
 *
 * Runs as an account without rights, for everybody who knocks. MUST print nothing for a key
 * that trusted_keys does not list or that is not good now; MUST end with 0, whatever comes:
 * a key that is let in may do no more than jitsu --serve does.
 */
#include <string.h>

#include "config.h"
#include "jitctl/conf_source.h"
#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "jitctl/sshkey.h"
#include "jitctl/trusted_keys.h"
#include "libjit/clock.h"
#include "libjit/file.h"
#include "libjit/site.h"

static void
print_help(FILE *out)
{
	fputs("usage: jitctl serve-keys TYPE KEY\n"
	      "For sshd (AuthorizedKeysCommand of the account jit): prints the line for "
	      "a "
	      "key that\n"
	      "stands in " JIT_ETC_DIR "/trusted_keys and is good now, else nothing.\n",
		out);
}

/* A line with a mistake says nothing; the others count. */
static const struct jit_key *
find_key(const struct trusted_keys *keys, const uint8_t public_key[32], int64_t now_sec)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct jit_key *key = &keys->v[i];

		if (memcmp(key->public_key, public_key, sizeof(key->public_key)) != 0)
			continue;
		for (unsigned ns = JIT_NS_GRANT; ns < JIT_NS_PIN; ns <<= 1)
			if (jit_key_allows(key, ns, now_sec))
				return key;
	}
	return NULL;
}

static void
print_key(const struct jit_key *key)
{
	char line[SSHKEY_LINE_SIZE];

	printf("restrict,command=\"" JIT_BIN_DIR "/jitsu --serve %s\" %s\n",
		key->principal, sshkey_format(SSHKEY_ED25519, key->public_key, line));
}

static void
serve_key(const uint8_t public_key[32])
{
	_cleanup_free_ char *text = NULL;
	struct conf_source source = { .path = JIT_ETC_DIR "/trusted_keys" };
	struct conf_problems problems = { 0 };
	struct trusted_keys keys = { 0 };
	const struct jit_key *key;
	struct jit_site site;
	struct jit_now now;

	jit_site_open(&site);
	if (site.etc >= 0 && jit_clock_now(&now) == 0 &&
		jit_file_read(site.etc, "trusted_keys", site.owner, 0644,
			JIT_KEYS_FILE_MAX, &text, &source.len) == 0) {
		source.text = text;
		trusted_keys_parse(&source, NULL, &keys, &problems);
		key = find_key(&keys, public_key, now.wall_sec);
		if (key)
			print_key(key);
		trusted_keys_done(&keys);
		conf_problems_done(&problems);
	}
	jit_site_close(&site);
}

int
cmd_serve_keys(int argc, char **argv)
{
	const struct option_set set = { .min = 2, .max = 2, .help = print_help };
	uint8_t public_key[32];
	int r = option_read(argc, argv, &set);

	if (r >= 0)
		return r;
	if (sodium_init() >= 0 &&
		sshkey_parse(argv[optind], argv[optind + 1], public_key) == 0)
		serve_key(public_key);
	return JITCTL_DONE;
}
