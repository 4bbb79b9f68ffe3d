/*
 * policy.cdb and keys.cdb, made in memory.
 *
 * Runs as root. MUST leave nothing behind when it fails.
 */
#include "compile.h"

#include <cdb.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "libjit/file.h"

#define _cleanup_packer_ _cleanup_(jit_packer_done)

/* tinycdb writes to a descriptor: a file that has no name. */
struct maker {
	struct cdb_make cdb;
	int fd;
};

static int
maker_start(struct maker *maker)
{
	maker->fd = memfd_create("jitctl", MFD_CLOEXEC);
	if (maker->fd < 0)
		return -errno;
	if (cdb_make_start(&maker->cdb, maker->fd) == 0)
		return 0;
	close(maker->fd);
	return -ENOMEM;
}

static int
read_back(int fd, struct compiled *ret)
{
	_cleanup_free_ uint8_t *buf = NULL;
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return -errno;
	buf = malloc((size_t)st.st_size + 1);
	if (!buf)
		return -ENOMEM;
	r = jit_pread_full(fd, buf, (size_t)st.st_size, 0);
	if (r < 0)
		return r;
	ret->buf = TAKE_PTR(buf);
	ret->len = (size_t)st.st_size;
	return 0;
}

/* Ends it in any case; r is how it went so far. */
static int
maker_finish(struct maker *maker, int r, struct compiled *ret)
{
	if (cdb_make_finish(&maker->cdb) < 0 && r == 0)
		r = -EIO;
	if (r == 0)
		r = read_back(maker->fd, ret);
	close(maker->fd);
	return r;
}

void
compiled_done(struct compiled *compiled)
{
	free(compiled->buf);
	*compiled = (struct compiled){ 0 };
}

int
compile_add(struct cdb_make *cdb, const void *key, size_t key_len, const void *value,
	size_t len)
{
	if (cdb_make_add(cdb, key, (unsigned int)key_len, value, (unsigned int)len) == 0)
		return 0;
	return errno ? -errno : -EIO;
}

static int
add_packed(struct cdb_make *cdb, const void *key, size_t key_len, struct jit_packer *p)
{
	if (p->error)
		return p->error;
	return compile_add(cdb, key, key_len, p->buf, p->len);
}

/* ---- policy.cdb ---- */

static int
too_large(struct conf_problems *problems, const struct conf_node *node, const char *what)
{
	conf_problem_add(problems, CONF_ERROR, node ? &node->place : NULL,
		"this %s is too large: more than %d bytes compiled", what,
		JIT_RECORD_MAX);
	return -EINVAL;
}

static int
add_globals(const struct conf *conf, struct cdb_make *cdb, struct conf_problems *problems)
{
	_cleanup_packer_ struct jit_packer p = { 0 };

	jit_globals_pack(&p, &conf->globals);
	if (p.len > JIT_RECORD_MAX)
		return too_large(
			problems, NULL, "policy's head (zones, exemptions, accounts)");
	return add_packed(cdb, "G", 1, &p);
}

static int
add_role(const struct conf_role *role, struct cdb_make *cdb,
	struct conf_problems *problems)
{
	_cleanup_packer_ struct jit_packer p = { 0 };
	char key[1 + JIT_NAME_MAX + 1];

	(void)snprintf(key, sizeof(key), "o%s", role->role.name);
	jit_role_pack(&p, &role->role);
	if (p.len > JIT_RECORD_MAX)
		return too_large(problems, role->node, "role");
	return add_packed(cdb, key, strlen(key), &p);
}

static int
add_rule(const struct conf_rule *rule, struct cdb_make *cdb,
	struct conf_problems *problems)
{
	_cleanup_packer_ struct jit_packer p = { 0 };
	uint8_t key[1 + sizeof(uint32_t)] = { 'u' };

	for (size_t i = 0; i < sizeof(uint32_t); i++)
		key[1 + i] = (uint8_t)(rule->rule.number >> (8 * i));
	jit_rule_pack(&p, &rule->rule);
	if (p.len > JIT_RECORD_MAX)
		return too_large(problems, rule->node, "rule");
	return add_packed(cdb, key, sizeof(key), &p);
}

static int
add_all(const struct conf *conf, struct cdb_make *cdb, struct conf_problems *problems)
{
	int r = add_globals(conf, cdb, problems);

	for (size_t i = 0; r == 0 && i < conf->n_roles; i++)
		r = add_role(&conf->roles[i], cdb, problems);
	for (size_t i = 0; r == 0 && i < conf->n_rules; i++)
		r = add_rule(&conf->rules[i], cdb, problems);
	return r == 0 ? compile_index(conf, cdb, problems) : r;
}

int
compile_policy(
	const struct conf *conf, struct conf_problems *problems, struct compiled *ret)
{
	struct maker maker;
	int r = maker_start(&maker);

	if (r < 0)
		return r;
	return maker_finish(&maker, add_all(conf, &maker.cdb, problems), ret);
}

/* ---- keys.cdb ---- */

static int
add_key(struct cdb_make *cdb, const struct jit_key *key, const char *under)
{
	_cleanup_packer_ struct jit_packer p = { 0 };

	jit_key_pack(&p, key);
	return add_packed(cdb, under, strlen(under), &p);
}

static int
add_key_by_id(struct cdb_make *cdb, const struct jit_key *key)
{
	char kid[JIT_KID_LEN + 1];

	jit_key_id(key->public_key, kid);
	return add_key(cdb, key, kid);
}

int
compile_keys(
	const struct trusted_keys *keys, const struct jit_key *host, struct compiled *ret)
{
	struct maker maker;
	int r = maker_start(&maker);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < keys->n; i++)
		r = add_key_by_id(&maker.cdb, &keys->v[i]);
	if (r == 0 && host)
		r = add_key(&maker.cdb, host, "host");
	if (r == 0 && host)
		r = add_key_by_id(&maker.cdb, host);
	return maker_finish(&maker, r, ret);
}
