/*
 * Time zones as tables of changes, so that privileged code opens no time zone file.
 */
#ifndef JITCTL_ZONE_H
#define JITCTL_ZONE_H

#include "libjit/when.h"

/* Is there a time zone of that name (`Europe/Berlin`) on this host? */
bool zone_exists(const char *name);

/* The changes of a zone from one moment to another; name "": the host's own. The first one
 * is from the first moment. -EINVAL: no such zone. The caller frees *ret.
 * Uses TZ: not for programs with threads. */
int zone_compile(const char *name, int64_t from_sec, int64_t to_sec,
	struct jit_zone_change **ret, size_t *ret_n) _must_check_;

#endif
