/*
 * A world in memory for tests of the decision, which is a pure function: bob on web1,
 * roles, and whatever rules, grants and locks a test adds to it. Everything is reset by
 * world().
 */
#ifndef JIT_TEST_DECIDE_WORLD_H
#define JIT_TEST_DECIDE_WORLD_H

#include "libjit/decide.h"
#include "test.h"

#define WORDS(...)                                                                       \
	{                                                                                \
		.n = sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *),     \
		.v = (const char *[]){ __VA_ARGS__ },                                    \
	}
#define STRV(...) ((struct jit_strv)WORDS(__VA_ARGS__))
#define BOOT "0123456789abcdef0123456789abcdef"
#define OTHER_BOOT "fedcba9876543210fedcba9876543210"
#define REQ "00000000000000000000000000000001"
enum { NOW = 1800000000, BOOT_MS = 5000000 };

/* By name, as a view holds them. */
enum { CHOICE, DEPLOY, LOGIN, PACKAGES, ROOT, N_ROLES };

static struct jit_strv choice_commands[] = { WORDS("/usr/bin/id") };
static struct jit_strv deploy_commands[] = { WORDS("/usr/bin/deploy", "any...") };
static struct jit_strv packages_commands[] = { WORDS(
	"/usr/bin/apt-get", "install", "[a-z0-9]*...") };
static struct jit_strv root_commands[] = { WORDS("*") };

static const struct jit_role base_roles[N_ROLES] = {
	[CHOICE] = { .name = "choice",
		.run_as = WORDS("www-data", "postgres"),
		.n_commands = 1,
		.commands = choice_commands,
		.max_sec = 3600 },
	[DEPLOY] = { .name = "deploy",
		.run_as = WORDS("root"),
		.n_commands = 1,
		.commands = deploy_commands,
		.max_sec = 7200 },
	[LOGIN] = { .name = "login",
		.run_as = WORDS("self"),
		.login = true,
		.max_sec = 14400 },
	[PACKAGES] = { .name = "packages",
		.run_as = WORDS("root"),
		.n_commands = 1,
		.commands = packages_commands,
		.max_sec = 1800,
		.default_sec = 600 },
	[ROOT] = { .name = "root",
		.run_as = WORDS("root"),
		.n_commands = 1,
		.commands = root_commands,
		.shell = true,
		.max_sec = 7200 },
};

/* Monday 00:00 to 00:01: NOW (2027-01-15, a Friday) lies outside. */
static struct jit_when_range monday[] TEST_UNUSED_ = { { 0, 1 } };
enum { MONDAY = 1799625600 }; /* 2027-01-11 00:00:00 */
static struct jit_zone_change utc_changes[] = { { 0, 0 } };
static struct jit_zone zones[] = {
	{ .name = "", .n_changes = 1, .changes = utc_changes }
};

static struct jit_globals globals;
static struct jit_subject subject;
static struct jit_role roles[N_ROLES];
static struct jit_rule rules[8];
static struct jit_policy_view view;
static struct jit_now now;
static struct jit_request request;
static struct jit_held held[64];
static struct jit_lock lock_list[4];
static struct jit_locks locks;
static struct jit_facts facts;

/* bob, without a rule, a grant or a lock, asks for nothing yet. */
static void
world(void)
{
	static const char *labels[] = { "workstation", "prod" };
	static const char *whos[] = { "bob", "%developers", "#1001", "*" };

	globals = (struct jit_globals){ .host = "web1",
		.mode = JIT_MODE_ENFORCE,
		.max_sec = 28800,
		.break_glass_max_sec = 1800,
		.labels = { 2, labels },
		.n_zones = 1,
		.zones = zones };
	subject = (struct jit_subject){ .name = "bob", .uid = 1002, .whos = { 4, whos } };
	memcpy(roles, base_roles, sizeof(roles));
	view = (struct jit_policy_view){
		.globals = &globals, .rules = rules, .n_roles = N_ROLES, .roles = roles
	};
	now = (struct jit_now){ .wall_sec = NOW, .boot_ms = BOOT_MS, .boot_id = BOOT };
	request = (struct jit_request){ .reason = "OPS-12 disk full" };
	locks = (struct jit_locks){ .v = lock_list };
	facts = (struct jit_facts){ .view = &view,
		.subject = &subject,
		.request = &request,
		.held = held,
		.now = &now,
		.locks = &locks };
}

