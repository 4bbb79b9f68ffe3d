/*
 * The decision under random worlds: whatever the input, it allows only where a rule does
 * and a grant, judged here once more by simple means, is good. The seed is printed; run
 * with JIT_SEED=N to see one again.
 */
#include "decide_world.h"

enum { WORLDS = 300000, SETS = 60000 };

static uint64_t state;

static uint32_t
next(uint32_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33) % below;
}

/* Every other world is tame: less in it is odd, so that whole sets come about. */
static bool tame;

static bool
once_in(uint32_t n)
{
	return next(tame ? 8 * n : n) == 0;
}

static const char *
pick_name(void)
{
	static const char *const names[] = { "bob", "carol", "dave", "erin", "host",
		"web1", "@prod", "login", "root", "packages", "deploy", "choice",
		"postgres", "" };

	return names[next(ARRAY_SIZE(names))];
}

static const char *
pick_person(void)
{
	static const char *const names[] = { "carol", "dave", "erin", "bob", "mallory" };

	return names[next(ARRAY_SIZE(names))];
}

/* One of them more often than the others: grants meet rules, and each other. */
static const char *
pick_role(void)
{
	return base_roles[tame || next(2) ? (uint32_t)DEPLOY : next(N_ROLES)].name;
}

/* ---- a random world ---- */

static const char *two_roles[2], *three_people[3], *one_ticket[] = { "OPS" },
						   *one_operator[] = { "carol" };

static void
random_rule(size_t i)
{
	static const char *const whos[] = { "bob", "bob", "%developers", "alice", "*" };
	static const char *who[8], *of_roles[8][2];
	struct jit_rule *rule;

	who[i] = whos[next(ARRAY_SIZE(whos))];
	of_roles[i][0] = pick_role();
	of_roles[i][1] = pick_role();
	rule = add_rule("r", (enum jit_approval)(tame ? 2 + next(2) : next(5)), next(4),
		(struct jit_strv){ 1 + next(2), of_roles[i] });
	rule->who = (struct jit_strv){ 1, &who[i] };
	rule->approvers = once_in(4) ? (struct jit_strv){ 0 }
				     : (struct jit_strv){ 3, three_people };
	rule->operators = (struct jit_strv){ next(2), one_operator };
	rule->exact_command = once_in(4);
	rule->reason_required = once_in(3);
	rule->ticket = (struct jit_strv){ once_in(4), one_ticket };
	rule->max_sec = once_in(4) ? next(4000) : 0;
	rule->mode = (enum jit_mode)next(3);
	if (once_in(6))
		rule->when = (struct jit_when){ .n = 1, .ranges = monday };
	if (once_in(6))
		rule->on = (struct jit_strv){ 1, two_roles };
}

static void
random_held(void)
{
	static const char *argv[] = { "/usr/bin/deploy", "web" };
	static const enum jit_via peoples[] = { JIT_VIA_APPROVAL, JIT_VIA_APPROVAL,
		JIT_VIA_BREAK_GLASS, JIT_VIA_DIRECT };
	bool person = next(3);
	struct jit_held *h = person
		? add_token(pick_person(), peoples[next(ARRAY_SIZE(peoples))],
			  pick_role(), next(4000))
		: add_hosts(next(2) ? JIT_VIA_AUTO : JIT_VIA_BREAK_GLASS, pick_role(),
			  next(2000));

	if (once_in(8))
		h->grant.via = (enum jit_via)next(7);
	if (once_in(8))
		h->grant.by_host = !h->grant.by_host;
	if (once_in(12))
		strcpy(h->grant.sub, "alice");
	if (once_in(8))
		snprintf(h->grant.aud, sizeof(h->grant.aud), "%s", pick_name());
	if (once_in(8))
		snprintf(h->grant.as, sizeof(h->grant.as), "%s", pick_name());
	if (once_in(4))
		strcpy(h->grant.req, REQ);
	if (once_in(8))
		h->grant.cmd = (struct jit_strv){ 1 + next(2), argv };
	if (once_in(8))
		h->grant.uses = 1 + next(3);
	h->used = next(3);
	h->ended = once_in(10);
	if (once_in(10))
		strcpy(next(2) ? h->start_boot : h->grant.boot, OTHER_BOOT);
	if (once_in(10))
		h->grant.exp = NOW + (int64_t)next(200) - 100;
}

static void
random_world(void)
{
	static const char *const commands[][4] = { { "/usr/bin/deploy", "web" },
		{ "/usr/bin/apt-get", "install", "vim" }, { "/usr/bin/id" },
		{ "/usr/bin/vim", "-c" } };
	static const enum jit_kind others[] = { JIT_KIND_LOGIN, JIT_KIND_SWITCH,
		JIT_KIND_SUDO, (enum jit_kind)4 };

	world();
	tame = next(2);
	for (size_t i = 0; i < 3; i++)
		three_people[i] = pick_person();
	two_roles[0] = pick_name();
	for (uint32_t n = next(5); view.n_rules < n;)
		random_rule(view.n_rules);
	for (uint32_t n = next(7); facts.n_held < n;)
		random_held();
	ask_for(commands[next(ARRAY_SIZE(commands))]);
	if (once_in(3))
		request.kind = others[next(ARRAY_SIZE(others))];
	if (once_in(3))
		request.target = pick_name();
	if (once_in(4))
		request.role = pick_name();
	request.way = (enum jit_way)next(tame ? 2 : 4);
	request.req = next(3) ? REQ : NULL;
	request.reason = once_in(4) ? NULL : next(3) ? "OPS-1" : "why";
	request.duration_sec = once_in(4) ? (int64_t)next(9000) - 100 : 0;
	facts.clock_back = once_in(10);
	if (once_in(10))
		add_lock((enum jit_lock_kind)next(5), pick_name());
}

