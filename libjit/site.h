/*
 * Where everything lies: four directories, fixed when compiled. No environment variable
 * and no option moves them (CVE-2025-32463). Unit tests make a site of their own.
 */
#ifndef JIT_SITE_H
#define JIT_SITE_H

#include <errno.h>

#include "base.h"

struct jit_site {
	int etc, lib, run, log; /* directory descriptors; < 0: -errno of the open */
	uid_t owner;            /* who must own every file: 0 */
};

#define JIT_SITE_NONE                                                                    \
	(struct jit_site)                                                                \
	{                                                                                \
		-EBADF, -EBADF, -EBADF, -EBADF, 0                                        \
	}

/* Opens what is there of /etc/jit, /var/lib/jit, /run/jit, /var/log/jit. Never fails: a
 * missing directory fails when it is used. */
void jit_site_open(struct jit_site *ret);

/* The same below another root and owner, for tests. */
void jit_site_open_below(const char *root, uid_t owner, struct jit_site *ret);

/* The compiled owner: 0. Code that asks "am I privileged?" asks geteuid() == this. */
uid_t jit_site_owner(void);

void jit_site_close(struct jit_site *site);

/* The machine id of /etc/machine-id: JIT_ID_LEN hexadecimal digits. -errno. */
int jit_site_machine_id(char ret[JIT_ID_LEN + 1]) _must_check_;

#endif
