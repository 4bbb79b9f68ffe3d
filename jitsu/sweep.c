/*
 * Runs whose keeper is gone. Runs as: root (keeper).
 *
 * A run is somebody's as long as the process that its session file names stands among the
 * keepers; the file is written before the run's group is made, and the keeper is born among
 * them. MUST end nothing of which that holds.
 */
#include "sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "libjit/parse.h"
#include "libjit/store.h"

enum { KILL_MS = 1000 };

struct sweeper {
	const struct jit_cgroup_place *place;
	struct jit_session *sessions;
	size_t n_sessions;
	bool listed; /* the sessions were read */
};

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
		return true; /* not to be told is no reason to end anything */
	}
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (jit_parse_u64(line, INT32_MAX, &member) == 0 && (pid_t)member == pid)
			return true;
	}
	return false;
}

static bool
is_kept(struct sweeper *sweeper, const char *id)
{
	for (size_t i = 0; i < sweeper->n_sessions; i++)
		if (jit_streq(sweeper->sessions[i].id, id))
			return is_keeper(sweeper->place, sweeper->sessions[i].keeper);
	return false;
}

static void
end_run(const struct jit_site *site, const struct jit_cgroup_place *place, const char *id)
{
	_cleanup_close_ int group = jit_cgroup_run_make(place, id);

	if (group < 0)
		return;
	if (jit_cgroup_run_empty(group) == 0)
		(void)!jit_cgroup_run_kill(group, KILL_MS);
	(void)!jit_cgroup_run_remove(place, id);
	(void)!jit_session_remove(site, id);
}

static void
look_at(struct sweeper *sweeper, const struct jit_site *site, const char *name)
{
	const char *id = name + strlen("run-");

	if (strncmp(name, "run-", strlen("run-")) != 0 || !jit_id_valid(id))
		return;
	if (!sweeper->listed &&
		jit_session_list(site, &sweeper->sessions, &sweeper->n_sessions) < 0)
		return;
	sweeper->listed = true;
	if (!is_kept(sweeper, id))
		end_run(site, sweeper->place, id);
}

void
sweep(const struct jit_site *site, const struct jit_cgroup_place *place)
{
	struct sweeper sweeper = { .place = place };
	int fd = openat(place->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir) {
		jit_closep(&fd);
		return;
	}
	while ((entry = readdir(dir)))
		look_at(&sweeper, site, entry->d_name);
	closedir(dir);
	free(sweeper.sessions);
}
