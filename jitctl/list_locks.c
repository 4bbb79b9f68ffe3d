/*
 * jitctl list locks: what is locked, by whom, why and until when.
 *
 * Runs as root. MUST NOT change anything.
 */
#include <errno.h>
#include <string.h>

#include "jitctl/jitctl.h"
#include "jitctl/list.h"
#include "libjit/escape.h"
#include "libjit/lock.h"

static void
print_lock(const struct jit_lock *lock, const struct jit_now *now)
{
	char left[32], reason[JIT_REASON_MAX * 4];

	printf("%-5s %-20s %-12s %-9s %s\n", jit_lock_kind_name(lock->kind),
		lock->name[0] ? lock->name : "-", lock->by,
		lock->until_sec ? list_left((lock->until_sec - now->wall_sec) * 1000,
					  left, sizeof(left))
				: "never",
		jit_escape(lock->reason, reason, sizeof(reason)));
}

static json_t *
lock_json(const struct jit_lock *lock)
{
	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o}", "kind",
		jit_lock_kind_name(lock->kind), "name", list_text(lock->name), "by",
		lock->by, "reason", list_text(lock->reason), "locked_at",
		list_time(lock->since_sec), "ends_at", list_time(lock->until_sec));
}

static int
print_table(const struct jit_locks *locks, const struct jit_now *now)
{
	printf("%-5s %-20s %-12s %-9s %s\n", "KIND", "NAME", "BY", "ENDS IN", "REASON");
	for (size_t i = 0; i < locks->n; i++)
		print_lock(&locks->v[i], now);
	return JITCTL_DONE;
}

static int
print_json(const struct jit_locks *locks)
{
	json_t *array = json_array();

	for (size_t i = 0; i < locks->n; i++)
		if (json_array_append_new(array, lock_json(&locks->v[i])) < 0) {
			json_decref(array);
			array = NULL;
			break;
		}
	return list_print_json("locks", array);
}

int
list_locks(const struct list_wish *wish)
{
	_cleanup_locks_ struct jit_locks locks = { 0 };
	struct jit_site site = JIT_SITE_NONE;
	struct jit_now now;
	int r = jit_clock_now(&now);

	jit_site_open(&site);
	if (r == 0)
		r = jit_locks_load(&site, &now, &locks);
	jit_site_close(&site);
	if (r < 0) {
		fprintf(stderr,
			"jitctl: the locks in /var/lib/jit/locks cannot be read (%s), so "
			"everything is refused; jitctl init makes the directory\n",
			strerror(-r));
		return JITCTL_FAILED;
	}
	return wish->json ? print_json(&locks) : print_table(&locks, &now);
}