/* ---- what must hold of an answer that allows ---- */

static void
check_person(const struct jit_decision *d)
{
	const struct jit_grant *g = &d->grant->grant;
	bool listed = jit_strv_has(&d->rule->approvers, g->iss) ||
		jit_strv_has(&d->rule->then_ask, g->iss);
	uint32_t agree = 0;
	const char *seen[ARRAY_SIZE(held)];

	ASSERT_EQ_INT(d->rule->approval, JIT_APPROVAL_APPROVERS);
	ASSERT_TRUE(g->via == JIT_VIA_APPROVAL || g->via == JIT_VIA_DIRECT);
	ASSERT_TRUE(listed && !jit_streq(g->iss, "bob"));
	ASSERT_FALSE(facts.clock_back);
	ASSERT_TRUE(g->exp > NOW && d->end_ms <= BOOT_MS + (g->exp - NOW) * 1000);
	if (g->via == JIT_VIA_DIRECT) {
		ASSERT_EQ_UINT(d->rule->approvals, 1);
		return;
	}
	for (size_t i = 0; i < facts.n_held; i++) {
		const struct jit_grant *other = &held[i].grant;
		bool twice = false;

		for (uint32_t k = 0; k < agree; k++)
			twice |= jit_streq(seen[k], other->iss);
		if (!twice && other->via == JIT_VIA_APPROVAL && !other->by_host &&
			jit_streq(other->req, g->req) && !held[i].ended &&
			jit_streq(other->role, g->role) &&
			!jit_streq(other->iss, "bob") &&
			jit_strv_has(&d->rule->approvers, other->iss))
			seen[agree++] = other->iss;
	}
	ASSERT_TRUE(agree >= d->rule->approvals && d->rule->approvals > 0);
}

static void
check_held(const struct jit_decision *d)
{
	const struct jit_grant *g = &d->grant->grant;

	ASSERT_FALSE(d->grant->ended);
	ASSERT_EQ_STR(g->sub, "bob");
	ASSERT_EQ_STR(g->role, d->role->name);
	ASSERT_TRUE(jit_streq(g->aud, "web1") || jit_streq(g->aud, "@prod"));
	ASSERT_TRUE(d->end_ms > BOOT_MS);
	ASSERT_TRUE(d->uses == 0 || d->grant->used < d->uses);
	ASSERT_TRUE(g->uses == 0 || (d->uses > 0 && d->uses <= g->uses));
	ASSERT_TRUE(g->cmd.n == 0 || jit_grant_covers_argv(g, &request.argv));
	if (!g->by_host) {
		check_person(d);
		return;
	}
	ASSERT_EQ_STR(g->boot, BOOT);
	ASSERT_EQ_INT(d->rule->approval,
		g->via == JIT_VIA_AUTO ? JIT_APPROVAL_AUTO : JIT_APPROVAL_BREAK_GLASS);
	if (d->rule->approval == JIT_APPROVAL_BREAK_GLASS && d->rule->approvals)
		ASSERT_TRUE(g->req[0] && !facts.clock_back && facts.n_held > 1);
}

static void
check_asked(const struct jit_decision *d)
{
	bool glass = d->reason == JIT_WHY_RULE_BREAK_GLASS;

	ASSERT_TRUE(glass || d->reason == JIT_WHY_RULE_AUTO);
	ASSERT_EQ_INT(
		d->rule->approval, glass ? JIT_APPROVAL_BREAK_GLASS : JIT_APPROVAL_AUTO);
	ASSERT_EQ_INT(request.way, glass ? JIT_WAY_BREAK_GLASS : JIT_WAY_PLAIN);
	ASSERT_TRUE(d->duration_sec > 0 && d->duration_sec <= d->max_sec);
	ASSERT_TRUE(!d->exact_command || glass);
	ASSERT_TRUE(request.reason || (!glass && !d->rule->reason_required));
	ASSERT_TRUE(!glass || d->rule->approvals == 0 ||
		(request.req && facts.n_held > 0 && !facts.clock_back));
	ASSERT_TRUE(!glass || d->max_sec <= globals.break_glass_max_sec);
}

