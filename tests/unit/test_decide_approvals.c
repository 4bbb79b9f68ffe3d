/*
 * libjit/decide_approvals.c: N of M. Distinct people with distinct keys who say the same
 * make one grant; anything less makes none.
 */
#include "decide_world.h"

/* Two of carol, dave and bob have to agree to role deploy: carol did ten minutes ago, dave
 * one minute ago. */
static struct jit_rule *
two_agree(void)
{
	static const char *of_roles[] = { "deploy" };
	struct jit_rule *rule;

	world();
	rule = add_rule(
		"two", JIT_APPROVAL_APPROVERS, 2, (struct jit_strv){ 1, of_roles });
	add_token("carol", JIT_VIA_APPROVAL, "deploy", 600);
	add_token("dave", JIT_VIA_APPROVAL, "deploy", 60);
	return rule;
}

static struct jit_decision
deploy(void)
{
	static const char *const argv[] = { "/usr/bin/deploy", "web", NULL };

	ask_for(argv);
	return decide();
}

static void
test_two_people_make_one_grant(void)
{
	struct jit_decision d;

	two_agree();
	d = deploy();
	ASSERT_EQ_STR(jit_reason_name(d.reason), "grant-held");
	ASSERT_EQ_STR(d.rule->name, "two");
	ASSERT_EQ_STR(d.role->name, "deploy");
	ASSERT_EQ_UINT(d.approvals, 2);
	ASSERT_TRUE(d.grant == &held[1]);               /* the last one's */
	ASSERT_EQ_INT(d.end_ms, BOOT_MS + 3540 * 1000); /* from the moment it was whole */
	ASSERT_EQ_UINT(jit_decide_approvals(&facts, &held[0].grant), 2);
	ASSERT_EQ_UINT(jit_decide_approvals(&facts, &held[1].grant), 2);
}

static void
test_the_order_of_the_list_is_nothing(void)
{
	struct jit_held first;

	two_agree();
	first = held[0];
	held[0] = held[1];
	held[1] = first;
	ASSERT_TRUE(deploy().grant == &held[0]);
	ASSERT_EQ_INT(deploy().end_ms, BOOT_MS + 3540 * 1000);
}

/* ---- one claim of one of them spoiled ---- */

static struct jit_held *const a = &held[0], *const b = &held[1];

static void
one_is_gone(void)
{
	facts.n_held = 1; /* as if the key had been taken out of trusted_keys */
}
static void
same_person(void)
{
	strcpy(b->grant.iss, "carol");
}
static void
same_key(void)
{
	strcpy(b->grant.kid, a->grant.kid);
}
static void
the_subject_himself(void)
{
	strcpy(b->grant.iss, "bob"); /* one of the rule's approvers */
}
static void
no_approver(void)
{
	strcpy(b->grant.iss, "mallory");
}
static void
no_longer_approver(void)
{
	rules[0].approvers.n = 1;
}
static void
another_request(void)
{
	b->grant.req[0] = 'f';
}
static void
no_request(void)
{
	a->grant.req[0] = b->grant.req[0] = '\0';
}
static void
another_subject(void)
{
	strcpy(b->grant.sub, "alice");
}
static void
another_host(void)
{
	strcpy(b->grant.aud, "web2");
}
static void
the_hosts_label(void)
{
	strcpy(b->grant.aud, "@prod"); /* here too, but it is not what carol said */
}
static void
another_role(void)
{
	strcpy(b->grant.role, "root");
}
static void
other_words(void)
{
	strcpy(b->grant.reason, "OPS-13 something else");
}
static void
one_for_break_glass(void)
{
	b->grant.via = JIT_VIA_BREAK_GLASS;
}
static void
both_for_break_glass(void)
{
	a->grant.via = b->grant.via = JIT_VIA_BREAK_GLASS;
}
static void
another_target(void)
{
	strcpy(b->grant.as, "root"); /* the same account, but not the same words */
}
static void
another_command(void)
{
	static const char *argv[] = { "/usr/bin/deploy", "web" };

	b->grant.cmd = (struct jit_strv){ 2, argv };
}
static void
direct(void)
{
	b->grant.via = JIT_VIA_DIRECT;
	b->grant.req[0] = '\0';
}
static void
both_direct(void)
{
	a->grant.via = b->grant.via = JIT_VIA_DIRECT;
	a->grant.req[0] = b->grant.req[0] = '\0';
}
static void
by_the_host(void)
{
	b->grant.by_host = true;
}
static void
another_way(void)
{
	b->grant.via = JIT_VIA_AUTO;
}
static void
revoked(void)
{
	a->ended = b->ended = true;
}
static void
one_ended(void)
{
	a->ended = true;
}
static void
one_expired(void)
{
	a->grant.exp = NOW;
}
static void
start_too_late(void)
{
	a->grant.start_by = b->start_sec - 1;
}
static void
over(void)
{
	a->grant.dur = 60;
}
static void
clock_back(void)
{
	facts.clock_back = true;
}
static void
not_yet(void)
{
	b->start_sec = NOW + 10;
	b->start_boot_ms = BOOT_MS + 10000;
}
static void
three_needed(void)
{
	rules[0].approvals = 3;
}
static void
none_needed(void)
{
	rules[0].approvals = 0; /* a damaged policy */
}
static void
more_than_can_be(void)
{
	rules[0].approvals = JIT_APPROVALS_MAX + 1;
}
static void
auto_now(void)
{
	rules[0].approval = JIT_APPROVAL_BREAK_GLASS;
}
static void
key_locked(void)
{
	add_lock(JIT_LOCK_KEY, "k4.pid.dave");
}

