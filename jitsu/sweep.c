/*
 * Runs whose keeper is gone. Runs as: root (keeper).
 *
 * A run is somebody's as long as the process that its session file names stands among the
 * keepers; the file is written before the run's group is made, and the keeper is born among
 * them. MUST end nothing of which that holds.
 */
#include "sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "libjit/parse.h"
#include "libjit/store.h"

enum { KILL_MS = 1000, GROUPS_MAX = 64 /* looked at in one start */ };

/* Is this pid among the keepers? In doubt, yes: one of another pid namespace shows as 0. */
static bool
is_keeper(const struct jit_cgroup_place *place, pid_t pid)
{
	_cleanup_close_ int group = jit_cgroup_keepers(place);
	int fd = group < 0 ? -1 : openat(group, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	_cleanup_fclose_ FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	char line[32];
	uint64_t member;

	if (!f) {
		jit_closep(&fd);
		return true;
	}
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (jit_parse_u64(line, INT32_MAX, &member) < 0 || member == 0 ||
			(pid_t)member == pid)
			return true;
	}
	return false;
}

/* Does anybody watch over this run? In doubt, yes. */
static bool
is_kept(const struct jit_site *site, const struct jit_cgroup_place *place, const char *id)
{
	struct jit_session session;
	int r = jit_session_find(site, id, &session);

	if (r == -ENOENT)
		return false;
	return r < 0 || is_keeper(place, session.keeper);
}

/* The order matters: the file is written before the group is made, so a group that is there
 * and has no file afterwards has no keeper. True: something was ended. */
static bool
end_if_left(
	const struct jit_site *site, const struct jit_cgroup_place *place, const char *id)
{
	_cleanup_close_ int group = jit_cgroup_run_open(place, id);
	bool lives;

	if (group < 0 || is_kept(site, place, id))
		return false;
	lives = jit_cgroup_run_empty(group) == 0;
	if (lives)
		(void)!jit_cgroup_run_kill(group, KILL_MS);
	(void)!jit_cgroup_run_remove(place, id);
	(void)!jit_session_remove(site, id);
	return lives;
}

static const char *
run_id(const struct dirent *entry)
{
	const char *id = entry->d_name + strlen("run-");

	if (strncmp(entry->d_name, "run-", strlen("run-")) != 0 || !jit_id_valid(id))
		return NULL;
	return id;
}

void
sweep(const struct jit_site *site, const struct jit_cgroup_place *place)
{
	int fd = openat(place->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int looked_at = 0;

	if (!dir) {
		jit_closep(&fd);
		return;
	}
	while (looked_at < GROUPS_MAX && (entry = readdir(dir))) {
		const char *id = run_id(entry);

		if (!id)
			continue;
		looked_at++;
		if (end_if_left(site, place, id))
			break; /* one a start: our own run has to be watched over */
	}
	closedir(dir);
}
