/*
 * pam_jit's account group, by the real libpam: the exact code of every answer.
 */
#include <grp.h>
#include <pwd.h>

#include "config.h"
#include "pam_jit/outcome.h"
#include "pam_site.h"
#include "pam_stack.h"
#include "unit/test.h"

static const struct stack_call sshd = { "sshd", SITE_SUBJECT, "ssh", "192.0.2.7", 0 };

/* Groups cannot be resolved: the module finds this one before the C library's. */
static bool groups_fail;

__attribute__((visibility("default"))) int
getgrouplist(const char *user, gid_t group, gid_t *groups, int *n)
{
	(void)user;
	if (groups_fail)
		return -1;
	groups[0] = group;
	*n = 1;
	return 1;
}

static int
ask_as(const char *service, const char *options, const char *user)
{
	struct stack_call call = sshd;

	call.service = service;
	call.user = user;
	stack_write_bare(service, options);
	return stack_account(&call);
}

static int
ask(void)
{
	return ask_as("sshd", "", SITE_SUBJECT);
}

static void
make(void)
{
	site_make(&SITE_POLICY);
}

static void
assert_log(const char *part)
{
	_cleanup_free_ char *log = site_log();

	ASSERT_CONTAINS(log, part);
}

static void
assert_no_log(void)
{
	_cleanup_free_ char *log = site_log();

	ASSERT_EQ_STR(log, "");
}

/* ---- who is gated ---- */

static void
test_ordinary_account_is_ignored(void)
{
	make();
	ASSERT_EQ_INT(ask_as("sshd", "", SITE_ORDINARY), PAM_IGNORE);
	ASSERT_EQ_STR(stack_text(), "");
	assert_no_log();
}

static void
test_privileged_account_is_refused(void)
{
	make();
	ASSERT_EQ_INT(ask(), PAM_PERM_DENIED);
	ASSERT_CONTAINS(
		stack_text(), "jit: daemon may not log in to web1 without a grant.\n");
	ASSERT_CONTAINS(stack_text(),
		"\n  ask:  jitctl request --host web1 -R login -t 1h -r \"why\"\n");
	ASSERT_CONTAINS(stack_text(), "\n  help: helpdesk +49 30 1234\n");
	assert_log("\"event\":\"deny\"");
	assert_log("\"subject\":\"daemon\"");
	assert_log("\"rhost\":\"192.0.2.7\"");
	assert_log("\"why\":\"needs-approval\"");
}

static void
test_group_member_is_gated(void)
{
	struct site_policy policy = SITE_POLICY;

	policy.all_groups = true;
	site_make(&policy);
	ASSERT_EQ_INT(ask(), PAM_PERM_DENIED);
}

static void
test_root_and_shared_are_refused(void)
{
	make();
	ASSERT_EQ_INT(ask_as("sshd", "", "root"), PAM_PERM_DENIED);
	ASSERT_CONTAINS(
		stack_text(), "root and shared accounts cannot be told apart here");
	ASSERT_EQ_INT(ask_as("sshd", "", SITE_SHARED), PAM_PERM_DENIED);
	ASSERT_CONTAINS(stack_text(), "log in as yourself");
	assert_log("login as root");
	assert_log("login to a shared account");
}

static void
test_unknown_user_is_refused(void)
{
	static const char *const users[] = { "no-such-user-here", "..", "a/b", "1000",
		"-x", "daemon\n", "\x1b[31m", "daemon ", "Daemon", "\xff\xfe" };
	char longest[65536];

	make();
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		test_row(users[i]);
		ASSERT_EQ_INT(ask_as("sshd", "", users[i]), PAM_PERM_DENIED);
	}
	ASSERT_EQ_INT(ask_as("sshd", "", longest), PAM_PERM_DENIED);
	ASSERT_EQ_INT(ask_as("sshd", "", ""), PAM_SYSTEM_ERR);
	ASSERT_EQ_INT(ask_as("sshd", "", NULL), PAM_SYSTEM_ERR);
	ASSERT_FALSE(strchr(stack_text(), '\x1b') != NULL);
}

