/*
 * The files of /etc/jit that `jitctl init` begins with: host.conf, trusted_keys, jit.conf.
 */
#ifndef JITCTL_INIT_FILES_H
#define JITCTL_INIT_FILES_H

#include "libjit/site.h"

/* Makes what is missing and reports each file; an existing one is not opened for writing.
 * -errno with a text. */
int init_files(const struct jit_site *site, const char *host,
	struct jit_error *err) _must_check_;

#endif
