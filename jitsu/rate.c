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
rate_begin(const struct jit_now *now, struct rate *ret)
{
	(void)memset(ret, 0, sizeof(*ret)); /* padding too */
	(void)memcpy(ret->magic, magic, sizeof(ret->magic));
	(void)memcpy(ret->boot_id, now->boot_id, sizeof(ret->boot_id));
	ret->since_ms = now->boot_ms;
}

/* What is on disk, if it is of this boot. */
static bool
rate_load(int dir, const char *name, uid_t owner, const struct jit_now *now,
	struct rate *ret)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;

	if (jit_file_read(dir, name, owner, 0600, sizeof(*ret), &text, &len) < 0 ||
		len != sizeof(*ret))
		return false;
	(void)memcpy(ret, text, sizeof(*ret));
	return memcmp(ret->magic, magic, sizeof(magic)) == 0 &&
		memcmp(ret->boot_id, now->boot_id, sizeof(ret->boot_id)) == 0;
}

int
rate_count(const struct jit_site *site, const struct jit_now *now, const char *what,
	const char *name, uint32_t max, uint32_t *ret_skipped)
{
	_cleanup_close_ int dir =
		site->run < 0 ? site->run : jit_dir_make(site->run, what, site->owner);
	uint32_t skipped = 0;
	struct rate rate;
	int r;

	if (dir < 0)
		return dir;
	if (!rate_load(dir, name, site->owner, now, &rate)) {
		rate_begin(now, &rate);
	} else if (now->boot_ms - rate.since_ms >= MINUTE_MS) {
		skipped = rate.skipped;
		rate_begin(now, &rate);
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

int
rate_take(const struct run *run, const char *what, uint32_t max, uint32_t *ret_skipped)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "%u", (unsigned)run->caller.id.uid);
	return rate_count(
		&run->access.site, &run->access.now, what, name, max, ret_skipped);
}
