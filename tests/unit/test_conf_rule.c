/*
 * Claims: each key of a rule arrives in the structure, its people resolved; every key that
 * has no meaning beside the rule's approval, every rule that could never be complete, and
 * every way to weaken a second person's word is refused with its place and what to write.
 */
#include "conf_text.h"

struct rule_case {
	const char *text, *want;
};

/* The rule is line 5, and its text begins in column 3. */
static const char *
rule_text(const char *text)
{
	static char whole[16384];

	snprintf(whole, sizeof(whole),
		"format = 1; mode = \"enforce\"; privileged = { users = [ \"root\" ]; "
		"};\n"
		"approver_groups = { secops = [ \"carol\", \"dave\" ]; desk = [ "
		"\"heidi\" ]; bosses = [ \"dave\", \"grace\" ]; };\n"
		"roles = { p = { commands = [ \"/usr/bin/id\" ]; }; root = { commands = "
		"[ \"*\" ]; }; empty = { }; otp = { commands = [ \"/usr/bin/id\" ]; "
		"authenticate_with = \"jit-totp\"; }; };\n"
		"rules = ( { name = \"zero\"; who = [ \"zoe\" ]; roles = [ \"root\" ]; "
		"approval = \"approvers\"; approvers = [ \"@secops\" ]; }, { name = "
		"\"nil\"; who = [ \"zoe\" ]; roles = [ \"empty\" ]; approval = "
		"\"approvers\"; approvers = [ \"@secops\" ]; exact_command = true; },\n"
		"{ %s }\n);\n",
		text);
	return whole;
}

static const char *
check_rule(const char *text)
{
	return conf_text_check(rule_text(text));
}

static void
check_cases(const struct rule_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		test_row(cases[i].text);
		ASSERT_EQ_STR(check_rule(cases[i].text), cases[i].want);
	}
	test_row(NULL);
}

/* ---- what is written arrives ---- */

static const char *
shown(const struct jit_rule *rule)
{
	static const char *const ways[] = { "deny", "auto", "approvers", "break-glass" };
	static char buf[1024];
	size_t n = 0;

#define ADD(...) n += (size_t)snprintf(buf + n, sizeof(buf) - n, __VA_ARGS__)
	ADD("%s %u ", ways[rule->approval], rule->approvals);
	n += conf_text_strv(buf + n, sizeof(buf) - n, "by", &rule->approvers);
	n += conf_text_strv(buf + n, sizeof(buf) - n, "then", &rule->then_ask);
	n += conf_text_strv(buf + n, sizeof(buf) - n, "shown", &rule->then_ask_shown);
	if (rule->answer_within_sec)
		ADD("within=%lld ", (long long)rule->answer_within_sec);
	n += conf_text_strv(buf + n, sizeof(buf) - n, "pin", &rule->operators);
	n += conf_text_strv(buf + n, sizeof(buf) - n, "shown", &rule->operators_shown);
	n += conf_text_strv(buf + n, sizeof(buf) - n, "ticket", &rule->ticket);
	ADD("%s%s%s", rule->pin_replaces_approvals ? "replaces " : "",
		rule->exact_command ? "exact " : "",
		rule->reason_required ? "reason " : "");
	if (rule->review_sec)
		ADD("review=%lld ", (long long)rule->review_sec);
	if (rule->max_sec)
		ADD("max=%lld ", (long long)rule->max_sec);
	return buf;
}

