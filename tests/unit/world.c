/*
 * A small world for tests. Runs as: anybody.
 */
#include "world.h"

#include <cdb.h>

#include "libjit/file.h"
#include "test.h"

void
world_person(const char *name, struct world_person *ret)
{
	uint8_t seed[crypto_sign_SEEDBYTES];

	memset(ret, 0, sizeof(*ret));
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	crypto_generichash(
		seed, sizeof(seed), (const uint8_t *)name, strlen(name), NULL, 0);
	crypto_sign_seed_keypair(ret->public_key, ret->secret_key, seed);
}

struct jit_key
world_key(const char *name, uint32_t namespaces)
{
	struct world_person person;
	struct jit_key key = { .namespaces = namespaces };

	world_person(name, &person);
	memcpy(key.principal, person.name, sizeof(person.name));
	memcpy(key.public_key, person.public_key, sizeof(key.public_key));
	key.is_host = jit_streq(name, "host");
	return key;
}

const char *
world_root(void)
{
	return test_dir();
}

const char *
world_path(const char *name)
{
	return test_path(name);
}

void
world_clean(void)
{
	test_dir_remove_();
	ASSERT_EQ_INT(mkdir(test_dir(), 0700), 0);
}

void
world_site(struct jit_site *ret)
{
	static const char *const dirs[] = { "etc", "lib", "run", "log", "lib/revoked",
		"lib/locks", "lib/requests", "run/uses" };
	int *const fds[] = { &ret->etc, &ret->lib, &ret->run, &ret->log };

	ASSERT_TRUE(sodium_init() >= 0);
	ret->owner = geteuid();
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (mkdir(test_path(dirs[i]), 0700) < 0)
			ASSERT_EQ_INT(errno, EEXIST);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		*fds[i] = open(test_path(dirs[i]), O_DIRECTORY | O_RDONLY | O_CLOEXEC);
		ASSERT_TRUE(*fds[i] >= 0);
	}
}

/* ---- cdb ---- */

struct writer {
	int fd;
	struct cdb_make make;
};

static void
writer_begin(struct writer *w, int dirfd, const char *name)
{
	w->fd = openat(dirfd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ASSERT_TRUE(w->fd >= 0);
	ASSERT_EQ_INT(cdb_make_start(&w->make, w->fd), 0);
}

static void
writer_put(
	struct writer *w, const void *key, size_t key_len, const void *value, size_t len)
{
	ASSERT_EQ_INT(
		cdb_make_add(&w->make, key, (unsigned)key_len, value, (unsigned)len), 0);
}

static void
writer_pack(struct writer *w, const void *key, size_t key_len, struct jit_packer *p)
{
	ASSERT_OK(p->error);
	writer_put(w, key, key_len, p->buf, p->len);
	jit_packer_done(p);
}

static void
writer_end(struct writer *w)
{
	ASSERT_EQ_INT(cdb_make_finish(&w->make), 0);
	close(w->fd);
}

/* ---- keys ---- */

static void
put_key(struct writer *w, const char *name, uint32_t namespaces, int64_t valid_before)
{
	struct jit_packer p = { 0 };
	struct world_person person;
	struct jit_key key = { .namespaces = namespaces, .valid_before = valid_before };
	char kid[JIT_KID_LEN + 1];

	world_person(name, &person);
	memcpy(key.principal, person.name, sizeof(person.name));
	memcpy(key.public_key, person.public_key, sizeof(key.public_key));
	if (jit_streq(name, "host")) {
		key.is_host = true;
		ASSERT_OK(jit_site_machine_id(key.machine_id));
	}
	jit_key_id(key.public_key, kid);
	jit_key_pack(&p, &key);
	if (key.is_host)
		writer_put(w, "host", 4, p.buf, p.len);
	writer_pack(w, kid, strlen(kid), &p);
}

static void
write_host_key(const struct jit_site *site)
{
	struct jit_host_key key = { .magic = "jithost" };
	char machine_id[JIT_ID_LEN + 1];
	struct world_person host;

	world_person("host", &host);
	key.magic[7] = '1';
	ASSERT_OK(jit_site_machine_id(machine_id));
	memcpy(key.machine_id, machine_id, JIT_ID_LEN);
	memcpy(key.sign_public, host.public_key, sizeof(key.sign_public));
	memcpy(key.sign_secret, host.secret_key, sizeof(key.sign_secret));
	ASSERT_OK(jit_file_replace(site->etc, "host.key", 0600, &key, sizeof(key)));
}

void
world_keys(const struct jit_site *site)
{
	struct writer w;

	writer_begin(&w, site->lib, "keys.cdb");
	put_key(&w, "carol", JIT_NS_GRANT | JIT_NS_REVOKE, 0);
	put_key(&w, "dave", JIT_NS_GRANT, 0);
	put_key(&w, "grace", JIT_NS_GRANT, 0);
	put_key(&w, "bob", JIT_NS_GRANT | JIT_NS_REQUEST, 0);
	put_key(&w, "daemon", JIT_NS_GRANT | JIT_NS_REQUEST, 0);
	put_key(&w, "erin", JIT_NS_REVOKE, 0);
	put_key(&w, "frank", JIT_NS_GRANT, WORLD_NOW - 1);
	put_key(&w, "host", 0, 0);
	writer_end(&w);
	write_host_key(site);
}

/* ---- policy ---- */

#define WORDS(...)                                                                       \
	{                                                                                \
		.n = sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *),     \
		.v = (const char *[]){ __VA_ARGS__ },                                    \
	}

