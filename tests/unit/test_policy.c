/*
 * libjit/policy*.c: what is compiled is read back, cut or strange
 * records are refused, and one question finds just its rules and roles.
 */
#include "libjit/policy.h"

#include <cdb.h>
#include <linux/capability.h>

#include "test.h"

#define STRV(...)                                                                        \
	{                                                                                \
		sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),                \
			(const char *[])                                                 \
		{                                                                        \
			__VA_ARGS__                                                      \
		}                                                                        \
	}

static struct jit_exempt exempts[] = { { "root", "login", "tty1", "console", 1900000000 },
	{ "ops", "", "", "", 0 } };
static struct jit_zone_change utc_changes[] = { { 0, 0 } };
static struct jit_zone_change berlin_changes[] = { { 0, 3600 }, { 1774746000, 7200 } };
static struct jit_zone zones[] = { { "", 1, utc_changes },
	{ "Europe/Berlin", 2, berlin_changes } };
static gid_t gids[] = { 27, 1001 };

static const struct jit_globals globals = {
	.format = JIT_POLICY_FORMAT,
	.hash = "0123",
	.compiled_at = 1770000000,
	.host = "web1",
	.labels = STRV("workstation", "lab"),
	.mode = JIT_MODE_OBSERVE,
	.observe_until = 1780000000,
	.max_sec = 28800,
	.start_within_sec = 3600,
	.prompt_timeout_sec = 300,
	.keep_sec = 34560000,
	.request_ttl_sec = 3601,
	.break_glass_max_sec = 1801,
	.pin_max_sec = 3602,
	.pin_challenge_ttl_sec = 1802,
	.pending_requests = 20,
	.notify_command = "/usr/libexec/jit/notify",
	.notify_timeout_sec = 5,
	.privileged_users = STRV("root", "admin"),
	.privileged_shared = STRV("deploy"),
	.privileged_groups = STRV("%sudo", "%wheel"),
	.n_privileged_gids = 2,
	.privileged_gids = gids,
	.n_exempt = 2,
	.exempt = exempts,
	.audit_required = true,
	.contact = "helpdesk",
	.url = "https://example.org",
	.n_zones = 2,
	.zones = zones,
};

static struct jit_strv patterns[] = { STRV("/usr/bin/apt-get", "install", "[a-z]*..."),
	STRV("/usr/bin/apt-get", "update") };
static struct jit_strv denied[] = { STRV("/usr/bin/apt-get", "install", "nmap") };
static struct jit_digest digests[] = { { false, { 0 } }, { true, { 0xab, 0xcd } } };
static const struct jit_role role = {
	.name = "packages",
	.description = "Install packages",
	.run_as = STRV("root", "apt"),
	.n_commands = 2,
	.commands = patterns,
	.digests = digests,
	.n_deny_commands = 1,
	.deny_commands = denied,
	.edit = STRV("/etc/hosts", "/etc/nginx/*"),
	.login = false,
	.shell = true,
	.equals_root = true,
	.no_new_privs = true,
	.max_sec = 1800,
	.default_sec = 600,
	.max_uses = 3,
	.capabilities = UINT64_C(1) << 13 | UINT64_C(1) << CAP_LAST_CAP,
	.authenticate_with = "jit-totp",
	.env_keep = STRV("LANG", "LC_*"),
	.env_set = STRV("EDITOR=vi", "EMPTY="),
	.umask = 027,
	.cwd = "/srv",
	.ends = JIT_ENDS_USE,
};

static struct jit_when_range ranges[] = { { 480, 1080 }, { 9960, 360 } };
static const struct jit_rule rule = {
	.number = 7,
	.name = "devs",
	.file = "jit.conf",
	.line = 42,
	.who = STRV("%developers", "bob"),
	.on = STRV("web*"),
	.when = { "Mon 08:00-18:00", 1, 2, ranges },
	.roles = STRV("packages", "hosts"),
	.approval = JIT_APPROVAL_APPROVERS,
	.approvals = 2,
	.approvers = STRV("carol", "dave"),
	.approvers_shown = STRV("@secops"),
	.then_ask = STRV("frank", "grace"),
	.then_ask_shown = STRV("@managers"),
	.answer_within_sec = 901,
	.operators = STRV("heidi"),
	.operators_shown = STRV("@helpdesk"),
	.pin_replaces_approvals = true,
	.exact_command = true,
	.reason_required = true,
	.ticket = STRV("OPS", "CHG"),
	.review_sec = 1801440000,
	.authenticate = JIT_AUTH_NEVER,
	.max_sec = 900,
	.mode = JIT_MODE_ENFORCE,
};

/* ---- records ---- */

static void
assert_strv(const struct jit_strv *got, const struct jit_strv *want)
{
	ASSERT_EQ_UINT(got->n, want->n);
	for (size_t i = 0; i < want->n; i++)
		ASSERT_EQ_STR(got->v[i], want->v[i]);
}

/* A record in an allocation of just len bytes. */
static uint8_t *
copy_of(const struct jit_packer *p, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	ASSERT_TRUE(copy != NULL);
	memcpy(copy, p->buf, len);
	return copy;
}

