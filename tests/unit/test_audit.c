/*
 * libjit/audit.c, audit_event.c, journal.c: each event is one chained line and one
 * datagram; a torn end is carried on from and named; whatever is changed, removed or added
 * is found; what others wrote cannot begin a field or a line.
 */
#include "libjit/audit.h"

#include <jansson.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "libjit/journal.h"
#include "test.h"

#define LOG "audit.jsonl"
#define GENESIS "0000000000000000000000000000000000000000000000000000000000000000"
#define WALL INT64_C(1770000000)

static struct jit_site site = { -EBADF, -EBADF, -EBADF, -EBADF, 0 };

/* A site whose log directory is ours and empty. */
static void
log_start(void)
{
	if (site.log < 0)
		site.log = test_dir_fd();
	site.owner = geteuid();
	(void)unlinkat(site.log, LOG, 0);
}

static void
write_one(const char *subject)
{
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_COMMAND_START);

	audit.subject = subject;
	audit.wall_sec = WALL;
	ASSERT_OK(jit_audit_write(&site, &audit));
}

static void
log_append(const char *bytes, size_t len)
{
	int fd = open(test_path(LOG), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	ASSERT_TRUE(fd >= 0);
	ASSERT_EQ_INT(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

/* Line n (from 0) of the log, parsed. */
static json_t *
line_json(size_t n)
{
	_cleanup_free_ char *content = test_file_read(test_path(LOG), NULL);
	char *line = content;
	json_t *json;

	for (size_t i = 0; i < n; i++) {
		line = strchr(line, '\n');
		ASSERT_TRUE(line != NULL);
		line++;
	}
	ASSERT_TRUE(strchr(line, '\n') != NULL);
	*strchr(line, '\n') = '\0';
	for (const char *c = line; *c; c++)
		ASSERT_TRUE((unsigned char)*c >= 0x20 && (unsigned char)*c < 0x80);
	json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	ASSERT_TRUE(json != NULL);
	return json;
}

static const char *
text(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

static int
verify(uint64_t *ret_lines, struct jit_error *err)
{
	*err = (struct jit_error){ 0 };
	return jit_audit_verify(&site, ret_lines, err);
}

static void
assert_verifies(uint64_t want)
{
	struct jit_error err;
	uint64_t lines = 0;

	ASSERT_OK(verify(&lines, &err));
	ASSERT_EQ_STR(err.text, "");
	ASSERT_EQ_UINT(lines, want);
}

/* ---- records ---- */

static void
test_a_record_has_the_fields_that_are_given(void)
{
	const char *words[] = { "/bin/echo", "a b", "Gr\xc3\xbc\xc3\x9f" };
	const struct jit_strv command = { 3, words };
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_GRANT_ACCEPTED);
	json_t *json;

	log_start();
	audit.subject = "bob";
	audit.subject_uid = 1000;
	audit.role = "packages";
	audit.reason = "line\nbreak \"quoted\"";
	audit.rhost = "";
	audit.command = &command;
	audit.expires_sec = WALL + 60;
	audit.exit_status = 0;
	audit.wall_sec = WALL;
	ASSERT_OK(jit_audit_write(&site, &audit));
	json = line_json(0);
	ASSERT_EQ_INT(json_integer_value(json_object_get(json, "seq")), 1);
	ASSERT_EQ_STR(text(json, "time"), "2026-02-02T02:40:00.000Z");
	ASSERT_EQ_STR(text(json, "event"), "grant-accepted");
	ASSERT_EQ_STR(text(json, "subject"), "bob");
	ASSERT_EQ_INT(json_integer_value(json_object_get(json, "subject_uid")), 1000);
	ASSERT_EQ_STR(text(json, "role"), "packages");
	ASSERT_EQ_STR(text(json, "reason"), "line\nbreak \"quoted\"");
	ASSERT_EQ_STR(text(json, "expires"), "2026-02-02T02:41:00Z");
	ASSERT_TRUE(json_is_integer(json_object_get(json, "exit_status")));
	ASSERT_EQ_UINT(json_array_size(json_object_get(json, "command")), 3);
	for (size_t i = 0; i < 3; i++)
		ASSERT_EQ_STR(json_string_value(json_array_get(
				      json_object_get(json, "command"), i)),
			words[i]);
	ASSERT_EQ_STR(text(json, "prev"), GENESIS);
	ASSERT_EQ_UINT(json_object_size(json), 11);
	json_decref(json);
}

static void
test_an_empty_event_has_only_its_kind(void)
{
	const struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_CLOCK_BACK);
	_cleanup_free_ char *content = NULL;
	json_t *json;

	log_start();
	ASSERT_OK(jit_audit_write(&site, &audit));
	json = line_json(0);
	ASSERT_EQ_UINT(json_object_size(json), 4);
	ASSERT_EQ_UINT(strlen(text(json, "time")), strlen("2026-02-02T02:40:00.000Z"));
	json_decref(json);
	content = test_file_read(test_path(LOG), NULL);
	ASSERT_TRUE(strncmp(content, "{\"seq\":1,\"time\":\"2", 18) == 0);
}

static void
test_an_event_of_no_kind_is_refused(void)
{
	const struct jit_audit none = JIT_AUDIT_INIT(JIT_EVENT_NONE);
	const struct jit_audit beyond = JIT_AUDIT_INIT(JIT_EVENT_COUNT_);

	log_start();
	ASSERT_ERR(jit_audit_write(&site, &none), EINVAL);
	ASSERT_ERR(jit_audit_write(&site, &beyond), EINVAL);
	ASSERT_EQ_INT(access(test_path(LOG), F_OK), -1);
}

static void
test_text_that_is_not_utf8_is_escaped(void)
{
	const char *words[] = { "/bin/\xff" };
	const struct jit_strv command = { 1, words };
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_DENY);
	json_t *json;

	log_start();
	audit.cwd = "/tmp/\xc3(";
	audit.command = &command;
	ASSERT_OK(jit_audit_write(&site, &audit));
	json = line_json(0);
	ASSERT_EQ_STR(text(json, "cwd"), "/tmp/\\xc3(");
	ASSERT_EQ_STR(
		json_string_value(json_array_get(json_object_get(json, "command"), 0)),
		"/bin/\\xff");
	ASSERT_TRUE(json_is_true(json_object_get(json, "escaped")));
	json_decref(json);
	assert_verifies(1);
}

static void
test_a_long_command_is_cut_and_marked(void)
{
	enum { ARGUMENTS = 5000 };
	static const char *words[ARGUMENTS];
	const struct jit_strv command = { ARGUMENTS, words };
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_COMMAND_START);
	const json_t *array;
	json_t *json;

	for (size_t i = 0; i < ARGUMENTS; i++)
		words[i] = "argument";
	log_start();
	audit.command = &command;
	ASSERT_OK(jit_audit_write(&site, &audit));
	json = line_json(0);
	array = json_object_get(json, "command");
	ASSERT_TRUE(json_array_size(array) > 100 && json_array_size(array) < ARGUMENTS);
	ASSERT_EQ_STR(
		json_string_value(json_array_get(array, json_array_size(array) - 1)),
		"\xe2\x80\xa6");
	ASSERT_EQ_STR(json_string_value(json_array_get(array, 100)), "argument");
	ASSERT_TRUE(json_is_true(json_object_get(json, "cut")));
	json_decref(json);
}

