/*
 * A role's record in policy.cdb: the writer and, beside it, the reader.
 *
 * Runs as: any; the reader as root, inside login processes. MUST range-check each value
 * that somebody will switch on, index with or loop over; MUST free everything on failure.
 */
#include "policy.h"

#include <assert.h>
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

static_assert(CAP_LAST_CAP < 64, "capabilities are the bits of a uint64_t");
static_assert(JIT_UMASK_NONE == 07777 + 1, "one bound for every umask and for none");

static void
patterns_done(struct jit_strv *patterns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(patterns[i].v);
	free(patterns);
}

void
jit_role_done(struct jit_role *role)
{
	free(role->run_as.v);
	patterns_done(role->commands, role->n_commands);
	free(role->digests);
	patterns_done(role->deny_commands, role->n_deny_commands);
	free(role->edit.v);
	free(role->env_keep.v);
	free(role->env_set.v);
	free(role->record);
	*role = (struct jit_role){ 0 };
}

/* ---- parts ---- */

static void
patterns_pack(struct jit_packer *p, const struct jit_strv *patterns, size_t n)
{
	jit_pack_u32(p, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		jit_pack_strv(p, &patterns[i]);
}

static struct jit_strv *
patterns_unpack(struct jit_unpacker *u, size_t *ret_n)
{
	enum { SMALLEST = 4 + 4 + 1 }; /* a pattern has at least the word for the path */
	struct jit_strv *patterns =
		jit_unpack_array(u, SMALLEST, sizeof(*patterns), ret_n);

	for (size_t i = 0; i < *ret_n; i++) {
		jit_unpack_strv(u, &patterns[i]);
		if (patterns[i].n == 0)
			jit_unpack_fail(u, -EBADMSG);
	}
	return patterns;
}

/* One for each pattern, and none at all is as good as none given. */
static void
digests_pack(struct jit_packer *p, const struct jit_role *role)
{
	static const struct jit_digest none;

	jit_pack_u32(p, (uint32_t)role->n_commands);
	for (size_t i = 0; i < role->n_commands; i++) {
		const struct jit_digest *digest =
			role->digests ? &role->digests[i] : &none;

		jit_pack_u8(p, digest->given);
		jit_pack_bytes(p, digest->sha256, sizeof(digest->sha256));
	}
}

static void
digests_unpack(struct jit_unpacker *u, struct jit_role *role)
{
	size_t n;

	role->digests = jit_unpack_array(
		u, 1 + sizeof(role->digests->sha256), sizeof(*role->digests), &n);
	if (n != role->n_commands)
		jit_unpack_fail(u, -EBADMSG);
	for (size_t i = 0; i < n; i++) {
		struct jit_digest *digest = &role->digests[i];

		digest->given = jit_unpack_bool(u);
		jit_unpack_bytes(u, digest->sha256, sizeof(digest->sha256));
	}
}

static uint64_t
capabilities_unpack(struct jit_unpacker *u)
{
	uint64_t mask = (uint64_t)jit_unpack_i64(u);

	if (mask >> CAP_LAST_CAP > 1)
		jit_unpack_fail(u, -EBADMSG);
	return mask;
}

/* NAME=value, each with a name. */
static void
env_set_unpack(struct jit_unpacker *u, struct jit_strv *ret)
{
	jit_unpack_strv(u, ret);
	for (size_t i = 0; i < ret->n; i++)
		if (ret->v[i][0] == '=' || !strchr(ret->v[i], '='))
			jit_unpack_fail(u, -EBADMSG);
}

/* Absolute, or "". */
static const char *
directory_unpack(struct jit_unpacker *u)
{
	const char *path = jit_unpack_str(u);

	if (path[0] != '\0' && path[0] != '/')
		jit_unpack_fail(u, -EBADMSG);
	return path;
}

/* ---- the record ---- */

void
jit_role_pack(struct jit_packer *p, const struct jit_role *role)
{
	jit_pack_str(p, role->name);
	jit_pack_str(p, role->description);
	jit_pack_strv(p, &role->run_as);
	patterns_pack(p, role->commands, role->n_commands);
	digests_pack(p, role);
	patterns_pack(p, role->deny_commands, role->n_deny_commands);
	jit_pack_strv(p, &role->edit);
	jit_pack_u8(p, role->login);
	jit_pack_u8(p, role->shell);
	jit_pack_u8(p, role->equals_root);
	jit_pack_u8(p, role->no_new_privs);
	jit_pack_i64(p, role->max_sec);
	jit_pack_i64(p, role->default_sec);
	jit_pack_u32(p, role->max_uses);
	jit_pack_i64(p, (int64_t)role->capabilities);
	jit_pack_str(p, role->authenticate_with);
	jit_pack_strv(p, &role->env_keep);
	jit_pack_strv(p, &role->env_set);
	jit_pack_u32(p, role->umask);
	jit_pack_str(p, role->cwd);
	jit_pack_u8(p, (uint8_t)role->ends);
}

static void
role_unpack(struct jit_unpacker *u, struct jit_role *role)
{
	role->name = jit_unpack_str(u);
	role->description = jit_unpack_str(u);
	jit_unpack_strv(u, &role->run_as);
	role->commands = patterns_unpack(u, &role->n_commands);
	digests_unpack(u, role);
	role->deny_commands = patterns_unpack(u, &role->n_deny_commands);
	jit_unpack_strv(u, &role->edit);
	role->login = jit_unpack_bool(u);
	role->shell = jit_unpack_bool(u);
	role->equals_root = jit_unpack_bool(u);
	role->no_new_privs = jit_unpack_bool(u);
	role->max_sec = jit_unpack_seconds(u);
	role->default_sec = jit_unpack_seconds(u);
	role->max_uses = jit_unpack_u32(u);
	role->capabilities = capabilities_unpack(u);
	role->authenticate_with = jit_unpack_str(u);
	jit_unpack_strv(u, &role->env_keep);
	env_set_unpack(u, &role->env_set);
	role->umask = jit_unpack_upto(u, JIT_UMASK_NONE);
	role->cwd = directory_unpack(u);
	role->ends = jit_unpack_enum(u, JIT_ENDS_TIME, JIT_ENDS_USE);
}

int
jit_role_unpack(uint8_t *record, size_t len, struct jit_role *ret)
{
	struct jit_unpacker u = { .buf = record, .len = len };
	struct jit_role role = { .record = record };
	int r;

	role_unpack(&u, &role);
	r = jit_unpack_end(&u);
	if (r < 0) {
		jit_role_done(&role);
		return r;
	}
	*ret = role;
	return 0;
}
