/*
 * libjit/decide.c: the decision as a table. Roles and rules are made here, in memory: the
 * decision is a pure function.
 */
#include "libjit/decide.h"
#include "test.h"

#define WORDS(...)                                                                       \
	{                                                                                \
		.n = sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *),     \
		.v = (const char *[]){ __VA_ARGS__ },                                    \
	}
#define BOOT "0123456789abcdef0123456789abcdef"
#define OTHER_BOOT "fedcba9876543210fedcba9876543210"
enum { NOW = 1800000000, BOOT_MS = 5000000 };

/* By name, as a view holds them. */
enum { CHOICE, LOGIN, PACKAGES, ROOT };

static struct jit_role roles[] = {
	[CHOICE] = { .name = "choice",
		.run_as = WORDS("www-data", "postgres"),
		.n_commands = 1,
		.commands = (struct jit_strv[]){ WORDS("/usr/bin/id") },
		.max_sec = 3600 },
	[LOGIN] = { .name = "login",
		.run_as = WORDS("self"),
		.login = true,
		.max_sec = 14400 },
	[PACKAGES] = { .name = "packages",
		.run_as = WORDS("root"),
		.n_commands = 1,
		.commands = (struct jit_strv[]){ WORDS(
			"/usr/bin/apt-get", "install", "[a-z0-9]*...") },
		.max_sec = 1800,
		.default_sec = 600 },
	[ROOT] = { .name = "root",
		.run_as = WORDS("root"),
		.n_commands = 1,
		.commands = (struct jit_strv[]){ WORDS("*") },
		.shell = true,
		.max_sec = 7200 },
};

/* Monday 00:00 to 00:01: NOW (2027-01-15, a Friday) lies outside. */
static struct jit_when_range monday[] = { { 0, 1 } };
static struct jit_zone_change utc_changes[] = { { 0, 0 } };
static struct jit_zone zones[] = {
	{ .name = "", .n_changes = 1, .changes = utc_changes }
};

static struct jit_rule base_rules[] = {
	{ .name = "auto",
		.number = 0,
		.who = WORDS("%developers"),
		.on = WORDS("work*"),
		.roles = WORDS("packages"),
		.approval = JIT_APPROVAL_AUTO },
	{ .name = "approvers",
		.number = 1,
		.who = WORDS("bob"),
		.roles = WORDS("login", "root", "choice"),
		.approval = JIT_APPROVAL_APPROVERS,
		.approvals = 1,
		.approvers = WORDS("carol", "bob") },
};

static struct jit_globals globals;
static struct jit_subject subject;
static struct jit_rule rules[4];
static struct jit_policy_view view;
static struct jit_now now;
static struct jit_request request;
static struct jit_held held;
static struct jit_facts facts;

/* Words that outlive the function that names them. */
static struct jit_strv
words(const char *a, const char *b, const char *c)
{
	static const char *kept[16][3];
	static size_t at;
	const char **v = kept[at++ % 16];

	v[0] = a;
	v[1] = b;
	v[2] = c;
	return (struct jit_strv){ .n = b ? c ? 3 : 2 : 1, .v = v };
}

/* A world in which bob holds carol's grant of role login since a minute. */
static void
world(void)
{
	static const char *labels[] = { "workstation", "prod" };
	static const char *whos[] = { "bob", "%developers", "#1001", "*" };

	globals = (struct jit_globals){ .host = "web1",
		.mode = JIT_MODE_ENFORCE,
		.max_sec = 28800,
		.labels = { 2, labels },
		.n_zones = 1,
		.zones = zones };
	subject = (struct jit_subject){ .name = "bob", .uid = 1002, .whos = { 4, whos } };
	memcpy(rules, base_rules, sizeof(base_rules));
	view = (struct jit_policy_view){ .globals = &globals,
		.n_rules = 2,
		.rules = rules,
		.n_roles = ARRAY_SIZE(roles),
		.roles = roles };
	now = (struct jit_now){ .wall_sec = NOW, .boot_ms = BOOT_MS, .boot_id = BOOT };
	request = (struct jit_request){ .kind = JIT_KIND_LOGIN, .target = "bob" };
	held = (struct jit_held){
		.grant = { .iss = "carol",
			.sub = "bob",
			.aud = "web1",
			.role = "login",
			.via = JIT_VIA_DIRECT,
			.iat = NOW - 60,
			.nbf = NOW - 60,
			.exp = NOW + 7200,
			.dur = 3600,
			.start_by = NOW + 3600 },
		.start_sec = NOW - 60,
		.start_boot = BOOT,
		.start_boot_ms = BOOT_MS - 60000,
	};
	facts = (struct jit_facts){ .view = &view,
		.subject = &subject,
		.request = &request,
		.held = &held,
		.n_held = 1,
		.now = &now };
}

