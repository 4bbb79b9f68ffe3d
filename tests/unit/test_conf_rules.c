/*
 * Claims: every mistake that a rule can have is refused with its place and what to write;
 * `when` means what is written and nothing that could be read in two ways is taken;
 * drop-ins add up as the policy says.
 */
#include "conf_text.h"
#include "libjit/parse.h"

struct rule_case {
	const char *text, *want;
};

#define HEAD_TEXT                                                                        \
	"format = 1; mode = \"enforce\"; privileged = { users = [ \"root\" ]; };\n"      \
	"approver_groups = { secops = [ \"carol\", \"dave\" ]; };\n"                     \
	"roles = { packages = { commands = [ \"/usr/bin/id\" ]; }; login = { login = "   \
	"true; "                                                                         \
	"run_as = \"self\"; }; root = { commands = [ \"*\" ]; }; open = { commands = [ " \
	"\"/usr/bin/id any...\" ]; }; sh = { shell = true; }; };\n"
/* line 4 gives a way to root, so that the others are judged alone */
#define FIRST_RULE                                                                       \
	"rules = ( { name = \"zero\"; who = [ \"zoe\" ]; roles = [ \"root\" ]; "         \
	"approval = "                                                                    \
	"\"approvers\"; approvers = [ \"@secops\" ]; },\n"