static void
test_anything_less_makes_none(void)
{
#define ROW(f)                                                                           \
	{                                                                                \
#f, f                                                                    \
	}
	static const struct {
		const char *name;
		void (*spoil)(void);
	} rows[] = { ROW(one_is_gone), ROW(same_person), ROW(same_key),
		ROW(the_subject_himself), ROW(no_approver), ROW(no_longer_approver),
		ROW(another_request), ROW(no_request), ROW(another_subject),
		ROW(another_host), ROW(the_hosts_label), ROW(another_role),
		ROW(other_words), ROW(one_for_break_glass), ROW(both_for_break_glass),
		ROW(another_target), ROW(another_command), ROW(direct), ROW(both_direct),
		ROW(by_the_host), ROW(another_way), ROW(revoked), ROW(one_ended),
		ROW(one_expired), ROW(start_too_late), ROW(over), ROW(clock_back),
		ROW(not_yet), ROW(three_needed), ROW(none_needed), ROW(more_than_can_be),
		ROW(auto_now), ROW(key_locked) };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		two_agree();
		rows[i].spoil();
		test_row(rows[i].name);
		ASSERT_EQ_INT(deploy().verdict, JIT_DENY);
		ASSERT_TRUE(deploy().grant == NULL);
	}
	test_row(NULL);
}

/* ---- the least of what they said ---- */

static void
test_the_least_of_what_they_said(void)
{
	two_agree();
	a->grant.dur = 300; /* from dave's moment, not from carol's own */
	ASSERT_EQ_INT(deploy().end_ms, BOOT_MS + 240 * 1000);
	two_agree();
	b->grant.dur = 120;
	ASSERT_EQ_INT(deploy().end_ms, BOOT_MS + 60 * 1000);
	two_agree();
	a->grant.exp = NOW + 100;
	ASSERT_EQ_INT(deploy().end_ms, BOOT_MS + 100 * 1000);
	two_agree();
	b->grant.exp = NOW + 99;
	ASSERT_EQ_INT(deploy().end_ms, BOOT_MS + 99 * 1000);
	two_agree();
	rules[0].max_sec = 61; /* the policy of now */
	ASSERT_EQ_INT(deploy().end_ms, BOOT_MS + 1000);
	rules[0].max_sec = 60;
	ASSERT_EQ_INT(deploy().verdict, JIT_DENY);
}

static void
test_the_last_millisecond(void)
{
	two_agree();
	now.boot_ms = b->start_boot_ms + 3600000 - 1;
	now.wall_sec = b->start_sec + 3599;
	ASSERT_EQ_STR(jit_reason_name(deploy().reason), "grant-held");
	now.boot_ms++;
	ASSERT_EQ_INT(deploy().verdict, JIT_DENY);
	two_agree();
	a->grant.start_by = b->start_sec; /* complete in the last moment */
	ASSERT_EQ_STR(jit_reason_name(deploy().reason), "grant-held");
}

static void
test_across_a_reboot(void)
{
	two_agree();
	strcpy(a->start_boot, OTHER_BOOT);
	a->start_boot_ms = 99;
	ASSERT_EQ_STR(jit_reason_name(deploy().reason), "grant-held");
	strcpy(b->start_boot, OTHER_BOOT);
	ASSERT_EQ_INT(deploy().end_ms, BOOT_MS + 3540 * 1000);
	now.wall_sec = b->start_sec - 1;
	ASSERT_EQ_INT(deploy().verdict, JIT_DENY);
}

