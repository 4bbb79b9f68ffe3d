/*
 * A request as an approver meets it: fetched from where it lies, its signature checked,
 * shown.
 */
#ifndef JITCTL_ASKED_H
#define JITCTL_ASKED_H

#include <jansson.h>

#include "jitctl/delivery.h"
#include "libjit/grant.h"
#include "libjit/requests.h"
#include "libjit/ruling.h"

enum asked_trust {
	ASKED_UNCHECKED = 0,
	ASKED_BY_HOST,    /* the key of the host that it is for holds */
	ASKED_BY_SUBJECT, /* the asker's own key does */
};

struct asked {
	struct jit_open_request open; /* open.filed is the token's own word */
	bool stated; /* the rest of open was said by the host where it lies */
	enum asked_trust trust;
	struct jit_error unchecked; /* why */
	char host[JIT_NAME_MAX +
		1];  /* where it lies; "": on this host, or in a message */
	bool pasted; /* it came in a message */
};

#define _cleanup_asked_ _cleanup_(asked_done)
void asked_done(struct asked *asked);

/* Splits HOST/ID. ret_host: "" where there is no HOST. *ret_id points into typed.
 * -EINVAL with a text. */
int asked_place(const char *typed, char ret_host[JIT_NAME_MAX + 1], const char **ret_id,
	struct jit_error *err) _must_check_;

/* Fetches the request that a person named: ID (of this host), HOST/ID (by ssh), `-` (a
 * request line or token on standard input), and checks its signature. One that does not
 * hold is an error; one that nobody here can check is not (trust, unchecked).
 * -EINVAL, -EBADMSG: none, or several fit; -ENOENT: not found; -EACCES: not for you; others:
 * courier.h. */
int asked_fetch(const char *typed, struct asked *ret, struct jit_error *err) _must_check_;

/* What a host says of a request of a day that its id (or a beginning of it) means, also if
 * it is over: nothing of it is signed. -ENOENT; others as above. ret is for
 * jit_open_request_done. */
int asked_status(const char *host, const char *id, struct jit_open_request *ret,
	struct jit_error *err) _must_check_;

/* The grant that answers it: all but iss, jti and the window. Borrows the request's
 * strings: not for jit_grant_done. */
void asked_answer(const struct asked *asked, struct jit_grant *ret);

/* The no to it, all but iss and the reason; and where a signed answer goes (done: see
 * delivery.h). Borrows both. */
struct jit_ruling asked_denial(const struct asked *asked);
struct delivery asked_delivery(
	const struct asked *asked, const char *token, const char *done);

/* The words of the one command that it is for; none (n == 0): for whatever the role covers.
 * NULL: the request has only their digest, and what was said with it is not them. */
const struct jit_strv *asked_command(const struct asked *asked) _must_check_;

/* The same as an error, for whoever would sign it. -E2BIG with a text. */
int asked_check_command(const struct asked *asked, struct jit_error *err) _must_check_;

/* Shows it as this grant that would answer it: who asks, what is signed, whose signature it
 * has, and apart from that what the host says beside it. */
void asked_show(const struct asked *asked, const struct jit_grant *grant, FILE *out);

/* The same as the grant for all that was asked, made now. */
void asked_show_now(const struct asked *asked, int64_t now_sec, FILE *out);

/* jitctl's exit code for an error of these and of approver.h. */
int asked_exit(int error);

/* For --json: what listings say of a request. NULL: no memory. */
json_t *asked_json(const struct jit_open_request *open);

/* How many said yes. */
uint32_t asked_have(const struct jit_open_request *open);

/* The names of those who said yes, `carol, dave`, or `nobody`. Returns buf. */
const char *asked_so_far(const struct jit_open_request *open, char *buf, size_t size);

#endif
