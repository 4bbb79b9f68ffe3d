/*
 * libjit/ask.c, ask_token.c, due.c: filing a request, here or from elsewhere, withdrawing
 * it, and what becomes due.
 */
#include "libjit/access.h"
#include "libjit/parse.h"
#include "test.h"
#include "world.h"

static struct jit_access access_;
static struct jit_error err;

static void
open_world(void)
{
	world_open(&access_);
	ASSERT_OK(jit_access_subject(&access_, "daemon", 0, NULL));
	err.text[0] = '\0';
}

static void
close_world(void)
{
	jit_access_close(&access_);
	world_clean();
}

static const char *deploy[] = { "/usr/bin/deploy", "now" };
static const char *odd[] = { "/usr/bin/odd", "-x" };

static struct jit_request
deploy_request(void)
{
	return (struct jit_request){ .argv = { 2, deploy }, .reason = "OPS-1 please" };
}

static int
file_at(const struct jit_request *request, int64_t at_sec, struct jit_open_request *ret,
	bool *ret_old)
{
	struct jit_decision d;

	err.text[0] = '\0';
	ASSERT_OK(jit_access_ask(&access_, request, &d, &err));
	return jit_access_file(
		&access_, request, &d, at_sec, "pts/1", ret, ret_old, &err);
}

static int
file(const struct jit_request *request, struct jit_open_request *ret, bool *ret_old)
{
	return file_at(request, 0, ret, ret_old);
}

static char *
records(void)
{
	size_t len;

	return test_file_read(world_path("log/audit.jsonl"), &len);
}

static size_t
open_requests(void)
{
	struct jit_request_list list = { 0 };
	size_t n;

	ASSERT_OK(jit_requests_load(&access_.site, (uid_t)-1, &list));
	n = list.n;
	jit_request_list_done(&list);
	return n;
}

static void
test_what_is_filed(void)
{
	struct jit_request request = deploy_request();
	_cleanup_free_ char *payload = NULL, *log = NULL;
	_cleanup_filed_ struct jit_filed signed_ = { 0 };
	struct jit_open_request r;
	struct jit_key key;
	bool old = true;

	open_world();
	ASSERT_OK(file(&request, &r, &old));
	ASSERT_FALSE(old);
	ASSERT_EQ_STR(r.filed.iss, "host");
	ASSERT_EQ_STR(r.filed.sub, "daemon");
	ASSERT_EQ_STR(r.filed.aud, "web1");
	ASSERT_EQ_STR(r.filed.role, "deploy");
	ASSERT_EQ_STR(r.filed.as, "");
	ASSERT_EQ_INT(r.filed.dur, 3600);
	ASSERT_EQ_STR(r.filed.reason, "OPS-1 please");
	ASSERT_EQ_UINT(r.filed.cmd.n, 0); /* the role is asked for */
	ASSERT_EQ_STR(r.command_shown, "/usr/bin/deploy now");
	ASSERT_EQ_UINT(r.uid, 1);
	ASSERT_EQ_STR(r.rule, "bob-deploy");
	ASSERT_EQ_STR(r.tty, "pts/1");
	ASSERT_EQ_UINT(r.approvals, 2);
	ASSERT_EQ_STR(r.asked_shown, "secops");
	ASSERT_EQ_STR(r.role_shown, "Deploy, by two");
	ASSERT_EQ_STR(r.target, "root");
	ASSERT_EQ_UINT(r.approvers.n, 2);
	ASSERT_EQ_UINT(r.then_ask.n, 1);
	ASSERT_EQ_INT(r.expires_sec, WORLD_NOW + 3600);
	ASSERT_EQ_INT(r.escalate_sec, WORLD_NOW + 900);
	/* under this host's key, and for nothing else */
	ASSERT_OK(jit_token_open(
		r.token, JIT_ASSERT_REQUEST, &access_.keys, &payload, &key, &err));
	ASSERT_OK(jit_filed_parse(payload, &key, &signed_, &err));
	ASSERT_EQ_STR(signed_.jti, r.filed.jti);
	ASSERT_TRUE(key.is_host);
	log = records();
	ASSERT_CONTAINS(log, "\"event\":\"request\"");
	ASSERT_CONTAINS(log, r.filed.jti);
	ASSERT_CONTAINS(log, "\"command\":[\"/usr/bin/deploy\",\"now\"]");
	ASSERT_CONTAINS(log, "\"rule\":\"bob-deploy\"");
	jit_open_request_done(&r);
	close_world();
}

