/*
 * The command line. Each mode has its own allowed options (CVE-2021-3156); arguments are a
 * vector and stay one.
 */
#ifndef JITSU_OPTIONS_H
#define JITSU_OPTIONS_H

#include "environment.h"

enum mode {
	MODE_RUN = 0,
	MODE_LIST,
	MODE_FORGET,
	MODE_DROP,
	MODE_ACCEPT,
	MODE_VERSION,
	MODE_HELP,
};

struct options {
	enum mode mode;
	bool no_prompt; /* -n */
	bool json;
	const char *reason;    /* -r */
	int64_t duration_sec;  /* -t; 0: the role's default */
	const char *role;      /* -R */
	const char *target;    /* -u */
	struct jit_strv words; /* the command, or --drop's ID; points into argv */
};

/* Reads them; presets stand in for what the command line does not say. -EINVAL with a text:
 * exit 64. */
int options_parse(int argc, char **argv, const struct environment_presets *presets,
	struct options *ret, struct jit_error *err) _must_check_;

/* For -h. */
extern const char options_help[];

#endif
