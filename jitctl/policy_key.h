/*
 * The key that policies must be signed with, if one is compiled in.
 */
#ifndef JITCTL_POLICY_KEY_H
#define JITCTL_POLICY_KEY_H

#include "libjit/base.h"

/* 1 with the key, 0: none is compiled in; -EINVAL: one is, and it is no ssh-ed25519 public
 * key, which refuses every policy. */
int policy_key(uint8_t ret[32]) _must_check_;

#endif