static struct jit_role roles[] = {
	{ .name = "packages",
		.description = "Install packages",
		.run_as = WORDS("root"),
		.n_commands = 1,
		.commands = (struct jit_strv[]){ WORDS(
			"/usr/bin/apt-get", "install", "[a-z0-9]*...") },
		.max_sec = 1800,
		.default_sec = 600 },
	{ .name = "root",
		.description = "Anything",
		.run_as = WORDS("root"),
		.n_commands = 1,
		.commands = (struct jit_strv[]){ WORDS("*") },
		.shell = true,
		.equals_root = true,
		.max_sec = 7200 },
	{ .name = "login",
		.description = "Log in",
		.run_as = WORDS("self"),
		.login = true,
		.max_sec = 14400 },
	{ .name = "choice",
		.description = "As one of two",
		.run_as = WORDS("www-data", "postgres"),
		.n_commands = 1,
		.commands = (struct jit_strv[]){ WORDS("/usr/bin/id") },
		.max_sec = 3600 },
	{ .name = "deploy",
		.description = "Deploy, by two",
		.run_as = WORDS("root"),
		.n_commands = 1,
		.commands = (struct jit_strv[]){ WORDS("/usr/bin/deploy", "any...") },
		.max_sec = 3600 },
	{ .name = "fix",
		.description = "In an emergency",
		.run_as = WORDS("root"),
		.n_commands = 1,
		.commands = (struct jit_strv[]){ WORDS("/usr/bin/fix", "any...") },
		.max_sec = 7200 },
	{ .name = "vault",
		.description = "In an emergency, with a second person",
		.run_as = WORDS("root"),
		.n_commands = 1,
		.commands = (struct jit_strv[]){ WORDS("/usr/bin/vault", "any...") },
		.max_sec = 7200 },
	{ .name = "ops",
		.description = "What no role names",
		.run_as = WORDS("root"),
		.max_sec = 3600 },
	{ .name = "tape",
		.description = "With a ticket",
		.run_as = WORDS("root"),
		.n_commands = 1,
		.commands = (struct jit_strv[]){ WORDS("/usr/bin/tape") },
		.max_sec = 3600 },
};

static struct jit_rule rules[] = {
	{ .name = "nobody-else",
		.who = WORDS("mallory"),
		.roles = WORDS("login", "root"),
		.approval = JIT_APPROVAL_DENY },
	{ .name = "bob-packages",
		.who = WORDS("bob"),
		.on = WORDS("web"),
		.roles = WORDS("packages"),
		.approval = JIT_APPROVAL_AUTO },
	{ .name = "bob-root",
		.who = WORDS("bob", "daemon"),
		.roles = WORDS("login", "root", "choice"),
		.approval = JIT_APPROVAL_APPROVERS,
		.approvals = 1,
		.approvers = WORDS("carol", "dave"),
		.approvers_shown = WORDS("@secops"),
		.reason_required = true },
	{ .name = "bob-deploy",
		.who = WORDS("bob", "daemon"),
		.roles = WORDS("deploy"),
		.approval = JIT_APPROVAL_APPROVERS,
		.approvals = 2,
		.approvers = WORDS("carol", "dave"),
		.approvers_shown = WORDS("@secops"),
		.then_ask = WORDS("grace"),
		.then_ask_shown = WORDS("@managers"),
		.answer_within_sec = 900,
		.ticket = WORDS("OPS", "CHG"),
		.reason_required = true },
	{ .name = "bob-break-glass",
		.who = WORDS("bob", "daemon"),
		.roles = WORDS("fix"),
		.approval = JIT_APPROVAL_BREAK_GLASS },
	{ .name = "bob-break-glass-two",
		.who = WORDS("bob", "daemon"),
		.roles = WORDS("vault"),
		.approval = JIT_APPROVAL_BREAK_GLASS,
		.approvals = 1,
		.approvers = WORDS("carol", "dave"),
		.approvers_shown = WORDS("@secops") },
	{ .name = "bob-exact",
		.who = WORDS("bob", "daemon"),
		.roles = WORDS("ops"),
		.approval = JIT_APPROVAL_APPROVERS,
		.approvals = 1,
		.approvers = WORDS("carol", "dave"),
		.approvers_shown = WORDS("@secops"),
		.exact_command = true },
	{ .name = "daemon-tape",
		.who = WORDS("daemon"),
		.roles = WORDS("tape"),
		.approval = JIT_APPROVAL_APPROVERS,
		.approvals = 1,
		.approvers = WORDS("carol"),
		.approvers_shown = WORDS("carol"),
		.ticket = WORDS("OPS") },
};