static void
test_an_exact_command(void)
{
	struct jit_request request = { .argv = { 2, odd }, .role = "ops", .reason = "x" };
	struct jit_open_request r;
	bool old;

	open_world();
	ASSERT_OK(file(&request, &r, &old));
	ASSERT_EQ_UINT(r.filed.cmd.n, 2);
	ASSERT_EQ_STR(r.filed.cmd.v[0], "/usr/bin/odd");
	ASSERT_EQ_STR(r.filed.cmd.v[1], "-x");
	ASSERT_EQ_UINT(r.command.n, 2);
	jit_open_request_done(&r);
	close_world();
}

/* Whoever approves an exact command must be able to read the whole of it. */
static void
test_long_commands(void)
{
	static char word[JIT_COMMAND_MAX + 1];
	const char *argv[] = { "/usr/bin/odd", word };
	const char *bytes[] = { "/usr/bin/odd", "\xff" };
	struct jit_request request = {
		.argv = { 2, argv }, .role = "ops", .reason = "x"
	};
	struct jit_open_request r;
	bool old;

	open_world();
	memset(word, 'a', 2000);
	ASSERT_OK(file(&request, &r, &old));
	ASSERT_EQ_UINT(r.filed.cmd.n, 1);
	ASSERT_CONTAINS(r.filed.cmd.v[0], "sha512:");
	ASSERT_EQ_UINT(r.command.n, 2);
	ASSERT_EQ_UINT(strlen(r.command.v[1]), 2000);
	jit_open_request_done(&r);
	memset(word, 'a', JIT_COMMAND_MAX);
	ASSERT_ERR(file(&request, &r, &old), E2BIG);
	ASSERT_CONTAINS(err.text, "put it in a script");
	request.argv.v = bytes;
	ASSERT_ERR(file(&request, &r, &old), E2BIG);
	/* where the role is asked for, they are just not shown */
	request = deploy_request();
	bytes[0] = "/usr/bin/deploy";
	request.argv = (struct jit_strv){ 2, bytes };
	ASSERT_OK(file(&request, &r, &old));
	ASSERT_EQ_UINT(r.command.n, 0);
	jit_open_request_done(&r);
	close_world();
}

static void
test_the_same_again(void)
{
	struct jit_request request = deploy_request();
	struct jit_open_request a, b;
	bool old;

	open_world();
	ASSERT_OK(file(&request, &a, &old));
	request.reason = "OPS-2 another reason";
	ASSERT_OK(file(&request, &b, &old));
	ASSERT_TRUE(old);
	ASSERT_EQ_STR(b.filed.jti, a.filed.jti);
	ASSERT_EQ_STR(b.filed.reason, "OPS-1 please");
	jit_open_request_done(&b);
	request.duration_sec = 60; /* something else */
	ASSERT_OK(file(&request, &b, &old));
	ASSERT_FALSE(old);
	jit_open_request_done(&b);
	ASSERT_OK(file_at(&request, WORLD_NOW + 7200, &b, &old));
	ASSERT_FALSE(old);
	ASSERT_EQ_INT(b.filed.at, WORLD_NOW + 7200);
	jit_open_request_done(&b);
	ASSERT_EQ_UINT(open_requests(), 3);
	/* over after an hour: then it is a new one */
	access_.now.wall_sec += 3600;
	access_.now.boot_ms += 3600000;
	request = deploy_request();
	ASSERT_OK(file(&request, &b, &old));
	ASSERT_FALSE(old);
	ASSERT_TRUE(strcmp(b.filed.jti, a.filed.jti) != 0);
	jit_open_request_done(&b);
	ASSERT_EQ_UINT(open_requests(), 1);
	jit_open_request_done(&a);
	close_world();
}

