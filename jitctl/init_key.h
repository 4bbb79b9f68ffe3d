/*
 * The host's own key: host.key and host.pub, made by `jitctl init`.
 */
#ifndef JITCTL_INIT_KEY_H
#define JITCTL_INIT_KEY_H

#include "libjit/site.h"

/* What the host is called: by its compiled policy, else its static name. */
void init_host_name(const struct jit_site *site, char ret[JIT_NAME_MAX + 1]);

/* Makes host.key where there is none, or anew, and host.pub to fit it; reports both.
 * -EKEYREJECTED: the key is of another machine and stays; -errno with a text. */
int init_key(const struct jit_site *site, const char *host, bool anew,
	struct jit_error *err) _must_check_;

#endif
