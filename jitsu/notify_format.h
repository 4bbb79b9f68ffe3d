/*
 * A notice as a chat service wants it.
 */
#ifndef JITSU_NOTIFY_FORMAT_H
#define JITSU_NOTIFY_FORMAT_H

#include <jansson.h>

#include "libjit/base.h"

/* The message for `slack`, `teams` or `json`, of the object that a hook gets. NULL: no such
 * service, no such object, or no memory. */
json_t *notify_format(const char *service, const json_t *notice) _must_check_;

#endif
