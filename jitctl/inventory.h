/*
 * The inventory: which host has which key and which labels. Files of lines
 *
 *	HOST ssh-ed25519 AAAA… [@LABEL[,@LABEL…]]
 *
 * as each host's host.pub gives them, sorted by their bytes (LC_ALL=C sort), so that one of
 * a million is found with a few reads. See jit-keys(5).
 */
#ifndef JITCTL_INVENTORY_H
#define JITCTL_INVENTORY_H

#include "libjit/base.h"

enum { INVENTORY_LINE_MAX = 1024 }; /* one line: bytes, with its end */

/* The host's Ed25519 key, from ~/.config/jit/hosts, else /etc/jit/hosts, else (for this
 * host) /etc/jit/host.pub. -ENOENT: no file has it; -EBADMSG: a file is not sorted, has a
 * line that is none, or two keys for the host; others: a file cannot be read. */
int inventory_find(
	const char *host, uint8_t ret_key[32], struct jit_error *err) _must_check_;

/* The names of all hosts with that label (without @), each once, of the first two files.
 * Allocated; for inventory_names_done. -ENOENT: none has it; -E2BIG: too many. */
struct inventory_names {
	size_t n;
	char **v;
};

#define _cleanup_names_ _cleanup_(inventory_names_done)
void inventory_names_done(struct inventory_names *names);
int inventory_labelled(const char *label, struct inventory_names *ret,
	struct jit_error *err) _must_check_;

/* This host's id, as its host.pub says. -ENOENT: it has none. */
int inventory_this_host(char ret[JIT_NAME_MAX + 1]) _must_check_;

/* Finding and listing in an open file, for those above. */
int inventory_find_in(int fd, const char *host, uint8_t ret_key[32]) _must_check_;
int inventory_labelled_in(
	int fd, const char *label, struct inventory_names *names) _must_check_;

#endif
