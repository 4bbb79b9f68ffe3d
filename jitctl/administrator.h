/*
 * Who runs jitctl as root.
 */
#ifndef JITCTL_ADMINISTRATOR_H
#define JITCTL_ADMINISTRATOR_H

#include "libjit/base.h"

/* The person who logged in and became root, as the kernel keeps it (proc(5), loginuid);
 * else `root`. For records; no decision hangs on it. */
void administrator_name(char ret[JIT_NAME_MAX + 1]);

#endif