/* One more rule, the last: for bob, everywhere, at any time. Approvers are carol, dave and
 * bob himself. */
static TEST_UNUSED_ struct jit_rule *
add_rule(const char *name, enum jit_approval approval, uint32_t approvals,
	struct jit_strv of_roles)
{
	static const char *who[] = { "bob" }, *approvers[] = { "carol", "dave", "bob" };
	struct jit_rule *rule = &rules[view.n_rules];

	*rule = (struct jit_rule){
		.number = (uint32_t)view.n_rules++,
		.name = name,
		.who = { 1, who },
		.roles = of_roles,
		.approval = approval,
		.approvals = approvals,
	};
	if (approvals)
		rule->approvers = (struct jit_strv){ 3, approvers };
	return rule;
}

static TEST_UNUSED_ void
add_lock(enum jit_lock_kind kind, const char *name)
{
	struct jit_lock *lock = &lock_list[locks.n++];

	*lock = (struct jit_lock){ .kind = kind };
	snprintf(lock->name, sizeof(lock->name), "%s", name);
}

static struct jit_held *
add_held(const char *iss, enum jit_via via, const char *role)
{
	struct jit_held *h = &held[facts.n_held++];
	struct jit_grant *g = &h->grant;

	*h = (struct jit_held){ .start_boot = BOOT };
	g->via = via;
	snprintf(g->iss, sizeof(g->iss), "%s", iss);
	snprintf(g->kid, sizeof(g->kid), "k4.pid.%s", iss);
	snprintf(g->jti, sizeof(g->jti), "%032zx", 0xa000 + facts.n_held);
	strcpy(g->sub, "bob");
	strcpy(g->aud, "web1");
	snprintf(g->role, sizeof(g->role), "%s", role);
	return h;
}

/* A person's, accepted `ago` seconds ago, for an hour. */
static TEST_UNUSED_ struct jit_held *
add_token(const char *iss, enum jit_via via, const char *role, int64_t ago)
{
	struct jit_held *h = add_held(iss, via, role);
	struct jit_grant *g = &h->grant;

	if (via == JIT_VIA_APPROVAL || via == JIT_VIA_BREAK_GLASS)
		strcpy(g->req, REQ);
	g->iat = g->nbf = NOW - ago;
	g->exp = NOW - ago + 7200;
	g->dur = 3600;
	g->start_by = NOW - ago + 3600;
	h->start_sec = NOW - ago;
	h->start_boot_ms = BOOT_MS - ago * 1000;
	return h;
}

/* The host's own, made `ago` seconds ago, for half an hour. */
static TEST_UNUSED_ struct jit_held *
add_hosts(enum jit_via via, const char *role, int64_t ago)
{
	struct jit_held *h = add_held("host", via, role);
	struct jit_grant *g = &h->grant;

	g->by_host = true;
	g->iat = h->start_sec = NOW - ago;
	strcpy(g->boot, BOOT);
	g->from_ms = BOOT_MS - ago * 1000;
	g->to_ms = g->from_ms + 1800000;
	return h;
}

/* A command, or with argv NULL a login. */
static TEST_UNUSED_ void
ask_for(const char *const *argv)
{
	request.kind = argv ? JIT_KIND_COMMAND : JIT_KIND_LOGIN;
	request.target = argv ? NULL : "bob";
	request.argv = (struct jit_strv){ .v = (const char **)argv };
	while (argv && argv[request.argv.n])
		request.argv.n++;
}
#define ASK_FOR(...) ask_for((const char *const[]){ __VA_ARGS__, NULL })

static TEST_UNUSED_ struct jit_decision
decide(void)
{
	struct jit_decision d;
	enum jit_verdict verdict = jit_decide(&facts, &d);

	ASSERT_EQ_INT(verdict, d.verdict);
	ASSERT_TRUE(verdict == JIT_ALLOW || verdict == JIT_DENY);
	return d;
}

static TEST_UNUSED_ const char *
why(void)
{
	return jit_reason_name(decide().reason);
}

#endif
