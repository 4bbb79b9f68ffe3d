/*
 * Findings of `jitctl check`: what is right, what is worth a look, what is broken.
 */
#ifndef JITCTL_CHECK_H
#define JITCTL_CHECK_H

#include "jitctl/conf.h"
#include "libjit/clock.h"
#include "libjit/site.h"

enum check_level { CHECK_OK = 0, CHECK_WARN = 1, CHECK_FAIL = 2 };

struct finding {
	enum check_level level;
	const char *text;
	const char *mend; /* what to do; NULL beside CHECK_OK */
};

struct check {
	struct jit_site site;
	struct conf_arena arena;
	struct jit_now now;
	struct jit_policy policy; /* table.fd < 0: there is none */
	struct conf conf;         /* the sources as they are now, read and checked */
	size_t source_errors, source_warnings;
	size_t n, size;
	struct finding *findings;
};

/* Adds one; mend may be NULL for CHECK_OK. */
void check_add(struct check *check, enum check_level level, const char *mend,
	const char *format, ...) _printf_(4, 5);

/* One subject each. They look, and never change anything but the record of drift. */
void check_directories(struct check *check);
void check_files(struct check *check);
void check_host_key(struct check *check);
void check_program(struct check *check);
void check_clock(struct check *check);
void check_cgroup(struct check *check);

void check_policy(struct check *check);
void check_drift(struct check *check);
void check_observe(struct check *check);
void check_exempt(struct check *check);
void check_keys(struct check *check);
void check_approvers(struct check *check);

void check_sweep(struct check *check);
void check_delivery(struct check *check);
void check_notify(struct check *check);
void check_requests(struct check *check);
void check_locks(struct check *check);

void check_ceilings(struct check *check);
void check_signed(struct check *check);
void check_review(struct check *check);

void check_pam(struct check *check);

/* What is wrong with the text of a PAM service file, for kind=login: findings that name
 * service. Apart from check_pam so that it can be tested. */
void check_pam_text(struct check *check, const char *service, const char *text);

#endif
