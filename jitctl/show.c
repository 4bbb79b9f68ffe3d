/*
 * jitctl show: a request, as it would be signed; or a use of break-glass.
 *
 * Runs as the approver, or as root. MUST escape what it shows; MUST NOT sign anything but,
 * with --seen and after a yes, that somebody has looked.
 */
#include <errno.h>
#include <string.h>

#include "config.h"
#include "jitctl/asked.h"
#include "jitctl/draft.h"
#include "jitctl/emergency.h"
#include "jitctl/jitctl.h"
#include "jitctl/list.h"
#include "jitctl/option.h"
#include "libjit/clock.h"
#include "libjit/parse.h"

struct options {
	struct emergency_seen seen;
	bool json, sign;
};

static void
print_help(FILE *out)
{
	fputs("usage: jitctl show [HOST/]ID|- [--json]\n"
	      "       jitctl show [HOST/]ID --seen [option...]\n"
	      "Shows a request: who asks for what, why, who must agree, and whose "
	      "signature it has.\n"
	      "ID: on this host; HOST/ID: by ssh as jit@HOST; -: a line from chat or "
	      "mail on\n"
	      "standard input. As root, also a use of break-glass on this host.\n\n"
	      "  --json               as JSON\n"
	      "  --seen               sign, as an approver, that you have looked at that "
	      "use of\n"
	      "                       break-glass\n"
	      "  -r, --reason TEXT    with --seen: what you found\n"
	      "  --yes                with --seen: do not ask\n" APPROVER_HELP,
		out);
}

static int
parse_options(int argc, char **argv, struct options *o)
{
	const struct option_set set = {
		.entries = {
			{ "json", .flag = &o->json },
			{ "seen", .flag = &o->sign },
			{ "reason", 'r', .value = &o->seen.reason },
			{ "yes", .flag = &o->seen.yes },
			APPROVER_ENTRIES(&o->seen.by),
		},
		.min = 1,
		.max = 1,
		.once = true,
		.help = print_help,
	};

	return option_read(argc, argv, &set);
}

static void
show_state(const struct asked *asked)
{
	const struct jit_open_request *open = &asked->open;
	char until[64];

	if (!asked->stated)
		return;
	printf("  state    %s", jit_request_state_name(open->state));
	if (open->state == JIT_REQUEST_OPEN && open->expires_sec)
		printf(" until %s", draft_time(open->expires_sec, until, sizeof(until)));
	putchar('\n');
}

static int
show_text(const struct asked *asked, struct jit_error *err)
{
	struct jit_now now;
	int r = jit_clock_now(&now);

	if (r < 0)
		return jit_error_set(
			err, r, "the clock cannot be read: %s", strerror(-r));
	asked_show_now(asked, now.wall_sec, stdout);
	show_state(asked);
	return 0;
}

static int
show_json(const struct asked *asked)
{
	static const char *const trust[] = { [ASKED_UNCHECKED] = "unchecked",
		[ASKED_BY_HOST] = "host",
		[ASKED_BY_SUBJECT] = "subject" };
	const struct jit_strv *command = asked_command(asked);
	json_t *object = asked_json(&asked->open);

	if (object &&
		(json_object_set_new(
			 object, "signature", json_string(trust[asked->trust])) < 0 ||
			json_object_set_new(object, "command_words",
				command && command->n ? list_argv(command)
						      : json_null()) < 0)) {
		json_decref(object);
		object = NULL;
	}
	return list_print_json("request", object);
}

/* An exit code, or -errno with a text. */
static int
show(const char *typed, bool json, struct jit_error *err)
{
	_cleanup_asked_ struct asked asked = { .stated = false };
	struct jit_break_glass use;
	struct jit_error first = { "" };
	int r = asked_fetch(typed, &asked, &first);

	if (r == -ENOENT && !strchr(typed, '/') && geteuid() == jit_site_owner()) {
		r = emergency_find(typed, &use, err);
		return r < 0 ? r : emergency_show(&use, json);
	}
	if (r < 0)
		return jit_error_set(err, r, "%s", first.text);
	return json ? show_json(&asked) : show_text(&asked, err);
}

int
cmd_show(int argc, char **argv)
{
	struct options o = { .json = false };
	struct jit_error err = { "" };
	int r = parse_options(argc, argv, &o);

	if (r >= 0)
		return r;
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	r = o.sign ? emergency_sign(argv[optind], &o.seen, &err)
		   : show(argv[optind], o.json, &err);
	if (r < 0)
		fprintf(stderr, "jitctl: %s\n", err.text);
	return r < 0 ? asked_exit(r) : r;
}
