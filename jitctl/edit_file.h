/*
 * One file of /etc/jit that is being edited: the copy that the editor gets, and what it was
 * made from. Run as root.
 */
#ifndef JITCTL_EDIT_FILE_H
#define JITCTL_EDIT_FILE_H

#include "jitctl/conf_source.h"

enum { EDIT_NAME_SIZE = 160 };

struct edit_file {
	int dirfd; /* /etc/jit or its conf.d */
	uid_t owner;
	char name[EDIT_NAME_SIZE];     /* below /etc/jit: conf.d/10-web.conf */
	const char *leaf;              /* 10-web.conf */
	char copy[EDIT_NAME_SIZE + 8]; /* .edit-10-web.conf */
	char base[EDIT_NAME_SIZE +
		8]; /* .base-10-web.conf: what the copy was made from */
	char shown[2 * EDIT_NAME_SIZE]; /* /etc/jit/conf.d/10-web.conf */
	char copy_path[2 * EDIT_NAME_SIZE];
	mode_t mode;
	size_t size_max;
	bool is_keys;
};

void edit_file_close(struct edit_file *file);

/* What a person means: jit.conf (nothing typed), host.conf, trusted_keys, or a drop-in:
 * conf.d/NAME.conf, NAME.conf, NAME. -EINVAL with a text. */
int edit_file_open(const struct jit_site *site, const char *typed, struct edit_file *ret,
	struct jit_error *err) _must_check_;

/* The file, its copy, what the copy was made from. A file that is not there is empty. The
 * caller frees. */
int edit_file_read(const struct edit_file *file, const char *name, char **ret,
	size_t *ret_len) _must_check_;

/* Is there a copy that an earlier edit left? Its time in *ret_sec (may be NULL). */
bool edit_file_left(const struct edit_file *file, int64_t *ret_sec);

/* Makes the copy, private. */
int edit_file_copy(const struct edit_file *file) _must_check_;

/* Gives a name of its own to the copy (or to the file itself), so that it is kept whatever
 * happens to the other: ret_path says which. */
int edit_file_keep(const struct edit_file *file, const char *name, int64_t now_sec,
	char ret_path[2 * EDIT_NAME_SIZE]) _must_check_;

/* Puts text in the file's place, whole, and on disk. */
int edit_file_install(
	const struct edit_file *file, const char *text, size_t len) _must_check_;

/* Takes the copy away. */
void edit_file_forget(const struct edit_file *file);

#endif