static void
test_a_long_text_is_cut_between_characters(void)
{
	char cwd[3 * JIT_AUDIT_LINE_MAX + 1];
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_COMMAND_START);
	const char *kept;
	json_t *json;

	for (size_t i = 0; i + 3 < sizeof(cwd); i += 3)
		memcpy(cwd + i, "\xe2\x82\xac", 4);
	log_start();
	audit.cwd = cwd;
	ASSERT_OK(jit_audit_write(&site, &audit));
	json = line_json(0);
	kept = text(json, "cwd");
	ASSERT_EQ_UINT(strlen(kept) % 3, 0);
	ASSERT_TRUE(strlen(kept) > 4000 && strlen(kept) < 4100);
	ASSERT_EQ_STR(kept + strlen(kept) - 6, "\xe2\x82\xac\xe2\x80\xa6");
	ASSERT_TRUE(json_is_true(json_object_get(json, "cut")));
	ASSERT_TRUE(json_object_get(json, "escaped") == NULL);
	json_decref(json);
}

/* The most that an event can hold, in characters that JSON makes six times as long. */
static void
test_no_event_is_longer_than_a_line(void)
{
	static const char *const fillers[] = { "\x01", "\xff", "\xf0\x9f\x98\x80", "\\" };

	for (size_t i = 0; i < ARRAY_SIZE(fillers); i++) {
		static char long_text[65536];
		const char *words[] = { long_text, long_text, "" };
		const struct jit_strv command = { 3, words };
		struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_DENY);
		size_t size;

		long_text[0] = '\0';
		for (size_t at = 0; at + 8 < sizeof(long_text); at += strlen(fillers[i]))
			snprintf(long_text + at, 8, "%s", fillers[i]);
		audit.subject = audit.target = audit.role = audit.rule = long_text;
		audit.policy = audit.grant = audit.request = audit.approver = long_text;
		audit.via = audit.reason = audit.why = audit.service = long_text;
		audit.cwd = audit.tty = audit.rhost = audit.session = long_text;
		audit.command = &command;
		log_start();
		ASSERT_OK(jit_audit_write(&site, &audit));
		ASSERT_OK(jit_audit_write(&site, &audit));
		free(test_file_read(test_path(LOG), &size));
		ASSERT_TRUE(size <= 2 * JIT_AUDIT_LINE_MAX);
		assert_verifies(2);
	}
}

