/*
 * jitctl edit: changes a file of the policy as visudo changes sudoers.
 *
 * Runs as root, on a terminal. MUST put nothing in place that reload would refuse, unless
 * that is asked for; MUST lose nothing that somebody wrote.
 */
#include "jitctl/edit.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "jitctl/editor.h"
#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "jitctl/reload.h"
#include "libjit/file.h"

struct edit {
	struct jit_site site;
	struct edit_file file;
	struct editor editor;
	bool force;
	char *text; /* of the copy, as the editor left it */
	size_t len;
};

/* What to do with a copy that is not good as it is. */
enum answer { ANSWER_KEEP = 0, ANSWER_EDIT, ANSWER_DISCARD, ANSWER_OVERWRITE };

static void
print_help(FILE *out)
{
	fputs("usage: jitctl edit [--force] [FILE]\n"
	      "Edits " JIT_ETC_DIR "/jit.conf, or FILE: host.conf, trusted_keys, "
	      "conf.d/NAME.conf. The editor\n"
	      "(VISUAL, EDITOR) gets a copy; what it leaves is checked, put in place and "
	      "loaded.\n"
	      "  --force   as for jitctl reload\n",
		out);
}

/* ---- questions ---- */

/* The first letter of a line; 0 at its end. */
static char
ask(const char *question)
{
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	fputs(question, stderr);
	fflush(stderr);
	return getline(&line, &size, stdin) > 0 ? line[0] : '\0';
}

static enum answer
what_now(bool conflict)
{
	for (;;) {
		char c = ask(conflict
				? "What now? e(dit again), o(verwrite it), x "
				  "(discard), Q(uit keeping the copy): "
				: "What now? e(dit again), x (discard), Q(uit keeping "
				  "the copy): ");

		if (c == 'e' || c == 'E')
			return ANSWER_EDIT;
		if (c == 'x' || c == 'X')
			return ANSWER_DISCARD;
		if (conflict && (c == 'o' || c == 'O'))
			return ANSWER_OVERWRITE;
		if (c == 'q' || c == 'Q' || c == '\0')
			return ANSWER_KEEP;
	}
}

/* ---- the copy ---- */

static int
failed(const char *what, int error)
{
	fprintf(stderr, "jitctl: %s: %s\n", what, strerror(-error));
	return JITCTL_CANNOT_WRITE;
}

static int
make_copy(const struct edit_file *file)
{
	int r = edit_file_copy(file);

	return r < 0 ? failed(file->copy_path, r) : JITCTL_DONE;
}

/* A new copy; the one that was left gets another name. */
static int
start_anew(const struct edit_file *file)
{
	char kept[2 * EDIT_NAME_SIZE];
	int r = edit_file_keep(file, file->copy, time(NULL), kept);

	if (r < 0)
		return failed(file->copy_path, r);
	fprintf(stderr, "jitctl: it is kept: %s\n", kept);
	edit_file_forget(file);
	return make_copy(file);
}

/* Less than 0: go on; else the exit code. */
static int
find_copy(const struct edit_file *file)
{
	char when[64];
	int64_t sec;
	int r;
	char c;

	if (!edit_file_left(file, &sec)) {
		r = make_copy(file);
		return r == JITCTL_DONE ? -1 : r;
	}
	fprintf(stderr, "jitctl: an edit of %s was not finished; its copy of %s is %s\n",
		file->shown, reload_time(sec, when), file->copy_path);
	do
		c = ask("Go on with it? y(es), n(o, begin anew), q(uit): ");
	while (c && !strchr("yYnNqQ", c));
	if (c == 'y' || c == 'Y')
		return -1;
	if (c != 'n' && c != 'N')
		return JITCTL_NO;
	r = start_anew(file);
	return r == JITCTL_DONE ? -1 : r;
}

static bool
same_as(const struct edit_file *file, const char *name, const char *text, size_t len)
{
	_cleanup_free_ char *other = NULL;
	size_t other_len;

	return edit_file_read(file, name, &other, &other_len) == 0 && other_len == len &&
		memcmp(other, text, len) == 0;
}

/* Did somebody else write the file since the copy was made? */
static bool
changed_meanwhile(const struct edit_file *file)
{
	_cleanup_free_ char *now = NULL;
	size_t len;

	return edit_file_read(file, file->leaf, &now, &len) < 0 ||
		!same_as(file, file->base, now, len);
}

/* ---- one round ---- */

static int
run_editor(struct edit *edit)
{
	int r = editor_run(&edit->editor, edit->file.copy_path);

	free(TAKE_PTR(edit->text));
	if (r < 0)
		fprintf(stderr, "jitctl: the editor %s cannot be started\n",
			edit->editor.words[0]);
	else if (r > 0)
		fprintf(stderr, "jitctl: the editor ended with status %d\n", r);
	if (r != 0)
		return r;
	r = edit_file_read(&edit->file, edit->file.copy, &edit->text, &edit->len);
	if (r < 0)
		fprintf(stderr, "jitctl: %s %s\n", edit->file.copy_path,
			jit_file_problem(r));
	return r;
}

