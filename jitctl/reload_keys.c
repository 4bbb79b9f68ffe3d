/*
 * jitctl reload: trusted_keys becomes keys.cdb.
 *
 * Runs as root. MUST replace keys.cdb whole or not at all; MUST NOT wait for the policy.
 */
#include <errno.h>
#include <string.h>

#include "config.h"
#include "jitctl/jitctl.h"
#include "jitctl/reload.h"

/* The host's own public key; without one, nothing that this host signs is believed. */
static bool
find_host_key(struct reload *reload, struct jit_key *ret)
{
	_cleanup_host_key_ struct jit_host_key secret = { 0 };
	struct jit_error err = { 0 };

	if (jit_host_key_load(&reload->site, &secret, &err) < 0) {
		fprintf(stderr, "jitctl: %s\n",
			err.text[0] ? err.text : "this host has no key: jitctl init");
		reload_fail(reload, JITCTL_BAD_INPUT);
		return false;
	}
	*ret = (struct jit_key){ .principal = "host", .is_host = true };
	memcpy(ret->public_key, secret.sign_public, sizeof(ret->public_key));
	memcpy(ret->machine_id, secret.machine_id, JIT_ID_LEN);
	return true;
}

static size_t
count_people(const struct trusted_keys *keys)
{
	size_t n = 0;

	for (size_t i = 0; i < keys->n; i++) {
		size_t k = 0;

		while (k < i && !jit_streq(keys->v[k].principal, keys->v[i].principal))
			k++;
		n += k == i;
	}
	return n;
}

static void
install_keys(struct reload *reload, const struct trusted_keys *keys,
	const struct jit_key *host)
{
	__attribute__((cleanup(compiled_done))) struct compiled compiled = { 0 };
	size_t people = count_people(keys);
	int r = compile_keys(keys, host, &compiled);

	if (r < 0) {
		fprintf(stderr, "jitctl: keys.cdb cannot be made: %s\n", strerror(-r));
		reload_fail(reload, JITCTL_FAILED);
		return;
	}
	if (reload_put(reload, "keys.cdb", &compiled) == 0)
		printf("jitctl: keys: %zu of %zu %s%s\n", keys->n, people,
			people == 1 ? "person" : "people",
			host ? ", and this host's" : "");
}

static void
keys_refused(struct reload *reload, const struct conf_problems *problems)
{
	char errors[32];

	fprintf(stderr,
		"jitctl: keys not loaded: %s. The keys of before stay in force.\n",
		reload_errors(problems, errors));
	reload_fail(reload, JITCTL_BAD_INPUT);
}

void
reload_keys_read(struct reload *reload, struct reload_keys *ret)
{
	*ret = (struct reload_keys){ 0 };
	ret->error = conf_source_read(&reload->site, "trusted_keys", JIT_KEYS_FILE_MAX,
		&reload->arena, &ret->source, &ret->problems);
}

void
reload_keys_install(struct reload *reload, struct reload_keys *read)
{
	struct trusted_keys keys = { 0 };
	struct jit_key host;
	bool has_host = find_host_key(reload, &host);

	if (read->error == 0)
		trusted_keys_parse(&read->source, has_host ? host.public_key : NULL,
			&keys, &read->problems);
	else if (read->error == -ENOENT)
		fputs("jitctl: there is no " JIT_ETC_DIR
		      "/trusted_keys: nobody can approve\n",
			stderr);
	conf_problems_print(&read->problems, stderr);
	if (read->problems.count[CONF_ERROR])
		keys_refused(reload, &read->problems);
	else
		install_keys(reload, &keys, has_host ? &host : NULL);
	trusted_keys_done(&keys);
	fflush(stdout); /* so that it stands before what is said next */
}

void
reload_keys_done(struct reload_keys *keys)
{
	conf_problems_done(&keys->problems);
	free((void *)keys->source.text);
	*keys = (struct reload_keys){ 0 };
}
