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

enum long_only {
	OPTION_JSON = 256,
	OPTION_DROP,
	OPTION_ACCEPT,
	OPTION_AT,
	OPTION_WAIT,
	OPTION_NO_WAIT,
	OPTION_BREAK_GLASS,
	OPTION_PRESERVE,
	OPTION_STATUS,
	OPTION_CANCEL,
	OPTION_RENEW,
	OPTION_SERVE,
	OPTION_LATER, /* the first that is not there yet */
};

/* What people know from sudo, and what is not there yet: refused by name, never ignored. */
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
	{ "at", required_argument, NULL, OPTION_AT },
	{ "wait", optional_argument, NULL, OPTION_WAIT },
	{ "no-wait", no_argument, NULL, OPTION_NO_WAIT },
	{ "break-glass", no_argument, NULL, OPTION_BREAK_GLASS },
	{ "preserve-env", optional_argument, NULL, OPTION_PRESERVE },
	{ "status", no_argument, NULL, OPTION_STATUS },
	{ "cancel", required_argument, NULL, OPTION_CANCEL },
	{ "renew", no_argument, NULL, OPTION_RENEW },
	{ "serve", required_argument, NULL, OPTION_SERVE },
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
	{ "pin", no_argument, NULL, OPTION_LATER },
	{ "this-command", no_argument, NULL, OPTION_LATER },
	{ "qr", no_argument, NULL, OPTION_LATER },
	{ 0 },
};

/* Options without a short form that go with some modes only have a letter here. */
static const struct long_letter {
	int option;
	char letter;
	const char *name;
} long_letters[] = {
	{ OPTION_JSON, 'j', "--json" },
	{ OPTION_AT, '@', "--at" },
	{ OPTION_WAIT, 'w', "--wait" },
	{ OPTION_NO_WAIT, 'W', "--no-wait" },
	{ OPTION_BREAK_GLASS, '!', "--break-glass" },
	{ OPTION_PRESERVE, 'E', "--preserve-env" },
};

/* Which options go with which mode, and how many words. */
static const struct mode_form {
	const char *name, *options;
	size_t words_min, words_max;
} mode_forms[] = {
	[MODE_RUN] = { "a command", "rtRun@wW!E", 1, SIZE_MAX },
	[MODE_LIST] = { "-l", "lRuj", 0, SIZE_MAX },
	[MODE_FORGET] = { "-k", "k", 0, 0 },
	[MODE_DROP] = { "--drop", "", 0, 1 },
	[MODE_ACCEPT] = { "--accept", "", 0, 0 },
	[MODE_STATUS] = { "--status", "j", 0, 0 },
	[MODE_CANCEL] = { "--cancel", "", 0, 0 },
	[MODE_RENEW] = { "--renew", "rtnwW", 0, 1 },
	[MODE_SERVE] = { "--serve", "", 0, 0 },
	[MODE_VERSION] = { "-V", "V", 0, 0 },
	[MODE_HELP] = { "-h", "h", 0, 0 },
};

/* What contradicts each other. */
static const struct {
	char a, b;
	const char *text;
} contradictions[] = {
	{ 'w', 'W', "either --wait or --no-wait" },
	{ 'n', 'w', "-n never waits: --wait does not go with it" },
	{ '@', '!', "an emergency is now: --at does not go with --break-glass" },
};

struct parser {
	struct options options;
	struct jit_error *err;
	char seen[64]; /* letters of what was given, see long_letters */
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
		return usage(p,
			"only one of -l, -k, --status, --cancel, --renew, --drop, "
			"--accept, --serve, -V and -h at a time");
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
set_waiting(struct parser *p, enum waiting waiting, const char *text)
{
	p->options.waiting = waiting;
	if (text && jit_parse_duration(text, &p->options.wait_sec) < 0)
		return usage(p, "a time to wait is written like 90s, 10m or 2h");
	return 0;
}

static int
set_cancel(struct parser *p, const char *id)
{
	if (!*id)
		return usage(p, "which request? jitsu --status shows their ids");
	p->options.name = id;
	return set_mode(p, MODE_CANCEL);
}

static int
set_serve(struct parser *p, const char *name)
{
	int r = set_name(p, &p->options.name, name);

	return r < 0 ? r : set_mode(p, MODE_SERVE);
}

/* All of the environment is never handed on. */
static int
set_preserve(struct parser *p, const char *list)
{
	if (!list || !*list)
		return usage(
			p, "--preserve-env needs names: --preserve-env=HTTP_PROXY,…");
	p->options.preserve = list;
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
	case OPTION_STATUS: return set_mode(p, MODE_STATUS);
	case OPTION_CANCEL: return set_cancel(p, optarg);
	case OPTION_RENEW: return set_mode(p, MODE_RENEW);
	case OPTION_SERVE: return set_serve(p, optarg);
	case OPTION_AT: p->options.at = optarg; return 0;
	case OPTION_WAIT: return set_waiting(p, WAITING_WANTED, optarg);
	case OPTION_NO_WAIT: return set_waiting(p, WAITING_UNWANTED, NULL);
	case OPTION_BREAK_GLASS: p->options.break_glass = true; return 0;
	case OPTION_PRESERVE: return set_preserve(p, optarg);
	case 'V': return set_mode(p, MODE_VERSION);
	case 'h': return set_mode(p, MODE_HELP);
	default: return refuse_unknown(p, c, argv);
	}
}