#define P "name = \"r\"; who = [ \"bob\" ]; roles = [ \"p\" ]; "
#define AUTO P "approval = \"auto\"; "
#define ASK P "approval = \"approvers\"; approvers = [ \"@secops\" ]; "
#define GLASS P "approval = \"break-glass\"; "
#define DENY P "approval = \"deny\"; "
static const struct rule_case good_cases[] = {
	{ AUTO, "auto 0 " },
	{ AUTO "operators = [ \"@desk\", \"erin\", \"heidi\" ];",
		"auto 0 pin=heidi,erin shown=@desk,erin,heidi " },
	{ AUTO "ticket = [ \"OPS\", \"C2\" ];", "auto 0 ticket=OPS,C2 reason " },
	{ ASK, "approvers 1 by=carol,dave reason " },
	{ ASK "approvals = 2;", "approvers 2 by=carol,dave reason " },
	{ ASK "reason = \"optional\";", "approvers 1 by=carol,dave " },
	{ ASK "ticket = [ \"OPS\" ]; reason = \"required\";",
		"approvers 1 by=carol,dave ticket=OPS reason " },
	{ ASK "answer_within = \"15m\"; then_ask = [ \"@bosses\", \"ivan\" ];",
		"approvers 1 by=carol,dave then=dave,grace,ivan shown=@bosses,ivan "
		"within=900 reason " },
	{ ASK "approvals = 3; answer_within = \"1h\"; then_ask = [ \"@bosses\" ];",
		"approvers 3 by=carol,dave then=dave,grace shown=@bosses within=3600 "
		"reason " },
	{ ASK "approvals = 2; operators = [ \"heidi\" ]; pin_replaces_approvals = true;",
		"approvers 2 by=carol,dave pin=heidi shown=heidi replaces reason " },
	{ ASK "exact_command = true;", "approvers 1 by=carol,dave exact reason " },
	{ ASK "exact_command = false;", "approvers 1 by=carol,dave reason " },
	{ ASK "review = \"2027-01-31\";",
		"approvers 1 by=carol,dave reason review=1801440000 " },
	{ GLASS, "break-glass 0 reason max=1800 " },
	{ GLASS "max_duration = \"20m\";", "break-glass 0 reason max=1200 " },
	{ GLASS "reason = \"required\"; ticket = [ \"INC\" ];",
		"break-glass 0 ticket=INC reason max=1800 " },
	{ GLASS "approvals = 1; approvers = [ \"@secops\" ]; exact_command = true;",
		"break-glass 1 by=carol,dave exact reason max=1800 " },
	{ GLASS "approvals = 1; approvers = [ \"carol\" ]; answer_within = \"5m\"; "
		"then_ask = [ \"@bosses\" ];",
		"break-glass 1 by=carol then=dave,grace shown=@bosses within=300 reason "
		"max=1800 " },
	{ DENY "review = \"2027-01-31\";", "deny 0 review=1801440000 " },
	{ "name = \"r\"; who = [ \"bob\" ]; roles = [ \"empty\" ]; approval = "
	  "\"approvers\"; approvers = [ \"carol\" ]; exact_command = true;",
		"approvers 1 by=carol exact reason " },
	{ "name = \"r\"; who = [ \"bob\" ]; roles = [ \"empty\" ]; approval = \"deny\";",
		"deny 0 " },
};

static void
test_what_is_written_arrives(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(good_cases); i++) {
		struct conf conf;

		test_row(good_cases[i].text);
		ASSERT_EQ_STR(conf_text_load(rule_text(good_cases[i].text), &conf), "");
		ASSERT_EQ_STR(shown(&conf.rules[2].rule), good_cases[i].want);
		conf_done(&conf);
	}
	test_row(NULL);
}

/* ---- mistakes ---- */

#define AT(column, text) "jit.conf:5:" column ": " text "\n"
#define NOTHING(column, key, approval)                                                   \
	AT(column, key " means nothing beside approval = \"" approval "\"; remove it")
#define NEEDS_ONE(column, key)                                                           \
	AT(column, key " beside approval = \"break-glass\" needs approvals = 1")
