/*
 * jitsu: a short pipeline. Runs as: setuid root, on whatever the caller hands down.
 *
 * MUST check argc first (CVE-2021-4034), then reset what was inherited, before anything
 * else; MUST NOT open a file of anybody's before that.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "libjit/escape.h"
#include "message.h"
#include "permit.h"
#include "refuse.h"
#include "verbs.h"

static enum exit_code
fail(const char *text)
{
	say("%s", text);
	return EXIT_INTERNAL;
}

static enum exit_code
print(const char *text)
{
	return fputs(text, stdout) >= 0 && fflush(stdout) == 0 ? EXIT_DONE
							       : EXIT_INTERNAL;
}

/* ---- the command ---- */

static enum exit_code
say_not_found(const char *typed)
{
	char shown[256];

	(void)jit_escape(typed, shown, sizeof(shown));
	if (command_is_builtin(typed))
		say("%s is a shell built-in: a program cannot do it for you.", shown);
	else
		say("%s: command not found", shown);
	return EXIT_NOT_FOUND;
}

static enum exit_code
say_not_executable(const char *typed)
{
	char shown[256];

	say("%s: is not a program that can be executed",
		jit_escape(typed, shown, sizeof(shown)));
	return EXIT_CANNOT_EXECUTE;
}

/* With the caller's rights. *ret_unseen: he may not look, so the answer is that of policy
 * for what it does not know. */
static enum exit_code
find_command(struct run *run, bool *ret_unseen)
{
	const char *typed = run->options.words.v[0];
	int r = privs_caller_enter(&run->caller.id);

	if (r < 0)
		return fail("internal error: the caller's rights cannot be taken");
	r = command_find(typed, &run->command);
	privs_caller_leave();
	if (r == -EACCES || r == -EPERM)
		*ret_unseen = true;
	else if (r == -ENOEXEC)
		return say_not_executable(typed);
	else if (r < 0)
		return say_not_found(typed);
	return EXIT_DONE;
}

/* The vector as it was given, its first word resolved. */
static enum exit_code
build_request(struct run *run)
{
	const struct jit_strv *words = &run->options.words;
	const char **argv = calloc(words->n + 1, sizeof(*argv));

	if (!argv)
		return fail("no memory");
	for (size_t i = 0; i < words->n; i++)
		argv[i] = words->v[i];
	argv[0] = run->command.path;
	run->request.argv = (struct jit_strv){ words->n, argv };
	return EXIT_DONE;
}

static enum exit_code
run_command(struct run *run, bool unseen)
{
	enum exit_code code = EXIT_INTERNAL;

	if (unseen)
		return refuse_unseen(run);
	terminal_open(&run->terminal);
	if (permit_run(run, &code) != JIT_ALLOW) {
		auth_end(&run->auth);
		return code;
	}
	return run_start(run);
}

/* ---- the modes ---- */

static enum exit_code
refuse_root(const struct run *run)
{
	if (run->caller.id.uid != 0 || run->options.mode == MODE_ACCEPT)
		return EXIT_DONE;
	say("you are root already: run the command itself");
	return EXIT_REFUSED;
}

static enum exit_code
dispatch(struct run *run, bool unseen)
{
	switch (run->options.mode) {
	case MODE_RUN: return run_command(run, unseen);
	case MODE_LIST: return unseen ? EXIT_NO : list(run);
	case MODE_FORGET: return forget(run);
	case MODE_DROP: return drop(run);
	case MODE_ACCEPT: return accept_token(run);
	case MODE_STATUS: return status(run);
	case MODE_CANCEL: return cancel(run);
	case MODE_RENEW: return renew(run);
	case MODE_SERVE: return serve(run);
	default: return EXIT_INTERNAL;
	}
}

/* With privilege: identify, look, open, then what was asked. */
static enum exit_code
act(struct run *run)
{
	enum exit_code code = refuse_root(run);
	bool has_command =
		run->options.mode == MODE_RUN || run->options.mode == MODE_LIST;
	bool unseen = false;

	if (code == EXIT_DONE && has_command && run->options.words.n) {
		code = find_command(run, &unseen);
		if (code == EXIT_DONE)
			code = build_request(run);
	}
	run->request.target = run->options.target;
	run->request.role = run->options.role;
	run->request.reason = run->options.reason;
	run->request.duration_sec = run->options.duration_sec;
	if (code == EXIT_DONE)
		code = permit_open(run);
	return code == EXIT_DONE ? dispatch(run, unseen) : code;
}

static enum exit_code
gain_privilege(struct run *run)
{
	struct jit_error err = { "" };

	if (privs_check_setuid(&err) < 0)
		return fail(err.text);
	if (privs_caller_read(&run->caller.id) < 0 || caller_read(&run->caller) < 0)
		return fail(
			"internal error: who called cannot be told (is /proc there?)");
	if (privs_become_root() < 0)
		return fail("internal error: privilege could not be taken");
	return EXIT_DONE;
}

static enum exit_code
start(int argc, char **argv, struct run *run)
{
	struct environment_presets presets = { 0 };
	struct jit_error err = { "" };
	enum exit_code code;

	if (process_sanitize(&run->inherited) < 0)
		return fail("internal error: what was inherited could not be reset");
	schedule_save(&run->schedule);
	run->given = environ;
	if (environment_take(&run->kept, &presets) < 0)
		return fail("no memory");
	if (options_parse(argc, argv, &presets, &run->options, &err) < 0) {
		say("%s", err.text);
		return EXIT_BAD_USAGE;
	}
	if (run->options.mode == MODE_HELP)
		return print(options_help);
	if (run->options.mode == MODE_VERSION)
		return print("jitsu " JIT_VERSION "\n");
	code = gain_privilege(run);
	return code == EXIT_DONE ? act(run) : code;
}

int
main(int argc, char **argv)
{
	static struct run
		run; /* of pages that stay empty: large, and kept by the front */

	if (argc < 1 || !argv[0])
		return EXIT_BAD_USAGE;
	run.command = COMMAND_NONE;
	run.terminal = TERMINAL_NONE;
	run.access = JIT_ACCESS_NONE;
	return (int)start(argc, argv, &run);
}
