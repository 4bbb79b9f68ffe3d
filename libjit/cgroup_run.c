/*
 * A run's own group: made, entered, signalled, killed, removed. cgroups(7).
 *
 * Runs as root. MUST NOT signal a process that it has not seen in the group after it held a
 * descriptor of it.
 */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <time.h>

#include "file.h"
#include "parse.h"

enum {
	PIDS_MAX = 4096, /* looked at in one pass */
	BATCH_MAX = 256,
	PASSES_MAX = 32,
	TICK_MS = 5,
};

static int
write_file(int dirfd, const char *name, const char *text)
{
	_cleanup_close_ int fd = openat(dirfd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return -errno;
	return jit_write_full(fd, text, strlen(text));
}

static int
run_name(const char *id, char ret[JIT_ID_LEN + 8])
{
	if (!jit_id_valid(id))
		return -EINVAL;
	(void)snprintf(ret, JIT_ID_LEN + 8, "run-%s", id);
	return 0;
}

int
jit_cgroup_run_open(const struct jit_cgroup_place *place, const char *id)
{
	char name[JIT_ID_LEN + 8];
	int r = run_name(id, name);

	if (r < 0)
		return r;
	return place->dirfd < 0 ? -ENODEV : jit_dir_open(place->dirfd, name, 0);
}

int
jit_cgroup_run_make(const struct jit_cgroup_place *place, const char *id)
{
	char name[JIT_ID_LEN + 8];
	int r = run_name(id, name);

	if (r < 0)
		return r;
	if (place->dirfd < 0)
		return -ENODEV;
	return jit_dir_make(place->dirfd, name, 0);
}

int
jit_cgroup_run_enter(int run_fd, pid_t pid)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	return write_file(run_fd, "cgroup.procs", text);
}

int
jit_cgroup_run_remove(const struct jit_cgroup_place *place, const char *id)
{
	char name[JIT_ID_LEN + 8];
	int r = run_name(id, name);

	if (r < 0)
		return r;
	if (unlinkat(place->dirfd, name, AT_REMOVEDIR) < 0)
		return -errno;
	return 0;
}

int
jit_cgroup_run_empty(int run_fd)
{
	_cleanup_close_ int fd = openat(run_fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	char text[256];
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT || errno == ENODEV ? 1
							  : -errno; /* removed: empty */
	n = pread(fd, text, sizeof(text) - 1, 0);
	if (n < 0)
		return errno == ENODEV ? 1 : -errno;
	text[n] = '\0';
	if (strstr(text, "populated 0"))
		return 1;
	return strstr(text, "populated 1") ? 0 : -EBADMSG;
}

/* ---- ending what is in one ---- */

struct pids {
	size_t n;
	pid_t v[PIDS_MAX];
};

static int
read_pids(int run_fd, struct pids *ret)
{
	_cleanup_close_ int fd = openat(run_fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	_cleanup_fclose_ FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	char line[32];
	uint64_t pid;

	if (!f)
		return -errno;
	(void)TAKE_FD(fd); /* it goes with f */
	ret->n = 0;
	while (ret->n < PIDS_MAX && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		/* 0 is a process of another pid namespace: never a pid to be signalled */
		if (jit_parse_u64(line, INT_MAX, &pid) == 0 && pid > 1)
			ret->v[ret->n++] = (pid_t)pid;
	}
	return 0;
}

static bool
has_pid(const struct pids *pids, pid_t pid)
{
	for (size_t i = 0; i < pids->n; i++)
		if (pids->v[i] == pid)
			return true;
	return false;
}

struct batch {
	size_t n;
	pid_t pids[BATCH_MAX];
	int fds[BATCH_MAX];
};

/* Descriptors of processes that were listed and have not had the signal yet. */
static void
batch_open(const struct pids *listed, struct pids *done, struct batch *ret)
{
	ret->n = 0;
	for (size_t i = 0; i < listed->n && ret->n < BATCH_MAX && done->n < PIDS_MAX;
		i++) {
		pid_t pid = listed->v[i];
		int fd = has_pid(done, pid) ? -1 : pidfd_open(pid, 0);

		if (fd < 0)
			continue;
		ret->fds[ret->n] = fd;
		ret->pids[ret->n++] = pid;
		done->v[done->n++] = pid;
	}
}

/* Signals those whose pids are listed again now that there are descriptors: what such a
 * descriptor stands for is in the group, or dead. A pid that was used anew is not hit. */
static void
batch_signal(struct batch *batch, const struct pids *listed, int sig)
{
	for (size_t i = 0; i < batch->n; i++) {
		if (has_pid(listed, batch->pids[i]))
			(void)pidfd_send_signal(batch->fds[i], sig, NULL, 0);
		close(batch->fds[i]);
	}
}

int
jit_cgroup_run_signal(int run_fd, int sig)
{
	_cleanup_free_ struct pids *listed = malloc(sizeof(*listed));
	_cleanup_free_ struct pids *done = malloc(sizeof(*done));
	struct batch batch;
	int r = 0;

	if (!listed || !done)
		return -ENOMEM;
	done->n = 0;
	for (int pass = 0; pass < PASSES_MAX; pass++) {
		r = read_pids(run_fd, listed);
		if (r < 0)
			break;
		batch_open(listed, done, &batch);
		if (batch.n == 0)
			return 0;
		r = read_pids(run_fd, listed);
		if (r < 0)
			listed->n = 0; /* closes them all */
		batch_signal(&batch, listed, sig);
	}
	/* a group that is gone has nobody in it; what is left over gets cgroup.kill */
	return r == -ENODEV || r == -ENOENT ? 0 : r;
}

static void
wait_a_tick(void)
{
	(void)nanosleep(&(struct timespec){ .tv_nsec = TICK_MS * 1000000L }, NULL);
}

int
jit_cgroup_run_kill(int run_fd, int timeout_ms)
{
	for (int waited = 0;; waited += TICK_MS) {
		int r = write_file(run_fd, "cgroup.kill", "1");

		/* before Linux 5.14 there is none; the loop makes up for forks in between */
		if (r == -ENOENT)
			r = jit_cgroup_run_signal(run_fd, SIGKILL);
		if (r < 0 && r != -ENODEV)
			return r;
		r = jit_cgroup_run_empty(run_fd);
		if (r != 0)
			return r < 0 ? r : 0;
		if (waited >= timeout_ms)
			return -ETIMEDOUT;
		wait_a_tick();
	}
}
