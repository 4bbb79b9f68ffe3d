/*
 * Finding the command. command_find runs with the caller's rights, the rest as root.
 *
 * MUST NOT tell more than the caller can see himself (CVE-2025-46717); MUST open once and
 * compare with that whatever is looked at or executed later (CVE-2015-8239); MUST NOT use
 * the caller's PATH.
 */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "libjit/file.h"

enum { LINKS_MAX = 40 };

static const char *const builtins[] = { "alias", "bg", "break", "builtin", "cd",
	"command", "continue", "declare", "dirs", "disown", "eval", "exec", "exit",
	"export", "fg", "getopts", "hash", "history", "jobs", "let", "local", "logout",
	"popd", "pushd", "read", "readonly", "return", "set", "shift", "shopt", "source",
	"suspend", "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset",
	"wait" };

void
command_done(struct command *command)
{
	if (command->fd >= 0)
		close(command->fd);
	command->fd = -1;
}

bool
command_is_builtin(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(builtins); i++)
		if (strcmp(builtins[i], name) == 0)
			return true;
	return false;
}

/* DIR (resolved) and NAME as one path. */
static int
join(const char *dir, const char *name, char *ret, size_t size)
{
	const char *slash = strcmp(dir, "/") == 0 ? "" : "/";
	int n = snprintf(ret, size, "%s%s%s", dir, slash, name);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

static bool
is_program(const struct stat *st)
{
	return S_ISREG(st->st_mode) && (st->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH));
}

/* Opens DIR/NAME, DIR not yet resolved. */
static int
open_in(const char *dir, const char *name, struct command *ret)
{
	char resolved[PATH_MAX];
	_cleanup_close_ int fd = -1;
	struct stat st;
	int r;

	if (!realpath(dir, resolved))
		return -errno;
	r = join(resolved, name, ret->path, sizeof(ret->path));
	if (r < 0)
		return r;
	fd = open(ret->path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!is_program(&st))
		return -ENOEXEC;
	ret->fd = TAKE_FD(fd);
	ret->device = st.st_dev;
	ret->inode = st.st_ino;
	return 0;
}

static int
find_in_path(const char *name, struct command *ret)
{
	char path[] = COMMAND_PATH, *rest = path, *dir;
	int found = -ENOENT;

	while ((dir = strsep(&rest, ":"))) {
		int r = open_in(dir, name, ret);

		if (r == 0)
			return 0;
		if (r == -ENOEXEC || (r == -EACCES && found == -ENOENT))
			found = r;
	}
	return found;
}

static int
find_by_path(const char *typed, struct command *ret)
{
	const char *name = strrchr(typed, '/') + 1;
	char dir[PATH_MAX];
	size_t len = (size_t)(name - typed);

	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -ENOEXEC; /* a directory */
	if (len >= sizeof(dir))
		return -ENAMETOOLONG;
	(void)snprintf(dir, sizeof(dir), "%.*s", (int)len, typed);
	return open_in(dir, name, ret);
}

int
command_find(const char *typed, struct command *ret)
{
	struct command found = COMMAND_NONE;
	int r;

	if (!*typed || strlen(typed) >= sizeof(found.path))
		return -ENOENT;
	r = strchr(typed, '/') ? find_by_path(typed, &found)
			       : find_in_path(typed, &found);
	if (r == -ENOTDIR || r == -ENAMETOOLONG || r == -ELOOP)
		r = -ENOENT;
	if (r < 0)
		(void)snprintf(found.path, sizeof(found.path), "%s", typed);
	found.typed = typed;
	*ret = found;
	return r;
}

/* ---- who could change it ---- */

struct walk {
	char done[PATH_MAX];     /* what has been looked at */
	char rest[2 * PATH_MAX]; /* what is still to come */
	int links;
};

static bool
only_root_changes(const struct stat *st)
{
	/* whose group it is does not matter: an access control list, which can name
	 * anybody, shows in these bits too */
	return st->st_uid == 0 &&
		(S_ISLNK(st->st_mode) || !(st->st_mode & (S_IWGRP | S_IWOTH)));
}

/* Puts a link's target before the rest; an absolute one begins again at the root. */
static int
follow(struct walk *walk, const char *link, const char *behind)
{
	char target[PATH_MAX], rest[2 * PATH_MAX];
	ssize_t n = readlink(link, target, sizeof(target) - 1);
	int len;

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (++walk->links > LINKS_MAX)
		return -ELOOP;
	len = snprintf(rest, sizeof(rest), "%s/%s", target, behind);
	if (len < 0 || (size_t)len >= sizeof(rest))
		return -ENAMETOOLONG;
	(void)snprintf(walk->rest, sizeof(walk->rest), "%s", rest);
	if (target[0] == '/')
		walk->done[0] = '\0';
	return 0;
}

static void
up(struct walk *walk)
{
	char *slash = strrchr(walk->done, '/');

	if (slash)
		*slash = '\0';
}