static void
test_strange_items_change_nothing(void)
{
	char longest[2048]; /* of more libpam's own audit record fails, for root */
	const char *const items[] = { "", longest, "\x1b]0;x\a", "..", "/dev/", "a\nb" };

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	make();
	stack_write_bare("sshd", "exempt=daemon@tty1");
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		struct stack_call call = { "sshd", SITE_SUBJECT, items[i], items[i], 0 };

		test_row(items[i]);
		ASSERT_EQ_INT(stack_account(&call), PAM_PERM_DENIED);
		call.tty = "/dev/tty1";
		call.rhost = items[i];
		ASSERT_EQ_INT(
			stack_account(&call), i == 0 ? PAM_IGNORE : PAM_PERM_DENIED);
	}
}

static void
test_silent_says_nothing(void)
{
	struct stack_call call = sshd;

	make();
	stack_write_bare("sshd", "");
	call.flags = PAM_SILENT;
	ASSERT_EQ_INT(stack_account(&call), PAM_PERM_DENIED);
	ASSERT_EQ_STR(stack_text(), "");
}

/* ---- grants ---- */

static void
test_grant_lets_in(void)
{
	struct jit_grant grant;

	make();
	grant = site_grant();
	site_hand_in(&grant, "carol");
	ASSERT_EQ_INT(ask(), PAM_SUCCESS);
	ASSERT_EQ_STR(stack_text(), "");
	assert_no_log();
	ASSERT_EQ_INT(ask_as("sshd", "", "root"), PAM_PERM_DENIED);
}

static void
spoil_expired(struct jit_grant *grant)
{
	grant->iat = grant->nbf -= 7200;
	grant->start_by -= 7200;
	grant->exp = grant->nbf + 7000;
}

static void
spoil_host(struct jit_grant *grant)
{
	snprintf(grant->aud, sizeof(grant->aud), "web2");
}

static void
spoil_role(struct jit_grant *grant)
{
	snprintf(grant->role, sizeof(grant->role), "root");
}

static void
spoil_subject(struct jit_grant *grant)
{
	snprintf(grant->sub, sizeof(grant->sub), SITE_ORDINARY);
}

static void
spoil_target(struct jit_grant *grant)
{
	snprintf(grant->as, sizeof(grant->as), "root");
}

static void
spoil_command(struct jit_grant *grant)
{
	static const char *argv[] = { "/usr/bin/id" };

	grant->cmd = (struct jit_strv){ 1, argv };
}

static void
spoil_issuer(struct jit_grant *grant)
{
	snprintf(grant->iss, sizeof(grant->iss), "dave");
}

static void
spoil_self(struct jit_grant *grant)
{
	snprintf(grant->iss, sizeof(grant->iss), SITE_SUBJECT);
}

static void
spoil_via(struct jit_grant *grant)
{
	grant->via = JIT_VIA_AUTO;
}

static void
spoil_not_yet(struct jit_grant *grant)
{
	grant->dur = 5;
}

static void
spoil_nothing(struct jit_grant *grant)
{
	(void)grant;
}

static const struct {
	const char *name;
	void (*spoil)(struct jit_grant *);
	const char *signer;
	int64_t ago_sec;
} bad_grants[] = {
	{ "expired", spoil_expired, "carol", 7190 },
	{ "its duration is over", spoil_not_yet, "carol", 6 },
	{ "for another host", spoil_host, "carol", 0 },
	{ "for a role that is not", spoil_role, "carol", 0 },
	{ "for somebody else", spoil_subject, "carol", 0 },
	{ "as somebody else", spoil_target, "carol", 0 },
	{ "for a command", spoil_command, "carol", 0 },
	{ "by somebody whom no rule names", spoil_issuer, "dave", 0 },
	{ "by the subject", spoil_self, SITE_SUBJECT, 0 },
	{ "signed by another than it says", spoil_nothing, "dave", 0 },
	{ "signed by nobody we know", spoil_nothing, "mallory", 0 },
	{ "a person says auto", spoil_via, "carol", 0 },
};

static void
test_bad_grant_does_not(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad_grants); i++) {
		struct jit_grant grant;

		test_row(bad_grants[i].name);
		make();
		grant = site_grant();
		bad_grants[i].spoil(&grant);
		site_hand_in_started(&grant, bad_grants[i].signer, bad_grants[i].ago_sec);
		ASSERT_EQ_INT(ask(), PAM_PERM_DENIED);
	}
}