static void
test_too_many(void)
{
	struct jit_request request = deploy_request();
	struct jit_open_request r;
	_cleanup_free_ char *log = NULL;
	bool old;

	open_world();
	access_.policy.globals.pending_requests = 2;
	for (int i = 1; i <= 2; i++) {
		request.duration_sec = i;
		ASSERT_OK(file(&request, &r, &old));
		jit_open_request_done(&r);
	}
	request.duration_sec = 3;
	ASSERT_ERR(file(&request, &r, &old), EDQUOT);
	ASSERT_CONTAINS(err.text, "jitsu --cancel");
	ASSERT_EQ_UINT(open_requests(), 2);
	log = records(); /* and no record says that it was filed */
	ASSERT_EQ_INT(strstr(strstr(strstr(log, "\"request\":") + 1, "\"request\":") + 1,
			      "\"request\":") == NULL,
		true);
	close_world();
}

static void
test_later_starts(void)
{
	static const struct {
		const char *name;
		int64_t at_sec;
		int result;
	} rows[] = {
		{ "at once", 0, 0 },
		{ "now", WORLD_NOW, -ERANGE },
		{ "in the past", WORLD_NOW - 1, -ERANGE },
		{ "in a second", WORLD_NOW + 1, 0 },
		{ "at the ceiling", WORLD_NOW + 604800, 0 },
		{ "beyond it", WORLD_NOW + 604801, -ERANGE },
	};
	struct jit_request request = deploy_request();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_open_request r = { 0 };
		bool old;

		test_row(rows[i].name);
		open_world();
		ASSERT_EQ_INT(
			file_at(&request, rows[i].at_sec, &r, &old), rows[i].result);
		ASSERT_EQ_UINT(open_requests(), rows[i].result == 0);
		jit_open_request_done(&r);
		close_world();
	}
	test_row(NULL);
}

static void
test_what_nobody_can_approve(void)
{
	struct jit_request request = deploy_request();
	struct jit_decision none = { 0 }, allowed = { .verdict = JIT_ALLOW };
	struct jit_open_request r;
	char reason[JIT_REASON_MAX + 2];
	bool old;

	open_world();
	ASSERT_ERR(
		jit_access_file(&access_, &request, &none, 0, "", &r, &old, &err), EPERM);
	allowed.reason = JIT_WHY_NEEDS_APPROVAL;
	ASSERT_ERR(jit_access_file(&access_, &request, &allowed, 0, "", &r, &old, &err),
		EPERM);
	memset(reason, 'a', sizeof(reason));
	memcpy(reason, "OPS-1 ", 6);
	reason[JIT_REASON_MAX + 1] = '\0';
	request.reason = reason;
	ASSERT_ERR(file(&request, &r, &old), EINVAL);
	request.reason = "OPS-1 \x1b[2J";
	ASSERT_ERR(file(&request, &r, &old), EINVAL);
	ASSERT_EQ_UINT(open_requests(), 0);
	close_world();
}

/* No record, no request. */
static void
test_no_record(void)
{
	struct jit_request request = deploy_request();
	struct jit_open_request r;
	bool old;

	open_world();
	access_.policy.globals.audit_required = true;
	close(access_.site.log);
	access_.site.log = -ENOENT;
	ASSERT_ERR(file(&request, &r, &old), EREMOTEIO);
	ASSERT_EQ_UINT(open_requests(), 0);
	access_.policy.globals.audit_required = false;
	ASSERT_OK(file(&request, &r, &old));
	jit_open_request_done(&r);
	close_world();
}

/* ---- from elsewhere ---- */

static struct jit_filed
daemon_filed(void)
{
	struct jit_filed f = {
		.iss = "daemon",
		.sub = "daemon",
		.aud = "web1",
		.iat = WORLD_NOW - 10,
		.role = "deploy",
		.dur = 600,
		.reason = "OPS-1 please",
	};

	jit_grant_new_id(f.jti);
	return f;
}