/* ---- the chain ---- */

static void
test_lines_are_numbered_and_chained(void)
{
	json_t *first, *second;

	log_start();
	for (int i = 0; i < 200; i++)
		write_one("bob");
	first = line_json(0);
	second = line_json(1);
	ASSERT_EQ_STR(text(first, "prev"), GENESIS);
	ASSERT_EQ_INT(json_integer_value(json_object_get(second, "seq")), 2);
	json_decref(first);
	json_decref(second);
	assert_verifies(200);
}

/* Computed elsewhere: b2sum -l 256 over the first line without its newline. */
static void
test_prev_is_blake2b_256_of_the_line_before(void)
{
	static const char line[] = "{\"seq\":1,\"time\":\"2026-02-02T02:40:00.000Z\","
				   "\"event\":\"command-start\","
				   "\"subject\":\"bob\",\"prev\":\"" GENESIS "\"}\n";
	_cleanup_free_ char *content = NULL;
	json_t *json;

	log_start();
	write_one("bob");
	content = test_file_read(test_path(LOG), NULL);
	ASSERT_EQ_STR(content, line);
	write_one("bob");
	json = line_json(1);
	ASSERT_EQ_STR(text(json, "prev"),
		"32af9a06323e432f474b6a11e1e1e79439fc079d45879b365fe4107cb00703ba");
	json_decref(json);
}

/* The log with lines of bob, eve, bob, changed by an edit; verify must name the line. */
static void
assert_tampered(const char *content, size_t len, const char *want)
{
	struct jit_error err;
	uint64_t lines = 77;

	test_file_write(test_path(LOG), 0600, content, len);
	ASSERT_ERR(verify(&lines, &err), EBADMSG);
	ASSERT_CONTAINS(err.text, want);
	ASSERT_EQ_UINT(lines, 77);
}

static void
test_each_changed_byte_is_found(void)
{
	_cleanup_free_ char *content = NULL;
	struct jit_error err;
	uint64_t lines;
	size_t len, last;

	log_start();
	write_one("bob");
	write_one("eve");
	write_one("bob");
	content = test_file_read(test_path(LOG), &len);
	last = (size_t)((char *)memrchr(content, '\n', len - 1) - content);
	for (size_t i = 0; i < last; i++) {
		content[i] ^= 1;
		log_start();
		log_append(content, len);
		test_row(content);
		ASSERT_ERR(verify(&lines, &err), EBADMSG);
		content[i] ^= 1;
	}
}

static void
test_removed_added_and_moved_lines_are_found(void)
{
	_cleanup_free_ char *content = NULL;
	char changed[8192];
	size_t len, first, second;
	int n;

	log_start();
	write_one("bob");
	write_one("eve");
	write_one("bob");
	write_one("bob");
	content = test_file_read(test_path(LOG), &len);
	first = strcspn(content, "\n") + 1;
	second = first + strcspn(content + first, "\n") + 1;
	test_row("the first is gone");
	assert_tampered(
		content + first, len - first, "line 1: has seq 2 where 1 belongs");
	test_row("the second is gone");
	n = snprintf(changed, sizeof(changed), "%.*s%s", (int)first, content,
		content + second);
	assert_tampered(changed, (size_t)n, "line 2: has seq 3 where 2 belongs");
	test_row("the second comes twice");
	n = snprintf(changed, sizeof(changed), "%.*s%s", (int)second, content,
		content + first);
	assert_tampered(changed, (size_t)n, "line 3: has seq 2 where 3 belongs");
	test_row("first and second change places");
	n = snprintf(changed, sizeof(changed), "%.*s%.*s%s", (int)(second - first),
		content + first, (int)first, content, content + second);
	assert_tampered(changed, (size_t)n, "line 1: has seq 2 where 1 belongs");
	test_row("eve becomes bob");
	memcpy(strstr(content, "\"eve\""), "\"bob\"", 5);
	assert_tampered(content, len, "line 3: does not fit to what is before it");
	test_row("a line is no record any more");
	content[first] = 'x';
	assert_tampered(content, len, "line 3: has seq 3 where 2 belongs");
	test_row("garbage between");
	content[first] = '{';
	memcpy(strstr(content + first, "\"bob\""), "\"eve\"", 5);
	n = snprintf(changed, sizeof(changed), "%.*sgarbage\n%s", (int)second, content,
		content + second);
	assert_tampered(changed, (size_t)n,
		"line 3: is not a whole record, and the record behind it does not say "
		"so");
}

