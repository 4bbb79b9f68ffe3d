/*
 * How often. Runs as: root.
 *
 * MUST name files by uid; MUST NOT take a lock (two at once may count as one: the limit is
 * there against floods, not against one more).
 */
#include "rate.h"

#include <errno.h>
#include <string.h>

#include "libjit/file.h"

enum { MINUTE_MS = 60 * 1000 };

struct rate {
	char magic[8];
	char boot_id[JIT_ID_LEN + 1];
	uint32_t n, skipped;
	int64_t since_ms;
};

static const char magic[8] = { 'j', 'i', 't', 'r', 'a', 't', 'e', '2' };

static void
rate_begin(const struct jit_access *access, struct rate *ret)
{
	(void)memset(ret, 0, sizeof(*ret)); /* padding too */
	(void)memcpy(ret->magic, magic, sizeof(ret->magic));
	(void)memcpy(ret->boot_id, access->now.boot_id, sizeof(ret->boot_id));
	ret->since_ms = access->now.boot_ms;
}

/* What is on disk, if it is of this boot. */
static bool
rate_load(int dir, const char *name, const struct jit_access *access, struct rate *ret)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;

	if (jit_file_read(
		    dir, name, access->site.owner, 0600, sizeof(*ret), &text, &len) < 0 ||
		len != sizeof(*ret))
		return false;
	(void)memcpy(ret, text, sizeof(*ret));
	return memcmp(ret->magic, magic, sizeof(magic)) == 0 &&
		memcmp(ret->boot_id, access->now.boot_id, sizeof(ret->boot_id)) == 0;
}

int
rate_take(const struct run *run, const char *what, uint32_t max, uint32_t *ret_skipped)
{
	const struct jit_access *access = &run->access;
	_cleanup_close_ int dir = access->site.run < 0
		? access->site.run
		: jit_dir_make(access->site.run, what, access->site.owner);
	uint32_t skipped = 0;
	char name[16];
	struct rate rate;
	int r;

	if (dir < 0)
		return dir;
	(void)snprintf(name, sizeof(name), "%u", (unsigned)run->caller.id.uid);
	if (!rate_load(dir, name, access, &rate)) {
		rate_begin(access, &rate);
	} else if (access->now.boot_ms - rate.since_ms >= MINUTE_MS) {
		skipped = rate.skipped;
		rate_begin(access, &rate);
	}
	if (rate.n < max)
		rate.n++;
	else
		rate.skipped++;
	r = jit_file_replace(dir, name, 0600, &rate, sizeof(rate));
	if (r < 0)
		return r;
	*ret_skipped = skipped;
	return rate.skipped ? -EDQUOT : 0;
}
