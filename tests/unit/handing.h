/*
 * For tests of handing in: a world with daemon as the subject, requests of his, and tokens
 * of the people who answer them. Statics: each test program has its own.
 */
#ifndef JIT_TEST_HANDING_H
#define JIT_TEST_HANDING_H

#include "test.h"
#include "world.h"

static struct jit_access access_ TEST_UNUSED_;
static struct jit_error err TEST_UNUSED_;
static struct jit_accepted got TEST_UNUSED_;

static TEST_UNUSED_ void
open_world(void)
{
	world_open(&access_);
	ASSERT_OK(jit_access_subject(&access_, "daemon", 0, NULL));
	err.text[0] = '\0';
}

static TEST_UNUSED_ void
close_world(void)
{
	jit_grant_done(&got.grant);
	got = (struct jit_accepted){ 0 };
	jit_access_close(&access_);
	world_clean();
}

static TEST_UNUSED_ void
later(int64_t sec)
{
	access_.now.wall_sec += sec;
	access_.now.boot_ms += sec * 1000;
}

static TEST_UNUSED_ enum jit_accept
hand_in(const char *token)
{
	char text[JIT_TOKEN_MAX + 1];

	snprintf(text, sizeof(text), "%s", token);
	err.text[0] = '\0';
	jit_grant_done(&got.grant);
	got = (struct jit_accepted){ 0 };
	return jit_access_accept(&access_, text, 1000, &got, &err);
}

static const char *handing_deploy[] TEST_UNUSED_ = { "/usr/bin/deploy", "now" };
static const char *handing_vault[] TEST_UNUSED_ = { "/usr/bin/vault", "open" };

/* What daemon asks for: deploy (two of carol, dave, grace). */
static TEST_UNUSED_ struct jit_request
deploy_request(void)
{
	return (struct jit_request){ .argv = { 2, handing_deploy }, .reason = "OPS-1" };
}

static TEST_UNUSED_ struct jit_request
vault_request(void)
{
	return (struct jit_request){
		.argv = { 2, handing_vault }, .way = JIT_WAY_BREAK_GLASS, .reason = "fire"
	};
}

/* Files it; id is the request's. */
static TEST_UNUSED_ void
file(const struct jit_request *request, char id[JIT_ID_LEN + 1])
{
	struct jit_decision d;
	struct jit_open_request r;
	bool old;

	ASSERT_OK(jit_access_ask(&access_, request, &d, &err));
	ASSERT_EQ_INT(d.reason, JIT_WHY_NEEDS_APPROVAL);
	ASSERT_OK(jit_access_file(&access_, request, &d, 0, "pts/1", &r, &old, &err));
	memcpy(id, r.filed.jti, JIT_ID_LEN + 1);
	jit_open_request_done(&r);
}

/* An approval of it, an hour at most, to be handed in within an hour. */
static TEST_UNUSED_ struct jit_grant
approval(const char *by, const char *id, const char *role)
{
	struct jit_grant g = {
		.sub = "daemon",
		.aud = WORLD_HOST,
		.reason = "OPS-1",
		.via = JIT_VIA_APPROVAL,
		.iat = WORLD_NOW,
		.nbf = WORLD_NOW,
		.exp = WORLD_NOW + 14400,
		.dur = 3600,
		.start_by = WORLD_NOW + 3600,
	};

	snprintf(g.iss, sizeof(g.iss), "%s", by);
	snprintf(g.role, sizeof(g.role), "%s", role);
	snprintf(g.req, sizeof(g.req), "%s", id);
	jit_grant_new_id(g.jti);
	return g;
}

static TEST_UNUSED_ enum jit_accept
hand_in_grant(const struct jit_grant *g)
{
	_cleanup_free_ char *token = world_token(g, g->iss);

	return hand_in(token);
}

static TEST_UNUSED_ enum jit_accept
approve(const char *by, const char *id)
{
	struct jit_grant g = approval(by, id, "deploy");

	return hand_in_grant(&g);
}

static TEST_UNUSED_ char *
ruling_token(enum jit_ruling_kind kind, const char *by, const char *id, bool is_req)
{
	struct jit_ruling ruling = { .kind = kind,
		.aud = WORLD_HOST,
		.is_req = is_req,
		.iat = WORLD_NOW,
		.reason = "wrong host" };
	_cleanup_free_ char *payload = NULL;

	snprintf(ruling.iss, sizeof(ruling.iss), "%s", by);
	snprintf(ruling.id, sizeof(ruling.id), "%s", id);
	ASSERT_OK(jit_ruling_payload(&ruling, &payload));
	return world_sign(payload, jit_ruling_assertion(kind), by);
}

static TEST_UNUSED_ enum jit_accept
rule(enum jit_ruling_kind kind, const char *by, const char *id, bool is_req)
{
	_cleanup_free_ char *token = ruling_token(kind, by, id, is_req);

	return hand_in(token);
}

static TEST_UNUSED_ enum jit_accept
deny(const char *by, const char *id)
{
	return rule(JIT_RULING_DENY, by, id, true);
}

/* A second person's yes to daemon's vault_request. */
static TEST_UNUSED_ struct jit_grant
agreement(const char *by, const char *id)
{
	struct jit_grant g = approval(by, id, "vault");

	g.via = JIT_VIA_BREAK_GLASS;
	g.dur = 1800;
	strcpy(g.reason, "fire");
	return g;
}

/* What the rules and grants of now say to daemon's question. */
static TEST_UNUSED_ enum jit_reason
ask(const struct jit_request *request)
{
	struct jit_decision d;

	ASSERT_OK(jit_access_subject(&access_, "daemon", 0, NULL));
	ASSERT_OK(jit_access_ask(&access_, request, &d, &err));
	return d.reason;
}

static TEST_UNUSED_ enum jit_reason
ask_deploy(void)
{
	struct jit_request request = deploy_request();

	return ask(&request);
}

static TEST_UNUSED_ enum jit_request_state
state_of(const char *id)
{
	struct jit_open_request r;
	enum jit_request_state state;

	ASSERT_OK(jit_requests_find(&access_.site, id, &r));
	state = r.state;
	jit_open_request_done(&r);
	return state;
}

static TEST_UNUSED_ bool
has_ended(const char *id)
{
	char by[JIT_NAME_MAX + 1], reason[JIT_REASON_MAX + 1];
	int r = jit_store_ended(&access_.site, id, NULL, true, by, reason);

	ASSERT_TRUE(r >= 0);
	return r == 1;
}

/* How often a word stands in the records. */
static TEST_UNUSED_ int
recorded(const char *word)
{
	size_t len;
	_cleanup_free_ char *log = test_file_read(world_path("log/audit.jsonl"), &len);
	int n = 0;

	for (const char *at = log; (at = strstr(at, word)); at++)
		n++;
	return n;
}

/* One event with these words in its record. */
static TEST_UNUSED_ bool
recorded_with(const char *event, const char *word)
{
	size_t len;
	_cleanup_free_ char *log = test_file_read(world_path("log/audit.jsonl"), &len);
	char *save = NULL, quoted[64];

	snprintf(quoted, sizeof(quoted), "\"event\":\"%s\"", event);
	for (char *line = strtok_r(log, "\n", &save); line;
		line = strtok_r(NULL, "\n", &save))
		if (strstr(line, quoted) && strstr(line, word))
			return true;
	return false;
}

#endif