static void
test_a_first_line_that_points_back_is_found(void)
{
	_cleanup_free_ char *content = NULL;
	size_t len;

	log_start();
	write_one("bob");
	content = test_file_read(test_path(LOG), &len);
	*strstr(content, GENESIS) = '1';
	assert_tampered(content, len, "line 1: does not fit");
}

/* The second record ends just where a part of the file that is read at once ends, and
 * something follows it in its line. */
static void
test_a_record_with_a_long_rest_behind_it_is_none(void)
{
	enum { PART = 16384, REST = 20000 };
	_cleanup_free_ char *content = NULL;
	_cleanup_free_ char *changed = calloc(1, PART + REST);
	size_t first, second;

	log_start();
	write_one("bob");
	write_one("eve");
	content = test_file_read(test_path(LOG), NULL);
	first = strcspn(content, "\n") + 1;
	second = strcspn(content + first, "\n");
	ASSERT_TRUE(changed != NULL);
	memset(changed, ' ', PART);
	memset(changed + PART, 'x', REST);
	memcpy(changed, content, first + 1);
	memcpy(changed + PART - (second - 1), content + first + 1, second - 1);
	assert_tampered(changed, PART + REST, "line 2: is not a whole record");
	test_row("nothing behind it");
	test_file_write(test_path(LOG), 0600, changed, PART);
	assert_verifies(2);
}

/* A record that is one byte longer than jitsu would ever write one. */
static void
test_a_record_beyond_the_bound_is_none(void)
{
	_cleanup_free_ char *content = NULL;
	char changed[JIT_AUDIT_LINE_MAX];
	size_t len;

	log_start();
	write_one("bob");
	content = test_file_read(test_path(LOG), &len);
	memset(changed, ' ', sizeof(changed));
	changed[0] = '{';
	memcpy(changed + sizeof(changed) - (len - 2), content + 1, len - 2);
	assert_tampered(changed, sizeof(changed), "line 1: is not a whole record");
	changed[1] = '{';
	test_file_write(test_path(LOG), 0600, changed + 1, sizeof(changed) - 1);
	assert_verifies(1);
}

static void
test_a_log_that_is_not_there_is_an_error(void)
{
	struct jit_error err;
	uint64_t lines;

	log_start();
	ASSERT_ERR(verify(&lines, &err), ENOENT);
	ASSERT_CONTAINS(err.text, "audit.jsonl is not there");
	test_file_write(test_path(LOG), 0600, "", 0);
	assert_verifies(0);
}

/* ---- torn ends ---- */

/* After a crash left `torn` behind n records: the next one goes on and says so, and that
 * holds when it is verified; then the torn line cannot be changed any more. */
static void
check_torn(size_t n, const char *torn, size_t torn_len)
{
	_cleanup_free_ char *content = NULL;
	struct jit_error err;
	uint64_t lines = 0;
	size_t len;

	log_start();
	for (size_t i = 0; i < n; i++)
		write_one("bob");
	log_append(torn, torn_len);
	ASSERT_ERR(verify(&lines, &err), EBADMSG);
	ASSERT_CONTAINS(err.text, "the next event will tell which");
	write_one("eve");
	ASSERT_OK(verify(&lines, &err));
	ASSERT_EQ_UINT(lines, n + 1);
	ASSERT_CONTAINS(err.text, "torn");
	write_one("eve");
	ASSERT_OK(verify(&lines, &err));
	ASSERT_EQ_UINT(lines, n + 2);
	content = test_file_read(test_path(LOG), &len);
	ASSERT_TRUE(memmem(content, len, "\"torn\":true", 11) != NULL);
}

static void
test_a_torn_end_is_carried_on_from_and_named(void)
{
	static char zeros[3 * JIT_AUDIT_LINE_MAX];

	for (size_t n = 0; n < 3; n++) {
		test_row("half a record");
		check_torn(n, "{\"seq\":", 7);
		test_row("half a record and its newline");
		check_torn(n, "{\"seq\":\n", 8);
		test_row("two of them");
		check_torn(n, "{\"seq\":\n{\"seq", 13);
		test_row("empty lines");
		check_torn(n, "\n\n", 2);
		test_row("one empty line");
		check_torn(n, "\n", 1);
		test_row("a page of zeros");
		check_torn(n, zeros, 4096);
		test_row("many pages of zeros");
		check_torn(n, zeros, sizeof(zeros));
	}
}

