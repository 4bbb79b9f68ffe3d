/*
 * Runs whose keeper is gone.
 */
#ifndef JITSU_SWEEP_H
#define JITSU_SWEEP_H

#include "libjit/cgroup.h"
#include "libjit/site.h"

/* Ends every run of others that has no living keeper (it was killed, by root or for want of
 * memory): what it started would keep its privilege for ever. Best effort. */
void sweep(const struct jit_site *site, const struct jit_cgroup_place *place);

#endif
