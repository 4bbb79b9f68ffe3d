/*
 * The editor.
 *
 * Runs as whoever runs jitctl (root, who chose it). MUST NOT start a shell; MUST NOT let a
 * word of the variable be taken for a file.
 */
#include "jitctl/editor.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

enum { NOT_STARTED = 127 };

static int
unfit(const char *why, struct jit_error *err)
{
	return jit_error_set(err, -EINVAL,
		"VISUAL or EDITOR %s: write the program and its options, with blanks "
		"between them",
		why);
}

int
editor_split(const char *value, struct editor *ret, struct jit_error *err)
{
	struct editor *editor = ret;
	char *save = NULL;

	if (strlen(value) >= sizeof(editor->text))
		return unfit("is too long", err);
	if (strpbrk(value, "\"'\\$`;|&<>(){}*?[]!#~\n"))
		return unfit("has a character that only a shell understands", err);
	*editor = (struct editor){ 0 };
	memcpy(editor->text, value, strlen(value) + 1);
	for (char *word = strtok_r(editor->text, " \t", &save); word;
		word = strtok_r(NULL, " \t", &save)) {
		if (jit_streq(word, "--"))
			return unfit("has a word --", err);
		if (editor->n == EDITOR_WORDS_MAX)
			return unfit("has too many words", err);
		editor->words[editor->n++] = word;
	}
	return editor->n ? 0 : unfit("is empty", err);
}

int
editor_find(struct editor *ret, struct jit_error *err)
{
	static const char *const variables[] = { "VISUAL", "EDITOR" };

	for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
		const char *value = secure_getenv(variables[i]);

		if (value && *value)
			return editor_split(value, ret, err);
	}
	return editor_split(
		access("/usr/bin/editor", X_OK) == 0 ? "/usr/bin/editor" : "vi", ret,
		err);
}

/* What a person types while the editor has the terminal is the editor's: ^C and ^\ must
 * not end us. */
struct deaf {
	struct sigaction interrupt, quit;
};

static void
deaf_begin(struct deaf *ret)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	(void)sigaction(SIGINT, &ignore, &ret->interrupt);
	(void)sigaction(SIGQUIT, &ignore, &ret->quit);
}

static void
deaf_end(const struct deaf *deaf)
{
	(void)sigaction(SIGINT, &deaf->interrupt, NULL);
	(void)sigaction(SIGQUIT, &deaf->quit, NULL);
}

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
editor_run(const struct editor *editor, const char *path)
{
	char *argv[EDITOR_WORDS_MAX + 2];
	struct deaf deaf;
	pid_t pid;
	int r;

	memcpy(argv, editor->words, editor->n * sizeof(*argv));
	argv[editor->n] = (char *)path; /* absolute: never an option */
	argv[editor->n + 1] = NULL;
	deaf_begin(&deaf);
	pid = fork();
	if (pid == 0) {
		deaf_end(&deaf);
		execvp(argv[0], argv);
		_exit(NOT_STARTED);
	}
	r = pid < 0 ? -errno : wait_for(pid);
	deaf_end(&deaf);
	return r == NOT_STARTED ? -ENOENT : r;
}