static void
put_index(struct writer *w, enum jit_policy_index index, const char *who,
	const char *what, const uint32_t *numbers, size_t n)
{
	uint8_t key[JIT_POLICY_KEY_MAX];
	size_t len = jit_policy_index_key(index, who, what, key);
	struct jit_packer p = { 0 };

	for (size_t i = 0; i < n; i++)
		jit_pack_u32(&p, numbers[i]);
	writer_pack(w, key, len, &p);
}

static void
put_globals(struct writer *w)
{
	struct jit_globals globals = {
		.format = JIT_POLICY_FORMAT,
		.hash = "test",
		.compiled_at = WORLD_NOW - 100,
		.host = WORLD_HOST,
		.labels = WORDS("web", "prod"),
		.mode = JIT_MODE_ENFORCE,
		.max_sec = 28800,
		.start_within_sec = 3600,
		.prompt_timeout_sec = 300,
		.keep_sec = 86400,
		.request_ttl_sec = 3600,
		.break_glass_max_sec = 1800,
		.pending_requests = 20,
		.privileged_users = WORDS("root", "bob"),
		.contact = "helpdesk",
		.url = "",
	};
	struct jit_packer p = { 0 };

	jit_globals_pack(&p, &globals);
	writer_pack(w, "G", 1, &p);
}

static void
put_records(struct writer *w)
{
	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		struct jit_packer p = { 0 };
		char key[80];
		int len = snprintf(key, sizeof(key), "o%s", roles[i].name);

		jit_role_pack(&p, &roles[i]);
		writer_pack(w, key, (size_t)len, &p);
	}
	for (uint32_t i = 0; i < ARRAY_SIZE(rules); i++) {
		struct jit_packer p = { 0 }, key = { 0 };

		rules[i].number = i;
		rules[i].file = "/etc/jit/jit.conf";
		rules[i].line = 10 + i;
		rules[i].when.text = "";
		jit_pack_u8(&key, 'u');
		jit_pack_u32(&key, i);
		jit_rule_pack(&p, &rules[i]);
		writer_pack(w, key.buf, key.len, &p);
		jit_packer_done(&key);
	}
}

