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
	MODE_STATUS,
	MODE_CANCEL,
	MODE_RENEW,
	MODE_SERVE,
	MODE_VERSION,
	MODE_HELP,
};

enum waiting {
	WAITING_USUAL = 0, /* where there is a terminal */
	WAITING_WANTED,    /* --wait */
	WAITING_UNWANTED,  /* --no-wait */
};

struct options {
	enum mode mode;
	bool no_prompt; /* -n */
	bool json;
	bool break_glass;
	enum waiting waiting;
	int64_t wait_sec;     /* --wait=TIME; 0: as long as the request is open */
	const char *at;       /* --at, as it was written */
	const char *reason;   /* -r */
	int64_t duration_sec; /* -t; 0: the role's default */
	const char *role;     /* -R */
	const char *target;   /* -u */
	const char *preserve; /* --preserve-env=LIST */
	const char *name;     /* whom --serve serves; which request to --cancel */
	/* both point into argv */
	struct jit_strv assignments; /* NAME=value before the command */
	struct jit_strv words;       /* the command; an ID of --drop, --renew */
};

/* Reads them; presets stand in for what the command line does not say. -EINVAL with a text:
 * exit 64. */
int options_parse(int argc, char **argv, const struct environment_presets *presets,
	struct options *ret, struct jit_error *err) _must_check_;

/* For -h. */
extern const char options_help[];

#endif
