/*
 * libjit/accept.c and access.c: handing in a token, making a grant, and what people are
 * told. The subject must be an account here: `daemon` is one on every system.
 */
#include "libjit/file.h"
#include "libjit/subject.h"
#include "test.h"
#include "world.h"

static struct jit_access access_;
static struct jit_error err;

static void
open_world(void)
{
	world_open(&access_);
	err.text[0] = '\0';
}

static void
close_world(void)
{
	jit_access_close(&access_);
	world_clean();
}

static enum jit_accept
accept_text(const char *token)
{
	char text[JIT_TOKEN_MAX + 100];

	snprintf(text, sizeof(text), " %s\n", token);
	err.text[0] = '\0';
	struct jit_accepted got = { 0 };
	enum jit_accept a = jit_access_accept(&access_, text, 1000, &got, &err);

	jit_grant_done(&got.grant);
	return a;
}

static enum jit_accept
accept_grant(const struct jit_grant *g, const char *signer)
{
	_cleanup_free_ char *token = world_token(g, signer);

	return accept_text(token);
}

static char *
last_record(void)
{
	size_t len;
	char *text = test_file_read(world_path("log/audit.jsonl"), &len);
	char *line = text + len;

	while (line > text && (line == text + len || line[-1] != '\n'))
		line--;
	line = strdup(line);
	free(text);
	return line;
}

static struct jit_grant
daemon_grant(void)
{
	struct jit_grant g = world_grant();

	strcpy(g.sub, "daemon");
	return g;
}

static void
test_a_good_token(void)
{
	struct jit_grant g = daemon_grant();
	_cleanup_free_ char *record = NULL;

	open_world();
	ASSERT_EQ_INT(accept_grant(&g, "carol"), JIT_ACCEPT_IN_FORCE);
	record = last_record();
	ASSERT_CONTAINS(record, "\"event\":\"grant-accepted\"");
	ASSERT_CONTAINS(record, g.jti);
	ASSERT_CONTAINS(record, "\"approver\":\"carol\"");
	ASSERT_EQ_UINT(access_.subject.uid, 1);
	/* the same again: still in force, and nothing moved */
	jit_held_list_done(&access_.held);
	ASSERT_EQ_INT(accept_grant(&g, "carol"), JIT_ACCEPT_IN_FORCE);
	close_world();
}

struct row {
	const char *name;
	void (*spoil)(struct jit_grant *g);
	const char *signer;
	enum jit_accept result;
	const char *says, *event;
};

static void
no_change(struct jit_grant *g)
{
	(void)g;
}
static void
other_host(struct jit_grant *g)
{
	strcpy(g->aud, "web2");
}
static void
other_label(struct jit_grant *g)
{
	strcpy(g->aud, "@db");
}
static void
no_account(struct jit_grant *g)
{
	strcpy(g->sub, "nosuchuser");
}
static void
no_rule(struct jit_grant *g)
{
	strcpy(g->sub, "bin");
}
static void
no_role(struct jit_grant *g)
{
	strcpy(g->role, "nosuch");
}
static void
auto_role(struct jit_grant *g)
{
	strcpy(g->role, "packages");
}
static void
by_erin(struct jit_grant *g)
{
	strcpy(g->iss, "erin");
}
static void
by_frank(struct jit_grant *g)
{
	strcpy(g->iss, "frank");
}
static void
by_dave(struct jit_grant *g)
{
	strcpy(g->iss, "dave");
}
static void
by_bob(struct jit_grant *g)
{
	strcpy(g->iss, "bob");
}
static void
expired(struct jit_grant *g)
{
	g->iat = g->nbf = WORLD_NOW - 7200;
	g->start_by = g->exp = WORLD_NOW;
}
static void
late(struct jit_grant *g)
{
	g->iat = g->nbf = WORLD_NOW - 7200;
	g->start_by = WORLD_NOW - 1;
}
static void
late_for_the_host(struct jit_grant *g)
{
	g->iat = g->nbf = WORLD_NOW - 3601; /* limits.start_within is 1h */
	g->start_by = WORLD_NOW + 60;
}
static void
future(struct jit_grant *g)
{
	g->iat = WORLD_NOW + 61;
	g->nbf = WORLD_NOW + 61;
}
static void
long_one(struct jit_grant *g)
{
	g->dur = 14401;
	g->exp = WORLD_NOW + 20000;
}
static void
too_long(struct jit_grant *g)
{
	g->dur = 86401;
}
static void
choice_without_as(struct jit_grant *g)
{
	strcpy(g->role, "choice");
}
static void
choice_as_root(struct jit_grant *g)
{
	strcpy(g->role, "choice");
	strcpy(g->as, "root");
}