static enum answer
judge(struct edit *edit)
{
	switch (edit_check(&edit->site, &edit->file, edit->text, edit->len)) {
	case EDIT_GOOD: return ANSWER_OVERWRITE;
	case EDIT_WRONG_ELSEWHERE:
		fprintf(stderr,
			"jitctl: %s has no mistake, but other files have: it is put in "
			"place, and not loaded\n",
			edit->file.shown);
		return ANSWER_OVERWRITE;
	case EDIT_REFUSED:
		if (edit->force)
			return ANSWER_OVERWRITE;
		fputs("jitctl: if that is meant: jitctl edit --force\n", stderr);
		return what_now(false);
	default: return what_now(false);
	}
}

static int
install(struct edit *edit)
{
	char kept[2 * EDIT_NAME_SIZE];
	int r;

	if (changed_meanwhile(&edit->file) &&
		edit_file_keep(&edit->file, edit->file.leaf, time(NULL), kept) == 0)
		fprintf(stderr, "jitctl: what stood there is kept: %s\n", kept);
	r = edit_file_install(&edit->file, edit->text, edit->len);
	if (r < 0) {
		fprintf(stderr, "jitctl: what you wrote is in %s\n",
			edit->file.copy_path);
		return failed(edit->file.shown, r);
	}
	edit_file_forget(&edit->file);
	return reload_run(edit->force);
}

static int
leave(const struct edit_file *file, enum answer answer)
{
	if (answer == ANSWER_DISCARD) {
		edit_file_forget(file);
		fprintf(stderr, "jitctl: %s is as it was\n", file->shown);
		return JITCTL_NO;
	}
	fprintf(stderr,
		"jitctl: %s is as it was; what you wrote is in %s, and the next edit "
		"finds it there\n",
		file->shown, file->copy_path);
	return JITCTL_NO;
}

/* ANSWER_OVERWRITE: it can be put in place. */
static enum answer
one_round(struct edit *edit)
{
	enum answer answer;

	if (run_editor(edit) != 0)
		return what_now(false);
	if (same_as(&edit->file, edit->file.leaf, edit->text, edit->len))
		return ANSWER_OVERWRITE;
	answer = judge(edit);
	if (answer != ANSWER_OVERWRITE || !changed_meanwhile(&edit->file))
		return answer;
	fprintf(stderr, "jitctl: somebody else has changed %s since this edit began\n",
		edit->file.shown);
	return what_now(true);
}

static int
edit_rounds(struct edit *edit)
{
	enum answer answer;
	int r = find_copy(&edit->file);

	if (r >= 0)
		return r;
	do
		answer = one_round(edit);
	while (answer == ANSWER_EDIT);
	if (answer != ANSWER_OVERWRITE)
		return leave(&edit->file, answer);
	if (same_as(&edit->file, edit->file.leaf, edit->text, edit->len)) {
		edit_file_forget(&edit->file);
		fprintf(stderr, "jitctl: %s: nothing changed\n", edit->file.shown);
		return JITCTL_DONE;
	}
	return install(edit);
}

/* ---- the command ---- */

static int
edit_locked(struct edit *edit, const char *typed)
{
	_cleanup_close_ int lock = -1;
	struct jit_error err = { 0 };
	int r = editor_find(&edit->editor, &err);

	if (r == 0)
		r = edit_file_open(&edit->site, typed, &edit->file, &err);
	if (r == 0)
		lock = r = edit_lock(&edit->site, &err);
	if (r < 0) {
		fprintf(stderr, "jitctl: %s\n", err.text);
		return r == -EBUSY ? JITCTL_NO : JITCTL_BAD_INPUT;
	}
	return edit_rounds(edit);
}

int
cmd_edit(int argc, char **argv)
{
	struct edit edit = { .site = JIT_SITE_NONE, .file.dirfd = -1 };
	const struct option_set options = {
		.entries = { { "force", .flag = &edit.force } },
		.max = 1,
		.help = print_help,
	};
	int r = option_read(argc, argv, &options);

	if (r >= 0)
		return r;
	if (geteuid() != jit_site_owner()) {
		fputs("jitctl: edit: run this as root\n", stderr);
		return JITCTL_NOT_ALLOWED;
	}
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fputs("jitctl: edit needs a terminal; without one, change the file and "
		      "run "
		      "jitctl reload\n",
			stderr);
		return JITCTL_NO;
	}
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	jit_site_open(&edit.site);
	r = edit_locked(&edit, argv[optind]);
	edit_file_close(&edit.file);
	jit_site_close(&edit.site);
	free(edit.text);
	return r;
}
