/*
 * /proc/PID. Runs as root, in session-watch only.
 *
 * MUST NOT split /proc/PID/stat on blanks: a process chooses its name (CVE-2017-1000367).
 * MUST take a descriptor of a process, and see that it is still the same, before a signal.
 */
#include "process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/pidfd.h>

#include "libjit/parse.h"

enum { STAT_SIZE = 1024 }; /* the longest one is below 500 */

static int
read_file(pid_t pid, const char *name, char *buf, size_t size)
{
	char path[64];
	_cleanup_close_ int fd = -1;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

static int
next_number(char **rest, uint64_t max, uint64_t *ret)
{
	const char *field = strsep(rest, " ");

	return field && jit_parse_u64(field, max, ret) == 0 ? 0 : -EBADMSG;
}

static int
skip_fields(char **rest, int n)
{
	while (n-- > 0)
		if (!strsep(rest, " "))
			return -EBADMSG;
	return 0;
}

/* Fields 4 (parent), 7 (terminal) and 22 (start) of proc_pid_stat(5), behind the last `)`. */
static int
parse_stat(char *text, struct process *ret)
{
	char *rest = strrchr(text, ')');
	uint64_t parent, tty, start;

	if (!rest || rest[1] != ' ')
		return -EBADMSG;
	rest += 2;
	if (skip_fields(&rest, 1) < 0 || next_number(&rest, INT_MAX, &parent) < 0 ||
		skip_fields(&rest, 2) < 0 || next_number(&rest, INT_MAX, &tty) < 0 ||
		skip_fields(&rest, 14) < 0 || next_number(&rest, UINT64_MAX, &start) < 0)
		return -EBADMSG;
	ret->parent = (pid_t)parent;
	ret->tty = (uint32_t)tty;
	ret->start = start;
	return 0;
}

static uint32_t
read_audit(pid_t pid)
{
	char text[32];
	uint64_t id;

	if (read_file(pid, "sessionid", text, sizeof(text)) < 0 ||
		jit_parse_u64(text, UINT32_MAX, &id) < 0)
		return PROCESS_AUDIT_UNSET;
	return (uint32_t)id;
}

int
process_read(pid_t pid, struct process *ret)
{
	struct process process = { .pid = pid };
	char text[STAT_SIZE];
	int r = read_file(pid, "stat", text, sizeof(text));

	if (r == 0)
		r = parse_stat(text, &process);
	if (r < 0)
		return r;
	process.audit = read_audit(pid);
	*ret = process;
	return 0;
}

struct list {
	struct process *v;
	size_t n, size;
};

/* One more, if it is still there. The kernel bounds how many there can be. */
static int
list_add(struct list *list, const char *name)
{
	uint64_t pid;

	if (jit_parse_u64(name, INT_MAX, &pid) < 0)
		return 0;
	if (list->n == list->size) {
		size_t size = list->size ? list->size * 2 : 256;
		struct process *v = reallocarray(list->v, size, sizeof(*v));

		if (!v)
			return -ENOMEM;
		list->v = v;
		list->size = size;
	}
	if (process_read((pid_t)pid, &list->v[list->n]) == 0)
		list->n++;
	return 0;
}

int
process_list(struct process **ret, size_t *ret_n)
{
	struct list list = { 0 };
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (entry = readdir(dir)))
		r = list_add(&list, entry->d_name);
	closedir(dir);
	if (r < 0) {
		free(list.v);
		return r;
	}
	*ret = list.v;
	*ret_n = list.n;
	return 0;
}

int
process_signal(const struct process *process, int sig)
{
	_cleanup_close_ int fd = -1;
	struct process now;
	int r;

	if (process->pid <= 1 || process->pid == getpid())
		return -EPERM; /* never 0, -1, init, ourselves */
	fd = pidfd_open(process->pid, 0);
	if (fd < 0)
		return -errno;
	r = process_read(process->pid, &now);
	if (r < 0)
		return r;
	if (now.start != process->start)
		return -ESRCH;
	return pidfd_send_signal(fd, sig, NULL, 0) < 0 ? -errno : 0;
}