void
world_policy(const struct jit_site *site)
{
	struct writer w;

	writer_begin(&w, site->lib, "policy.cdb");
	put_globals(&w);
	put_records(&w);
	put_index(&w, JIT_INDEX_ALL, "mallory", NULL, (uint32_t[]){ 0 }, 1);
	put_index(&w, JIT_INDEX_ALL, "bob", NULL, (uint32_t[]){ 1, 2, 3, 4, 5, 6 }, 6);
	put_index(&w, JIT_INDEX_LOGIN, "mallory", NULL, (uint32_t[]){ 0 }, 1);
	put_index(&w, JIT_INDEX_LOGIN, "bob", NULL, (uint32_t[]){ 2 }, 1);
	put_index(&w, JIT_INDEX_ROLE, "bob", "packages", (uint32_t[]){ 1 }, 1);
	put_index(&w, JIT_INDEX_ROLE, "bob", "root", (uint32_t[]){ 2 }, 1);
	put_index(&w, JIT_INDEX_ROLE, "bob", "login", (uint32_t[]){ 2 }, 1);
	put_index(&w, JIT_INDEX_ROLE, "bob", "choice", (uint32_t[]){ 2 }, 1);
	put_index(&w, JIT_INDEX_ROLE, "bob", "deploy", (uint32_t[]){ 3 }, 1);
	put_index(&w, JIT_INDEX_ROLE, "bob", "fix", (uint32_t[]){ 4 }, 1);
	put_index(&w, JIT_INDEX_ROLE, "bob", "vault", (uint32_t[]){ 5 }, 1);
	put_index(&w, JIT_INDEX_ROLE, "bob", "ops", (uint32_t[]){ 6 }, 1);
	put_index(&w, JIT_INDEX_LOGIN, "daemon", NULL, (uint32_t[]){ 2 }, 1);
	put_index(&w, JIT_INDEX_ALL, "daemon", NULL, (uint32_t[]){ 2, 3, 4, 5, 6 }, 5);
	put_index(&w, JIT_INDEX_ROLE, "daemon", "login", (uint32_t[]){ 2 }, 1);
	put_index(&w, JIT_INDEX_ROLE, "daemon", "deploy", (uint32_t[]){ 3 }, 1);
	put_index(&w, JIT_INDEX_ROLE, "daemon", "fix", (uint32_t[]){ 4 }, 1);
	put_index(&w, JIT_INDEX_ROLE, "daemon", "vault", (uint32_t[]){ 5 }, 1);
	put_index(&w, JIT_INDEX_ROLE, "daemon", "ops", (uint32_t[]){ 6 }, 1);
	put_index(&w, JIT_INDEX_ROLE, "daemon", "choice", (uint32_t[]){ 2 }, 1);
	put_index(&w, JIT_INDEX_ROLE, "daemon", "tape", (uint32_t[]){ 7 }, 1);
	put_index(&w, JIT_INDEX_COMMAND, "bob", "/usr/bin/apt-get", (uint32_t[]){ 1 }, 1);
	put_index(&w, JIT_INDEX_COMMAND, "bob", "/usr/bin/id", (uint32_t[]){ 2 }, 1);
	put_index(&w, JIT_INDEX_COMMAND, "bob", "/usr/bin/deploy", (uint32_t[]){ 3 }, 1);
	put_index(&w, JIT_INDEX_COMMAND, "bob", "/usr/bin/fix", (uint32_t[]){ 4 }, 1);
	put_index(&w, JIT_INDEX_COMMAND, "bob", "/usr/bin/vault", (uint32_t[]){ 5 }, 1);
	put_index(
		&w, JIT_INDEX_COMMAND, "daemon", "/usr/bin/deploy", (uint32_t[]){ 3 }, 1);
	put_index(&w, JIT_INDEX_COMMAND, "daemon", "/usr/bin/fix", (uint32_t[]){ 4 }, 1);
	put_index(
		&w, JIT_INDEX_COMMAND, "daemon", "/usr/bin/vault", (uint32_t[]){ 5 }, 1);
	put_index(&w, JIT_INDEX_COMMAND, "daemon", "", (uint32_t[]){ 6 }, 1);
	put_index(&w, JIT_INDEX_COMMAND, "bob", "", (uint32_t[]){ 2, 6 }, 2);
	writer_end(&w);
}

/* ---- all of it ---- */

static void
world_subject(struct jit_subject *ret)
{
	ret->uid = WORLD_SUBJECT_UID;
	snprintf(ret->name, sizeof(ret->name), "bob");
	ret->whos.v = calloc(2, sizeof(char *));
	ret->whos.v[ret->whos.n++] = strdup("bob");
	ret->whos.v[ret->whos.n++] = strdup("*");
}

void
world_open(struct jit_access *ret)
{
	*ret = JIT_ACCESS_NONE;
	world_site(&ret->site);
	world_keys(&ret->site);
	world_policy(&ret->site);
	ASSERT_OK(jit_policy_open(&ret->site, &ret->policy, NULL));
	ASSERT_OK(jit_table_open(ret->site.lib, "keys.cdb", ret->site.owner, &ret->keys));
	ret->now = (struct jit_now){
		.wall_sec = WORLD_NOW, .boot_ms = WORLD_BOOT_MS, .boot_id = WORLD_BOOT
	};
	world_subject(&ret->subject);
}

struct jit_grant
world_grant(void)
{
	struct jit_grant g = {
		.iss = "carol",
		.sub = "bob",
		.aud = WORLD_HOST,
		.role = "login",
		.reason = "OPS-12 disk full",
		.via = JIT_VIA_DIRECT,
		.iat = WORLD_NOW - 10,
		.nbf = WORLD_NOW - 10,
		.exp = WORLD_NOW + 7200,
		.dur = 3600,
		.start_by = WORLD_NOW + 3600,
	};

	jit_grant_new_id(g.jti);
	return g;
}

char *
world_sign(const char *payload, const char *assertion, const char *signer)
{
	struct world_person person;
	char *token = NULL;

	world_person(signer, &person);
	ASSERT_OK(jit_token_sign(payload, assertion, person.secret_key, &token));
	return token;
}

char *
world_token(const struct jit_grant *grant, const char *signer)
{
	_cleanup_free_ char *payload = NULL;

	ASSERT_OK(jit_grant_payload(grant, &payload));
	return world_sign(payload, JIT_ASSERT_GRANT, signer);
}
