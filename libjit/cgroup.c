/*
 * The place in cgroup v2 where keepers stand and runs are born and ended. cgroups(7).
 *
 * Runs as root. MUST find the place from the kernel's own tables only; MUST NOT use a
 * directory that anybody but root can change.
 */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "file.h"

#define CGROUP2_MAGIC 0x63677270 /* linux/magic.h */
#define INIT_USER_NS 0xeffffffdU /* PROC_USER_INIT_INO: the same in every kernel */

enum { LINE_SIZE = 4096 + 256 };

/* ---- finding the place ---- */

static bool
in_initial_user_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/user", &st) == 0 && st.st_ino == INIT_USER_NS;
}

/* Splits off the next field of a mountinfo line. */
static char *
next_field(char **rest)
{
	return strsep(rest, " ");
}

/* Mount point and root of one mountinfo line, if it is a cgroup2. proc(5). */
static bool
cgroup2_mount(char *line, const char **ret_root, const char **ret_point)
{
	char *type = strstr(line, " - cgroup2 ");
	char *rest = line;

	if (!type)
		return false;
	*type = '\0';
	for (int i = 0; i < 3; i++)
		(void)next_field(&rest); /* ids and device */
	*ret_root = next_field(&rest);
	*ret_point = next_field(&rest);
	/* a backslash begins an escaped blank: nobody mounts cgroup2 there */
	return *ret_root && *ret_point && !strchr(*ret_point, '\\') &&
		!strchr(*ret_root, '\\');
}

static int
find_mount(char ret_root[PATH_MAX], char ret_point[PATH_MAX])
{
	_cleanup_fclose_ FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[2 * LINE_SIZE];
	const char *root, *point;

	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (!cgroup2_mount(line, &root, &point))
			continue;
		if (strlen(root) >= PATH_MAX || strlen(point) >= PATH_MAX)
			return -ENAMETOOLONG;
		memcpy(ret_root, root, strlen(root) + 1);
		memcpy(ret_point, point, strlen(point) + 1);
		return 0;
	}
	return -ENOENT;
}

/* The `0::` path of a process (`self`, `1`). */
static int
cgroup_path(const char *process, char ret[PATH_MAX])
{
	char name[64], line[LINE_SIZE];
	_cleanup_fclose_ FILE *f = NULL;

	(void)snprintf(name, sizeof(name), "/proc/%s/cgroup", process);
	f = fopen(name, "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "0::/", 4) != 0)
			continue;
		if (strlen(line + 3) >= PATH_MAX)
			return -ENAMETOOLONG;
		memcpy(ret, line + 3, strlen(line + 3) + 1);
		return 0;
	}
	return -ENOENT;
}

/* Where a cgroup path is below the mount: what is left of it without the mount's root, ""
 * if nothing is; NULL if it lies elsewhere. */
static char *
below_root(char *path, const char *root)
{
	size_t n = strcmp(root, "/") == 0 ? 0 : strlen(root);

	if (strncmp(path, root, n) != 0 || (path[n] != '/' && path[n] != '\0'))
		return NULL;
	path += n;
	while (*path == '/')
		path++;
	return path;
}

/* A directory that only root can change; a cgroup of our own is made if it is missing. */
static int
open_group(int dirfd, const char *name, bool make)
{
	if (make && mkdirat(dirfd, name, 0755) < 0 && errno != EEXIST)
		return -errno;
	return jit_dir_open(dirfd, name, 0);
}

/* The group in which the service manager keeps its slices: PID 1 stands in init.scope
 * below it. */
static int
open_manager_group(int mount_fd, const char *root)
{
	char path[PATH_MAX], *below, *scope;

	if (cgroup_path("1", path) < 0)
		return open_group(mount_fd, ".", false);
	scope = strstr(path, "/init.scope");
	if (scope && scope[strlen("/init.scope")] == '\0')
		*(scope == path ? scope + 1 : scope) = '\0';
	below = below_root(path, root);
	return open_group(mount_fd, below && *below ? below : ".", false);
}

static int
open_unit(int mount_fd, const char *root)
{
	_cleanup_close_ int manager = open_manager_group(mount_fd, root);
	_cleanup_close_ int slice = -1;

	if (manager < 0)
		return manager;
	slice = open_group(manager, "system.slice", true);
	if (slice < 0)
		return slice;
	return open_group(slice, "jit.service", true);
}

