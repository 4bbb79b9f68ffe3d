/*
 * The parts of `jitctl reload`, which puts trusted_keys and the policy in force. Run as root.
 */
#ifndef JITCTL_RELOAD_H
#define JITCTL_RELOAD_H

#include "jitctl/compile.h"

struct reload {
	struct jit_site site;
	struct conf_arena arena;
	struct conf_world world;
	bool force, previous, if_signed;
	const char *why; /* for the record: what is special about this one; NULL */
	int exit_code;   /* of the first thing that failed */
};

/* trusted_keys as it was read; error: -errno, -ENOENT if there is none. */
struct reload_keys {
	struct conf_source source;
	struct conf_problems problems;
	int error;
};

/* `jitctl reload [--force]`, for who has changed a source: everything is said, and an exit
 * code returned. */
int reload_run(bool force);

void reload_fail(struct reload *reload, int exit_code);

/* Replaces one compiled file. A text, and an exit code in reload, if it cannot be. */
int reload_put(struct reload *reload, const char *name, const struct compiled *compiled);

/* `2 errors`. */
const char *reload_errors(const struct conf_problems *problems, char buf[32]);

/* `2026-11-20 10:02`, in local time. */
const char *reload_time(int64_t sec, char buf[64]);

void reload_keys_read(struct reload *reload, struct reload_keys *ret);
void reload_keys_install(struct reload *reload, struct reload_keys *keys);
void reload_keys_done(struct reload_keys *keys);

/* The policy in two steps: false, if it was refused (said and recorded); and put in force,
 * recorded, its sources kept. */
bool reload_policy_compile(struct reload *reload, const struct conf *conf,
	struct conf_problems *problems, struct compiled *ret);
void reload_policy_install(struct reload *reload, const struct conf *conf,
	const struct conf_problems *problems, const struct compiled *compiled);

/* What stays in force, to end a sentence that refused something. */
void reload_print_what_stays(const struct jit_site *site);

/* --previous: the sources that were kept last and are not those of now. */
void reload_previous(struct reload *reload);

/* Where a policy key is compiled in: are these files the signed ones? False: said and
 * recorded. keys may be NULL: then only the others are asked about. */
bool reload_signed(struct reload *reload, const struct conf_sources *sources,
	const struct reload_keys *keys);

/* --if-signed: waits until the sources are quiet (before any lock is taken); then says
 * whether they are to be loaded. If not, drift was reported. */
void reload_wait_quiet(const struct jit_site *site);
bool reload_is_signed(struct reload *reload);

#endif