static const char *
check_rule(const char *text)
{
	char whole[8192];

	snprintf(whole, sizeof(whole), HEAD_TEXT FIRST_RULE "%s );\n", text);
	return conf_text_check(whole);
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

#define WHO "{ name = \"r\"; who = [ \"bob\" ]; "
#define ALICE WHO "roles = [ \"packages\" ]; "
static const struct rule_case rule_cases[] = {
	{ ALICE "approval = \"auto\"; }", "" },
	{ ALICE "approval = \"approvers\"; approvers = [ \"carol\", \"@secops\" ]; "
		"approvals "
		"= 1; }",
		"" },
	{ "{ who = [ \"bob\" ]; roles = [ \"packages\" ]; approval = \"auto\"; }",
		"jit.conf:5:1: rule without a name has no name; write: name = "
		"\"devs-packages\";\n" },
	{ "{ name = \"zero\"; who = [ \"bob\" ]; roles = [ \"packages\" ]; approval = "
	  "\"auto\"; }",
		"jit.conf:5:10: a second rule with the name \"zero\"\n" },
	{ "{ name = \"Zero\"; who = [ \"bob\" ]; roles = [ \"packages\" ]; approval = "
	  "\"auto\"; }",
		"jit.conf:5:10: this rule's name differs from \"zero\" only by upper and "
		"lower "
		"case\n" },
	{ "{ name = \"host\"; who = [ \"bob\" ]; roles = [ \"packages\" ]; approval = "
	  "\"auto\"; }",
		"jit.conf:5:10: \"host\" is a word with a meaning of its own; give the "
		"rule "
		"another name\n" },
	{ "{ name = \"r\"; roles = [ \"packages\" ]; approval = \"auto\"; }",
		"jit.conf:5:1: rule r has no who; write: who = [ \"%developers\" ];\n" },
	{ "{ name = \"r\"; who = [ ]; roles = [ \"packages\" ]; approval = \"auto\"; }",
		"jit.conf:5:21: who is empty\n" },
	{ "{ name = \"r\"; who = [ \"root\" ]; roles = [ \"packages\" ]; approval = "
	  "\"auto\"; "
	  "}",
		"jit.conf:5:23: root asks for nothing: name the person\n" },
	{ "{ name = \"r\"; who = [ \"@secops\" ]; roles = [ \"packages\" ]; approval = "
	  "\"auto\"; }",
		"jit.conf:5:23: \"@secops\" is neither a user name, nor %GROUP, nor "
		"*\n" },
	{ WHO "approval = \"auto\"; }",
		"jit.conf:5:1: rule r has no roles; write: roles = [ \"packages\" ];\n" },
	{ WHO "roles = [ \"package\" ]; approval = \"auto\"; }",
		"jit.conf:5:42: unknown role \"package\" in rule r; did you mean "
		"\"packages\"?\n" },
	{ WHO "roles = [ \"Packages\" ]; approval = \"auto\"; }",
		"jit.conf:5:42: unknown role \"Packages\" in rule r; did you mean "
		"\"packages\"?\n" },
	{ ALICE "}",
		"jit.conf:5:1: rule r has no approval; write: approval = \"approvers\"; "
		"(or \"auto\", \"break-glass\", \"deny\")\n" },
	{ ALICE "approval = \"approver\"; approvers = [ \"carol\" ]; }",
		"jit.conf:5:67: approval is \"auto\", \"approvers\", \"break-glass\" or "
		"\"deny\", not \"approver\"; did you mean \"approvers\"?\n" },
	{ ALICE "approval = \"approvers\"; }",
		"jit.conf:5:1: rule r has no approvers; write: approvers = [ \"@secops\" "
		"];\n" },
	{ ALICE "approval = \"approvers\"; approvers = [ \"@secop\" ]; }",
		"jit.conf:5:94: unknown approver group \"@secop\"; did you mean "
		"\"@secops\"?\n" },
	{ ALICE "approval = \"approvers\"; approvers = [ \"root\" ]; }",
		"jit.conf:5:94: \"root\" cannot be an approver: write a person's user "
		"name\n" },
	{ ALICE "approval = \"approvers\"; approvers = [ \"%sre\" ]; }",
		"jit.conf:5:94: \"%sre\" cannot be an approver: write a person's user "
		"name or "
		"@GROUP of approver_groups\n" },
	{ ALICE "approval = \"approvers\"; approvers = [ \"bob\" ]; }",
		"jit.conf:5:94: warning: nobody approves for himself: rule r can never "
		"be used by "
		"bob\n" },
	{ ALICE "approval = \"auto\"; approvers = [ \"carol\" ]; }",
		"jit.conf:5:75: approvers means nothing beside approval = \"auto\"; "
		"remove it\n" },
	{ ALICE "approval = \"deny\"; reason = \"optional\"; max_duration = \"1h\"; }",
		"jit.conf:5:75: reason means nothing beside approval = \"deny\"; remove "
		"it\n"
		"jit.conf:5:96: max_duration means nothing beside approval = \"deny\"; "
		"remove "
		"it\n" },
	{ ALICE "approval = \"auto\"; reson = \"optional\"; }",
		"jit.conf:5:75: unknown key \"reson\"; did you mean \"reason\"?\n" },
	{ ALICE "approval = \"auto\"; max_duration = \"9h\"; }",
		"jit.conf:5:90: max_duration = \"9h\" is longer than "
		"limits.max_duration, 8h\n" },
	{ ALICE "approval = \"auto\"; authenticate = \"never\"; }", "" },
	{ "{ name = \"r\"; who = [ \"bob\", \"%sre\" ]; roles = [ \"packages\" ]; "
	  "approval = "
	  "\"auto\"; authenticate = \"never\"; }",
		"jit.conf:5:98: authenticate = \"never\" is for named accounts only, not "
		"for "
		"\"%sre\"\n" },
	{ ALICE "approval = \"auto\"; mode = \"observe\"; }",
		"jit.conf:1:13: \"observe\" needs its last day beside it: observe_until "
		"= "
		"\"YYYY-MM-DD\";\n" },
	{ ALICE "approval = \"auto\"; on = [ \"[web\" ]; }",
		"jit.conf:5:82: \"[web\" is no pattern over host ids and labels\n" },
	{ WHO "roles = [ \"root\" ]; approval = \"auto\"; }",
		"jit.conf:5:42: role root permits any command (*), and this rule gives "
		"it without "
		"approval; if that is meant, write equals_root = true; into the role\n" },
	{ WHO "roles = [ \"open\" ]; approval = \"auto\"; }",
		"jit.conf:5:42: role open permits any arguments (any...), and this rule "
		"gives it "
		"without approval; if that is meant, write equals_root = true; into the "
		"role\n" },
	{ WHO "roles = [ \"sh\" ]; approval = \"auto\"; }",
		"jit.conf:5:42: role sh permits a shell, and this rule gives it without "
		"approval; "
		"if that is meant, write equals_root = true; into the role\n" },
	{ "{ name = \"r\"; who = [ \"%ghosts\" ]; roles = [ \"packages\" ]; approval = "
	  "\"deny\"; }",
		"jit.conf:5:23: warning: there is no group \"ghosts\" on this host: it "
		"is denied "
		"by name only\n" },
	{ "{ name = \"r\"; who = [ \"%unreachable\" ]; roles = [ \"packages\" ]; "
	  "approval = "
	  "\"deny\"; }",
		"jit.conf:5:23: the group \"unreachable\" cannot be looked up now "
		"(Input/output "
		"error); try again\n" },
	{ "\"r\"", "jit.conf:5:1: a rule is a group: { name = \"…\"; … }\n" },
};

static void
test_rule_mistakes(void)
{
	check_cases(rule_cases, ARRAY_SIZE(rule_cases));
}

#define RULE(name, more) "{ name = \"" name "\"; roles = [ \"packages\" ]; " more " }"
#define NEVER                                                                            \
	"can never match: a (" JIT_ETC_DIR                                               \
	"/jit.conf:5) decides all that it covers first\n"
#define SHADOWED "jit.conf:6:1: warning: rule b " NEVER
#define SHADOWED_EXACT                                                                   \
	"jit.conf:6:1: warning: rule b can never match: a (" JIT_ETC_DIR                 \
	"/jit.conf:5) decides all that it covers first; give it a role of its own for "  \
	"exact_command\n"
static const struct rule_case shadow_cases[] = {
	{ RULE("a", "who = [ \"*\" ]; approval = \"auto\";") ",\n" RULE(
		  "b", "who = [ \"bob\" ]; approval = \"auto\"; on = [ \"web\" ];"),
		SHADOWED },
	{ RULE("a", "who = [ \"bob\" ]; approval = \"deny\";") ",\n" RULE(
		  "b", "who = [ \"bob\" ]; approval = \"auto\"; when = \"Sat\";"),
		SHADOWED },
	{ RULE("a",
		  "who = [ \"bob\" ]; approval = \"approvers\"; approvers = [ \"dave\" "
		  "];") ",\n" RULE("b", "who = [ \"bob\" ]; approval = \"auto\";"),
		SHADOWED },
	/* an approver's token passes by an auto rule */
	{ RULE("a", "who = [ \"bob\" ]; approval = \"auto\";") ",\n" RULE("b",
		  "who = [ \"bob\" ]; approval = \"approvers\"; approvers = [ \"dave\" "
		  "];"),
		"" },
	/* a break-glass, later, would pass by a plain rule and meet the denial */
	{ RULE("a", "who = [ \"bob\" ]; approval = \"auto\";") ",\n" RULE(
		  "b", "who = [ \"bob\" ]; approval = \"deny\";"),
		"" },
	{ RULE("a", "who = [ \"bob\" ]; approval = \"auto\"; when = \"Sat\";") ",\n" RULE(
		  "b", "who = [ \"bob\" ]; approval = \"auto\";"),
		"" },
	{ RULE("a",
		  "who = [ \"bob\" ]; approval = \"auto\"; on = [ \"web\" ];") ",\n" RULE("b",
		  "who = [ \"bob\" ]; approval = \"auto\";"),
		"" },
	{ RULE("a", "who = [ \"bob\" ]; approval = \"auto\";") ",\n" RULE(
		  "b", "who = [ \"bob\", \"eve\" ]; approval = \"auto\";"),
		"" },
};

/* The way of asking is part of the match. */
#define BOB "who = [ \"bob\" ]; "
#define BY "approval = \"approvers\"; approvers = [ \"@secops\" ]; "
#define GLASS "approval = \"break-glass\"; "
#define ONE "approvals = 1; approvers = [ \"dave\" ]; "
#define PIN "operators = [ \"heidi\" ]; "
static const struct rule_case way_cases[] = {
	{ RULE("a", BOB "approval = \"auto\";") ",\n" RULE(
		  "b", BOB BY "exact_command = true;"),
		"" },
	{ RULE("a", BOB BY) ",\n" RULE("b", BOB GLASS), "" },
	{ RULE("a", BOB GLASS) ",\n" RULE("b", BOB BY), "" },
	{ RULE("a", BOB GLASS) ",\n" RULE("b", BOB "approval = \"auto\";"), "" },
	{ RULE("a", BOB GLASS) ",\n" RULE("b", BOB GLASS), SHADOWED },
	{ RULE("a", BOB GLASS ONE) ",\n" RULE("b", BOB GLASS), SHADOWED },
	{ RULE("a", BOB GLASS) ",\n" RULE("b", BOB GLASS ONE), "" },
	{ RULE("a", BOB GLASS) ",\n" RULE("b", BOB "approval = \"deny\";"), "" },
	{ RULE("a", BOB "approval = \"deny\";") ",\n" RULE("b", BOB GLASS), SHADOWED },
	{ RULE("a", BOB BY) ",\n" RULE("b", BOB BY PIN), "" },
	{ RULE("a", BOB BY PIN) ",\n" RULE("b", BOB BY), SHADOWED },
	{ RULE("a", BOB BY PIN) ",\n" RULE("b", BOB BY PIN), SHADOWED },
	{ RULE("a", BOB BY PIN) ",\n" RULE("b", BOB "approval = \"auto\"; " PIN),
		SHADOWED },
	{ RULE("a", BOB "approval = \"deny\";") ",\n" RULE("b", BOB BY PIN), SHADOWED },
	{ RULE("a", BOB BY) ",\n" RULE("b", BOB BY "exact_command = true;"),
		SHADOWED_EXACT },
	{ RULE("a", BOB "approval = \"deny\";") ",\n" RULE(
		  "b", BOB BY "exact_command = true;"),
		SHADOWED_EXACT },
	{ RULE("a", BOB BY "exact_command = true;") ",\n" RULE("b", BOB BY), SHADOWED },
	{ RULE("a", BOB BY "exact_command = true;") ",\n" RULE(
		  "b", BOB BY "exact_command = true;"),
		SHADOWED },
	{ RULE("a", BOB BY) ",\n" RULE("b", BOB BY "approvals = 2;"), SHADOWED },
};

static void
test_rules_that_never_match_for_their_way(void)
{
	check_cases(way_cases, ARRAY_SIZE(way_cases));
}

static void
test_rules_that_never_match(void)
{
	check_cases(shadow_cases, ARRAY_SIZE(shadow_cases));
}

/* ---- when ---- */

enum { DAY = 1440 };

struct when_case {
	const char *text;
	size_t n;
	struct jit_when_range first, last;
};

static const struct when_case when_cases[] = {
	{ "Mon-Fri 08:00-18:00", 5, { 480, 1080 }, { 4 * DAY + 480, 4 * DAY + 1080 } },
	{ "Mon-Fri 08:00-18:00, Sat 10:00-12:00", 6, { 480, 1080 },
		{ 5 * DAY + 600, 5 * DAY + 720 } },
	{ "Mon,Wed 08:00-12:00", 2, { 480, 720 }, { 2 * DAY + 480, 2 * DAY + 720 } },
	{ "Mon, Wed-Thu 08:00-12:00", 3, { 480, 720 }, { 3 * DAY + 480, 3 * DAY + 720 } },
	{ "Sat,Sun", 2, { 5 * DAY, 6 * DAY }, { 6 * DAY, 7 * DAY } },
	{ "Fri-Mon 00:00-24:00", 4, { 0, DAY }, { 6 * DAY, 7 * DAY } },
	{ "22:00-06:00", 7, { 22 * 60, DAY + 360 }, { 6 * DAY + 22 * 60, 360 } },
	{ "08:00-12:00, 13:00-17:00", 14, { 480, 720 },
		{ 6 * DAY + 780, 6 * DAY + 1020 } },
	{ "Sun 22:00-00:00", 1, { 6 * DAY + 22 * 60, 7 * DAY },
		{ 6 * DAY + 22 * 60, 7 * DAY } },
	{ "Sun 22:00-06:00", 1, { 6 * DAY + 22 * 60, 360 }, { 6 * DAY + 22 * 60, 360 } },
	{ "Sat,Mon", 2, { 0, DAY }, { 5 * DAY, 6 * DAY } },
	{ "Fri,Sat 22:00-06:00, Mon 00:00-08:00", 3, { 4 * DAY + 1320, 5 * DAY + 360 },
		{ 0, 480 } },
	{ "Mon-Sun 00:00-24:00", 7, { 0, DAY }, { 6 * DAY, 7 * DAY } },
	{ "Mon-Fri 08:00-18:00 Europe/Berlin", 5, { 480, 1080 },
		{ 4 * DAY + 480, 4 * DAY + 1080 } },
};

static void
check_when(const struct when_case *c)
{
	struct conf conf = { .world = conf_text_world() };
	struct conf_problems problems = { 0 };
	struct conf_reader r = { .arena = &conf.arena, .problems = &problems };
	struct conf_node node = {
		.type = CONF_STRING, .name = "when", .string = c->text
	};
	struct jit_when when;

	ASSERT_TRUE(conf_add_host_zone(&r, &conf));
	ASSERT_TRUE(conf_read_when(&r, &node, &conf, &when));
	ASSERT_EQ_UINT(when.n, c->n);
	ASSERT_EQ_INT(when.ranges[0].start, c->first.start);
	ASSERT_EQ_INT(when.ranges[0].end, c->first.end);
	ASSERT_EQ_INT(when.ranges[c->n - 1].start, c->last.start);
	ASSERT_EQ_INT(when.ranges[c->n - 1].end, c->last.end);
	ASSERT_EQ_UINT(when.zone, strchr(c->text, '/') ? 1 : 0);
	conf_done(&conf);
	conf_problems_done(&problems);
}

static void
test_when_means_what_is_written(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(when_cases); i++) {
		test_row(when_cases[i].text);
		check_when(&when_cases[i]);
	}
	test_row(NULL);
}