static void
test_globals_are_read_back(void)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 };
	struct jit_globals got;

	jit_globals_pack(&p, &globals);
	ASSERT_OK(p.error);
	ASSERT_OK(jit_globals_unpack(copy_of(&p, p.len), p.len, &got));
	ASSERT_EQ_UINT(got.format, globals.format);
	ASSERT_EQ_STR(got.hash, globals.hash);
	ASSERT_EQ_INT(got.compiled_at, globals.compiled_at);
	ASSERT_EQ_STR(got.host, globals.host);
	assert_strv(&got.labels, &globals.labels);
	ASSERT_EQ_INT(got.mode, globals.mode);
	ASSERT_EQ_INT(got.observe_until, globals.observe_until);
	ASSERT_EQ_INT(got.max_sec, globals.max_sec);
	ASSERT_EQ_INT(got.start_within_sec, globals.start_within_sec);
	ASSERT_EQ_INT(got.prompt_timeout_sec, globals.prompt_timeout_sec);
	ASSERT_EQ_INT(got.keep_sec, globals.keep_sec);
	ASSERT_EQ_INT(got.request_ttl_sec, 3601);
	ASSERT_EQ_INT(got.break_glass_max_sec, 1801);
	ASSERT_EQ_INT(got.pin_max_sec, 3602);
	ASSERT_EQ_INT(got.pin_challenge_ttl_sec, 1802);
	ASSERT_EQ_UINT(got.pending_requests, 20);
	ASSERT_EQ_STR(got.notify_command, globals.notify_command);
	ASSERT_EQ_INT(got.notify_timeout_sec, 5);
	assert_strv(&got.privileged_users, &globals.privileged_users);
	assert_strv(&got.privileged_shared, &globals.privileged_shared);
	ASSERT_EQ_UINT(got.privileged_groups.n, 2);
	ASSERT_EQ_STR(got.privileged_groups.v[1], "%wheel");
	ASSERT_EQ_UINT(got.n_privileged_gids, 2);
	ASSERT_EQ_MEM(got.privileged_gids, gids, sizeof(gids));
	ASSERT_EQ_UINT(got.n_exempt, 2);
	ASSERT_EQ_STR(got.exempt[0].user, "root");
	ASSERT_EQ_STR(got.exempt[0].service, "login");
	ASSERT_EQ_STR(got.exempt[0].tty, "tty1");
	ASSERT_EQ_STR(got.exempt[0].reason, "console");
	ASSERT_EQ_INT(got.exempt[0].until, 1900000000);
	ASSERT_EQ_STR(got.exempt[1].user, "ops");
	ASSERT_TRUE(got.audit_required);
	ASSERT_EQ_STR(got.contact, globals.contact);
	ASSERT_EQ_STR(got.url, globals.url);
	ASSERT_EQ_UINT(got.n_zones, 2);
	ASSERT_EQ_STR(got.zones[1].name, "Europe/Berlin");
	ASSERT_EQ_UINT(got.zones[1].n_changes, 2);
	ASSERT_EQ_INT(got.zones[1].changes[1].from_sec, 1774746000);
	ASSERT_EQ_INT(got.zones[1].changes[1].offset_sec, 7200);
	jit_globals_done(&got);
}

static void
test_a_role_is_read_back(void)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 };
	struct jit_role got;

	jit_role_pack(&p, &role);
	ASSERT_OK(p.error);
	ASSERT_OK(jit_role_unpack(copy_of(&p, p.len), p.len, &got));
	ASSERT_EQ_STR(got.name, role.name);
	ASSERT_EQ_STR(got.description, role.description);
	assert_strv(&got.run_as, &role.run_as);
	ASSERT_EQ_UINT(got.n_commands, 2);
	assert_strv(&got.commands[0], &patterns[0]);
	assert_strv(&got.commands[1], &patterns[1]);
	ASSERT_FALSE(got.login);
	ASSERT_TRUE(got.shell);
	ASSERT_TRUE(got.equals_root);
	ASSERT_EQ_INT(got.max_sec, 1800);
	ASSERT_EQ_INT(got.default_sec, 600);
	jit_role_done(&got);
}

static void
test_what_surrounds_a_command_is_read_back(void)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 };
	struct jit_role got;

	jit_role_pack(&p, &role);
	ASSERT_OK(jit_role_unpack(copy_of(&p, p.len), p.len, &got));
	ASSERT_FALSE(got.digests[0].given);
	ASSERT_TRUE(got.digests[1].given);
	ASSERT_EQ_MEM(got.digests[1].sha256, digests[1].sha256, 32);
	ASSERT_EQ_UINT(got.n_deny_commands, 1);
	assert_strv(&got.deny_commands[0], &denied[0]);
	assert_strv(&got.edit, &role.edit);
	ASSERT_TRUE(got.no_new_privs);
	ASSERT_EQ_UINT(got.max_uses, 3);
	ASSERT_EQ_UINT(got.capabilities, role.capabilities);
	ASSERT_EQ_STR(got.authenticate_with, "jit-totp");
	assert_strv(&got.env_keep, &role.env_keep);
	assert_strv(&got.env_set, &role.env_set);
	ASSERT_EQ_UINT(got.umask, 027);
	ASSERT_EQ_STR(got.cwd, "/srv");
	ASSERT_EQ_INT(got.ends, JIT_ENDS_USE);
	jit_role_done(&got);
}