static struct jit_decision
decide(void)
{
	struct jit_decision d;
	enum jit_verdict verdict = jit_decide(&facts, &d);

	ASSERT_EQ_INT(verdict, d.verdict);
	return d;
}

/* ---- held grants: the good one, and every way to spoil it ---- */

static void
test_a_held_grant_allows(void)
{
	struct jit_decision d;

	world();
	d = decide();
	ASSERT_EQ_INT(d.verdict, JIT_ALLOW);
	ASSERT_EQ_INT(d.reason, JIT_WHY_GRANT_HELD);
	ASSERT_EQ_STR(d.rule->name, "approvers");
	ASSERT_EQ_STR(d.role->name, "login");
	ASSERT_EQ_STR(d.target, "bob");
	ASSERT_EQ_INT(d.end_ms, BOOT_MS + 3540000);
}

static void
spoil_sub(void)
{
	strcpy(held.grant.sub, "alice");
}
static void
spoil_aud(void)
{
	strcpy(held.grant.aud, "web2");
}
static void
spoil_label(void)
{
	strcpy(held.grant.aud, "@staging");
}
static void
spoil_role(void)
{
	strcpy(held.grant.role, "root");
}
static void
spoil_no_role(void)
{
	strcpy(held.grant.role, "gone");
}
static void
spoil_issuer(void)
{
	strcpy(held.grant.iss, "dave");
}
static void
spoil_own(void)
{
	strcpy(held.grant.iss, "bob");
}
static void
spoil_host_signs(void)
{
	held.grant.by_host = true;
}
static void
spoil_ended(void)
{
	held.ended = true;
}
static void
spoil_clock(void)
{
	facts.clock_back = true;
}
static void
spoil_over(void)
{
	held.start_sec = NOW - 3600;
}
static void
spoil_boot_over(void)
{
	held.start_boot_ms = BOOT_MS - 3600000;
}
static void
spoil_exp(void)
{
	held.grant.exp = NOW;
}
static void
spoil_not_begun(void)
{
	held.start_boot_ms = BOOT_MS + 1;
}
static void
spoil_other_boot(void)
{
	strcpy(held.start_boot, OTHER_BOOT);
	held.start_sec = NOW + 1;
}
static void
spoil_used_up(void)
{
	held.grant.uses = held.used = 1;
}
static void
spoil_cmd(void)
{
	held.grant.cmd = words("/x", NULL, NULL);
}
static void
spoil_target(void)
{
	request.target = "alice";
}
static void
spoil_as(void)
{
	strcpy(held.grant.as, "root");
}
static void
spoil_no_rule(void)
{
	view.n_rules = 1;
}
static void
spoil_rule_who(void)
{
	rules[1].who = words("alice", NULL, NULL);
}
static void
spoil_rule_on(void)
{
	rules[1].on = words("db*", NULL, NULL);
}
static void
spoil_rule_when(void)
{
	rules[1].when = (struct jit_when){ .n = 1, .ranges = monday };
}
static void
spoil_rule_two(void)
{
	rules[1].approvals = 2;
}
static void
spoil_rule_deny_first(void)
{
	rules[2] = rules[1];
	rules[1].name = "deny";
	rules[1].approval = JIT_APPROVAL_DENY;
	view.n_rules = 3;
}
static void
spoil_rule_other_first(void)
{
	rules[2] = rules[1];
	rules[1].approvers = words("dave", NULL, NULL);
	view.n_rules = 3;
}
static void
spoil_asked_role(void)
{
	request.role = "root";
}
static void
spoil_kind_switch(void)
{
	request.kind = JIT_KIND_SWITCH;
}
static void
spoil_kind_sudo(void)
{
	request.kind = JIT_KIND_SUDO;
}
static void
spoil_kind_command(void)
{
	request.kind = JIT_KIND_COMMAND;
}