static void
test_uses_are_counted_for_all(void)
{
	two_agree();
	ASSERT_EQ_UINT(deploy().uses, 0);
	a->grant.uses = 3;
	ASSERT_EQ_UINT(deploy().uses, 3);
	b->grant.uses = 2;
	ASSERT_EQ_UINT(deploy().uses, 2);
	roles[DEPLOY].max_uses = 5;
	ASSERT_EQ_UINT(deploy().uses, 2);
	roles[DEPLOY].max_uses = 1;
	ASSERT_EQ_UINT(deploy().uses, 1);
	a->used = b->used = 1;
	ASSERT_EQ_INT(deploy().verdict, JIT_DENY);
	roles[DEPLOY].max_uses = 0;
	ASSERT_EQ_INT(deploy().verdict, JIT_ALLOW);
	a->used = b->used = 2;
	ASSERT_EQ_INT(deploy().verdict, JIT_DENY);
}

/* ---- more than are needed ---- */

static void
test_a_third_moves_nothing(void)
{
	struct jit_rule *rule = two_agree();
	struct jit_held *third = add_token("erin", JIT_VIA_APPROVAL, "deploy", 5);

	rule->then_ask = STRV("erin");
	third->grant.dur = 10;
	third->grant.exp = NOW + 1;
	third->grant.uses = 1;
	ASSERT_EQ_INT(deploy().end_ms, BOOT_MS + 3540 * 1000);
	ASSERT_EQ_UINT(deploy().uses, 0);
	ASSERT_TRUE(deploy().grant == b);
	a->grant.iss[0] = 'x'; /* carol is gone: the third is needed */
	ASSERT_TRUE(deploy().grant == third);
	ASSERT_EQ_INT(deploy().end_ms, BOOT_MS + 1000);
	ASSERT_EQ_UINT(deploy().uses, 1);
}

static void
test_those_asked_later_count_too(void)
{
	struct jit_rule *rule = two_agree();

	strcpy(b->grant.iss, "erin");
	ASSERT_EQ_INT(deploy().verdict, JIT_DENY);
	rule->then_ask = STRV("erin", "bob");
	ASSERT_EQ_INT(deploy().verdict, JIT_ALLOW);
	strcpy(b->grant.iss, "bob"); /* never the subject */
	ASSERT_EQ_INT(deploy().verdict, JIT_DENY);
	ASSERT_TRUE(jit_rule_has_approver(rule, "erin", "bob"));
	ASSERT_TRUE(jit_rule_has_approver(rule, "carol", "bob"));
	ASSERT_FALSE(jit_rule_has_approver(rule, "bob", "bob"));
	ASSERT_FALSE(jit_rule_has_approver(rule, "mallory", "bob"));
	ASSERT_FALSE(jit_rule_has_approver(rule, "", "bob"));
}

static void
test_each_person_once(void)
{
	two_agree();
	strcpy(b->grant.iss, "carol");
	strcpy(b->grant.kid, "k4.pid.carol-two");
	add_token("carol", JIT_VIA_APPROVAL, "deploy", 30);
	ASSERT_EQ_UINT(jit_decide_approvals(&facts, &a->grant), 1);
	ASSERT_EQ_INT(deploy().verdict, JIT_DENY);
	add_token("dave", JIT_VIA_APPROVAL, "deploy", 20);
	ASSERT_EQ_UINT(jit_decide_approvals(&facts, &a->grant), 2);
	ASSERT_TRUE(deploy().grant == &held[3]);
	ASSERT_EQ_INT(deploy().end_ms, BOOT_MS + 3580 * 1000);
}

/* Who has answered once has answered: saying it again when the first word is over does not
 * begin the time anew. */
static void
test_an_expired_answer_stays_the_answer(void)
{
	two_agree();
	a->grant.exp = NOW;
	add_token("carol", JIT_VIA_APPROVAL, "deploy", 10);
	ASSERT_EQ_INT(deploy().verdict, JIT_DENY);
	ASSERT_EQ_UINT(jit_decide_approvals(&facts, &a->grant), 2);
	a->grant.exp = NOW + 1;
	ASSERT_TRUE(deploy().grant == b);
	ASSERT_EQ_INT(deploy().end_ms, BOOT_MS + 1000);
	facts.held++; /* their first word is not known here */
	facts.n_held--;
	ASSERT_TRUE(deploy().grant == &held[2]);
}

