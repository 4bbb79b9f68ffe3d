/*
 * Claims: the sources of a policy are read only where nobody but their owner can have
 * written them; a file that cannot be read is an error that names it, never a policy with
 * a hole; drop-ins are taken in byte order; of old sources the last three are kept.
 */
#include <dirent.h>

#include "conf_text.h"

static struct jit_site site;

static void
site_begin(void)
{
	site = JIT_SITE_NONE;
	site.etc = test_dir_fd();
	site.owner = getuid();
	ASSERT_TRUE(mkdir(test_path("conf.d"), 0755) == 0 || errno == EEXIST);
	test_file_write(test_path("jit.conf"), 0600, "format = 1;\n", 12);
}

static void
site_end(void)
{
	unlink(test_path("jit.conf"));
	unlink(test_path("host.conf"));
	unlink(test_path("conf.d/10.conf"));
	rmdir(test_path("conf.d/10.conf"));
	chmod(test_path("conf.d"), 0755);
	jit_closep(&site.etc);
}

/* What reading says; sources that were read, by name, in *ret_names. */
static const char *
read_all(char ret_names[512])
{
	struct conf_problems problems = { 0 };
	struct conf_sources sources;
	const char *text;
	size_t n = 0;

	conf_sources_read(&site, &sources, &problems);
	ret_names[0] = '\0';
	for (size_t i = 0; i < sources.n; i++)
		n += (size_t)snprintf(ret_names + n, 512 - n, "%s ",
			sources.v[i].path + sizeof(JIT_ETC_DIR));
	text = conf_text_problems(&problems);
	conf_sources_done(&sources);
	conf_problems_done(&problems);
	return text;
}

static void
test_only_drop_ins_are_read(void)
{
	static const char *const names[] = { "conf.d/b.conf", "conf.d/B.conf",
		"conf.d/10.conf", "conf.d/9.conf", "conf.d/.hidden.conf",
		"conf.d/x.conf~", "host.conf" };
	char found[512];

	site_begin();
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		test_file_write(test_path(names[i]), 0600, "", 0);
	ASSERT_EQ_STR(read_all(found), "");
	ASSERT_EQ_STR(found,
		"jit.conf conf.d/10.conf conf.d/9.conf conf.d/B.conf "
		"conf.d/b.conf host.conf ");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlink(test_path(names[i]));
	site_end();
}

/* So many that no directory gives them sorted by chance. */
static void
test_drop_ins_come_in_byte_order(void)
{
	enum { FILES = 20, STEP = 7 };
	char found[512], want[512] = "jit.conf ", name[32];
	size_t n = strlen(want);

	site_begin();
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "conf.d/%02d.conf", i * STEP % FILES);
		test_file_write(test_path(name), 0600, "", 0);
		n += (size_t)snprintf(want + n, sizeof(want) - n, "conf.d/%02d.conf ", i);
	}
	ASSERT_EQ_STR(read_all(found), "");
	ASSERT_EQ_STR(found, want);
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "conf.d/%02d.conf", i);
		unlink(test_path(name));
	}
	site_end();
}

static void
spoil_mode(const char *path)
{
	test_file_write(path, 0622, "", 0);
}

static void
spoil_link(const char *path)
{
	ASSERT_OK(symlink("/dev/null", path));
}

static void
spoil_fifo(const char *path)
{
	ASSERT_OK(mkfifo(path, 0600));
}

static void
spoil_directory(const char *path)
{
	ASSERT_OK(mkdir(path, 0700));
}

static void
spoil_size(const char *path)
{
	test_file_write(path, 0600, "", 0);
	ASSERT_OK(truncate(path, CONF_SOURCE_MAX + 1));
}

static void
test_what_others_can_write_is_refused(void)
{
	static const struct {
		void (*spoil)(const char *path);
		const char *want;
	} spoils[] = {
		{ spoil_mode,
			"conf.d/10.conf:0:0: belongs to somebody else, or others may "
			"write "
			"or read it\n" },
		{ spoil_link, "conf.d/10.conf:0:0: is a symbolic link\n" },
		{ spoil_fifo, "conf.d/10.conf:0:0: is not a regular file\n" },
		{ spoil_directory, "conf.d/10.conf:0:0: is not a regular file\n" },
		{ spoil_size, "conf.d/10.conf:0:0: is too large\n" },
	};
	char found[512];

	for (size_t i = 0; i < ARRAY_SIZE(spoils); i++) {
		test_row(spoils[i].want);
		site_begin();
		spoils[i].spoil(test_path("conf.d/10.conf"));
		ASSERT_EQ_STR(read_all(found), spoils[i].want);
		site_end();
	}
	test_row(NULL);
}

static void
test_a_directory_of_others_is_refused(void)
{
	char found[512];

	site_begin();
	ASSERT_OK(chmod(test_path("conf.d"), 0777));
	ASSERT_CONTAINS(
		read_all(found), "/conf.d: belongs to somebody else, or others may");
	site_end();
}

static void
test_no_policy_is_an_error(void)
{
	char found[512];

	site_begin();
	unlink(test_path("jit.conf"));
	ASSERT_CONTAINS(
		read_all(found), "/jit.conf is not there; jitctl init makes a first one");
	site_end();
}

