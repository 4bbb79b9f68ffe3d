/*
 * The command: one name, one file, looked up with the caller's rights.
 */
#ifndef JITSU_COMMAND_H
#define JITSU_COMMAND_H

#include "libjit/base.h"

/* Where names without a slash are looked for, and the command's own PATH. */
#define COMMAND_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct command {
	int fd; /* what the path leads to: O_PATH, open for reading once it was hashed */
	dev_t device;
	ino_t inode;
	char path[4096];    /* directories resolved, the last component as it was typed */
	const char *typed;  /* the command's argv[0] */
	bool by_descriptor; /* to be executed by fd and not by its path */
};

#define COMMAND_NONE                                                                     \
	(struct command)                                                                 \
	{                                                                                \
		.fd = -1                                                                 \
	}

#define _cleanup_command_ _cleanup_(command_done)
void command_done(struct command *command);

/* Finds it. Runs with the caller's rights: what he cannot see is not there.
 * -ENOENT: no such file; -EACCES: he may not look (path is then as he wrote it, so that the
 * answer can be that of a command which is not allowed); -ENOEXEC: found, but no program. */
int command_find(const char *typed, struct command *ret) _must_check_;

/* Can nobody but root change the file, the directories and links that lead to it? Walks the
 * path as root and has to arrive at the same file. -EPERM with a text. */
int command_check_owners(
	const struct command *command, struct jit_error *err) _must_check_;

/* Is the path still the same file? Right before exec. -ESTALE. */
int command_check_same(const struct command *command) _must_check_;

/* SHA-256 of what is in it, by the descriptor that is executed then. Runs as root, right after
 * command_check_owners. -EFBIG: more than COMMAND_HASH_MAX; -ESTALE: it changed meanwhile;
 * a text. */
#define COMMAND_HASH_MAX (INT64_C(1) << 30)
int command_hash(
	struct command *command, uint8_t ret[32], struct jit_error *err) _must_check_;

/* A word that only a shell knows (`cd`). Pure. */
bool command_is_builtin(const char *name);

#endif
