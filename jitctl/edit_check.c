/*
 * jitctl edit: is what was written good? Judged with all other files, as reload would.
 *
 * Runs as root. MUST NOT change anything.
 */
#include "jitctl/edit.h"

#include <string.h>

#include "jitctl/compile.h"

/* Is a mistake in the file that is edited, or in none that is named? */
static bool
ours(const struct conf_problem *problem, const struct edit_file *file)
{
	return problem->severity != CONF_WARNING &&
		(!problem->place.source ||
			jit_streq(problem->place.source->path, file->shown));
}

static enum edit_verdict
judge(const struct conf_problems *problems, const struct edit_file *file)
{
	bool any_ours = false;

	for (size_t i = 0; i < problems->n; i++)
		any_ours |= ours(&problems->v[i], file);
	if (!problems->count[CONF_ERROR] && !problems->count[CONF_REFUSAL])
		return EDIT_GOOD;
	if (!problems->count[CONF_ERROR])
		return EDIT_REFUSED;
	return any_ours ? EDIT_WRONG : EDIT_WRONG_ELSEWHERE;
}

static enum edit_verdict
check_keys(const struct edit_file *file, const char *text, size_t len)
{
	struct conf_source source = { .path = file->shown, .text = text, .len = len };
	struct conf_problems problems = { 0 };
	struct trusted_keys keys = { 0 };
	enum edit_verdict verdict;

	trusted_keys_parse(&source, NULL, &keys, &problems);
	conf_problems_print(&problems, stderr);
	verdict = judge(&problems, file);
	trusted_keys_done(&keys);
	conf_problems_done(&problems);
	return verdict;
}

static enum edit_verdict
check_policy(const struct jit_site *site, const struct edit_file *file, const char *text,
	size_t len)
{
	__attribute__((cleanup(compiled_done))) struct compiled compiled = { 0 };
	struct conf_arena arena = { 0 };
	struct conf_problems problems = { 0 };
	struct conf_world world = conf_world_here(&arena);
	struct conf_sources sources;
	enum edit_verdict verdict;
	struct conf conf;
	char *copy = conf_calloc(len + 1, 1);

	memcpy(copy, text, len);
	conf_sources_read_with(site, file->name, copy, len, &sources, &problems);
	conf_load_sources(&sources, &world, &conf, &problems);
	if (!problems.count[CONF_ERROR] &&
		compile_policy(&conf, &problems, &compiled) < 0 &&
		!problems.count[CONF_ERROR])
		conf_problem_add(&problems, CONF_ERROR, NULL, "it cannot be compiled");
	conf_problems_print(&problems, stderr);
	verdict = judge(&problems, file);
	conf_problems_done(&problems);
	conf_done(&conf);
	conf_arena_done(&arena);
	return verdict;
}

enum edit_verdict
edit_check(const struct jit_site *site, const struct edit_file *file, const char *text,
	size_t len)
{
	return file->is_keys ? check_keys(file, text, len)
			     : check_policy(site, file, text, len);
}
