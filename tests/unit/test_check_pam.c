/*
 * Claims: jitctl check tells from the text of a PAM service file whether pam_jit is asked,
 * whether its refusal counts, and whether its session line stands where it must.
 */
#include "jitctl/check.h"
#include "test.h"

static char found[4096];

/* In place of the command's own: the findings as text, a line each. */
void
check_add(struct check *check, enum check_level level, const char *mend,
	const char *format, ...)
{
	static const char *const levels[] = { "ok", "warn", "FAIL" };
	size_t n = strlen(found);
	va_list ap;

	(void)check;
	(void)mend;
	n += (size_t)snprintf(found + n, sizeof(found) - n, "%s ", levels[level]);
	va_start(ap, format);
	n += (size_t)vsnprintf(found + n, sizeof(found) - n, format, ap);
	va_end(ap);
	(void)snprintf(found + n, sizeof(found) - n, "\n");
}

#define ACCOUNT "account required pam_jit.so\n"
#define SESSION "session required pam_jit.so\n"
#define FILE_NAME "/etc/pam.d/sshd: "
#define GOOD "ok sshd: pam_jit gates logins\n"

static const struct {
	const char *label, *text, *want;
} cases[] = {
	{ "as on Debian",
		"@include common-auth\naccount required pam_nologin.so\n" ACCOUNT
		"@include common-account\n" SESSION "@include common-session\n",
		GOOD },
	{ "behind an include, whose lines can end the stack",
		"@include common-account\n" ACCOUNT SESSION,
		"FAIL " FILE_NAME "\"@include common-account\" can skip pam_jit\n" },
	{ "the same, written otherwise", "account include system-auth\n" ACCOUNT SESSION,
		"FAIL " FILE_NAME "\"account include system-auth\" can skip pam_jit\n" },
	{ "skipped by an expired password",
		"account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"
		"account requisite pam_deny.so\n" ACCOUNT SESSION,
		"FAIL " FILE_NAME "\"account [success=1 new_authtok_reqd=done "
		"default=ignore] pam_unix.so\" can skip pam_jit\n" },
	{ "with a path, a dash, tabs and a comment",
		"-account\trequisite\t/lib/security/pam_jit.so debug # the "
		"gate\n" SESSION,
		GOOD },
	{ "over two lines", "account \\\n required pam_jit.so\n" SESSION, GOOD },
	{ "missing", "account required pam_unix.so\n",
		"warn sshd: no pam_jit line in account: these logins are not gated\n" },
	{ "commented out", "#" ACCOUNT SESSION,
		"warn sshd: no pam_jit line in account: these logins are not gated\n" },
	{ "skipped by sufficient", "account sufficient pam_x.so\n" ACCOUNT SESSION,
		"FAIL " FILE_NAME "\"account sufficient pam_x.so\" can skip pam_jit\n" },
	{ "skipped by done",
		"account [success=done default=ignore] pam_x.so\n" ACCOUNT SESSION,
		"FAIL " FILE_NAME
		"\"account [success=done default=ignore] pam_x.so\" can skip pam_jit\n" },
	{ "jumped over", "account [success=1 default=ignore] pam_x.so\n" ACCOUNT SESSION,
		"FAIL " FILE_NAME
		"\"account [success=1 default=ignore] pam_x.so\" can skip pam_jit\n" },
	{ "jumped to",
		"account [success=1 default=ignore] pam_x.so\naccount requisite "
		"pam_deny.so\n" ACCOUNT SESSION,
		GOOD },
	{ "sufficient behind it", ACCOUNT "account sufficient pam_x.so\n" SESSION, GOOD },
	{ "another type", "auth sufficient pam_x.so\n" ACCOUNT SESSION, GOOD },
	{ "not final", "account optional pam_jit.so\n" SESSION,
		"FAIL " FILE_NAME "what pam_jit refuses in account can still pass\n" },
	{ "no session", ACCOUNT,
		"FAIL " FILE_NAME
		"no pam_jit line in session: sessions would outlive their grant\n" },
	{ "session behind pam_systemd", ACCOUNT "@include common-session\n" SESSION,
		"FAIL " FILE_NAME
		"pam_systemd stands before pam_jit in session: no time limit "
		"reaches it\n" },
	{ "session behind pam_systemd itself",
		ACCOUNT "session optional pam_systemd.so\n" SESSION,
		"FAIL " FILE_NAME
		"pam_systemd stands before pam_jit in session: no time limit "
		"reaches it\n" },
};

static void
test_each_stack_is_judged(void)
{
	struct check check = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_row(cases[i].label);
		found[0] = '\0';
		check_pam_text(&check, "sshd", cases[i].text);
		ASSERT_EQ_STR(found, cases[i].want);
	}
	test_row(NULL);
}

TEST_MAIN(TEST(test_each_stack_is_judged))
