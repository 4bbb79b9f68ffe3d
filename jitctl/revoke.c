/*
 * jitctl revoke: root ends grants, whole or half approved, requests that are open, and what
 * runs. Whoever is not root, or names another host, revokes by a signed token.
 *
 * Runs as root. MUST work for a whole id even when policy and keys cannot be read.
 */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "jitctl/administrator.h"
#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "jitctl/revocation.h"
#include "jitctl/revoke.h"
#include "libjit/parse.h"

static void
print_help(FILE *out)
{
	fputs("usage: jitctl revoke ID | --subject USER | --role ROLE | --all --reason "
	      "TEXT\n"
	      "As root: ends grants for good and what runs under them, and closes open "
	      "requests. ID is\n"
	      "what jitctl list grants or requests shows, any beginning of it that is "
	      "unique, or the\n"
	      "whole id (32 digits) of a grant that was not handed in yet.\n"
	      "  --subject USER      all of a user's\n"
	      "  --role ROLE         all of a role\n"
	      "  --all               all\n"
	      "  -r, --reason TEXT   why; the person is told\n\n",
		out);
	revoke_remote_help(out);
}

static int
parse_options(int argc, char **argv, struct revocation *ret)
{
	const struct option_set set = {
		.entries = { { "reason", 'r', .value = &ret->reason, .needed = true },
			{ "subject", .value = &ret->subject },
			{ "role", 'R', .value = &ret->role },
			{ "all", .flag = &ret->all } },
		.max = 1,
		.once = true,
		.help = print_help,
	};
	int r = option_read(argc, argv, &set);

	if (r >= 0)
		return r;
	ret->typed = argv[optind];
	if ((ret->typed != NULL) + (ret->subject != NULL) + (ret->role != NULL) +
			ret->all !=
		1) {
		print_help(stderr);
		return JITCTL_USAGE;
	}
	return r;
}

/* ---- the command ---- */

/* Everything that the store has. Without policy or keys nothing verifies and the list is
 * empty: a whole id can be revoked all the same. */
static void
load(struct revocation *rev)
{
	struct jit_access *access = &rev->access;
	int r = jit_access_open(access, &rev->load_err);

	if (r == 0) {
		r = jit_store_load_all(
			&access->site, &access->keys, &access->now, &rev->held);
		if (r < 0)
			(void)jit_error_set(&rev->load_err, r,
				"the grants cannot be read: %s", strerror(-r));
	}
	if (r < 0) {
		jit_access_close(access);
		*access = JIT_ACCESS_NONE;
		jit_site_open(&access->site);
		(void)!jit_clock_now(&access->now);
		fprintf(stderr, "jitctl: %s\n", rev->load_err.text);
	}
	r = jit_requests_load(&access->site, (uid_t)-1, &rev->requests);
	if (r < 0)
		fprintf(stderr, "jitctl: open requests cannot be read: %s\n",
			strerror(-r));
}

static int
revoke_exit(int error)
{
	switch (-error) {
	case 0: return JITCTL_DONE;
	case ENOENT: return JITCTL_NOT_FOUND;
	case ENOTUNIQ: return JITCTL_BAD_INPUT;
	case EALREADY: return JITCTL_NO;
	case EIO: return JITCTL_FAILED;
	default: return JITCTL_CANNOT_WRITE;
	}
}

/* Of another host, or by somebody who is not root here. */
static bool
is_remote(int argc, char **argv)
{
	if (geteuid() != jit_site_owner())
		return true;
	for (int i = 1; i < argc; i++)
		if (argv[i][0] != '-' && argv[i - 1][0] != '-' && strchr(argv[i], '/'))
			return true;
	return false;
}

int
cmd_revoke(int argc, char **argv)
{
	__attribute__((cleanup(
		revocation_done))) struct revocation rev = { .access = JIT_ACCESS_NONE };
	struct jit_error err = { 0 };
	int r;

	if (is_remote(argc, argv))
		return revoke_remote(argc, argv);
	r = parse_options(argc, argv, &rev);
	if (r >= 0)
		return r;
	if (!rev.reason[0] || !jit_text_valid(rev.reason, JIT_REASON_MAX)) {
		fprintf(stderr,
			"jitctl: --reason: 1 to %d bytes of UTF-8 without control "
			"characters\n",
			(int)JIT_REASON_MAX);
		return JITCTL_BAD_INPUT;
	}
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	administrator_name(rev.by);
	load(&rev);
	r = revocation_run(&rev, &err);
	if (r < 0)
		fprintf(stderr, "jitctl: %s\n", err.text);
	return revoke_exit(r);
}