static void
test_a_torn_line_cannot_be_changed_afterwards(void)
{
	_cleanup_free_ char *content = NULL;
	struct jit_error err;
	uint64_t lines;
	size_t len;

	log_start();
	write_one("bob");
	log_append("{\"torn half", 11);
	write_one("eve");
	content = test_file_read(test_path(LOG), &len);
	test_row("the torn line");
	memcpy(strstr(content, "torn half"), "TORN", 4);
	assert_tampered(content, len, "line 3: does not fit");
	memcpy(strstr(content, "TORN"), "torn", 4);
	test_row("the record before it");
	memcpy(strstr(content, "bob"), "ann", 3);
	assert_tampered(content, len, "line 3: does not fit");
	memcpy(strstr(content, "ann"), "bob", 3);
	test_row("its removal");
	memmove(strstr(content, "{\"torn half"), strstr(content, "{\"torn half") + 12,
		len - (size_t)(strstr(content, "{\"torn half") + 12 - content));
	assert_tampered(content, len - 12, "line 2: names a torn line before it");
	test_row(NULL);
	log_start();
	ASSERT_ERR(verify(&lines, &err), ENOENT);
}

/* Only the newline is missing: the record is whole and counts. */
static void
test_a_record_without_its_newline_counts(void)
{
	struct stat st;

	log_start();
	write_one("bob");
	write_one("bob");
	ASSERT_OK(stat(test_path(LOG), &st));
	ASSERT_OK(truncate(test_path(LOG), st.st_size - 1));
	assert_verifies(2);
	write_one("bob");
	assert_verifies(3);
}

static void
test_each_cut_of_the_last_line_can_be_carried_on_from(void)
{
	_cleanup_free_ char *content = NULL;
	size_t len, start;

	log_start();
	write_one("bob");
	write_one("bob");
	content = test_file_read(test_path(LOG), &len);
	start = strcspn(content, "\n") + 1;
	for (size_t cut = start; cut <= len; cut++) {
		struct jit_error err;
		uint64_t lines = 0;

		log_start();
		log_append(content, cut);
		write_one("eve");
		ASSERT_OK(verify(&lines, &err));
		ASSERT_EQ_UINT(lines, cut >= len - 1 ? 3 : 2);
		ASSERT_EQ_INT(err.text[0] != '\0', cut > start && cut < len - 1);
	}
}

/* Nothing that could be a record within reach: refuse rather than begin a new chain. */
static void
test_a_log_of_something_else_is_refused(void)
{
	static char garbage[1048576 + 2];
	const struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_DENY);

	memset(garbage, 'x', sizeof(garbage));
	log_start();
	write_one("bob");
	log_append(garbage, sizeof(garbage));
	ASSERT_ERR(jit_audit_write(&site, &audit), EBADMSG);
}

/* ---- the file ---- */

static void
test_the_log_is_made_for_the_owner_alone(void)
{
	struct stat st;

	log_start();
	write_one("bob");
	ASSERT_OK(stat(test_path(LOG), &st));
	ASSERT_EQ_UINT(st.st_mode & 07777, 0600);
}

static void
test_a_log_that_is_not_ours_alone_is_refused(void)
{
	const struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_DENY);
	struct jit_site other;
	struct jit_error err;
	uint64_t lines;

	log_start();
	write_one("bob");
	test_row("others may read it");
	ASSERT_OK(chmod(test_path(LOG), 0640));
	ASSERT_ERR(jit_audit_write(&site, &audit), EPERM);
	ASSERT_ERR(verify(&lines, &err), EPERM);
	ASSERT_OK(chmod(test_path(LOG), 0600));
	test_row("it has a second name");
	ASSERT_OK(link(test_path(LOG), test_path("second")));
	ASSERT_ERR(jit_audit_write(&site, &audit), EPERM);
	ASSERT_OK(unlink(test_path("second")));
	test_row("somebody else's");
	other = site;
	other.owner = site.owner + 1;
	ASSERT_ERR(jit_audit_write(&other, &audit), EPERM);
	test_row("a symbolic link");
	ASSERT_OK(rename(test_path(LOG), test_path("real")));
	ASSERT_OK(symlink("real", test_path(LOG)));
	ASSERT_ERR(jit_audit_write(&site, &audit), ELOOP);
	ASSERT_OK(unlink(test_path(LOG)));
	test_row("a FIFO");
	ASSERT_OK(mkfifo(test_path(LOG), 0600));
	ASSERT_ERR(jit_audit_write(&site, &audit), EINVAL);
	ASSERT_OK(unlink(test_path(LOG)));
	test_row("no directory");
	other = (struct jit_site){ -1, -1, -1, -ENOENT, 0 };
	ASSERT_ERR(jit_audit_write(&other, &audit), ENOENT);
}

