/*
 * jitctl check: do the PAM lines gate ssh logins?
 *
 * Runs as root. MUST NOT change anything. A service file is read as pam.conf(5) says:
 * comments, a backslash that continues a line, `-` before the type, [control].
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "config.h"
#include "jitctl/check.h"
#include "libjit/file.h"

enum { PAM_FILE_MAX = 65536 };

/* One line, taken apart. */
struct pam_line {
	char type[16]; /* account, session, …; empty for @include */
	char control[128];
	char module[256]; /* without its directories; for @include: the file */
};

/* How far pam_jit's two lines were found. */
struct pam_found {
	bool account, session;
	bool not_final;     /* an account line whose refusal does not end it */
	bool systemd_first; /* pam_systemd before pam_jit in session */
	unsigned int jump;  /* account lines that a success of jumper leaves out */
	struct pam_line jumper;
	char skips[512]; /* a line that can lead past pam_jit in account */
};

static size_t
word_length(const char *p)
{
	const char *end = *p == '[' ? strchr(p, ']') : NULL;

	return end ? (size_t)(end - p) + 1 : strcspn(p, " \t");
}

static const char *
take_word(const char *p, char *buf, size_t size)
{
	size_t len;

	p += strspn(p, " \t");
	len = word_length(p);
	(void)snprintf(buf, size, "%.*s", (int)len, p);
	return p + len;
}

static bool
parse_line(const char *text, struct pam_line *ret)
{
	char module[256];
	const char *p = text + strspn(text, " \t"), *slash;

	*ret = (struct pam_line){ 0 };
	if (*p == '\0')
		return false;
	if (strncmp(p, "@include", 8) == 0) {
		(void)take_word(p + 8, ret->module, sizeof(ret->module));
		return true;
	}
	p += *p == '-';
	p = take_word(p, ret->type, sizeof(ret->type));
	p = take_word(p, ret->control, sizeof(ret->control));
	(void)take_word(p, module, sizeof(module));
	slash = strrchr(module, '/');
	(void)snprintf(
		ret->module, sizeof(ret->module), "%s", slash ? slash + 1 : module);
	return true;
}

/* Can an answer here end the stack before what comes after it? Not only success can: with
 * new_authtok_reqd=done an expired password would lead past whatever follows. */
static bool
can_end(const char *control)
{
	return strcasecmp(control, "sufficient") == 0 || strstr(control, "=done") ||
		strcasecmp(control, "include") == 0;
}

/* Another file's account lines, which may end the stack. A substack cannot. */
static bool
brings_account(const struct pam_line *line)
{
	return !line->type[0] &&
		(strstr(line->module, "account") ||
			jit_streq(line->module, "system-auth") ||
			jit_streq(line->module, "password-auth"));
}

static bool
brings_systemd(const struct pam_line *line)
{
	bool include = !line->type[0];

	return jit_streq(line->module, "pam_systemd.so") ||
		(include &&
			(jit_streq(line->module, "common-session") ||
				jit_streq(line->module, "system-login") ||
				jit_streq(line->module, "password-auth")));
}

/* `[success=2 default=ignore]`: how many lines a success leaves out. */
static unsigned int
jump_of(const char *control)
{
	const char *success = strstr(control, "success=");

	success = success ? success + strlen("success=") : "";
	return *success >= '1' && *success <= '9' ? (unsigned int)(*success - '0') : 0;
}

static void
remember_skip(const struct pam_line *line, struct pam_found *found)
{
	if (found->skips[0])
		return;
	if (!line->type[0])
		(void)snprintf(
			found->skips, sizeof(found->skips), "@include %s", line->module);
	else
		(void)snprintf(found->skips, sizeof(found->skips), "account %s %s",
			line->control, line->module);
}

static void
take_account(const struct pam_line *line, struct pam_found *found)
{
	if (found->account)
		return;
	if (jit_streq(line->module, "pam_jit.so")) {
		found->account = true;
		found->not_final = strcasecmp(line->control, "required") != 0 &&
			strcasecmp(line->control, "requisite") != 0;
		if (found->jump)
			remember_skip(&found->jumper, found);
		return;
	}
	if (can_end(line->control))
		remember_skip(line, found);
	if (found->jump) {
		found->jump--;
	} else {
		found->jump = jump_of(line->control);
		found->jumper = *line;
	}
}

