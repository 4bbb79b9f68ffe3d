/*
 * What reading the policy depends on beside its files.
 *
 * Runs as root. MUST NOT take a host name that the network gave.
 */
#include "conf.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <time.h>

#include "libjit/file.h"
#include "libjit/site.h"

enum { GROUP_BUFFER = 1 << 20, HOSTNAME_FILE_MAX = 4096 };

static int
find_group(const char *name, gid_t *ret)
{
	_cleanup_free_ char *buf = malloc(GROUP_BUFFER);
	struct group group, *found = NULL;
	int error;

	if (!buf)
		return -ENOMEM;
	do
		error = getgrnam_r(name, &group, buf, GROUP_BUFFER, &found);
	while (error == EINTR);
	if (found) {
		*ret = found->gr_gid;
		return 0;
	}
	/* what getgrnam_r(3) lists as ways to say "not found" */
	if (error == 0 || error == ENOENT || error == ESRCH || error == EBADF ||
		error == EPERM)
		return -ENOENT;
	return -error;
}

static const char *
static_host_name(struct conf_arena *arena)
{
	_cleanup_free_ char *text = NULL;
	const char *word;

	if (jit_file_read(AT_FDCWD, "/etc/hostname", jit_site_owner(), 0755,
		    HOSTNAME_FILE_MAX, &text, NULL) < 0)
		return NULL;
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += strspn(line, "\n");
		word = line + strspn(line, " \t");
		if (*word && *word != '#' && *word != '\n')
			return conf_strndup(arena, word, strcspn(word, " \t\r\n"));
	}
	return NULL;
}

static bool
file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

struct conf_world
conf_world_here(struct conf_arena *arena)
{
	return (struct conf_world){
		.now_sec = time(NULL),
		.hostname = static_host_name(arena),
		.group_id = find_group,
		.file_exists = file_exists,
	};
}
