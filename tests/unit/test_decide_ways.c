/*
 * libjit/decide.c, decide_rule.c, decide_role.c: the way of asking, words that a rule
 * wants, break-glass, locks, uses, commands that no role names or that one denies.
 */
#include "decide_world.h"

/* ---- which rule answers which way ---- */

/* One rule of each kind for role deploy, in an order that a row chooses. */
struct order {
	const char *name;
	const char *rules; /* in file order: Deny, Auto, approvers (P), break-Glass */
	enum jit_way way;
	const char *why, *rule;
};

static void
add_rules(const char *letters)
{
	static const char *of_roles[] = { "deploy" };

	for (; *letters; letters++) {
		const struct jit_strv role = { 1, of_roles };

		switch (*letters) {
		case 'D': add_rule("deny", JIT_APPROVAL_DENY, 0, role); break;
		case 'A': add_rule("auto", JIT_APPROVAL_AUTO, 0, role); break;
		case 'P': add_rule("approvers", JIT_APPROVAL_APPROVERS, 1, role); break;
		default: add_rule("break-glass", JIT_APPROVAL_BREAK_GLASS, 0, role);
		}
	}
}

static void
test_the_first_rule_for_the_way(void)
{
	static const struct order rows[] = {
		{ "auto first", "APG", JIT_WAY_PLAIN, "rule-auto", "auto" },
		{ "approvers first", "PAG", JIT_WAY_PLAIN, "needs-approval",
			"approvers" },
		{ "break-glass is another way", "GAP", JIT_WAY_PLAIN, "rule-auto",
			"auto" },
		{ "and nothing else", "G", JIT_WAY_PLAIN, "no-rule", NULL },
		{ "deny first", "DAG", JIT_WAY_PLAIN, "rule-denies", "deny" },
		{ "deny too late", "AD", JIT_WAY_PLAIN, "rule-auto", "auto" },
		{ "--break-glass", "APG", JIT_WAY_BREAK_GLASS, "rule-break-glass",
			"break-glass" },
		{ "--break-glass denied", "ADG", JIT_WAY_BREAK_GLASS, "rule-denies",
			"deny" },
		{ "--break-glass before the deny", "GD", JIT_WAY_BREAK_GLASS,
			"rule-break-glass", "break-glass" },
		{ "--break-glass without a rule", "AP", JIT_WAY_BREAK_GLASS,
			"no-break-glass", NULL },
		{ "--pin without operators", "APG", JIT_WAY_PIN, "no-rule", NULL },
		{ "--pin denied", "DP", JIT_WAY_PIN, "rule-denies", "deny" },
		{ "a way that is none", "APG", (enum jit_way)77, "no-rule", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct order *row = &rows[i];
		struct jit_decision d;

		world();
		add_rules(row->rules);
		request.way = row->way;
		ASK_FOR("/usr/bin/deploy", "web");
		test_row(row->name);
		d = decide();
		ASSERT_EQ_STR(jit_reason_name(d.reason), row->why);
		ASSERT_EQ_STR(d.rule ? d.rule->name : NULL, row->rule);
		ASSERT_EQ_INT(d.verdict,
			strncmp(row->why, "rule-a", 6) == 0 ||
					strncmp(row->why, "rule-b", 6) == 0
				? JIT_ALLOW
				: JIT_DENY);
	}
	test_row(NULL);
}

/* A rule that names operators is found for a PIN; what it gives is a later stage. */
static void
test_pin_is_only_looked_up(void)
{
	struct jit_rule *rule;

	world();
	add_rule("none", JIT_APPROVAL_APPROVERS, 1, STRV("deploy"));
	rule = add_rule("pin", JIT_APPROVAL_APPROVERS, 1, STRV("deploy"));
	rule->operators = STRV("carol");
	request.way = JIT_WAY_PIN;
	ASK_FOR("/usr/bin/deploy", "web");
	ASSERT_EQ_STR(why(), "not-settled");
	ASSERT_TRUE(decide().rule == rule);
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
	add_hosts(JIT_VIA_PIN, "deploy", 5);
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
}

/* Each held token is judged by the first rule for how it came, whatever is asked. */
static void
test_the_first_rule_for_a_token(void)
{
	static const struct {
		const char *name;
		const char *rules;
		enum jit_via via;
		bool holds;
	} rows[] = {
		{ "auto", "AP", JIT_VIA_AUTO, true },
		{ "auto behind approvers", "PA", JIT_VIA_AUTO, false },
		{ "auto behind break-glass", "GA", JIT_VIA_AUTO, true },
		{ "auto behind deny", "DA", JIT_VIA_AUTO, false },
		{ "approval", "P", JIT_VIA_APPROVAL, true },
		{ "approval behind auto", "AP", JIT_VIA_APPROVAL, true },
		{ "approval behind break-glass", "GP", JIT_VIA_APPROVAL, true },
		{ "approval, only break-glass", "GA", JIT_VIA_APPROVAL, false },
		{ "direct", "AP", JIT_VIA_DIRECT, true },
		{ "direct behind deny", "DP", JIT_VIA_DIRECT, false },
		{ "break-glass", "APG", JIT_VIA_BREAK_GLASS, true },
		{ "break-glass, no rule", "AP", JIT_VIA_BREAK_GLASS, false },
		{ "break-glass behind deny", "DG", JIT_VIA_BREAK_GLASS, false },
		{ "PIN", "APG", JIT_VIA_PIN, false },
		{ "none", "APG", JIT_VIA_NONE, false },
		{ "no such", "APG", (enum jit_via)9, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool person =
			rows[i].via == JIT_VIA_APPROVAL || rows[i].via == JIT_VIA_DIRECT;
		struct jit_decision d;

		world();
		add_rules(rows[i].rules);
		if (person)
			add_token("carol", rows[i].via, "deploy", 60);
		else
			add_hosts(rows[i].via, "deploy", 60);
		ASK_FOR("/usr/bin/deploy", "web");
		test_row(rows[i].name);
		d = decide();
		ASSERT_EQ_INT(d.reason == JIT_WHY_GRANT_HELD, rows[i].holds);
		ASSERT_EQ_INT(d.grant != NULL, rows[i].holds);
		/* the other kind of signer may not say so */
		held[0].grant.by_host = !person;
		ASSERT_EQ_INT(decide().reason == JIT_WHY_GRANT_HELD, rows[i].holds);
		held[0].grant.by_host = person;
		ASSERT_TRUE(decide().grant == NULL);
	}
	test_row(NULL);
}

/* ---- reasons and tickets ---- */

static void
test_tickets(void)
{
	static const struct {
		const char *reason;
		bool valid;
	} rows[] = {
		{ "OPS-12 disk full", true },
		{ "OPS-1", true },
		{ "CHG-0: x", true },
		{ "OPS-12.", true },
		{ "OPS-12/CHG-3", true },
		{ "OPS-12-a", true },
		{ "OPS-12a", false },
		{ "OPS-12\xc3\xa9", false },
		{ "OPS-", false },
		{ "OPS- 12", false },
		{ "OPS", false },
		{ "OPS12", false },
		{ "OPS -12", false },
		{ "ops-12", false },
		{ " OPS-12", false },
		{ "XOPS-12", false },
		{ "disk full OPS-12", false },
		{ "OPS-x1", false },
		{ "CHG", false },
		{ "OP-12", false },
		{ "OPSY-12", false },
		{ "-12", false },
		{ "", false },
		{ NULL, false },
	};
	const struct jit_strv keys = WORDS("OPS", "CHG"), none = { 0 }, empty = WORDS("");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		test_row(rows[i].reason);
		ASSERT_EQ_INT(jit_ticket_valid(&keys, rows[i].reason), rows[i].valid);
		ASSERT_TRUE(jit_ticket_valid(&none, rows[i].reason));
		ASSERT_FALSE(jit_ticket_valid(&empty, rows[i].reason));
	}
	test_row(NULL);
}

/* required, tickets, the reason -> what each of the three ways says. */
static void
test_words_that_a_rule_wants(void)
{
	static const struct {
		bool required, ticket;
		const char *reason, *automatic, *approvers, *break_glass;
	} rows[] = {
		{ false, false, NULL, "rule-auto", "needs-approval", "needs-reason" },
		{ false, false, "", "rule-auto", "needs-approval", "needs-reason" },
		{ false, false, "x", "rule-auto", "needs-approval", "rule-break-glass" },
		{ true, false, NULL, "needs-reason", "needs-reason", "needs-reason" },
		{ true, false, "", "needs-reason", "needs-reason", "needs-reason" },
		{ true, false, "x", "rule-auto", "needs-approval", "rule-break-glass" },
		{ false, true, NULL, "needs-reason", "needs-reason", "needs-reason" },
		{ false, true, "x", "needs-ticket", "needs-ticket", "needs-ticket" },
		{ true, true, "x", "needs-ticket", "needs-ticket", "needs-ticket" },
		{ true, true, "OPS-7", "rule-auto", "needs-approval",
			"rule-break-glass" },
	};
	static const enum jit_approval ways[] = { JIT_APPROVAL_AUTO,
		JIT_APPROVAL_APPROVERS, JIT_APPROVAL_BREAK_GLASS };

	for (size_t i = 0; i < ARRAY_SIZE(rows) * 3; i++) {
		const char *const *want = &rows[i / 3].automatic;
		struct jit_rule *rule;
		char row[64];

		world();
		rule = add_rule("r", ways[i % 3], i % 3 == 1, STRV("deploy"));
		rule->reason_required = rows[i / 3].required;
		rule->ticket = STRV("OPS");
		rule->ticket.n = rows[i / 3].ticket;
		request.reason = rows[i / 3].reason;
		request.way = i % 3 == 2 ? JIT_WAY_BREAK_GLASS : JIT_WAY_PLAIN;
		ASK_FOR("/usr/bin/deploy", "web");
		snprintf(row, sizeof(row), "row %zu, way %zu", i / 3, i % 3);
		test_row(row);
		ASSERT_EQ_STR(why(), want[i % 3]);
		request.duration_sec = 7201; /* said first: no reason makes it shorter */
		ASSERT_EQ_STR(why(), "too-long");
	}
	test_row(NULL);
}

static void
test_an_answer_names_all_that_is_needed(void)
{
	struct jit_rule *rule;
	struct jit_decision d;

	world();
	rule = add_rule("r", JIT_APPROVAL_APPROVERS, 2, STRV("deploy"));
	rule->reason_required = true;
	request.reason = NULL;
	roles[DEPLOY].max_uses = 4;
	ASK_FOR("/usr/bin/deploy", "web");
	d = decide();
	ASSERT_EQ_STR(jit_reason_name(d.reason), "needs-reason");
	ASSERT_TRUE(d.rule == rule && d.role == &roles[DEPLOY]);
	ASSERT_EQ_UINT(d.approvals, 2);
	ASSERT_EQ_UINT(d.uses, 4);
	ASSERT_EQ_INT(d.duration_sec, 3600);
	ASSERT_EQ_INT(d.max_sec, 7200);
	ASSERT_EQ_STR(d.target, "root");
}

/* ---- how long ---- */

static void
test_how_long(void)
{
	static const struct {
		enum jit_approval approval;
		int64_t role, rule, global, break_glass, asked;
		int64_t longest, gets;
		bool fits;
	} rows[] = {
		{ JIT_APPROVAL_AUTO, 7200, 0, 28800, 1800, 0, 7200, 3600, true },
		{ JIT_APPROVAL_AUTO, 1800, 0, 28800, 1800, 0, 1800, 1800, true },
		{ JIT_APPROVAL_AUTO, 7200, 600, 28800, 60, 600, 600, 600, true },
		{ JIT_APPROVAL_AUTO, 7200, 600, 28800, 60, 601, 600, 601, false },
		{ JIT_APPROVAL_AUTO, 7200, 0, 500, 60, 0, 500, 500, true },
		{ JIT_APPROVAL_AUTO, 7200, 0, 28800, 60, -1, 7200, -1, false },
		{ JIT_APPROVAL_BREAK_GLASS, 7200, 0, 28800, 1800, 0, 1800, 1800, true },
		{ JIT_APPROVAL_BREAK_GLASS, 7200, 0, 28800, 1800, 1800, 1800, 1800,
			true },
		{ JIT_APPROVAL_BREAK_GLASS, 7200, 0, 28800, 1800, 1801, 1800, 1801,
			false },
		{ JIT_APPROVAL_BREAK_GLASS, 7200, 300, 28800, 1800, 0, 300, 300, true },
		{ JIT_APPROVAL_BREAK_GLASS, 200, 300, 28800, 1800, 0, 200, 200, true },
		{ JIT_APPROVAL_BREAK_GLASS, 7200, 300, 100, 1800, 0, 100, 100, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_decision d;
		char row[16];

		world();
		add_rule("r", rows[i].approval, 0, STRV("deploy"))->max_sec =
			rows[i].rule;
		roles[DEPLOY].max_sec = rows[i].role;
		globals.max_sec = rows[i].global;
		globals.break_glass_max_sec = rows[i].break_glass;
		request.duration_sec = rows[i].asked;
		if (rows[i].approval == JIT_APPROVAL_BREAK_GLASS)
			request.way = JIT_WAY_BREAK_GLASS;
		ASK_FOR("/usr/bin/deploy", "web");
		snprintf(row, sizeof(row), "row %zu", i);
		test_row(row);
		d = decide();
		ASSERT_EQ_INT(d.max_sec, rows[i].longest);
		ASSERT_EQ_INT(d.duration_sec, rows[i].gets);
		ASSERT_EQ_INT(d.verdict == JIT_ALLOW, rows[i].fits);
		ASSERT_EQ_INT(d.reason == JIT_WHY_TOO_LONG, !rows[i].fits);
	}
	test_row(NULL);
}

/* ---- break-glass ---- */

static struct jit_rule *
break_glass(uint32_t approvals)
{
	static const char *of_roles[] = { "deploy" };
	static const char *const argv[] = { "/usr/bin/deploy", "web", NULL };
	struct jit_rule *rule;

	world();
	rule = add_rule("glass", JIT_APPROVAL_BREAK_GLASS, approvals,
		(struct jit_strv){ 1, of_roles });
	request.way = JIT_WAY_BREAK_GLASS;
	ask_for(argv);
	return rule;
}

static void
test_break_glass_alone(void)
{
	struct jit_decision d;

	break_glass(0);
	d = decide();
	ASSERT_EQ_INT(d.verdict, JIT_ALLOW);
	ASSERT_EQ_STR(jit_reason_name(d.reason), "rule-break-glass");
	ASSERT_EQ_INT(d.duration_sec, 1800);
	ASSERT_EQ_UINT(d.approvals, 0);
	request.way = JIT_WAY_PLAIN; /* nobody gets it by asking as usual */
	ASSERT_EQ_STR(why(), "no-rule");
	add_hosts(JIT_VIA_BREAK_GLASS, "deploy", 60);
	d = decide(); /* but what was taken that way is held */
	ASSERT_EQ_STR(jit_reason_name(d.reason), "grant-held");
	ASSERT_EQ_INT(d.end_ms, BOOT_MS + 1740 * 1000);
	request.way = JIT_WAY_BREAK_GLASS;
	ASSERT_EQ_STR(why(), "grant-held");
	now.boot_ms = held[0].grant.to_ms - 1;
	ASSERT_EQ_STR(why(), "grant-held");
	now.boot_ms++;
	ASSERT_EQ_STR(why(), "rule-break-glass");
	now.boot_ms = BOOT_MS;
	globals.break_glass_max_sec = 60; /* the policy of now */
	ASSERT_EQ_STR(why(), "rule-break-glass");
	globals.break_glass_max_sec = 61;
	ASSERT_EQ_STR(why(), "grant-held");
}

static void
test_break_glass_with_a_second_person(void)
{
	struct jit_decision d;

	break_glass(1);
	d = decide();
	ASSERT_EQ_STR(jit_reason_name(d.reason), "needs-approval");
	ASSERT_EQ_UINT(d.approvals, 1);
	add_token("carol", JIT_VIA_BREAK_GLASS, "deploy", 60);
	ASSERT_EQ_STR(why(), "needs-approval"); /* of a request that is not named */
	request.req = "";
	ASSERT_EQ_STR(why(), "needs-approval");
	request.req = OTHER_BOOT;
	ASSERT_EQ_STR(why(), "needs-approval");
	request.req = REQ;
	d = decide();
	ASSERT_EQ_STR(jit_reason_name(d.reason), "rule-break-glass");
	ASSERT_EQ_INT(d.verdict, JIT_ALLOW);
	ASSERT_EQ_INT(d.duration_sec, 1740); /* no longer than carol's lasts here */
	held[0].grant.dur = 90;
	ASSERT_EQ_INT(decide().duration_sec, 30);
	held[0].grant.dur = 60;
	ASSERT_EQ_STR(why(), "needs-approval");
	held[0].grant.dur = 3600;
	request.way = JIT_WAY_PLAIN; /* carol's word alone opens nothing */
	ASSERT_EQ_STR(why(), "no-rule");
}

static void
other_person(void)
{
	strcpy(held[0].grant.iss, "mallory");
}
static void
himself(void)
{
	strcpy(held[0].grant.iss, "bob");
}
static void
unasked(void)
{
	held[0].grant.via = JIT_VIA_DIRECT;
}
static void
for_the_plain_way(void)
{
	held[0].grant.via = JIT_VIA_APPROVAL; /* an answer to another question */
}
static void
by_host(void)
{
	held[0].grant.by_host = true;
}
static void
other_role(void)
{
	strcpy(held[0].grant.role, "root");
}
static void
other_subject(void)
{
	strcpy(held[0].grant.sub, "alice");
}
static void
other_host(void)
{
	strcpy(held[0].grant.aud, "web2");
}
static void
other_target(void)
{
	static const char *both[] = { "root", "www-data" };

	roles[DEPLOY].run_as = (struct jit_strv){ 2, both };
	strcpy(held[0].grant.as, "www-data");
}
static void
other_request(void)
{
	held[0].grant.req[3] = 'f';
}
static void
one_command(void)
{
	static const char *argv[] = { "/usr/bin/deploy", "web" };

	held[0].grant.cmd = (struct jit_strv){ 2, argv };
}
static void
revoked(void)
{
	held[0].ended = true;
}
static void
expired(void)
{
	held[0].grant.exp = NOW;
}
static void
used_up(void)
{
	/* counted for both under their request */
	held[0].grant.uses = 2;
	held[0].used = held[1].used = 2;
}
static void
set_back(void)
{
	facts.clock_back = true;
}
static void
key_locked(void)
{
	add_lock(JIT_LOCK_KEY, "k4.pid.carol");
}
static void
another_rule_first(void)
{
	static const char *erin[] = { "erin" };

	view.n_rules = 2;
	rules[1] = rules[0];
	rules[0].approvers = (struct jit_strv){ 1, erin };
}

/* The same spoilt word both ways: when asked, and behind a grant that is held. */
static void
test_a_second_person_who_did_not_agree(void)
{
#define ROW(f)                                                                           \
	{                                                                                \
#f, f                                                                    \
	}
	static const struct {
		const char *name;
		void (*spoil)(void);
	} rows[] = { ROW(other_person), ROW(himself), ROW(unasked),
		ROW(for_the_plain_way), ROW(by_host), ROW(used_up), ROW(other_role),
		ROW(other_subject), ROW(other_host), ROW(other_target),
		ROW(other_request), ROW(one_command), ROW(revoked), ROW(expired),
		ROW(set_back), ROW(key_locked), ROW(another_rule_first) };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		break_glass(1);
		request.req = REQ;
		add_token("carol", JIT_VIA_BREAK_GLASS, "deploy", 60);
		ASSERT_EQ_STR(why(), "rule-break-glass");
		strcpy(add_hosts(JIT_VIA_BREAK_GLASS, "deploy", 30)->grant.req, REQ);
		ASSERT_EQ_STR(why(), "grant-held");
		test_row(rows[i].name);
		rows[i].spoil();
		if (rows[i].spoil == other_target) {
			strcpy(held[1].grant.as, "root");
			request.target = "root";
		}
		ASSERT_EQ_STR(why(), "needs-approval");
		facts.n_held = 1;
		ASSERT_EQ_STR(why(), "needs-approval");
		test_row(NULL);
	}
}

static void
test_a_held_break_glass_lasts_while_both_hold(void)
{
	struct jit_held *glass;

	break_glass(1);
	add_token("carol", JIT_VIA_BREAK_GLASS, "deploy", 60);
	glass = add_hosts(JIT_VIA_BREAK_GLASS, "deploy", 30);
	ASSERT_EQ_STR(why(), "needs-approval"); /* of no request */
	strcpy(glass->grant.req, REQ);
	ASSERT_EQ_INT(decide().end_ms, BOOT_MS + 1740 * 1000); /* carol's, at most 30m */
	held[0].grant.dur = 100;
	ASSERT_EQ_INT(decide().end_ms, BOOT_MS + 40 * 1000);
	held[0].grant.dur = 3600;
	glass->grant.to_ms = BOOT_MS + 7;
	ASSERT_EQ_INT(decide().end_ms, BOOT_MS + 7);
	glass->ended = true;
	ASSERT_EQ_STR(why(), "needs-approval");
}

/* A second person's agreement is no approval: it opens nothing by itself, and counts for
 * nothing where one just asks. */
static void
test_an_agreement_does_not_open_the_plain_way(void)
{
	struct jit_held *agreed;
	struct jit_decision d;

	break_glass(1);
	add_rule("plain", JIT_APPROVAL_APPROVERS, 1, STRV("deploy"));
	agreed = add_token("carol", JIT_VIA_BREAK_GLASS, "deploy", 60);
	request.way = JIT_WAY_PLAIN;
	ASSERT_EQ_STR(why(), "needs-approval");
	ASSERT_EQ_INT(jit_decide_held(&facts, agreed, &d), JIT_DENY);
	ASSERT_EQ_INT(jit_decide_held_for(&facts, agreed, &d), JIT_DENY);
	rules[1].approvals = 2; /* and is not the half of two */
	add_token("dave", JIT_VIA_APPROVAL, "deploy", 30);
	ASSERT_EQ_STR(why(), "needs-approval");
	ASSERT_EQ_UINT(jit_decide_approvals(&facts, &held[1].grant), 1);
	/* nor the half of two the whole of the emergency */
	agreed->grant.via = JIT_VIA_APPROVAL;
	request.way = JIT_WAY_BREAK_GLASS;
	request.req = REQ;
	held[1].ended = true;
	ASSERT_EQ_STR(why(), "needs-approval");
	rules[1].approvals = 1; /* nor where it is whole for the plain way */
	ASSERT_EQ_STR(why(), "grant-held");
	request.anew = true;
	ASSERT_EQ_STR(why(), "needs-approval");
	agreed->grant.via = JIT_VIA_BREAK_GLASS;
	ASSERT_EQ_STR(why(), "rule-break-glass");
}

/* As often as the second person said, and the role: every use of what was made counts. */
static void
test_how_often_a_second_person_agreed(void)
{
	static const struct {
		const char *name;
		uint32_t agreed, most, used;
		bool stands;
		uint32_t uses;
	} rows[] = {
		{ "any number", 0, 0, 9, true, 0 },
		{ "one left", 3, 0, 2, true, 3 },
		{ "none left", 3, 0, 3, false, 0 },
		{ "one left of the role's", 3, 2, 1, true, 2 },
		{ "none left of the role's", 3, 2, 2, false, 0 },
		{ "none left, the role says more", 1, 2, 1, false, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_held *h;

		test_row(rows[i].name);
		break_glass(1);
		roles[DEPLOY].max_uses = rows[i].most;
		request.req = REQ;
		h = add_token("carol", JIT_VIA_BREAK_GLASS, "deploy", 60);
		h->grant.uses = rows[i].agreed;
		h->used = rows[i].used;
		ASSERT_EQ_STR(
			why(), rows[i].stands ? "rule-break-glass" : "needs-approval");
		if (rows[i].stands)
			ASSERT_EQ_UINT(decide().uses, rows[i].uses);
		h = add_hosts(JIT_VIA_BREAK_GLASS, "deploy", 30);
		strcpy(h->grant.req, REQ);
		h->used = rows[i].used;
		ASSERT_EQ_STR(why(), rows[i].stands ? "grant-held" : "needs-approval");
		if (rows[i].stands)
			ASSERT_EQ_UINT(decide().uses, rows[i].uses);
	}
	test_row(NULL);
}

/* ---- locks ---- */

static void
test_locks_shut(void)
{
	static const struct {
		enum jit_lock_kind kind;
		const char *name;
		const char *held, *asked;
	} rows[] = {
		{ JIT_LOCK_ALL, "", "locked", "locked" },
		{ JIT_LOCK_USER, "bob", "locked", "locked" },
		{ JIT_LOCK_USER, "alice", "grant-held", "needs-approval" },
		{ JIT_LOCK_ROLE, "deploy", "locked", "locked" },
		{ JIT_LOCK_ROLE, "root", "grant-held", "needs-approval" },
		{ JIT_LOCK_ROLE, "bob", "grant-held", "needs-approval" },
		{ JIT_LOCK_KEY, "k4.pid.carol", "needs-approval", "needs-approval" },
		{ JIT_LOCK_KEY, "k4.pid.dave", "grant-held", "needs-approval" },
		{ JIT_LOCK_NONE, "bob", "grant-held", "needs-approval" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_decision d;

		world();
		add_rule("r", JIT_APPROVAL_APPROVERS, 1, STRV("deploy"));
		add_token("carol", JIT_VIA_DIRECT, "deploy", 60);
		add_lock(rows[i].kind, rows[i].name);
		ASK_FOR("/usr/bin/deploy", "web");
		test_row(rows[i].name);
		d = decide();
		ASSERT_EQ_STR(jit_reason_name(d.reason), rows[i].held);
		ASSERT_TRUE(d.lock == (d.reason == JIT_WHY_LOCKED ? lock_list : NULL));
		ASSERT_TRUE(d.reason != JIT_WHY_LOCKED || !d.grant);
		facts.n_held = 0;
		ASSERT_EQ_STR(why(), rows[i].asked);
		facts.locks = NULL;
		ASSERT_EQ_STR(why(), "needs-approval");
	}
	test_row(NULL);
}

static void
test_a_lock_comes_before_everything(void)
{
	world();
	add_lock(JIT_LOCK_USER, "bob");
	ASK_FOR("/usr/bin/deploy", "web"); /* not even a role of his is named */
	ASSERT_EQ_STR(why(), "locked");
	add_rule("auto", JIT_APPROVAL_AUTO, 0, STRV("deploy"));
	ASSERT_EQ_STR(why(), "locked");
	rules[0].approval = JIT_APPROVAL_DENY;
	ASSERT_EQ_STR(why(), "locked");
	rules[0].approval = JIT_APPROVAL_BREAK_GLASS;
	request.way = JIT_WAY_BREAK_GLASS;
	ASSERT_EQ_STR(why(), "locked");
}

static void
test_a_locked_role_covers_nothing(void)
{
	struct jit_decision d;

	world();
	add_rule("first", JIT_APPROVAL_AUTO, 0, STRV("deploy", "root"));
	ASK_FOR("/usr/bin/deploy", "web");
	ASSERT_EQ_STR(decide().role->name, "deploy");
	add_lock(JIT_LOCK_ROLE, "deploy");
	ASSERT_EQ_STR(decide().role->name, "root"); /* what he may have anyway: -R root */
	request.role = "deploy";
	d = decide();
	ASSERT_EQ_STR(jit_reason_name(d.reason), "locked");
	ASSERT_EQ_STR(d.role->name, "deploy");
	ASSERT_EQ_STR(d.rule->name, "first");
	ASSERT_EQ_STR(d.lock->name, "deploy");
	request.role = NULL;
	add_lock(JIT_LOCK_ROLE, "root");
	ASSERT_EQ_STR(decide().lock->name, "deploy"); /* the first that would have been */
}

static void
test_a_lock_opens_nothing(void)
{
	world();
	add_rule("deny", JIT_APPROVAL_DENY, 0, STRV("deploy"));
	add_rule("auto", JIT_APPROVAL_AUTO, 0, STRV("root"));
	ASK_FOR("/usr/bin/deploy", "web");
	ASSERT_EQ_STR(why(), "rule-denies");
	add_lock(JIT_LOCK_ROLE, "deploy"); /* the role; not the denial of it */
	ASSERT_EQ_STR(why(), "rule-denies");
}

/* ---- uses ---- */

static void
test_uses_of_a_role_bound_every_grant(void)
{
	static const struct {
		uint32_t of_grant, of_role, used, uses;
		bool allows;
	} rows[] = {
		{ 0, 0, 99, 0, true },
		{ 3, 0, 2, 3, true },
		{ 3, 0, 3, 3, false },
		{ 0, 2, 1, 2, true },
		{ 0, 2, 2, 2, false },
		{ 3, 2, 1, 2, true },
		{ 3, 2, 2, 2, false },
		{ 2, 3, 1, 2, true },
		{ 2, 3, 2, 2, false },
		{ 1, 1, 0, 1, true },
		{ 1, 1, UINT32_MAX, 1, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		world();
		add_rule("r", JIT_APPROVAL_APPROVERS, 1, STRV("deploy"));
		add_token("carol", JIT_VIA_DIRECT, "deploy", 60);
		held[0].grant.uses = rows[i].of_grant;
		held[0].used = rows[i].used;
		roles[DEPLOY].max_uses = rows[i].of_role;
		ASK_FOR("/usr/bin/deploy", "web");
		ASSERT_EQ_INT(decide().verdict == JIT_ALLOW, rows[i].allows);
		if (rows[i].allows)
			ASSERT_EQ_UINT(decide().uses, rows[i].uses);
	}
}

/* ---- commands that no role names ---- */

static struct jit_rule *
exact(void)
{
	static const char *of_roles[] = { "login", "packages" };
	struct jit_rule *rule;

	world();
	rule = add_rule(
		"exact", JIT_APPROVAL_APPROVERS, 1, (struct jit_strv){ 2, of_roles });
	rule->exact_command = true;
	return rule;
}

static void
test_exact_command_covers_what_no_role_names(void)
{
	struct jit_decision d;

	exact();
	ASK_FOR("/usr/bin/apt-get", "install", "vim");
	d = decide();
	ASSERT_EQ_STR(jit_reason_name(d.reason), "needs-approval");
	ASSERT_FALSE(d.exact_command);
	ASK_FOR("/usr/bin/apt-get", "purge", "vim");
	d = decide();
	ASSERT_EQ_STR(jit_reason_name(d.reason), "needs-approval");
	ASSERT_TRUE(d.exact_command);
	ASSERT_EQ_STR(d.role->name, "packages"); /* login is for logging in */
	ASSERT_EQ_STR(d.target, "root");
	request.target = "postgres";
	ASSERT_EQ_STR(why(), "no-role");
	request.target = NULL;
	request.role = "login";
	ASSERT_EQ_STR(why(), "no-role");
	request.role = NULL;
	request.argv.v = (const char *[]){ "purge" };
	request.argv.n = 1;
	ASSERT_EQ_STR(why(), "no-role"); /* not a path */
	request.argv.n = 0;
	ASSERT_EQ_STR(why(), "no-role");
	rules[0].exact_command = false;
	ASK_FOR("/usr/bin/apt-get", "purge", "vim");
	ASSERT_EQ_STR(why(), "no-role");
}

static void
test_exact_command_is_for_commands(void)
{
	exact();
	request.kind = JIT_KIND_SWITCH;
	request.target = "root";
	ASSERT_EQ_STR(why(), "no-role");
	request.kind = JIT_KIND_SUDO;
	ASSERT_EQ_STR(why(), "no-role");
	/* nothing is given without somebody who sees the command */
	ASK_FOR("/usr/bin/apt-get", "purge", "vim");
	request.target = NULL;
	rules[0].approval = JIT_APPROVAL_AUTO;
	ASSERT_EQ_STR(why(), "no-role");
	rules[0].approval = JIT_APPROVAL_BREAK_GLASS;
	rules[0].approvals = 0;
	request.way = JIT_WAY_BREAK_GLASS;
	ASSERT_EQ_STR(why(), "rule-break-glass");
	ASSERT_TRUE(decide().exact_command);
}

/* A rule that comes before it for that role also judges what is given for it. */
static void
test_exact_command_behind_another_rule_for_the_role(void)
{
	exact();
	rules[1] = rules[0];
	view.n_rules = 2;
	rules[0].exact_command = false;
	ASK_FOR("/usr/bin/apt-get", "purge", "vim");
	ASSERT_EQ_STR(why(), "no-role");
	rules[0].when = (struct jit_when){ .n = 1, .ranges = monday };
	ASSERT_EQ_STR(why(), "needs-approval");
	rules[0].when.n = 0;
	rules[0].approval = JIT_APPROVAL_AUTO; /* judges no approver's token */
	ASSERT_EQ_STR(why(), "needs-approval");
	rules[0].approval = JIT_APPROVAL_DENY;
	ASSERT_EQ_STR(why(), "no-role");
	rules[0].approval = JIT_APPROVAL_APPROVERS;
	rules[0].when = (struct jit_when){ 0 };
	rules[1].when = (struct jit_when){ .n = 1, .ranges = monday };
	rules[0].roles = STRV("root");
	ASSERT_EQ_STR(decide().rule->name, "exact");
	ASSERT_EQ_STR(decide().role->name, "root");
}

static void
test_a_grant_for_exactly_one_command(void)
{
	struct jit_grant *g;

	exact();
	g = &add_token("carol", JIT_VIA_DIRECT, "packages", 60)->grant;
	ASK_FOR("/usr/bin/apt-get", "purge", "vim");
	ASSERT_EQ_STR(why(), "needs-approval"); /* without cmd: what the role names */
	g->cmd = STRV("/usr/bin/apt-get", "purge", "vim");
	ASSERT_EQ_STR(why(), "grant-held");
	ASSERT_TRUE(decide().exact_command);
	g->cmd = STRV("/usr/bin/apt-get", "purge");
	ASSERT_EQ_STR(why(), "needs-approval");
	g->cmd = STRV("/usr/bin/apt-get", "purge", "vim", "");
	ASSERT_EQ_STR(why(), "needs-approval");
	g->cmd = STRV("/usr/bin/apt-get", "purge", "v*");
	ASSERT_EQ_STR(why(), "needs-approval");
	g->cmd = STRV("edit", "/etc/hosts");
	ASSERT_EQ_STR(why(), "needs-approval");
	ASK_FOR("edit", "/etc/hosts");
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
	g->cmd = STRV("/usr/bin/apt-get", "purge", "vim");
	ASK_FOR("/usr/bin/apt-get", "purge", "vim");
	rules[0].exact_command = false; /* by the rules of now its role has to name it */
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
	g->cmd = STRV("/usr/bin/apt-get", "install", "vim");
	ASK_FOR("/usr/bin/apt-get", "install", "vim");
	ASSERT_EQ_STR(why(), "grant-held");
	ASK_FOR("/usr/bin/apt-get", "install", "nmap");
	ASSERT_EQ_STR(why(), "needs-approval");
	request.kind = JIT_KIND_SUDO;
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
}

static void
test_a_grant_for_a_long_command(void)
{
	char digest[JIT_CMD_DIGEST_SIZE];
	const char *one[] = { digest };
	struct jit_grant *g;

	exact();
	g = &add_token("carol", JIT_VIA_DIRECT, "packages", 60)->grant;
	ASK_FOR("/usr/bin/apt-get", "purge", "vim");
	jit_cmd_digest(&request.argv, digest);
	g->cmd = (struct jit_strv){ 1, one };
	ASSERT_EQ_STR(why(), "grant-held");
	ASK_FOR("/usr/bin/apt-get", "purgevim");
	ASSERT_EQ_STR(why(), "needs-approval");
	ASK_FOR("/usr/bin/apt-get", "purge", "vim", "");
	ASSERT_EQ_STR(why(), "needs-approval");
	ASK_FOR("/usr/bin/apt-get", "purge", "vim");
	digest[20] ^= 1;
	ASSERT_EQ_STR(why(), "needs-approval");
}

/* ---- commands that a role denies ---- */

static struct jit_strv denied[] = { WORDS("/usr/bin/passwd", "any..."),
	WORDS("/usr/bin/apt-get", "install", "nmap"), WORDS("/usr/bin/cat", "/etc/*") };

static void
test_denied_commands(void)
{
	struct jit_grant *g;

	world();
	add_rule("all", JIT_APPROVAL_APPROVERS, 1, STRV("root"))->exact_command = true;
	g = &add_token("carol", JIT_VIA_DIRECT, "root", 60)->grant;
	ASK_FOR("/usr/bin/passwd", "bob");
	ASSERT_EQ_STR(why(), "grant-held");
	roles[ROOT].deny_commands = denied;
	roles[ROOT].n_deny_commands = 3;
	ASSERT_EQ_STR(why(), "no-role");
	g->cmd = STRV("/usr/bin/passwd", "bob"); /* not even by name */
	ASSERT_EQ_STR(why(), "no-role");
	g->cmd.n = 0;
	ASK_FOR("/usr/bin/apt-get", "install", "nmap");
	ASSERT_EQ_STR(why(), "no-role");
	ASK_FOR("/usr/bin/apt-get", "install", "vim");
	ASSERT_EQ_STR(why(), "grant-held");
	ASK_FOR("/usr/bin/cat", "/etc/../etc/./shadow"); /* written otherwise */
	ASSERT_EQ_STR(why(), "no-role");
	ASK_FOR("/usr/bin/cat", "/etc/../srv/x");
	ASSERT_EQ_STR(why(), "grant-held");
	request = (struct jit_request){ .kind = JIT_KIND_SWITCH, .target = "root" };
	ASSERT_EQ_STR(why(), "grant-held");
	request.kind = JIT_KIND_SUDO; /* runs anything, and is not "anything but" */
	ASSERT_EQ_INT(decide().verdict, JIT_DENY);
	roles[ROOT].n_deny_commands = 0;
	ASSERT_EQ_STR(why(), "grant-held");
}

/* ---- files by content, files to edit ---- */

static struct jit_strv patterns[] = { WORDS("/opt/a", "x"), WORDS("/opt/a", "any..."),
	WORDS("/opt/b") };

static void
test_digests(void)
{
	static struct jit_digest digests[] = { { true, { 1 } }, { true, { 2 } },
		{ false, { 0 } } };
	struct jit_role role = { .n_commands = 3, .commands = patterns };
	const uint8_t one[32] = { 1 }, two[32] = { 2 }, zero[32] = { 0 },
		      near_one[32] = { [0] = 1, [31] = 1 };
	const struct jit_strv x = WORDS("/opt/a", "x"), y = WORDS("/opt/a", "y"),
			      b = WORDS("/opt/b"), c = WORDS("/opt/c");

	ASSERT_FALSE(jit_role_needs_digest(&role, &x)); /* none is given */
	role.digests = digests;
	ASSERT_TRUE(jit_role_needs_digest(&role, &x));
	ASSERT_TRUE(jit_role_needs_digest(&role, &y));
	ASSERT_FALSE(jit_role_needs_digest(&role, &b));
	ASSERT_FALSE(jit_role_needs_digest(&role, &c));
	ASSERT_TRUE(jit_role_has_digest(&role, &x, one));
	ASSERT_TRUE(jit_role_has_digest(&role, &x, two));
	ASSERT_FALSE(jit_role_has_digest(&role, &x, zero));
	ASSERT_FALSE(jit_role_has_digest(&role, &x, near_one));
	ASSERT_FALSE(jit_role_has_digest(&role, &y, one));
	ASSERT_TRUE(jit_role_has_digest(&role, &y, two));
	ASSERT_FALSE(jit_role_has_digest(&role, &b, zero));
	digests[1].given = false;
	ASSERT_FALSE(jit_role_needs_digest(&role, &x)); /* one that matches has none */
	digests[1].given = true;
}

static void
test_files_to_edit(void)
{
	static const struct {
		const char *path;
		bool covered;
	} rows[] = {
		{ "/etc/hosts", true },
		{ "/etc/nginx/nginx.conf", true },
		{ "/etc/nginx/conf.d/a", false },
		{ "/etc/nginx/", false },
		{ "/etc/nginx", false },
		{ "/etc/nginx/.hidden", true },
		{ "/etc/nginx/..", false },
		{ "/etc/nginx/.", false },
		{ "/etc/nginx/...", true },
		{ "/etc/nginx/../shadow", false },
		{ "/etc/./hosts", false },
		{ "/etc//hosts", false },
		{ "//etc/hosts", false },
		{ "/etc/hosts/", false },
		{ "/etc/hosts2", false },
		{ "/etc/hosts\n", false },
		{ "/etc/nginx/a\nb", true },
		{ "/srv/a/b", true },
		{ "/srv/../b", false },
		{ "/srv/./b", false },
		{ "etc/hosts", false },
		{ "/", false },
		{ "", false },
		{ "-", false },
	};
	struct jit_role role = { .edit = WORDS(
					 "/etc/hosts", "/etc/nginx/*", "/srv/*/b") };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		test_row(rows[i].path);
		ASSERT_EQ_INT(jit_role_covers_edit(&role, rows[i].path), rows[i].covered);
		ASSERT_FALSE(jit_role_covers_edit(&base_roles[ROOT], rows[i].path));
	}
	test_row(NULL);
}

/* ---- modes ---- */

static void
test_the_rules_own_mode(void)
{
	struct jit_rule *rule;

	world();
	rule = add_rule("r", JIT_APPROVAL_AUTO, 0, STRV("deploy"));
	globals.observe_until = NOW + 1;
	rule->mode = JIT_MODE_OBSERVE;
	ASSERT_EQ_INT(jit_decision_mode(&globals, rule, NOW), JIT_MODE_OBSERVE);
	ASSERT_EQ_INT(jit_decision_mode(&globals, NULL, NOW), JIT_MODE_ENFORCE);
	ASSERT_EQ_INT(jit_decision_mode(&globals, rule, NOW + 1), JIT_MODE_ENFORCE);
	globals.observe_until = 0; /* nobody said until when */
	ASSERT_EQ_INT(jit_decision_mode(&globals, rule, NOW), JIT_MODE_ENFORCE);
}

TEST_MAIN(TEST(test_the_first_rule_for_the_way), TEST(test_pin_is_only_looked_up),
	TEST(test_the_first_rule_for_a_token), TEST(test_tickets),
	TEST(test_words_that_a_rule_wants), TEST(test_an_answer_names_all_that_is_needed),
	TEST(test_how_long), TEST(test_break_glass_alone),
	TEST(test_break_glass_with_a_second_person),
	TEST(test_a_second_person_who_did_not_agree),
	TEST(test_a_held_break_glass_lasts_while_both_hold),
	TEST(test_an_agreement_does_not_open_the_plain_way),
	TEST(test_how_often_a_second_person_agreed), TEST(test_locks_shut),
	TEST(test_a_lock_comes_before_everything),
	TEST(test_a_locked_role_covers_nothing), TEST(test_a_lock_opens_nothing),
	TEST(test_uses_of_a_role_bound_every_grant),
	TEST(test_exact_command_covers_what_no_role_names),
	TEST(test_exact_command_is_for_commands),
	TEST(test_exact_command_behind_another_rule_for_the_role),
	TEST(test_a_grant_for_exactly_one_command), TEST(test_a_grant_for_a_long_command),
	TEST(test_denied_commands), TEST(test_digests), TEST(test_files_to_edit),
	TEST(test_the_rules_own_mode))