/* RLIMIT_FSIZE cuts the write short as a full disk does. */
static void
test_a_write_that_does_not_fit_leaves_the_log_as_it_was(void)
{
	const struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_DENY);
	struct rlimit old, limit;
	struct stat before, after;

	log_start();
	write_one("bob");
	ASSERT_OK(stat(test_path(LOG), &before));
	ASSERT_OK(getrlimit(RLIMIT_FSIZE, &old));
	signal(SIGXFSZ, SIG_IGN);
	for (rlim_t room = 0; room < 40; room += 13) {
		limit = old;
		limit.rlim_cur = (rlim_t)before.st_size + room;
		ASSERT_OK(setrlimit(RLIMIT_FSIZE, &limit));
		ASSERT_ERR(jit_audit_write(&site, &audit), room ? ENOSPC : EFBIG);
		ASSERT_OK(setrlimit(RLIMIT_FSIZE, &old));
		ASSERT_OK(stat(test_path(LOG), &after));
		ASSERT_EQ_INT(after.st_size, before.st_size);
	}
	write_one("bob");
	assert_verifies(2);
}

static void
test_writers_at_once_make_one_chain(void)
{
	enum { WRITERS = 8, EACH = 25 };
	int status;

	log_start();
	fflush(stdout);
	for (int i = 0; i < WRITERS; i++) {
		if (fork() > 0)
			continue;
		for (int k = 0; k < EACH; k++)
			write_one("bob");
		_exit(0);
	}
	for (int i = 0; i < WRITERS; i++) {
		ASSERT_TRUE(wait(&status) > 0);
		ASSERT_EQ_INT(status, 0);
	}
	assert_verifies(WRITERS * EACH);
}

/* ---- kinds of events ---- */

static void
test_every_event_has_a_name_and_an_id_of_its_own(void)
{
	for (int i = JIT_EVENT_NONE + 1; i < JIT_EVENT_COUNT_; i++) {
		const char *id = jit_event_message_id((enum jit_event)i);

		test_row(jit_event_name((enum jit_event)i));
		ASSERT_TRUE(strlen(jit_event_name((enum jit_event)i)) > 0);
		ASSERT_TRUE(strlen(jit_event_phrase((enum jit_event)i)) > 0);
		ASSERT_EQ_UINT(strlen(id), 32);
		ASSERT_EQ_UINT(strspn(id, "0123456789abcdef"), 32);
		for (int k = JIT_EVENT_NONE; k < i; k++) {
			ASSERT_TRUE(
				strcmp(id, jit_event_message_id((enum jit_event)k)) != 0);
			ASSERT_TRUE(strcmp(jit_event_name((enum jit_event)i),
					    jit_event_name((enum jit_event)k)) != 0);
		}
	}
	ASSERT_EQ_STR(jit_event_name(JIT_EVENT_COUNT_), "none");
	ASSERT_EQ_STR(jit_event_name((enum jit_event) - 1), "none");
}

static void
test_what_decides_is_on_disk_at_once(void)
{
	static const enum jit_event deciding[] = { JIT_EVENT_GRANT_ACCEPTED,
		JIT_EVENT_GRANT_REFUSED, JIT_EVENT_REVOKED, JIT_EVENT_POLICY_LOADED,
		JIT_EVENT_POLICY_REFUSED, JIT_EVENT_CLOCK_BACK, JIT_EVENT_REQUEST,
		JIT_EVENT_REQUEST_ABANDONED, JIT_EVENT_APPROVE, JIT_EVENT_BREAK_GLASS,
		JIT_EVENT_BREAK_GLASS_SEEN, JIT_EVENT_LOCKED, JIT_EVENT_UNLOCKED };
	int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(deciding); i++)
		ASSERT_TRUE(jit_event_decides(deciding[i]));
	for (int i = 0; i < JIT_EVENT_COUNT_; i++)
		n += jit_event_decides((enum jit_event)i);
	ASSERT_EQ_INT(n, (int)ARRAY_SIZE(deciding));
}

