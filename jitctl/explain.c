/*
 * jitctl explain: which rule decides for a user, and why earlier ones do not.
 *
 * Runs as root. MUST ask the same functions that decide; MUST NOT change anything.
 */
#include "jitctl/explain.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "jitctl/jitctl.h"
#include "libjit/parse.h"

struct options {
	const char *user, *role;
	int64_t at_sec;
	bool json;
	struct jit_strv argv;
};

static void
print_help(FILE *out)
{
	fputs("usage: jitctl explain USER [-R ROLE] [--at TIME] [--json] [-- COMMAND "
	      "[argument...]]\n"
	      "       jitctl explain --enforce [--since TIME] [--json]\n"
	      "Says which rule decides when USER runs COMMAND (without one: logs in to "
	      "this "
	      "host),\nand why earlier rules do not. Exit 0: allowed, 1: not by itself.\n"
	      "  -R, --role ROLE   as if the user named this role\n"
	      "      --at TIME     as if it were then: 2027-01-31T09:00:00Z\n"
	      "      --enforce     who would have been refused what, if policy were "
	      "enforced\n"
	      "      --since TIME  so far back: 14d (the default), 12h\n",
		out);
}

static int
usage(const char *problem)
{
	if (problem)
		fprintf(stderr, "jitctl: explain: %s\n", problem);
	print_help(stderr);
	return JITCTL_USAGE;
}

static int
parse_options(int argc, char **argv, struct options *ret)
{
	static const struct option options[] = {
		{ "role", required_argument, NULL, 'R' },
		{ "at", required_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "R:h", options, NULL)) != -1) {
		switch (c) {
		case 'R': ret->role = optarg; break;
		case 'j': ret->json = true; break;
		case 'a':
			if (jit_parse_time(optarg, &ret->at_sec) < 0)
				return usage("--at: a time like 2027-01-31T09:00:00Z");
			break;
		case 'h': print_help(stdout); return JITCTL_DONE;
		default: return usage(NULL);
		}
	}
	if (optind == argc)
		return usage("whom? name a user");
	ret->user = argv[optind++];
	ret->argv.n = (size_t)(argc - optind);
	ret->argv.v = (const char **)argv + optind;
	return -1;
}

/* ---- the command ---- */

static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111);
}

/* The path by which rules know it: directories resolved, the last component as it is. */
static int
resolve_path(const char *path, char ret[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX], resolved[PATH_MAX];

	if (!slash || (size_t)(slash - path) >= sizeof(dir))
		return -EINVAL;
	(void)snprintf(dir, sizeof(dir), "%.*s/", (int)(slash - path), path);
	if (!realpath(dir, resolved))
		return -errno;
	if (snprintf(ret, PATH_MAX, "%s%s%s", resolved,
		    jit_streq(resolved, "/") ? "" : "/", slash + 1) >= PATH_MAX)
		return -ENAMETOOLONG;
	return 0;
}

static int
resolve_command(const char *name, char ret[PATH_MAX])
{
	static const char *const places[] = { "/usr/local/sbin", "/usr/local/bin",
		"/usr/sbin", "/usr/bin", "/sbin", "/bin" };
	char path[PATH_MAX];

	if (strchr(name, '/'))
		return resolve_path(name, ret);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (snprintf(path, sizeof(path), "%s/%s", places[i], name) < PATH_MAX &&
			is_program(path))
			return resolve_path(path, ret);
	}
	return -ENOENT;
}

/* ---- the question ---- */

static const struct jit_role *
role_that_covers(const struct explain *explain, const struct jit_rule *rule)
{
	const char *subject = explain->access.subject.name;
	const struct jit_request *request = &explain->request;

	for (size_t i = 0; i < rule->roles.n; i++) {
		const struct jit_role *role =
			jit_view_role(&explain->access.view, rule->roles.v[i]);
		const char *target = request->target;

		if (role && !target)
			target = jit_role_default_target(role, subject);
		if (role && target && jit_role_has_target(role, subject, target) &&
			jit_role_covers(role, request, target))
			return role;
	}
	return NULL;
}

static char *
join(const struct jit_strv *words)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	for (size_t i = 0; i < words->n; i++)
		fprintf(out, "%s%s", i ? ", " : "", words->v[i]);
	return fclose(out) == 0 ? text : NULL;
}

static bool
rule_passes(const struct explain *explain, const struct jit_rule *rule,
	struct explain_passed *ret)
{
	const struct jit_globals *globals = &explain->access.policy.globals;