static void
check_allowed(const struct jit_decision *d)
{
	ASSERT_TRUE(view.n_rules > 0 && d->rule && d->role && d->target);
	ASSERT_TRUE(jit_strv_has(&d->rule->roles, d->role->name));
	ASSERT_TRUE(jit_strv_has(&subject.whos, d->rule->who.v[0]));
	ASSERT_TRUE(!request.role || jit_streq(request.role, d->role->name));
	ASSERT_TRUE(!request.target || jit_streq(request.target, d->target));
	ASSERT_TRUE(jit_role_has_target(d->role, "bob", d->target));
	ASSERT_TRUE(
		d->rule->exact_command || jit_role_covers(d->role, &request, d->target));
	for (size_t i = 0; i < locks.n; i++) {
		ASSERT_TRUE(lock_list[i].kind != JIT_LOCK_USER ||
			!jit_streq(lock_list[i].name, "bob"));
		ASSERT_TRUE(lock_list[i].kind != JIT_LOCK_ROLE ||
			!jit_streq(lock_list[i].name, d->role->name));
	}
	if (d->grant)
		check_held(d);
	else
		check_asked(d);
}

static void
test_nothing_allows_without_a_rule_and_a_grant(void)
{
	size_t reached[JIT_WHY_NO_BREAK_GLASS + 1] = { 0 }, groups = 0, seconds = 0;

	for (size_t i = 0; i < WORLDS; i++) {
		struct jit_decision d;

		random_world();
		d = decide();
		ASSERT_TRUE((d.verdict == JIT_ALLOW) ==
			(d.reason == JIT_WHY_GRANT_HELD ||
				d.reason == JIT_WHY_RULE_AUTO ||
				d.reason == JIT_WHY_RULE_BREAK_GLASS));
		ASSERT_TRUE((d.reason == JIT_WHY_LOCKED) == (d.lock != NULL));
		if (d.verdict == JIT_ALLOW)
			check_allowed(&d);
		reached[d.reason]++;
		groups += d.grant && d.grant->grant.via == JIT_VIA_APPROVAL &&
			d.rule->approvals > 1;
		seconds += d.verdict == JIT_ALLOW && d.rule->approvals > 0 &&
			d.rule->approval == JIT_APPROVAL_BREAK_GLASS;
	}
	/* the shuffle does reach every door that it watches */
	for (size_t i = JIT_WHY_GRANT_HELD; i < ARRAY_SIZE(reached); i++) {
		test_row(jit_reason_name((enum jit_reason)i));
		ASSERT_TRUE(reached[i] > 100);
	}
	test_row(NULL);
	ASSERT_TRUE(groups > 50);
	ASSERT_TRUE(seconds > 50);
}

/* ---- a whole set of approvals, and one thing changed ---- */

static void
spoil_one(struct jit_held *h)
{
	switch (next(17)) {
	case 0: strcpy(h->grant.iss, "mallory"); break;
	case 1: strcpy(h->grant.iss, "bob"); break;
	case 2: strcpy(h->grant.iss, held[h == held].grant.iss); break;
	case 3: strcpy(h->grant.kid, held[h == held].grant.kid); break;
	case 4: h->grant.sub[next(3)] ^= 1; break;
	case 5: h->grant.aud[next(4)] ^= 1; break;
	case 6: h->grant.req[next(JIT_ID_LEN)] ^= 1; break;
	case 7: h->grant.role[next(6)] ^= 1; break;
	case 8: strcpy(h->grant.as, next(2) ? "root" : "postgres"); break;
	case 9: h->grant.cmd = request.argv; break;
	case 10: h->grant.via = (enum jit_via)((h->grant.via + 1 + next(6)) % 7); break;
	case 11: h->grant.by_host = true; break;
	case 12: h->ended = true; break;
	case 13: h->grant.exp = NOW - (int64_t)next(9000); break;
	case 14: h->grant.dur = 1; break;
	case 15: strcpy(h->grant.reason, "something else"); break;
	default: h->grant.start_by = h->start_sec - 1 - (int64_t)next(9000); break;
	}
}

static void
test_one_change_to_a_whole_set_denies(void)
{
	static const char *people[] = { "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8" };

	for (size_t i = 0; i < SETS; i++) {
		uint32_t n = 2 + next(JIT_APPROVALS_MAX - 1);
		struct jit_rule *rule;

		world();
		rule = add_rule("n", JIT_APPROVAL_APPROVERS, n, STRV("deploy"));
		rule->approvers = (struct jit_strv){ n, people };
		for (uint32_t k = 0; k < n; k++)
			add_token(people[k], JIT_VIA_APPROVAL, "deploy", 100 + next(900));
		ASK_FOR("/usr/bin/deploy", "web");
		ASSERT_EQ_STR(why(), "grant-held");
		spoil_one(&held[next(n)]);
		ASSERT_EQ_STR(why(), "needs-approval");
	}
}

static void
read_seed(void)
{
	const char *given = getenv("JIT_SEED");

	state = 20270115;
	for (state = given ? 0 : state; given && *given; given++)
		state = state * 10 + (uint64_t)(*given - '0');
	printf("JIT_SEED=%" PRIu64 "\n", state);
	fflush(stdout);
}

TEST_MAIN(TEST(read_seed), TEST(test_nothing_allows_without_a_rule_and_a_grant),
	TEST(test_one_change_to_a_whole_set_denies))
