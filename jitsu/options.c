/*
 * The command line. Runs as: root (effective), on the caller's words.
 *
 * MUST refuse what it does not know or what does not go together; MUST NOT change, join or
 * split an argument.
 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "libjit/escape.h"
#include "libjit/parse.h"

const char options_help[] =
	"usage: jitsu [-n] [-r reason] [-t time] [-R role] [-u user] [--] command "
	"[args]\n"
	"       jitsu -l [--json] [command]\n"
	"       jitsu -k | --drop [ID] | --accept | -V | -h\n"
	"\n"
	"  -r, --reason TEXT     why; goes on record\n"
	"  -t, --time TIME       how long: 10m, 2h\n"
	"  -R, --role ROLE       under this role\n"
	"  -u, --user USER       as this user (default: the role's first)\n"
	"  -n, --non-interactive never ask anything\n"
	"  -l, --list            what you may ask for, what you hold, how long still\n"
	"      --json            the same for programs\n"
	"  -k, --forget          forget that you have authenticated in this terminal "
	"session\n"
	"      --drop            give a grant back, ending what runs under it\n"
	"      --accept          hand in a grant that an approver signed (standard "
	"input)\n"
	"  -V, --version         -h, --help\n"
	"\n"
	"JIT_REASON, JIT_ROLE and JIT_TIME preset -r, -R and -t. See jitsu(1).\n";

enum long_only {
	OPTION_JSON = 256,
	OPTION_DROP,
	OPTION_ACCEPT,
	OPTION_LATER, /* the first that is not there yet */
};

/* What design and sudo know and we do not do yet: refused by name, never ignored. */
static const char short_options[] = "+:r:t:R:u:nlkVhg:D:ASbsieKv";
static const char short_later[] = "gDASbsieKv";

static const struct option long_options[] = {
	{ "reason", required_argument, NULL, 'r' },
	{ "time", required_argument, NULL, 't' },
	{ "role", required_argument, NULL, 'R' },
	{ "user", required_argument, NULL, 'u' },
	{ "non-interactive", no_argument, NULL, 'n' },
	{ "list", no_argument, NULL, 'l' },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "forget", no_argument, NULL, 'k' },
	{ "drop", no_argument, NULL, OPTION_DROP },
	{ "accept", no_argument, NULL, OPTION_ACCEPT },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ "group", required_argument, NULL, 'g' },
	{ "chdir", required_argument, NULL, 'D' },
	{ "askpass", no_argument, NULL, 'A' },
	{ "stdin", no_argument, NULL, 'S' },
	{ "background", no_argument, NULL, 'b' },
	{ "shell", no_argument, NULL, 's' },
	{ "login", no_argument, NULL, 'i' },
	{ "edit", no_argument, NULL, 'e' },
	{ "forget-all", no_argument, NULL, 'K' },
	{ "validate", no_argument, NULL, 'v' },
	{ "at", required_argument, NULL, OPTION_LATER },
	{ "wait", optional_argument, NULL, OPTION_LATER },
	{ "no-wait", no_argument, NULL, OPTION_LATER },
	{ "pin", no_argument, NULL, OPTION_LATER },
	{ "this-command", no_argument, NULL, OPTION_LATER },
	{ "qr", no_argument, NULL, OPTION_LATER },
	{ "break-glass", no_argument, NULL, OPTION_LATER },
	{ "preserve-env", optional_argument, NULL, OPTION_LATER },
	{ "renew", no_argument, NULL, OPTION_LATER },
	{ "cancel", required_argument, NULL, OPTION_LATER },
	{ "status", no_argument, NULL, OPTION_LATER },
	{ "serve", required_argument, NULL, OPTION_LATER },
	{ 0 },
};

/* Which options go with which mode, and how many words. */
static const struct mode_form {
	const char *name, *options;
	size_t words_min, words_max;
} mode_forms[] = {
	[MODE_RUN] = { "a command", "rtRun", 1, SIZE_MAX },
	[MODE_LIST] = { "-l", "lRuj", 0, SIZE_MAX },
	[MODE_FORGET] = { "-k", "k", 0, 0 },
	[MODE_DROP] = { "--drop", "", 0, 1 },
	[MODE_ACCEPT] = { "--accept", "", 0, 0 },
	[MODE_VERSION] = { "-V", "V", 0, 0 },
	[MODE_HELP] = { "-h", "h", 0, 0 },
};

struct parser {
	struct options options;
	struct jit_error *err;
	char seen[64]; /* letters of what was given; `j` for --json */
	size_t n_seen;
};

static int
usage(struct parser *p, const char *text)
{
	return jit_error_set(p->err, -EINVAL, "%s (jitsu -h shows how)", text);
}

static int
set_mode(struct parser *p, enum mode mode)
{
	if (p->options.mode != MODE_RUN && p->options.mode != mode)
		return usage(
			p, "only one of -l, -k, --drop, --accept, -V and -h at a time");
	p->options.mode = mode;
	return 0;
}

