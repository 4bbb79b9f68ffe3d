/*
 * jitctl manifest: prints the manifest of the policy's files, to be signed.
 *
 * Runs as root. MUST NOT change anything.
 */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "config.h"
#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "jitctl/reload.h"
#include "jitctl/signed.h"
#include "libjit/parse.h"

static void
print_help(FILE *out)
{
	fputs("usage: jitctl manifest [--serial NUMBER] >" JIT_ETC_DIR "/manifest\n"
	      "Prints the manifest of trusted_keys, jit.conf, conf.d/*.conf and "
	      "host.conf. "
	      "Signed with\n"
	      "  ssh-keygen -Y sign -n " MANIFEST_NAMESPACE " -f KEY " JIT_ETC_DIR
	      "/manifest\n"
	      "it lets them be loaded by a jitctl that has a policy key compiled in.\n"
	      "  --serial NUMBER   higher than any before; default: one more than was in "
	      "force here\n",
		out);
}

static int
next_serial(const struct jit_site *site, const char *typed, uint64_t *ret)
{
	struct signed_policy last;
	int r;

	if (typed) {
		r = jit_parse_u64(typed, MANIFEST_SERIAL_MAX, ret);
		if (r < 0 || *ret == 0) {
			fputs("jitctl: --serial: a whole number from 1 on\n", stderr);
			return JITCTL_BAD_INPUT;
		}
		return JITCTL_DONE;
	}
	r = signed_serial(site, &last);
	if (r < 0) {
		fprintf(stderr, "jitctl: " JIT_LIB_DIR "/serial: %s; give --serial\n",
			strerror(-r));
		return JITCTL_FAILED;
	}
	*ret = last.serial + 1;
	return JITCTL_DONE;
}

static int
print_manifest(struct reload *reload, uint64_t serial)
{
	struct conf_problems problems = { 0 };
	struct conf_sources sources;
	struct reload_keys keys;
	size_t errors;

	reload_keys_read(reload, &keys);
	conf_sources_read(&reload->site, &sources, &problems);
	conf_problems_print(&keys.problems, stderr);
	conf_problems_print(&problems, stderr);
	errors = problems.count[CONF_ERROR] + keys.problems.count[CONF_ERROR];
	if (!errors)
		manifest_print(
			&sources, keys.error == 0 ? &keys.source : NULL, serial, stdout);
	conf_problems_done(&problems);
	conf_sources_done(&sources);
	reload_keys_done(&keys);
	return errors ? JITCTL_BAD_INPUT : JITCTL_DONE;
}

int
cmd_manifest(int argc, char **argv)
{
	struct reload reload = { .site = JIT_SITE_NONE };
	const char *typed = NULL;
	const struct option_set options = {
		.entries = { { "serial", .value = &typed } },
		.once = true,
		.help = print_help,
	};
	uint64_t serial;
	int r = option_read(argc, argv, &options);

	if (r >= 0)
		return r;
	if (geteuid() != jit_site_owner()) {
		fputs("jitctl: manifest: run this as root\n", stderr);
		return JITCTL_NOT_ALLOWED;
	}
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	jit_site_open(&reload.site);
	r = next_serial(&reload.site, typed, &serial);
	if (r == JITCTL_DONE)
		r = print_manifest(&reload, serial);
	jit_site_close(&reload.site);
	conf_arena_done(&reload.arena);
	return r;
}