static char
letter_of(int option)
{
	for (size_t i = 0; i < ARRAY_SIZE(long_letters); i++)
		if (long_letters[i].option == option)
			return long_letters[i].letter;
	return (char)(option < 128 ? option : 0);
}

/* As it is written; buf takes a short one. */
static const char *
name_of(char letter, char buf[3])
{
	for (size_t i = 0; i < ARRAY_SIZE(long_letters); i++)
		if (long_letters[i].letter == letter)
			return long_letters[i].name;
	buf[0] = '-';
	buf[1] = letter;
	buf[2] = '\0';
	return buf;
}

static bool
was_seen(const struct parser *p, char letter)
{
	return memchr(p->seen, letter, p->n_seen) != NULL;
}

static int
note_seen(struct parser *p, int option)
{
	char letter = letter_of(option);

	if (!letter || was_seen(p, letter))
		return 0;
	if (p->n_seen == sizeof(p->seen))
		return -E2BIG;
	p->seen[p->n_seen++] = letter;
	return 0;
}

static int
check_options(struct parser *p, const struct mode_form *form)
{
	for (size_t i = 0; i < p->n_seen; i++) {
		char buf[3];

		if (!strchr(form->options, p->seen[i]))
			return jit_error_set(p->err, -EINVAL,
				"%s does not go with %s (jitsu -h)",
				name_of(p->seen[i], buf), form->name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(contradictions); i++)
		if (was_seen(p, contradictions[i].a) && was_seen(p, contradictions[i].b))
			return usage(p, contradictions[i].text);
	return 0;
}

static int
check_form(struct parser *p)
{
	const struct mode_form *form = &mode_forms[p->options.mode];
	int r = check_options(p, form);

	if (r < 0)
		return r;
	if (p->options.assignments.n && p->options.mode != MODE_RUN)
		return usage(p, "NAME=value goes with a command only");
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

/* NAME=value, as a shell would take it. */
static bool
is_assignment(const char *word)
{
	static const char name_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t n = strspn(word, name_chars);

	return n > 0 && word[n] == '=' && !(*word >= '0' && *word <= '9');
}

/* What stands behind the options. */
static int
take_words(struct parser *p, int argc, char **argv, int at, bool ended)
{
	int first = at;

	while (!ended && at < argc && is_assignment(argv[at]))
		at++;
	p->options.assignments.n = (size_t)(at - first);
	p->options.assignments.v = (const char **)(argv + first);
	if (at > first && at < argc && argv[at][0] == '-') {
		if (strcmp(argv[at], "--") != 0)
			return usage(p, "options stand before NAME=value");
		at++;
	}
	p->options.words.n = (size_t)(argc - at);
	p->options.words.v = (const char **)(argv + at);
	return 0;
}

int
options_parse(int argc, char **argv, const struct environment_presets *presets,
	struct options *ret, struct jit_error *err)
{
	struct parser p = { .err = err };
	int c, r = 0, at = 1; /* behind the last option; a `--` is skipped beyond it */

	opterr = 0;
	while (r == 0 &&
		(c = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		r = take_option(&p, c, argv);
		if (r == 0)
			r = note_seen(&p, c);
		at = optind;
	}
	if (r == 0)
		r = take_words(&p, argc, argv, optind, optind != at);
	if (r == 0)
		r = check_form(&p);
	if (r == 0)
		r = take_presets(&p, presets);
	if (r < 0)
		return r;
	*ret = p.options;
	return 0;
}