/* The entries of conf/jit.catalog are just our ids, each once. */
static void
test_the_catalog_explains_every_event(void)
{
	const char *root = getenv("JIT_SOURCE_ROOT");
	_cleanup_free_ char *catalog = NULL;
	char path[4096];
	int entries = 0;

	if (!root) {
		puts("skipped: JIT_SOURCE_ROOT is not set");
		return;
	}
	snprintf(path, sizeof(path), "%s/conf/jit.catalog", root);
	catalog = test_file_read(path, NULL);
	for (int i = JIT_EVENT_NONE + 1; i < JIT_EVENT_COUNT_; i++) {
		char entry[64];

		snprintf(entry, sizeof(entry),
			"\n-- %s\nSubject: ", jit_event_message_id((enum jit_event)i));
		ASSERT_CONTAINS(catalog, entry);
	}
	for (const char *c = catalog; (c = strstr(c, "\n-- ")); c++)
		entries++;
	ASSERT_EQ_INT(entries, JIT_EVENT_COUNT_ - 1);
}

/* ---- the journal ---- */

static const char *
datagram(const struct jit_audit *audit)
{
	static char buf[JIT_JOURNAL_SIZE + 1];
	size_t len = jit_journal_datagram(audit, buf);

	ASSERT_TRUE(len < sizeof(buf));
	buf[len] = '\0';
	return buf;
}

static void
test_the_datagram_has_every_field(void)
{
	const char *words[] = { "/bin/echo", "a b" };
	const struct jit_strv command = { 2, words };
	const struct jit_audit audit = { .event = JIT_EVENT_GRANT_REFUSED,
		.subject = "bob",
		.target = "root",
		.role = "packages",
		.rule = "devs",
		.policy = "hash",
		.grant = "g1",
		.request = "r1",
		.approver = "carol",
		.via = "direct",
		.reason = "OPS-1",
		.why = "too late",
		.service = "sshd",
		.cwd = "/tmp",
		.tty = "pts/1",
		.rhost = "::1",
		.session = "s1",
		.command = &command,
		.subject_uid = 1000,
		.expires_sec = WALL,
		.waited_sec = 240,
		.exit_status = 3 };

	ASSERT_EQ_STR(datagram(&audit),
		"MESSAGE=grant refused: bob, as root, role packages, service sshd, from "
		"::1, "
		"by carol, too late, exit status 3, until 2026-02-02T02:40:00Z, "
		"reason: OPS-1, command /bin/echo 'a b'\n"
		"MESSAGE_ID=5accdc861e904e4095451854b26a8874\nPRIORITY=4\n"
		"SYSLOG_IDENTIFIER=jit\nSYSLOG_FACILITY=10\nJIT_EVENT=grant-refused\n"
		"JIT_SUBJECT_UID=1000\nJIT_EXPIRES=2026-02-02T02:40:00Z\n"

		"JIT_EXIT_STATUS=3\nJIT_WAITED_SEC=240\nJIT_COMMAND=/bin/echo 'a "
		"b'\nJIT_SUBJECT=bob\n"
		"JIT_TARGET=root\nJIT_ROLE=packages\nJIT_RULE=devs\nJIT_POLICY=hash\n"
		"JIT_GRANT=g1\nJIT_REQUEST=r1\nJIT_APPROVER=carol\nJIT_VIA=direct\n"
		"JIT_REASON=OPS-1\nJIT_WHY=too late\nJIT_CWD=/tmp\nJIT_TTY=pts/1\n"
		"JIT_RHOST=::1\nJIT_SERVICE=sshd\nJIT_SESSION=s1\n");
}

static void
test_an_empty_event_is_a_short_datagram(void)
{
	const struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_POLICY_DRIFT);

	ASSERT_EQ_STR(datagram(&audit),
		"MESSAGE=policy sources differ from the policy in force\n"
		"MESSAGE_ID=eedd1c34881d471c9ede9ec2b8b5d3ce\nPRIORITY=5\n"
		"SYSLOG_IDENTIFIER=jit\nSYSLOG_FACILITY=10\nJIT_EVENT=policy-drift\n");
}

static void
test_nobody_else_begins_a_field(void)
{
	const char *words[] = { "/bin/x", "\nJIT_EVENT=grant-accepted\n" };
	const struct jit_strv command = { 2, words };
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_DENY);

	audit.reason = "x\nMESSAGE_ID=0\r\n\x1b[2J";
	audit.command = &command;
	ASSERT_CONTAINS(
		datagram(&audit), "\nJIT_REASON=x\\nMESSAGE_ID=0\\x0d\\n\\x1b[2J\n");
	ASSERT_CONTAINS(datagram(&audit),
		"\nJIT_COMMAND=/bin/x '\\nJIT_EVENT=grant-accepted\\n'\n");
	ASSERT_TRUE(strstr(datagram(&audit), "\nJIT_EVENT=grant-accepted") == NULL);
}