static bool
systemd_runs(void)
{
	return faccessat(AT_FDCWD, "/run/systemd/system", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Every group from the mount down to ours has to be root's, else whoever owns one can
 * stop or kill us there. */
static int
check_own_groups(int mount_fd, const char *root)
{
	char path[PATH_MAX], *below, *name;
	_cleanup_close_ int at = fcntl(mount_fd, F_DUPFD_CLOEXEC, 3);
	int r = cgroup_path("self", path);

	if (r < 0)
		return r;
	below = below_root(path, root);
	if (!below || strstr(below, ".."))
		return -EPERM;
	if (!*below)
		return 0;
	while ((name = strsep(&below, "/"))) {
		int next = open_group(at, name, false);

		if (next < 0)
			return next;
		close(at);
		at = next;
	}
	return 0;
}

static int
open_mount(const char *point)
{
	_cleanup_close_ int fd = open(point, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) < 0)
		return -errno;
	if (fs.f_type != CGROUP2_MAGIC)
		return -EMEDIUMTYPE;
	return TAKE_FD(fd);
}

static int
find_in_mount(int mount_fd, const char *root, struct jit_cgroup_place *ret)
{
	bool systemd = systemd_runs();
	int r,
		fd = systemd ? open_unit(mount_fd, root)
			     : open_group(mount_fd, "jit", true);

	if (fd >= 0) {
		ret->kind = systemd ? JIT_PLACE_UNIT : JIT_PLACE_ROOT;
		ret->dirfd = fd;
		return 0;
	}
	r = check_own_groups(mount_fd, root);
	if (r < 0)
		return r == -ENOENT ? -EPERM : r;
	ret->kind = JIT_PLACE_WEAK;
	ret->dirfd = -1;
	return 0;
}

int
jit_cgroup_find(struct jit_cgroup_place *ret, struct jit_error *err)
{
	char root[PATH_MAX], point[PATH_MAX];
	_cleanup_close_ int mount_fd = -1;
	int r;

	if (!in_initial_user_namespace())
		return jit_error_set(err, -EACCES,
			"this is a user namespace: privilege in here cannot be kept and "
			"ended");
	r = find_mount(root, point);
	if (r == -ENOENT) {
		*ret = (struct jit_cgroup_place){ JIT_PLACE_WEAK, -1 };
		return 0; /* no cgroup v2 at all: nobody can own a group of it */
	}
	if (r < 0)
		return jit_error_set(
			err, r, "/proc/self/mountinfo: cannot read: %s", strerror(-r));
	mount_fd = open_mount(point);
	r = mount_fd < 0 ? mount_fd : find_in_mount(mount_fd, root, ret);
	if (r < 0)
		return jit_error_set(err, r,
			"%s: no cgroup there that only root can change: %s", point,
			jit_file_problem(r));
	return 0;
}

void
jit_cgroup_place_close(struct jit_cgroup_place *place)
{
	if (place->dirfd >= 0)
		close(place->dirfd);
	*place = (struct jit_cgroup_place){ JIT_PLACE_NONE, -1 };
}

/* ---- where keepers stand ---- */

int
jit_cgroup_keepers(const struct jit_cgroup_place *place)
{
	if (place->dirfd < 0)
		return -ENODEV;
	return open_group(place->dirfd, "keepers", true);
}

int
jit_cgroup_keep(const struct jit_cgroup_place *place, pid_t pid)
{
	_cleanup_close_ int fd = jit_cgroup_keepers(place);

	return fd < 0 ? fd : jit_cgroup_run_enter(fd, pid);
}

/* ---- the group of somebody else ---- */

int
jit_cgroup_of(pid_t pid, char ret_path[JIT_CGROUP_PATH_SIZE])
{
	char root[PATH_MAX], point[PATH_MAX], path[PATH_MAX], name[24];
	_cleanup_close_ int mount_fd = -1;
	const char *below;
	int r = find_mount(root, point), fd;

	if (r < 0)
		return r;
	(void)snprintf(name, sizeof(name), "%d", (int)pid);
	r = cgroup_path(name, path);
	if (r < 0)
		return r;
	below = below_root(path, root);
	if (!below || strstr(path, "/.."))
		return -EPERM;
	mount_fd = open_mount(point);
	fd = mount_fd < 0 ? mount_fd : open_group(mount_fd, below, false);
	if (fd >= 0)
		memcpy(ret_path, path, strlen(path) + 1);
	return fd;
}