static void
test_revoked_grant_does_not(void)
{
	struct jit_grant grant;

	make();
	grant = site_grant();
	site_hand_in(&grant, "carol");
	ASSERT_EQ_INT(ask(), PAM_SUCCESS);
	site_revoke(&grant);
	ASSERT_EQ_INT(ask(), PAM_PERM_DENIED);
}

static void
test_rule_is_asked_again(void)
{
	struct site_policy policy = SITE_POLICY;
	struct jit_grant grant;

	make();
	grant = site_grant();
	site_hand_in(&grant, "carol");
	ASSERT_EQ_INT(ask(), PAM_SUCCESS);
	policy.approval = JIT_APPROVAL_DENY;
	site_make_policy(&policy);
	ASSERT_EQ_INT(ask(), PAM_PERM_DENIED);
	ASSERT_CONTAINS(stack_text(), "by a rule of this host");
}

static void
test_auto_rule_lets_in(void)
{
	struct site_policy policy = SITE_POLICY;

	policy.approval = JIT_APPROVAL_AUTO;
	site_make(&policy);
	ASSERT_EQ_INT(ask(), PAM_SUCCESS);
	assert_no_log();
	policy.reason_required = true;
	site_make_policy(&policy);
	ASSERT_EQ_INT(ask(), PAM_PERM_DENIED);
	assert_log("needs-reason");
}

/* ---- the line ---- */

static const struct {
	const char *options, *service;
	int ordinary, privileged;
} lines[] = {
	{ "", "sshd", PAM_IGNORE, PAM_PERM_DENIED },
	{ "", "login", PAM_IGNORE, PAM_PERM_DENIED },
	{ "debug", "sshd", PAM_IGNORE, PAM_PERM_DENIED },
	{ "kind=login", "sshd", PAM_IGNORE, PAM_PERM_DENIED },
	{ "kind=login", "vsftpd", PAM_IGNORE, PAM_PERM_DENIED },
	{ "mode=observe", "sshd", PAM_IGNORE, PAM_PERM_DENIED },
	{ "exempt=root@tty1", "sshd", PAM_IGNORE, PAM_PERM_DENIED },
	{ "", "jitsu", PAM_IGNORE, PAM_IGNORE },
	{ "", "systemd-user", PAM_IGNORE, PAM_IGNORE },
	{ "", "cron", PAM_IGNORE, PAM_IGNORE },
	{ "", "atd", PAM_IGNORE, PAM_IGNORE },
	{ "kind=login", "cron", PAM_IGNORE, PAM_PERM_DENIED },
	/* not known, or not yet: nobody gets in, so that it is noticed */
	{ "", "vsftpd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "", "sshd2", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "", "su", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "", "sudo", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "kind=switch", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "kind=sudo", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "kind=", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "kind=logins", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "kind=login kind=login", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "kind", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "mode=enforce", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "mode=observe mode=observe", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "Debug", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "debug=1", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "frobnicate", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "pin", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "break-glass", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "person", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "exempt=", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "exempt=root", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "exempt=root@", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "exempt=@tty1", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "exempt=*@tty1", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "exempt=%sudo@tty1", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "exempt=root@tty*", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "exempt=root@/dev/tty1", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "exempt=root@tty1,", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "exempt=root@,tty1", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "exempt=root@tty1 exempt=root@tty2", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	{ "exempt=root,daemon@tty1", "sshd", PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
};

static void
test_options_and_services(void)
{
	make();
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char row[128];

		snprintf(row, sizeof(row), "%s: %s", lines[i].service, lines[i].options);
		test_row(row);
		ASSERT_EQ_INT(ask_as(lines[i].service, lines[i].options, SITE_ORDINARY),
			lines[i].ordinary);
		ASSERT_EQ_INT(ask_as(lines[i].service, lines[i].options, SITE_SUBJECT),
			lines[i].privileged);
	}
}

static void
test_record_says_what_is_wrong_with_a_line(void)
{
	make();
	(void)ask_as("su", "", SITE_SUBJECT);
	assert_log("kind=switch and kind=sudo are not supported yet");
	(void)ask_as("sshd", "pin", SITE_SUBJECT);
	assert_log("pin: not supported yet");
	(void)ask_as("sshd", "frobnicate", SITE_SUBJECT);
	assert_log("frobnicate: unknown option");
	(void)ask_as("vsftpd", "", SITE_SUBJECT);
	assert_log("the PAM line of service vsftpd is refused: kind=: missing");
}