static int
file_token(const struct jit_filed *f, const char *signer, struct jit_open_request *ret,
	bool *ret_old)
{
	_cleanup_free_ char *payload = NULL, *token = NULL, *text = NULL;

	ASSERT_OK(jit_filed_payload(f, &payload));
	token = world_sign(payload, JIT_ASSERT_REQUEST, signer);
	ASSERT_TRUE(asprintf(&text, "> " JIT_REQUEST_LINE "%s\n", token) >= 0);
	err.text[0] = '\0';
	return jit_access_file_token(&access_, text, ret, ret_old, &err);
}

static void
test_a_token_from_elsewhere(void)
{
	struct jit_filed f = daemon_filed();
	struct jit_open_request r;
	_cleanup_free_ char *log = NULL;
	bool old;

	open_world();
	ASSERT_OK(file_token(&f, "daemon", &r, &old));
	ASSERT_FALSE(old);
	ASSERT_EQ_STR(r.filed.jti, f.jti);
	ASSERT_EQ_STR(r.filed.iss, "daemon");
	ASSERT_EQ_UINT(r.uid, 1);
	ASSERT_EQ_UINT(r.approvals, 2);
	ASSERT_EQ_INT(r.expires_sec, WORLD_NOW + 3600);
	log = records();
	ASSERT_CONTAINS(log, "\"event\":\"request\"");
	jit_open_request_done(&r);
	/* again, while it is open: the same one */
	ASSERT_OK(file_token(&f, "daemon", &r, &old));
	ASSERT_TRUE(old);
	jit_open_request_done(&r);
	/* and when it is over: no second time */
	ASSERT_OK(jit_requests_close(
		&access_.site, f.jti, JIT_REQUEST_ABANDONED, WORLD_NOW));
	ASSERT_ERR(file_token(&f, "daemon", &r, &old), EEXIST);
	ASSERT_CONTAINS(err.text, "handed in before");
	close_world();
}

static void
other_host(struct jit_filed *f)
{
	strcpy(f->aud, "web2");
}
static void
our_label(struct jit_filed *f)
{
	strcpy(f->aud, "@web");
}
static void
future(struct jit_filed *f)
{
	f->iat = WORLD_NOW + 61;
}
static void
old_one(struct jit_filed *f)
{
	f->iat = WORLD_NOW - 3600;
}
static void
no_account(struct jit_filed *f)
{
	strcpy(f->sub, "carol");
	strcpy(f->iss, "carol");
}
static void
no_role(struct jit_filed *f)
{
	strcpy(f->role, "nosuch");
}
static void
no_ticket(struct jit_filed *f)
{
	strcpy(f->reason, "please");
}
static void
no_reason(struct jit_filed *f)
{
	f->reason[0] = '\0';
}
static void
long_one(struct jit_filed *f)
{
	f->dur = 3601;
}
static void
other_target(struct jit_filed *f)
{
	strcpy(f->as, "postgres");
}
static void
past_start(struct jit_filed *f)
{
	f->at = WORLD_NOW - 1;
}
static void
nothing(struct jit_filed *f)
{
	(void)f;
}
static void
break_glass_two(struct jit_filed *f)
{
	strcpy(f->role, "vault");
	f->break_glass = true;
}
static void
break_glass(struct jit_filed *f)
{
	strcpy(f->role, "fix");
	f->break_glass = true;
}
static void
break_glass_without_rule(struct jit_filed *f)
{
	f->break_glass = true;
}

