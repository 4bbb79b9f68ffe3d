/*
 * Claims: every mistake that a policy can have is refused with file, line, column and what
 * to write; all of them at once; and nothing that is not understood is passed over.
 */
#include "conf_text.h"

/* A policy of four lines without a mistake; each case replaces one of them. */
#define LINE_HEAD "format = 1; mode = \"observe\"; observe_until = \"2026-12-31\";"
#define LINE_PRIVILEGED                                                                  \
	"privileged = { users = [ \"root\" ]; exempt = ( { user = \"root\"; service = "  \
	"\"login\"; tty = \"tty1\"; reason = \"console\"; } ); };"
#define LINE_ROLES                                                                       \
	"approver_groups = { secops = [ \"carol\", \"dave\" ]; }; roles = { packages = " \
	"{ "                                                                             \
	"commands = [ \"/usr/bin/apt-get update\" ]; }; login = { login = true; run_as " \
	"= "                                                                             \
	"\"self\"; }; any = { commands = [ \"*\" ]; }; };"
#define LINE_RULES                                                                       \
	"rules = ( { name = \"r1\"; who = [ \"alice\" ]; roles = [ \"packages\" ]; "     \
	"approval = \"auto\"; } );"

enum { HEAD = 1, PRIVILEGED, ROLES, RULES };

struct conf_case {
	int line;
	const char *text, *want;
};

static const char *
check_with(int line, const char *text)
{
	char whole[16384];

	snprintf(whole, sizeof(whole), "%s\n%s\n%s\n%s\n",
		line == HEAD ? text : LINE_HEAD,
		line == PRIVILEGED ? text : LINE_PRIVILEGED,
		line == ROLES ? text : LINE_ROLES, line == RULES ? text : LINE_RULES);
	return conf_text_check(whole);
}

static void
check_cases(const struct conf_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		test_row(cases[i].text);
		ASSERT_EQ_STR(check_with(cases[i].line, cases[i].text), cases[i].want);
	}
	test_row(NULL);
}

static void
test_a_good_policy_has_no_problems(void)
{
	ASSERT_EQ_STR(check_with(0, ""), "");
}

#define GROUPS(text)                                                                     \
	ROLES,                                                                           \
		"roles = { packages = { login = true; }; }; approver_groups = { " text   \
		" };"
