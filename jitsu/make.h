/*
 * Grants that this host makes by itself: by an automatic rule, or in an emergency.
 */
#ifndef JITSU_MAKE_H
#define JITSU_MAKE_H

#include "run.h"

/* Makes the grant that run->decision allows, and says until when it lasts; for break-glass
 * with a banner, and to everybody who has to know. run->decision is then the held grant.
 * EXIT_DONE, or what to exit with: text and record are out. */
enum exit_code make_grant(struct run *run);

#endif