/* Who gives none, as tests do, writes none for each. */
static void
test_digests_stand_one_beside_each_pattern(void)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 };
	struct jit_role without = role, got;

	without.digests = NULL;
	jit_role_pack(&p, &without);
	ASSERT_OK(jit_role_unpack(copy_of(&p, p.len), p.len, &got));
	ASSERT_FALSE(got.digests[0].given || got.digests[1].given);
	jit_role_done(&got);
}

static void
test_a_rule_is_read_back(void)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 };
	struct jit_rule got;

	jit_rule_pack(&p, &rule);
	ASSERT_OK(p.error);
	ASSERT_OK(jit_rule_unpack(copy_of(&p, p.len), p.len, &got));
	ASSERT_EQ_UINT(got.number, 7);
	ASSERT_EQ_STR(got.name, rule.name);
	ASSERT_EQ_STR(got.file, rule.file);
	ASSERT_EQ_UINT(got.line, 42);
	assert_strv(&got.who, &rule.who);
	assert_strv(&got.on, &rule.on);
	ASSERT_EQ_STR(got.when.text, rule.when.text);
	ASSERT_EQ_UINT(got.when.zone, 1);
	ASSERT_EQ_UINT(got.when.n, 2);
	ASSERT_EQ_MEM(got.when.ranges, ranges, sizeof(ranges));
	assert_strv(&got.roles, &rule.roles);
	ASSERT_EQ_INT(got.approval, rule.approval);
	ASSERT_EQ_UINT(got.approvals, 2);
	assert_strv(&got.approvers, &rule.approvers);
	assert_strv(&got.approvers_shown, &rule.approvers_shown);
	assert_strv(&got.then_ask, &rule.then_ask);
	assert_strv(&got.then_ask_shown, &rule.then_ask_shown);
	ASSERT_EQ_INT(got.answer_within_sec, 901);
	assert_strv(&got.operators, &rule.operators);
	assert_strv(&got.operators_shown, &rule.operators_shown);
	ASSERT_TRUE(got.pin_replaces_approvals);
	ASSERT_TRUE(got.exact_command);
	ASSERT_TRUE(got.reason_required);
	assert_strv(&got.ticket, &rule.ticket);
	ASSERT_EQ_INT(got.review_sec, 1801440000);
	ASSERT_EQ_INT(got.authenticate, rule.authenticate);
	ASSERT_EQ_INT(got.max_sec, 900);
	ASSERT_EQ_INT(got.mode, JIT_MODE_ENFORCE);
	jit_rule_done(&got);
}

enum kind { GLOBALS, ROLE, RULE, KINDS };

static void
pack(enum kind kind, struct jit_packer *p)
{
	switch (kind) {
	case GLOBALS: jit_globals_pack(p, &globals); break;
	case ROLE: jit_role_pack(p, &role); break;
	default: jit_rule_pack(p, &rule);
	}
	ASSERT_OK(p->error);
}

/* Reads and frees a record; on failure nothing may have been written to the result. */
static int
unpack(enum kind kind, uint8_t *record, size_t len)
{
	struct jit_globals got_globals = { .host = "untouched" };
	struct jit_role got_role = { .name = "untouched" };
	struct jit_rule got_rule = { .name = "untouched" };
	int r = kind == GLOBALS ? jit_globals_unpack(record, len, &got_globals)
		: kind == ROLE  ? jit_role_unpack(record, len, &got_role)
				: jit_rule_unpack(record, len, &got_rule);

	if (r < 0) {
		ASSERT_EQ_STR(got_globals.host, "untouched");
		ASSERT_EQ_STR(got_role.name, "untouched");
		ASSERT_EQ_STR(got_rule.name, "untouched");
	}
	jit_globals_done(&got_globals);
	jit_role_done(&got_role);
	jit_rule_done(&got_rule);
	return r;
}

static void
test_every_truncation_of_every_record_is_an_error(void)
{
	for (enum kind kind = GLOBALS; kind < KINDS; kind++) {
		_cleanup_(jit_packer_done) struct jit_packer p = { 0 };

		pack(kind, &p);
		for (size_t len = 0; len < p.len; len++)
			ASSERT_ERR(unpack(kind, copy_of(&p, len), len), EBADMSG);
		ASSERT_OK(unpack(kind, copy_of(&p, p.len), p.len));
		jit_pack_u8(&p, 0);
		ASSERT_ERR(unpack(kind, copy_of(&p, p.len), p.len), EBADMSG);
	}
}

static void
test_a_flipped_byte_never_breaks_the_reader(void)
{
	static const uint8_t masks[] = { 0x01, 0x40, 0x80, 0xff };

	for (enum kind kind = GLOBALS; kind < KINDS; kind++) {
		_cleanup_(jit_packer_done) struct jit_packer p = { 0 };

		pack(kind, &p);
		for (size_t i = 0; i < p.len; i++)
			for (size_t k = 0; k < sizeof(masks); k++) {
				uint8_t *copy = copy_of(&p, p.len);
				int r;

				copy[i] ^= masks[k];
				r = unpack(kind, copy, p.len);
				ASSERT_TRUE(r == 0 || r == -EBADMSG);
			}
	}
}

