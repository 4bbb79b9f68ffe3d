/*
 * libjit/accept_ruling.c, unproven.c, holder.c: who may end what, in every order, and what
 * was said before anybody knew it.
 */
#include "handing.h"
#include "libjit/break_glass.h"
#include "libjit/file.h"

/* ---- denying ---- */

static void
test_denying_an_open_request(void)
{
	struct jit_request request = deploy_request();
	struct jit_open_request r;
	char id[JIT_ID_LEN + 1];

	open_world();
	file(&request, id);
	later(30);
	ASSERT_EQ_INT(deny("dave", id), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(got.ruling, JIT_RULING_DENY);
	ASSERT_FALSE(got.unproven);
	ASSERT_EQ_STR(got.by, "dave");
	ASSERT_EQ_STR(got.id, id);
	ASSERT_OK(jit_requests_find(&access_.site, id, &r));
	ASSERT_EQ_INT(r.state, JIT_REQUEST_DENIED);
	ASSERT_EQ_UINT(r.n_answers, 1);
	ASSERT_EQ_STR(r.answers[0].by, "dave");
	ASSERT_FALSE(r.answers[0].yes);
	ASSERT_EQ_STR(r.answers[0].reason, "wrong host");
	jit_open_request_done(&r);
	ASSERT_TRUE(has_ended(id));
	ASSERT_TRUE(recorded_with("deny", "\"waited_sec\":30"));
	ASSERT_TRUE(recorded_with("deny", "\"approver\":\"dave\""));
	ASSERT_TRUE(recorded_with("deny", "\"subject\":\"daemon\""));
	/* and nobody can approve it any more */
	ASSERT_EQ_INT(approve("carol", id), JIT_ACCEPT_REFUSED);
	ASSERT_EQ_INT(approve("grace", id), JIT_ACCEPT_REFUSED);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	/* once more changes nothing */
	ASSERT_EQ_INT(deny("dave", id), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(deny("carol", id), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(recorded("\"event\":\"deny\""), 1);
	close_world();
}

/* Whoever could have approved may deny: nobody else. */
static void
test_who_may_end(void)
{
	static const struct {
		const char *who;
		enum jit_ruling_kind kind;
		bool may;
		const char *says;
	} rows[] = {
		{ "carol", JIT_RULING_DENY, true, "" },
		{ "carol", JIT_RULING_REVOKE, true, "" },
		{ "dave", JIT_RULING_DENY, true, "" },
		{ "dave", JIT_RULING_REVOKE, false, "may not sign that" },
		{ "grace", JIT_RULING_DENY, true, "" },
		{ "bob", JIT_RULING_DENY, false, "nor could approve" },
		{ "daemon", JIT_RULING_DENY, false, "nor could approve" },
		{ "erin", JIT_RULING_REVOKE, false, "nor could approve" },
		{ "erin", JIT_RULING_DENY, false, "may not sign that" },
		{ "frank", JIT_RULING_DENY, false, "may not sign that" },
		{ "stranger", JIT_RULING_DENY, false, "nobody here trusts" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_request request = deploy_request();
		char id[JIT_ID_LEN + 1];

		test_row(rows[i].who);
		open_world();
		file(&request, id);
		ASSERT_EQ_INT(rule(rows[i].kind, rows[i].who, id, true),
			rows[i].may ? JIT_ACCEPT_IN_FORCE : JIT_ACCEPT_REFUSED);
		ASSERT_CONTAINS(err.text, rows[i].says);
		ASSERT_EQ_INT(state_of(id),
			rows[i].may ? JIT_REQUEST_DENIED : JIT_REQUEST_OPEN);
		ASSERT_EQ_INT(has_ended(id), rows[i].may);
		close_world();
	}
	test_row(NULL);
}

static void
test_a_locked_key_rules_about_nothing(void)
{
	struct jit_request request = deploy_request();
	struct jit_lock lock = { .kind = JIT_LOCK_KEY, .by = "root", .boot = WORLD_BOOT };
	struct world_person carol;
	char id[JIT_ID_LEN + 1];

	open_world();
	file(&request, id);
	world_person("carol", &carol);
	jit_key_id(carol.public_key, lock.name);
	ASSERT_OK(jit_lock_add(&access_.site, &lock));
	ASSERT_EQ_INT(deny("carol", id), JIT_ACCEPT_REFUSED);
	ASSERT_EQ_INT(state_of(id), JIT_REQUEST_OPEN);
	/* a locked subject's grants can be ended all the same */
	lock.kind = JIT_LOCK_USER;
	strcpy(lock.name, "daemon");
	ASSERT_OK(jit_lock_add(&access_.site, &lock));
	ASSERT_EQ_INT(deny("dave", id), JIT_ACCEPT_IN_FORCE);
	close_world();
}

/* ---- every order ---- */

static enum jit_accept
step(char what, const char *id)
{
	switch (what) {
	case 'C': return approve("carol", id);
	case 'D': return approve("dave", id);
	case 'n': return deny("grace", id);
	case 'r': return rule(JIT_RULING_REVOKE, "carol", id, true);
	case 'w': {
		int r = jit_access_withdraw(&access_, 1, id, &err);

		return r == 0 ? JIT_ACCEPT_IN_FORCE : JIT_ACCEPT_REFUSED;
	}
	default: ASSERT_TRUE(false); return JIT_ACCEPT_NONE;
	}
}

/* Letters as above; what each answers: + in force, . more needed, - refused. */
static void
test_every_order(void)
{
	static const struct {
		const char *steps, *answers;
		enum jit_request_state state;
		bool held;
	} rows[] = {
		{ "C", ".", JIT_REQUEST_OPEN, false },
		{ "CD", ".+", JIT_REQUEST_GRANTED, true },
		{ "DC", ".+", JIT_REQUEST_GRANTED, true },
		{ "nCD", "+--", JIT_REQUEST_DENIED, false },
		{ "CnD", ".+-", JIT_REQUEST_DENIED, false },
		{ "CDn", ".++", JIT_REQUEST_GRANTED, false },
		{ "rCD", "+--", JIT_REQUEST_DENIED, false },
		{ "CrD", ".+-", JIT_REQUEST_DENIED, false },
		{ "CDr", ".++", JIT_REQUEST_GRANTED, false },
		{ "wCD", "+--", JIT_REQUEST_WITHDRAWN, false },
		{ "CwD", ".+-", JIT_REQUEST_WITHDRAWN, false },
		{ "CDw", ".+-", JIT_REQUEST_GRANTED, true },
		{ "nwr", "+-+", JIT_REQUEST_DENIED, false },
		{ "wnr", "+++", JIT_REQUEST_WITHDRAWN, false },
		{ "CDrn", ".+++", JIT_REQUEST_GRANTED, false },
		{ "CDrCD", ".++--", JIT_REQUEST_GRANTED, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_request request = deploy_request();
		char id[JIT_ID_LEN + 1];

		test_row(rows[i].steps);
		open_world();
		file(&request, id);
		for (size_t k = 0; rows[i].steps[k]; k++) {
			enum jit_accept a = step(rows[i].steps[k], id);

			ASSERT_EQ_INT(a == JIT_ACCEPT_IN_FORCE        ? '+'
					: a == JIT_ACCEPT_MORE_NEEDED ? '.'
					: a == JIT_ACCEPT_REFUSED     ? '-'
								      : '?',
				rows[i].answers[k]);
		}
		ASSERT_EQ_INT(state_of(id), rows[i].state);
		ASSERT_EQ_INT(ask_deploy(),
			rows[i].held ? JIT_WHY_GRANT_HELD : JIT_WHY_NEEDS_APPROVAL);
		close_world();
	}
	test_row(NULL);
}

/* ---- revoking ---- */

static void
test_revoking_by_the_id_of_one_approval(void)
{
	struct jit_request request = deploy_request();
	struct jit_grant a, b;
	char id[JIT_ID_LEN + 1];

	open_world();
	file(&request, id);
	a = approval("carol", id, "deploy");
	b = approval("dave", id, "deploy");
	ASSERT_EQ_INT(hand_in_grant(&a), JIT_ACCEPT_MORE_NEEDED);
	ASSERT_EQ_INT(hand_in_grant(&b), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(
		rule(JIT_RULING_REVOKE, "carol", b.jti, false), JIT_ACCEPT_IN_FORCE);
	ASSERT_TRUE(has_ended(id));
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	ASSERT_TRUE(recorded_with("revoked", "\"approver\":\"carol\""));
	close_world();
}

/* A grant that nobody asked for: by its issuer, or who could have given it. */
static void
test_revoking_a_direct_grant(void)
{
	struct jit_request login = {
		.kind = JIT_KIND_LOGIN, .target = "daemon", .reason = "x"
	};
	struct jit_grant g;

	open_world();
	g = approval("dave", WORLD_BOOT, "login");
	g.via = JIT_VIA_DIRECT;
	g.req[0] = '\0';
	ASSERT_EQ_INT(hand_in_grant(&g), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(ask(&login), JIT_WHY_GRANT_HELD);
	ASSERT_EQ_INT(rule(JIT_RULING_REVOKE, "erin", g.jti, false), JIT_ACCEPT_REFUSED);
	ASSERT_EQ_INT(ask(&login), JIT_WHY_GRANT_HELD);
	ASSERT_EQ_INT(
		rule(JIT_RULING_REVOKE, "carol", g.jti, false), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(ask(&login), JIT_WHY_NEEDS_APPROVAL);
	ASSERT_EQ_INT(hand_in_grant(&g), JIT_ACCEPT_REFUSED);
	ASSERT_CONTAINS(err.text, "revoked: wrong host");
	close_world();
}

/* By its issuer also where the rules of now would not let them give it any more. */
static void
test_revoking_what_one_gave(void)
{
	_cleanup_free_ char *token = NULL;
	struct jit_grant g;

	open_world();
	g = approval("carol", WORLD_BOOT, "packages");
	g.via = JIT_VIA_DIRECT;
	g.req[0] = '\0';
	token = world_token(&g, "carol");
	ASSERT_OK(jit_store_add_brought(
		&access_.site, &access_.subject, &g, token, &access_.now, WORLD_NOW));
	ASSERT_EQ_INT(deny("dave", WORLD_BOOT), JIT_ACCEPT_IN_FORCE); /* another id */
	ASSERT_EQ_INT(rule(JIT_RULING_REVOKE, "erin", g.jti, false), JIT_ACCEPT_REFUSED);
	ASSERT_FALSE(has_ended(g.jti));
	ASSERT_EQ_INT(
		rule(JIT_RULING_REVOKE, "carol", g.jti, false), JIT_ACCEPT_IN_FORCE);
	ASSERT_TRUE(has_ended(g.jti));
	close_world();
}

/* Two approvals that came from elsewhere: the request is known here only by them. */
static void
test_revoking_without_a_local_request(void)
{
	struct jit_grant a, b;

	open_world();
	a = approval("carol", WORLD_BOOT, "deploy");
	b = approval("dave", WORLD_BOOT, "deploy");
	ASSERT_EQ_INT(hand_in_grant(&a), JIT_ACCEPT_MORE_NEEDED);
	ASSERT_EQ_INT(hand_in_grant(&b), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(
		rule(JIT_RULING_REVOKE, "carol", WORLD_BOOT, true), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	close_world();
}

/* What runs ends also where no record can be written. */
static void
test_ending_needs_no_record(void)
{
	struct jit_request request = deploy_request();
	char id[JIT_ID_LEN + 1];
	int log;

	open_world();
	file(&request, id);
	access_.policy.globals.audit_required = true;
	log = access_.site.log;
	access_.site.log = -ENOENT;
	ASSERT_EQ_INT(deny("carol", id), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(state_of(id), JIT_REQUEST_DENIED);
	access_.site.log = log;
	close_world();
}

static void
test_wrong_hosts(void)
{
	static const struct {
		const char *aud;
		enum jit_accept result;
	} rows[] = {
		{ "web1", JIT_ACCEPT_IN_FORCE },
		{ "@web", JIT_ACCEPT_IN_FORCE },
		{ "web2", JIT_ACCEPT_REFUSED },
		{ "@db", JIT_ACCEPT_REFUSED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_request request = deploy_request();
		struct jit_ruling ruling = { .kind = JIT_RULING_DENY,
			.iss = "carol",
			.is_req = true,
			.iat = WORLD_NOW };
		_cleanup_free_ char *payload = NULL, *token = NULL;

		test_row(rows[i].aud);
		open_world();
		file(&request, ruling.id);
		strcpy(ruling.aud, rows[i].aud);
		ASSERT_OK(jit_ruling_payload(&ruling, &payload));
		token = world_sign(payload, "jit-deny-v1", "carol");
		ASSERT_EQ_INT(hand_in(token), rows[i].result);
		close_world();
	}
	test_row(NULL);
}

/* A token says under its assertion what it is: a no cannot be handed in as a review. */
static void
test_kinds_are_not_mixed(void)
{
	struct jit_ruling ruling = { .kind = JIT_RULING_REVOKE,
		.iss = "carol",
		.aud = WORLD_HOST,
		.id = WORLD_BOOT,
		.iat = WORLD_NOW };
	_cleanup_free_ char *payload = NULL, *token = NULL;

	open_world();
	ASSERT_OK(jit_ruling_payload(&ruling, &payload));
	token = world_sign(payload, "jit-deny-v1", "carol"); /* a denial names req */
	ASSERT_EQ_INT(hand_in(token), JIT_ACCEPT_MALFORMED);
	close_world();
}

/* ---- said before it was known ---- */

static size_t
unproven(void)
{
	static const char *const people[] = { "carol", "dave", "grace", "erin" };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(people); i++) {
		char path[128];

		snprintf(path, sizeof(path), "lib/unproven/" WORLD_BOOT ".%s", people[i]);
		n += access(world_path(path), F_OK) == 0;
	}
	return n;
}

static void
test_revoked_before_it_was_seen(void)
{
	struct jit_grant a, b;

	open_world();
	a = approval("carol", WORLD_BOOT, "deploy");
	b = approval("dave", WORLD_BOOT, "deploy");
	ASSERT_EQ_INT(deny("grace", WORLD_BOOT), JIT_ACCEPT_IN_FORCE);
	ASSERT_TRUE(got.unproven);
	ASSERT_EQ_UINT(unproven(), 1);
	ASSERT_FALSE(has_ended(WORLD_BOOT)); /* it has ended nothing yet */
	ASSERT_EQ_INT(hand_in_grant(&a), JIT_ACCEPT_REFUSED);
	ASSERT_CONTAINS(err.text, "revoked: wrong host");
	ASSERT_TRUE(has_ended(WORLD_BOOT));
	ASSERT_EQ_UINT(unproven(), 0);
	ASSERT_TRUE(recorded_with("deny", "\"approver\":\"grace\""));
	ASSERT_EQ_INT(hand_in_grant(&b), JIT_ACCEPT_REFUSED);
	close_world();
}

/* Anybody's word about what nobody knows is kept; only who had the right is heard. */
static void
test_said_by_somebody_without_the_right(void)
{
	struct jit_grant a, b;

	open_world();
	a = approval("carol", WORLD_BOOT, "deploy");
	b = approval("dave", WORLD_BOOT, "deploy");
	ASSERT_EQ_INT(
		rule(JIT_RULING_REVOKE, "erin", WORLD_BOOT, true), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(deny("bob", WORLD_BOOT), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_UINT(unproven(), 1); /* bob's is not counted there */
	ASSERT_EQ_INT(hand_in_grant(&a), JIT_ACCEPT_MORE_NEEDED);
	ASSERT_EQ_UINT(unproven(), 1); /* it may be about another of this id: it stays */
	ASSERT_EQ_INT(hand_in_grant(&b), JIT_ACCEPT_IN_FORCE);
	ASSERT_FALSE(has_ended(WORLD_BOOT));
	close_world();
}

/* By the id of one approval, before that came: all of them end. */
static void
test_one_approval_revoked_before_it_was_seen(void)
{
	struct jit_grant a, b;

	open_world();
	a = approval("dave", WORLD_BOOT, "deploy");
	b = approval("carol", WORLD_BOOT, "deploy");
	ASSERT_EQ_INT(
		rule(JIT_RULING_REVOKE, "carol", b.jti, false), JIT_ACCEPT_IN_FORCE);
	ASSERT_EQ_INT(hand_in_grant(&a), JIT_ACCEPT_MORE_NEEDED);
	ASSERT_EQ_INT(hand_in_grant(&b), JIT_ACCEPT_REFUSED);
	ASSERT_TRUE(has_ended(WORLD_BOOT));
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
	close_world();
}

static void
test_a_request_denied_before_it_came(void)
{
	struct jit_filed f = { .iss = "daemon",
		.sub = "daemon",
		.aud = "web1",
		.jti = WORLD_BOOT,
		.iat = WORLD_NOW,
		.role = "deploy",
		.dur = 600,
		.reason = "OPS-1" };
	_cleanup_free_ char *payload = NULL, *token = NULL;
	struct jit_open_request r;
	bool old;

	open_world();
	ASSERT_EQ_INT(deny("carol", WORLD_BOOT), JIT_ACCEPT_IN_FORCE);
	ASSERT_OK(jit_filed_payload(&f, &payload));
	token = world_sign(payload, JIT_ASSERT_REQUEST, "daemon");
	err.text[0] = '\0';
	ASSERT_ERR(jit_access_file_token(&access_, token, &r, &old, &err), EPERM);
	ASSERT_CONTAINS(err.text, "refused already");
	ASSERT_ERR(jit_requests_find(&access_.site, WORLD_BOOT, &r), ENOENT);
	close_world();
}

static void
test_how_much_is_kept(void)
{
	open_world();
	for (unsigned i = 0; i <= 100; i++) {
		char id[JIT_ID_LEN + 1];

		snprintf(id, sizeof(id), "%032x", i);
		ASSERT_EQ_INT(deny("carol", id),
			i < 100 ? JIT_ACCEPT_IN_FORCE : JIT_ACCEPT_REFUSED);
	}
	ASSERT_CONTAINS(err.text, "too many rulings");
	ASSERT_EQ_INT(deny("dave", WORLD_BOOT), JIT_ACCEPT_IN_FORCE);
	for (unsigned i = 0; i < 1000; i++) {
		char path[128];

		snprintf(path, sizeof(path), "lib/unproven/%032x.somebody%u", i, i);
		test_file_write(world_path(path), 0600, "", 0);
	}
	ASSERT_EQ_INT(deny("grace", WORLD_BOOT), JIT_ACCEPT_REFUSED);
	close_world();
}

/* ---- break-glass, reviewed ---- */

static void
test_reviewing(void)
{
	static const struct {
		const char *who, *sub, *role;
		enum jit_accept result;
		const char *says;
	} rows[] = {
		{ "carol", "daemon", "vault", JIT_ACCEPT_IN_FORCE, "" },
		{ "dave", "daemon", "vault", JIT_ACCEPT_IN_FORCE, "" },
		{ "grace", "daemon", "deploy", JIT_ACCEPT_IN_FORCE, "" },
		{ "grace", "daemon", "vault", JIT_ACCEPT_REFUSED, "approve vault" },
		{ "carol", "daemon", "fix", JIT_ACCEPT_REFUSED, "approve fix" },
		{ "carol", "carol", "vault", JIT_ACCEPT_REFUSED, "approve vault" },
		{ "erin", "daemon", "vault", JIT_ACCEPT_REFUSED, "may not sign" },
		{ "bob", "daemon", "vault", JIT_ACCEPT_REFUSED, "approve vault" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_break_glass use = { .id = WORLD_BOOT,
			.uid = 1,
			.target = "root",
			.reason = "fire",
			.started_sec = WORLD_NOW - 60 };

		test_row(rows[i].who);
		open_world();
		strcpy(use.sub, rows[i].sub);
		strcpy(use.role, rows[i].role);
		ASSERT_OK(jit_break_glass_add(&access_.site, &use));
		ASSERT_EQ_INT(rule(JIT_RULING_SEEN, rows[i].who, WORLD_BOOT, false),
			rows[i].result);
		ASSERT_CONTAINS(err.text, rows[i].says);
		ASSERT_OK(jit_break_glass_find(&access_.site, WORLD_BOOT, &use));
		if (rows[i].result == JIT_ACCEPT_IN_FORCE) {
			ASSERT_EQ_INT(got.ruling, JIT_RULING_SEEN);
			ASSERT_EQ_STR(use.seen_by, rows[i].who);
			ASSERT_EQ_STR(use.seen_reason, "wrong host");
			ASSERT_EQ_INT(use.seen_sec, WORLD_NOW);
			ASSERT_TRUE(recorded_with("break-glass-seen", WORLD_BOOT));
		} else {
			ASSERT_EQ_INT(use.seen_sec, 0);
		}
		close_world();
	}
	test_row(NULL);
	open_world();
	ASSERT_EQ_INT(
		rule(JIT_RULING_SEEN, "carol", WORLD_BOOT, false), JIT_ACCEPT_REFUSED);
	ASSERT_CONTAINS(err.text, "no use of break-glass");
	close_world();
}

TEST_MAIN(TEST(test_denying_an_open_request), TEST(test_who_may_end),
	TEST(test_a_locked_key_rules_about_nothing), TEST(test_every_order),
	TEST(test_revoking_by_the_id_of_one_approval), TEST(test_revoking_a_direct_grant),
	TEST(test_revoking_what_one_gave), TEST(test_revoking_without_a_local_request),
	TEST(test_ending_needs_no_record), TEST(test_wrong_hosts),
	TEST(test_kinds_are_not_mixed), TEST(test_revoked_before_it_was_seen),
	TEST(test_said_by_somebody_without_the_right),
	TEST(test_one_approval_revoked_before_it_was_seen),
	TEST(test_a_request_denied_before_it_came), TEST(test_how_much_is_kept),
	TEST(test_reviewing))
