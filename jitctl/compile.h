/*
 * policy.cdb and keys.cdb, made in memory from what was read and checked.
 */
#ifndef JITCTL_COMPILE_H
#define JITCTL_COMPILE_H

#include "conf.h"
#include "trusted_keys.h"

/* A finished file, to be put in place by jit_file_replace. */
struct compiled {
	uint8_t *buf;
	size_t len;
};

void compiled_done(struct compiled *compiled);

/* -errno; -EINVAL: too much for the format, and problems say what. */
int compile_policy(const struct conf *conf, struct conf_problems *problems,
	struct compiled *ret) _must_check_;

/* host: the host's own key, or NULL. */
int compile_keys(const struct trusted_keys *keys, const struct jit_key *host,
	struct compiled *ret) _must_check_;

/* ---- its parts ---- */

/* A cdb that is being made, in memory. */
struct cdb_make;
int compile_add(struct cdb_make *cdb, const void *key, size_t key_len, const void *value,
	size_t len) _must_check_;

/* Adds the index records of libjit/policy.h. -EINVAL: too many rules for one question. */
int compile_index(const struct conf *conf, struct cdb_make *cdb,
	struct conf_problems *problems) _must_check_;

#endif