static void
test_every_spoiled_grant_denies(void)
{
#define ROW(f)                                                                           \
	{                                                                                \
#f, f                                                                    \
	}
	static const struct {
		const char *name;
		void (*spoil)(void);
	} rows[] = { ROW(spoil_sub), ROW(spoil_aud), ROW(spoil_label), ROW(spoil_role),
		ROW(spoil_no_role), ROW(spoil_issuer), ROW(spoil_own),
		ROW(spoil_host_signs), ROW(spoil_ended), ROW(spoil_clock),
		ROW(spoil_over), ROW(spoil_boot_over), ROW(spoil_exp),
		ROW(spoil_not_begun), ROW(spoil_other_boot), ROW(spoil_used_up),
		ROW(spoil_cmd), ROW(spoil_target), ROW(spoil_as), ROW(spoil_no_rule),
		ROW(spoil_rule_who), ROW(spoil_rule_on), ROW(spoil_rule_when),
		ROW(spoil_rule_two), ROW(spoil_rule_deny_first),
		ROW(spoil_rule_other_first), ROW(spoil_asked_role),
		ROW(spoil_kind_switch), ROW(spoil_kind_sudo), ROW(spoil_kind_command) };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_decision d;

		world();
		rows[i].spoil();
		test_row(rows[i].name);
		d = decide();
		ASSERT_EQ_INT(d.verdict, JIT_DENY);
		ASSERT_TRUE(d.grant == NULL);
	}
	test_row(NULL);
}

static void
test_a_label_reaches_the_host(void)
{
	world();
	strcpy(held.grant.aud, "@prod");
	ASSERT_EQ_INT(decide().verdict, JIT_ALLOW);
}

static void
test_when_is_judged_at_the_start_and_never_cuts(void)
{
	world();
	rules[1].when = (struct jit_when){ .n = 1, .ranges = monday };
	/* it began on Monday 2027-01-11 00:00:30, and is long enough to last */
	held.start_sec = 1799625630;
	held.grant.iat = held.grant.nbf = held.start_sec;
	held.grant.dur = NOW - held.start_sec + 100;
	strcpy(held.start_boot, OTHER_BOOT);
	roles[LOGIN].max_sec = 0;
	globals.max_sec = 0;
	/* the compiled ceiling is shorter: over, although `when` held at its start */
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
	now.wall_sec = held.start_sec + 86399;
	ASSERT_EQ_INT(decide().verdict, JIT_ALLOW);
	now.wall_sec++;
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
	roles[LOGIN].max_sec = 14400;
}

/* A deny rule's own hours are judged now, also for a grant that began outside of them. */
static void
test_a_deny_rule_is_judged_now(void)
{
	world();
	rules[2] = rules[1];
	rules[1].approval = JIT_APPROVAL_DENY;
	rules[1].when = (struct jit_when){ .n = 1, .ranges = monday };
	view.n_rules = 3;
	ASSERT_EQ_INT(decide().verdict, JIT_ALLOW);
	/* the grant began on Sunday 23:59:50, it is Monday 00:00:30 */
	now.wall_sec = 1799625630;
	held.start_sec = now.wall_sec - 40;
	held.grant.iat = held.grant.nbf = held.start_sec;
	held.start_boot_ms = now.boot_ms - 40000;
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
	now.wall_sec += 60;
	now.boot_ms += 60000;
	ASSERT_EQ_INT(decide().verdict, JIT_ALLOW);
}

