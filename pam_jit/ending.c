/*
 * The end of a session. Runs as root, in session-watch.
 *
 * What is ended is the application's cgroup at that time, if it is a session's scope; else
 * the processes of its audit session, if that is its own; and always the application and
 * what descends from it.
 *
 * MUST NOT end a slice, a service, a cgroup in which somebody is older than the application,
 * or anything that stands beside us (the keepers of other runs).
 */
#include "ending.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "libjit/cgroup.h"
#include "libjit/parse.h"
#include "watch.h"

enum {
	TICK_MS = 20,
	KILL_MS = 2000, /* for cgroup.kill to take effect */
	FREEZE_PASSES_MAX = 64,
};

/* ---- the session's cgroup ---- */

bool
ending_application_lives(const struct ending *ending)
{
	struct pollfd pollfd = { .fd = ending->application_fd, .events = POLLIN };

	return poll(&pollfd, 1, 0) == 0;
}

/* `…/session-3.scope` */
static bool
is_scope(const char *path)
{
	const char *name = strrchr(path, '/');
	size_t len = name ? strlen(name) : 0;

	return len > strlen("/session-.scope") && strncmp(name, "/session-", 9) == 0 &&
		strcmp(name + len - 6, ".scope") == 0;
}

static bool
is_older(const struct ending *ending, const struct process *process)
{
	return process->start < ending->application.start;
}

/* A process that ends while we look is passed over. */
static size_t
read_members(FILE *f, struct process *list)
{
	char line[32];
	uint64_t pid;
	size_t n = 0;

	while (n < PROCESS_LIST_MAX && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (jit_parse_u64(line, INT_MAX, &pid) == 0 && pid > 1 &&
			process_read((pid_t)pid, &list[n]) == 0)
			n++;
	}
	return n;
}

static int
scope_members(int scope_fd, struct process **ret, size_t *ret_n)
{
	int fd = openat(scope_fd, "cgroup.procs", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	_cleanup_fclose_ FILE *f = fd < 0 ? NULL : fdopen(fd, "re");
	struct process *list;

	if (!f)
		return -errno;
	list = calloc(PROCESS_LIST_MAX, sizeof(*list));
	if (!list)
		return -ENOMEM;
	*ret_n = read_members(f, list);
	*ret = list;
	return 0;
}

/* Nobody in it may be older than the application: then it would be somebody else's, too. */
static bool
all_younger(const struct ending *ending, const struct process *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_older(ending, &list[i]))
			return false;
	return true;
}

static bool
scope_is_ours(const struct ending *ending, int scope_fd)
{
	_cleanup_free_ struct process *list = NULL;
	size_t n = 0;

	return scope_fd >= 0 && scope_members(scope_fd, &list, &n) == 0 &&
		all_younger(ending, list, n);
}

/* SIGTERM, a grace, then the kernel kills all that is left at once. */
static int
end_scope(int scope_fd)
{
	int r = jit_cgroup_run_signal(scope_fd, SIGTERM);

	for (int waited = 0; r == 0 && waited < WATCH_GRACE_MS; waited += TICK_MS) {
		if (jit_cgroup_run_empty(scope_fd) == 1)
			return 0;
		(void)nanosleep(
			&(struct timespec){ .tv_nsec = TICK_MS * 1000000L }, NULL);
	}
	return jit_cgroup_run_kill(scope_fd, KILL_MS);
}

/* ---- looking ---- */

static void
learn_scope(struct ending *ending)
{
	char path[JIT_CGROUP_PATH_SIZE];
	_cleanup_close_ int fd = jit_cgroup_of(ending->application.pid, path);

	/* the descriptor says whether it was the application's all the while */
	if (fd < 0 || !ending_application_lives(ending))
		return;
	jit_closep(&ending->scope_fd);
	ending->scope_fd = is_scope(path) && scope_is_ours(ending, fd) ? TAKE_FD(fd) : -1;
}

static void
learn_audit(struct ending *ending)
{
	struct process now;

	if (process_read(ending->application.pid, &now) < 0 ||
		!ending_application_lives(ending))
		return;
	ending->audit =
		now.audit == ending->parent_audit ? PROCESS_AUDIT_UNSET : now.audit;
}

void
ending_learn(struct ending *ending)
{
	if (!ending_application_lives(ending))
		return;
	learn_scope(ending);
	learn_audit(ending);
}

int
ending_start(struct ending *ret, pid_t application, int application_fd, bool kept)
{
	struct ending ending = {
		.application_fd = application_fd,
		.kept = kept,
		.scope_fd = -1,
		.audit = PROCESS_AUDIT_UNSET,
		.parent_audit = PROCESS_AUDIT_UNSET,
	};
	struct process parent;
	int r = process_read(application, &ending.application);

	if (r < 0)
		return r;
	if (process_read(ending.application.parent, &parent) == 0)
		ending.parent_audit = parent.audit;
	if (!ending_application_lives(&ending))
		return -ESRCH;
	ending_learn(&ending);
	*ret = ending;
	return 0;
}