static int
rule_round_trip(const struct jit_rule *changed)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 };

	jit_rule_pack(&p, changed);
	ASSERT_OK(p.error);
	return unpack(RULE, copy_of(&p, p.len), p.len);
}

static int
globals_round_trip(const struct jit_globals *changed)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 };

	jit_globals_pack(&p, changed);
	ASSERT_OK(p.error);
	return unpack(GLOBALS, copy_of(&p, p.len), p.len);
}

static int
role_round_trip(const struct jit_role *changed)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 };

	jit_role_pack(&p, changed);
	ASSERT_OK(p.error);
	return unpack(ROLE, copy_of(&p, p.len), p.len);
}

/* A copy of a sound one with one field changed: does it come back? */
#define REFUSED(kind, field, value)                                                      \
	do {                                                                             \
		struct jit_##kind changed_ = kind;                                       \
                                                                                         \
		test_row(#kind "." #field " = " #value);                                 \
		changed_.field = value;                                                  \
		ASSERT_ERR(kind##_round_trip(&changed_), EBADMSG);                       \
	} while (0)
#define TAKEN(kind, field, value)                                                        \
	do {                                                                             \
		struct jit_##kind changed_ = kind;                                       \
                                                                                         \
		test_row(#kind "." #field " = " #value);                                 \
		changed_.field = value;                                                  \
		ASSERT_OK(kind##_round_trip(&changed_));                                 \
	} while (0)

static void
test_unknown_values_of_a_rule_are_errors(void)
{
	struct jit_when_range wrong[] = { { 10080, 1 }, { 0, 10081 }, { 60, 60 } };

	REFUSED(rule, approval, (enum jit_approval)(JIT_APPROVAL_BREAK_GLASS + 1));
	REFUSED(rule, authenticate, (enum jit_authenticate)(JIT_AUTH_NEVER + 1));
	REFUSED(rule, mode, (enum jit_mode)(JIT_MODE_OBSERVE + 1));
	REFUSED(rule, max_sec, -1);
	REFUSED(rule, answer_within_sec, -1);
	REFUSED(rule, review_sec, -1);
	TAKEN(rule, approvals, JIT_APPROVALS_MAX);
	REFUSED(rule, approvals, JIT_APPROVALS_MAX + 1);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct jit_rule changed = rule;

		changed.when.n = 1;
		changed.when.ranges = &wrong[i];
		ASSERT_ERR(rule_round_trip(&changed), EBADMSG);
	}
}

static void
test_unknown_values_of_a_role_are_errors(void)
{
	REFUSED(role, max_sec, -1);
	REFUSED(role, default_sec, -1);
	REFUSED(role, capabilities, UINT64_C(1) << (CAP_LAST_CAP + 1));
	REFUSED(role, capabilities, UINT64_C(1) << 63);
	TAKEN(role, umask, JIT_UMASK_NONE);
	REFUSED(role, umask, JIT_UMASK_NONE + 1);
	TAKEN(role, cwd, "");
	REFUSED(role, cwd, "srv");
	REFUSED(role, ends, (enum jit_ends)(JIT_ENDS_USE + 1));
	REFUSED(role, env_set, ((struct jit_strv)STRV("EDITOR")));
	REFUSED(role, env_set, ((struct jit_strv)STRV("=vi")));
}

static void
test_unknown_values_of_the_globals_are_errors(void)
{
	struct jit_zone_change falling[] = { { 10, 0 }, { 10, 3600 } };
	struct jit_zone_change far = { 0, 27 * 3600 };
	struct jit_zone wrong[] = { { "", 0, NULL }, { "", 2, falling },
		{ "", 1, &far } };

	REFUSED(globals, mode, JIT_MODE_NONE);
	REFUSED(globals, mode, (enum jit_mode)(JIT_MODE_OBSERVE + 1));
	REFUSED(globals, keep_sec, -1);
	REFUSED(globals, request_ttl_sec, -1);
	REFUSED(globals, break_glass_max_sec, -1);
	REFUSED(globals, pin_max_sec, -1);
	REFUSED(globals, pin_challenge_ttl_sec, -1);
	REFUSED(globals, notify_timeout_sec, -1);
	TAKEN(globals, pending_requests, JIT_REQUESTS_MAX);
	REFUSED(globals, pending_requests, JIT_REQUESTS_MAX + 1);
	TAKEN(globals, notify_command, "");
	REFUSED(globals, notify_command, "notify");
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct jit_globals changed = globals;

		changed.n_zones = 1;
		changed.zones = &wrong[i];
		ASSERT_ERR(globals_round_trip(&changed), EBADMSG);
	}
}

static void
test_a_pattern_without_words_is_an_error(void)
{
	struct jit_strv none = { 0 };
	struct jit_role changed = role;

	changed.n_commands = 1;
	changed.commands = &none;
	ASSERT_ERR(role_round_trip(&changed), EBADMSG);
	changed = role;
	changed.deny_commands = &none;
	ASSERT_ERR(role_round_trip(&changed), EBADMSG);
}

/* The count of digests is that of the commands: the one behind the patterns. */
static void
test_a_digest_too_few_is_an_error(void)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 }, before = { 0 };
	enum { DIGEST = 1 + 32 };

	jit_role_pack(&p, &role);
	jit_pack_str(&before, role.name);
	jit_pack_str(&before, role.description);
	jit_pack_strv(&before, &role.run_as);
	jit_pack_u32(&before, 2);
	jit_pack_strv(&before, &patterns[0]);
	jit_pack_strv(&before, &patterns[1]);
	ASSERT_EQ_MEM(p.buf, before.buf, before.len);
	ASSERT_EQ_INT(p.buf[before.len], 2);
	p.buf[before.len] = 1;
	memmove(p.buf + before.len + 4, p.buf + before.len + 4 + DIGEST,
		p.len - before.len - 4 - DIGEST);
	p.len -= DIGEST;
	ASSERT_ERR(unpack(ROLE, copy_of(&p, p.len), p.len), EBADMSG);
}

