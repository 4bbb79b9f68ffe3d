/*
 * jitctl list: what is granted and what runs; and what the listings share.
 *
 * Runs as root; requests also as a member of jit-approvers. MUST NOT change anything.
 */
#include "jitctl/list.h"

#include <string.h>

#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "libjit/escape.h"
#include "libjit/parse.h"
#include "libjit/site.h"

static const struct {
	const char *name;
	int (*run)(const struct list_wish *wish);
	bool history;    /* it has one */
	bool for_others; /* not only root: the files say who may read them */
} listings[] = {
	{ "break-glass", list_break_glass },
	{ "grants", list_grants },
	{ "locks", list_locks },
	{ "requests", list_requests, .history = true, .for_others = true },
	{ "sessions", list_sessions },
};

const char *
list_short_id(const char *id, char buf[LIST_ID_SYMBOLS + 1])
{
	char full[JIT_ID_CROCKFORD_SIZE] = "?";

	if (jit_id_to_crockford(id, full) < 0)
		return "?";
	memcpy(buf, full, LIST_ID_SYMBOLS);
	buf[LIST_ID_SYMBOLS] = '\0';
	return buf;
}

const char *
list_left(int64_t left_ms, char *buf, size_t size)
{
	char dur[JIT_DURATION_SIZE];

	if (left_ms <= 0)
		return "-";
	(void)snprintf(buf, size, "%s", jit_format_duration((left_ms + 999) / 1000, dur));
	return buf;
}

static json_t *
any_text(const char *s)
{
	_cleanup_free_ char *escaped = NULL;
	json_t *text = json_string(s);

	if (text)
		return text;
	escaped = jit_escape_dup(s);
	return escaped ? json_string(escaped) : NULL;
}

json_t *
list_text(const char *s)
{
	return s && *s ? any_text(s) : json_null();
}

json_t *
list_time(int64_t sec)
{
	char time[JIT_TIME_SIZE];

	return sec > 0 ? json_string(jit_format_time(sec, time)) : json_null();
}

json_t *
list_argv(const struct jit_strv *argv)
{
	json_t *array = json_array();

	for (size_t i = 0; i < argv->n; i++)
		if (json_array_append_new(array, any_text(argv->v[i])) < 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

int
list_print_json(const char *key, json_t *items)
{
	json_auto_t *object =
		items ? json_pack("{s:i, s:o}", "version", 1, key, items) : NULL;

	if (!object ||
		json_dumpf(object, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII) < 0) {
		fputs("jitctl: the listing cannot be written\n", stderr);
		return JITCTL_FAILED;
	}
	putchar('\n');
	return JITCTL_DONE;
}

static void
print_help(FILE *out)
{
	fputs("usage: jitctl list grants|locks|requests|sessions [--json] [--history] "
	      "[--all]\n"
	      "  grants     every grant on this host, and whether it is in force\n"
	      "  locks      who and what is locked, by whom, why and how long\n"
	      "  requests   what was asked for and waits for an answer\n"
	      "  sessions   what runs right now under a grant\n\n"
	      "  --history  requests that are over, who decided and how long they "
	      "waited\n"
	      "  --all      both\n",
		out);
}

static int
run_listing(const char *name, const struct list_wish *wish)
{
	bool past = wish->history || wish->all;

	for (size_t i = 0; i < ARRAY_SIZE(listings); i++) {
		if (!jit_streq(listings[i].name, name) || (past && !listings[i].history))
			continue;
		if (geteuid() == jit_site_owner() || (listings[i].for_others && !past))
			return listings[i].run(wish);
		fprintf(stderr, "jitctl: only root can list %s%s: sudo jitctl list %s\n",
			past ? "the history of " : "", listings[i].name,
			listings[i].name);
		return JITCTL_NOT_ALLOWED;
	}
	print_help(stderr);
	return JITCTL_USAGE;
}

int
cmd_list(int argc, char **argv)
{
	struct list_wish wish = { .json = false };
	const struct option_set options = {
		.entries = {
			{ "json", .flag = &wish.json },
			{ "history", .flag = &wish.history },
			{ "all", .flag = &wish.all },
		},
		.min = 1,
		.max = 1,
		.help = print_help,
	};
	int r = option_read(argc, argv, &options);

	return r < 0 ? run_listing(argv[optind], &wish) : r;
}
