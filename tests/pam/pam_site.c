/*
 * The site of the pam tests. Runs as: anybody.
 */
#include "pam_site.h"

#include <cdb.h>
#include <grp.h>
#include <pwd.h>

#include "config.h"
#include "libjit/file.h"
#include "libjit/token.h"
#include "unit/test.h"

#define WORDS(...)                                                                       \
	{                                                                                \
		.n = sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *),     \
		.v = (const char *[]){ __VA_ARGS__ },                                    \
	}

/* ---- directories ---- */

const char *
site_path(const char *dir, const char *name)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), ".%s/%s", dir, name);
	return path;
}

static void
make_directories(const char *path)
{
	char part[512];

	snprintf(part, sizeof(part), ".%s", path);
	for (char *slash = strchr(part + 2, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdir(part, 0700) < 0)
			ASSERT_EQ_INT(errno, EEXIST);
		if (!slash)
			return;
		*slash = '/';
	}
}

struct jit_site
site_open(void)
{
	struct jit_site site;

	jit_site_open_below(".", geteuid(), &site);
	return site;
}

/* ---- cdb ---- */

struct writer {
	int fd;
	struct cdb_make make;
};

static void
writer_begin(struct writer *w, const char *name)
{
	const char *path = site_path(JIT_LIB_DIR, name);

	(void)unlink(path);
	w->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ASSERT_TRUE(w->fd >= 0);
	ASSERT_EQ_INT(cdb_make_start(&w->make, w->fd), 0);
}

static void
writer_put(struct writer *w, const void *key, size_t key_len, struct jit_packer *p)
{
	ASSERT_OK(p->error);
	ASSERT_EQ_INT(
		cdb_make_add(&w->make, key, (unsigned)key_len, p->buf, (unsigned)p->len),
		0);
	jit_packer_done(p);
}

static void
writer_end(struct writer *w)
{
	ASSERT_EQ_INT(cdb_make_finish(&w->make), 0);
	close(w->fd);
}

/* ---- keys ---- */

struct pair {
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
};

/* Made from the name: the same in every run. */
static void
pair_of(const char *name, struct pair *ret)
{
	uint8_t seed[crypto_sign_SEEDBYTES];

	crypto_generichash(
		seed, sizeof(seed), (const uint8_t *)name, strlen(name), NULL, 0);
	crypto_sign_seed_keypair(ret->public_key, ret->secret_key, seed);
}

static void
put_key(struct writer *w, const char *name, uint32_t namespaces)
{
	struct jit_packer p = { 0 };
	struct jit_key key = { .namespaces = namespaces };
	char kid[JIT_KID_LEN + 1];
	struct pair pair;

	pair_of(name, &pair);
	snprintf(key.principal, sizeof(key.principal), "%s", name);
	memcpy(key.public_key, pair.public_key, sizeof(key.public_key));
	jit_key_id(key.public_key, kid);
	if (jit_streq(name, "host")) {
		key.is_host = true;
		ASSERT_OK(jit_site_machine_id(key.machine_id));
		jit_key_pack(&p, &key);
		writer_put(w, "host", 4, &p);
	}
	jit_key_pack(&p, &key);
	writer_put(w, kid, strlen(kid), &p);
}

static void
write_host_key(void)
{
	struct jit_host_key key = { 0 };
	char id[JIT_ID_LEN + 1];
	struct pair pair;

	pair_of("host", &pair);
	ASSERT_OK(jit_site_machine_id(id));
	memcpy(key.magic, "jithost1", sizeof(key.magic));
	memcpy(key.machine_id, id, sizeof(key.machine_id));
	memcpy(key.sign_public, pair.public_key, sizeof(key.sign_public));
	memcpy(key.sign_secret, pair.secret_key, sizeof(key.sign_secret));
	test_file_write(site_path(JIT_ETC_DIR, "host.key"), 0600, &key, sizeof(key));
}

static void
make_keys(void)
{
	struct writer w;

	writer_begin(&w, "keys.cdb");
	put_key(&w, "carol", JIT_NS_GRANT);
	put_key(&w, "dave", JIT_NS_GRANT); /* trusted, but named by no rule */
	put_key(&w, SITE_SUBJECT, JIT_NS_GRANT);
	put_key(&w, "host", 0);
	writer_end(&w);
	write_host_key();
}

/* ---- policy ---- */

static gid_t
subject_gid(void)
{
	const struct passwd *pw = getpwnam(SITE_SUBJECT);

	ASSERT_TRUE(pw != NULL);
	return pw->pw_gid;
}

static void
put_globals(struct writer *w, const struct site_policy *policy)
{
	struct jit_exempt exempt = { SITE_SUBJECT, "login", "/dev/tty7", "a console", 0 };
	gid_t gid = subject_gid();
	struct jit_globals globals = {
		.format = JIT_POLICY_FORMAT,
		.hash = "0123",
		.host = SITE_HOST,
		.mode = policy->mode,
		.observe_until = policy->observe_until,
		.max_sec = 28800,
		.start_within_sec = 3600,
		.prompt_timeout_sec = 300,
		.keep_sec = 86400,
		.privileged_users = WORDS("root", SITE_SUBJECT),
		.privileged_shared = WORDS(SITE_SHARED),
		.n_exempt = policy->exempt_tty7,
		.exempt = &exempt,
		.audit_required = !policy->no_audit,
		.contact = "helpdesk +49 30 1234",
		.url = "",
	};
	struct jit_packer p = { 0 };

	if (policy->all_groups) {
		globals.privileged_users.n = 1;
		globals.n_privileged_gids = 1;
		globals.privileged_gids = &gid;
	}
	jit_globals_pack(&p, &globals);
	writer_put(w, "G", 1, &p);
}