#define COUNT(column) AT(column, "approvals is a number from 1 to 8, without quotes")
static const struct rule_case approval_cases[] = {
	{ ASK "approvals = 0;", COUNT("112") },
	{ ASK "approvals = 9;", COUNT("112") },
	{ ASK "approvals = \"2\";", COUNT("112") },
	{ ASK "approvals = 3; answer_within = \"1m\"; then_ask = [ \"dave\" ];",
		AT("85",
			"rule r can never be complete: it needs 3 approvals, and has 2 "
			"people who can give one") },
	{ ASK "approvals = 3;",
		AT("85",
			"rule r can never be complete: it needs 3 approvals, and has 2 "
			"people who can give one") },
	{ P "approval = \"approvers\"; approvers = [ \"carol\" ]; approvals = 2;",
		AT("85",
			"rule r can never be complete: it needs 2 approvals, and has 1 "
			"person who can give one") },
	{ P "approval = \"approvers\"; approvals = 2;",
		AT("1", "rule r has no approvers; write: approvers = [ \"@secops\" ];") },
	{ "name = \"r\"; who = [ \"carol\", \"bob\" ]; roles = [ \"p\" ]; approval = "
	  "\"approvers\"; approvals = 2; approvers = [ \"@secops\" ];",
		AT("111",
			"warning: nobody approves for himself: rule r can never be used "
			"by carol") },
	{ "name = \"r\"; who = [ \"carol\" ]; roles = [ \"p\" ]; approval = "
	  "\"approvers\"; approvers = [ \"@secops\" ];",
		"" },
	{ AUTO "approvals = 1;", NOTHING("68", "approvals", "auto") },
	{ AUTO "approvers = [ \"carol\" ];", NOTHING("68", "approvers", "auto") },
	{ AUTO "answer_within = \"1m\"; then_ask = [ \"carol\" ];",
		NOTHING("68", "answer_within", "auto")
			NOTHING("90", "then_ask", "auto") },
	{ AUTO "exact_command = true;", NOTHING("68", "exact_command", "auto") },
	{ AUTO "operators = [ \"heidi\" ]; pin_replaces_approvals = true;",
		NOTHING("93", "pin_replaces_approvals", "auto") },
	{ DENY "operators = [ \"heidi\" ];", NOTHING("68", "operators", "deny") },
	{ DENY "ticket = [ \"OPS\" ]; reason = \"required\";",
		NOTHING("88", "reason", "deny") NOTHING("68", "ticket", "deny") },
	{ DENY "exact_command = true; authenticate = \"grant\";",
		NOTHING("68", "exact_command", "deny")
			NOTHING("90", "authenticate", "deny") },
	{ GLASS "operators = [ \"heidi\" ];", NOTHING("75", "operators", "break-glass") },
	{ GLASS "approvers = [ \"carol\" ];", NEEDS_ONE("75", "approvers") },
	{ GLASS "exact_command = true;", NEEDS_ONE("75", "exact_command") },
	{ GLASS "answer_within = \"1m\"; then_ask = [ \"carol\" ];",
		NEEDS_ONE("75", "answer_within") NEEDS_ONE("97", "then_ask") },
	{ GLASS "approvals = 1;",
		AT("1", "rule r has no approvers; write: approvers = [ \"@secops\" ];") },
	{ GLASS "approvals = 2; approvers = [ \"@secops\" ];",
		AT("87",
			"break-glass waits for one approval at most: approvals = 1, or "
			"none") },
	{ GLASS "reason = \"optional\";",
		AT("84", "break-glass always needs a reason; remove this") },
	{ GLASS "max_duration = \"31m\";",
		AT("90",
			"max_duration is longer than limits.break_glass_max_duration, "
			"30m") },
	{ "name = \"r\"; who = [ \"bob\" ]; roles = [ \"empty\" ]; approval = \"auto\";",
		"jit.conf:3:82: role empty permits nothing: give it commands, edit, "
		"shell or login, or let only rules with exact_command = true name it\n" },
	{ "name = \"r\"; who = [ \"bob\" ]; roles = [ \"otp\" ]; approval = \"auto\"; "
	  "authenticate = \"never\";",
		AT("42",
			"role otp asks for a second factor (authenticate_with), and "
			"this rule never authenticates") },
};

static void
test_mistakes_beside_an_approval(void)
{
	check_cases(approval_cases, ARRAY_SIZE(approval_cases));
}

#define NO_KEY(column, key)                                                              \
	AT(column,                                                                       \
		"\"" key                                                                 \
		"\" is no ticket key: upper-case letters and digits, like \"OPS\", "     \
		"for reasons that begin with OPS-12")
