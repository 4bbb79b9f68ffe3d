/*
 * The place below a delegated unit of ours (jit.service) where keepers stand and runs are
 * born and ended. A user owns every cgroup below user@UID.service and could stop or kill a
 * supervisor there; here he cannot. cgroups(7), cgroup v2.
 *
 * Runs as root.
 */
#ifndef JIT_CGROUP_H
#define JIT_CGROUP_H

#include "base.h"

enum jit_place {
	JIT_PLACE_NONE = 0, /* nowhere safe: refuse (71) */
	JIT_PLACE_UNIT,     /* below jit.service, systemd runs */
	JIT_PLACE_ROOT,     /* `jit/` at the mount's root: no systemd */
	JIT_PLACE_WEAK,     /* no writable cgroup2: subreaper and freeze-then-kill walk */
};

struct jit_cgroup_place {
	enum jit_place kind;
	int dirfd; /* the directory that holds keepers/ and run-ID/; -1 if WEAK */
};

/* Finds it: from mountinfo and our own `0::` path, never from a fixed path.
 * -EPERM: our own group, or one above it, is not uid 0's; -EACCES: not the initial user
 * namespace. */
int jit_cgroup_find(struct jit_cgroup_place *ret, struct jit_error *err) _must_check_;
void jit_cgroup_place_close(struct jit_cgroup_place *place);

/* A descriptor of keepers/, made if it is not there: to be born in by CLONE_INTO_CGROUP. */
int jit_cgroup_keepers(const struct jit_cgroup_place *place) _must_check_;
/* Moves a process (0: ourselves) into it. */
int jit_cgroup_keep(const struct jit_cgroup_place *place, pid_t pid) _must_check_;

/* Opens one that is there already; -ENOENT: it is not. */
int jit_cgroup_run_open(
	const struct jit_cgroup_place *place, const char *id) _must_check_;
/* Makes run-ID and returns a descriptor of the directory (for CLONE_INTO_CGROUP too). */
int jit_cgroup_run_make(
	const struct jit_cgroup_place *place, const char *id) _must_check_;
/* Moves a process into it. */
int jit_cgroup_run_enter(int run_fd, pid_t pid) _must_check_;
/* 1: nothing lives in it, 0: something does, -errno. */
int jit_cgroup_run_empty(int run_fd) _must_check_;
/* Sends a signal to everything in it, by pidfd, until a pass finds nobody new. */
int jit_cgroup_run_signal(int run_fd, int sig) _must_check_;
/* cgroup.kill, and waits at most timeout_ms for it to be empty. */
int jit_cgroup_run_kill(int run_fd, int timeout_ms) _must_check_;
int jit_cgroup_run_remove(
	const struct jit_cgroup_place *place, const char *id) _must_check_;

/* The group that a process is in now: a descriptor for the functions above, and its path as
 * the kernel names it (`/user.slice/…/session-3.scope`). -EPERM: not root's alone. */
enum { JIT_CGROUP_PATH_SIZE = 4096 };
int jit_cgroup_of(pid_t pid, char ret_path[JIT_CGROUP_PATH_SIZE]) _must_check_;

#endif
