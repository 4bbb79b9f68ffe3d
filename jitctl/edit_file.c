/*
 * The file that is edited and its copy.
 *
 * Runs as root. MUST keep the copy where only root can look; MUST NOT lose one: what a
 * killed editor left is there at the next edit.
 */
#include "jitctl/edit_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "config.h"
#include "libjit/escape.h"
#include "libjit/file.h"

#define DROP_INS "conf.d/"

void
edit_file_close(struct edit_file *file)
{
	jit_closep(&file->dirfd);
	file->dirfd = -1;
}

/* ---- which file ---- */

static bool
name_is_plain(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return *name && *name != '.' && *name != '-' && strlen(name) <= JIT_NAME_MAX &&
		strspn(name, letters) == strlen(name);
}

static bool
ends_in_conf(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && jit_streq(name + len - 5, ".conf");
}

static int
choose_name(const char *typed, struct edit_file *file, struct jit_error *err)
{
	static const char *const top[] = { "jit.conf", "host.conf", "trusted_keys" };
	char shown[256];

	if (strncmp(typed, JIT_ETC_DIR "/", strlen(JIT_ETC_DIR "/")) == 0)
		typed += strlen(JIT_ETC_DIR "/");
	for (size_t i = 0; i < ARRAY_SIZE(top); i++) {
		if (!jit_streq(typed, top[i]))
			continue;
		(void)snprintf(file->name, sizeof(file->name), "%s", typed);
		return 0;
	}
	if (strncmp(typed, DROP_INS, strlen(DROP_INS)) == 0)
		typed += strlen(DROP_INS);
	if (!name_is_plain(typed))
		return jit_error_set(err, -EINVAL,
			"%s is no file of the policy: jit.conf, host.conf, trusted_keys "
			"or "
			"conf.d/NAME.conf",
			jit_escape(typed, shown, sizeof(shown)));
	(void)snprintf(file->name, sizeof(file->name), DROP_INS "%s%s", typed,
		ends_in_conf(typed) ? "" : ".conf");
	return 0;
}

static int
open_directory(const struct jit_site *site, bool drop_in, struct jit_error *err)
{
	int fd;

	if (site->etc < 0)
		fd = site->etc;
	else if (drop_in)
		fd = jit_dir_make(site->etc, "conf.d", site->owner);
	else
		fd = fcntl(site->etc, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return jit_error_set(err, fd, JIT_ETC_DIR "%s %s; jitctl init makes it",
			drop_in ? "/conf.d" : "", jit_file_problem(fd));
	return fd;
}

int
edit_file_open(const struct jit_site *site, const char *typed, struct edit_file *ret,
	struct jit_error *err)
{
	struct edit_file *file = ret;
	bool drop_in;
	int r;

	*file = (struct edit_file){ .dirfd = -1, .owner = site->owner };
	r = choose_name(typed ? typed : "jit.conf", file, err);
	if (r < 0)
		return r;
	drop_in = strncmp(file->name, DROP_INS, strlen(DROP_INS)) == 0;
	file->leaf = file->name + (drop_in ? strlen(DROP_INS) : 0);
	file->is_keys = jit_streq(file->name, "trusted_keys");
	file->mode = file->is_keys || jit_streq(file->name, "host.conf") ? 0644 : 0600;
	file->size_max = file->is_keys ? JIT_KEYS_FILE_MAX : CONF_SOURCE_MAX;
	(void)snprintf(file->copy, sizeof(file->copy), ".edit-%s", file->leaf);
	(void)snprintf(file->base, sizeof(file->base), ".base-%s", file->leaf);
	(void)snprintf(file->shown, sizeof(file->shown), JIT_ETC_DIR "/%s", file->name);
	(void)snprintf(file->copy_path, sizeof(file->copy_path), JIT_ETC_DIR "/%s%s",
		drop_in ? DROP_INS : "", file->copy);
	r = open_directory(site, drop_in, err);
	if (r < 0)
		return r;
	file->dirfd = r;
	return 0;
}

/* ---- file and copy ---- */

int
edit_file_read(
	const struct edit_file *file, const char *name, char **ret, size_t *ret_len)
{
	int r = jit_file_read(
		file->dirfd, name, file->owner, 0755, file->size_max, ret, ret_len);

	if (r != -ENOENT)
		return r;
	*ret = strdup("");
	*ret_len = 0;
	return *ret ? 0 : -ENOMEM;
}

bool
edit_file_left(const struct edit_file *file, int64_t *ret_sec)
{
	struct stat st;

	if (fstatat(file->dirfd, file->copy, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	if (ret_sec)
		*ret_sec = st.st_mtime;
	return true;
}

int
edit_file_copy(const struct edit_file *file)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = edit_file_read(file, file->leaf, &text, &len);

	if (r == 0)
		r = jit_file_replace(file->dirfd, file->base, 0600, text, len);
	if (r == 0)
		r = jit_file_create(file->dirfd, file->copy, 0600, text, len);
	return r;
}

int
edit_file_keep(const struct edit_file *file, const char *name, int64_t now_sec,
	char ret_path[2 * EDIT_NAME_SIZE])
{
	char kept[EDIT_NAME_SIZE + 32], when[32] = "";
	time_t now = (time_t)now_sec;
	struct tm tm;

	if (gmtime_r(&now, &tm))
		(void)strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm);
	(void)snprintf(kept, sizeof(kept), ".kept-%s-%s", when, file->leaf);
	if (linkat(file->dirfd, name, file->dirfd, kept, 0) < 0 || fsync(file->dirfd) < 0)
		return -errno;
	(void)snprintf(ret_path, 2 * EDIT_NAME_SIZE, "%.*s%s",
		(int)(strlen(file->copy_path) - strlen(file->copy)), file->copy_path,
		kept);
	return 0;
}

int
edit_file_install(const struct edit_file *file, const char *text, size_t len)
{
	return jit_file_replace(file->dirfd, file->leaf, file->mode, text, len);
}

void
edit_file_forget(const struct edit_file *file)
{
	(void)unlinkat(file->dirfd, file->copy, 0);
	(void)unlinkat(file->dirfd, file->base, 0);
	(void)fsync(file->dirfd);
}
