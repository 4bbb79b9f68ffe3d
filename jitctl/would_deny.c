/*
 * Reads would-deny events. Runs as: root.
 *
 * The record is long and holds what people typed. MUST cap each line before it reads it; MUST
 * pass over, and count, what it does not understand.
 */
#include "jitctl/would_deny.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>

#include "libjit/file.h"
#include "libjit/parse.h"

#define LOG_NAME "audit.jsonl"

enum {
	SECOND_LEN = 19, /* `2026-11-24T18:00:00` */
	LINE_SIZE = JIT_AUDIT_LINE_MAX + 1,
};

struct reader {
	struct would_deny_list list;
	char since[JIT_TIME_SIZE], now[JIT_TIME_SIZE];
};

/* ---- kinds of access ---- */

static void
kind_done(struct would_deny *kind)
{
	free(kind->subject);
	free(kind->door);
	free(kind->what);
	free(kind->target);
	free(kind->role);
	free(kind->rule);
	free(kind->why);
}

void
would_deny_done(struct would_deny_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		kind_done(&list->v[i]);
	free(list->v);
	*list = (struct would_deny_list){ 0 };
}

static char *
member(const json_t *event, const char *key)
{
	const char *s = json_string_value(json_object_get(event, key));

	return strdup(s ? s : "");
}

/* Commands are told apart by program, not by argument: else each would be one of its own. */
static char *
what(const json_t *event)
{
	const char *path =
		json_string_value(json_array_get(json_object_get(event, "command"), 0));

	return strdup(path ? path : "login");
}

static bool
kind_read(const json_t *event, struct would_deny *ret)
{
	const char *service = json_string_value(json_object_get(event, "service"));

	*ret = (struct would_deny){
		.subject = member(event, "subject"),
		.door = strdup(service ? service : "jitsu"),
		.what = what(event),
		.target = member(event, "target"),
		.role = member(event, "role"),
		.rule = member(event, "rule"),
		.why = member(event, "why"),
	};
	return ret->subject && ret->door && ret->what && ret->target && ret->role &&
		ret->rule && ret->why;
}

static bool
kind_same(const struct would_deny *a, const struct would_deny *b)
{
	return jit_streq(a->subject, b->subject) && jit_streq(a->door, b->door) &&
		jit_streq(a->what, b->what) && jit_streq(a->target, b->target) &&
		jit_streq(a->role, b->role) && jit_streq(a->rule, b->rule) &&
		jit_streq(a->why, b->why);
}

/* The kind in the list that is like this one, which it takes over; NULL: no room. */
static struct would_deny *
kind_place(struct would_deny_list *list, struct would_deny *kind)
{
	struct would_deny *v;

	for (size_t i = list->n; i > 0; i--) /* what came last comes again */
		if (kind_same(&list->v[i - 1], kind)) {
			kind_done(kind);
			return &list->v[i - 1];
		}
	v = list->n < WOULD_DENY_MAX ? reallocarray(list->v, list->n + 1, sizeof(*v))
				     : NULL;
	if (!v) {
		kind_done(kind);
		return NULL;
	}
	list->v = v;
	v[list->n] = *kind;
	return &v[list->n++];
}

/* ---- lines ---- */

static void
count(struct reader *reader, const json_t *event, const char *time)
{
	struct would_deny kind, *place;

	if (!kind_read(event, &kind)) {
		kind_done(&kind);
		reader->list.left_out++;
		return;
	}
	place = kind_place(&reader->list, &kind);
	if (!place) {
		reader->list.left_out++;
		return;
	}
	place->times++;
	if (strncmp(time, reader->now, SECOND_LEN) >= 0)
		place->times_now++;
	if (!place->first[0] || strncmp(time, place->first, SECOND_LEN) < 0)
		(void)snprintf(
			place->first, sizeof(place->first), "%.*sZ", SECOND_LEN, time);
	if (!place->last[0] || strncmp(time, place->last, SECOND_LEN) > 0)
		(void)snprintf(
			place->last, sizeof(place->last), "%.*sZ", SECOND_LEN, time);
}

