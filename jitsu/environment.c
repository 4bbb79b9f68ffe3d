/*
 * Environments from nothing. Runs as: any.
 *
 * MUST NOT know lists of bad variables of the caller: what is not named here does not pass
 * (20 years of env_delete lists, CVE-2023-4911). MUST NOT hand on a value that a program
 * could take for more than a word, unless the role equals root: some evaluate it.
 */
#include "environment.h"

#include <errno.h>
#include <string.h>

#include "libjit/escape.h"
#include "libjit/pattern.h"

enum { VALUE_MAX = 128 };

static const char *const kept_names[] = { "TERM", "COLORTERM", "NO_COLOR", "LANG",
	"LANGUAGE", "DISPLAY" };
static const char *const preset_names[] = { "JIT_REASON", "JIT_ROLE", "JIT_TIME" };

/* What we set, and what makes a loader, a shell or an interpreter run something else. */
static const char *const not_pams[] = { "HOME", "USER", "LOGNAME", "SHELL", "PATH",
	"MAIL", "BASH_ENV", "ENV", "IFS", "SHELLOPTS", "BASHOPTS", "PS4",
	"GLIBC_TUNABLES", "GCONV_PATH", "TZ" };
static const char *const not_pams_prefixes[] = { "LD_", "BASH_FUNC_", "MALLOC_", "SUDO_",
	"JIT_" };

void
environment_done(struct environment *env)
{
	for (size_t i = 0; i < env->n; i++)
		free(env->v[i]);
	*env = (struct environment){ 0 };
}

/* The length of NAME in NAME=value; 0 if it is not a name. */
static size_t
name_length(const char *entry)
{
	static const char name_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t n = strspn(entry, name_chars);

	if (entry[n] != '=' || (*entry >= '0' && *entry <= '9'))
		return 0;
	return n;
}

static bool
has_name(const char *entry, const char *name)
{
	size_t n = strlen(name);

	return strncmp(entry, name, n) == 0 && entry[n] == '=';
}

static bool
is_named(const char *entry, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (has_name(entry, names[i]))
			return true;
	return false;
}

static bool
begins_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool
has_kept_name(const char *entry)
{
	return is_named(entry, kept_names, ARRAY_SIZE(kept_names)) ||
		begins_with(entry, "LC_");
}

bool
environment_is_kept(const char *entry)
{
	static const char value_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "abcdefghijklmnopqrstuvwxyz0123456789_.@:+-";
	size_t n = name_length(entry);
	const char *value = entry + n + 1;
	size_t len;

	if (n == 0 || !has_kept_name(entry))
		return false;
	len = strspn(value, value_chars); /* no `/`, no `%`: never a path or a format */
	return n <= 32 && len > 0 && len <= VALUE_MAX && value[len] == '\0';
}

bool
environment_is_pams(const char *entry)
{
	if (name_length(entry) == 0 || is_named(entry, not_pams, ARRAY_SIZE(not_pams)))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(not_pams_prefixes); i++)
		if (begins_with(entry, not_pams_prefixes[i]))
			return false;
	return true;
}

static ssize_t
find(const struct environment *env, const char *entry, size_t name_len)
{
	for (size_t i = 0; i < env->n; i++)
		if (strncmp(env->v[i], entry, name_len) == 0 &&
			env->v[i][name_len] == '=')
			return (ssize_t)i;
	return -1;
}

/* Takes over entry, also when it fails. */
static int
put(struct environment *env, char *entry)
{
	ssize_t at;

	if (!entry)
		return -ENOMEM;
	at = find(env, entry, name_length(entry));
	if (at >= 0) {
		free(env->v[at]);
		env->v[at] = entry;
		return 0;
	}
	if (env->n == ENVIRONMENT_MAX) {
		free(entry);
		return -E2BIG;
	}
	env->v[env->n++] = entry;
	env->v[env->n] = NULL;
	return 0;
}

int
environment_set(struct environment *env, const char *name, const char *value)
{
	char *entry = NULL;

	if (asprintf(&entry, "%s=%s", name, value) < 0)
		return -ENOMEM;
	return put(env, entry);
}

int
environment_add(struct environment *env, const char *entry)
{
	return name_length(entry) == 0 ? -EINVAL : put(env, strdup(entry));
}

/* ---- what the caller asks to hand on ---- */

static bool
name_is_permitted(const char *entry, const char *name, const struct jit_strv *keep)
{
	if (!environment_is_pams(entry))
		return false;
	for (size_t i = 0; i < keep->n; i++)
		if (jit_glob_match(keep->v[i], name))
			return true;
	return false;
}

/* What becomes text of a program, a shell's word or a pattern somewhere is none of these. */
static bool
value_is_plain(const char *value)
{
	static const char plain_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "abcdefghijklmnopqrstuvwxyz0123456789"
					  "_.,:/@+=%-";

	return value[strspn(value, plain_chars)] == '\0';
}