#define MODE(text) HEAD, "format = 1; " text
#define NOTIFY(text) MODE("mode = \"enforce\"; notify = { " text " };")
#define LIMIT(text) MODE("mode = \"enforce\"; limits = { " text " };")
static const struct conf_case head_cases[] = {
	{ HEAD, "mode = \"enforce\";",
		"jit.conf:0:0: format is missing; write: format = 1;\n" },
	{ HEAD, "format = 2; mode = \"enforce\";",
		"jit.conf:1:10: format = 1; is the only one that this jitctl knows\n" },
	{ HEAD, "format = 1;",
		"jit.conf:0:0: mode is missing; write: mode = \"observe\"; observe_until "
		"= "
		"\"YYYY-MM-DD\"; or: mode = \"enforce\";\n" },
	{ MODE("mode = \"enforced\";"),
		"jit.conf:1:20: mode is \"observe\" or \"enforce\", not \"enforced\"; "
		"did you "
		"mean \"enforce\"?\n" },
	{ MODE("mode = \"observe\";"),
		"jit.conf:1:13: \"observe\" needs its last day beside it: observe_until "
		"= "
		"\"YYYY-MM-DD\";\n" },
	{ MODE("mode = \"enforce\"; observe_until = \"2026-12-31\";"),
		"jit.conf:1:31: observe_until stands beside mode = \"observe\" only; "
		"remove "
		"it\n" },
	{ MODE("mode = \"observe\"; observe_until = \"2027-12-31\";"),
		"jit.conf:1:47: observe_until is more than 90 days ahead; the latest is "
		"\"2027-02-21\"\n" },
	{ MODE("mode = \"observe\"; observe_until = \"2026-11-23\";"),
		"jit.conf:1:47: observe_until is over; choose a later day, or write mode "
		"= "
		"\"enforce\"\n" },
	{ MODE("mode = \"observe\"; observe_until = \"31.12.2026\";"),
		"jit.conf:1:47: \"31.12.2026\" is no date; write it like "
		"\"2027-01-31\"\n" },
	{ MODE("mode = \"enforce\"; recrod = true;"),
		"jit.conf:1:31: unknown key "
		"\"recrod\"\n" },
	{ MODE("mode = \"enforce\"; limit = { };"),
		"jit.conf:1:31: unknown key \"limit\"; did you mean \"limits\"?\n" },
	{ NOTIFY("command = \"/x\";"),
		"jit.conf:1:52: warning: /x is not there: nobody would be notified\n" },
	{ NOTIFY("command = \"notify\";"),
		"jit.conf:1:52: a command begins with its absolute path: "
		"\"/usr/bin/notify\"\n" },
	{ NOTIFY("command = \"/usr/../notify\";"),
		"jit.conf:1:52: \"/usr/../notify\" is no plain path: no //, no . or .., "
		"no / at the end\n" },
	{ NOTIFY("command = 1;"),
		"jit.conf:1:52: command is text in double quotes, like \"…\"\n" },
	{ NOTIFY("timeout = \"5s\";"),
		"jit.conf:1:40: notify has no command; write: command = "
		"\"/usr/libexec/jit/notify\";\n" },
	{ NOTIFY("command = \"/usr/libexec/jit/notify\"; timeout = \"61s\";"),
		"jit.conf:1:89: timeout = \"61s\" is longer than a notification may "
		"take, 1m\n" },
	{ NOTIFY("command = \"/usr/libexec/jit/notify\"; timeout = 5;"),
		"jit.conf:1:89: timeout is text in double quotes, like \"30m\"\n" },
	{ NOTIFY("command = \"/usr/libexec/jit/notify\"; args = [ ];"),
		"jit.conf:1:79: unknown key \"args\"\n" },
	{ MODE("mode = \"enforce\"; notify = \"/usr/libexec/jit/notify\";"),
		"jit.conf:1:40: notify is a group of settings: { NAME = VALUE; … }\n" },
	{ LIMIT("request_ttl = \"8d\";"),
		"jit.conf:1:56: request_ttl = \"8d\" is longer than a request stays open "
		"at most, 7d\n" },
	{ LIMIT("break_glass_max_duration = \"61m\";"),
		"jit.conf:1:69: break_glass_max_duration = \"61m\" is longer than the "
		"compiled ceiling_break_glass, 1h\n" },
	{ LIMIT("pin_max_duration = \"5h\";"),
		"jit.conf:1:61: pin_max_duration = \"5h\" is longer than the compiled "
		"ceiling_pin, 4h\n" },
	{ LIMIT("pin_challenge_ttl = \"5h\";"),
		"jit.conf:1:62: pin_challenge_ttl = \"5h\" is longer than the compiled "
		"ceiling_pin, 4h\n" },
	{ LIMIT("pin_challenge_ttl = 30;"),
		"jit.conf:1:62: pin_challenge_ttl is text in double quotes, like "
		"\"30m\"\n" },
	{ LIMIT("pending_requests = 0;"),
		"jit.conf:1:61: pending_requests is a number from 1 to 1000, without "
		"quotes\n" },
	{ LIMIT("pending_requests = 1001;"),
		"jit.conf:1:61: pending_requests is a number from 1 to 1000, without "
		"quotes\n" },
	{ LIMIT("pending_requests = \"20\";"),
		"jit.conf:1:61: pending_requests is a number from 1 to 1000, without "
		"quotes\n" },
	{ MODE("mode = \"enforce\"; limits = { max_duration = \"48h\"; };"),
		"jit.conf:1:57: max_duration = \"48h\" is longer than the compiled "
		"ceiling, "
		"1d\n" },
	{ MODE("mode = \"enforce\"; limits = { start_within = \"8d\"; };"),
		"jit.conf:1:57: start_within = \"8d\" is longer than the compiled "
		"ceiling, "
		"7d\n" },
	{ MODE("mode = \"enforce\"; limits = { max_duration = \"0s\"; };"),
		"jit.conf:1:57: \"0s\" is no duration; write it like \"90s\", \"10m\", "
		"\"1h30m\", \"1d\"\n" },
	{ MODE("mode = \"enforce\"; limits = { max_duration = 8; };"),
		"jit.conf:1:57: max_duration is text in double quotes, like \"30m\"\n" },
	{ MODE("mode = \"enforce\"; audit = { required = \"yes\"; };"),
		"jit.conf:1:52: required is true or false, without quotes\n" },
	{ MODE("mode = \"enforce\"; help = \"call me\";"),
		"jit.conf:1:38: help is a group of settings: { NAME = VALUE; … }\n" },
	{ GROUPS("host = [ \"carol\" ];"),
		"jit.conf:3:64: \"host\" is a word with a meaning of its own; give the "
		"group "
		"another name\n" },
	{ GROUPS("a = [ \"root\" ];"),
		"jit.conf:3:70: \"root\" cannot be an approver: write a person's user "
		"name\n" },
	{ GROUPS("a = [ \"carol\", \"carol\" ];"),
		"jit.conf:3:79: \"carol\" stands in this list twice\n" },
	{ GROUPS("a = [ ];"), "jit.conf:3:68: a is empty\n" },
};

