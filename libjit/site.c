/*
 * Where everything lies. Runs as: any.
 *
 * JIT_SITE_ROOT and JIT_SITE_OWNER exist for one other build: the PAM module that the
 * tests load as an ordinary user.
 */
#include "site.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "config.h"
#include "file.h"
#include "parse.h"

#ifndef JIT_SITE_ROOT
#define JIT_SITE_ROOT ""
#endif
#ifndef JIT_SITE_OWNER
#define JIT_SITE_OWNER 0
#endif

uid_t
jit_site_owner(void)
{
	return JIT_SITE_OWNER;
}

static int
open_below(const char *root, const char *dir, uid_t owner)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s%s", root, dir);

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	return jit_dir_open(AT_FDCWD, path, owner);
}

void
jit_site_open_below(const char *root, uid_t owner, struct jit_site *ret)
{
	*ret = (struct jit_site){
		.etc = open_below(root, JIT_ETC_DIR, owner),
		.lib = open_below(root, JIT_LIB_DIR, owner),
		.run = open_below(root, JIT_RUN_DIR, owner),
		.log = open_below(root, JIT_LOG_DIR, owner),
		.owner = owner,
	};
}

void
jit_site_open(struct jit_site *ret)
{
	jit_site_open_below(JIT_SITE_ROOT, jit_site_owner(), ret);
}

void
jit_site_close(struct jit_site *site)
{
	jit_closep(&site->etc);
	jit_closep(&site->lib);
	jit_closep(&site->run);
	jit_closep(&site->log);
	*site = JIT_SITE_NONE;
}

int
jit_site_machine_id(char ret[JIT_ID_LEN + 1])
{
	_cleanup_close_ int fd =
		open("/etc/machine-id", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char id[JIT_ID_LEN + 1] = "";
	int r;

	if (fd < 0)
		return -errno;
	r = jit_pread_full(fd, id, JIT_ID_LEN, 0);
	if (r < 0)
		return r;
	if (!jit_id_valid(id))
		return -EINVAL;
	memcpy(ret, id, sizeof(id));
	return 0;
}