struct moment {
	const char *when, *at;
	bool want;
};

/* Written in the zone, judged in UTC. 2027: the first of January is a Friday; in Berlin
 * summer is from 28 March to 31 October, in Lord Howe half an hour begins on 3 October. */
#define OFFICE "Mon-Fri 08:00-18:00 Europe/Berlin"
#define NIGHT "Sat 22:00-06:00 Europe/Berlin"
#define TWO "Sun 02:00-03:00 Europe/Berlin"
#define PARTY "Fri,Sat 22:00-06:00 Etc/UTC"
#define ISLAND "Sun 01:30-02:00, Sun 02:00-02:30 Australia/Lord_Howe"
static const struct moment moments[] = {
	{ OFFICE, "2027-01-04T06:59:59Z", false },
	{ OFFICE, "2027-01-04T07:00:00Z", true },
	{ OFFICE, "2027-01-04T16:59:59Z", true },
	{ OFFICE, "2027-01-04T17:00:00Z", false },
	{ OFFICE, "2027-01-02T12:00:00Z", false },
	{ OFFICE, "2027-07-05T05:59:59Z", false },
	{ OFFICE, "2027-07-05T06:00:00Z", true },
	{ OFFICE, "2027-07-05T16:00:00Z", false },
	{ OFFICE, "2040-07-06T06:00:00Z", true },
	/* the night in which an hour is missing, and that in which one comes twice */
	{ NIGHT, "2027-03-27T20:59:59Z", false },
	{ NIGHT, "2027-03-27T21:00:00Z", true },
	{ NIGHT, "2027-03-28T03:59:59Z", true },
	{ NIGHT, "2027-03-28T04:00:00Z", false },
	{ NIGHT, "2027-10-30T20:00:00Z", true },
	{ NIGHT, "2027-10-31T04:59:59Z", true },
	{ NIGHT, "2027-10-31T05:00:00Z", false },
	{ TWO, "2027-03-28T00:59:59Z", false },
	{ TWO, "2027-03-28T01:00:00Z", false },
	{ TWO, "2027-10-30T23:59:59Z", false },
	{ TWO, "2027-10-31T00:00:00Z", true },
	{ TWO, "2027-10-31T01:59:59Z", true },
	{ TWO, "2027-10-31T02:00:00Z", false },
	{ PARTY, "2027-01-01T21:59:59Z", false },
	{ PARTY, "2027-01-01T22:00:00Z", true },
	{ PARTY, "2027-01-02T05:59:59Z", true },
	{ PARTY, "2027-01-02T06:00:00Z", false },
	{ PARTY, "2027-01-03T05:59:59Z", true },
	{ PARTY, "2027-01-03T22:00:00Z", false },
	{ ISLAND, "2027-10-02T15:29:59Z", true },
	{ ISLAND, "2027-10-02T15:30:00Z", false },
	{ "Mon Asia/Kathmandu", "2027-01-03T18:14:59Z", false },
	{ "Mon Asia/Kathmandu", "2027-01-03T18:15:00Z", true },
	{ "Mon Asia/Kathmandu", "2027-01-04T18:15:00Z", false },
};

