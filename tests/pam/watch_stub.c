/*
 * Stands for session-watch in tests: writes what it was given to files of the working
 * directory and does what the file ./watch-mode says: stand, silent, leave, wrong.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "pam_jit/watch.h"

static void
write_file(const char *name, const void *content, size_t len)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, content, len) != (ssize_t)len)
		_exit(9);
	close(fd);
}

/* "3 4 env=0": the open descriptors but the one that reads this, and the environment. */
static void
write_surroundings(void)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	char text[256] = "";
	size_t n_env = 0, at = 0;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(dir))
			at += (size_t)snprintf(
				text + at, sizeof(text) - at, "%s ", entry->d_name);
	while (environ && environ[n_env])
		n_env++;
	at += (size_t)snprintf(text + at, sizeof(text) - at, "env=%zu", n_env);
	write_file("watch-surroundings", text, at);
	closedir(dir);
}

enum { LIFE_MS = 20000 };

static char
mode(void)
{
	int fd = open("watch-mode", O_RDONLY | O_CLOEXEC);
	char c = 's';

	if (fd >= 0 && read(fd, &c, 1) != 1)
		c = 's';
	close(fd);
	return c;
}

static void
answer(const char *magic)
{
	struct watch_answer answer;

	memcpy(answer.magic, magic, sizeof(answer.magic));
	if (send(WATCH_SOCKET, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
		_exit(8);
}

int
main(void)
{
	struct watch_record record;

	write_surroundings();
	if (recv(WATCH_SOCKET, &record, sizeof(record), 0) != sizeof(record))
		return 7;
	write_file("watch-record", &record, sizeof(record));
	switch (mode()) {
	case 'l': return 0; /* leave */
	case 'w': answer("whatever"); break;
	case 'n': /* no answer, as long as the application lives */
		(void)poll(&(struct pollfd){ .fd = WATCH_APPLICATION, .events = POLLIN },
			1, LIFE_MS);
		break;
	default: answer(WATCH_STANDS);
	}
	return 0;
}
