/*
 * What a role covers. Runs as: any. Pure.
 *
 * MUST cover nothing that one of the role's deny_commands matches, whatever else the role
 * or a rule says.
 */
#include <string.h>

#include "judge.h"
#include "pattern.h"

bool
jit_role_has_target(const struct jit_role *role, const char *subject, const char *target)
{
	for (size_t i = 0; i < role->run_as.n; i++) {
		const char *as = role->run_as.v[i];

		if (jit_streq(as, "*") || jit_streq(as, target))
			return true;
		if (jit_streq(as, "self") && jit_streq(subject, target))
			return true;
	}
	return false;
}

const char *
jit_role_default_target(const struct jit_role *role, const char *subject)
{
	const char *as = role->run_as.n ? role->run_as.v[0] : NULL;

	if (!as || jit_streq(as, "*"))
		return NULL;
	return jit_streq(as, "self") ? subject : as;
}

const char *
jit_role_target(const struct jit_role *role, const struct jit_request *request,
	const char *subject)
{
	const char *target = request->target ? request->target
					     : jit_role_default_target(role, subject);

	return target && jit_role_has_target(role, subject, target) ? target : NULL;
}

bool
jit_role_fits(const struct jit_role *role, const struct jit_request *request,
	const char *target)
{
	if (!target || (request->target && !jit_streq(request->target, target)))
		return false;
	return !request->role || jit_streq(request->role, role->name);
}

/* ---- commands ---- */

/* One of its deny_commands matches. */
static bool
denies(const struct jit_role *role, const struct jit_strv *argv)
{
	for (size_t i = 0; i < role->n_deny_commands; i++)
		if (jit_command_denied(&role->deny_commands[i], argv))
			return true;
	return false;
}

static bool
role_has_command(const struct jit_role *role, const struct jit_strv *argv)
{
	for (size_t i = 0; i < role->n_commands; i++)
		if (jit_command_match(&role->commands[i], argv))
			return !denies(role, argv);
	return false;
}

/* `commands = [ "*" ]`: any command at all. Not if some are denied: what a shell or sudo
 * runs is not seen. */
static bool
role_has_everything(const struct jit_role *role)
{
	for (size_t i = 0; i < role->n_commands; i++)
		if (role->commands[i].n == 1 && jit_streq(role->commands[i].v[0], "*"))
			return role->n_deny_commands == 0;
	return false;
}

/* The target was looked at already. */
static bool
role_covers_kind(const struct jit_role *role, const struct jit_request *request)
{
	if (request->anew && request->role && request->argv.n == 0)
		return true; /* the role itself is asked for */
	switch (request->kind) {
	case JIT_KIND_COMMAND: return role_has_command(role, &request->argv);
	case JIT_KIND_LOGIN: return role->login;
	case JIT_KIND_SWITCH: return role->shell;
	case JIT_KIND_SUDO: return role->shell && role_has_everything(role);
	}
	return false;
}

bool
jit_role_covers(const struct jit_role *role, const struct jit_request *request,
	const char *target)
{
	return jit_role_fits(role, request, target) && role_covers_kind(role, request);
}

bool
jit_role_takes_exact(const struct jit_role *role, const struct jit_strv *argv)
{
	if (argv->n == 0 || argv->v[0][0] != '/')
		return false;
	if (role->login && role->n_commands == 0)
		return false;
	return !denies(role, argv);
}

/* ---- files by their content ---- */

static const struct jit_digest *
digest_of(const struct jit_role *role, size_t i)
{
	static const struct jit_digest none;

	return role->digests ? &role->digests[i] : &none;
}

bool
jit_role_needs_digest(const struct jit_role *role, const struct jit_strv *argv)
{
	bool needs = false;

	for (size_t i = 0; i < role->n_commands; i++) {
		if (!jit_command_match(&role->commands[i], argv))
			continue;
		if (!digest_of(role, i)->given)
			return false;
		needs = true;
	}
	return needs;
}

bool
jit_role_has_digest(const struct jit_role *role, const struct jit_strv *argv,
	const uint8_t sha256[32])
{
	for (size_t i = 0; i < role->n_commands; i++) {
		const struct jit_digest *digest = digest_of(role, i);

		if (digest->given &&
			memcmp(digest->sha256, sha256, sizeof(digest->sha256)) == 0 &&
			jit_command_match(&role->commands[i], argv))
			return true;
	}
	return false;
}

/* ---- files to edit ---- */

/* Absolute, and nothing in it that leads elsewhere: no empty, `.` or `..` component. */
static bool
path_is_plain(const char *path)
{
	if (path[0] != '/')
		return false;
	while (*path) {
		const char *name = path + 1;
		size_t len = strcspn(name, "/");

		if (len == 0 || (len == 1 && name[0] == '.') ||
			(len == 2 && name[0] == '.' && name[1] == '.'))
			return false;
		path = name + len;
	}
	return true;
}

bool
jit_role_covers_edit(const struct jit_role *role, const char *path)
{
	if (!path_is_plain(path))
		return false;
	for (size_t i = 0; i < role->edit.n; i++)
		if (jit_glob_match(role->edit.v[i], path))
			return true;
	return false;
}