static int
not_a_name(const char *text, size_t len, struct jit_error *err)
{
	char name[ENVIRONMENT_NAME_MAX + 1], shown[256];

	(void)snprintf(name, sizeof(name), "%.*s", (int)len, text);
	return jit_error_set(err, -EINVAL, "'%s' is no name of a variable",
		jit_escape(name, shown, sizeof(shown)));
}

static int
check_value(const char *name, const char *value, const struct environment_may *may,
	struct jit_error *err)
{
	if (strlen(value) > ENVIRONMENT_VALUE_MAX)
		return jit_error_set(err, -E2BIG,
			"the value of %s is longer than %d bytes", name,
			ENVIRONMENT_VALUE_MAX);
	if (!may->any_value && !value_is_plain(value))
		return jit_error_set(err, -EPERM,
			"the role does not let you hand on %s with this value: only "
			"letters, digits and _ . , : / @ + = %% - may be in it",
			name);
	return 0;
}

/* One NAME=value. What passes unasked has to be what it is there, whatever the role says. */
static int
check_asked(const char *entry, const struct environment_may *may, struct jit_error *err)
{
	char name[ENVIRONMENT_NAME_MAX + 1];
	size_t n = name_length(entry);

	if (n == 0 || n > ENVIRONMENT_NAME_MAX)
		return not_a_name(entry, strcspn(entry, "="), err);
	(void)snprintf(name, sizeof(name), "%.*s", (int)n, entry);
	if (environment_is_kept(entry))
		return 0;
	if (has_kept_name(entry))
		return jit_error_set(err, -EPERM,
			"%s is handed on only with a value of 1 to %d letters, digits "
			"and _ . @ : + -",
			name, VALUE_MAX);
	if (!name_is_permitted(entry, name, &may->names))
		return jit_error_set(err, -EPERM,
			"the role does not let you hand on %s (its env_keep)", name);
	return check_value(name, entry + n + 1, may, err);
}

static int
take_asked(struct environment *env, const char *entry, const struct environment_may *may,
	struct jit_error *err)
{
	int r = check_asked(entry, may, err);

	if (r < 0)
		return r;
	if (env->n == ENVIRONMENT_ASKED_MAX)
		return jit_error_set(err, -E2BIG, "more than %d variables to hand on",
			ENVIRONMENT_ASKED_MAX);
	return put(env, strdup(entry));
}

/* One NAME of --preserve-env. */
static int
take_preserved(struct environment *env, const char *name, size_t len,
	const struct environment_asked *asked, const struct environment_may *may,
	struct jit_error *err)
{
	char unset[ENVIRONMENT_NAME_MAX + 8];

	(void)snprintf(unset, sizeof(unset), "%.*s=x", (int)len, name);
	if (len == 0 || name_length(unset) != len)
		return not_a_name(name, len, err);
	for (char *const *e = asked->given; e && *e; e++)
		if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
			return take_asked(env, *e, may, err);
	/* that it is not set makes no difference to whether it may pass */
	return check_asked(unset, may, err);
}

int
environment_ask(const struct environment_asked *asked, const struct environment_may *may,
	struct environment *ret, struct jit_error *err)
{
	struct environment env = { 0 };
	const char *name = asked->preserve;
	int r = 0;

	while (r == 0 && name) {
		size_t len = strcspn(name, ",");

		r = take_preserved(&env, name, len, asked, may, err);
		name = name[len] ? name + len + 1 : NULL;
	}
	/* after those: what was written for this command alone counts */
	for (size_t i = 0; r == 0 && i < asked->assignments.n; i++)
		r = take_asked(&env, asked->assignments.v[i], may, err);
	if (r < 0) {
		environment_done(&env);
		return r;
	}
	*ret = env;
	return 0;
}

int
environment_add_pam(struct environment *env, char *const *entries)
{
	for (; entries && *entries; entries++) {
		int r;

		if (!environment_is_pams(*entries) ||
			find(env, *entries, name_length(*entries)) >= 0)
			continue;
		r = put(env, strdup(*entries));
		if (r < 0)
			return r;
	}
	return 0;
}

static int
take_preset(const char *entry, struct environment_presets *presets)
{
	char **const slots[] = { &presets->reason, &presets->role, &presets->time };

	for (size_t i = 0; i < ARRAY_SIZE(preset_names); i++) {
		if (!has_name(entry, preset_names[i]) || *slots[i])
			continue;
		*slots[i] = strndup(entry + strlen(preset_names[i]) + 1, 1024);
		if (!*slots[i])
			return -ENOMEM;
	}
	return 0;
}

int
environment_take(struct environment *ret_kept, struct environment_presets *ret_presets)
{
	int r = 0;

	for (char **e = environ; r == 0 && e && *e; e++) {
		if (!environment_is_kept(*e))
			r = take_preset(*e, ret_presets);
		else if (ret_kept->n < ENVIRONMENT_MAX / 4)
			r = put(ret_kept, strdup(*e));
	}
	(void)clearenv();
	return r;
}