/* What stands in limits and notify arrives; where nothing stands, the default. */
static void
test_limits_and_notify_arrive(void)
{
	struct conf conf;
	const struct jit_globals *g = &conf.globals;

	ASSERT_EQ_STR(
		conf_text_load("format = 1; mode = \"enforce\"; limits = { request_ttl = "
			       "\"2h\"; break_glass_max_duration = \"20m\"; "
			       "pin_max_duration = \"40m\"; pin_challenge_ttl = \"10m\"; "
			       "pending_requests = 1000; }; notify = { command = "
			       "\"/usr/libexec/jit/notify\"; timeout = \"60s\"; "
			       "};\n" LINE_PRIVILEGED "\n" LINE_ROLES "\n" LINE_RULES,
			&conf),
		"");
	ASSERT_EQ_INT(g->request_ttl_sec, 7200);
	ASSERT_EQ_INT(g->break_glass_max_sec, 1200);
	ASSERT_EQ_INT(g->pin_max_sec, 2400);
	ASSERT_EQ_INT(g->pin_challenge_ttl_sec, 600);
	ASSERT_EQ_UINT(g->pending_requests, 1000);
	ASSERT_EQ_STR(g->notify_command, "/usr/libexec/jit/notify");
	ASSERT_EQ_INT(g->notify_timeout_sec, 60);
	conf_done(&conf);
	ASSERT_EQ_STR(
		conf_text_load(LINE_HEAD LINE_PRIVILEGED LINE_ROLES LINE_RULES, &conf),
		"");
	ASSERT_EQ_INT(g->request_ttl_sec, 3600);
	ASSERT_EQ_INT(g->break_glass_max_sec, 1800);
	ASSERT_EQ_INT(g->pin_max_sec, 3600);
	ASSERT_EQ_INT(g->pin_challenge_ttl_sec, 1800);
	ASSERT_EQ_UINT(g->pending_requests, 20);
	ASSERT_EQ_STR(g->notify_command, "");
	ASSERT_EQ_INT(g->notify_timeout_sec, 5);
	conf_done(&conf);
}

static void
test_head_mistakes(void)
{
	check_cases(head_cases, ARRAY_SIZE(head_cases));
}

#define EXEMPT                                                                           \
	"exempt = ( { user = \"root\"; service = \"login\"; tty = \"tty1\"; reason = "   \
	"\"c\"; } );"