static void
test_tokens_from_elsewhere(void)
{
	static const struct {
		const char *name;
		void (*spoil)(struct jit_filed *f);
		const char *signer;
		int result;
		const char *says;
	} rows[] = {
		{ "for a label of ours", our_label, "daemon", 0, "" },
		{ "for another host", other_host, "daemon", -EPERM, "this is web1" },
		{ "from the future", future, "daemon", -EPERM, "compare the clocks" },
		{ "too old", old_one, "daemon", -EPERM, "too old" },
		{ "signer not for requests", no_account, "carol", -EPERM,
			"may not sign requests" },
		{ "under our own key", nothing, "host", -EPERM, "this host signed it" },
		{ "under another's key", nothing, "bob", -EINVAL, "its key is bob's" },
		{ "unknown signer", nothing, "stranger", -EPERM, "nobody here trusts" },
		{ "no such role", no_role, "daemon", -EPERM, "no rule here" },
		{ "no ticket", no_ticket, "daemon", -EPERM, "ticket" },
		{ "no reason", no_reason, "daemon", -EPERM, "reason" },
		{ "too long", long_one, "daemon", -EPERM, "1h at most" },
		{ "as somebody else", other_target, "daemon", -EPERM, "no rule here" },
		{ "a start in the past", past_start, "daemon", -ERANGE, "has passed" },
		{ "break-glass by a second person", break_glass_two, "daemon", 0, "" },
		{ "break-glass", break_glass, "daemon", -EALREADY, "just run it" },
		{ "break-glass that no rule gives", break_glass_without_rule, "daemon",
			-EPERM, "no rule here" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_filed f = daemon_filed();
		struct jit_open_request r = { 0 };
		bool old;

		test_row(rows[i].name);
		open_world();
		f.iat = WORLD_NOW - 3000;
		rows[i].spoil(&f);
		ASSERT_EQ_INT(file_token(&f, rows[i].signer, &r, &old), rows[i].result);
		ASSERT_CONTAINS(err.text, rows[i].says);
		ASSERT_EQ_UINT(open_requests(), rows[i].result == 0);
		jit_open_request_done(&r);
		close_world();
	}
	test_row(NULL);
}

/* ---- whose id it is ---- */

static struct jit_grant
grant_of(const char *user, uid_t uid, const char *req)
{
	struct jit_subject subject = { .uid = uid };
	struct jit_grant g = world_grant();
	_cleanup_free_ char *token = NULL;

	snprintf(subject.name, sizeof(subject.name), "%s", user);
	snprintf(g.sub, sizeof(g.sub), "%s", user);
	if (req) {
		g.via = JIT_VIA_APPROVAL;
		strcpy(g.req, req);
	}
	token = world_token(&g, "carol");
	ASSERT_OK(jit_store_add_brought(
		&access_.site, &subject, &g, token, &access_.now, WORLD_NOW));
	return g;
}

static void
an_approvals(struct jit_filed *f)
{
	strcpy(f->jti, grant_of("bob", 1001, WORLD_BOOT).jti);
}
static void
an_answered_ones(struct jit_filed *f)
{
	(void)grant_of("bob", 1001, f->jti);
}
static void
a_past_grants(struct jit_filed *f)
{
	struct jit_grant g = grant_of("bob", 1001, NULL);
	char from[128], to[128];
	int month = jit_archive_month(&access_.site, WORLD_NOW);

	ASSERT_TRUE(month >= 0);
	close(month);
	snprintf(from, sizeof(from), "%s/lib/grants/1001/%s", world_root(), g.jti);
	snprintf(to, sizeof(to), "%s/lib/archive/2027-01/%s", world_root(), g.jti);
	ASSERT_EQ_INT(rename(from, to), 0);
	strcpy(f->jti, g.jti);
}
static void
an_ended_ones(struct jit_filed *f)
{
	const struct jit_grant bobs = { .sub = "bob" };

	ASSERT_OK(jit_store_end(&access_.site, &bobs, f->jti, "carol", "", &access_.now));
}
static void
what_a_host_made(struct jit_filed *f)
{
	const struct jit_grant bobs = { .sub = "bob", .by_host = true };

	ASSERT_OK(jit_store_end(&access_.site, &bobs, f->jti, "bob", "", &access_.now));
}

/* Who signs a request chooses its id, and may withdraw it: that must end nothing else. */
static void
test_ids_that_are_taken(void)
{
	static const struct {
		const char *name;
		void (*take)(struct jit_filed *f);
		bool taken;
	} rows[] = {
		{ "a new one", nothing, false },
		{ "an approval's", an_approvals, true },
		{ "of a request that an approval answers", an_answered_ones, true },
		{ "a past grant's", a_past_grants, true },
		{ "an ended one's", an_ended_ones, true },
		{ "an ended one's that a host made", what_a_host_made, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_filed f = daemon_filed();
		struct jit_open_request r = { 0 };
		bool old;

		test_row(rows[i].name);
		open_world();
		rows[i].take(&f);
		ASSERT_EQ_INT(
			file_token(&f, "daemon", &r, &old), rows[i].taken ? -EPERM : 0);
		ASSERT_CONTAINS(err.text, rows[i].taken ? "its id is taken here" : "");
		ASSERT_EQ_UINT(open_requests(), !rows[i].taken);
		jit_open_request_done(&r);
		close_world();
	}
	test_row(NULL);
}

/* And if one got in all the same, what ends is the asker's. */
static void
test_withdrawing_ends_what_is_ones_own(void)
{
	struct jit_filed f = daemon_filed();
	struct jit_open_request r;
	struct jit_grant theirs, own;
	struct jit_held_list list = { 0 };
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1], *token;
	bool old;

	open_world();
	ASSERT_OK(file_token(&f, "daemon", &r, &old));
	jit_open_request_done(&r);
	theirs = own = grant_of("bob", 1001, f.jti);
	strcpy(own.sub, "daemon");
	ASSERT_OK(jit_access_withdraw(&access_, 1, f.jti, &err));
	ASSERT_EQ_INT(
		jit_store_ended(&access_.site, f.jti, "daemon", false, by, reason), 1);
	ASSERT_EQ_INT(jit_store_ended(&access_.site, f.jti, "bob", false, by, reason), 0);
	ASSERT_OK(jit_store_load_all(&access_.site, &access_.keys, &access_.now, &list));
	ASSERT_EQ_UINT(list.n, 1);
	ASSERT_EQ_STR(list.v[0].grant.jti, theirs.jti);
	ASSERT_FALSE(list.v[0].ended);
	jit_held_list_done(&list);
	token = world_token(&own, "carol");
	ASSERT_ERR(jit_store_add_brought(&access_.site, &access_.subject, &own, token,
			   &access_.now, WORLD_NOW),
		ESTALE);
	free(token);
	close_world();
}

static void
test_what_is_no_request(void)
{
	struct jit_open_request r;
	char text[64] = "jit-request-v2:v4.public.x";
	bool old;

	open_world();
	ASSERT_ERR(jit_access_file_token(&access_, text, &r, &old, &err), EINVAL);
	ASSERT_CONTAINS(err.text, "knows v1");
	close_world();
}

/* ---- withdrawing ---- */

static void
test_withdrawing(void)
{
	struct jit_request request = deploy_request();
	struct jit_open_request r;
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1],
		shown[JIT_ID_CROCKFORD_SIZE];
	_cleanup_free_ char *log = NULL;
	bool old;

	open_world();
	ASSERT_ERR(jit_access_withdraw(&access_, 1, "K7Q2", &err), ENOENT);
	ASSERT_OK(file(&request, &r, &old));
	ASSERT_OK(jit_id_to_crockford(r.filed.jti, shown));
	shown[6] = '\0';
	err.text[0] = '\0';
	ASSERT_ERR(jit_access_withdraw(&access_, 2, shown, &err), ENOENT); /* not his */
	ASSERT_CONTAINS(err.text, "jitsu --status");
	access_.now.wall_sec += 42;
	ASSERT_OK(jit_access_withdraw(&access_, 1, shown, &err));
	ASSERT_EQ_UINT(open_requests(), 0);
	/* approvals that come now count for nothing */
	ASSERT_EQ_INT(
		jit_store_ended(&access_.site, r.filed.jti, NULL, false, by, reason), 1);
	ASSERT_EQ_STR(by, "daemon");
	ASSERT_EQ_STR(reason, "withdrawn");
	log = records();
	ASSERT_CONTAINS(log, "\"event\":\"request-withdrawn\"");
	ASSERT_CONTAINS(log, "\"waited_sec\":42");
	ASSERT_ERR(jit_access_withdraw(&access_, 1, shown, &err), ENOENT);
	jit_open_request_done(&r);
	close_world();
}

