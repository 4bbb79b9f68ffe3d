/*
 * libjit/pattern.c: what a glob and a command pattern match, and above all what they do
 * not: the ways in which programs run other programs when they are given an option or a
 * path of the caller's.
 */
#include "libjit/pattern.h"

#include "test.h"

/* ---- globs ---- */

static const struct glob_row {
	const char *glob, *text;
	bool want;
} globs[] = {
	{ "", "", true },
	{ "", "a", false },
	{ "a", "", false },
	{ "abc", "abc", true },
	{ "abc", "abcd", false },
	{ "abc", "ab", false },
	{ "*", "", true },
	{ "*", "anything at all", true },
	{ "*", "a/b", false },
	{ "*", "/", false },
	{ "**", "ab", true },
	{ "**", "a/b", false },
	{ "a*", "a", true },
	{ "a*c", "abbbc", true },
	{ "a*c", "ab/c", false },
	{ "*/*", "a/b", true },
	{ "*/*", "a/b/c", false },
	{ "*.conf", "x.conf", true },
	{ "*.conf", "x.conf.bak", false },
	{ "*.conf", "../x.conf", false },
	{ "/etc/nginx/*", "/etc/nginx/site", true },
	{ "/etc/nginx/*", "/etc/nginx/", true },
	{ "/etc/nginx/*", "/etc/nginx/a/b", false },
	{ "/etc/nginx/*", "/etc/nginx/../shadow", false },
	{ "a*b*c", "axbyc", true },
	{ "a*b*c", "axbybzc", true },
	{ "a*b*c", "axcyb", false },
	{ "?", "a", true },
	{ "?", "", false },
	{ "?", "/", false },
	{ "?", "ab", false },
	{ "a?c", "a/c", false },
	{ "[a-c]", "b", true },
	{ "[a-c]", "d", false },
	{ "[abc]", "b", true },
	{ "[!a-c]", "d", true },
	{ "[!a-c]", "b", false },
	{ "[!a]", "/", false },
	{ "[+-9]", "/", false },
	{ "[+-9]", "5", true },
	{ "[a-]", "-", true },
	{ "[-a]", "-", true },
	{ "[a-z0-9]", "7", true },
	{ "[a-z0-9]", "A", false },
	{ "[!]", "!", false },
	{ "[]", "]", false },
	{ "[a", "a", false },
	{ "[a", "[a", false },
	{ "a[", "a[", false },
	{ "[z-a]", "m", false },
	{ "]", "]", true },
	{ "\\*", "*", false },
	{ "\\*", "\\x", true },
	{ "[a-z]*", "A", false },
	{ "web[0-9].example.*", "web1.example.org", true },
};

static void
test_globs(void)
{
	for (size_t i = 0; i < sizeof(globs) / sizeof(globs[0]); i++) {
		char row[128];

		snprintf(row, sizeof(row), "%s against %s", globs[i].glob, globs[i].text);
		test_row(row);
		ASSERT_EQ_INT(
			jit_glob_match(globs[i].glob, globs[i].text), globs[i].want);
	}
}

/* The plain definition of `*`, tried in every way: slow and obviously right. */
static bool
slow_match(const char *glob, const char *s)
{
	if (*glob == '*')
		return slow_match(glob + 1, s) ||
			(*s && *s != '/' && slow_match(glob, s + 1));
	if (!*glob || !*s)
		return *glob == *s;
	if (*glob != *s && (*glob != '?' || *s == '/'))
		return false;
	return slow_match(glob + 1, s + 1);
}

/* The i-th word over an alphabet, shortest first. */
static void
word_number(unsigned i, const char *alphabet, char *buf)
{
	unsigned n = (unsigned)strlen(alphabet);
	size_t len = 0;

	for (; i > 0; i = (i - 1) / n)
		buf[len++] = alphabet[(i - 1) % n];
	buf[len] = '\0';
}

static void
test_backing_up_only_to_the_last_star_loses_nothing(void)
{
	enum {
		GLOBS = 1365,
		TEXTS = 1093
	}; /* all of up to 5 of 4, up to 6 of 3 symbols */

	for (unsigned i = 0; i < GLOBS; i++)
		for (unsigned k = 0; k < TEXTS; k++) {
			char glob[16], text[16], row[64];

			word_number(i, "*?a/", glob);
			word_number(k, "ab/", text);
			snprintf(row, sizeof(row), "%s against %s", glob, text);
			test_row(row);
			ASSERT_EQ_INT(jit_glob_match(glob, text), slow_match(glob, text));
		}
}

