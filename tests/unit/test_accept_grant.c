/*
 * libjit/accept_grant.c: approvals of a request, one after the other: who counts, when they
 * are complete, and what does not move.
 */
#include <signal.h>
#include <sys/resource.h>

#include "handing.h"

static void
test_two_of_three(void)
{
	char id[JIT_ID_LEN + 1];
	struct jit_open_request r;
	struct jit_request request = deploy_request();

	open_world();
	file(&request, id);
	later(100);
	ASSERT_EQ_INT(approve("carol", id), JIT_ACCEPT_MORE_NEEDED);
	ASSERT_EQ_UINT(got.approvals, 2);
	ASSERT_EQ_UINT(got.have, 1);
	ASSERT_EQ_STR(got.by, "carol");
	ASSERT_EQ_STR(got.id, id);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	ASSERT_OK(jit_requests_find(&access_.site, id, &r));
	ASSERT_EQ_INT(r.state, JIT_REQUEST_OPEN);
	ASSERT_EQ_UINT(r.n_answers, 1);
	ASSERT_EQ_STR(r.answers[0].by, "carol");
	ASSERT_TRUE(r.answers[0].yes);
	jit_open_request_done(&r);
	ASSERT_TRUE(recorded_with("approve", "\"waited_sec\":100"));
	ASSERT_EQ_INT(recorded("\"event\":\"grant-accepted\""), 0);
	later(500);
	ASSERT_EQ_INT(approve("grace", id), JIT_ACCEPT_IN_FORCE); /* of then_ask */
	ASSERT_EQ_UINT(got.have, 2);
	/* the time counts from when it is complete */
	ASSERT_EQ_INT(got.end_sec, WORLD_NOW + 600 + 3600);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_GRANT_HELD);
	ASSERT_OK(jit_requests_find(&access_.site, id, &r));
	ASSERT_EQ_INT(r.state, JIT_REQUEST_GRANTED);
	ASSERT_EQ_INT(r.closed_sec, WORLD_NOW + 600);
	ASSERT_EQ_UINT(r.n_answers, 2);
	jit_open_request_done(&r);
	ASSERT_TRUE(recorded_with("approve", "\"approver\":\"grace\""));
	ASSERT_TRUE(recorded_with("grant-accepted", "\"waited_sec\":600"));
	ASSERT_FALSE(has_ended(id));
	later(3599);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_GRANT_HELD);
	later(1);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	close_world();
}