static void
check_moment(const struct moment *moment)
{
	struct conf conf = { .world = conf_text_world() };
	struct conf_problems problems = { 0 };
	struct conf_reader r = { .arena = &conf.arena, .problems = &problems };
	struct conf_node node = {
		.type = CONF_STRING, .name = "when", .string = moment->when
	};
	struct jit_when when;
	int64_t sec;

	ASSERT_TRUE(conf_add_host_zone(&r, &conf));
	ASSERT_TRUE(conf_read_when(&r, &node, &conf, &when));
	ASSERT_OK(jit_parse_time(moment->at, &sec));
	ASSERT_EQ_INT(
		jit_when_holds(&when, &conf.globals.zones[when.zone], sec), moment->want);
	conf_done(&conf);
	conf_problems_done(&problems);
}

static void
test_when_holds_in_its_zone_on_every_day(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(moments); i++) {
		test_row(moments[i].at);
		check_moment(&moments[i]);
	}
	test_row(NULL);
}

#define WHEN(text) ALICE "approval = \"auto\"; when = \"" text "\"; }"
#define WHEN_AT "jit.conf:5:82: when: "
#define NEITHER                                                                          \
	" is neither days (Mon, Mon-Fri), nor hours (08:00-18:00), nor a time zone of "  \
	"this "                                                                          \
	"host (Europe/Berlin)"
