/*
 * jitctl log --verify: is every line of the audit record there, and unchanged?
 *
 * Runs as root.
 */
#include <errno.h>
#include <inttypes.h>

#include "config.h"
#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "libjit/audit.h"

static void
print_help(FILE *out)
{
	fputs("usage: jitctl log --verify\n"
	      "Walks the chain of " JIT_LOG_DIR
	      "/audit.jsonl: exit 0 if every line is there "
	      "and unchanged,\n1 if not.\n",
		out);
}

static int
verify_log(const struct jit_site *site)
{
	struct jit_error err = { 0 };
	uint64_t lines = 0;
	int r = jit_audit_verify(site, &lines, &err);

	if (r == 0) {
		printf("jitctl: all %" PRIu64 " events are there and unchanged\n", lines);
		return JITCTL_DONE;
	}
	fprintf(stderr, "jitctl: %s\n",
		err.text[0] ? err.text : "the audit record cannot be read");
	return r == -EBADMSG ? JITCTL_NO : JITCTL_NOT_FOUND;
}

int
cmd_log(int argc, char **argv)
{
	struct jit_site site = JIT_SITE_NONE;
	bool verify = false;
	const struct option_set options = {
		.entries = { { "verify", .flag = &verify, .needed = true } },
		.help = print_help,
	};
	int r = option_read(argc, argv, &options);

	if (r >= 0)
		return r;
	if (geteuid() != jit_site_owner()) {
		fputs("jitctl: log: run this as root\n", stderr);
		return JITCTL_NOT_ALLOWED;
	}
	jit_site_open(&site);
	r = verify_log(&site);
	jit_site_close(&site);
	return r;
}