	ret->rule = rule;
	if (!jit_rule_on_host(rule, globals)) {
		ret->why = EXPLAIN_NOT_HERE;
		ret->detail = join(&rule->on);
		return true;
	}
	if (rule->when.n && rule->when.zone < globals->n_zones &&
		!jit_when_holds(&rule->when, &globals->zones[rule->when.zone],
			explain->access.now.wall_sec)) {
		ret->why = EXPLAIN_NOT_NOW;
		ret->detail = strdup(rule->when.text);
		return true;
	}
	return false;
}

/* The rules before the one that decides (all, if none does) with a role for this. */
static int
collect_passed(struct explain *explain)
{
	const struct jit_policy_view *view = &explain->access.view;
	const struct jit_rule *decided = explain->decision.rule;

	explain->passed = calloc(view->n_rules + 1, sizeof(*explain->passed));
	if (!explain->passed)
		return -ENOMEM;
	for (size_t i = 0; i < view->n_rules; i++) {
		const struct jit_rule *rule = &view->rules[i];

		if (decided && rule->number >= decided->number)
			break;
		if (role_that_covers(explain, rule) &&
			rule_passes(explain, rule, &explain->passed[explain->n_passed]))
			explain->n_passed++;
	}
	return 0;
}

static void
move_now(struct jit_now *now, int64_t at_sec)
{
	int64_t by = at_sec - now->wall_sec;

	now->wall_sec = at_sec;
	now->boot_ms += by * 1000;
}

static int
ask(struct explain *explain, const struct options *options, struct jit_error *err)
{
	int r = jit_access_open(&explain->access, err);

	if (r == 0)
		r = jit_access_subject(&explain->access, options->user, (uid_t)-1, err);
	if (r < 0)
		return r;
	if (options->at_sec)
		move_now(&explain->access.now, options->at_sec);
	explain->request.role = options->role;
	if (!options->argv.n) {
		explain->request.kind = JIT_KIND_LOGIN;
		explain->request.target = explain->access.subject.name;
	}
	r = jit_access_ask(&explain->access, &explain->request, &explain->decision, err);
	if (r < 0)
		return r;
	explain_ways(explain);
	explain->gated = jit_subject_is_privileged(
		&explain->access.policy.globals, &explain->access.subject);
	explain->mode = jit_decision_mode(&explain->access.policy.globals,
		explain->decision.rule, explain->access.now.wall_sec);
	return collect_passed(explain);
}

static void
explain_done(struct explain *explain)
{
	for (size_t i = 0; i < explain->n_passed; i++)
		free((void *)explain->passed[i].detail);
	free(explain->passed);
	jit_access_close(&explain->access);
}

static int
explain_all(const struct options *options)
{
	__attribute__((cleanup(explain_done))) struct explain explain = {
		.access = JIT_ACCESS_NONE,
		.request = { .argv = options->argv },
	};
	struct jit_error err = { 0 };
	char path[PATH_MAX];
	int r;

	if (options->argv.n) {
		r = resolve_command(options->argv.v[0], path);
		if (r < 0) {
			fputs("jitctl: explain: there is no such command on this host\n",
				stderr);
			return JITCTL_NOT_FOUND;
		}
		options->argv.v[0] = path;
	}
	r = ask(&explain, options, &err);
	if (r < 0) {
		fprintf(stderr, "jitctl: %s\n", err.text[0] ? err.text : strerror(-r));
		return r == -ENOENT ? JITCTL_NOT_FOUND : JITCTL_FAILED;
	}
	if (options->json && explain_json(&explain) != JITCTL_DONE)
		return JITCTL_FAILED;
	if (!options->json)
		explain_text(&explain);
	return explain.decision.verdict == JIT_ALLOW ? JITCTL_DONE : JITCTL_NO;
}

/* A question about everybody: see explain_enforce.c. */
static bool
is_about_enforcing(int argc, char **argv)
{
	for (int i = 1; i < argc && !jit_streq(argv[i], "--"); i++)
		if (jit_streq(argv[i], "--enforce"))
			return true;
	return false;
}

int
cmd_explain(int argc, char **argv)
{
	struct options options = { 0 };
	int r;

	if (is_about_enforcing(argc, argv))
		return explain_enforce(argc, argv);
	r = parse_options(argc, argv, &options);
	if (r >= 0)
		return r;
	if (geteuid() != jit_site_owner()) {
		fputs("jitctl: explain: run this as root\n", stderr);
		return JITCTL_NOT_ALLOWED;
	}
	return explain_all(&options);
}
