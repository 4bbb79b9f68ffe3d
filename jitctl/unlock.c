/*
 * jitctl unlock: root takes back what stops grants from being used. So far the clock's
 * high-water mark.
 *
 * Runs as root.
 */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "jitctl/administrator.h"
#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "libjit/audit.h"
#include "libjit/store.h"

static void
print_help(FILE *out)
{
	fputs("usage: jitctl unlock --clock\n"
	      "  --clock   forget the latest time that this host has seen: for a clock "
	      "that was\n"
	      "            wrongly ahead once, and set back since. Look at the clock "
	      "first.\n",
		out);
}

static int
parse_options(int argc, char **argv, bool *ret_clock)
{
	const struct option_set set = {
		.entries = { { "clock", .flag = ret_clock, .needed = true } },
		.help = print_help,
	};

	return option_read(argc, argv, &set);
}

static int
unlock_clock(void)
{
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_CLOCK_BACK);
	struct jit_site site = JIT_SITE_NONE;
	char by[JIT_NAME_MAX + 1];
	int r;

	administrator_name(by);
	audit.subject = by;
	audit.why = "the high-water mark was cleared by hand";
	jit_site_open(&site);
	r = jit_store_clock_mark_clear(&site);
	if (r == 0 && jit_audit_write(&site, &audit) < 0)
		fputs("jitctl: it holds, but /var/log/jit/audit.jsonl could not be "
		      "written\n",
			stderr);
	jit_site_close(&site);
	return r;
}

int
cmd_unlock(int argc, char **argv)
{
	bool clock = false;
	int r = parse_options(argc, argv, &clock);

	if (r >= 0)
		return r;
	if (geteuid() != jit_site_owner()) {
		fputs("jitctl: only root can do that: sudo jitctl unlock --clock\n",
			stderr);
		return JITCTL_NOT_ALLOWED;
	}
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	r = unlock_clock();
	if (r < 0) {
		fprintf(stderr, "jitctl: the clock's mark in /var/lib/jit stays: %s\n",
			strerror(-r));
		return JITCTL_CANNOT_WRITE;
	}
	puts("the clock's mark is cleared: it begins anew with the time of now");
	return JITCTL_DONE;
}