static const struct conf_case privileged_cases[] = {
	{ PRIVILEGED,
		"privileged = { groups = [ \"sudo\", \"wheel\", \"sudoo\" ]; " EXEMPT
		" };",
		"jit.conf:2:44: warning: there is no group \"sudoo\" on this "
		"host\n" },
	{ PRIVILEGED, "privileged = { groups = [ \"wheel\" ]; " EXEMPT " };",
		"jit.conf:2:25: warning: this host has none of these groups: so far they "
		"gate "
		"nobody\n" },
	{ PRIVILEGED, "privileged = { users = [ \"a\" ]; };",
		"jit.conf:1:13: warning: nobody could become root any more: no rule "
		"gives a role "
		"with run_as root and commands = [ \"*\" ], shell or login, and no "
		"console is "
		"exempt\n" },
	{ PRIVILEGED, "privileged = { groups = [ \"unreachable\" ]; };",
		"jit.conf:2:27: the group \"unreachable\" cannot be looked up now "
		"(Input/output "
		"error); try again\n" },
	{ PRIVILEGED, "privileged = { users = [ \"../etc\" ]; };",
		"jit.conf:2:26: \"../etc\" cannot be an account: letters, digits, _ . - "
		"(at most "
		"64, not all digits, no - or . in front)\n" },
	{ PRIVILEGED, "privileged = { users = \"root\"; };",
		"jit.conf:2:24: users is a list: users = [ \"…\", \"…\" ]\n" },
	{ PRIVILEGED,
		"privileged = { exempt = ( { user = \"root\"; tty = \"tty1\"; } ); };",
		"jit.conf:2:27: an exemption needs user, service, tty and reason\n" },
	{ PRIVILEGED,
		"privileged = { exempt = ( { user = \"root\"; service = \"login\"; tty = "
		"\"tty*\"; reason = \"x\"; } ); };",
		"jit.conf:2:69: tty is one terminal, like \"tty1\"\n" },
	{ PRIVILEGED,
		"privileged = { users = [ \"a\" ]; exempt = ( { user = \"root\"; service "
		"= "
		"\"login\"; tty = \"/dev/tty1\"; reason = \"x\"; until = \"2026-01-01\"; "
		"} ); };",
		"jit.conf:2:44: warning: this exemption is over\n"
		"jit.conf:1:13: warning: nobody could become root any more: no rule "
		"gives a role "
		"with run_as root and commands = [ \"*\" ], shell or login, and no "
		"console is "
		"exempt\n" },
};

static void
test_privileged_mistakes(void)
{
	check_cases(privileged_cases, ARRAY_SIZE(privileged_cases));
}

#define ROLE(text)                                                                       \
	ROLES,                                                                           \
		"approver_groups = { }; roles = { packages = { commands = [ "            \
		"\"/usr/bin/id\" ]; }; x = { " text " }; };"