static void
test_as_many_as_the_rule_says(void)
{
	static const char *people[] = { "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8" };
	static const char *of_roles[] = { "deploy" };

	for (uint32_t n = 1; n <= JIT_APPROVALS_MAX; n++) {
		struct jit_rule *rule;

		world();
		rule = add_rule(
			"n", JIT_APPROVAL_APPROVERS, n, (struct jit_strv){ 1, of_roles });
		rule->approvers = (struct jit_strv){ ARRAY_SIZE(people), people };
		for (uint32_t have = 0; have < n; have++) {
			ASSERT_EQ_STR(jit_reason_name(deploy().reason), "needs-approval");
			ASSERT_EQ_UINT(deploy().approvals, n);
			add_token(people[have], JIT_VIA_APPROVAL, "deploy", 50 - have);
			ASSERT_EQ_UINT(jit_decide_approvals(&facts, &a->grant), have + 1);
		}
		ASSERT_EQ_INT(deploy().verdict, JIT_ALLOW);
		ASSERT_TRUE(deploy().grant == &held[n - 1]);
	}
}

/* A damaged policy asks for more than a grant has room for. */
static void
test_no_more_than_there_is_room_for(void)
{
	static const char *people[] = { "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8",
		"p9" };
	struct jit_rule *rule;

	world();
	rule = add_rule(
		"nine", JIT_APPROVAL_APPROVERS, JIT_APPROVALS_MAX + 1, STRV("deploy"));
	rule->approvers = (struct jit_strv){ ARRAY_SIZE(people), people };
	for (size_t i = 0; i < ARRAY_SIZE(people); i++)
		add_token(people[i], JIT_VIA_APPROVAL, "deploy", 50);
	ASSERT_EQ_STR(jit_reason_name(deploy().reason), "needs-approval");
	ASSERT_EQ_UINT(jit_decide_approvals(&facts, &a->grant), 0);
	rule->approvals--;
	ASSERT_EQ_STR(jit_reason_name(deploy().reason), "grant-held");
}

/* One person's flood of approvals of one request hides nobody else's. */
static void
test_a_flood_hides_nobody(void)
{
	two_agree();
	held[63] = *b;
	facts.n_held = 1;
	while (facts.n_held < 63)
		snprintf(add_token("carol", JIT_VIA_APPROVAL, "deploy", 500)->grant.kid,
			JIT_KID_LEN, "k4.pid.%zu", facts.n_held);
	facts.n_held = 64;
	ASSERT_EQ_INT(deploy().verdict, JIT_ALLOW);
	ASSERT_TRUE(deploy().grant == &held[63]);
}

/* ---- the rule of which moment ---- */

/* In the first minute of Monday one is enough, else it takes two. */
static void
test_the_rule_of_the_moment_of_completion(void)
{
	struct jit_rule *one, *two;

	world();
	one = add_rule("one", JIT_APPROVAL_APPROVERS, 1, STRV("deploy"));
	one->when = (struct jit_when){ .n = 1, .ranges = monday };
	two = add_rule("two", JIT_APPROVAL_APPROVERS, 2, STRV("deploy"));
	add_token("carol", JIT_VIA_APPROVAL, "deploy", 60);
	now.wall_sec = MONDAY + 90;
	a->start_sec = MONDAY - 1; /* two were needed then */
	ASSERT_EQ_INT(deploy().verdict, JIT_DENY);
	a->start_sec = MONDAY; /* one is, and it lasts beyond */
	ASSERT_EQ_STR(deploy().rule->name, "one");
	a->start_sec = MONDAY + 59;
	a->start_boot_ms = BOOT_MS - 31000;
	ASSERT_EQ_STR(deploy().rule->name, "one");
	a->start_sec = MONDAY + 60;
	ASSERT_EQ_INT(deploy().verdict, JIT_DENY);
	add_token("dave", JIT_VIA_APPROVAL, "deploy", 5);
	b->start_sec = MONDAY + 85;
	ASSERT_TRUE(deploy().rule == two);
	/* dave in that minute: by himself, from his own moment */
	a->start_sec = MONDAY - 1;
	b->start_sec = MONDAY + 30;
	b->grant.dur = 600;
	b->start_boot_ms = BOOT_MS - 60000;
	ASSERT_TRUE(deploy().rule == one);
	ASSERT_EQ_INT(deploy().end_ms, BOOT_MS + 540 * 1000);
}

/* ---- asked from outside ---- */

static enum jit_verdict
decide_grant(const struct jit_grant *grant, const char *ret_rule[1])
{
	const struct jit_rule *rule = NULL;
	const struct jit_role *role = NULL;
	int64_t max_sec = 0;
	enum jit_verdict verdict =
		jit_decide_grant(&facts, grant, NOW, &rule, &role, &max_sec);

	*ret_rule = rule ? rule->name : NULL;
	return verdict;
}

