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

/* ---- what programs can be made to do: each through the pattern that one would write ---- */

#define DPKG_I "/usr/bin/dpkg", "-i", "/srv/pool/*.deb..."
#define UPGRADE "/usr/bin/apt-get", "upgrade"
#define JOURNAL "/usr/bin/journalctl", "-u", "[a-z]*"
#define LOGS "/usr/bin/tar", "-czf", "/srv/backup/*.tgz", "/var/log/[a-z]*..."
#define UNPACK "/usr/bin/tar", "-xf", "/srv/in/*.tar", "-C", "/srv/out"
#define FIND_LOGS "/usr/bin/find", "/var/log/*", "-name", "*.log"
#define EDIT "/usr/bin/vim", "/etc/nginx/*.conf..."
#define UNIT "/usr/bin/systemctl", "restart", "nginx*.service"

static const struct program_row {
	const char *name;
	const char *pattern[WORDS_MAX], *argv[WORDS_MAX];
	bool want;
} programs[] = {
	/* apt: configuration, hooks, local files, other methods */
	{ "apt, as meant", { APT }, { APT_GET, "nginx-core", "libc6" }, true },
	{ "apt -o, glued", { APT }, { APT_GET, "-oAPT::Update::Pre-Invoke::=id" } },
	{ "apt -o, apart", { APT }, { APT_GET, "vim", "-o", "Dir::Etc=/tmp" } },
	{ "apt -yo, clustered", { APT }, { APT_GET, "-yoDpkg::Pre-Invoke::=id", "vim" } },
	{ "apt -qq=2", { APT }, { APT_GET, "-qq=2", "vim" } },
	{ "apt --option, cut short", { APT }, { APT_GET, "--opt=Dir=/tmp", "vim" } },
	{ "apt -c file", { APT }, { APT_GET, "-c/tmp/apt.conf", "vim" } },
	{ "apt -t release", { APT }, { APT_GET, "-tsid", "vim" } },
	{ "apt -t, apart", { APT }, { APT_GET, "vim", "-t", "sid" } },
	{ "apt --allow-unauthenticated", { APT },
		{ APT_GET, "vim", "--allow-unauthenticated" } },
	{ "apt package/release", { APT }, { APT_GET, "vim/sid" } },
	{ "apt, a .deb here", { APT }, { APT_GET, "./evil.deb" } },
	{ "apt, a .deb below here", { APT }, { APT_GET, "sub/evil.deb" } },
	{ "apt, a .deb up there", { APT }, { APT_GET, "../evil.deb" } },
	{ "apt, a .deb anywhere", { APT }, { APT_GET, "/tmp//evil.deb" } },
	{ "apt, a .changes file", { APT }, { APT_GET, "./evil.changes" } },
	{ "apt, a bare name is a package", { APT }, { APT_GET, "evil.deb" }, true },
	{ "apt, one of them bad", { APT }, { APT_GET, "vim", "nano", "/tmp/e.deb" } },
	{ "apt, an option hidden last", { APT }, { APT_GET, "vim", "nano", "-y" } },
	{ "apt --", { APT }, { APT_GET, "--", "-oX=y" } },
	{ "apt, empty word", { APT }, { APT_GET, "vim", "" } },
	{ "apt, only a newline", { APT }, { APT_GET, "\n" } },
	{ "apt, an option behind a newline", { APT }, { APT_GET, "\n-oX=y" } },
	{ "apt, a newline within a word is of that word", { APT },
		{ APT_GET, "vim\n-oX=y" }, true },
	{ "apt, a tab before", { APT }, { APT_GET, "\tvim" } },
	{ "apt, a blank before", { APT }, { APT_GET, " -oX=y" } },
	{ "apt, no-break space before", { APT }, { APT_GET, "\xc2\xa0-oX" } },
	{ "apt, a dash that is none", { APT }, { APT_GET, "\xe2\x80\x93oX" } },
	{ "apt, another verb first", { APT },
		{ "/usr/bin/apt-get", "changelog", "install", "vim" } },
	{ "apt, options before the verb", { APT },
		{ "/usr/bin/apt-get", "-oX=y", "install", "vim" } },
	{ "apt source --compile", { APT },
		{ "/usr/bin/apt-get", "source", "--compile", "vim" } },
	{ "apt upgrade, as meant", { UPGRADE }, { UPGRADE }, true },
	{ "apt upgrade with a package", { UPGRADE }, { UPGRADE, "vim" } },
	{ "apt upgrade -o", { UPGRADE }, { UPGRADE, "-oX=y" } },
	{ "apt upgrade, empty word", { UPGRADE }, { UPGRADE, "" } },
	{ "apt upgrade --", { UPGRADE }, { UPGRADE, "--" } },

	/* dpkg: hooks, roots, force, paths that lead elsewhere */
	{ "dpkg, as meant", { DPKG_I },
		{ "/usr/bin/dpkg", "-i", "/srv/pool/a.deb", "/srv/pool/b.deb" }, true },
	{ "dpkg ..", { DPKG_I }, { "/usr/bin/dpkg", "-i", "/srv/pool/../../tmp/a.deb" } },
	{ "dpkg //", { DPKG_I }, { "/usr/bin/dpkg", "-i", "/srv/pool//a.deb" } },
	{ "dpkg /./", { DPKG_I }, { "/usr/bin/dpkg", "-i", "/srv/pool/./a.deb" } },
	{ "dpkg, a directory below", { DPKG_I },
		{ "/usr/bin/dpkg", "-i", "/srv/pool/x/a.deb" } },
	{ "dpkg --pre-invoke", { DPKG_I },
		{ "/usr/bin/dpkg", "-i", "--pre-invoke=id", "/srv/pool/a.deb" } },
	{ "dpkg --post-invoke behind", { DPKG_I },
		{ "/usr/bin/dpkg", "-i", "/srv/pool/a.deb", "--post-invoke=id" } },
	{ "dpkg --root", { DPKG_I },
		{ "/usr/bin/dpkg", "-i", "--root=/tmp/r", "/srv/pool/a.deb" } },
	{ "dpkg --force-all.deb", { DPKG_I },
		{ "/usr/bin/dpkg", "-i", "--force-all.deb" } },
	{ "dpkg -iB, clustered", { DPKG_I },
		{ "/usr/bin/dpkg", "-iB", "/srv/pool/a.deb" } },
	{ "dpkg --unpack for -i", { DPKG_I },
		{ "/usr/bin/dpkg", "--unpack", "/srv/pool/a.deb" } },
	{ "dpkg --command-fd", { DPKG_I }, { "/usr/bin/dpkg", "--command-fd", "0" } },
	{ "dpkg, nothing to install", { DPKG_I }, { "/usr/bin/dpkg", "-i" } },

	/* systemctl: other hosts, other roots, unit files, pagers, editors */
	{ "systemctl, as meant", { UNIT },
		{ "/usr/bin/systemctl", "restart", "nginx@1.service" }, true },
	{ "systemctl -H", { UNIT }, { "/usr/bin/systemctl", "restart", "-Hevil" } },
	{ "systemctl -M", { UNIT },
		{ "/usr/bin/systemctl", "-Mevil", "restart", "nginx.service" } },
	{ "systemctl, a second unit", { UNIT },
		{ "/usr/bin/systemctl", "restart", "nginx.service", "ssh.service" } },
	{ "systemctl, a path", { UNIT },
		{ "/usr/bin/systemctl", "restart", "nginx/../x.service" } },
	{ "systemctl, units in one word", { UNIT },
		{ "/usr/bin/systemctl", "restart", "nginx.service ssh.target" } },
	{ "systemctl, another verb", { UNIT },
		{ "/usr/bin/systemctl", "edit", "nginx.service" } },
	{ "systemctl link", { UNIT },
		{ "/usr/bin/systemctl", "link", "/tmp/nginx.service" } },
	{ "systemctl --force", { UNIT },
		{ "/usr/bin/systemctl", "restart", "nginx.service", "--force" } },
	{ "journalctl, as meant", { JOURNAL }, { "/usr/bin/journalctl", "-u", "ssh" },
		true },
	{ "journalctl --file", { JOURNAL },
		{ "/usr/bin/journalctl", "-u", "--file=/etc/shadow" } },
	{ "journalctl -u glued", { JOURNAL }, { "/usr/bin/journalctl", "-ussh" } },
	{ "journalctl --vacuum behind", { JOURNAL },
		{ "/usr/bin/journalctl", "-u", "ssh", "--vacuum-size=1" } },

	/* tar: programs, check points, lists, places */
	{ "tar, as meant", { LOGS },
		{ "/usr/bin/tar", "-czf", "/srv/backup/a.tgz", "/var/log/syslog" },
		true },
	{ "tar --checkpoint-action", { LOGS },
		{ "/usr/bin/tar", "-czf", "/srv/backup/a.tgz", "/var/log/syslog",
			"--checkpoint-action=exec=id" } },
	{ "tar -I", { LOGS },
		{ "/usr/bin/tar", "-czf", "/srv/backup/a.tgz", "-Iid", "/var/log/a" } },
	{ "tar --use-compress-program", { LOGS },
		{ "/usr/bin/tar", "--use-compress-program=id", "-czf",
			"/srv/backup/a.tgz", "/var/log/a" } },
	{ "tar -T list", { LOGS },
		{ "/usr/bin/tar", "-czf", "/srv/backup/a.tgz", "-T/tmp/list" } },
	{ "tar @file", { LOGS },
		{ "/usr/bin/tar", "-czf", "/srv/backup/a.tgz", "@/etc/shadow" } },
	{ "tar, another host", { LOGS },
		{ "/usr/bin/tar", "-czf", "evil:/srv/backup/a.tgz", "/var/log/a" } },
	{ "tar ..", { LOGS },
		{ "/usr/bin/tar", "-czf", "/srv/backup/a.tgz", "/var/log/../shadow" } },
	{ "tar //", { LOGS },
		{ "/usr/bin/tar", "-czf", "/srv/backup/a.tgz", "/var/log//a" } },
	{ "tar, clustered otherwise", { LOGS },
		{ "/usr/bin/tar", "-czPf", "/srv/backup/a.tgz", "/var/log/a" } },
	{ "tar, old style", { LOGS },
		{ "/usr/bin/tar", "czf", "/srv/backup/a.tgz", "/var/log/a" } },
	{ "tar -x, as meant", { UNPACK },
		{ "/usr/bin/tar", "-xf", "/srv/in/a.tar", "-C", "/srv/out" }, true },
	{ "tar -C elsewhere", { UNPACK },
		{ "/usr/bin/tar", "-xf", "/srv/in/a.tar", "-C", "/" } },
	{ "tar -C twice", { UNPACK },
		{ "/usr/bin/tar", "-xf", "/srv/in/a.tar", "-C", "/srv/out", "-C/" } },
	{ "tar --to-command", { UNPACK },
		{ "/usr/bin/tar", "-xf", "/srv/in/a.tar", "--to-command=id", "-C",
			"/srv/out" } },

	/* find: actions, other starting points, option arguments */
	{ "find, as meant", { FIND_LOGS },
		{ "/usr/bin/find", "/var/log/nginx", "-name", "a.log" }, true },
	{ "find -exec", { FIND_LOGS },
		{ "/usr/bin/find", "/var/log/nginx", "-name", "a.log", "-exec", "id",
			";" } },
	{ "find -execdir in place of -name", { FIND_LOGS },
		{ "/usr/bin/find", "/var/log/nginx", "-execdir", "a.log" } },
	{ "find -delete", { FIND_LOGS },
		{ "/usr/bin/find", "/var/log/nginx", "-delete" } },
	{ "find -fls as the name", { FIND_LOGS },
		{ "/usr/bin/find", "/var/log/nginx", "-name", "-fls.log" } },
	{ "find, a second place", { FIND_LOGS },
		{ "/usr/bin/find", "/var/log/nginx", "/root", "-name", "a.log" } },
	{ "find ..", { FIND_LOGS },
		{ "/usr/bin/find", "/var/log/../../root", "-name", "a.log" } },
	{ "find -files0-from", { FIND_LOGS },
		{ "/usr/bin/find", "-files0-from", "/tmp/x", "-name", "a.log" } },
	{ "find (", { FIND_LOGS },
		{ "/usr/bin/find", "/var/log/nginx", "(", "-name", "a.log", ")" } },

/* what a name in a directory is not */
#define CHOWN "/usr/bin/chown", "web", "/srv/*"
	{ "chown, as meant", { CHOWN }, { "/usr/bin/chown", "web", "/srv/a" }, true },
	{ "chown ..", { CHOWN }, { "/usr/bin/chown", "web", "/srv/.." } },
	{ "chown .", { CHOWN }, { "/usr/bin/chown", "web", "/srv/." } },
	{ "chown, the directory itself", { CHOWN }, { "/usr/bin/chown", "web", "/srv" } },
	{ "chown, three dots are a name", { CHOWN },
		{ "/usr/bin/chown", "web", "/srv/..." }, true },
	{ "chown, dots in a name", { CHOWN }, { "/usr/bin/chown", "web", "/srv/a..b" },
		true },
	{ "chown, a hidden name", { CHOWN }, { "/usr/bin/chown", "web", "/srv/..a" },
		true },
	{ "..", { "/bin/ls", "*" }, { "/bin/ls", ".." } },
	{ ". is where one is", { "/bin/ls", "*" }, { "/bin/ls", "." }, true },
	{ "../x", { "/bin/ls", "*/x" }, { "/bin/ls", "../x" } },
	{ "x/..", { "/bin/ls", "x/*" }, { "/bin/ls", "x/.." } },
	{ "x/../y", { "/bin/ls", "x/*/y..." }, { "/bin/ls", "x/../y" } },
	{ ".. by classes", { "/bin/ls", "[.][.]" }, { "/bin/ls", ".." } },
	{ ".. written so", { "/bin/ls", ".." }, { "/bin/ls", ".." }, true },
	{ "/srv/.. written so", { "/bin/ls", "/srv/..", "*" },
		{ "/bin/ls", "/srv/..", "x" }, true },
	{ "../x written so, again and again", { "/bin/ls", "../x..." },
		{ "/bin/ls", "../x", "../x" }, true },
	{ "../* is not ../x", { "/bin/ls", "../*" }, { "/bin/ls", "../x" } },

	/* vim: commands, scripts, shells */
	{ "vim, as meant", { EDIT }, { "/usr/bin/vim", "/etc/nginx/a.conf" }, true },
	{ "vim -c", { EDIT }, { "/usr/bin/vim", "-c!id", "/etc/nginx/a.conf" } },
	{ "vim --cmd behind", { EDIT },
		{ "/usr/bin/vim", "/etc/nginx/a.conf", "--cmd", "!id" } },
	{ "vim +cmd", { EDIT }, { "/usr/bin/vim", "+!id", "/etc/nginx/a.conf" } },
	{ "vim -S", { EDIT }, { "/usr/bin/vim", "-S/tmp/x.vim" } },
	{ "vim -u", { EDIT }, { "/usr/bin/vim", "-u", "/tmp/rc", "/etc/nginx/a.conf" } },
	{ "vim -es, clustered", { EDIT },
		{ "/usr/bin/vim", "-es", "/etc/nginx/a.conf" } },
	{ "vim ..", { EDIT }, { "/usr/bin/vim", "/etc/nginx/../shadow.conf" } },
	{ "vim, a directory below", { EDIT }, { "/usr/bin/vim", "/etc/nginx/d/a.conf" } },
	{ "vim, scp://", { EDIT }, { "/usr/bin/vim", "scp://evil//etc/nginx/a.conf" } },
	{ "vim, a hidden file is a file", { EDIT },
		{ "/usr/bin/vim", "/etc/nginx/.a.conf" }, true },
	{ "vim under another name", { EDIT }, { "/usr/bin/vi", "/etc/nginx/a.conf" } },
};

