/*
 * What the command finds in its environment: nothing that was not put there. Runs as: root
 * (keeper).
 *
 * MUST begin with an empty one; what the caller may keep was chosen in environment.c.
 */
#include "keeper.h"

#include "libjit/escape.h"
#include "role.h"

static int
set_ids(struct environment *env, const struct run *run)
{
	const struct jit_held *held = run->decision.grant;
	char number[24];
	int r;

	(void)snprintf(number, sizeof(number), "%u", (unsigned)run->caller.id.uid);
	r = environment_set(env, "SUDO_UID", number);
	(void)snprintf(number, sizeof(number), "%u", (unsigned)run->caller.id.gid);
	if (r == 0)
		r = environment_set(env, "SUDO_GID", number);
	if (r == 0)
		r = environment_set(env, "SUDO_USER", run->access.subject.name);
	if (r == 0)
		r = environment_set(env, "JIT_SUBJECT", run->access.subject.name);
	if (r == 0 && held)
		r = environment_set(env, "JIT_GRANT", jit_grant_id(&held->grant));
	if (r == 0 && run->decision.role)
		r = environment_set(env, "JIT_ROLE", run->decision.role->name);
	return r;
}

static int
set_account(struct environment *env, const struct target *target)
{
	char mail[JIT_NAME_MAX + 16];
	int r = environment_set(env, "HOME", target->home);

	(void)snprintf(mail, sizeof(mail), "/var/mail/%s", target->name);
	if (r == 0)
		r = environment_set(env, "USER", target->name);
	if (r == 0)
		r = environment_set(env, "LOGNAME", target->name);
	if (r == 0)
		r = environment_set(env, "SHELL", target->shell);
	if (r == 0)
		r = environment_set(env, "MAIL", mail);
	return r == 0 ? environment_set(env, "PATH", COMMAND_PATH) : r;
}

/* What the caller may keep, what the account, the role and the grant say, what PAM adds: the
 * later one counts, but for PAM's. */
int
keeper_environment(struct keeper *keeper)
{
	struct run *run = keeper->run;
	char **pam = auth_environment(&run->auth);
	char command[4096];
	int r;

	keeper->env = run->kept; /* taken over */
	run->kept = (struct environment){ 0 };
	r = role_add_asked(run, &keeper->env);
	if (r == 0)
		r = set_account(&keeper->env, &run->target);
	if (r == 0)
		r = role_add_set(run, &keeper->env);
	if (r == 0)
		r = set_ids(&keeper->env, run);
	if (r == 0)
		r = environment_set(&keeper->env, "SUDO_COMMAND",
			jit_escape_argv(&run->request.argv, command, sizeof(command)));
	if (r == 0)
		r = environment_add_pam(&keeper->env, pam);
	auth_environment_free(pam);
	return r;
}