static void
test_the_policy_of_now_shortens(void)
{
	world();
	rules[1].max_sec = 61;
	ASSERT_EQ_INT(decide().end_ms, BOOT_MS + 1000);
	rules[1].max_sec = 60;
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
}

static void
test_boundaries_of_the_window(void)
{
	world();
	now.wall_sec = NOW - 60 + 3599;
	now.boot_ms = BOOT_MS - 60000 + 3599999;
	ASSERT_EQ_INT(decide().verdict, JIT_ALLOW);
	now.boot_ms++;
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
	now.boot_ms--;
	now.wall_sec++;
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
}

/* CVE-2013-1775: the wall clock set back inside a boot lengthens nothing. */
static void
test_a_clock_set_back_lengthens_nothing(void)
{
	world();
	now.wall_sec = NOW - 4000;
	now.boot_ms = BOOT_MS - 60000 + 3600000;
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
}

static void
hold_auto(void)
{
	world();
	held.grant = (struct jit_grant){ .iss = "host",
		.by_host = true,
		.sub = "bob",
		.aud = "web1",
		.role = "packages",
		.via = JIT_VIA_AUTO,
		.iat = NOW,
		.boot = BOOT,
		.from_ms = BOOT_MS - 1000,
		.to_ms = BOOT_MS + 1000 };
	held.start_sec = NOW;
	request = (struct jit_request){ .kind = JIT_KIND_COMMAND,
		.argv = words("/usr/bin/apt-get", "install", "vim") };
}

static void
test_the_hosts_own_grant(void)
{
	struct jit_decision d;

	hold_auto();
	facts.clock_back = true; /* needs no wall clock */
	now.wall_sec = 5;
	d = decide();
	ASSERT_EQ_INT(d.reason, JIT_WHY_GRANT_HELD);
	ASSERT_EQ_INT(d.end_ms, BOOT_MS + 1000);
	hold_auto();
	strcpy(held.grant.boot, OTHER_BOOT);
	ASSERT_EQ_INT(decide().reason, JIT_WHY_RULE_AUTO);
	hold_auto();
	now.boot_ms = BOOT_MS + 1000;
	ASSERT_EQ_INT(decide().reason, JIT_WHY_RULE_AUTO);
	hold_auto();
	rules[0].approval = JIT_APPROVAL_APPROVERS; /* no longer by itself */
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
}

/* ---- asking ---- */

struct ask {
	const char *name;
	const char *argv[4];
	const char *role, *target, *reason;
	int64_t duration;
	enum jit_verdict verdict;
	enum jit_reason why;
	int64_t gets;
};