static void
test_many_stars_take_no_time(void)
{
	char glob[1025], text[65536];

	for (size_t i = 0; i + 1 < sizeof(glob); i++)
		glob[i] = i % 2 ? 'a' : '*';
	glob[sizeof(glob) - 1] = '\0';
	memset(text, 'a', sizeof(text) - 2);
	text[sizeof(text) - 2] = 'b';
	text[sizeof(text) - 1] = '\0';
	ASSERT_FALSE(jit_glob_match(glob, text));
}

static void
test_which_globs_are_well_formed(void)
{
	static const char *const good[] = { "", "a", "*", "[a-z]", "[!a-z]*", "[a-]",
		"[-a]", "]", "a]b", "[a][b]", "[a-z0-9_.]" };
	static const char *const bad[] = { "[", "[a", "[]", "[!]", "[z-a]", "[^a]", "a[b",
		"[a/b]", "[/]", "[\xc3\xa4]", "[a[]", "[]a]" };

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		test_row(good[i]);
		ASSERT_TRUE(jit_glob_valid(good[i]));
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		test_row(bad[i]);
		ASSERT_FALSE(jit_glob_valid(bad[i]));
	}
}

static void
test_which_globs_are_literal(void)
{
	ASSERT_TRUE(jit_glob_is_literal("/usr/bin/apt-get"));
	ASSERT_TRUE(jit_glob_is_literal("a]b"));
	ASSERT_FALSE(jit_glob_is_literal("/usr/bin/*"));
	ASSERT_FALSE(jit_glob_is_literal("a?"));
	ASSERT_FALSE(jit_glob_is_literal("[ab]"));
}

/* ---- commands ---- */

enum { WORDS_MAX = 12 };

