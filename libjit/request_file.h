/*
 * A request as one JSON file. Internal to libjit: for requests.c.
 */
#ifndef JIT_REQUEST_FILE_H
#define JIT_REQUEST_FILE_H

#include "requests.h"

/* Reads it with every cap. -EBADMSG: not a whole one. ret is for jit_open_request_done. */
int jit_request_file_read(int dirfd, const char *name, uid_t owner,
	struct jit_open_request *ret) _must_check_;

/* New: -EEXIST if it is there. Its group is the directory's, who may read it. */
int jit_request_file_create(
	int dirfd, const char *name, const struct jit_open_request *request) _must_check_;
int jit_request_file_replace(
	int dirfd, const char *name, const struct jit_open_request *request) _must_check_;

/* One of the archive's last two months, by its id. -ENOENT. (history.c) */
int jit_history_find(const struct jit_site *site, const char *id,
	struct jit_open_request *ret) _must_check_;

/* Is a grant with this id, or one of several approvals, in those months? 1, 0, or -errno. */
int jit_history_has_grant(const struct jit_site *site, const char *id) _must_check_;

#endif