static void
test_asking(void)
{
	static const struct ask rows[] = {
		{ "auto", { "/usr/bin/apt-get", "install", "vim" }, .verdict = JIT_ALLOW,
			.why = JIT_WHY_RULE_AUTO, .gets = 600 },
		{ "auto, shorter", { "/usr/bin/apt-get", "install", "vim" },
			.duration = 60, .verdict = JIT_ALLOW, .why = JIT_WHY_RULE_AUTO,
			.gets = 60 },
		{ "auto, the longest", { "/usr/bin/apt-get", "install", "vim" },
			.duration = 1800, .verdict = JIT_ALLOW, .why = JIT_WHY_RULE_AUTO,
			.gets = 1800 },
		{ "too long", { "/usr/bin/apt-get", "install", "vim" }, .duration = 1801,
			.why = JIT_WHY_TOO_LONG, .gets = 1801 },
		{ "an option slips in", { "/usr/bin/apt-get", "install", "-o" },
			.why = JIT_WHY_NEEDS_APPROVAL, .gets = 3600 },
		{ "role asked for", { "/usr/bin/apt-get", "install", "vim" },
			.role = "root", .why = JIT_WHY_NEEDS_APPROVAL, .gets = 3600 },
		{ "role that does not cover", { "/usr/bin/vim" }, .role = "packages",
			.why = JIT_WHY_NO_ROLE },
		{ "role that is none", { "/usr/bin/vim" }, .role = "nosuch",
			.why = JIT_WHY_NO_ROLE },
		{ "as somebody", { "/usr/bin/id" }, .target = "postgres",
			.why = JIT_WHY_NEEDS_APPROVAL, .gets = 3600 },
		{ "as nobody's target", { "/usr/bin/id" }, .target = "mail",
			.why = JIT_WHY_NO_ROLE },
		{ "any command", { "/usr/bin/vim" }, .why = JIT_WHY_NEEDS_APPROVAL,
			.gets = 3600 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct ask *row = &rows[i];
		struct jit_decision d;

		world();
		facts.n_held = 0;
		request = (struct jit_request){ .kind = JIT_KIND_COMMAND,
			.role = row->role,
			.target = row->target,
			.reason = row->reason,
			.duration_sec = row->duration,
			.argv.v = (const char **)row->argv };
		while (row->argv[request.argv.n])
			request.argv.n++;
		test_row(row->name);
		d = decide();
		ASSERT_EQ_INT(d.verdict, row->verdict);
		ASSERT_EQ_STR(jit_reason_name(d.reason), jit_reason_name(row->why));
		ASSERT_EQ_INT(d.duration_sec, row->gets);
	}
	test_row(NULL);
}

static void
ask_packages(void)
{
	world();
	facts.n_held = 0;
	request = (struct jit_request){ .kind = JIT_KIND_COMMAND,
		.argv = words("/usr/bin/apt-get", "install", "vim") };
	view.n_rules = 1;
}

static void
test_host_time_and_who_of_a_rule(void)
{
	ask_packages();
	ASSERT_EQ_INT(decide().verdict, JIT_ALLOW);
	rules[0].on = words("db*", NULL, NULL);
	ASSERT_EQ_INT(decide().reason, JIT_WHY_NO_RULE);
	ask_packages();
	rules[0].when = (struct jit_when){ .n = 1, .ranges = monday };
	ASSERT_EQ_INT(decide().reason, JIT_WHY_NO_RULE);
	now.wall_sec = 1799625630; /* Monday 00:00:30 */
	ASSERT_EQ_INT(decide().verdict, JIT_ALLOW);
	rules[0].when.zone = 7; /* a zone that is not there */
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
	ask_packages();
	rules[0].who = words("%secops", "alice", "#77");
	ASSERT_EQ_INT(decide().reason, JIT_WHY_NO_ROLE);
	rules[0].who = words("#1001", NULL, NULL);
	ASSERT_EQ_INT(decide().verdict, JIT_ALLOW);
	rules[0].who = words("*", NULL, NULL);
	ASSERT_EQ_INT(decide().verdict, JIT_ALLOW);
}

static void
test_the_first_rule_decides(void)
{
	ask_packages();
	rules[1] = rules[0];
	rules[0].approval = JIT_APPROVAL_DENY;
	view.n_rules = 2;
	ASSERT_EQ_INT(decide().reason, JIT_WHY_RULE_DENIES);
	rules[0].approval =
		JIT_APPROVAL_BREAK_GLASS; /* another way of asking: passed over */
	ASSERT_EQ_INT(decide().reason, JIT_WHY_RULE_AUTO);
	rules[0].approval = (enum jit_approval)77;
	ASSERT_EQ_STR(decide().rule->name, "auto");
}

static void
test_a_reason_where_one_is_required(void)
{
	ask_packages();
	rules[0].reason_required = true;
	ASSERT_EQ_INT(decide().reason, JIT_WHY_NEEDS_REASON);
	request.reason = "";
	ASSERT_EQ_INT(decide().reason, JIT_WHY_NEEDS_REASON);
	request.reason = "OPS-1";
	ASSERT_EQ_INT(decide().reason, JIT_WHY_RULE_AUTO);
}

static void
test_zero_denies(void)
{
	const struct jit_decision zero = { 0 };
	struct jit_policy_view nothing = { .globals = &globals };

	ASSERT_EQ_INT(zero.verdict, JIT_DENY);
	world();
	facts.view = &nothing;
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
	ASSERT_TRUE(JIT_ALLOW != 1);
}

static void
test_mode(void)
{
	struct jit_rule rule = { 0 };

	world();
	ASSERT_EQ_INT(jit_decision_mode(&globals, NULL, NOW), JIT_MODE_ENFORCE);
	globals.mode = JIT_MODE_OBSERVE;
	globals.observe_until = NOW + 1;
	ASSERT_EQ_INT(jit_decision_mode(&globals, NULL, NOW), JIT_MODE_OBSERVE);
	ASSERT_EQ_INT(jit_decision_mode(&globals, NULL, NOW + 1), JIT_MODE_ENFORCE);
	rule.mode = JIT_MODE_ENFORCE;
	ASSERT_EQ_INT(jit_decision_mode(&globals, &rule, NOW), JIT_MODE_ENFORCE);
	globals.mode = JIT_MODE_NONE; /* damaged */
	ASSERT_EQ_INT(jit_decision_mode(&globals, NULL, NOW), JIT_MODE_ENFORCE);
}

static void
test_privileged(void)
{
	gid_t gids[] = { 1002, 27 }, sudo[] = { 27 };

	world();
	ASSERT_FALSE(jit_subject_is_privileged(&globals, &subject));
	globals.privileged_users = words("bob", NULL, NULL);
	ASSERT_TRUE(jit_subject_is_privileged(&globals, &subject));
	world();
	globals.privileged_shared = words("bob", NULL, NULL);
	ASSERT_TRUE(jit_subject_is_privileged(&globals, &subject));
	world();
	globals.privileged_groups = words("%wheel", "%developers", NULL); /* by name */
	ASSERT_TRUE(jit_subject_is_privileged(&globals, &subject));
	globals.privileged_groups = words("%wheel", NULL, NULL);
	ASSERT_FALSE(jit_subject_is_privileged(&globals, &subject));
	globals.n_privileged_gids = 1;
	globals.privileged_gids = sudo;
	subject.n_gids = 2;
	subject.gids = gids;
	ASSERT_TRUE(jit_subject_is_privileged(&globals, &subject));
	gids[1] = 28;
	ASSERT_FALSE(jit_subject_is_privileged(&globals, &subject));
	subject.uid = 0; /* whatever its name */
	ASSERT_TRUE(jit_subject_is_privileged(&globals, &subject));
}

/* ---- no input makes it allow without a rule and, for a grant, a valid one ---- */

static uint32_t seed = 12345;

static uint32_t
next(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static void
shuffle_world(void)
{
	static const char *const names[] = { "bob", "carol", "dave", "host", "web1",
		"@prod", "login", "root", "packages", "choice", "" };
#define PICK names[next(ARRAY_SIZE(names))]
#define SOMETIMES(change)                                                                \
	do {                                                                             \
		if (next(6) == 0)                                                        \
			change;                                                          \
	} while (0)
	world();
	if (next(2))
		hold_auto();
	SOMETIMES(request.kind = (enum jit_kind)next(5));
	SOMETIMES(request.target = PICK);
	SOMETIMES(request.role = PICK);
	SOMETIMES(request.argv = words("/usr/bin/id", NULL, NULL));
	SOMETIMES(request.duration_sec = (int64_t)next(40000) - 20000);
	SOMETIMES(strcpy(held.grant.iss, PICK));
	SOMETIMES(strcpy(held.grant.sub, PICK));
	SOMETIMES(strcpy(held.grant.aud, PICK));
	SOMETIMES(strcpy(held.grant.role, PICK));
	SOMETIMES(held.grant.via = (enum jit_via)next(7));
	SOMETIMES(held.grant.by_host = next(2));
	SOMETIMES(held.grant.dur = (int64_t)next(10000) - 100);
	SOMETIMES(held.grant.exp = NOW + (int64_t)next(10000) - 5000);
	SOMETIMES(held.start_sec = NOW + (int64_t)next(10000) - 5000);
	SOMETIMES(held.start_boot_ms = BOOT_MS + (int64_t)next(10000000) - 5000000);
	SOMETIMES(held.grant.from_ms = BOOT_MS + (int64_t)next(10000) - 5000);
	SOMETIMES(held.grant.to_ms = BOOT_MS + (int64_t)next(10000) - 5000);
	SOMETIMES(strcpy(held.grant.boot, OTHER_BOOT));
	SOMETIMES(held.ended = true);
	SOMETIMES(facts.clock_back = true);
	SOMETIMES(facts.n_held = 0);
	SOMETIMES(view.n_rules = next(3));
	SOMETIMES(rules[0].approval = (enum jit_approval)next(5));
	SOMETIMES(rules[1].approval = (enum jit_approval)next(5));
	SOMETIMES(rules[1].approvals = next(3));
}

static void
check_allowed(const struct jit_decision *d)
{
	const struct jit_grant *g;

	ASSERT_TRUE(view.n_rules > 0 && d->rule && d->role && d->target);
	if (d->reason == JIT_WHY_RULE_AUTO) {
		ASSERT_EQ_INT(d->rule->approval, JIT_APPROVAL_AUTO);
		ASSERT_TRUE(d->duration_sec > 0 && d->duration_sec <= d->max_sec);
		return;
	}
	ASSERT_EQ_INT(d->reason, JIT_WHY_GRANT_HELD);
	g = &d->grant->grant;
	ASSERT_FALSE(d->grant->ended);
	ASSERT_EQ_STR(g->sub, "bob");
	ASSERT_EQ_STR(g->role, d->role->name);
	ASSERT_TRUE(d->end_ms > BOOT_MS);
	if (g->by_host) {
		ASSERT_EQ_INT(d->rule->approval,
			g->via == JIT_VIA_BREAK_GLASS ? JIT_APPROVAL_BREAK_GLASS
						      : JIT_APPROVAL_AUTO);
		ASSERT_EQ_STR(g->boot, BOOT);
	} else {
		ASSERT_EQ_INT(d->rule->approval, JIT_APPROVAL_APPROVERS);
		ASSERT_EQ_STR(g->iss, "carol");
		ASSERT_FALSE(facts.clock_back);
		ASSERT_TRUE(g->exp > NOW);
	}
}

static void
test_nothing_allows_without_rule_and_grant(void)
{
	size_t held_allowed = 0, auto_allowed = 0;

	for (size_t i = 0; i < 300000; i++) {
		struct jit_decision d;

		shuffle_world();
		d = decide();
		if (d.verdict != JIT_ALLOW) {
			ASSERT_EQ_INT(d.verdict, JIT_DENY);
			continue;
		}
		check_allowed(&d);
		if (d.reason == JIT_WHY_GRANT_HELD)
			held_allowed++;
		else
			auto_allowed++;
	}
	/* the shuffle does reach the doors that it watches */
	ASSERT_TRUE(held_allowed > 1000);
	ASSERT_TRUE(auto_allowed > 1000);
}

TEST_MAIN(TEST(test_a_held_grant_allows), TEST(test_every_spoiled_grant_denies),
	TEST(test_a_label_reaches_the_host),
	TEST(test_when_is_judged_at_the_start_and_never_cuts),
	TEST(test_a_deny_rule_is_judged_now), TEST(test_the_policy_of_now_shortens),
	TEST(test_boundaries_of_the_window),
	TEST(test_a_clock_set_back_lengthens_nothing), TEST(test_the_hosts_own_grant),
	TEST(test_asking), TEST(test_host_time_and_who_of_a_rule),
	TEST(test_the_first_rule_decides), TEST(test_a_reason_where_one_is_required),
	TEST(test_zero_denies), TEST(test_mode), TEST(test_privileged),
	TEST(test_nothing_allows_without_rule_and_grant))
