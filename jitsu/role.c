/*
 * What a role adds to a permitted run. Runs as: root.
 *
 * MUST refuse before anything runs; MUST cost nothing where the role says none of this.
 */
#include "role.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "message.h"
#include "permit.h"
#include "refuse.h"

/* The role that the run stands under; NULL where it is observed only: then it is as it would
 * be without us. */
static const struct jit_role *
role_of(const struct run *run)
{
	return run->decision.verdict == JIT_ALLOW || permit_needs_approval(run)
		? run->decision.role
		: NULL;
}

/* ---- variables ---- */

enum exit_code
role_take_asked(struct run *run)
{
	const struct jit_role *role = role_of(run);
	struct environment_may may = { 0 };
	const struct environment_asked asked = { run->options.assignments,
		run->options.preserve, run->given };
	struct jit_error err = { "" };
	int r;

	if (asked.assignments.n == 0 && !asked.preserve)
		return EXIT_DONE;
	environment_done(&run->asked);
	if (role)
		may = (struct environment_may){ role->env_keep, role->equals_root };
	r = environment_ask(&asked, &may, &run->asked, &err);
	if (r == 0)
		return EXIT_DONE;
	if (r == -EPERM)
		return refuse(run, JIT_EVENT_DENY, EXIT_REFUSED, err.text);
	say("%s", err.text[0] ? err.text : strerror(-r));
	return r == -ENOMEM ? EXIT_INTERNAL : EXIT_BAD_USAGE;
}

int
role_add_asked(const struct run *run, struct environment *env)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < run->asked.n; i++)
		r = environment_add(env, run->asked.v[i]);
	return r;
}

int
role_add_set(const struct run *run, struct environment *env)
{
	const struct jit_role *role = role_of(run);
	int r = 0;

	for (size_t i = 0; r == 0 && role && i < role->env_set.n; i++)
		r = environment_add(env, role->env_set.v[i]);
	return r;
}

/* ---- the file ---- */

int
role_check_content(struct run *run, struct jit_error *err)
{
	const struct jit_role *role = role_of(run);
	const struct jit_strv *argv = &run->request.argv;
	char text[2 * crypto_hash_sha256_BYTES + 1];
	uint8_t sha256[crypto_hash_sha256_BYTES];
	int r;

	if (!role || !jit_role_needs_digest(role, argv))
		return 0;
	/* also where the command runs as the caller: what was hashed has to stay
	 * (CVE-2015-8239) */
	r = command_check_owners(&run->command, err);
	if (r == 0)
		r = command_hash(&run->command, sha256, err);
	if (r < 0 || jit_role_has_digest(role, argv, sha256))
		return r;
	(void)sodium_bin2hex(text, sizeof(text), sha256, sizeof(sha256));
	return jit_error_set(err, -EPERM,
		"the file's content is not the approved one (sha256 %s)", text);
}

/* ---- the command's process ---- */

int
role_become_target(const struct run *run)
{
	const struct jit_role *role = role_of(run);
	const struct target *target = &run->target;
	int r;

	if (!role || !role->capabilities)
		r = privs_become_target(
			target->uid, target->gid, target->groups, target->n_groups);
	else if (target->uid != run->caller.id.uid)
		r = -EINVAL; /* capabilities are for oneself */
	else
		r = privs_become_capable(target->uid, target->gid, target->groups,
			target->n_groups, role->capabilities);
	/* a set-uid program that has some of root's rights and lacks others it expects is a
	 * way in: what has capabilities starts none */
	return r == 0 && role && (role->no_new_privs || role->capabilities)
		? privs_forbid_more()
		: r;
}

const char *
role_directory(const struct run *run)
{
	const struct jit_role *role = role_of(run);

	return role && role->cwd ? role->cwd : "";
}

mode_t
role_umask(const struct run *run)
{
	const struct jit_role *role = role_of(run);

	return role && role->umask != JIT_UMASK_NONE ? role->umask : run->inherited.umask;
}