static void
test_refusals(void)
{
	static const struct row rows[] = {
		{ "wrong host", other_host, "carol", JIT_ACCEPT_REFUSED,
			"the token is for web2, this is web1", "grant-refused" },
		{ "wrong label", other_label, "carol", JIT_ACCEPT_REFUSED, "for @db",
			"grant-refused" },
		{ "unknown account", no_account, "carol", JIT_ACCEPT_REFUSED,
			"is no account", "grant-refused" },
		{ "no rule", no_rule, "carol", JIT_ACCEPT_REFUSED, "no rule here",
			"grant-refused" },
		{ "no role", no_role, "carol", JIT_ACCEPT_REFUSED, "no rule here",
			"grant-refused" },
		{ "role that is automatic", auto_role, "carol", JIT_ACCEPT_REFUSED,
			"no rule here", "grant-refused" },
		{ "unknown signer", no_change, "stranger", JIT_ACCEPT_REFUSED,
			"nobody here trusts", "grant-refused" },
		{ "signer not for grants", by_erin, "erin", JIT_ACCEPT_REFUSED,
			"may not sign grants", "grant-refused" },
		{ "signer's key expired", by_frank, "frank", JIT_ACCEPT_REFUSED,
			"may not sign grants", "grant-refused" },
		{ "signer that the rule does not name", by_bob, "bob", JIT_ACCEPT_REFUSED,
			"bob may not give daemon", "grant-refused" },
		{ "another's name", by_dave, "carol", JIT_ACCEPT_MALFORMED,
			"its key is carol's", "grant-refused" },
		{ "expired", expired, "carol", JIT_ACCEPT_REFUSED, "expired at",
			"grant-refused" },
		{ "late", late, "carol", JIT_ACCEPT_REFUSED, "handed in by",
			"start-late" },
		{ "late for the host's own limit", late_for_the_host, "carol",
			JIT_ACCEPT_REFUSED, "handed in by", "start-late" },
		{ "from the future", future, "carol", JIT_ACCEPT_REFUSED,
			"compare the clocks", "grant-refused" },
		{ "longer than the role", long_one, "carol", JIT_ACCEPT_REFUSED,
			"for 4h at most", "grant-refused" },
		{ "beyond the ceiling", too_long, "carol", JIT_ACCEPT_MALFORMED,
			"longer than any grant", "grant-refused" },
		{ "target not named", choice_without_as, "carol", JIT_ACCEPT_REFUSED, "",
			"grant-refused" },
		{ "target that the role has not", choice_as_root, "carol",
			JIT_ACCEPT_REFUSED, "", "grant-refused" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *record = NULL;
		struct jit_grant g = daemon_grant();
		char event[64];

		open_world();
		rows[i].spoil(&g);
		test_row(rows[i].name);
		ASSERT_EQ_INT(accept_grant(&g, rows[i].signer), rows[i].result);
		ASSERT_CONTAINS(err.text, rows[i].says);
		ASSERT_TRUE(strlen(err.text) > 10);
		record = last_record();
		snprintf(event, sizeof(event), "\"event\":\"%s\"", rows[i].event);
		ASSERT_CONTAINS(record, event);
		/* nothing was kept */
		ASSERT_TRUE(access(world_path("lib/grants/1"), F_OK) < 0);
		close_world();
	}
	test_row(NULL);
}

static void
test_malformed_tokens(void)
{
	struct jit_grant g = daemon_grant();
	_cleanup_free_ char *token = NULL, *other = NULL, *record = NULL;

	open_world();
	ASSERT_EQ_INT(accept_text(""), JIT_ACCEPT_MALFORMED);
	ASSERT_CONTAINS(err.text, "no token on standard input");
	token = world_token(&g, "carol");
	token[strlen(token) - 1] = '\0';
	ASSERT_EQ_INT(accept_text(token), JIT_ACCEPT_MALFORMED);
	ASSERT_CONTAINS(err.text, "incomplete");
	other = world_sign("{}", "jit-request-v1", "carol");
	ASSERT_EQ_INT(accept_text(other), JIT_ACCEPT_MALFORMED);
	ASSERT_CONTAINS(err.text, "signature does not hold");
	/* unverified words are nobody's: they are not recorded */
	record = last_record();
	ASSERT_TRUE(strstr(record, "daemon") == NULL);
	close_world();
}

/* Replayed after revocation, also when it was revoked before it was ever seen. */
static void
test_revoked(void)
{
	struct jit_grant g = daemon_grant();

	open_world();
	ASSERT_OK(jit_store_end(
		&access_.site, NULL, g.jti, "root", "lost laptop", &access_.now));
	ASSERT_EQ_INT(accept_grant(&g, "carol"), JIT_ACCEPT_REFUSED);
	ASSERT_CONTAINS(err.text, "revoked: lost laptop");
	close_world();
}

/* Handed in again after it ended: over, and no second window. */
static void
test_replayed_after_its_end(void)
{
	struct jit_grant g = daemon_grant();

	g.dur = 600;
	open_world();
	ASSERT_EQ_INT(accept_grant(&g, "carol"), JIT_ACCEPT_IN_FORCE);
	access_.now.wall_sec += 601;
	access_.now.boot_ms += 601000;
	ASSERT_EQ_INT(accept_grant(&g, "carol"), JIT_ACCEPT_REFUSED);
	ASSERT_CONTAINS(err.text, "is over");
	close_world();
}

static void
test_a_clock_set_back(void)
{
	struct jit_grant g = daemon_grant();
	struct jit_clock_mark mark = { .wall_sec = WORLD_NOW + 301,
		.boot_ms = WORLD_BOOT_MS,
		.boot_id = WORLD_BOOT };
	_cleanup_free_ char *record = NULL;

	open_world();
	ASSERT_OK(jit_store_clock_mark_set(&access_.site, &mark));
	ASSERT_EQ_INT(accept_grant(&g, "carol"), JIT_ACCEPT_REFUSED);
	ASSERT_CONTAINS(err.text, "clock was set back");
	record = last_record();
	ASSERT_CONTAINS(record, "\"event\":\"clock-back\"");
	ASSERT_OK(jit_store_clock_mark_clear(&access_.site));
	ASSERT_EQ_INT(accept_grant(&g, "carol"), JIT_ACCEPT_IN_FORCE);
	close_world();
}

/* nbf ahead: kept now, begins then; within a minute, now. */
static void
test_a_later_start(void)
{
	struct jit_grant g = daemon_grant();
	struct jit_request login = { .kind = JIT_KIND_LOGIN, .target = "daemon" };
	struct jit_decision d;

	g.nbf = WORLD_NOW + 600;
	open_world();
	ASSERT_EQ_INT(accept_grant(&g, "carol"), JIT_ACCEPT_IN_FORCE);
	access_.held_loaded = false;
	jit_held_list_done(&access_.held);
	ASSERT_OK(jit_access_ask(&access_, &login, &d, NULL));
	ASSERT_EQ_INT(d.verdict, JIT_DENY);
	access_.now.wall_sec += 600;
	access_.now.boot_ms += 600000;
	ASSERT_OK(jit_access_ask(&access_, &login, &d, NULL));
	ASSERT_EQ_INT(d.verdict, JIT_ALLOW);
	ASSERT_EQ_STR(d.grant->grant.jti, g.jti);
	close_world();
}

/* No record, no grant. */
static void
test_no_record(void)
{
	struct jit_grant g = daemon_grant();

	open_world();
	access_.policy.globals.audit_required = true;
	close(access_.site.log);
	access_.site.log = -ENOENT;
	ASSERT_EQ_INT(accept_grant(&g, "carol"), JIT_ACCEPT_NO_RECORD);
	ASSERT_TRUE(access(world_path("lib/grants/1"), F_OK) < 0);
	access_.policy.globals.audit_required = false;
	ASSERT_EQ_INT(accept_grant(&g, "carol"), JIT_ACCEPT_IN_FORCE);
	close_world();
}

static const char *apt[] = { "/usr/bin/apt-get", "install", "vim" };

static void
test_making_a_grant(void)
{
	struct jit_request request = { .argv = { 3, apt }, .reason = "because" };
	struct jit_decision d;
	struct jit_held held;
	_cleanup_free_ char *record = NULL;

	open_world();
	ASSERT_OK(jit_access_ask(&access_, &request, &d, &err));
	ASSERT_EQ_INT(d.reason, JIT_WHY_RULE_AUTO);
	ASSERT_OK(jit_access_make(&access_, &request, &d, &held, &err));
	record = last_record();
	ASSERT_CONTAINS(record, held.grant.jti);
	ASSERT_CONTAINS(record, "\"via\":\"auto\"");
	ASSERT_CONTAINS(record, "\"reason\":\"because\"");
	jit_grant_done(&held.grant);
	/* and it is held, from now on */
	access_.held_loaded = false;
	ASSERT_OK(jit_access_ask(&access_, &request, &d, &err));
	ASSERT_EQ_INT(d.reason, JIT_WHY_GRANT_HELD);
	ASSERT_EQ_INT(d.end_ms, WORLD_BOOT_MS + 600000);
	close_world();
}

static void
test_no_grant_is_made_without_a_yes(void)
{
	struct jit_request request = { .argv = { 3, apt } };
	struct jit_decision d = { 0 };
	struct jit_held held;

	open_world();
	ASSERT_ERR(jit_access_make(&access_, &request, &d, &held, &err), EPERM);
	d.verdict = JIT_ALLOW;
	d.reason = JIT_WHY_GRANT_HELD;
	ASSERT_ERR(jit_access_make(&access_, &request, &d, &held, &err), EPERM);
	close_world();
}

static void
test_no_host_key_no_grant(void)
{
	struct jit_request request = { .argv = { 3, apt } };
	struct jit_decision d;
	struct jit_held held;

	open_world();
	ASSERT_OK(jit_access_ask(&access_, &request, &d, &err));
	ASSERT_OK(jit_file_remove(access_.site.etc, "host.key"));
	ASSERT_ERR(jit_access_make(&access_, &request, &d, &held, &err), ENOKEY);
	ASSERT_CONTAINS(err.text, "jitctl init");
	close_world();
}

static void
test_advice(void)
{
	struct jit_request request = { .kind = JIT_KIND_LOGIN, .target = "bob" };
	struct jit_decision d;
	char text[1024];

	open_world();
	ASSERT_OK(jit_access_ask(&access_, &request, &d, &err));
	ASSERT_EQ_INT(
		d.reason, JIT_WHY_NEEDS_REASON); /* nobody can be asked for it there */
	jit_access_advice(&access_, &request, &d, text, sizeof(text));
	ASSERT_EQ_STR(text,
		"ask:  jitctl request --host web1 -R login -t 1h -r \"why\"\n"
		"help: helpdesk\n");
	jit_access_advice(&access_, &request, &d, text, 20); /* cut, and terminated */
	ASSERT_TRUE(strlen(text) < 20);
	close_world();
}

/* CVE-2020-27780: an unknown account is refused. */
static void
test_unknown_accounts(void)
{
	struct jit_subject subject = { 0 };

	ASSERT_ERR(jit_subject_find("nosuchuser", 0, &subject), ENOENT);
	ASSERT_ERR(jit_subject_find("../root", 0, &subject), ENOENT);
	ASSERT_ERR(jit_subject_find("", 0, &subject), ENOENT);
	ASSERT_ERR(jit_subject_find(NULL, (uid_t)-1, &subject), ENOENT);
	ASSERT_ERR(jit_subject_find(NULL, 3999999, &subject), ENOENT);
	ASSERT_OK(jit_subject_find("daemon", 0, &subject));
	ASSERT_EQ_UINT(subject.uid, 1);
	ASSERT_TRUE(jit_strv_has(&subject.whos, "daemon"));
	ASSERT_TRUE(jit_strv_has(&subject.whos, "%daemon"));
	ASSERT_TRUE(jit_strv_has(&subject.whos, "#1"));
	ASSERT_TRUE(jit_strv_has(&subject.whos, "*"));
	jit_subject_done(&subject);
}

TEST_MAIN(TEST(test_a_good_token), TEST(test_refusals), TEST(test_malformed_tokens),
	TEST(test_revoked), TEST(test_replayed_after_its_end),
	TEST(test_a_clock_set_back), TEST(test_a_later_start), TEST(test_no_record),
	TEST(test_making_a_grant), TEST(test_no_grant_is_made_without_a_yes),
	TEST(test_no_host_key_no_grant), TEST(test_advice), TEST(test_unknown_accounts))
