/*
 * jitctl check: is the installation right?
 *
 * Runs as root. MUST look, and change nothing but the audit record (drift).
 */
#include "jitctl/check.h"

#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <string.h>

#include "jitctl/jitctl.h"
#include "jitctl/list.h"
#include "jitctl/option.h"
#include "libjit/escape.h"

static void (*const subjects[])(struct check *check) = {
	check_directories,
	check_files,
	check_host_key,
	check_program,
	check_cgroup,
	check_clock,
	check_sweep,
	check_requests,
	check_delivery,
	check_ceilings,
	check_policy,
	check_signed,
	check_drift,
	check_review,
	check_locks,
	check_notify,
	check_observe,
	check_exempt,
	check_keys,
	check_approvers,
	check_pam,
};

static const char *const level_names[] = { "ok", "warn", "FAIL" };

static void
print_help(FILE *out)
{
	fputs("usage: jitctl check [--json]\n"
	      "Is this installation right? Exit 0: yes, 1: something is worth a look, 2: "
	      "something is\nbroken.\n",
		out);
}

void
check_add(struct check *check, enum check_level level, const char *mend,
	const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	check->findings = conf_grow(
		check->findings, check->n, &check->size, sizeof(*check->findings));
	check->findings[check->n++] = (struct finding){
		.level = level,
		.text = conf_strndup(&check->arena, text, strlen(text)),
		.mend = mend ? conf_strndup(&check->arena, mend, strlen(mend)) : NULL,
	};
}

static void
print_text(const struct check *check)
{
	char text[2048], mend[1024];

	for (size_t i = 0; i < check->n; i++) {
		const struct finding *finding = &check->findings[i];

		printf("  %-4s  %s\n", level_names[finding->level],
			jit_escape(finding->text, text, sizeof(text)));
		if (finding->mend)
			printf("        how to: %s\n",
				jit_escape(finding->mend, mend, sizeof(mend)));
	}
}

static int
print_json(const struct check *check)
{
	json_t *array = json_array();

	for (size_t i = 0; i < check->n; i++) {
		const struct finding *finding = &check->findings[i];
		const char *level = finding->level == CHECK_FAIL
			? "fail"
			: level_names[finding->level];

		json_array_append_new(array,
			json_pack("{s:s, s:o, s:o}", "level", level, "text",
				list_text(finding->text), "how_to",
				list_text(finding->mend)));
	}
	return list_print_json("findings", array);
}

static int
parse_options(int argc, char **argv, bool *ret_json)
{
	const struct option_set set = {
		.entries = { { "json", .flag = ret_json } },
		.help = print_help,
	};

	return option_read(argc, argv, &set);
}

static void
read_sources(struct check *check)
{
	struct conf_problems problems = { 0 };
	struct conf_world world = conf_world_here(&check->arena);

	conf_load(&check->site, &world, &check->conf, &problems);
	check->source_errors = problems.count[CONF_ERROR] + problems.count[CONF_REFUSAL];
	check->source_warnings = problems.count[CONF_WARNING];
	conf_problems_done(&problems);
}

static enum check_level
run_checks(struct check *check)
{
	enum check_level worst = CHECK_OK;

	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++)
		subjects[i](check);
	for (size_t i = 0; i < check->n; i++)
		if (check->findings[i].level > worst)
			worst = check->findings[i].level;
	return worst;
}

static void
check_done(struct check *check)
{
	jit_policy_close(&check->policy);
	conf_done(&check->conf);
	jit_site_close(&check->site);
	conf_arena_done(&check->arena);
	free(check->findings);
}

int
cmd_check(int argc, char **argv)
{
	__attribute__((cleanup(check_done))) struct check check = {
		.site = JIT_SITE_NONE,
		.policy = JIT_POLICY_NONE,
	};
	enum check_level worst;
	bool json = false;
	int r = parse_options(argc, argv, &json);

	if (r >= 0)
		return r;
	if (geteuid() != jit_site_owner()) {
		fputs("jitctl: check: run this as root\n", stderr);
		return JITCTL_NOT_ALLOWED;
	}
	if (sodium_init() < 0 || jit_clock_now(&check.now) < 0)
		return JITCTL_FAILED;
	jit_site_open(&check.site);
	read_sources(&check);
	worst = run_checks(&check);
	if (!json)
		print_text(&check);
	else if (print_json(&check) != JITCTL_DONE)
		return JITCTL_FAILED;
	return (int)worst;
}