static const struct conf_case role_cases[] = {
	{ ROLE("record = \"all\"; login = true;"),
		"jit.conf:3:86: \"record\" is not supported yet; remove it\n" },
	{ ROLE("recrod = \"all\"; login = true;"),
		"jit.conf:3:86: unknown key \"recrod\"; did you mean \"record\"?\n" },
	{ ROLE("run_group = \"x\"; login = true;"),
		"jit.conf:3:86: \"run_group\" is not supported yet; remove it\n" },
	{ ROLE("description = \"x\";"),
		"jit.conf:3:80: role x permits nothing: give it commands, edit, shell or "
		"login, or let only rules with exact_command = true name it\n" },
	{ ROLE("login = 1;"), "jit.conf:3:94: login is true or false, without quotes\n" },
	{ ROLE("login = true; run_as = [ \"self\", \"bob\" ];"),
		"jit.conf:3:111: \"self\" stands alone in run_as\n" },
	{ ROLE("login = true; run_as = \"0\";"),
		"jit.conf:3:109: \"0\" cannot be an account: letters, digits, _ . - (at "
		"most 64, "
		"not all digits, no - or . in front)\n" },
	{ ROLE("login = true; max_duration = \"9h\";"),
		"jit.conf:3:115: max_duration = \"9h\" is longer than "
		"limits.max_duration, 8h\n" },
	{ ROLE("login = true; max_duration = \"1h\"; default_duration = \"2h\";"),
		"jit.conf:3:140: default_duration is longer than the role's "
		"max_duration, 1h\n" },
	{ ROLE("login = true; }; X = { login = true;"),
		"jit.conf:3:103: this role's name differs from \"x\" only by upper and "
		"lower "
		"case\n" },
	{ ROLE("login = true; }; self = { login = true;"),
		"jit.conf:3:103: \"self\" is a word with a meaning of its own; give the "
		"role "
		"another name\n" },
	{ ROLE("login = true; }; * = { login = true;"),
		"jit.conf:3:103: \"*\" cannot be the name of a role\n" },
	{ ROLE("commands = [ ];"),
		"jit.conf:3:97: commands has between 1 and 1000 patterns\n" },
	{ ROLE("commands = [ \"apt-get update\" ];"),
		"jit.conf:3:99: a command begins with its absolute path: "
		"\"/usr/bin/apt-get\"\n" },
	{ ROLE("commands = [ \"* update\" ];"),
		"jit.conf:3:99: a command begins with its absolute path: \"/usr/bin/*\"; "
		"* stands "
		"alone\n" },
	{ ROLE("commands = [ \"/usr/../bin/id\" ];"),
		"jit.conf:3:99: \"/usr/../bin/id\" is no plain path: no //, no . or .., "
		"no / at "
		"the end\n" },
	{ ROLE("commands = [ \"/bin/a 'b c\" ];"),
		"jit.conf:3:99: a single quote is not closed: 'b c\n" },
	{ ROLE("commands = [ \"/bin/a 'b'c\" ];"),
		"jit.conf:3:99: a quoted word ends with its quote; something follows: "
		"c\n" },
	{ ROLE("commands = [ \"/bin/a b'c'\" ];"),
		"jit.conf:3:99: a single quote within a word; quote the whole word: "
		"'…'\n" },
	{ ROLE("commands = [ \"/bin/a [a-\" ];"),
		"jit.conf:3:99: \"[a-\" is no pattern: a [ is not closed, is empty or "
		"has a range "
		"that falls; \"not\" is [!…]\n" },
	{ ROLE("commands = [ \"/bin/a any... b\" ];"),
		"jit.conf:3:99: \"any...\" is good for the last word only\n" },
	{ ROLE("commands = [ \"/bin/a ...\" ];"),
		"jit.conf:3:99: ... needs a word in front: any... for anything at "
		"all\n" },
	{ ROLE("commands = [ \"\" ];"), "jit.conf:3:99: a command is empty\n" },
	{ ROLE("commands = [ \"/usr/bin/vim.basic /etc/motd\" ];"),
		"jit.conf:3:99: warning: role x permits vim, and :! runs any "
		"program: it is as good as the account that it runs as\n" },
	{ ROLE("commands = [ \"/usr/bin/find any...\" ];"),
		"jit.conf:3:99: warning: role x permits find, and -exec runs any "
		"program: it is as good as the account that it runs as\n" },
	{ ROLE("commands = [ \"/usr/bin/find /tmp -delete\" ];"), "" },
	{ ROLE("commands = [ \"/usr/bin/journalctl -u nginx\" ];"),
		"jit.conf:3:99: warning: role x permits journalctl, and its pager runs "
		"any program: it is as good as the account that it runs as\n" },
	{ ROLE("commands = [ \"/usr/bin/journalctl --no-pager -u nginx\" ];"), "" },
	{ ROLE("commands = [ \"/usr/bin/apt-get install [a-z0-9]*...\" ];"), "" },
	{ ROLE("commands = [ \"/usr/bin/python3.11 any...\" ]; equals_root = true;"),
		"" },
	{ ROLE("commands = [ \"/bin/*\" ];"),
		"jit.conf:3:99: warning: role x permits sh, and it is a shell: it is as "
		"good "
		"as the account that it runs as\n" },
};