static void
test_a_truth_value_is_0_or_1(void)
{
	_cleanup_(jit_packer_done) struct jit_packer p = { 0 }, after = { 0 };
	enum { BOOLS = 4 }; /* before the times of a role's record */

	jit_pack_i64(&after, role.max_sec);
	jit_pack_i64(&after, role.default_sec);
	jit_role_pack(&p, &role);
	{
		uint8_t *times = memmem(p.buf, p.len, after.buf, after.len);

		ASSERT_TRUE(times != NULL);
		for (size_t i = 1; i <= BOOLS; i++) {
			uint8_t sound = times[-(ptrdiff_t)i];

			ASSERT_TRUE(sound <= 1);
			times[-(ptrdiff_t)i] = 2;
			ASSERT_ERR(unpack(ROLE, copy_of(&p, p.len), p.len), EBADMSG);
			times[-(ptrdiff_t)i] = sound;
		}
		ASSERT_OK(unpack(ROLE, copy_of(&p, p.len), p.len));
	}
}

/* ---- policy.cdb ---- */

static struct cdb_make make;

static void
record_add(const void *key, size_t key_len, struct jit_packer *p)
{
	ASSERT_OK(p->error);
	ASSERT_OK(cdb_make_add(&make, key, (unsigned)key_len, p->buf, (unsigned)p->len));
	jit_packer_done(p);
}

static void
index_add(enum jit_policy_index index, const char *who, const char *what, size_t n,
	const uint32_t *numbers)
{
	uint8_t key[JIT_POLICY_KEY_MAX];
	size_t len = jit_policy_index_key(index, who, what, key);
	struct jit_packer p = { 0 };

	for (size_t i = 0; i < n; i++)
		jit_pack_u32(&p, numbers[i]);
	record_add(key, len, &p);
}

#define INDEX(index, who, what, ...)                                                     \
	index_add(index, who, what, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4,             \
		(uint32_t[]){ __VA_ARGS__ })

static void
role_add(const char *name)
{
	struct jit_packer p = { 0 };
	struct jit_role one = role;
	char key[JIT_NAME_MAX + 2];

	one.name = name;
	jit_role_pack(&p, &one);
	snprintf(key, sizeof(key), "o%s", name);
	record_add(key, strlen(key), &p);
}

/* Under the key of `place`, where a sound policy has its own number. */
static void
rule_add_at(uint32_t place, uint32_t number, uint32_t zone, size_t n_roles,
	const char **roles)
{
	const uint8_t key[] = { 'u', (uint8_t)place, (uint8_t)(place >> 8),
		(uint8_t)(place >> 16), (uint8_t)(place >> 24) };
	struct jit_packer p = { 0 };
	struct jit_rule one = rule;

	one.number = number;
	one.when.zone = zone;
	one.roles = (struct jit_strv){ n_roles, roles };
	jit_rule_pack(&p, &one);
	record_add(key, sizeof(key), &p);
}

#define RULE_ADD(number, ...)                                                            \
	rule_add_at(number, number, 1,                                                   \
		sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),                \
		(const char *[]){ __VA_ARGS__ })