static const struct rule_case bad_when_cases[] = {
	{ WHEN("mon 08:00-12:00"),
		WHEN_AT "\"mon\"" NEITHER "; did you mean \"Mon\"?\n" },
	{ WHEN("Mon-Fri 8:00-18:00"), WHEN_AT "\"8:00-18:00\"" NEITHER "\n" },
	{ WHEN("Mon 08:00-25:00"), WHEN_AT "\"08:00-25:00\"" NEITHER "\n" },
	{ WHEN("Mon 08:00-12:00, 13:00-17:00"),
		WHEN_AT "\"13:00-17:00\": write the days of these hours before them\n" },
	{ WHEN("08:00-12:00, Mon 13:00-17:00"),
		WHEN_AT "\"Mon\": name the days of the hours before it, too\n" },
	{ WHEN("Mon Wed 08:00-12:00"),
		WHEN_AT "\"Wed\": a comma is missing before it\n" },
	{ WHEN("Mon, 08:00-12:00"),
		WHEN_AT "\"08:00-12:00\": no comma between days and their hours\n" },
	{ WHEN("Mon 08:00-08:00"),
		WHEN_AT "\"08:00-08:00\": these hours are empty; the whole "
			"day is written without hours\n" },
	{ WHEN("Mon 08:00-12:00,"), WHEN_AT "\"Mon 08:00-12:00,\": a comma too many\n" },
	{ WHEN("Europe/Berlin"),
		WHEN_AT "\"Europe/Berlin\": a time zone stands at the end, once\n" },
	{ WHEN("Mon Europe/Berlin 08:00-12:00"),
		WHEN_AT "\"08:00-12:00\": nothing stands behind the time zone\n" },
	{ WHEN("Mon ../../../etc/localtime"),
		WHEN_AT "\"../../../etc/localtime\"" NEITHER "\n" },
	{ WHEN("Mon Europe"), WHEN_AT "\"Europe\"" NEITHER "\n" },
	{ WHEN(""), WHEN_AT "\"\": no time at all; leave when out for always\n" },
};

