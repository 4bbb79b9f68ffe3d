/*
 * What the tests of jitctl's configuration share: texts in, problems out, in a world in
 * which it is Tuesday, 24 November 2026, 12:00 UTC, on a host called web1 with the groups
 * developers (1001), sre (1002) and sudo (27).
 */
#ifndef JIT_TEST_CONF_TEXT_H
#define JIT_TEST_CONF_TEXT_H

#include "config.h"
#include "jitctl/conf.h"
#include "test.h"

enum { CONF_TEXT_NOW = 1795521600, CONF_TEXT_SIZE = 65536 };

static inline int
conf_text_group(const char *name, gid_t *ret)
{
	static const struct {
		const char *name;
		gid_t gid;
	} groups[] = { { "developers", 1001 }, { "sre", 1002 }, { "sudo", 27 } };

	if (jit_streq(name, "unreachable"))
		return -EIO;
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		if (jit_streq(groups[i].name, name)) {
			*ret = groups[i].gid;
			return 0;
		}
	}
	return -ENOENT;
}

/* The only files there: two PAM services and a program that notifies. */
static inline bool
conf_text_file(const char *path)
{
	return jit_streq(path, "/etc/pam.d/jit-totp") ||
		jit_streq(path, "/usr/lib/pam.d/jit-u2f") ||
		jit_streq(path, "/usr/libexec/jit/notify");
}

static inline struct conf_world
conf_text_world(void)
{
	return (struct conf_world){
		.now_sec = CONF_TEXT_NOW,
		.hostname = "web1",
		.group_id = conf_text_group,
		.file_exists = conf_text_file,
	};
}

static inline void
conf_text_add(struct conf_sources *sources, const char *name, const char *text)
{
	conf_sources_add(sources, name, strdup(text), strlen(text));
}

/* `FILE:LINE:COLUMN: [warning: |refusal: ]TEXT`, a line each, FILE below /etc/jit. */
static inline const char *
conf_text_problems(const struct conf_problems *problems)
{
	static const char *const severities[] = { "", "refusal: ", "warning: " };
	static char text[CONF_TEXT_SIZE];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < problems->n && n < sizeof(text); i++) {
		const struct conf_problem *problem = &problems->v[i];
		const struct conf_source *source = problem->place.source;

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s:%u:%u: %s%s\n",
			source ? source->path + sizeof(JIT_ETC_DIR) : "",
			problem->place.line, problem->place.column,
			severities[problem->severity], problem->text);
	}
	return text;
}

/* Loads one jit.conf and says what is wrong with it; the caller ends ret. */
static inline const char *
conf_text_load(const char *text, struct conf *ret)
{
	struct conf_problems problems = { 0 };
	struct conf_sources sources = { 0 };
	struct conf_world world = conf_text_world();
	const char *found;

	conf_text_add(&sources, "jit.conf", text);
	conf_sources_seal(&sources);
	conf_load_sources(&sources, &world, ret, &problems);
	found = conf_text_problems(&problems);
	conf_problems_done(&problems);
	return found;
}

static inline const char *
conf_text_check(const char *text)
{
	struct conf conf;
	const char *found = conf_text_load(text, &conf);

	conf_done(&conf);
	return found;
}

/* `NAME=A,B `, or nothing where there is none. */
static inline size_t
conf_text_strv(char *buf, size_t size, const char *name, const struct jit_strv *strv)
{
	size_t len = 0;

	for (size_t i = 0; i < strv->n && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s%s%s", i ? "," : name,
			i ? "" : "=", strv->v[i]);
	if (strv->n && len < size)
		len += (size_t)snprintf(buf + len, size - len, " ");
	return len;
}

#endif