static void
make_start(uint32_t format)
{
	int fd = open(
		test_path("policy.cdb"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct jit_globals head = globals;
	struct jit_packer p = { 0 };

	ASSERT_TRUE(fd >= 0);
	ASSERT_OK(cdb_make_start(&make, fd));
	head.format = format;
	jit_globals_pack(&p, &head);
	record_add("G", 1, &p);
}

static void
make_end(void)
{
	ASSERT_OK(cdb_make_finish(&make));
	close(make.cdb_fd);
}

static int
policy_open(struct jit_policy *ret, struct jit_error *err)
{
	struct jit_site site = JIT_SITE_NONE;
	int r;

	site.lib = test_dir_fd();
	site.owner = geteuid();
	r = jit_policy_open(&site, ret, err);
	close(site.lib);
	return r;
}

static void
policy_make(void)
{
	make_start(JIT_POLICY_FORMAT);
	role_add("packages");
	role_add("hosts");
	role_add("root");
	RULE_ADD(0, "packages", "hosts");
	RULE_ADD(1, "root");
	RULE_ADD(2, "packages");
	RULE_ADD(300, "packages", "root");
	INDEX(JIT_INDEX_ALL, "bob", NULL, 0, 300);
	INDEX(JIT_INDEX_ALL, "%sre", NULL, 1, 300);
	INDEX(JIT_INDEX_ROLE, "bob", "packages", 0, 300);
	INDEX(JIT_INDEX_ROLE, "%sre", "root", 1, 300);
	INDEX(JIT_INDEX_ROLE, "*", "packages", 2);
	INDEX(JIT_INDEX_COMMAND, "bob", "/usr/bin/apt-get", 0);
	INDEX(JIT_INDEX_COMMAND, "bob", "", 300);
	INDEX(JIT_INDEX_LOGIN, "%sre", NULL, 1);
	/* Broken ones. */
	RULE_ADD(400, "gone");
	INDEX(JIT_INDEX_ALL, "no-such-role", NULL, 400);
	INDEX(JIT_INDEX_ALL, "no-such-rule", NULL, 401);
	INDEX(JIT_INDEX_ALL, "falling", NULL, 1, 0);
	INDEX(JIT_INDEX_ALL, "twice", NULL, 1, 1);
	INDEX(JIT_INDEX_ROLE, "astray", "root", 2);
	rule_add_at(402, 402, 2, 1, (const char *[]){ "root" });
	rule_add_at(403, 1, 1, 1, (const char *[]){ "root" });
	INDEX(JIT_INDEX_ALL, "misplaced", NULL, 403);
	INDEX(JIT_INDEX_ALL, "no-such-zone", NULL, 402);
	make_end();
}

static void
test_the_globals_roles_and_rules_are_found(void)
{
	struct jit_policy policy;
	struct jit_role got_role;
	struct jit_rule got_rule;

	policy_make();
	ASSERT_OK(policy_open(&policy, NULL));
	ASSERT_EQ_STR(policy.globals.host, "web1");
	ASSERT_OK(jit_policy_role(&policy, "hosts", &got_role));
	ASSERT_EQ_STR(got_role.name, "hosts");
	jit_role_done(&got_role);
	ASSERT_ERR(jit_policy_role(&policy, "host", &got_role), ENOENT);
	ASSERT_ERR(jit_policy_role(&policy, "", &got_role), ENOENT);
	ASSERT_OK(jit_policy_rule(&policy, 300, &got_rule));
	ASSERT_EQ_UINT(got_rule.number, 300);
	jit_rule_done(&got_rule);
	ASSERT_ERR(jit_policy_rule(&policy, 3, &got_rule), ENOENT);
	jit_policy_close(&policy);
}

static void
test_keys_of_the_indexes(void)
{
	uint8_t key[JIT_POLICY_KEY_MAX];
	char longest[4098];

	ASSERT_EQ_UINT(jit_policy_index_key(JIT_INDEX_ALL, "bob", NULL, key), 4);
	ASSERT_EQ_MEM(key, "abob", 4);
	ASSERT_EQ_UINT(jit_policy_index_key(JIT_INDEX_LOGIN, "%sre", "x", key), 5);
	ASSERT_EQ_MEM(key, "l%sre", 5);
	ASSERT_EQ_UINT(jit_policy_index_key(JIT_INDEX_ROLE, "*", "root", key), 7);
	ASSERT_EQ_MEM(key, "r*\0root", 7);
	ASSERT_EQ_UINT(jit_policy_index_key(JIT_INDEX_COMMAND, "*", "", key), 3);
	ASSERT_EQ_MEM(key, "c*\0", 3);
	test_row("too long to be one");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ASSERT_EQ_UINT(jit_policy_index_key(JIT_INDEX_ALL, longest, NULL, key), 0);
	memset(longest, 'y', JIT_NAME_MAX + 1);
	longest[JIT_NAME_MAX + 1] = '\0';
	ASSERT_EQ_UINT(jit_policy_index_key(JIT_INDEX_ALL, longest, NULL, key),
		JIT_NAME_MAX + 2);
	memset(longest, 'z', sizeof(longest) - 1);
	ASSERT_EQ_UINT(
		jit_policy_index_key(JIT_INDEX_COMMAND, longest + 4032, longest, key), 0);
	ASSERT_EQ_UINT(
		jit_policy_index_key(JIT_INDEX_COMMAND, longest + 4032, longest + 1, key),
		JIT_POLICY_KEY_MAX);
}

/* ---- views ---- */

static int
view_add(struct jit_policy_view *view, const struct jit_policy *policy,
	enum jit_policy_index index, const char *who, const char *other, const char *what)
{
	const char *words[] = { who, other };
	const struct jit_strv whos = { other ? 2 : 1, words };

	return jit_view_add(view, policy, index, &whos, what);
}

/* The numbers of the view's rules, then the names of its roles, joined by blanks. */
static const char *
shown(const struct jit_policy_view *view)
{
	static char buf[256];
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < view->n_rules; i++)
		len += (size_t)snprintf(
			buf + len, sizeof(buf) - len, "%u ", view->rules[i].number);
	for (size_t i = 0; i < view->n_roles; i++)
		len += (size_t)snprintf(
			buf + len, sizeof(buf) - len, "%s ", view->roles[i].name);
	return buf;
}

static void
test_a_view_has_the_rules_of_the_question_in_order(void)
{
	static const struct {
		enum jit_policy_index index;
		const char *who, *other, *what, *want;
	} views[] = {
		{ JIT_INDEX_ALL, "bob", NULL, NULL, "0 300 hosts packages root " },
		{ JIT_INDEX_ALL, "%sre", "bob", NULL, "0 1 300 hosts packages root " },
		{ JIT_INDEX_ALL, "nobody", "none", NULL, "" },
		{ JIT_INDEX_ROLE, "bob", "%sre", "packages", "0 300 packages " },
		{ JIT_INDEX_ROLE, "*", "bob", "packages", "0 2 300 packages " },
		{ JIT_INDEX_ROLE, "%sre", NULL, "root", "1 300 root " },
		{ JIT_INDEX_ROLE, "%sre", NULL, "hosts", "" },
		{ JIT_INDEX_COMMAND, "bob", NULL, "/usr/bin/apt-get",
			"0 hosts packages " },
		{ JIT_INDEX_COMMAND, "bob", NULL, "", "300 packages root " },
		{ JIT_INDEX_COMMAND, "bob", NULL, "/usr/bin/apt", "" },
		{ JIT_INDEX_LOGIN, "%sre", "bob", NULL, "1 root " },
	};
	struct jit_policy policy;

	policy_make();
	ASSERT_OK(policy_open(&policy, NULL));
	for (size_t i = 0; i < ARRAY_SIZE(views); i++) {
		struct jit_policy_view view = { .globals = &policy.globals };

		test_row(views[i].want);
		ASSERT_OK(view_add(&view, &policy, views[i].index, views[i].who,
			views[i].other, views[i].what));
		ASSERT_EQ_STR(shown(&view), views[i].want);
		jit_view_done(&view);
		ASSERT_EQ_UINT(view.n_rules, 0);
	}
	jit_policy_close(&policy);
}

static void
test_adding_again_adds_only_what_is_new(void)
{
	struct jit_policy policy;
	struct jit_policy_view view = { 0 };

	policy_make();
	ASSERT_OK(policy_open(&policy, NULL));
	ASSERT_OK(view_add(&view, &policy, JIT_INDEX_ROLE, "bob", NULL, "packages"));
	ASSERT_EQ_STR(shown(&view), "0 300 packages ");
	ASSERT_OK(view_add(&view, &policy, JIT_INDEX_ROLE, "bob", NULL, "packages"));
	ASSERT_EQ_STR(shown(&view), "0 300 packages ");
	test_row("a rule that is there brings in the other role");
	ASSERT_OK(view_add(&view, &policy, JIT_INDEX_ROLE, "%sre", NULL, "root"));
	ASSERT_EQ_STR(shown(&view), "0 1 300 packages root ");
	ASSERT_OK(view_add(&view, &policy, JIT_INDEX_ALL, "bob", "%sre", NULL));
	ASSERT_EQ_STR(shown(&view), "0 1 300 hosts packages root ");
	ASSERT_EQ_STR(jit_view_role(&view, "hosts")->name, "hosts");
	ASSERT_TRUE(jit_view_role(&view, "none") == NULL);
	jit_view_done(&view);
	ASSERT_TRUE(jit_view_role(&view, "hosts") == NULL);
	jit_policy_close(&policy);
}

static void
test_names_that_cannot_be_in_a_policy_find_nothing(void)
{
	char name[JIT_NAME_MAX + 8];
	struct jit_policy policy;
	struct jit_policy_view view = { 0 };

	memset(name, 'g', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	policy_make();
	ASSERT_OK(policy_open(&policy, NULL));
	ASSERT_OK(view_add(&view, &policy, JIT_INDEX_ALL, name, "bob", NULL));
	ASSERT_EQ_STR(shown(&view), "0 300 hosts packages root ");
	jit_view_done(&view);
	jit_policy_close(&policy);
}

static void
test_a_record_that_leads_nowhere_is_damage(void)
{
	static const char *const broken[] = { "no-such-role", "no-such-rule", "falling",
		"twice", "no-such-zone", "misplaced" };
	struct jit_policy policy;

	policy_make();
	ASSERT_OK(policy_open(&policy, NULL));
	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		struct jit_policy_view view = { 0 };

		test_row(broken[i]);
		ASSERT_ERR(view_add(&view, &policy, JIT_INDEX_ALL, broken[i], NULL, NULL),
			EBADMSG);
		jit_view_done(&view);
	}
	{
		struct jit_policy_view view = { 0 };

		test_row("a rule without the role that led to it");
		ASSERT_ERR(
			view_add(&view, &policy, JIT_INDEX_ROLE, "astray", NULL, "root"),
			EBADMSG);
		jit_view_done(&view);
	}
	jit_policy_close(&policy);
}

static void
test_a_question_has_a_bounded_number_of_rules(void)
{
	uint32_t numbers[JIT_RULES_MAX + 1];
	struct jit_policy policy;
	struct jit_policy_view view = { 0 };

	make_start(JIT_POLICY_FORMAT);
	role_add("packages");
	for (uint32_t i = 0; i <= JIT_RULES_MAX; i++) {
		numbers[i] = i;
		RULE_ADD(i, "packages");
	}
	index_add(JIT_INDEX_ALL, "bob", NULL, JIT_RULES_MAX, numbers);
	index_add(JIT_INDEX_ALL, "eve", NULL, JIT_RULES_MAX + 1, numbers);
	INDEX(JIT_INDEX_ALL, "%sre", NULL, JIT_RULES_MAX);
	make_end();
	ASSERT_OK(policy_open(&policy, NULL));
	test_row("as many as may be");
	ASSERT_OK(view_add(&view, &policy, JIT_INDEX_ALL, "bob", NULL, NULL));
	ASSERT_EQ_UINT(view.n_rules, JIT_RULES_MAX);
	ASSERT_EQ_UINT(view.n_roles, 1);
	test_row("one more, in a second call");
	ASSERT_ERR(view_add(&view, &policy, JIT_INDEX_ALL, "%sre", NULL, NULL), E2BIG);
	jit_view_done(&view);
	test_row("one more, by another name");
	ASSERT_ERR(view_add(&view, &policy, JIT_INDEX_ALL, "bob", "%sre", NULL), E2BIG);
	jit_view_done(&view);
	test_row("one more, in one record");
	ASSERT_ERR(view_add(&view, &policy, JIT_INDEX_ALL, "eve", NULL, NULL), E2BIG);
	jit_view_done(&view);
	jit_policy_close(&policy);
}

/* ---- files ---- */

static void
test_a_file_that_cannot_be_used_is_explained(void)
{
	struct jit_policy policy = JIT_POLICY_NONE;
	struct jit_error err = { 0 };
	struct jit_site nowhere = JIT_SITE_NONE;

	ASSERT_ERR(jit_policy_open(&nowhere, &policy, &err), EBADF);
	ASSERT_CONTAINS(err.text, "policy.cdb");
	err = (struct jit_error){ 0 };
	(void)unlink(test_path("policy.cdb"));
	ASSERT_ERR(policy_open(&policy, &err), ENOENT);
	ASSERT_CONTAINS(err.text, "policy.cdb is not there");
	ASSERT_CONTAINS(err.text, "jitctl reload");
	err = (struct jit_error){ 0 };
	policy_make();
	ASSERT_OK(truncate(test_path("policy.cdb"), 4000));
	ASSERT_ERR(policy_open(&policy, &err), EBADMSG);
	ASSERT_CONTAINS(err.text, "damaged");
	err = (struct jit_error){ 0 };
	make_start(JIT_POLICY_FORMAT + 1);
	make_end();
	ASSERT_ERR(policy_open(&policy, &err), EPROTONOSUPPORT);
	ASSERT_CONTAINS(err.text, "another version");
	err = (struct jit_error){ 0 };
	make_start(JIT_POLICY_FORMAT);
	make_end();
	ASSERT_OK(chmod(test_path("policy.cdb"), 0644));
	ASSERT_ERR(policy_open(&policy, &err), EPERM);
	ASSERT_EQ_INT(policy.table.fd, -1);
}

static void
test_a_file_without_globals_is_damaged(void)
{
	int fd = open(
		test_path("policy.cdb"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct jit_policy policy = JIT_POLICY_NONE;
	struct jit_error err = { 0 };

	ASSERT_OK(cdb_make_start(&make, fd));
	make_end();
	ASSERT_OK(chmod(test_path("policy.cdb"), 0600));
	ASSERT_ERR(policy_open(&policy, &err), EBADMSG);
	ASSERT_CONTAINS(err.text, "no head");
}

TEST_MAIN(TEST(test_globals_are_read_back), TEST(test_a_role_is_read_back),
	TEST(test_what_surrounds_a_command_is_read_back),
	TEST(test_digests_stand_one_beside_each_pattern), TEST(test_a_rule_is_read_back),
	TEST(test_every_truncation_of_every_record_is_an_error),
	TEST(test_a_flipped_byte_never_breaks_the_reader),
	TEST(test_unknown_values_of_a_rule_are_errors),
	TEST(test_unknown_values_of_a_role_are_errors),
	TEST(test_unknown_values_of_the_globals_are_errors),
	TEST(test_a_pattern_without_words_is_an_error),
	TEST(test_a_digest_too_few_is_an_error), TEST(test_a_truth_value_is_0_or_1),
	TEST(test_the_globals_roles_and_rules_are_found), TEST(test_keys_of_the_indexes),
	TEST(test_a_view_has_the_rules_of_the_question_in_order),
	TEST(test_adding_again_adds_only_what_is_new),
	TEST(test_names_that_cannot_be_in_a_policy_find_nothing),
	TEST(test_a_record_that_leads_nowhere_is_damage),
	TEST(test_a_question_has_a_bounded_number_of_rules),
	TEST(test_a_file_that_cannot_be_used_is_explained),
	TEST(test_a_file_without_globals_is_damaged))