/* What is in no table denies. */
static void
test_outcomes_that_are_none(void)
{
	for (int i = OUTCOME_SHARED + 1; i < 4096; i++)
		ASSERT_EQ_INT(outcome_code((enum outcome)i), PAM_SYSTEM_ERR);
	for (int bit = 0; bit < 31; bit++)
		ASSERT_EQ_INT(outcome_code((enum outcome)(OUTCOME_HELD ^ (1 << bit))),
			PAM_SYSTEM_ERR);
	ASSERT_EQ_INT(outcome_code((enum outcome) - 1), PAM_SYSTEM_ERR);
	ASSERT_EQ_INT(outcome_code((enum outcome)0), PAM_SYSTEM_ERR);
}

static void
test_auth_line_is_refused(void)
{
	make();
	stack_write_bare("sshd", "");
	ASSERT_EQ_INT(stack_authenticate(&sshd), PAM_AUTH_ERR);
	stack_write_bare("sshd", "person");
	ASSERT_EQ_INT(stack_authenticate(&sshd), PAM_AUTH_ERR);
}

/* ---- exempt ---- */

static const struct {
	const char *name, *service, *user, *tty, *rhost;
	bool exempt;
} consoles[] = {
	{ "the console", "login", SITE_SUBJECT, "tty1", NULL, true },
	{ "with /dev/", "login", SITE_SUBJECT, "/dev/tty1", "", true },
	{ "the second terminal", "login", SITE_SUBJECT, "/dev/ttyS0", NULL, true },
	{ "another user", "login", "root", "tty1", NULL, false },
	{ "a longer name", "login", SITE_SUBJECT "x", "tty1", NULL, false },
	{ "a shorter name", "login", "daemo", "tty1", NULL, false },
	{ "a longer terminal", "login", SITE_SUBJECT, "tty11", NULL, false },
	{ "a shorter one", "login", SITE_SUBJECT, "tty", NULL, false },
	{ "two of them", "login", SITE_SUBJECT, "tty1,ttyS0", NULL, false },
	{ "none", "login", SITE_SUBJECT, NULL, NULL, false },
	{ "only /dev/", "login", SITE_SUBJECT, "/dev/", NULL, false },
	{ "a path around", "login", SITE_SUBJECT, "/dev/../dev/tty1", NULL, false },
	{ "from elsewhere", "login", SITE_SUBJECT, "tty1", "192.0.2.7", false },
	{ "ssh", "sshd", SITE_SUBJECT, "ssh", "192.0.2.7", false },
};

static void
check_consoles(const char *options, int else_code)
{
	for (size_t i = 0; i < ARRAY_SIZE(consoles); i++) {
		struct stack_call call = { consoles[i].service, consoles[i].user,
			consoles[i].tty, consoles[i].rhost, 0 };

		test_row(consoles[i].name);
		stack_write_bare(call.service, options);
		ASSERT_EQ_INT(stack_account(&call),
			consoles[i].exempt ? PAM_IGNORE : else_code);
	}
}

static void
test_exempt_line(void)
{
	make();
	check_consoles("exempt=daemon@tty1,ttyS0", PAM_PERM_DENIED);
}