void
ending_close(struct ending *ending)
{
	jit_closep(&ending->scope_fd);
	ending->scope_fd = -1;
}

/* ---- by descent and audit session ---- */

static int
by_pid(const void *a, const void *b)
{
	const struct process *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

/* Marks the children of those that are marked; the list is in order of pid. */
static bool
mark_children(const struct process *list, bool *marked, size_t n)
{
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		const struct process parent = { .pid = list[i].parent };
		const struct process *at =
			bsearch(&parent, list, n, sizeof(*list), by_pid);

		if (!marked[i] && at && marked[at - list])
			marked[i] = found = true;
	}
	return found;
}

static bool
is_root_of_walk(const struct ending *ending, const struct process *process)
{
	if (process->pid == ending->application.pid)
		return process->start == ending->application.start;
	return ending->audit != PROCESS_AUDIT_UNSET && process->audit == ending->audit &&
		!is_older(ending, process);
}

/* Init, we ourselves, and the keepers of other runs, which have to end those. */
static bool
is_spared(const struct ending *ending, const struct process *process, const char *ours)
{
	char path[JIT_CGROUP_PATH_SIZE];
	_cleanup_close_ int fd = -1;

	if (process->pid == getpid() || process->pid <= 1)
		return true;
	if (!ending->kept)
		return false;
	fd = jit_cgroup_of(process->pid, path);
	return fd >= 0 && strcmp(path, ours) == 0;
}

static size_t
keep_marked(
	const struct ending *ending, struct process *list, const bool *marked, size_t n)
{
	char ours[JIT_CGROUP_PATH_SIZE] = "";
	_cleanup_close_ int fd = jit_cgroup_of(getpid(), ours);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (marked[i] && !is_spared(ending, &list[i], fd < 0 ? "" : ours))
			list[kept++] = list[i];
	return kept;
}

static int
walk_members(const struct ending *ending, struct process **ret, size_t *ret_n)
{
	_cleanup_free_ struct process *list = NULL;
	_cleanup_free_ bool *marked = NULL;
	size_t n;
	int r = process_list(&list, &n);

	if (r < 0)
		return r;
	marked = calloc(n + 1, sizeof(*marked));
	if (!marked)
		return -ENOMEM;
	qsort(list, n, sizeof(*list), by_pid);
	for (size_t i = 0; i < n; i++)
		marked[i] = is_root_of_walk(ending, &list[i]);
	while (mark_children(list, marked, n))
		;
	*ret_n = keep_marked(ending, list, marked, n);
	*ret = TAKE_PTR(list);
	return 0;
}

/* Stops all of them, until a pass finds nobody new: then nobody is left to fork. */
static int
freeze(const struct ending *ending)
{
	size_t before = 0;

	for (int pass = 0; pass < FREEZE_PASSES_MAX; pass++) {
		_cleanup_free_ struct process *list = NULL;
		size_t n = 0;
		int r = walk_members(ending, &list, &n);

		if (r < 0)
			return r;
		for (size_t i = 0; i < n; i++)
			(void)!process_signal(&list[i], SIGSTOP);
		if (n <= before)
			return 0;
		before = n;
	}
	return -ELOOP;
}

/* All are killed that can be, also if not all could be stopped. */
static int
end_walk(const struct ending *ending)
{
	_cleanup_free_ struct process *list = NULL;
	size_t n = 0;
	int r = freeze(ending), k = walk_members(ending, &list, &n);

	for (size_t i = 0; k == 0 && i < n; i++)
		(void)!process_signal(&list[i], SIGKILL);
	return r < 0 ? r : k;
}

/* ---- both ---- */

int
ending_members(const struct ending *ending, struct process **ret, size_t *ret_n)
{
	if (ending->scope_fd >= 0)
		return scope_members(ending->scope_fd, ret, ret_n);
	return walk_members(ending, ret, ret_n);
}

bool
ending_something_lives(const struct ending *ending)
{
	_cleanup_free_ struct process *list = NULL;
	size_t n = 0;

	if (ending_application_lives(ending))
		return true;
	if (ending->scope_fd >= 0)
		return jit_cgroup_run_empty(ending->scope_fd) == 0;
	return ending->audit != PROCESS_AUDIT_UNSET &&
		walk_members(ending, &list, &n) == 0 && n > 0;
}

int
ending_end(struct ending *ending)
{
	ending_learn(ending);
	if (scope_is_ours(ending, ending->scope_fd) && end_scope(ending->scope_fd) == 0 &&
		!ending_application_lives(ending))
		return 0;
	return end_walk(ending);
}