static void
test_when_mistakes(void)
{
	check_cases(bad_when_cases, ARRAY_SIZE(bad_when_cases));
}

/* ---- files ---- */

static const char *
check_two(const char *first, const char *second)
{
	struct conf_problems problems = { 0 };
	struct conf_sources sources = { 0 };
	struct conf_world world = conf_text_world();
	const char *found;
	struct conf conf;

	conf_text_add(&sources, "jit.conf", first);
	conf_text_add(&sources, "conf.d/10.conf", second);
	conf_sources_seal(&sources);
	conf_load_sources(&sources, &world, &conf, &problems);
	found = conf_text_problems(&problems);
	conf_done(&conf);
	conf_problems_done(&problems);
	return found;
}

#define WHOLE                                                                            \
	HEAD_TEXT                                                                        \
	"rules = ( { name = \"zero\"; who = [ \"zoe\" ]; roles = [ \"root\" ]; "         \
	"approval = \"approvers\"; approvers = [ \"@secops\" ]; } );\n"

static void
test_drop_ins_add_up(void)
{
	ASSERT_EQ_STR(
		check_two(WHOLE,
			"roles = { extra = { login = true; run_as = \"self\"; }; };\n"
			"approver_groups = { web = [ \"erin\" ]; };\n"
			"rules = ( { name = \"r\"; who = [ \"bob\" ]; roles = [ "
			"\"extra\", "
			"\"login\" ]; approval = \"approvers\"; approvers = [ \"@web\", "
			"\"@secops\" ]; } );\n"),
		"");
	ASSERT_EQ_STR(check_two(WHOLE, "mode = \"observe\";\n"),
		"conf.d/10.conf:1:1: \"mode\" is set already, at " JIT_ETC_DIR
		"/jit.conf:1\n");
	ASSERT_EQ_STR(check_two(WHOLE, "roles = { packages = { login = true; }; };\n"),
		"conf.d/10.conf:1:11: a second role with the name \"packages\"\n");
	/* while one file cannot be read, nothing is said about what it may hold */
	ASSERT_EQ_STR(check_two(HEAD_TEXT
			      "rules = ( { name = \"r\"; who = [ \"b\" ]; roles = [ "
			      "\"extra\" ]; approval = \"auto\"; } );\n",
			      "roles = { extra = { login = true; }\n"),
		"conf.d/10.conf:1:9: this { is never closed: } is missing\n");
}

TEST_MAIN(TEST(test_rule_mistakes), TEST(test_rules_that_never_match),
	TEST(test_rules_that_never_match_for_their_way),
	TEST(test_when_means_what_is_written),
	TEST(test_when_holds_in_its_zone_on_every_day), TEST(test_when_mistakes),
	TEST(test_drop_ins_add_up))