/* ---- patterns that deny: what jit_command_match rather lets go, they catch ---- */

#define CAT "/usr/bin/cat"
static const struct command_row denials[] = {
	{ { CAT, "/etc/*" }, { CAT, "/etc/shadow" }, true },
	{ { CAT, "/etc/*" }, { CAT, "/etc/./shadow" }, true },
	{ { CAT, "/etc/*" }, { CAT, "/etc/../etc/shadow" }, true },
	{ { CAT, "/etc/*" }, { CAT, "/etc//shadow" }, true },
	{ { CAT, "/etc/*" }, { CAT, "//etc/shadow" }, true },
	{ { CAT, "/etc/*" }, { CAT, "/etc/ssh/../shadow" }, true },
	{ { CAT, "/etc/*" }, { CAT, "/../etc/shadow" }, true },
	{ { CAT, "/etc/*" }, { CAT, "/etc/shadow/" }, true },
	{ { CAT, "/etc/*" }, { CAT, "/etc/.." }, true }, /* as it is written */
	{ { CAT, "/etc/*" }, { CAT, "/etc/../srv/x" }, false },
	{ { CAT, "/etc/*" }, { CAT, "/srv/x" }, false },
	{ { CAT, "/etc/*" }, { CAT, "/etc/ssh/x" }, false },
	{ { CAT, "/etc/shadow" }, { CAT, "/etc/./shadow" }, true },
	{ { CAT, "/etc/shadow" }, { CAT, "/a/b/../../etc/shadow" }, true },
	{ { CAT, "/" }, { CAT, "/.." }, true },
	{ { CAT, "/" }, { CAT, "//" }, true },
	{ { CAT, "." }, { CAT, "x/.." }, true },
	{ { CAT, ".." }, { CAT, "x/../.." }, true },
	{ { CAT, "../../a" }, { CAT, ".././../a" }, true },
	{ { CAT, "../a" }, { CAT, "../../a" }, false },
	{ { CAT, "a/b" }, { CAT, "./a//b" }, true },
	{ { CAT, "a..b/.c" }, { CAT, "a..b/./.c" }, true },
	{ { CAT, "--file=/etc/*" }, { CAT, "--file=/etc/./shadow" }, true },
	{ { CAT, ".." }, { CAT, ".." }, true },
	{ { CAT, "*" }, { CAT, ".." }, true },
	{ { CAT, "*" }, { CAT, "-n" }, true },
	{ { CAT, "*" }, { CAT, "" }, true },
	{ { CAT, "*" }, { CAT }, false },
	{ { CAT, "*" }, { CAT, "a", "b" }, false },
	{ { CAT, "/etc/*..." }, { CAT, "/srv/x", "/etc/./shadow" }, true },
	{ { CAT, "/etc/*..." }, { CAT, "-n", "/etc/shadow", "/srv/x" }, true },
	{ { CAT, "/etc/*..." }, { CAT, "/srv/x", "/srv/y" }, false },
	{ { CAT, "/etc/*..." }, { CAT }, false },
	{ { CAT, "any..." }, { CAT }, true },
	{ { CAT, "any..." }, { "/usr/bin/tac" }, false },
	{ { CAT, "-n", "any..." }, { CAT, "-n", "x" }, true },
};