/* One component further. 1: there is more, 0: arrived, -errno. */
static int
step(struct walk *walk, struct stat *ret, struct jit_error *err)
{
	char name[NAME_MAX + 1], here[PATH_MAX], behind[2 * PATH_MAX];
	const char *at = walk->rest + strspn(walk->rest, "/");
	size_t len = strcspn(at, "/");
	int n;

	if (len == 0)
		return 0;
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, at);
	(void)snprintf(behind, sizeof(behind), "%s", at + len);
	n = snprintf(here, sizeof(here), "%s/%s", walk->done, name);
	if (n < 0 || (size_t)n >= sizeof(here))
		return -ENAMETOOLONG;
	(void)snprintf(walk->rest, sizeof(walk->rest), "%s", behind);
	if (strcmp(name, ".") == 0)
		return 1;
	if (strcmp(name, "..") == 0) {
		up(walk);
		return 1;
	}
	if (lstat(here, ret) < 0)
		return -errno;
	if (!only_root_changes(ret))
		return jit_error_set(
			err, -EPERM, "%s can be changed by others than root", here);
	if (S_ISLNK(ret->st_mode))
		return follow(walk, here, behind) < 0 ? -EPERM : 1;
	(void)snprintf(walk->done, sizeof(walk->done), "%s", here);
	return 1;
}

int
command_check_owners(const struct command *command, struct jit_error *err)
{
	struct walk walk = { 0 };
	struct stat st;
	int r;

	if (lstat("/", &st) < 0 || !only_root_changes(&st))
		return jit_error_set(err, -EPERM, "/ can be changed by others than root");
	(void)snprintf(walk.rest, sizeof(walk.rest), "%s", command->path);
	do
		r = step(&walk, &st, err);
	while (r > 0);
	if (r < 0)
		return jit_error_set(err, -EPERM, "%s could not be followed: %s",
			command->path, strerror(-r));
	if (st.st_dev != command->device || st.st_ino != command->inode)
		return jit_error_set(
			err, -EPERM, "%s has just been changed", command->path);
	return 0;
}

int
command_check_same(const struct command *command)
{
	struct stat st;

	if (stat(command->path, &st) < 0)
		return -errno;
	return st.st_dev == command->device && st.st_ino == command->inode ? 0 : -ESTALE;
}

/* ---- what is in it ---- */

static bool
is_unchanged(const struct stat *before, int fd)
{
	struct stat now;

	return fstat(fd, &now) == 0 && now.st_size == before->st_size &&
		now.st_ctim.tv_sec == before->st_ctim.tv_sec &&
		now.st_ctim.tv_nsec == before->st_ctim.tv_nsec;
}

/* ret_elf: it is a program that the kernel loads itself. */
static int
hash_whole(int fd, off_t size, uint8_t ret[32], bool *ret_elf)
{
	static const uint8_t elf[] = { 0x7f, 'E', 'L', 'F' };
	crypto_hash_sha256_state state;
	uint8_t buf[65536];

	*ret_elf = false;
	(void)crypto_hash_sha256_init(&state);
	for (off_t at = 0; at < size;) {
		size_t n = size - at < (off_t)sizeof(buf) ? (size_t)(size - at)
							  : sizeof(buf);
		int r = jit_pread_full(fd, buf, n, at);

		if (r < 0)
			return r;
		if (at == 0)
			*ret_elf = n >= sizeof(elf) && memcmp(buf, elf, sizeof(elf)) == 0;
		(void)crypto_hash_sha256_update(&state, buf, n);
		at += (off_t)n;
	}
	(void)crypto_hash_sha256_final(&state, ret);
	return 0;
}

/* The same inode, whatever its path leads to by now. */
static int
reopen(const struct command *command, struct stat *ret)
{
	_cleanup_close_ int fd = -1;
	char link[32];

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", command->fd);
	fd = open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, ret) < 0)
		return -errno;
	if (!is_program(ret) || ret->st_dev != command->device ||
		ret->st_ino != command->inode)
		return -ESTALE;
	return ret->st_size > COMMAND_HASH_MAX ? -EFBIG : TAKE_FD(fd);
}

/* What was hashed is what runs. Nobody but root can write to it (the caller has seen to
 * that), so no copy is made for the hash to stay true: a copy in memory would also lose its
 * place, by which programs find their libraries and files. A `#!` file is opened a second
 * time, by its path, by its interpreter; that path leads through root's directories only. */
int
command_hash(struct command *command, uint8_t ret[32], struct jit_error *err)
{
	_cleanup_close_ int fd = -1;
	struct stat st;
	bool elf;
	int r;

	fd = reopen(command, &st);
	if (fd == -EFBIG)
		return jit_error_set(err, fd,
			"%s is larger than 1 GiB: too large to check "
			"what is in it",
			command->path);
	r = fd < 0 ? fd : hash_whole(fd, st.st_size, ret, &elf);
	if (r == 0 && !is_unchanged(&st, fd))
		r = -ESTALE;
	if (r < 0)
		return jit_error_set(err, r, "what is in %s cannot be checked: %s",
			command->path, strerror(-r));
	close(command->fd);
	command->fd = TAKE_FD(fd);
	command->by_descriptor = elf;
	return 0;
}