static const struct command_row {
	const char *pattern[WORDS_MAX], *argv[WORDS_MAX];
	bool want;
} commands[] = {
#define APT "/usr/bin/apt-get", "install", "[a-z0-9]*..."
#define APT_GET "/usr/bin/apt-get", "install"
	{ { APT }, { APT_GET, "openconnect" }, true },
	{ { APT }, { APT_GET, "vim", "tcpdump", "0ad" }, true },
	{ { APT }, { APT_GET, "libc6:amd64=2.36-9+deb12u4" }, true },
	{ { APT }, { APT_GET }, false },
	{ { APT }, { "/usr/bin/apt-get", "remove", "vim" }, false },
	{ { APT }, { "/usr/bin/apt", "install", "vim" }, false },
	{ { APT }, { "apt-get", "install", "vim" }, false },
	{ { APT }, { APT_GET, "-o", "Dpkg::Pre-Invoke::=sh" }, false },
	{ { APT }, { APT_GET, "vim", "-oDpkg::Pre-Invoke::=sh" }, false },
	{ { APT }, { APT_GET, "-oDir::Bin::dpkg=./x", "vim" }, false },
	{ { APT }, { APT_GET, "--option=Dir::Bin::dpkg=x", "vim" }, false },
	{ { APT }, { APT_GET, "vim", "-c", "x" }, false },
	{ { APT }, { APT_GET, "--config-file=x", "vim" }, false },
	{ { APT }, { APT_GET, "--", "vim" }, false },
	{ { APT }, { APT_GET, "./x.deb" }, false },
	{ { APT }, { APT_GET, "/tmp/x.deb" }, false },
	{ { APT }, { APT_GET, "a/b" }, false },
	{ { APT }, { APT_GET, "vim", "tmp/x.deb" }, false },
	{ { APT }, { APT_GET, "vim/testing" }, false },
	{ { APT }, { APT_GET, "../x.deb" }, false },
	{ { APT }, { APT_GET, "" }, false },
	{ { APT }, { APT_GET, "VIM" }, false },
	{ { APT }, { APT_GET, "install" }, true },
	{ { APT }, { "/usr/bin/apt-get", "-y", "install", "vim" }, false },

	/* `*` is no better placed than a class where it comes to options and paths. */
	{ { "/usr/bin/apt-get", "install", "*" }, { APT_GET, "vim" }, true },
	{ { "/usr/bin/apt-get", "install", "*" }, { APT_GET, "-oX=y" }, false },
	{ { "/usr/bin/apt-get", "install", "*" }, { APT_GET, "./x.deb" }, false },
	{ { "/usr/bin/apt-get", "install", "*" }, { APT_GET, "a", "b" }, false },
	{ { "/usr/bin/apt-get", "install", "?ux" }, { APT_GET, "-ux" }, false },
	{ { "/usr/bin/apt-get", "install", "[!a]*" }, { APT_GET, "-ux" }, false },
	{ { "/usr/bin/apt-get", "install", "[-a]*" }, { APT_GET, "-ux" }, false },
	{ { "/usr/bin/apt-get", "install", "*..." }, { APT_GET, "a", "-ux" }, false },

	{ { "/usr/bin/dpkg", "-i", "*.deb" }, { "/usr/bin/dpkg", "-i", "x.deb" }, true },
	{ { "/usr/bin/dpkg", "-i", "*.deb" },
		{ "/usr/bin/dpkg", "-i", "--force-all.deb" }, false },
	{ { "/usr/bin/dpkg", "-i", "*.deb" }, { "/usr/bin/dpkg", "-i", "/tmp/x.deb" },
		false },
	{ { "/usr/bin/dpkg", "-i", "/srv/pool/*.deb" },
		{ "/usr/bin/dpkg", "-i", "/srv/pool/x.deb" }, true },
	{ { "/usr/bin/dpkg", "-i", "/srv/pool/*.deb" },
		{ "/usr/bin/dpkg", "-i", "/srv/pool/../../tmp/x.deb" }, false },
	{ { "/usr/bin/dpkg", "-i", "/srv/pool/*.deb" },
		{ "/usr/bin/dpkg", "-i", "/srv/pool/x.deb", "/tmp/x.deb" }, false },
	{ { "/usr/bin/dpkg", "-l", "*" },
		{ "/usr/bin/dpkg", "-l", "--pre-invoke=sh", "x" }, false },

#define SYSTEMCTL "/usr/bin/systemctl", "restart"
	{ { SYSTEMCTL, "nginx.service" }, { SYSTEMCTL, "nginx.service" }, true },
	{ { SYSTEMCTL, "nginx*" }, { SYSTEMCTL, "nginx@a.service" }, true },
	{ { SYSTEMCTL, "nginx*" }, { SYSTEMCTL, "nginx", "ssh" }, false },
	{ { SYSTEMCTL, "*" }, { SYSTEMCTL, "--host=evil" }, false },
	{ { SYSTEMCTL, "*" }, { SYSTEMCTL, "-Hevil" }, false },
	{ { SYSTEMCTL, "*" }, { SYSTEMCTL, "/tmp/evil.service" }, false },
	{ { "/usr/bin/systemctl", "status", "*..." },
		{ "/usr/bin/systemctl", "status", "a", "b" }, true },
	{ { "/usr/bin/systemctl", "status", "*..." }, { SYSTEMCTL, "a" }, false },
	{ { "/usr/bin/systemctl", "*", "nginx" },
		{ "/usr/bin/systemctl", "--root=x", "nginx" }, false },

#define TAR "/usr/bin/tar", "-cf"
	{ { TAR, "*.tar", "*..." }, { TAR, "a.tar", "x", "y" }, true },
	{ { TAR, "*.tar", "*..." }, { TAR, "a.tar", "--checkpoint=1" }, false },
	{ { TAR, "*.tar", "*..." },
		{ TAR, "a.tar", "x", "--checkpoint-action=exec=sh", "y" }, false },
	{ { TAR, "*.tar", "*..." }, { TAR, "a.tar", "x", "-Ish" }, false },
	{ { TAR, "*.tar", "*..." }, { TAR, "--to-command=sh.tar", "x" }, false },
	{ { TAR, "*.tar", "*..." }, { TAR, "host:/a.tar", "x" }, false },

#define FIND "/usr/bin/find", "/var/log"
	{ { FIND, "-name", "*" }, { FIND, "-name", "x" }, true },
	{ { FIND, "-name", "*" }, { FIND, "-name", "x", "-exec", "sh", ";" }, false },
	{ { FIND, "-name", "*..." }, { FIND, "-name", "x", "-delete" }, false },
	{ { FIND, "*..." }, { FIND, "-exec", "sh", ";" }, false },
	{ { FIND, "*..." }, { FIND, "-fprintf", "x", "y" }, false },

#define VIM "/usr/bin/vim"
	{ { VIM, "/etc/hosts" }, { VIM, "/etc/hosts" }, true },
	{ { VIM, "/etc/hosts" }, { VIM, "-c", "!sh" }, false },
	{ { VIM, "/etc/hosts" }, { VIM, "/etc/hosts", "-c:!sh" }, false },
	{ { VIM, "/etc/*" }, { VIM, "+!sh" }, false },
	{ { VIM, "/etc/*" }, { VIM, "/etc/shadow" }, true },
	{ { VIM, "/etc/*" }, { VIM, "/etc/ssh/sshd_config" }, false },

	/* Words are arguments: never joined, never split. */
	{ { "/bin/echo", "a b" }, { "/bin/echo", "a b" }, true },
	{ { "/bin/echo", "a b" }, { "/bin/echo", "a", "b" }, false },
	{ { "/bin/echo", "a", "b" }, { "/bin/echo", "a b" }, false },
	{ { "/bin/echo", "*" }, { "/bin/echo", "a b" }, true },
	{ { "/bin/echo", "" }, { "/bin/echo", "" }, true },
	{ { "/bin/echo", "" }, { "/bin/echo" }, false },
	{ { "/bin/echo" }, { "/bin/echo", "" }, false },

	/* Options that are written as options. */
	{ { "/bin/ls", "-*" }, { "/bin/ls", "-l" }, true },
	{ { "/bin/ls", "-*" }, { "/bin/ls", "l" }, false },
	{ { "/bin/ls", "-l" }, { "/bin/ls", "-l" }, true },
	{ { "/bin/ls", "-[al]..." }, { "/bin/ls", "-l", "-a" }, true },
	{ { "/bin/ls", "-[al]..." }, { "/bin/ls", "-l", "x" }, false },
	{ { "/bin/rm", "--", "*" }, { "/bin/rm", "--", "x" }, true },
	{ { "/bin/rm", "--", "*" }, { "/bin/rm", "--", "-x" }, false },

	/* The last word: repeated, anything. */
	{ { "/bin/a", "any..." }, { "/bin/a" }, true },
	{ { "/bin/a", "any..." }, { "/bin/a", "-x", "/y", "z" }, true },
	{ { "/bin/a", "b", "any..." }, { "/bin/a", "b" }, true },
	{ { "/bin/a", "b", "any..." }, { "/bin/a" }, false },
	{ { "/bin/a", "any...", "b" }, { "/bin/a", "x", "b" }, false },
	{ { "/bin/a", "x...", "b" }, { "/bin/a", "x", "x", "b" }, false },
	{ { "/bin/a", "x...", "b" }, { "/bin/a", "x...", "b" }, true },
	{ { "/bin/a", "x..." }, { "/bin/a", "x", "x" }, true },
	{ { "/bin/a", "x..." }, { "/bin/a", "x", "y" }, false },
	{ { "/bin/a", "x..." }, { "/bin/a", "x..." }, false },
	{ { "/bin/a", "..." }, { "/bin/a", "..." }, true },
	{ { "/bin/a", "..." }, { "/bin/a", "x" }, false },
	{ { "/bin/a", "many..." }, { "/bin/a", "-x" }, false },
	{ { "/bin/a", "/etc/*..." }, { "/bin/a", "/etc/x", "/etc/y/z" }, false },

	/* The path. */
	{ { "*" }, { "/bin/a" }, true },
	{ { "*" }, { "/usr/bin/x", "-c", "/y" }, true },
	{ { "*" }, { "a" }, false },
	{ { "*", "x" }, { "/bin/a", "x" }, false },
	{ { "any..." }, { "/bin/a" }, false },
	{ { "/bin/a..." }, { "/bin/a" }, false },
	{ { "/bin/*" }, { "/bin/a" }, true },
	{ { "/bin/*" }, { "/bin/sub/a" }, false },
	{ { "/bin/*" }, { "/bin/a", "x" }, false },
	{ { "/opt/*/bin/run", "any..." }, { "/opt/v1/bin/run", "-x" }, true },
	{ { "/opt/*/bin/run", "any..." }, { "/opt/v1/x/bin/run" }, false },
	{ { "/bin/a" }, { "/bin/ab" }, false },
	{ { NULL }, { "/bin/a" }, false },
	{ { "/bin/a" }, { NULL }, false },
	{ { "*" }, { NULL }, false },
};

static struct jit_strv
strv_of(const char *const words[WORDS_MAX])
{
	struct jit_strv strv = { 0, (const char **)words };

	while (strv.n < WORDS_MAX && words[strv.n])
		strv.n++;
	return strv;
}

static void
test_commands(void)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct jit_strv pattern = strv_of(commands[i].pattern);
		const struct jit_strv argv = strv_of(commands[i].argv);
		char row[256];
		int len = snprintf(row, sizeof(row), "row %zu:", i);

		for (size_t k = 0; k < pattern.n; k++)
			len += snprintf(row + len, sizeof(row) - (size_t)len, " %s",
				pattern.v[k]);
		test_row(row);
		ASSERT_EQ_INT(jit_command_match(&pattern, &argv), commands[i].want);
	}
}

TEST_MAIN(TEST(test_globs), TEST(test_backing_up_only_to_the_last_star_loses_nothing),
	TEST(test_many_stars_take_no_time), TEST(test_which_globs_are_well_formed),
	TEST(test_which_globs_are_literal), TEST(test_commands))