static void
remove_all(const char *path)
{
	ASSERT_EQ_INT(nftw(path, test_remove_one_, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void
test_exempt_line_needs_nothing(void)
{
	char lib[512];

	make();
	snprintf(lib, sizeof(lib), ".%s", JIT_LIB_DIR);
	remove_all(lib);
	check_consoles("exempt=daemon@tty1,ttyS0", PAM_SYSTEM_ERR);
	snprintf(lib, sizeof(lib), ".%s", JIT_LOG_DIR);
	remove_all(lib);
	snprintf(lib, sizeof(lib), ".%s", JIT_RUN_DIR);
	remove_all(lib);
	check_consoles("exempt=daemon@tty1,ttyS0", PAM_SYSTEM_ERR);
}

static void
test_exempt_line_is_for_logins(void)
{
	struct stack_call call = { "su", SITE_SUBJECT, "tty1", NULL, 0 };

	make();
	stack_write_bare("su", "exempt=daemon@tty1");
	ASSERT_EQ_INT(stack_account(&call), PAM_SYSTEM_ERR);
	call.service = "vsftpd";
	stack_write_bare("vsftpd", "exempt=daemon@tty1");
	ASSERT_EQ_INT(stack_account(&call), PAM_SYSTEM_ERR);
}

static void
test_exempt_policy(void)
{
	struct site_policy policy = SITE_POLICY;
	struct stack_call call = { "login", SITE_SUBJECT, "tty7", NULL, 0 };

	policy.exempt_tty7 = true;
	site_make(&policy);
	stack_write_bare("login", "");
	ASSERT_EQ_INT(stack_account(&call), PAM_IGNORE);
	assert_log("exempt-used");
	call.tty = "tty8";
	ASSERT_EQ_INT(stack_account(&call), PAM_PERM_DENIED);
	call.tty = "tty7";
	call.rhost = "192.0.2.7";
	ASSERT_EQ_INT(stack_account(&call), PAM_PERM_DENIED);
	call.rhost = NULL;
	call.service = "sshd";
	stack_write_bare("sshd", "");
	ASSERT_EQ_INT(stack_account(&call), PAM_PERM_DENIED);
}

/* ---- observe ---- */

static struct site_policy
observing(int64_t for_sec)
{
	struct site_policy policy = SITE_POLICY;
	struct jit_now now;

	ASSERT_OK(jit_clock_now(&now));
	policy.mode = JIT_MODE_OBSERVE;
	policy.observe_until = now.wall_sec + for_sec;
	return policy;
}

static void
test_observe_lets_by_and_records(void)
{
	struct site_policy policy = observing(3600);

	site_make(&policy);
	ASSERT_EQ_INT(ask(), PAM_IGNORE);
	ASSERT_EQ_STR(stack_text(), "");
	assert_log("\"event\":\"would-deny\"");
	assert_log("needs-approval");
	ASSERT_EQ_INT(ask_as("sshd", "", "root"), PAM_IGNORE);
	ASSERT_EQ_INT(ask_as("sshd", "", SITE_ORDINARY), PAM_IGNORE);
	ASSERT_EQ_INT(ask_as("sshd", "", "no-such-user-here"), PAM_PERM_DENIED);
	ASSERT_EQ_INT(ask_as("sshd", "frobnicate", SITE_SUBJECT), PAM_SYSTEM_ERR);
}

static void
test_observe_ends_by_itself(void)
{
	struct site_policy policy = observing(-1);

	site_make(&policy);
	ASSERT_EQ_INT(ask_as("sshd", "mode=observe", SITE_SUBJECT), PAM_PERM_DENIED);
}

static void
test_observe_of_a_rule(void)
{
	struct site_policy policy = observing(3600);

	policy.mode = JIT_MODE_ENFORCE;
	policy.rule_mode = JIT_MODE_OBSERVE;
	site_make(&policy);
	ASSERT_EQ_INT(ask(), PAM_IGNORE);
	ASSERT_EQ_INT(ask_as("sshd", "", "root"), PAM_PERM_DENIED);
	policy = observing(3600);
	policy.rule_mode = JIT_MODE_ENFORCE;
	site_make_policy(&policy);
	ASSERT_EQ_INT(ask(), PAM_PERM_DENIED);
	ASSERT_EQ_INT(ask_as("sshd", "", "root"), PAM_IGNORE);
}

static void
test_observe_with_a_grant(void)
{
	struct site_policy policy = observing(3600);
	struct jit_grant grant;

	site_make(&policy);
	grant = site_grant();
	site_hand_in(&grant, "carol");
	ASSERT_EQ_INT(ask(), PAM_SUCCESS);
}

/* ---- locks ---- */

static void
lock(enum jit_lock_kind kind, const char *name)
{
	struct jit_site site = site_open();
	struct jit_lock new = { .kind = kind, .by = "carol", .reason = "left \x1b[31m" };

	snprintf(new.name, sizeof(new.name), "%s", name);
	ASSERT_OK(jit_lock_add(&site, &new));
	jit_site_close(&site);
}

/* Whatever is held, and in both modes. */
static void
test_locks_refuse(void)
{
	static const struct {
		enum jit_lock_kind kind;
		const char *name, *text;
		int code;
	} rows[] = {
		{ JIT_LOCK_USER, SITE_SUBJECT, "carol locked daemon: \"left \\x1b[31m\"",
			PAM_PERM_DENIED },
		{ JIT_LOCK_ROLE, "login", "carol locked role login: ", PAM_PERM_DENIED },
		{ JIT_LOCK_ALL, "", "carol locked everything: ", PAM_PERM_DENIED },
		{ JIT_LOCK_USER, "somebody", "", PAM_SUCCESS },
		{ JIT_LOCK_ROLE, "another", "", PAM_SUCCESS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (int observed = 0; observed < 2; observed++) {
			struct site_policy policy =
				observed ? observing(3600) : SITE_POLICY;
			struct jit_grant grant;

			test_row(rows[i].text);
			site_make(&policy);
			grant = site_grant();
			site_hand_in(&grant, "carol");
			lock(rows[i].kind, rows[i].name);
			ASSERT_EQ_INT(ask(), rows[i].code);
			ASSERT_CONTAINS(stack_text(), rows[i].text);
			if (rows[i].code == PAM_PERM_DENIED)
				assert_log("\"why\":\"locked\"");
		}
	test_row(NULL);
}

/* Accounts that no grant covers are let by under observe, but not if they are locked. */
static void
test_locks_refuse_root_under_observe(void)
{
	struct site_policy policy = observing(3600);

	site_make(&policy);
	ASSERT_EQ_INT(ask_as("sshd", "", "root"), PAM_IGNORE);
	lock(JIT_LOCK_USER, "root");
	ASSERT_EQ_INT(ask_as("sshd", "", "root"), PAM_PERM_DENIED);
	ASSERT_EQ_INT(ask_as("sshd", "", SITE_SHARED), PAM_IGNORE);
	lock(JIT_LOCK_ALL, "");
	ASSERT_EQ_INT(ask_as("sshd", "", SITE_SHARED), PAM_PERM_DENIED);
	ASSERT_EQ_INT(ask_as("sshd", "", SITE_ORDINARY), PAM_IGNORE);
}

/* A login has no place for a reason: an approver is asked elsewhere, with one; a rule that
 * gives by itself says that it wants one. */
static void
test_what_a_missing_reason_means(void)
{
	struct site_policy policy = SITE_POLICY;

	policy.reason_required = true;
	site_make(&policy);
	ASSERT_EQ_INT(ask(), PAM_PERM_DENIED);
	ASSERT_CONTAINS(stack_text(), "may not log in to web1 without a grant.\n");
	assert_log("\"why\":\"needs-approval\"");
	policy.approval = JIT_APPROVAL_AUTO;
	site_make(&policy);
	ASSERT_EQ_INT(ask(), PAM_PERM_DENIED);
	ASSERT_CONTAINS(stack_text(), "the rule wants a reason");
	assert_log("\"why\":\"needs-reason\"");
}

/* What is broken is let by only if policy and PAM line both say observe, for as long. */
static void
test_observe_with_broken_keys(void)
{
	struct site_policy policy = observing(3600);

	site_make(&policy);
	ASSERT_EQ_INT(unlink(site_path(JIT_LIB_DIR, "keys.cdb")), 0);
	ASSERT_EQ_INT(ask(), PAM_SYSTEM_ERR);
	ASSERT_EQ_INT(ask_as("sshd", "mode=observe", SITE_SUBJECT), PAM_IGNORE);
	policy = observing(-1);
	site_make_policy(&policy);
	ASSERT_EQ_INT(ask_as("sshd", "mode=observe", SITE_SUBJECT), PAM_SYSTEM_ERR);
	policy = SITE_POLICY;
	site_make_policy(&policy);
	ASSERT_EQ_INT(ask_as("sshd", "mode=observe", SITE_SUBJECT), PAM_SYSTEM_ERR);
	ASSERT_EQ_INT(unlink(site_path(JIT_LIB_DIR, "policy.cdb")), 0);
	ASSERT_EQ_INT(ask_as("sshd", "mode=observe", SITE_SUBJECT), PAM_SYSTEM_ERR);
}

/* ---- what is broken ---- */

static void
break_missing(const char *path)
{
	(void)path;
}

static void
break_empty(const char *path)
{
	test_file_write(path, 0600, "", 0);
}

static void
break_garbage(const char *path)
{
	char garbage[4096];

	memset(garbage, 0xa5, sizeof(garbage));
	test_file_write(path, 0600, garbage, sizeof(garbage));
}

static void
break_huge_numbers(const char *path)
{
	char garbage[4096];

	memset(garbage, 0xff, sizeof(garbage));
	test_file_write(path, 0600, garbage, sizeof(garbage));
}

static void
break_link(const char *path)
{
	ASSERT_EQ_INT(rename(site_path(JIT_LIB_DIR, "saved"), "real"), 0);
	ASSERT_EQ_INT(symlink("/proc/self/cwd/real", path), 0);
}

static void
break_directory(const char *path)
{
	ASSERT_EQ_INT(mkdir(path, 0700), 0);
}

static void
break_fifo(const char *path)
{
	ASSERT_EQ_INT(mkfifo(path, 0600), 0);
}

static void
break_device(const char *path)
{
	ASSERT_EQ_INT(symlink("/dev/zero", path), 0);
}

static void
restore(const char *path)
{
	ASSERT_EQ_INT(rename(site_path(JIT_LIB_DIR, "saved"), path), 0);
}

static void
break_group_writable(const char *path)
{
	restore(path);
	ASSERT_EQ_INT(chmod(path, 0620), 0);
}

static void
break_readable(const char *path)
{
	restore(path);
	ASSERT_EQ_INT(chmod(path, 0644), 0);
}

static const struct {
	const char *name;
	void (*apply)(const char *path);
} breaks[] = {
	{ "missing", break_missing },
	{ "empty", break_empty },
	{ "garbage", break_garbage },
	{ "huge numbers", break_huge_numbers },
	{ "a symbolic link", break_link },
	{ "a directory", break_directory },
	{ "a FIFO", break_fifo },
	{ "a device", break_device },
	{ "writable by the group", break_group_writable },
	{ "readable by others", break_readable },
};

static void
check_broken(const char *file)
{
	struct stack_call console = { "login", SITE_SUBJECT, "tty1", NULL, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(breaks); i++) {
		struct jit_grant grant;
		const char *path;

		test_row(breaks[i].name);
		make();
		grant = site_grant();
		site_hand_in(&grant, "carol");
		path = site_path(JIT_LIB_DIR, file);
		ASSERT_EQ_INT(rename(path, site_path(JIT_LIB_DIR, "saved")), 0);
		breaks[i].apply(path);
		alarm(5); /* nothing of this may block */
		ASSERT_EQ_INT(ask(), PAM_SYSTEM_ERR);
		ASSERT_CONTAINS(stack_text(), "cannot be decided now");
		ASSERT_EQ_INT(ask_as("sshd", "", SITE_ORDINARY), PAM_SYSTEM_ERR);
		stack_write_bare("login", "exempt=daemon@tty1");
		ASSERT_EQ_INT(stack_account(&console), PAM_IGNORE);
		alarm(0);
	}
}

static void
test_broken_policy(void)
{
	check_broken("policy.cdb");
}

static void
test_broken_keys(void)
{
	check_broken("keys.cdb");
}

/* Cut short anywhere, it is never a policy that gates nobody. */
static void
test_truncated_policy(void)
{
	_cleanup_free_ char *whole = NULL;
	const char *path;
	size_t len;

	make();
	path = site_path(JIT_LIB_DIR, "policy.cdb");
	whole = test_file_read(path, &len);
	for (size_t cut = 0; cut < len; cut += 1 + len / 97) {
		test_file_write(site_path(JIT_LIB_DIR, "policy.cdb"), 0600, whole, cut);
		ASSERT_EQ_INT(ask(), PAM_SYSTEM_ERR);
		ASSERT_EQ_INT(ask_as("sshd", "", SITE_ORDINARY), PAM_SYSTEM_ERR);
	}
}

static void
test_state_directory_of_another_mode(void)
{
	char lib[512];

	make();
	snprintf(lib, sizeof(lib), ".%s", JIT_LIB_DIR);
	ASSERT_EQ_INT(chmod(lib, 0770), 0);
	ASSERT_EQ_INT(ask(), PAM_SYSTEM_ERR);
	ASSERT_EQ_INT(ask_as("sshd", "", SITE_ORDINARY), PAM_SYSTEM_ERR);
	ASSERT_EQ_INT(chmod(lib, 0700), 0);
}

static void
test_groups_cannot_be_resolved(void)
{
	make();
	groups_fail = true;
	ASSERT_EQ_INT(ask(), PAM_SYSTEM_ERR);
	ASSERT_EQ_INT(ask_as("sshd", "", SITE_ORDINARY), PAM_SYSTEM_ERR);
	groups_fail = false;
	ASSERT_EQ_INT(ask_as("sshd", "", SITE_ORDINARY), PAM_IGNORE);
}

static void
test_refusal_that_cannot_be_recorded(void)
{
	struct site_policy policy = SITE_POLICY;
	char log[512];

	make();
	snprintf(log, sizeof(log), ".%s", JIT_LOG_DIR);
	remove_all(log);
	ASSERT_EQ_INT(ask(), PAM_SYSTEM_ERR);
	ASSERT_EQ_INT(ask_as("sshd", "mode=observe", SITE_SUBJECT), PAM_SYSTEM_ERR);
	ASSERT_EQ_INT(ask_as("sshd", "", SITE_ORDINARY), PAM_IGNORE);
	policy.no_audit = true;
	site_make_policy(&policy);
	ASSERT_EQ_INT(ask(), PAM_PERM_DENIED);
	policy = observing(3600);
	site_make_policy(&policy);
	ASSERT_EQ_INT(ask(), PAM_SYSTEM_ERR);
	ASSERT_EQ_INT(ask_as("sshd", "mode=observe", SITE_SUBJECT), PAM_IGNORE);
}

/* ---- a process without privilege ---- */

static void
test_screen_locker(void)
{
	const struct passwd *pw = getpwuid(geteuid());
	struct stack_call call = { "swaylock", "", NULL, NULL, 0 };

	make();
	stack_write_bare_other("swaylock", "");
	if (pw) { /* a builder's account may have no entry */
		call.user = pw->pw_name;
		ASSERT_EQ_INT(stack_account(&call), PAM_IGNORE);
	}
	call.user = geteuid() == 0 ? SITE_SUBJECT : "root";
	ASSERT_EQ_INT(stack_account(&call), PAM_SYSTEM_ERR);
	call.user = "no-such-user-here";
	ASSERT_EQ_INT(stack_account(&call), PAM_SYSTEM_ERR);
	stack_write_bare_other("swaylock", "frobnicate");
	call.user = pw ? pw->pw_name : "root";
	ASSERT_EQ_INT(stack_account(&call), PAM_SYSTEM_ERR);
}

TEST_MAIN(TEST(test_ordinary_account_is_ignored),
	TEST(test_privileged_account_is_refused), TEST(test_group_member_is_gated),
	TEST(test_root_and_shared_are_refused), TEST(test_unknown_user_is_refused),
	TEST(test_strange_items_change_nothing), TEST(test_silent_says_nothing),
	TEST(test_grant_lets_in), TEST(test_bad_grant_does_not),
	TEST(test_revoked_grant_does_not), TEST(test_rule_is_asked_again),
	TEST(test_auto_rule_lets_in), TEST(test_options_and_services),
	TEST(test_record_says_what_is_wrong_with_a_line),
	TEST(test_outcomes_that_are_none), TEST(test_auth_line_is_refused),
	TEST(test_exempt_line), TEST(test_exempt_line_needs_nothing),
	TEST(test_exempt_line_is_for_logins), TEST(test_exempt_policy),
	TEST(test_observe_lets_by_and_records), TEST(test_observe_ends_by_itself),
	TEST(test_observe_of_a_rule), TEST(test_observe_with_a_grant),
	TEST(test_locks_refuse), TEST(test_locks_refuse_root_under_observe),
	TEST(test_what_a_missing_reason_means), TEST(test_observe_with_broken_keys),
	TEST(test_broken_policy), TEST(test_broken_keys), TEST(test_truncated_policy),
	TEST(test_state_directory_of_another_mode), TEST(test_groups_cannot_be_resolved),
	TEST(test_refusal_that_cannot_be_recorded), TEST(test_screen_locker))