/* Every line is whole, however long the values are. */
static void
test_the_datagram_is_bounded(void)
{
	static char long_text[65536];
	const char *words[] = { "/bin/x", long_text, long_text };
	const struct jit_strv command = { 3, words };
	struct jit_audit audit = JIT_AUDIT_INIT(JIT_EVENT_DENY);
	const char *lines;

	memset(long_text, '\x01', sizeof(long_text) - 1);
	audit.subject = audit.target = audit.role = audit.rule = audit.policy = long_text;
	audit.grant = audit.request = audit.approver = audit.via = audit.reason =
		long_text;
	audit.why = audit.service = audit.cwd = audit.tty = audit.rhost = long_text;
	audit.session = long_text;
	audit.command = &command;
	lines = datagram(&audit);
	ASSERT_EQ_INT(lines[strlen(lines) - 1], '\n');
	ASSERT_CONTAINS(lines, "\nJIT_COMMAND=/bin/x '\\x01");
	ASSERT_TRUE(strcspn(strstr(lines, "\nJIT_COMMAND=") + 1, "\n") > 4000);
	ASSERT_CONTAINS(lines, "\nJIT_SUBJECT=\\x01");
	for (const char *line = lines; *line; line = strchr(line, '\n') + 1)
		ASSERT_TRUE(strncmp(line, "JIT_", 4) == 0 ||
			strncmp(line, "MESSAGE", 7) == 0 ||
			strncmp(line, "PRIORITY=4\n", 11) == 0 ||
			strncmp(line, "SYSLOG_", 7) == 0);
}

static void
test_priorities(void)
{
	static const struct {
		enum jit_event event;
		int want;
	} priorities[] = {
		{ JIT_EVENT_AUTH_FAILED, 4 },
		{ JIT_EVENT_DENY, 4 },
		{ JIT_EVENT_GRANT_REFUSED, 4 },
		{ JIT_EVENT_EXEMPT_USED, 4 },
		{ JIT_EVENT_WOULD_DENY, 5 },
		{ JIT_EVENT_CLOCK_BACK, 5 },
		{ JIT_EVENT_POLICY_REFUSED, 5 },
		{ JIT_EVENT_REVOKED, 5 },
		{ JIT_EVENT_COMMAND_START, 6 },
		{ JIT_EVENT_GRANT_ACCEPTED, 6 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(priorities); i++) {
		test_row(jit_event_name(priorities[i].event));
		ASSERT_EQ_INT(
			jit_event_priority(priorities[i].event), priorities[i].want);
	}
}

TEST_MAIN(TEST(test_a_record_has_the_fields_that_are_given),
	TEST(test_an_empty_event_has_only_its_kind),
	TEST(test_an_event_of_no_kind_is_refused),
	TEST(test_text_that_is_not_utf8_is_escaped),
	TEST(test_a_long_command_is_cut_and_marked),
	TEST(test_a_long_text_is_cut_between_characters),
	TEST(test_no_event_is_longer_than_a_line),
	TEST(test_lines_are_numbered_and_chained),
	TEST(test_prev_is_blake2b_256_of_the_line_before),
	TEST(test_each_changed_byte_is_found),
	TEST(test_removed_added_and_moved_lines_are_found),
	TEST(test_a_first_line_that_points_back_is_found),
	TEST(test_a_record_with_a_long_rest_behind_it_is_none),
	TEST(test_a_record_beyond_the_bound_is_none),
	TEST(test_a_log_that_is_not_there_is_an_error),
	TEST(test_a_torn_end_is_carried_on_from_and_named),
	TEST(test_a_torn_line_cannot_be_changed_afterwards),
	TEST(test_a_record_without_its_newline_counts),
	TEST(test_each_cut_of_the_last_line_can_be_carried_on_from),
	TEST(test_a_log_of_something_else_is_refused),
	TEST(test_the_log_is_made_for_the_owner_alone),
	TEST(test_a_log_that_is_not_ours_alone_is_refused),
	TEST(test_a_write_that_does_not_fit_leaves_the_log_as_it_was),
	TEST(test_writers_at_once_make_one_chain),
	TEST(test_every_event_has_a_name_and_an_id_of_its_own),
	TEST(test_what_decides_is_on_disk_at_once),
	TEST(test_the_catalog_explains_every_event),
	TEST(test_the_datagram_has_every_field),
	TEST(test_an_empty_event_is_a_short_datagram),
	TEST(test_nobody_else_begins_a_field), TEST(test_the_datagram_is_bounded),
	TEST(test_priorities))
