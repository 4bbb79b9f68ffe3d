/*
 * The high-water mark of wall time on disk: /var/lib/jit/clock. Runs as: root.
 */
#include <errno.h>

#include "file.h"
#include "parse.h"
#include "state.h"
#include "store.h"

#define MARK "clock"

int
jit_store_clock_mark(const struct jit_site *site, struct jit_clock_mark *ret)
{
	json_auto_t *object = NULL;
	struct jit_clock_mark mark = { 0 };
	int r;

	if (site->lib < 0)
		return site->lib;
	r = jit_state_read(site->lib, MARK, site->owner, &object);
	if (r == -ENOENT) {
		*ret = mark;
		return 0;
	}
	if (r < 0)
		return r;
	if (jit_state_integer(object, "wall", &mark.wall_sec) < 0 ||
		jit_state_integer(object, "boot_ms", &mark.boot_ms) < 0 ||
		jit_state_string(object, "boot", mark.boot_id, sizeof(mark.boot_id)) <
			0 ||
		!jit_id_valid(mark.boot_id))
		return -EBADMSG;
	*ret = mark;
	return 0;
}

int
jit_store_clock_mark_set(const struct jit_site *site, const struct jit_clock_mark *mark)
{
	if (site->lib < 0)
		return site->lib;
	return jit_state_replace(site->lib, MARK,
		json_pack("{s:I, s:I, s:s}", "wall", (json_int_t)mark->wall_sec,
			"boot_ms", (json_int_t)mark->boot_ms, "boot", mark->boot_id));
}

int
jit_store_clock_mark_clear(const struct jit_site *site)
{
	int r;

	if (site->lib < 0)
		return site->lib;
	r = jit_file_remove(site->lib, MARK);
	return r == -ENOENT ? 0 : r;
}