static void
test_role_mistakes(void)
{
	check_cases(role_cases, ARRAY_SIZE(role_cases));
}

/* ---- the file that is shipped ---- */

/* `#name = …` or `#{ … }` alone on a line, or a further line of it. */
static bool
is_example(const char *line)
{
	const char *mark = line + strspn(line, "\t");

	return mark[0] == '#' && mark[1] && (!strchr(" \n", mark[1]) || mark[2] == ' ');
}

/* Its lines with the day filled in, and the examples or without. */
static char *
shipped(bool with_examples)
{
	const char *root = getenv("JIT_SOURCE_ROOT");
	char path[4096], line[1024], *text = NULL;
	size_t len;
	FILE *in, *out = open_memstream(&text, &len);

	snprintf(path, sizeof(path), "%s/conf/jit.conf", root ? root : ".");
	in = fopen(path, "re");
	ASSERT_TRUE(in != NULL && out != NULL);
	while (fgets(line, sizeof(line), in)) {
		if (with_examples && is_example(line))
			*strchr(line, '#') = ' ';
		fputs(strchr(line, '@') && strstr(line, "observe_until")
				? "observe_until = \"2026-12-31\";\n"
				: line,
			out);
	}
	fclose(in);
	fclose(out);
	return text;
}

static void
test_the_shipped_file_loads(void)
{
	char *text = shipped(false), *examples = shipped(true);
	struct conf conf;

	ASSERT_EQ_STR(conf_text_check(text),
		"jit.conf:14:1: warning: there are no rules: nobody could be granted "
		"anything\n");
	ASSERT_EQ_STR(conf_text_load(examples, &conf), "");
	ASSERT_EQ_UINT(conf.n_rules, 4);
	ASSERT_EQ_UINT(conf.rules[2].rule.approvals, 2);
	ASSERT_EQ_UINT(conf.rules[2].rule.approvers.n, 3);
	ASSERT_EQ_INT(conf.rules[3].rule.approval, JIT_APPROVAL_BREAK_GLASS);
	ASSERT_EQ_STR(conf.globals.notify_command, "/usr/libexec/jit/notify");
	ASSERT_EQ_STR(conf.globals.url, "https://intranet.example/jit");
	conf_done(&conf);
	free(text);
	free(examples);
}

/* All that is wrong is shown at once, in file order. */
static void
test_all_mistakes_at_once(void)
{
	ASSERT_EQ_STR(
		conf_text_check("format = 1; mode = \"enfroce\";\n"
				"limits = { max_duration = \"2 h\"; };\n"
				"roles = { a = { login = true; record = \"no\"; }; };\n"
				"rules = ( { name = \"r\"; who = [ \"x y\" ]; roles = [ "
				"\"b\" ]; approval = \"auto\"; } );\n"),
		"jit.conf:1:20: mode is \"observe\" or \"enforce\", not \"enfroce\"; did "
		"you mean "
		"\"enforce\"?\n"
		"jit.conf:2:27: \"2 h\" is no duration; write it like \"90s\", \"10m\", "
		"\"1h30m\", \"1d\"\n"
		"jit.conf:3:31: \"record\" is not supported yet; remove it\n"
		"jit.conf:4:33: \"x y\" is neither a user name, nor %GROUP, nor *\n"
		"jit.conf:4:52: unknown role \"b\" in rule r\n");
}

TEST_MAIN(TEST(test_a_good_policy_has_no_problems), TEST(test_limits_and_notify_arrive),
	TEST(test_head_mistakes), TEST(test_privileged_mistakes),
	TEST(test_role_mistakes), TEST(test_the_shipped_file_loads),
	TEST(test_all_mistakes_at_once))
