/*
 * Delivering a signed token.
 *
 * Runs as whoever signed it. MUST say for each host whether it got there.
 */
#include "jitctl/delivery.h"

#include <errno.h>
#include <string.h>

#include "jitctl/inventory.h"
#include "jitctl/jitctl.h"

/* jitsu's exit codes. */
enum {
	STATUS_NOT_FOUND = 66,
	STATUS_BAD_INPUT = 65,
	STATUS_NO_RECORD = 69,
	STATUS_PENDING = 75,
	STATUS_REFUSED = 77,
};

/* jitctl's exit code for jitsu's. 75 (more are needed, or it waits) is done. */
static int
exit_of(int status)
{
	switch (status) {
	case 0:
	case STATUS_PENDING: return JITCTL_DONE;
	case STATUS_BAD_INPUT: return JITCTL_BAD_INPUT;
	case STATUS_NOT_FOUND: return JITCTL_NOT_FOUND;
	case STATUS_REFUSED: return JITCTL_NOT_ALLOWED;
	case STATUS_NO_RECORD: return JITCTL_CANNOT_WRITE;
	default: return JITCTL_FAILED;
	}
}

static int
report(const struct delivery *d, const char *host, const struct courier_answer *answer)
{
	const char *name = host ? host : "this host";
	int code = exit_of(answer->status);
	const char *line = answer->status == STATUS_PENDING ? d->pending : d->done;

	if (code == JITCTL_DONE && d->tell) {
		d->tell(name, answer, d->arg);
		return code;
	}
	if (code != JITCTL_DONE)
		fprintf(stderr, "jitctl: %s does not take it:\n", name);
	else if (line)
		fprintf(stderr, "jitctl: delivered to %s; %s\n", name, line);
	courier_repeat(host, answer);
	return code;
}

static int
deliver_to(const struct delivery *d, const char *host)
{
	const char *const words[] = { d->verb, NULL };
	_cleanup_answer_ struct courier_answer answer = { 0 };
	struct jit_error err = { "" };

	if (courier_run(host, words, d->token, &answer, &err) == 0)
		return report(d, host, &answer);
	fprintf(stderr, "jitctl: not delivered: %s\n", err.text);
	return JITCTL_UNREACHABLE;
}

static bool
is_among(const struct inventory_names *names, const char *host)
{
	for (size_t i = 0; i < names->n; i++)
		if (jit_streq(names->v[i], host))
			return true;
	return false;
}

/* Every host of the label, this one by its own jitsu. */
static int
deliver_to_label(const struct delivery *d, const char *this_host)
{
	_cleanup_names_ struct inventory_names names = { 0 };
	bool has_host = d->host && d->host[0];
	struct jit_error err = { "" };
	int r = inventory_labelled(d->aud + 1, &names, &err), code = JITCTL_DONE;

	if (r < 0 && !(r == -ENOENT && (has_host || d->here))) {
		fprintf(stderr, "jitctl: %s\n", err.text);
		return r == -ENOENT ? JITCTL_NOT_FOUND : JITCTL_BAD_INPUT;
	}
	for (size_t i = 0; i < names.n; i++) {
		bool here = jit_streq(names.v[i], this_host);
		int c = deliver_to(d, here ? NULL : names.v[i]);

		code = code == JITCTL_DONE ? c : code;
	}
	if (has_host && !is_among(&names, d->host)) {
		int c = deliver_to(d, d->host);

		code = code == JITCTL_DONE ? c : code;
	}
	if (d->here && !is_among(&names, this_host)) {
		int c = deliver_to(d, NULL);

		code = code == JITCTL_DONE ? c : code;
	}
	return code;
}

int
delivery_run(const struct delivery *d)
{
	char this_host[JIT_NAME_MAX + 1] = "";

	if (d->print)
		return puts(d->token) < 0 || fflush(stdout) != 0 ? JITCTL_CANNOT_WRITE
								 : JITCTL_DONE;
	if (!d->by_ssh)
		(void)!inventory_this_host(this_host);
	if (d->aud[0] == '@')
		return deliver_to_label(d, this_host);
	if (d->host && d->host[0])
		return deliver_to(d, d->host);
	if (d->here || jit_streq(d->aud, this_host))
		return deliver_to(d, NULL);
	return deliver_to(d, d->aud);
}
