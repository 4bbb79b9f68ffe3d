/*
 * One line of trusted_keys, taken apart:
 * PRINCIPAL OPTION[,OPTION…] TYPE BASE64 [COMMENT]
 */
#ifndef JITCTL_TRUSTED_LINE_H
#define JITCTL_TRUSTED_LINE_H

#include "conf_problem.h"

struct trusted_line {
	const struct conf_source *source;
	struct conf_problems *problems;
	struct conf_arena *arena;
	uint32_t number;
	const char *start; /* in the source */
	const char *text;  /* a copy of the line, as a string */
	/* what was found, with where in text */
	const char *principal, *type, *base64;
	const char *principal_at, *type_at, *key_at;
	uint32_t namespaces; /* of enum jit_namespace */
	int64_t valid_after, valid_before;
};

struct conf_place trusted_place(const struct trusted_line *line, const char *at);

/* False for an empty line or a comment, and, with a problem, for one that cannot be read. */
bool trusted_line_parse(struct trusted_line *line, size_t len);

/* `YYYYMMDD[HHMM[SS]]Z` as OpenSSH writes it, in UTC. */
int trusted_time_parse(const char *s, int64_t *ret_sec) _must_check_;

#endif