/* ---- kept sources ---- */

static size_t
count_kept(void)
{
	DIR *dir = opendir(test_path("sources"));
	struct dirent *entry;
	size_t n = 0;

	ASSERT_TRUE(dir != NULL);
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

/* jit.conf, a drop-in, host.conf; the number makes them different policies. */
static void
make_sources(struct conf_sources *sources, int number)
{
	char text[64];

	*sources = (struct conf_sources){ 0 };
	(void)snprintf(text, sizeof(text), "# %d\n", number);
	conf_text_add(sources, "jit.conf", "format = 1;\n");
	conf_text_add(sources, "conf.d/a.conf", text);
	conf_text_add(sources, "host.conf", "");
	sources->has_host = true;
	conf_sources_seal(sources);
}

static void
kept_begin(void)
{
	site = JIT_SITE_NONE;
	site.lib = test_dir_fd();
	site.etc = test_dir_fd();
	site.owner = getuid();
}

static void
kept_end(void)
{
	char command[512];

	(void)snprintf(command, sizeof(command), "%s/sources", test_dir());
	(void)nftw(command, test_remove_one_, 16, FTW_DEPTH | FTW_PHYS);
	jit_closep(&site.lib);
	jit_closep(&site.etc);
}

static void
test_three_sources_are_kept(void)
{
	struct conf_sources sources;
	char *kept;

	kept_begin();
	for (int i = 0; i < 5; i++) {
		make_sources(&sources, i);
		ASSERT_OK(conf_sources_keep(&site, &sources, CONF_TEXT_NOW + i));
		conf_sources_done(&sources);
	}
	ASSERT_EQ_UINT(count_kept(), 3);
	for (int i = 2; i < 5; i++) {
		char name[128];

		make_sources(&sources, i);
		snprintf(name, sizeof(name), "sources/20261124T12000%dZ-%.8s", i,
			sources.hash);
		kept = test_file_read(test_path(name), NULL);
		ASSERT_CONTAINS(kept, "/jit.conf 12\nformat = 1;\n");
		free(kept);
		conf_sources_done(&sources);
	}
	kept_end();
}

/* Loading one policy again and again pushes no other out. */
static void
test_a_policy_is_kept_once(void)
{
	struct conf_sources sources;

	kept_begin();
	for (int i = 0; i < 6; i++) {
		make_sources(&sources, i < 2 ? i : 2);
		ASSERT_OK(conf_sources_keep(&site, &sources, CONF_TEXT_NOW + i));
		conf_sources_done(&sources);
	}
	ASSERT_EQ_UINT(count_kept(), 3);
	kept_end();
}

static void
test_the_newest_other_is_found(void)
{
	struct conf_sources sources, found;
	int64_t sec = 0;

	kept_begin();
	for (int i = 0; i < 3; i++) {
		make_sources(&sources, i);
		ASSERT_OK(conf_sources_keep(&site, &sources, CONF_TEXT_NOW + i));
		if (i < 2)
			conf_sources_done(&sources);
	}
	ASSERT_OK(conf_sources_kept(&site, sources.hash, &found, &sec));
	ASSERT_EQ_INT(sec, CONF_TEXT_NOW + 1);
	ASSERT_EQ_UINT(found.n, 3);
	ASSERT_TRUE(found.has_host);
	ASSERT_EQ_STR(found.v[1].path, JIT_ETC_DIR "/conf.d/a.conf");
	ASSERT_EQ_STR(found.v[1].text, "# 1\n");
	conf_sources_done(&found);
	conf_sources_done(&sources);
	kept_end();
}

/* A byte that was changed, a name that no source has: not taken, and the one before it is
 * no help, since it would be taken for the newest. */
static void
test_a_damaged_one_is_not_taken(void)
{
	static const struct {
		const char *from, *to;
	} changes[] = { { "# 1", "# 9" }, { "conf.d/a.conf", "conf.d/a.coxx" },
		{ "conf.d/a.conf", "../etc/passwd" },
		{ "jit-sources 1", "jit-sources 2" }, { "a.conf 4", "a.conf 5" },
		{ "a.conf 4", "a.conf 3" } };
	struct conf_sources sources, found;
	int64_t sec;

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		char name[128], *kept, *at;

		test_row(changes[i].to);
		kept_begin();
		make_sources(&sources, 1);
		ASSERT_OK(conf_sources_keep(&site, &sources, CONF_TEXT_NOW));
		snprintf(name, sizeof(name), "sources/20261124T120000Z-%.8s",
			sources.hash);
		kept = test_file_read(test_path(name), NULL);
		at = strstr(kept, changes[i].from);
		ASSERT_TRUE(at != NULL);
		memcpy(at, changes[i].to, strlen(changes[i].to));
		test_file_write(test_path(name), 0600, kept, strlen(kept));
		ASSERT_ERR(conf_sources_kept(&site, "0123456789", &found, &sec), EBADMSG);
		free(kept);
		conf_sources_done(&sources);
		kept_end();
	}
	test_row(NULL);
}