static void
take_line(const struct pam_line *line, struct pam_found *found)
{
	if (strcasecmp(line->type, "account") == 0)
		take_account(line, found);
	else if (strcasecmp(line->type, "session") == 0 &&
		jit_streq(line->module, "pam_jit.so"))
		found->session = true;
	else if (!found->session && brings_systemd(line))
		found->systemd_first = true;
	if (!found->account && brings_account(line))
		remember_skip(line, found);
	if (!line->type[0])
		found->jump = 0; /* what an include holds is its own affair */
}

/* One logical line: comments cut off, continued lines joined. Returns what follows. */
static const char *
next_line(const char *p, char *buf, size_t size)
{
	size_t n = 0;

	for (; *p && *p != '\n'; p++) {
		if (*p == '#') {
			p += strcspn(p, "\n");
			break;
		}
		if (*p == '\\' && p[1] == '\n') {
			p++;
			if (n + 1 < size)
				buf[n++] = ' ';
		} else if (n + 1 < size) {
			buf[n++] = *p;
		}
	}
	buf[n] = '\0';
	return *p ? p + 1 : p;
}

static void
report(struct check *check, const char *service, const struct pam_found *found)
{
	const char *mend = "see pam_jit(8), or " JIT_DATA_DIR "/pam.d";

	if (!found->account) {
		check_add(check, CHECK_WARN, mend,
			"%s: no pam_jit line in account: these logins are not gated",
			service);
		return;
	}
	if (found->skips[0])
		check_add(check, CHECK_FAIL, "move pam_jit's line above it",
			"/etc/pam.d/%s: \"%s\" can skip pam_jit", service, found->skips);
	if (found->not_final)
		check_add(check, CHECK_FAIL, "write required in pam_jit's account line",
			"/etc/pam.d/%s: what pam_jit refuses in account can still pass",
			service);
	if (!found->session)
		check_add(check, CHECK_FAIL, mend,
			"/etc/pam.d/%s: no pam_jit line in session: sessions would "
			"outlive their "
			"grant",
			service);
	else if (found->systemd_first)
		check_add(check, CHECK_FAIL,
			"move pam_jit's session line above the one that brings "
			"pam_systemd",
			"/etc/pam.d/%s: pam_systemd stands before pam_jit in session: no "
			"time "
			"limit reaches it",
			service);
	if (!found->skips[0] && !found->not_final && found->session &&
		!found->systemd_first)
		check_add(check, CHECK_OK, NULL, "%s: pam_jit gates logins", service);
}

void
check_pam_text(struct check *check, const char *service, const char *text)
{
	struct pam_found found = { 0 };
	struct pam_line line;
	char buf[1024];

	while (*text) {
		text = next_line(text, buf, sizeof(buf));
		if (parse_line(buf, &line))
			take_line(&line, &found);
	}
	report(check, service, &found);
}

void
check_pam(struct check *check)
{
	_cleanup_close_ int dirfd =
		open("/etc/pam.d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	int r = dirfd < 0 ? -errno
			  : jit_file_read(dirfd, "sshd", check->site.owner, 0755,
				    PAM_FILE_MAX, &text, NULL);

	if (faccessat(AT_FDCWD, JIT_PAM_MODULE_DIR "/pam_jit.so", R_OK, 0) < 0)
		check_add(check, CHECK_FAIL, "install pam_jit again",
			JIT_PAM_MODULE_DIR "/pam_jit.so is not there");
	if (r == -ENOENT)
		check_add(check, CHECK_OK, NULL, "there is no sshd here to gate");
	else if (r < 0)
		check_add(check, CHECK_WARN, "look at it", "/etc/pam.d/sshd %s",
			jit_file_problem(r));
	else
		check_pam_text(check, "sshd", text);
}