/* Times of one length and zone are in the order of their letters. */
static void
read_line(struct reader *reader, const char *line, size_t len)
{
	json_auto_t *event = NULL;
	const char *name, *time;

	/* most lines are about something else, and need no parsing: our own writer sets no
	 * blanks */
	if (!strstr(line, "\"event\":\"would-deny\"")) {
		reader->list.bad_lines += line[0] != '{';
		return;
	}
	event = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	name = json_string_value(json_object_get(event, "event"));
	time = json_string_value(json_object_get(event, "time"));
	if (!name || !time || strlen(time) < SECOND_LEN) {
		reader->list.bad_lines++;
		return;
	}
	if (jit_streq(name, "would-deny") &&
		strncmp(time, reader->since, SECOND_LEN) >= 0)
		count(reader, event, time);
}

/* The rest of a line that is too long. */
static void
skip_line(FILE *f)
{
	int c;

	while ((c = getc(f)) != EOF && c != '\n')
		continue;
}

static void
read_lines(struct reader *reader, FILE *f)
{
	char line[LINE_SIZE + 1];

	while (fgets(line, sizeof(line), f)) {
		size_t len = strlen(line);

		if (len > 0 && line[len - 1] == '\n')
			line[--len] = '\0';
		else if (!feof(f)) {
			skip_line(f);
			reader->list.bad_lines++;
			continue;
		}
		read_line(reader, line, len);
	}
}

/* ---- files ---- */

static int
read_file(struct reader *reader, const struct jit_site *site, const char *name)
{
	_cleanup_close_ int fd =
		jit_file_open(site->log, name, site->owner, 0600, INT64_MAX);
	_cleanup_fclose_ FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (!f)
		return fd < 0 ? fd : -errno;
	(void)TAKE_FD(fd); /* it goes with f */
	read_lines(reader, f);
	reader->list.files++;
	return ferror(f) ? -EIO : 0;
}

/* `audit.jsonl.1` and the like, not compressed ones. */
static bool
is_older(const char *name)
{
	size_t len = strlen(LOG_NAME);

	return strncmp(name, LOG_NAME, len) == 0 &&
		(name[len] == '.' || name[len] == '-') &&
		strspn(name + len, ".-0123456789TZ:") == strlen(name + len);
}

static int
read_older(struct reader *reader, const struct jit_site *site)
{
	int fd = openat(site->log, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int r = 0;

	if (!dir) {
		r = -errno;
		jit_closep(&fd);
		return r;
	}
	while (r == 0 && (entry = readdir(dir)))
		if (is_older(entry->d_name))
			r = read_file(reader, site, entry->d_name);
	closedir(dir);
	return r;
}

static int
by_subject_and_times(const void *a, const void *b)
{
	const struct would_deny *x = a, *y = b;
	int order = strcmp(x->subject, y->subject);

	return order ? order : (x->times < y->times) - (x->times > y->times);
}

int
would_deny_read(const struct jit_site *site, int64_t since_sec, int64_t now_sec,
	struct would_deny_list *ret)
{
	struct reader reader = { 0 };
	int r;

	if (site->log < 0)
		return site->log;
	jit_format_time(since_sec, reader.since);
	jit_format_time(now_sec, reader.now);
	r = read_older(&reader, site);
	if (r == 0)
		r = read_file(&reader, site, LOG_NAME);
	if (r == -ENOENT && reader.list.files > 0)
		r = 0; /* put away, and nothing has happened since */
	if (r < 0) {
		would_deny_done(&reader.list);
		return r;
	}
	if (reader.list.n)
		qsort(reader.list.v, reader.list.n, sizeof(*reader.list.v),
			by_subject_and_times);
	*ret = reader.list;
	return 0;
}