static void
test_former_sources_are_put_back(void)
{
	struct conf_sources now, former;
	struct stat st;
	char *text;

	kept_begin();
	make_sources(&former, 1);
	make_sources(&now, 2);
	conf_text_add(&now, "conf.d/new.conf", "");
	ASSERT_OK(conf_sources_put_back(&site, &(struct conf_sources){ 0 }, &now));
	ASSERT_OK(conf_sources_put_back(&site, &now, &former));
	text = test_file_read(test_path("conf.d/a.conf"), NULL);
	ASSERT_EQ_STR(text, "# 1\n");
	free(text);
	ASSERT_OK(stat(test_path("conf.d/a.conf"), &st));
	ASSERT_EQ_UINT(st.st_mode & 07777, 0600);
	ASSERT_OK(stat(test_path("host.conf"), &st));
	ASSERT_EQ_UINT(st.st_mode & 07777, 0644);
	ASSERT_EQ_INT(stat(test_path("conf.d/new.conf"), &st), -1);
	unlink(test_path("conf.d/a.conf"));
	conf_sources_done(&now);
	conf_sources_done(&former);
	site_end();
	jit_closep(&site.lib);
}

/* What is being edited stands for the file, which is not looked at. */
static void
test_a_given_text_stands_for_its_file(void)
{
	static const char *const names[] = { "jit.conf", "conf.d/10.conf", "host.conf" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct conf_problems problems = { 0 };
		struct conf_sources sources;

		test_row(names[i]);
		site_begin();
		test_file_write(test_path("conf.d/20.conf"), 0600, "", 0);
		test_file_write(test_path("host.conf"), 0600, "", 0);
		unlink(test_path(names[i]));
		ASSERT_OK(mkdir(test_path(names[i]), 0700)); /* cannot be read */
		conf_sources_read_with(
			&site, names[i], strdup("# new\n"), 6, &sources, &problems);
		ASSERT_EQ_STR(conf_text_problems(&problems), "");
		ASSERT_EQ_STR(sources.v[i].path + sizeof(JIT_ETC_DIR), names[i]);
		ASSERT_EQ_STR(sources.v[i].text, "# new\n");
		ASSERT_EQ_UINT(sources.n, i == 1 ? 4 : 3);
		ASSERT_TRUE(sources.has_host);
		conf_sources_done(&sources);
		conf_problems_done(&problems);
		rmdir(test_path(names[i]));
		unlink(test_path("conf.d/20.conf"));
		site_end();
	}
	test_row(NULL);
}

static void
hash_of(size_t n, const char *const names[], const char *const texts[],
	const size_t lens[], char ret[CONF_HASH_SIZE])
{
	struct conf_sources sources = { 0 };

	for (size_t i = 0; i < n; i++) {
		char *copy = malloc(lens[i] + 1);

		ASSERT_TRUE(copy != NULL);
		memcpy(copy, texts[i], lens[i]);
		conf_sources_add(&sources, names[i], copy, lens[i]);
	}
	conf_sources_seal(&sources);
	memcpy(ret, sources.hash, CONF_HASH_SIZE);
	conf_sources_done(&sources);
}

/* A file that is renamed, whose end moves into the next, or that looks like two, is
 * another policy. */
static void
test_the_hash_covers_names_and_borders(void)
{
	static const char *const ab[] = { "a", "b" }, *const ac[] = { "a", "c" };
	static const char header[] = JIT_ETC_DIR "/b";
	char first[CONF_HASH_SIZE], other[CONF_HASH_SIZE], fake[256] = "x";
	size_t at = 1;

	hash_of(2, ab, (const char *const[]){ "x", "y" }, (size_t[]){ 1, 1 }, first);
	hash_of(2, ac, (const char *const[]){ "x", "y" }, (size_t[]){ 1, 1 }, other);
	ASSERT_TRUE(strcmp(first, other) != 0);
	hash_of(2, ab, (const char *const[]){ "xy", "" }, (size_t[]){ 2, 0 }, other);
	ASSERT_TRUE(strcmp(first, other) != 0);
	/* the bytes that stand between two files, within one */
	fake[at] = (char)(sizeof(header) - 1);
	at += 8;
	memcpy(fake + at, header, sizeof(header) - 1);
	at += sizeof(header) - 1;
	fake[at++] = 'y';
	hash_of(1, ab, (const char *const[]){ fake }, (size_t[]){ at }, other);
	ASSERT_TRUE(strcmp(first, other) != 0);
}

TEST_MAIN(TEST(test_only_drop_ins_are_read), TEST(test_drop_ins_come_in_byte_order),
	TEST(test_what_others_can_write_is_refused),
	TEST(test_a_directory_of_others_is_refused), TEST(test_no_policy_is_an_error),
	TEST(test_three_sources_are_kept), TEST(test_a_policy_is_kept_once),
	TEST(test_the_newest_other_is_found), TEST(test_a_damaged_one_is_not_taken),
	TEST(test_former_sources_are_put_back),
	TEST(test_a_given_text_stands_for_its_file),
	TEST(test_the_hash_covers_names_and_borders))