static const struct rule_case people_cases[] = {
	{ ASK "answer_within = \"15m\";",
		AT("100",
			"answer_within needs beside it whom to ask then: then_ask = [ "
			"\"@managers\" ];") },
	{ ASK "then_ask = [ \"grace\" ];",
		AT("100",
			"then_ask needs beside it when they are asked: answer_within = "
			"\"15m\";") },
	{ ASK "answer_within = \"61m\"; then_ask = [ \"grace\" ];",
		AT("116",
			"answer_within = \"61m\" is longer than limits.request_ttl, "
			"1h") },
	{ ASK "answer_within = \"15m\"; then_ask = [ \"@boss\" ];",
		AT("136",
			"unknown approver group \"@boss\"; did you mean \"@bosses\"?") },
	{ ASK "answer_within = \"15m\"; then_ask = [ \"%sre\" ];",
		AT("136",
			"\"%sre\" cannot be an approver: write a person's user name or "
			"@GROUP of approver_groups") },
	{ ASK "operators = [ \"@dosk\" ];",
		AT("114", "unknown approver group \"@dosk\"; did you mean \"@desk\"?") },
	{ ASK "operators = [ \"root\" ];",
		AT("114", "\"root\" cannot be an operator: write a person's user name") },
	{ ASK "operators = [ ];", AT("112", "operators is empty") },
	{ ASK "operators = [ \"bob\" ];",
		AT("114",
			"warning: nobody issues a PIN for himself: bob gets none by rule "
			"r") },
	{ ASK "approvals = 2; operators = [ \"heidi\" ];",
		AT("115",
			"operators beside approvals = 2: a PIN is one person's word; "
			"if that is meant, write pin_replaces_approvals = true;") },
	{ ASK "approvals = 2; operators = [ \"heidi\" ]; pin_replaces_approvals = false;",
		AT("115",
			"operators beside approvals = 2: a PIN is one person's word; "
			"if that is meant, write pin_replaces_approvals = true;") },
	{ ASK "approvals = 2; pin_replaces_approvals = true;",
		AT("115",
			"pin_replaces_approvals means nothing without operators; "
			"remove it") },
	{ ASK "pin_replaces_approvals = 1; operators = [ \"heidi\" ];",
		AT("125", "pin_replaces_approvals is true or false, without quotes") },
	{ ASK "exact_command = \"yes\";",
		AT("116", "exact_command is true or false, without quotes") },
	{ ASK "ticket = [ \"ops\" ];", NO_KEY("111", "ops") },
	{ ASK "ticket = [ \"OPS\", \"2X\" ];", NO_KEY("118", "2X") },
	{ ASK "ticket = [ \"OPS-\" ];", NO_KEY("111", "OPS-") },
	{ ASK "ticket = [ ];", AT("109", "ticket is empty") },
	{ ASK "ticket = \"OPS\";",
		AT("109", "ticket is a list: ticket = [ \"…\", \"…\" ]") },
	{ ASK "ticket = [ \"OPS\" ]; reason = \"optional\";",
		AT("129",
			"the ticket stands in the reason, which is then required; "
			"remove this") },
	{ ASK "review = \"31.1.2027\";",
		AT("109", "\"31.1.2027\" is no date; write it like \"2027-01-31\"") },
	{ ASK "review = \"2026-11-24\";", "" },
	{ ASK "review = \"2026-11-23\";",
		AT("109", "warning: rule r is overdue for review since 2026-11-23") },
};

static void
test_mistakes_in_people_and_reasons(void)
{
	check_cases(people_cases, ARRAY_SIZE(people_cases));
}

/* The 33rd, in whatever rule and group it stands. */
static void
test_operators_of_a_host_are_bounded(void)
{
	char text[4096], first[2048] = "", second[1024] = "";

	for (int i = 1; i <= 31; i++)
		snprintf(first + strlen(first), sizeof(first) - strlen(first),
			"%s\"op%d\"", i > 1 ? ", " : "", i);
	for (int i = 31; i <= 32; i++)
		snprintf(second + strlen(second), sizeof(second) - strlen(second),
			"%s\"op%d\"", i > 31 ? ", " : "", i);
	snprintf(text, sizeof(text),
		AUTO
		"operators = [ %s ]; },\n{ name = \"s\"; who = [ \"eve\" ]; roles = [ "
		"\"p\" ]; approval = \"auto\"; operators = [ %s ];",
		first, second);
	ASSERT_EQ_STR(check_rule(text), "");
	snprintf(text, sizeof(text),
		AUTO
		"operators = [ %s ]; },\n{ name = \"s\"; who = [ \"eve\" ]; roles = [ "
		"\"p\" ]; approval = \"auto\"; operators = [ %s, \"heidi\" ];",
		first, second);
	ASSERT_EQ_STR(check_rule(text),
		"jit.conf:6:80: heidi is one operator too many: all rules together name "
		"at most 32\n");
}

/* A role that becomes root, by a rule that lets one ask for any command. */
static void
test_exact_command_is_a_way_to_root(void)
{
#define ONLY(more)                                                                       \
	"format = 1; mode = \"enforce\"; privileged = { users = [ \"root\" ]; };\n"      \
	"roles = { p = { commands = [ \"/usr/bin/id\" ]; }; };\n"                        \
	"rules = ( { name = \"r\"; who = [ \"bob\" ]; roles = [ \"p\" ]; approval = "    \
	"\"approvers\"; approvers = [ \"carol\" ]; " more "} );\n"
	ASSERT_EQ_STR(conf_text_check(ONLY("exact_command = true; ")), "");
	ASSERT_CONTAINS(conf_text_check(ONLY("")), "nobody could become root any more");
}

TEST_MAIN(TEST(test_what_is_written_arrives), TEST(test_mistakes_beside_an_approval),
	TEST(test_mistakes_in_people_and_reasons),
	TEST(test_operators_of_a_host_are_bounded),
	TEST(test_exact_command_is_a_way_to_root))
