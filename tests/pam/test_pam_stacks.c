/*
 * The lines that we ship, in every position of Debian's stack for sshd: no order of lines
 * opens a door, and in the place that we name none closes one.
 */
#include "config.h"
#include "pam_site.h"
#include "pam_stack.h"
#include "unit/test.h"

static const struct stack_call sshd = { "sshd", SITE_SUBJECT, "ssh", "192.0.2.7", 0 };

/* Our line of a group, as conf/pam.d/sshd.snippet has it, with the tests' module. */
static void
shipped_line(const char *group, char *ret, size_t size)
{
	char path[512];
	_cleanup_free_ char *snippet = NULL;
	const char *root = getenv("JIT_SOURCE_ROOT");
	char *rest, *line;

	ASSERT_TRUE(root != NULL);
	snprintf(path, sizeof(path), "%s/conf/pam.d/sshd.snippet", root);
	rest = snippet = test_file_read(path, NULL);
	ret[0] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		char *module = strstr(line, "pam_jit.so");

		if (strncmp(line, group, strlen(group)) != 0 || !module)
			continue;
		ASSERT_EQ_STR(ret, ""); /* one line a group */
		snprintf(ret, size, "%.*s@JIT@%s\n", (int)(module - line), line,
			module + 10);
	}
	ASSERT_CONTAINS(ret, "@JIT@");
}

/* ---- account ---- */

enum { LINES = 4, PLACE = 1 }; /* before @include common-account */

/* Debian's /etc/pam.d/sshd and common-account; unix_code is what pam_unix says. */
static void
write_account(size_t at, int unix_code)
{
	char unix_line[128], ours[256], all[1024] = "";
	const char *lines[LINES] = {
		"account required @SAY@ code=0\n",             /* pam_nologin */
		unix_line, "account requisite @SAY@ code=6\n", /* pam_deny */
		"account required @SAY@ code=0\n",             /* pam_permit */
	};

	shipped_line("account", ours, sizeof(ours));
	snprintf(unix_line, sizeof(unix_line),
		"account [success=1 new_authtok_reqd=done default=ignore] @SAY@ "
		"code=%d\n",
		unix_code);
	for (size_t i = 0; i <= LINES; i++) {
		size_t len = strlen(all);

		snprintf(all + len, sizeof(all) - len, "%s%s", i == at ? ours : "",
			i < LINES ? lines[i] : "");
	}
	stack_write("sshd", all);
}

enum state { ORDINARY, HELD, REFUSED, BROKEN, STATES };
static const char *const state_names[] = { "ordinary", "held", "refused", "broken" };

static void
make(enum state state)
{
	struct jit_grant grant;

	site_make(&SITE_POLICY);
	grant = site_grant();
	if (state == HELD)
		site_hand_in(&grant, "carol");
	if (state == BROKEN)
		ASSERT_EQ_INT(unlink(site_path(JIT_LIB_DIR, "policy.cdb")), 0);
}

static int
account(enum state state)
{
	struct stack_call call = sshd;

	if (state == ORDINARY)
		call.user = SITE_ORDINARY;
	return stack_account(&call);
}

static void
test_no_position_opens_a_door(void)
{
	static const int unix_codes[] = { PAM_SUCCESS, PAM_NEW_AUTHTOK_REQD,
		PAM_ACCT_EXPIRED, PAM_USER_UNKNOWN, PAM_PERM_DENIED };

	for (int state = 0; state < STATES; state++) {
		make((enum state)state);
		test_row(state_names[state]);
		for (size_t u = 0; u < ARRAY_SIZE(unix_codes); u++)
			for (size_t at = 0; at <= LINES; at++) {
				int code;

				/* `done` ends the stack: ours behind it is not asked */
				if (unix_codes[u] == PAM_NEW_AUTHTOK_REQD && at > PLACE)
					continue;
				write_account(at, unix_codes[u]);
				code = account((enum state)state);
				if (state >= REFUSED || unix_codes[u] != PAM_SUCCESS)
					ASSERT_TRUE(code != PAM_SUCCESS);
				if (state >= REFUSED)
					ASSERT_TRUE(code != PAM_NEW_AUTHTOK_REQD);
			}
	}
}

