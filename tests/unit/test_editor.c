/*
 * jitctl/editor.c: VISUAL and EDITOR are split at blanks and in no other way; what a shell
 * would have to read, and a word that could make a file of the next (CVE-2023-22809), is
 * refused.
 */
#include "jitctl/editor.h"

#include "test.h"

static void
test_splits_at_blanks_only(void)
{
	static const struct {
		const char *value, *words; /* joined by `|`; "": refused */
	} rows[] = {
		{ "vi", "vi" },
		{ "/usr/bin/vim.tiny", "/usr/bin/vim.tiny" },
		{ "emacs -nw", "emacs|-nw" },
		{ " nano\t-w  --", "" },
		{ "  nano \t -w ", "nano|-w" },
		{ "vim -- /etc/shadow", "" },
		{ "vim -c 'set x'", "" },
		{ "vi\\ x", "" },
		{ "vi;id", "" },
		{ "$HOME/vi", "" },
		{ "vi `id`", "" },
		{ "vi|tee", "" },
		{ "vi\nid", "" },
		{ " ", "" },
		{ "a b c d e f g h i j k l m n o p", "a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p" },
		{ "a b c d e f g h i j k l m n o p q", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct editor editor = { 0 };
		char words[256] = "";
		int r;

		test_row(rows[i].value);
		r = editor_split(rows[i].value, &editor, NULL);
		for (size_t k = 0; r == 0 && k < editor.n; k++) {
			strcat(words, k ? "|" : "");
			strcat(words, editor.words[k]);
		}
		ASSERT_EQ_INT(r, rows[i].words[0] ? 0 : -EINVAL);
		ASSERT_EQ_STR(words, rows[i].words);
	}
	test_row(NULL);
}

static void
test_a_long_value_is_refused(void)
{
	char value[EDITOR_VALUE_MAX + 1];
	struct editor editor;

	memset(value, 'x', sizeof(value));
	value[EDITOR_VALUE_MAX - 1] = '\0';
	ASSERT_OK(editor_split(value, &editor, NULL));
	value[EDITOR_VALUE_MAX - 1] = 'x';
	value[EDITOR_VALUE_MAX] = '\0';
	ASSERT_ERR(editor_split(value, &editor, NULL), EINVAL);
}

/* The file is one argument, the last, whatever is in its name. */
static void
test_runs_it_on_the_file(void)
{
	const char *path = test_path("a file");
	struct editor editor;
	struct stat st;

	ASSERT_OK(editor_split("touch -m", &editor, NULL));
	ASSERT_OK(editor_run(&editor, path));
	ASSERT_OK(stat(path, &st));
	ASSERT_OK(editor_split("false", &editor, NULL));
	ASSERT_EQ_INT(editor_run(&editor, path), 1);
	ASSERT_OK(editor_split("/nonexistent/editor", &editor, NULL));
	ASSERT_ERR(editor_run(&editor, path), ENOENT);
}

TEST_MAIN(TEST(test_splits_at_blanks_only), TEST(test_a_long_value_is_refused),
	TEST(test_runs_it_on_the_file))
