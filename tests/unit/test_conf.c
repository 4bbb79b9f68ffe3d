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
	{ MODE("mode = \"enforce\"; notify = { command = \"/x\"; };"),
		"jit.conf:1:31: \"notify\" is not supported yet; remove it\n" },
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
	{ MODE("mode = \"enforce\"; limits = { pending_requests = 20; };"),
		"jit.conf:1:42: \"pending_requests\" is not supported yet; remove it\n" },
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
		"jit.conf:3:80: role x permits nothing: give it "
		"commands, shell or login\n" },
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
	{ ROLE("commands = ( { path = \"/bin/a\"; args = [ ]; } );"),
		"jit.conf:3:99: commands with path, args and sha256 are not supported "
		"yet; write "
		"the pattern as text\n" },
	{ ROLE("commands = [ \"/usr/bin/vim.basic /etc/motd\" ];"),
		"jit.conf:3:99: warning: role x permits vim, and :! runs any "
		"program: it is as good as the account that it runs as\n" },
	{ ROLE("commands = [ \"/usr/bin/find any...\" ];"),
		"jit.conf:3:99: warning: role x permits find, and -exec runs any "
		"program: it is as good as the account that it runs as\n" },
	{ ROLE("commands = [ \"/usr/bin/find /tmp -delete\" ];"), "" },
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

TEST_MAIN(TEST(test_a_good_policy_has_no_problems), TEST(test_head_mistakes),
	TEST(test_privileged_mistakes), TEST(test_role_mistakes),
	TEST(test_all_mistakes_at_once))