static void
put_role(struct writer *w)
{
	struct jit_role role = {
		.name = "login",
		.description = "Log in",
		.run_as = WORDS("self"),
		.login = true,
		.max_sec = 14400,
		.default_sec = 3600,
	};
	struct jit_packer p = { 0 };

	jit_role_pack(&p, &role);
	writer_put(w, "ologin", 6, &p);
}

static void
put_rule(struct writer *w, const struct site_policy *policy)
{
	struct jit_rule rule = {
		.name = "daemon-login",
		.file = "/etc/jit/jit.conf",
		.line = 10,
		.who = WORDS(SITE_SUBJECT),
		.when = { .text = "" },
		.roles = WORDS("login"),
		.approval = policy->approval,
		.approvals = 1,
		.approvers = WORDS("carol"),
		.approvers_shown = WORDS("carol"),
		.reason_required = policy->reason_required,
		.mode = policy->rule_mode,
	};
	struct jit_packer p = { 0 }, key = { 0 };

	jit_rule_pack(&p, &rule);
	jit_pack_u8(&key, 'u');
	jit_pack_u32(&key, 0);
	writer_put(w, key.buf, key.len, &p);
	jit_packer_done(&key);
}

static void
put_index(struct writer *w, enum jit_policy_index index, const char *what)
{
	uint8_t key[JIT_POLICY_KEY_MAX];
	size_t len = jit_policy_index_key(index, SITE_SUBJECT, what, key);
	struct jit_packer p = { 0 };

	jit_pack_u32(&p, 0);
	writer_put(w, key, len, &p);
}

void
site_make_policy(const struct site_policy *policy)
{
	struct writer w;

	writer_begin(&w, "policy.cdb");
	put_globals(&w, policy);
	put_role(&w);
	put_rule(&w, policy);
	put_index(&w, JIT_INDEX_ALL, NULL);
	put_index(&w, JIT_INDEX_LOGIN, NULL);
	put_index(&w, JIT_INDEX_ROLE, "login");
	writer_end(&w);
}

static void
leave_and_remove(void)
{
	if (chdir("/") == 0)
		test_dir_remove_();
}

void
site_make(const struct site_policy *policy)
{
	static const char *const dirs[] = { JIT_ETC_DIR, JIT_LIB_DIR "/revoked",
		JIT_LIB_DIR "/locks", JIT_LIB_DIR "/requests", JIT_LIB_DIR "/grants",
		JIT_RUN_DIR "/uses", JIT_RUN_DIR "/grants", JIT_RUN_DIR "/sessions",
		JIT_LOG_DIR, JIT_LIBEXEC_DIR };

	ASSERT_TRUE(sodium_init() >= 0);
	if (test_dir_path_[0])
		leave_and_remove();
	test_dir_path_[0] = '\0';
	ASSERT_EQ_INT(chdir(test_dir()), 0);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		make_directories(dirs[i]);
	make_keys();
	site_make_policy(policy);
}

/* ---- grants ---- */

struct jit_grant
site_grant(void)
{
	struct jit_now now;
	struct jit_grant g = {
		.iss = "carol",
		.sub = SITE_SUBJECT,
		.aud = SITE_HOST,
		.role = "login",
		.reason = "OPS-12 disk full",
		.via = JIT_VIA_DIRECT,
	};

	ASSERT_OK(jit_clock_now(&now));
	jit_grant_new_id(g.jti);
	g.iat = g.nbf = now.wall_sec - 10;
	g.start_by = now.wall_sec + 600;
	g.exp = now.wall_sec + 7200;
	g.dur = 3600;
	return g;
}

static void
subject_of(struct jit_subject *ret)
{
	const struct passwd *pw = getpwnam(SITE_SUBJECT);

	ASSERT_TRUE(pw != NULL);
	*ret = (struct jit_subject){ .uid = pw->pw_uid, .gid = pw->pw_gid };
	snprintf(ret->name, sizeof(ret->name), "%s", pw->pw_name);
}

void
site_hand_in_started(const struct jit_grant *grant, const char *signer, int64_t ago_sec)
{
	_cleanup_free_ char *payload = NULL, *token = NULL;
	struct jit_site site = site_open();
	struct jit_subject subject;
	struct jit_now now;
	struct pair pair;

	pair_of(signer, &pair);
	subject_of(&subject);
	ASSERT_OK(jit_clock_now(&now));
	now.wall_sec -= ago_sec;
	now.boot_ms -= ago_sec * 1000;
	ASSERT_OK(jit_grant_payload(grant, &payload));
	ASSERT_OK(jit_token_sign(payload, JIT_ASSERT_GRANT, pair.secret_key, &token));
	ASSERT_OK(
		jit_store_add_brought(&site, &subject, grant, token, &now, now.wall_sec));
	jit_site_close(&site);
}

void
site_hand_in(const struct jit_grant *grant, const char *signer)
{
	site_hand_in_started(grant, signer, 0);
}

void
site_revoke(const struct jit_grant *grant)
{
	struct jit_site site = site_open();
	struct jit_now now;

	ASSERT_OK(jit_clock_now(&now));
	ASSERT_OK(jit_store_end(&site, grant, grant->jti, "carol", "wrong host", &now));
	jit_site_close(&site);
}

char *
site_log(void)
{
	const char *path = site_path(JIT_LOG_DIR, "audit.jsonl");

	return access(path, F_OK) == 0 ? test_file_read(path, NULL) : strdup("");
}