/* Whatever comes beside the two that count moves nothing. */
static void
test_what_does_not_count(void)
{
	char id[JIT_ID_LEN + 1];
	struct jit_request request = deploy_request();
	struct jit_grant first, second;

	open_world();
	file(&request, id);
	first = approval("carol", id, "deploy");
	ASSERT_EQ_INT(hand_in_grant(&first), JIT_ACCEPT_MORE_NEEDED);
	ASSERT_EQ_INT(hand_in_grant(&first), JIT_ACCEPT_MORE_NEEDED); /* the same */
	ASSERT_EQ_UINT(got.have, 1);
	ASSERT_EQ_INT(approve("carol", id), JIT_ACCEPT_MORE_NEEDED); /* the same person */
	ASSERT_EQ_UINT(got.have, 1);
	ASSERT_EQ_INT(approve("daemon", id), JIT_ACCEPT_REFUSED); /* oneself */
	ASSERT_CONTAINS(err.text, "nobody can grant anything to themselves");
	ASSERT_EQ_INT(approve("bob", id), JIT_ACCEPT_REFUSED); /* no approver */
	ASSERT_CONTAINS(err.text, "bob may not give daemon");
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	later(60);
	second = approval("dave", id, "deploy");
	ASSERT_EQ_INT(hand_in_grant(&second), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(got.end_sec, WORLD_NOW + 60 + 3600);
	later(600);
	ASSERT_EQ_INT(approve("grace", id), JIT_ACCEPT_IN_FORCE); /* a third */
	ASSERT_EQ_INT(got.end_sec, WORLD_NOW + 60 + 3600);
	ASSERT_EQ_INT(hand_in_grant(&first), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(got.end_sec, WORLD_NOW + 60 + 3600);
	ASSERT_EQ_INT(access(world_path("lib/grants/1"), F_OK), 0);
	ASSERT_EQ_INT(recorded("\"event\":\"approve\""), 2);
	ASSERT_EQ_INT(recorded("\"event\":\"grant-accepted\""), 1);
	/* and when it is over, none of them opens it again */
	later(3600);
	ASSERT_EQ_INT(hand_in_grant(&second), JIT_ACCEPT_REFUSED);
	ASSERT_CONTAINS(err.text, "is over");
	close_world();
}

static void
no_change(struct jit_grant *g)
{
	(void)g;
}
static void
other_role(struct jit_grant *g)
{
	strcpy(g->role, "login");
}
static void
other_target(struct jit_grant *g)
{
	strcpy(g->as, "root");
}
static const char *other_argv[] = { "/bin/sh" };
static void
one_command(struct jit_grant *g)
{
	g->cmd = (struct jit_strv){ 1, other_argv };
}
static void
longer(struct jit_grant *g)
{
	g->dur = 3601;
}
static void
shorter(struct jit_grant *g)
{
	g->dur = 60;
}
static void
our_label(struct jit_grant *g)
{
	strcpy(g->aud, "@web");
}
static void
other_label(struct jit_grant *g)
{
	strcpy(g->aud, "@db");
}
static void
other_host(struct jit_grant *g)
{
	strcpy(g->aud, "web2");
}
static void
direct(struct jit_grant *g)
{
	g->via = JIT_VIA_DIRECT;
	g->req[0] = '\0';
}
static void
other_subject(struct jit_grant *g)
{
	strcpy(g->sub, "bin");
}
static void
other_words(struct jit_grant *g)
{
	strcpy(g->reason, "OPS-1 for something else");
}
static void
no_words(struct jit_grant *g)
{
	g->reason[0] = '\0';
}
static void
for_break_glass(struct jit_grant *g)
{
	g->via = JIT_VIA_BREAK_GLASS;
}

static void
test_an_approval_must_fit_the_request(void)
{
	static const struct {
		const char *name;
		void (*spoil)(struct jit_grant *g);
		enum jit_accept result;
		const char *says;
	} rows[] = {
		{ "as it was asked", no_change, JIT_ACCEPT_MORE_NEEDED, "" },
		{ "another role", other_role, JIT_ACCEPT_REFUSED, "something else" },
		{ "another target", other_target, JIT_ACCEPT_REFUSED, "something else" },
		{ "another command", one_command, JIT_ACCEPT_REFUSED, "something else" },
		{ "another subject", other_subject, JIT_ACCEPT_REFUSED,
			"something else" },
		{ "longer", longer, JIT_ACCEPT_REFUSED, "more time" },
		{ "shorter", shorter, JIT_ACCEPT_MORE_NEEDED, "" },
		{ "for our label", our_label, JIT_ACCEPT_MORE_NEEDED, "" },
		{ "for another label", other_label, JIT_ACCEPT_REFUSED, "for @db" },
		{ "for another host", other_host, JIT_ACCEPT_REFUSED, "for web2" },
		{ "unasked", direct, JIT_ACCEPT_REFUSED, "2 approvals" },
		{ "other words", other_words, JIT_ACCEPT_REFUSED, "another reason" },
		{ "no words", no_words, JIT_ACCEPT_REFUSED, "another reason" },
		{ "for an emergency", for_break_glass, JIT_ACCEPT_REFUSED,
			"(via break-glass), and this is none" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_request request = deploy_request();
		struct jit_grant g;
		char id[JIT_ID_LEN + 1];

		test_row(rows[i].name);
		open_world();
		file(&request, id);
		g = approval("carol", id, "deploy");
		rows[i].spoil(&g);
		ASSERT_EQ_INT(hand_in_grant(&g), rows[i].result);
		ASSERT_CONTAINS(err.text, rows[i].says);
		ASSERT_EQ_INT(state_of(id), JIT_REQUEST_OPEN);
		if (rows[i].result == JIT_ACCEPT_REFUSED)
			ASSERT_TRUE(access(world_path("lib/grants/1"), F_OK) < 0);
		close_world();
	}
	test_row(NULL);
}

/* The shortest of the times, the earliest of the ends, whoever came first. */
static void
test_the_window_of_several(void)
{
	static const struct {
		const char *name;
		int64_t dur[2], exp[2], end; /* after WORLD_NOW; the second comes at 50 */
	} rows[] = {
		{ "the first is shorter", { 600, 3600 }, { 9000, 9000 }, 650 },
		{ "the second is shorter", { 3600, 600 }, { 9000, 9000 }, 650 },
		{ "the first ends earlier", { 600, 600 }, { 400, 9000 }, 400 },
		{ "the second ends earlier", { 600, 600 }, { 9000, 400 }, 400 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		static const char *const who[] = { "carol", "dave" };
		struct jit_request request = deploy_request();
		char id[JIT_ID_LEN + 1];

		test_row(rows[i].name);
		open_world();
		file(&request, id);
		for (size_t k = 0; k < 2; k++) {
			struct jit_grant g = approval(who[k], id, "deploy");

			g.dur = rows[i].dur[k];
			g.exp = WORLD_NOW + rows[i].exp[k];
			g.start_by = g.exp < g.start_by ? g.exp : g.start_by;
			ASSERT_EQ_INT(hand_in_grant(&g),
				k ? JIT_ACCEPT_IN_FORCE : JIT_ACCEPT_MORE_NEEDED);
			later(k ? 0 : 50);
		}
		ASSERT_EQ_INT(got.end_sec, WORLD_NOW + rows[i].end);
		later(rows[i].end - 50 - 1);
		ASSERT_EQ_INT(ask_deploy(), JIT_WHY_GRANT_HELD);
		later(1);
		ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
		close_world();
	}
	test_row(NULL);
}

/* The smallest start_by holds when it is complete. */
static void
test_late_completion(void)
{
	struct jit_request request = deploy_request();
	struct jit_grant a;
	char id[JIT_ID_LEN + 1];

	open_world();
	file(&request, id);
	a = approval("carol", id, "deploy");
	a.start_by = WORLD_NOW + 300;
	ASSERT_EQ_INT(hand_in_grant(&a), JIT_ACCEPT_MORE_NEEDED);
	later(301);
	ASSERT_EQ_INT(approve("dave", id), JIT_ACCEPT_REFUSED);
	ASSERT_CONTAINS(err.text, "had to be handed in by");
	ASSERT_TRUE(recorded_with("start-late", id));
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	close_world();
}

/* Whoever signs a request chooses its id: with that of somebody's grant, a revocation would
 * be judged by the request, and the grant would come in later. */
static void
test_a_grant_under_the_id_of_a_request(void)
{
	char id[JIT_ID_LEN + 1];
	struct jit_request request = deploy_request();
	struct jit_grant grant;

	open_world();
	file(&request, id);
	grant = approval("carol", id, "deploy");
	grant.via = JIT_VIA_DIRECT;
	grant.req[0] = '\0';
	memcpy(grant.jti, id, sizeof(id));
	ASSERT_EQ_INT(hand_in_grant(&grant), JIT_ACCEPT_REFUSED);
	ASSERT_CONTAINS(err.text, "the token's id is that of a request");
	close_world();
}

static void
test_a_request_that_is_over(void)
{
	static const struct {
		enum jit_request_state state;
		const char *says;
	} rows[] = {
		{ JIT_REQUEST_DENIED, "it was denied" },
		{ JIT_REQUEST_WITHDRAWN, "it was withdrawn" },
		{ JIT_REQUEST_ABANDONED, "it was abandoned" },
	};
	struct jit_request request = deploy_request();
	char id[JIT_ID_LEN + 1];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		test_row(rows[i].says);
		open_world();
		file(&request, id);
		ASSERT_OK(
			jit_requests_close(&access_.site, id, rows[i].state, WORLD_NOW));
		ASSERT_EQ_INT(approve("carol", id), JIT_ACCEPT_REFUSED);
		ASSERT_CONTAINS(err.text, rows[i].says);
		close_world();
	}
	test_row(NULL);
	open_world();
	file(&request, id);
	later(3600);
	ASSERT_EQ_INT(approve("carol", id), JIT_ACCEPT_REFUSED);
	ASSERT_CONTAINS(err.text, "open too long");
	close_world();
}

/* Approved elsewhere, for a label: this host knows no request, and judges by its rules. */
static void
test_without_a_local_request(void)
{
	struct jit_grant a, b;

	open_world();
	a = approval("carol", WORLD_BOOT, "deploy");
	b = approval("dave", WORLD_BOOT, "deploy");
	strcpy(a.aud, "@web");
	strcpy(b.aud, "@web");
	ASSERT_EQ_INT(hand_in_grant(&a), JIT_ACCEPT_MORE_NEEDED);
	ASSERT_EQ_INT(hand_in_grant(&b), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_GRANT_HELD);
	ASSERT_EQ_INT(recorded("waited_sec"), 0);
	close_world();
}

/* They must be for the same: a label's and a host's are not. */
static void
test_approvals_of_different_things(void)
{
	struct jit_grant a, b;

	open_world();
	a = approval("carol", WORLD_BOOT, "deploy");
	b = approval("dave", WORLD_BOOT, "deploy");
	strcpy(a.aud, "@web");
	ASSERT_EQ_INT(hand_in_grant(&a), JIT_ACCEPT_MORE_NEEDED);
	ASSERT_EQ_INT(hand_in_grant(&b), JIT_ACCEPT_MORE_NEEDED);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	close_world();
}

/* A start that was asked for: in force then, and not before, in the same boot. */
static void
test_a_later_start(void)
{
	struct jit_request request = deploy_request();
	struct jit_decision d;
	struct jit_open_request r;
	struct jit_grant a, b;
	bool old;

	open_world();
	ASSERT_OK(jit_access_ask(&access_, &request, &d, &err));
	ASSERT_OK(jit_access_file(
		&access_, &request, &d, WORLD_NOW + 7200, "", &r, &old, &err));
	a = approval("carol", r.filed.jti, "deploy");
	b = approval("dave", r.filed.jti, "deploy");
	ASSERT_EQ_INT(hand_in_grant(&a), JIT_ACCEPT_REFUSED);
	ASSERT_CONTAINS(err.text, "begins before");
	a.nbf = b.nbf = WORLD_NOW + 7200;
	a.start_by = b.start_by = WORLD_NOW + 9000;
	ASSERT_EQ_INT(hand_in_grant(&a), JIT_ACCEPT_MORE_NEEDED);
	ASSERT_EQ_INT(hand_in_grant(&b), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(got.end_sec, WORLD_NOW + 7200 + 3600);
	ASSERT_EQ_INT(state_of(r.filed.jti), JIT_REQUEST_GRANTED);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	ASSERT_EQ_INT(hand_in_grant(&b), JIT_ACCEPT_IN_FORCE); /* to come still */
	/* a wall clock set forward does not bring it nearer */
	access_.now.wall_sec += 7200;
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	access_.now.wall_sec -= 7200;
	later(7199);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	later(1);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_GRANT_HELD);
	jit_open_request_done(&r);
	close_world();
}

/* --break-glass with a second person: their yes, then the host's own grant. */
static void
test_break_glass_by_two(void)
{
	struct jit_request request = vault_request();
	struct jit_decision d;
	struct jit_held held;
	struct jit_grant g;
	char id[JIT_ID_LEN + 1];

	open_world();
	file(&request, id);
	g = agreement("carol", id);
	ASSERT_EQ_INT(hand_in_grant(&g), JIT_ACCEPT_IN_FORCE);
	ASSERT_TRUE(recorded_with("approve", "\"via\":\"break-glass\""));
	ASSERT_EQ_INT(state_of(id), JIT_REQUEST_GRANTED);
	ASSERT_EQ_INT(hand_in_grant(&g), JIT_ACCEPT_IN_FORCE); /* again */
	ASSERT_EQ_INT(ask(&request), JIT_WHY_NEEDS_APPROVAL);  /* which request? */
	request.req = id;
	ASSERT_OK(jit_access_ask(&access_, &request, &d, &err));
	ASSERT_EQ_INT(d.reason, JIT_WHY_RULE_BREAK_GLASS);
	ASSERT_OK(jit_access_make(&access_, &request, &d, &held, &err));
	ASSERT_EQ_STR(held.grant.req, id);
	ASSERT_EQ_INT(held.grant.via, JIT_VIA_BREAK_GLASS);
	ASSERT_TRUE(recorded_with("break-glass", id));
	jit_grant_done(&held.grant);
	ASSERT_EQ_INT(ask(&request), JIT_WHY_GRANT_HELD);
	close_world();
}

static void
for_the_plain_way(struct jit_grant *g)
{
	g->via = JIT_VIA_APPROVAL;
}
static void
unasked(struct jit_grant *g)
{
	g->via = JIT_VIA_DIRECT;
	g->req[0] = '\0';
}
static void
other_request(struct jit_grant *g)
{
	strcpy(g->req, WORLD_BOOT);
}

/* Whoever asks could show the second person a plain request with the same id: what she signs
 * for that is no agreement. And an agreement is for the one that is open here. */
static void
test_what_is_no_agreement(void)
{
	static const struct {
		const char *name;
		void (*spoil)(struct jit_grant *g);
		enum jit_accept result;
		const char *says;
	} rows[] = {
		{ "she agreed", no_change, JIT_ACCEPT_IN_FORCE, "" },
		{ "an approval", for_the_plain_way, JIT_ACCEPT_REFUSED,
			"is for break-glass, and the token answers another (via "
			"approval)" },
		{ "a grant", unasked, JIT_ACCEPT_REFUSED, "no rule here" },
		{ "of another request", other_request, JIT_ACCEPT_REFUSED,
			"not made on this host" },
		{ "other words", other_words, JIT_ACCEPT_REFUSED, "another reason" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_request request = vault_request();
		struct jit_grant g;
		char id[JIT_ID_LEN + 1];

		test_row(rows[i].name);
		open_world();
		file(&request, id);
		g = agreement("carol", id);
		rows[i].spoil(&g);
		ASSERT_EQ_INT(hand_in_grant(&g), rows[i].result);
		ASSERT_CONTAINS(err.text, rows[i].says);
		request.req = id;
		ASSERT_EQ_INT(ask(&request),
			rows[i].result == JIT_ACCEPT_IN_FORCE ? JIT_WHY_RULE_BREAK_GLASS
							      : JIT_WHY_NEEDS_APPROVAL);
		close_world();
	}
	test_row(NULL);
}

/* As often as she said: what runs under the host's own grants for that request counts. */
static void
test_an_agreement_that_is_used_up(void)
{
	struct jit_request request = vault_request();
	struct jit_decision d;
	struct jit_grant g;
	char id[JIT_ID_LEN + 1];

	open_world();
	file(&request, id);
	g = agreement("carol", id);
	g.uses = 2;
	ASSERT_EQ_INT(hand_in_grant(&g), JIT_ACCEPT_IN_FORCE);
	request.req = id;
	for (int i = 0; i < 2; i++) {
		struct jit_held held;

		ASSERT_OK(jit_access_subject(&access_, "daemon", 0, NULL));
		request.anew = true;
		ASSERT_OK(jit_access_ask(&access_, &request, &d, &err));
		ASSERT_EQ_INT(d.reason, JIT_WHY_RULE_BREAK_GLASS);
		ASSERT_OK(jit_access_make(&access_, &request, &d, &held, &err));
		jit_grant_done(&held.grant);
		request.anew = false;
		ASSERT_EQ_INT(ask(&request), JIT_WHY_GRANT_HELD);
		ASSERT_OK(jit_access_ask(&access_, &request, &d, &err));
		ASSERT_EQ_UINT(d.uses, 2);
		ASSERT_OK(jit_access_use(&access_, d.grant, d.uses, &err));
	}
	ASSERT_ERR(jit_access_use(&access_, d.grant, d.uses, &err), EDQUOT);
	ASSERT_EQ_INT(ask(&request), JIT_WHY_NEEDS_APPROVAL);
	/* also when what the host made is gone with a reboot */
	strcpy(access_.now.boot_id, "fedcba9876543210fedcba9876543210");
	ASSERT_EQ_INT(ask(&request), JIT_WHY_NEEDS_APPROVAL);
	close_world();
}

/* By the id of the token, which is not that of its request. */
static void
test_an_approval_that_root_ended_before_it_came(void)
{
	struct jit_grant g;

	open_world();
	g = approval("carol", WORLD_BOOT, "deploy");
	ASSERT_OK(jit_store_end(&access_.site, NULL, g.jti, "root", "no", &access_.now));
	ASSERT_EQ_INT(hand_in_grant(&g), JIT_ACCEPT_REFUSED);
	ASSERT_CONTAINS(err.text, "revoked: no");
	g = approval("dave", WORLD_BOOT, "deploy"); /* the others stay */
	ASSERT_EQ_INT(hand_in_grant(&g), JIT_ACCEPT_MORE_NEEDED);
	close_world();
}

/* Whoever ends what the host made of it ends what she said, also past a reboot. */
static void
test_an_agreement_ends_with_its_grant(void)
{
	struct jit_request request = vault_request();
	struct jit_decision d;
	struct jit_held held;
	struct jit_grant g;
	char id[JIT_ID_LEN + 1], path[64];

	open_world();
	file(&request, id);
	g = agreement("carol", id);
	ASSERT_EQ_INT(hand_in_grant(&g), JIT_ACCEPT_IN_FORCE);
	request.req = id;
	ASSERT_EQ_INT(ask(&request), JIT_WHY_RULE_BREAK_GLASS);
	ASSERT_OK(jit_access_ask(&access_, &request, &d, &err));
	ASSERT_OK(jit_access_make(&access_, &request, &d, &held, &err));
	ASSERT_EQ_INT(ask(&request), JIT_WHY_GRANT_HELD);
	ASSERT_OK(jit_store_end(
		&access_.site, &held.grant, id, "root", "enough", &access_.now));
	jit_grant_done(&held.grant);
	ASSERT_EQ_INT(ask(&request), JIT_WHY_NEEDS_APPROVAL);
	strcpy(access_.now.boot_id, "fedcba9876543210fedcba9876543210");
	snprintf(path, sizeof(path), "run/uses/%s.end", id);
	ASSERT_OK(unlink(world_path(path)) < 0 ? -errno : 0);
	ASSERT_EQ_INT(ask(&request), JIT_WHY_NEEDS_APPROVAL);
	close_world();
}

/* ---- the words ---- */

static void
test_words_that_the_rule_wants(void)
{
	static const struct {
		const char *role, *reason;
		enum jit_via via;
		enum jit_accept result;
		const char *says;
	} rows[] = {
		{ "tape", "OPS-1", JIT_VIA_APPROVAL, JIT_ACCEPT_IN_FORCE, "" },
		{ "tape", "please", JIT_VIA_APPROVAL, JIT_ACCEPT_REFUSED, "a ticket" },
		{ "tape", "", JIT_VIA_APPROVAL, JIT_ACCEPT_REFUSED, "a ticket" },
		{ "tape", "OPS-1", JIT_VIA_DIRECT, JIT_ACCEPT_IN_FORCE, "" },
		{ "tape", "please", JIT_VIA_DIRECT, JIT_ACCEPT_REFUSED, "a ticket" },
		{ "tape", "", JIT_VIA_DIRECT, JIT_ACCEPT_REFUSED, "a ticket" },
		{ "login", "please", JIT_VIA_APPROVAL, JIT_ACCEPT_IN_FORCE, "" },
		{ "login", "", JIT_VIA_APPROVAL, JIT_ACCEPT_REFUSED,
			"must have a reason (rule bob-root)" },
		{ "login", "please", JIT_VIA_DIRECT, JIT_ACCEPT_IN_FORCE, "" },
		{ "login", "", JIT_VIA_DIRECT, JIT_ACCEPT_IN_FORCE, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_grant g = approval("carol", WORLD_BOOT, rows[i].role);
		char row[64];

		snprintf(row, sizeof(row), "%s \"%s\" %s", rows[i].role, rows[i].reason,
			jit_via_name(rows[i].via));
		test_row(row);
		open_world();
		g.via = rows[i].via;
		if (g.via == JIT_VIA_DIRECT)
			g.req[0] = '\0';
		strcpy(g.reason, rows[i].reason);
		ASSERT_EQ_INT(hand_in_grant(&g), rows[i].result);
		ASSERT_CONTAINS(err.text, rows[i].says);
		close_world();
	}
	test_row(NULL);
}

/* The words of two who answer elsewhere must be the same: they saw one request. */
static void
test_approvals_in_different_words(void)
{
	struct jit_grant a, b;

	open_world();
	a = approval("carol", WORLD_BOOT, "deploy");
	b = approval("dave", WORLD_BOOT, "deploy");
	strcpy(b.reason, "OPS-2 the other one");
	ASSERT_EQ_INT(hand_in_grant(&a), JIT_ACCEPT_MORE_NEEDED);
	ASSERT_EQ_INT(hand_in_grant(&b), JIT_ACCEPT_MORE_NEEDED);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	close_world();
}

/* ---- whose ids ---- */

/* Under the id of somebody else's grant or request nothing comes in. */
static void
test_ids_of_other_people(void)
{
	struct jit_request request = deploy_request();
	struct jit_grant login, first, theirs;
	char id[JIT_ID_LEN + 1];

	open_world();
	login = approval("carol", WORLD_BOOT, "login");
	login.via = JIT_VIA_DIRECT;
	login.req[0] = '\0';
	ASSERT_EQ_INT(hand_in_grant(&login), JIT_ACCEPT_IN_FORCE);
	first = approval("carol", WORLD_BOOT, "deploy");
	ASSERT_EQ_INT(hand_in_grant(&first), JIT_ACCEPT_MORE_NEEDED);
	file(&request, id);
	for (int i = 0; i < 4; i++) {
		static const char *const rows[] = { "a grant's", "an approval's",
			"the id of their request", "an open request's" };

		test_row(rows[i]);
		theirs = approval("carol", i == 2 ? WORLD_BOOT : id, "login");
		strcpy(theirs.sub, "bin");
		if (i < 2) {
			theirs.via = JIT_VIA_DIRECT;
			theirs.req[0] = '\0';
			strcpy(theirs.jti, i ? first.jti : login.jti);
		}
		ASSERT_EQ_INT(hand_in_grant(&theirs), JIT_ACCEPT_REFUSED);
		ASSERT_CONTAINS(err.text,
			i < 3 ? "the token's id is that of another's grant"
			      : "something else than the request");
	}
	test_row(NULL);
	close_world();
}

/* What was granted is not made whole again by a third, from their own moment. */
static void
test_a_granted_request_takes_no_third(void)
{
	struct jit_request request = deploy_request();
	struct jit_grant first;
	char id[JIT_ID_LEN + 1], path[128];

	open_world();
	file(&request, id);
	first = approval("carol", id, "deploy");
	ASSERT_EQ_INT(hand_in_grant(&first), JIT_ACCEPT_MORE_NEEDED);
	ASSERT_EQ_INT(approve("dave", id), JIT_ACCEPT_IN_FORCE);
	snprintf(path, sizeof(path), "lib/grants/1/%s", first.jti);
	ASSERT_EQ_INT(unlink(world_path(path)), 0); /* as if her key had gone */
	later(600);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	ASSERT_EQ_INT(approve("grace", id), JIT_ACCEPT_REFUSED);
	ASSERT_CONTAINS(err.text, "granted already");
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	close_world();
}

static struct jit_lock
lock_of(enum jit_lock_kind kind, const char *name)
{
	struct jit_lock lock = { .kind = kind, .by = "root", .boot = WORLD_BOOT };

	snprintf(lock.name, sizeof(lock.name), "%s", name);
	return lock;
}

static void
test_locks(void)
{
	static const struct {
		enum jit_lock_kind kind;
		const char *name, *says;
	} rows[] = {
		{ JIT_LOCK_ALL, "", "everything is locked" },
		{ JIT_LOCK_USER, "daemon", "daemon is locked" },
		{ JIT_LOCK_ROLE, "deploy", "the role deploy is locked" },
		{ JIT_LOCK_KEY, "carol", "carol's key is locked" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_request request = deploy_request();
		struct jit_lock lock = lock_of(rows[i].kind, rows[i].name);
		struct world_person carol;
		char id[JIT_ID_LEN + 1];

		test_row(rows[i].says);
		open_world();
		file(&request, id);
		world_person("carol", &carol);
		if (lock.kind == JIT_LOCK_KEY)
			jit_key_id(carol.public_key, lock.name);
		ASSERT_OK(jit_lock_add(&access_.site, &lock));
		ASSERT_EQ_INT(approve("carol", id), JIT_ACCEPT_REFUSED);
		ASSERT_CONTAINS(err.text, rows[i].says);
		ASSERT_OK(jit_lock_remove(&access_.site, lock.kind, lock.name));
		ASSERT_EQ_INT(approve("carol", id), JIT_ACCEPT_MORE_NEEDED);
		close_world();
	}
	test_row(NULL);
}

static void
test_no_record_no_approval(void)
{
	struct jit_request request = deploy_request();
	char id[JIT_ID_LEN + 1];
	int log;

	open_world();
	file(&request, id);
	access_.policy.globals.audit_required = true;
	log = access_.site.log;
	access_.site.log = -ENOENT;
	ASSERT_EQ_INT(approve("carol", id), JIT_ACCEPT_NO_RECORD);
	access_.site.log = log;
	ASSERT_TRUE(access(world_path("lib/grants/1"), F_OK) < 0);
	ASSERT_EQ_INT(approve("carol", id), JIT_ACCEPT_MORE_NEEDED);
	close_world();
}

/* On a full disk nothing is in force, and afterwards the same token is good still. */
static void
test_a_full_disk(void)
{
	struct jit_request request = deploy_request();
	struct rlimit limit;
	char id[JIT_ID_LEN + 1];

	open_world();
	file(&request, id);
	ASSERT_EQ_INT(approve("carol", id), JIT_ACCEPT_MORE_NEEDED);
	signal(SIGXFSZ, SIG_IGN);
	ASSERT_EQ_INT(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 0;
	ASSERT_EQ_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ASSERT_EQ_INT(approve("dave", id), JIT_ACCEPT_FAILED);
	limit.rlim_cur = limit.rlim_max;
	ASSERT_EQ_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ASSERT_EQ_INT(state_of(id), JIT_REQUEST_OPEN);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	ASSERT_EQ_INT(approve("dave", id), JIT_ACCEPT_IN_FORCE);
	close_world();
}

/* The last approval was kept, and then the host crashed: the next token mends it. */
static void
test_a_crash_before_closing(void)
{
	struct jit_request request = deploy_request();
	struct jit_grant a, b;
	_cleanup_free_ char *token = NULL;
	char id[JIT_ID_LEN + 1];

	open_world();
	file(&request, id);
	a = approval("carol", id, "deploy");
	b = approval("dave", id, "deploy");
	ASSERT_EQ_INT(hand_in_grant(&a), JIT_ACCEPT_MORE_NEEDED);
	token = world_token(&b, "dave");
	ASSERT_OK(jit_store_add_brought(
		&access_.site, &access_.subject, &b, token, &access_.now, WORLD_NOW));
	ASSERT_EQ_INT(state_of(id), JIT_REQUEST_OPEN);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_GRANT_HELD);
	ASSERT_EQ_INT(hand_in(token), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(state_of(id), JIT_REQUEST_GRANTED);
	close_world();
}

static void
test_a_clock_set_back(void)
{
	struct jit_request request = deploy_request();
	struct jit_clock_mark mark = { .wall_sec = WORLD_NOW + 301,
		.boot_ms = WORLD_BOOT_MS,
		.boot_id = WORLD_BOOT };
	char id[JIT_ID_LEN + 1];

	open_world();
	file(&request, id);
	ASSERT_OK(jit_store_clock_mark_set(&access_.site, &mark));
	ASSERT_EQ_INT(approve("carol", id), JIT_ACCEPT_REFUSED);
	ASSERT_CONTAINS(err.text, "clock was set back");
	ASSERT_TRUE(recorded_with("clock-back", id));
	close_world();
}

TEST_MAIN(TEST(test_two_of_three), TEST(test_what_does_not_count),
	TEST(test_an_approval_must_fit_the_request), TEST(test_the_window_of_several),
	TEST(test_late_completion), TEST(test_a_request_that_is_over),
	TEST(test_a_grant_under_the_id_of_a_request), TEST(test_without_a_local_request),
	TEST(test_approvals_of_different_things), TEST(test_a_later_start),
	TEST(test_break_glass_by_two), TEST(test_what_is_no_agreement),
	TEST(test_an_agreement_that_is_used_up),
	TEST(test_an_agreement_ends_with_its_grant),
	TEST(test_an_approval_that_root_ended_before_it_came),
	TEST(test_words_that_the_rule_wants), TEST(test_approvals_in_different_words),
	TEST(test_ids_of_other_people), TEST(test_a_granted_request_takes_no_third),
	TEST(test_locks), TEST(test_no_record_no_approval), TEST(test_a_full_disk),
	TEST(test_a_crash_before_closing), TEST(test_a_clock_set_back))