static void
test_what_denies_misses_less(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(denials); i++) {
		const struct jit_strv pattern = strv_of(denials[i].pattern);
		const struct jit_strv argv = strv_of(denials[i].argv);
		char row[64];

		snprintf(row, sizeof(row), "%zu: %s", i,
			argv.n > 1 ? argv.v[1] : "no argument");
		test_row(row);
		ASSERT_EQ_INT(jit_command_denied(&pattern, &argv), denials[i].want);
	}
	test_row(NULL);
}

/* Up to twice the longest path; what is longer is not shortened. */
static void
test_long_paths_are_shortened_too(void)
{
	char path[2 * 4096 + 64];
	const char *words[] = { CAT, "/etc/*" }, *given[] = { CAT, path };
	const struct jit_strv pattern = { 2, words }, argv = { 2, given };

	memset(path, '/', sizeof(path));
	strcpy(path + 2 * 4096 - 1 - strlen("/etc/shadow"), "/etc/shadow");
	ASSERT_EQ_UINT(strlen(path), 2 * 4096 - 1);
	ASSERT_TRUE(jit_command_denied(&pattern, &argv));
	path[strlen(path)] = '/';
	strcpy(path + 2 * 4096 - strlen("/etc/shadow"), "/etc/shadow");
	ASSERT_FALSE(jit_command_denied(&pattern, &argv));
}