static void
test_withdrawing_needs_one(void)
{
	struct jit_request request = deploy_request();
	struct jit_open_request r = { 0 };
	bool old;

	open_world();
	for (unsigned i = 0; i < 2; i++) {
		struct jit_filed f = daemon_filed();

		memset(f.jti, '0', JIT_ID_LEN);
		f.jti[31] = (char)('1' + i);
		f.dur = 60 + i;
		ASSERT_OK(file_token(&f, "daemon", &r, &old));
		jit_open_request_done(&r);
	}
	err.text[0] = '\0';
	ASSERT_ERR(jit_access_withdraw(&access_, 1, "0000", &err), ENOTUNIQ);
	ASSERT_EQ_UINT(open_requests(), 2);
	(void)request;
	close_world();
}

/* ---- what is due ---- */

static void
test_escalation_and_abandonment(void)
{
	struct jit_request request = deploy_request();
	struct jit_request_list escalated = { 0 };
	struct jit_open_request r;
	_cleanup_free_ char *log = NULL;
	bool old;

	open_world();
	ASSERT_OK(file(&request, &r, &old));
	ASSERT_OK(jit_access_sweep(&access_, &escalated));
	ASSERT_EQ_UINT(escalated.n, 0);
	access_.now.wall_sec = WORLD_NOW + 899;
	ASSERT_OK(jit_access_sweep(&access_, &escalated));
	ASSERT_EQ_UINT(escalated.n, 0);
	access_.now.wall_sec = WORLD_NOW + 900;
	ASSERT_OK(jit_access_sweep(&access_, NULL)); /* by nobody who could notify */
	ASSERT_OK(jit_access_sweep(&access_, &escalated));
	ASSERT_EQ_UINT(escalated.n, 1);
	ASSERT_EQ_STR(escalated.v[0].filed.jti, r.filed.jti);
	ASSERT_EQ_STR(escalated.v[0].then_ask.v[0], "grace");
	jit_request_list_done(&escalated);
	ASSERT_OK(jit_access_sweep(&access_, &escalated)); /* once */
	ASSERT_EQ_UINT(escalated.n, 0);
	access_.now.wall_sec = WORLD_NOW + 3599;
	ASSERT_OK(jit_access_sweep(&access_, NULL));
	ASSERT_EQ_UINT(open_requests(), 1);
	access_.now.wall_sec = WORLD_NOW + 3600;
	ASSERT_OK(jit_access_sweep(&access_, NULL));
	ASSERT_EQ_UINT(open_requests(), 0);
	ASSERT_OK(jit_access_sweep(&access_, NULL));
	log = records();
	ASSERT_CONTAINS(log, "\"event\":\"request-abandoned\"");
	ASSERT_CONTAINS(log, "\"waited_sec\":3600");
	ASSERT_TRUE(strstr(strstr(log, "request-abandoned") + 1, "request-abandoned") ==
		NULL);
	jit_open_request_done(&r);
	close_world();
}

TEST_MAIN(TEST(test_what_is_filed), TEST(test_an_exact_command), TEST(test_long_commands),
	TEST(test_the_same_again), TEST(test_too_many), TEST(test_later_starts),
	TEST(test_what_nobody_can_approve), TEST(test_no_record),
	TEST(test_a_token_from_elsewhere), TEST(test_tokens_from_elsewhere),
	TEST(test_ids_that_are_taken), TEST(test_withdrawing_ends_what_is_ones_own),
	TEST(test_what_is_no_request), TEST(test_withdrawing),
	TEST(test_withdrawing_needs_one), TEST(test_escalation_and_abandonment))