static void
test_one_of_several_may_be_handed_in(void)
{
	const char *rule;

	two_agree();
	facts.n_held = 0;
	ASSERT_EQ_INT(decide_grant(&a->grant, &rule), JIT_ALLOW);
	ASSERT_EQ_STR(rule, "two");
	a->grant.via = JIT_VIA_DIRECT; /* one approval, and two are needed */
	ASSERT_EQ_INT(decide_grant(&a->grant, &rule), JIT_DENY);
	ASSERT_EQ_STR(rule, "two");
	rules[0].approvals = 1;
	ASSERT_EQ_INT(decide_grant(&a->grant, &rule), JIT_ALLOW);
	add_lock(JIT_LOCK_ROLE, "deploy");
	ASSERT_EQ_INT(decide_grant(&a->grant, &rule), JIT_DENY);
	locks.n = 0;
	add_lock(JIT_LOCK_KEY, "k4.pid.carol");
	ASSERT_EQ_INT(decide_grant(&a->grant, &rule), JIT_DENY);
	locks.n = 0;
	add_lock(JIT_LOCK_USER, "bob");
	ASSERT_EQ_INT(decide_grant(&a->grant, &rule), JIT_DENY);
	locks.n = 0;
	strcpy(a->grant.iss, "bob");
	ASSERT_EQ_INT(decide_grant(&a->grant, &rule), JIT_DENY);
}

static void
test_a_listing_shows_one_grant_once(void)
{
	struct jit_decision d;

	two_agree();
	ASSERT_EQ_INT(jit_decide_held(&facts, a, &d), JIT_DENY);
	ASSERT_EQ_INT(jit_decide_held(&facts, b, &d), JIT_ALLOW);
	ASSERT_TRUE(d.grant == b);
	ASSERT_EQ_INT(d.end_ms, BOOT_MS + 3540 * 1000);
	add_lock(JIT_LOCK_ROLE, "deploy");
	ASSERT_EQ_INT(jit_decide_held(&facts, b, &d), JIT_DENY);
	locks.n = 0;
	add_lock(JIT_LOCK_ALL, "");
	ASSERT_EQ_INT(jit_decide_held(&facts, b, &d), JIT_DENY);
	locks.n = 0;
	b->used = 1;
	b->grant.uses = 1;
	ASSERT_EQ_INT(jit_decide_held(&facts, b, &d), JIT_DENY);
}

/* ---- the second person of break-glass is counted by break-glass rules ---- */

static void
test_counting_for_break_glass(void)
{
	const char *rule;

	two_agree();
	rules[0].approval = JIT_APPROVAL_BREAK_GLASS;
	rules[0].approvals = 1;
	ASSERT_EQ_UINT(jit_decide_approvals(&facts, &a->grant), 0);
	ASSERT_EQ_INT(decide_grant(&a->grant, &rule), JIT_DENY);
	a->grant.via = JIT_VIA_BREAK_GLASS; /* b answers the plain way still */
	ASSERT_EQ_UINT(jit_decide_approvals(&facts, &a->grant), 1);
	ASSERT_EQ_INT(decide_grant(&a->grant, &rule), JIT_ALLOW);
	a->grant.req[0] = '\0';
	ASSERT_EQ_INT(decide_grant(&a->grant, &rule), JIT_DENY);
	strcpy(a->grant.req, REQ);
	rules[0].approvals = 0; /* nobody is asked there */
	ASSERT_EQ_UINT(jit_decide_approvals(&facts, &a->grant), 0);
	ASSERT_EQ_INT(decide_grant(&a->grant, &rule), JIT_DENY);
	rules[0].approval = JIT_APPROVAL_APPROVERS;
	rules[0].approvals = 1;
	ASSERT_EQ_UINT(jit_decide_approvals(&facts, &a->grant), 0);
	ASSERT_EQ_INT(decide_grant(&a->grant, &rule), JIT_DENY);
}

TEST_MAIN(TEST(test_two_people_make_one_grant),
	TEST(test_the_order_of_the_list_is_nothing), TEST(test_anything_less_makes_none),
	TEST(test_the_least_of_what_they_said), TEST(test_the_last_millisecond),
	TEST(test_across_a_reboot), TEST(test_uses_are_counted_for_all),
	TEST(test_a_third_moves_nothing), TEST(test_those_asked_later_count_too),
	TEST(test_each_person_once), TEST(test_an_expired_answer_stays_the_answer),
	TEST(test_as_many_as_the_rule_says), TEST(test_no_more_than_there_is_room_for),
	TEST(test_a_flood_hides_nobody), TEST(test_the_rule_of_the_moment_of_completion),
	TEST(test_one_of_several_may_be_handed_in),
	TEST(test_a_listing_shows_one_grant_once), TEST(test_counting_for_break_glass))