/* Whatever the pattern, what it would permit it denies. */
static void
test_what_denies_has_all_that_permits(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct jit_strv pattern = strv_of(commands[i].pattern);
		const struct jit_strv argv = strv_of(commands[i].argv);

		ASSERT_TRUE(!commands[i].want || jit_command_denied(&pattern, &argv));
	}
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		const struct jit_strv pattern = strv_of(programs[i].pattern);
		const struct jit_strv argv = strv_of(programs[i].argv);

		test_row(programs[i].name);
		ASSERT_TRUE(!programs[i].want || jit_command_denied(&pattern, &argv));
	}
	test_row(NULL);
}

static void
test_what_programs_can_be_made_to_do(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		const struct jit_strv pattern = strv_of(programs[i].pattern);
		const struct jit_strv argv = strv_of(programs[i].argv);

		test_row(programs[i].name);
		ASSERT_EQ_INT(jit_command_match(&pattern, &argv), programs[i].want);
	}
	test_row(NULL);
}

/* Nothing that a pattern without `any...` lets through holds an option, whatever its words,
 * unless the pattern writes one in its place. */
static void
test_no_word_but_an_option_lets_one_in(void)
{
	static const char *const words[] = { "*", "?*", "[!a-z]*", "[-a]*", "*-*",
		"[+--]x", "*...", "?...", "[!a]*..." };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		for (unsigned k = 0; k < 1000; k++) {
			char option[16] = "-";
			const char *pattern[] = { "/bin/a", words[i] };
			const char *argv[] = { "/bin/a", option };

			word_number(k, "-xo/=", option + 1);
			test_row(words[i]);
			ASSERT_FALSE(jit_command_match(&(struct jit_strv){ 2, pattern },
				&(struct jit_strv){ 2, argv }));
		}
	test_row(NULL);
}

TEST_MAIN(TEST(test_globs), TEST(test_backing_up_only_to_the_last_star_loses_nothing),
	TEST(test_many_stars_take_no_time), TEST(test_which_globs_are_well_formed),
	TEST(test_which_globs_are_literal), TEST(test_commands),
	TEST(test_what_programs_can_be_made_to_do), TEST(test_what_denies_misses_less),
	TEST(test_long_paths_are_shortened_too),
	TEST(test_what_denies_has_all_that_permits),
	TEST(test_no_word_but_an_option_lets_one_in))