static int
set_reason(struct parser *p, const char *text)
{
	if (!*text || !jit_text_valid(text, JIT_REASON_MAX))
		return usage(p, "a reason is one line of 1 to 256 bytes");
	p->options.reason = text;
	return 0;
}

static int
set_time(struct parser *p, const char *text)
{
	if (jit_parse_duration(text, &p->options.duration_sec) < 0)
		return usage(p, "a time is written like 90s, 10m, 2h or 1h30m");
	return 0;
}

static int
set_name(struct parser *p, const char **slot, const char *text)
{
	if (!jit_name_valid(text))
		return usage(p, "that is no name of a role or user");
	*slot = text;
	return 0;
}

static int
refuse_later(struct parser *p, char **argv)
{
	char shown[128];

	jit_escape(optind > 0 && argv[optind - 1] ? argv[optind - 1] : "?", shown,
		sizeof(shown));
	return jit_error_set(p->err, -EINVAL, "%s: not supported yet", shown);
}

static int
refuse_unknown(struct parser *p, int c, char **argv)
{
	char shown[128];

	if (optopt > 0 && optopt < 128) {
		char letter[] = { '-', (char)optopt, '\0' };

		jit_escape(letter, shown, sizeof(shown));
	} else {
		jit_escape(argv[optind - 1], shown, sizeof(shown));
	}
	return jit_error_set(p->err, -EINVAL, "%s: %s (jitsu -h shows how)", shown,
		c == ':' ? "needs a value" : "no such option");
}

static int
take_option(struct parser *p, int c, char **argv)
{
	if (c >= OPTION_LATER || (c < 128 && strchr(short_later, c)))
		return refuse_later(p, argv);
	switch (c) {
	case 'r': return set_reason(p, optarg);
	case 't': return set_time(p, optarg);
	case 'R': return set_name(p, &p->options.role, optarg);
	case 'u': return set_name(p, &p->options.target, optarg);
	case 'n': p->options.no_prompt = true; return 0;
	case 'l': return set_mode(p, MODE_LIST);
	case OPTION_JSON: p->options.json = true; return 0;
	case 'k': return set_mode(p, MODE_FORGET);
	case OPTION_DROP: return set_mode(p, MODE_DROP);
	case OPTION_ACCEPT: return set_mode(p, MODE_ACCEPT);
	case 'V': return set_mode(p, MODE_VERSION);
	case 'h': return set_mode(p, MODE_HELP);
	default: return refuse_unknown(p, c, argv);
	}
}

static int
note_seen(struct parser *p, int c)
{
	char letter = (char)(c == OPTION_JSON ? 'j' : c < 128 ? c : 0);

	if (!letter || memchr(p->seen, letter, p->n_seen))
		return 0;
	if (p->n_seen == sizeof(p->seen))
		return -E2BIG;
	p->seen[p->n_seen++] = letter;
	return 0;
}

static int
check_form(struct parser *p)
{
	const struct mode_form *form = &mode_forms[p->options.mode];

	for (size_t i = 0; i < p->n_seen; i++) {
		char letter[] = { '-', p->seen[i], '\0' };

		if (!strchr(form->options, p->seen[i]))
			return jit_error_set(p->err, -EINVAL,
				"%s does not go with %s (jitsu -h)",
				p->seen[i] == 'j' ? "--json" : letter, form->name);
	}
	if (p->options.words.n < form->words_min)
		return usage(p, "which command?");
	if (p->options.words.n > form->words_max)
		return jit_error_set(
			p->err, -EINVAL, "too many words for %s (jitsu -h)", form->name);
	if (p->options.json && p->options.words.n)
		return usage(p, "--json goes with -l alone");
	return 0;
}

static int
take_presets(struct parser *p, const struct environment_presets *presets)
{
	int r = 0;

	if (p->options.mode != MODE_RUN)
		return 0;
	if (presets->reason && !p->options.reason)
		r = set_reason(p, presets->reason);
	if (r == 0 && presets->role && !p->options.role)
		r = set_name(p, &p->options.role, presets->role);
	if (r == 0 && presets->time && !p->options.duration_sec)
		r = set_time(p, presets->time);
	return r;
}

int
options_parse(int argc, char **argv, const struct environment_presets *presets,
	struct options *ret, struct jit_error *err)
{
	struct parser p = { .err = err };
	int c, r = 0;

	opterr = 0;
	while (r == 0 &&
		(c = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		r = take_option(&p, c, argv);
		if (r == 0)
			r = note_seen(&p, c);
	}
	if (r < 0)
		return r;
	p.options.words.n = (size_t)(argc - optind);
	p.options.words.v = (const char **)(argv + optind);
	r = check_form(&p);
	if (r == 0)
		r = take_presets(&p, presets);
	if (r < 0)
		return r;
	*ret = p.options;
	return 0;
}