static const struct {
	enum state state;
	int unix_code, code;
} at_its_place[] = {
	{ ORDINARY, PAM_SUCCESS, PAM_SUCCESS },
	{ HELD, PAM_SUCCESS, PAM_SUCCESS },
	{ REFUSED, PAM_SUCCESS, PAM_PERM_DENIED },
	{ BROKEN, PAM_SUCCESS, PAM_SYSTEM_ERR },
	{ ORDINARY, PAM_ACCT_EXPIRED, PAM_PERM_DENIED },
	{ HELD, PAM_ACCT_EXPIRED, PAM_PERM_DENIED },
	{ REFUSED, PAM_ACCT_EXPIRED, PAM_PERM_DENIED },
	{ ORDINARY, PAM_NEW_AUTHTOK_REQD, PAM_NEW_AUTHTOK_REQD },
	{ HELD, PAM_NEW_AUTHTOK_REQD, PAM_NEW_AUTHTOK_REQD },
	{ REFUSED, PAM_NEW_AUTHTOK_REQD, PAM_PERM_DENIED },
	{ BROKEN, PAM_NEW_AUTHTOK_REQD, PAM_SYSTEM_ERR },
};

static void
test_at_its_place_it_gates_and_nothing_else(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(at_its_place); i++) {
		test_row(state_names[at_its_place[i].state]);
		make(at_its_place[i].state);
		write_account(PLACE, at_its_place[i].unix_code);
		ASSERT_EQ_INT(account(at_its_place[i].state), at_its_place[i].code);
	}
}

/* ---- session ---- */

static void
write_session(size_t at)
{
	static const char *const lines[] = {
		"session required @SAY@ code=0\n", /* pam_loginuid */
		"session optional @SAY@ code=0 "
		"data=systemd.runtime_max_sec\n",  /* pam_systemd */
		"session required @SAY@ code=0\n", /* pam_limits */
	};
	char ours[256], all[1024] = "";

	shipped_line("session", ours, sizeof(ours));
	for (size_t i = 0; i <= ARRAY_SIZE(lines); i++) {
		size_t len = strlen(all);

		snprintf(all + len, sizeof(all) - len, "%s%s", i == at ? ours : "",
			i < ARRAY_SIZE(lines) ? lines[i] : "");
	}
	stack_write("sshd", all);
}

static void
test_session_is_watched_in_every_position(void)
{
	for (size_t at = 0; at <= 3; at++) {
		struct stack_session codes;
		_cleanup_free_ char *said = NULL;

		make(HELD);
		ASSERT_EQ_INT(
			symlink(WATCH_STUB, site_path(JIT_LIBEXEC_DIR, "session-watch")),
			0);
		write_session(at);
		codes = stack_session(&sshd);
		ASSERT_EQ_INT(codes.opened, PAM_SUCCESS);
		ASSERT_EQ_INT(codes.closed, PAM_SUCCESS);
		ASSERT_EQ_INT(access("watch-record", F_OK), 0);
		/* before pam_systemd it has the session's longest time, too */
		said = test_file_read("said", NULL);
		ASSERT_EQ_INT(strncmp(said, "(none)", 6) == 0, at >= 2);
	}
}

static void
test_session_of_others_is_left_alone(void)
{
	struct stack_call call = sshd;

	call.user = SITE_ORDINARY;
	for (size_t at = 0; at <= 3; at++) {
		make(ORDINARY);
		write_session(at);
		ASSERT_EQ_INT(stack_session(&call).opened, PAM_SUCCESS);
		ASSERT_EQ_INT(access("watch-record", F_OK), -1);
	}
}

TEST_MAIN(TEST(test_no_position_opens_a_door),
	TEST(test_at_its_place_it_gates_and_nothing_else),
	TEST(test_session_is_watched_in_every_position),
	TEST(test_session_of_others_is_left_alone))
