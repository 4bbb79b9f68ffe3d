/*
 * libjit/requests.c, request_file.c, history.c: open requests and those that are over.
 */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "libjit/requests.h"
#include "test.h"
#include "world.h"

static struct jit_site site;

static void
open_world(void)
{
	world_site(&site);
}

static void
close_world(void)
{
	jit_site_close(&site);
	world_clean();
}

/* Request n of a subject; its token is signed. */
static struct jit_open_request
request_of(uid_t uid, unsigned n)
{
	static const char *const approvers[] = { "carol", "dave" };
	static const char *const command[] = { "/usr/bin/deploy", "now please" };
	_cleanup_free_ char *payload = NULL;
	struct jit_open_request r = {
		.filed = { .iss = "host",
			.sub = "bob",
			.aud = "web1",
			.iat = WORLD_NOW + n,
			.role = "deploy",
			.dur = 600,
			.reason = "OPS-1 \xc3\xa4" },
		.uid = uid,
		.rule = "bob-deploy",
		.tty = "pts/3",
		.approvals = 2,
		.approvers = { 2, (const char **)approvers },
		.command = { 2, (const char **)command },
		.asked_shown = "secops",
		.role_shown = "Deploy, by two",
		.target = "root",
		.expires_sec = WORLD_NOW + 3600,
		.escalate_sec = WORLD_NOW + 900,
	};

	snprintf(r.filed.jti, sizeof(r.filed.jti), "%08x%024x", n * 2654435761u, uid);
	ASSERT_OK(jit_filed_payload(&r.filed, &payload));
	r.token = world_sign(payload, JIT_ASSERT_REQUEST, "host");
	return r;
}

static int
add(uid_t uid, unsigned n, uint32_t most, char ret_id[JIT_ID_LEN + 1])
{
	struct jit_open_request r = request_of(uid, n);
	int result = jit_requests_add(&site, &r, most);

	if (ret_id)
		memcpy(ret_id, r.filed.jti, JIT_ID_LEN + 1);
	free(r.token);
	return result;
}

static size_t
count(uid_t uid)
{
	struct jit_request_list list = { 0 };
	size_t n;

	ASSERT_OK(jit_requests_load(&site, uid, &list));
	n = list.n;
	jit_request_list_done(&list);
	return n;
}

static void
test_what_is_kept_is_found(void)
{
	struct jit_open_request r = request_of(7, 1), got = { 0 };
	char path[100];
	struct stat st, dir;

	open_world();
	if (geteuid() == 0) /* else there is only one group */
		ASSERT_EQ_INT(chown(world_path("lib/requests"), (uid_t)-1, 1), 0);
	ASSERT_OK(jit_requests_add(&site, &r, 20));
	snprintf(path, sizeof(path), "lib/requests/7.%s", r.filed.jti);
	ASSERT_EQ_INT(stat(world_path(path), &st), 0);
	ASSERT_EQ_UINT(st.st_mode & 07777, 0640);
	ASSERT_EQ_INT(stat(world_path("lib/requests"), &dir), 0);
	ASSERT_EQ_UINT(st.st_gid, dir.st_gid);
	ASSERT_OK(jit_requests_find(&site, r.filed.jti, &got));
	ASSERT_EQ_STR(got.filed.sub, "bob");
	ASSERT_EQ_STR(got.filed.reason, "OPS-1 \xc3\xa4");
	ASSERT_EQ_STR(got.token, r.token);
	ASSERT_EQ_UINT(got.uid, 7);
	ASSERT_EQ_STR(got.rule, "bob-deploy");
	ASSERT_EQ_STR(got.tty, "pts/3");
	ASSERT_EQ_STR(got.asked_shown, "secops");
	ASSERT_EQ_STR(got.role_shown, "Deploy, by two");
	ASSERT_EQ_STR(got.target, "root");
	ASSERT_EQ_UINT(got.approvals, 2);
	ASSERT_EQ_UINT(got.approvers.n, 2);
	ASSERT_EQ_STR(got.approvers.v[1], "dave");
	ASSERT_EQ_UINT(got.then_ask.n, 0);
	ASSERT_EQ_UINT(got.command.n, 2);
	ASSERT_EQ_STR(got.command.v[1], "now please");
	ASSERT_EQ_STR(got.command_shown, "/usr/bin/deploy 'now please'");
	ASSERT_EQ_INT(got.expires_sec, WORLD_NOW + 3600);
	ASSERT_EQ_INT(got.escalate_sec, WORLD_NOW + 900);
	ASSERT_EQ_INT(got.state, JIT_REQUEST_OPEN);
	jit_open_request_done(&got);
	ASSERT_OK(jit_requests_find_of(&site, 7, r.filed.jti, &got));
	jit_open_request_done(&got);
	ASSERT_ERR(jit_requests_find_of(&site, 8, r.filed.jti, &got), ENOENT);
	ASSERT_ERR(jit_requests_find(&site, WORLD_BOOT, &got), ENOENT);
	ASSERT_ERR(jit_requests_find(&site, "../../etc/passwd", &got), ENOENT);
	free(r.token);
	close_world();
}

static void
test_ones_own_and_everybodys(void)
{
	struct jit_request_list list = { 0 };

	open_world();
	ASSERT_OK(add(7, 2, 20, NULL));
	ASSERT_OK(add(7, 1, 20, NULL));
	ASSERT_OK(add(8, 3, 20, NULL));
	ASSERT_OK(add(77, 4, 20, NULL));
	ASSERT_EQ_UINT(count(7), 2);
	ASSERT_EQ_UINT(count(8), 1);
	ASSERT_EQ_UINT(count(9), 0);
	ASSERT_OK(jit_requests_load(&site, (uid_t)-1, &list));
	ASSERT_EQ_UINT(list.n, 4);
	for (size_t i = 0; i < list.n; i++) /* oldest first */
		ASSERT_EQ_INT(list.v[i].filed.iat, WORLD_NOW + 1 + (int)i);
	jit_request_list_done(&list);
	close_world();
}

static void
test_limits(void)
{
	char id[JIT_ID_LEN + 1];

	open_world();
	ASSERT_OK(add(7, 1, 2, id));
	ASSERT_OK(add(7, 2, 2, NULL));
	ASSERT_ERR(add(7, 3, 2, NULL), EDQUOT);
	ASSERT_OK(add(8, 4, 2, NULL));
	ASSERT_ERR(add(7, 1, 9, NULL), EEXIST);
	ASSERT_OK(jit_requests_close(&site, id, JIT_REQUEST_DENIED, WORLD_NOW));
	ASSERT_ERR(add(7, 1, 9, NULL), EEXIST); /* it was here before */
	ASSERT_OK(add(7, 3, 2, NULL));
	close_world();
}

static void
test_the_hosts_limit(void)
{
	open_world();
	for (unsigned i = 0; i < JIT_REQUESTS_MAX; i++) {
		char name[80];

		snprintf(name, sizeof(name), "lib/requests/%u.%032x", 1000 + i, i);
		test_file_write(world_path(name), 0640, "", 0);
	}
	ASSERT_ERR(add(7, 1, 20, NULL), EDQUOT);
	ASSERT_EQ_UINT(count(7), 0);
	ASSERT_EQ_UINT(count((uid_t)-1), 0); /* none of them is whole */
	close_world();
}

/* Passed over, and nothing else suffers. */
static void
test_files_that_are_not_whole(void)
{
	static const struct {
		const char *name, *text;
		mode_t mode;
	} rows[] = {
		{ "lib/requests/7.00000000000000000000000000000001", "", 0640 },
		{ "lib/requests/7.00000000000000000000000000000002", "{}", 0640 },
		{ "lib/requests/7.00000000000000000000000000000003", "{\"format\":1}",
			0640 },
		{ "lib/requests/7.xyz", "{}", 0640 },
		{ "lib/requests/.new-1", "{}", 0640 },
		{ "lib/requests/00000000000000000000000000000004", "{}", 0640 },
	};

	open_world();
	ASSERT_OK(add(7, 1, 20, NULL));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		test_file_write(world_path(rows[i].name), rows[i].mode, rows[i].text,
			strlen(rows[i].text));
	ASSERT_EQ_UINT(count(7), 1);
	ASSERT_EQ_UINT(count((uid_t)-1), 1);
	close_world();
}

/* A file belongs to whom and to what its name says. */
static void
test_renamed_files(void)
{
	char id[JIT_ID_LEN + 1], from[100], to[100];
	struct jit_open_request got;

	open_world();
	ASSERT_OK(add(7, 1, 20, id));
	snprintf(from, sizeof(from), "%s", "lib/requests/7.");
	strcat(from, id);
	snprintf(to, sizeof(to), "lib/requests/8.%s", id);
	{
		_cleanup_free_ char *a = strdup(world_path(from));

		ASSERT_EQ_INT(rename(a, world_path(to)), 0);
	}
	ASSERT_EQ_UINT(count(8), 0);
	ASSERT_ERR(jit_requests_find(&site, id, &got), EBADMSG);
	close_world();
}

static struct jit_answer
answer_of(const char *by, bool yes)
{
	struct jit_answer answer = { .yes = yes, .sec = WORLD_NOW + 60, .reason = "ok" };

	snprintf(answer.by, sizeof(answer.by), "%s", by);
	return answer;
}

static void
test_answers(void)
{
	struct jit_answer carol = answer_of("carol", true);
	struct jit_answer no = answer_of("carol", false);
	struct jit_open_request got;
	char id[JIT_ID_LEN + 1];

	open_world();
	ASSERT_ERR(jit_requests_answer(&site, WORLD_BOOT, &carol), ENOENT);
	ASSERT_OK(add(7, 1, 20, id));
	ASSERT_OK(jit_requests_answer(&site, id, &carol));
	ASSERT_ERR(jit_requests_answer(&site, id, &carol), EALREADY);
	ASSERT_OK(jit_requests_answer(&site, id, &no)); /* a change of mind */
	ASSERT_OK(jit_requests_find(&site, id, &got));
	ASSERT_EQ_UINT(got.n_answers, 2);
	ASSERT_EQ_STR(got.answers[0].by, "carol");
	ASSERT_TRUE(got.answers[0].yes);
	ASSERT_FALSE(got.answers[1].yes);
	ASSERT_EQ_INT(got.answers[1].sec, WORLD_NOW + 60);
	ASSERT_EQ_STR(got.answers[1].reason, "ok");
	jit_open_request_done(&got);
	for (unsigned i = 2; i < JIT_ANSWERS_MAX; i++) {
		char name[16];

		snprintf(name, sizeof(name), "p%u", i);
		carol = answer_of(name, true);
		ASSERT_OK(jit_requests_answer(&site, id, &carol));
	}
	carol = answer_of("late", true);
	ASSERT_ERR(jit_requests_answer(&site, id, &carol), EDQUOT);
	close_world();
}

static void
test_closing(void)
{
	static const struct {
		enum jit_request_state state;
		const char *word;
	} rows[] = {
		{ JIT_REQUEST_GRANTED, "granted" },
		{ JIT_REQUEST_DENIED, "denied" },
		{ JIT_REQUEST_WITHDRAWN, "withdrawn" },
		{ JIT_REQUEST_ABANDONED, "abandoned" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jit_answer carol = answer_of("carol", true);
		struct jit_open_request got;
		char id[JIT_ID_LEN + 1], path[100];

		test_row(rows[i].word);
		open_world();
		ASSERT_EQ_STR(jit_request_state_name(rows[i].state), rows[i].word);
		ASSERT_OK(add(7, 1, 20, id));
		ASSERT_ERR(jit_requests_close(&site, id, JIT_REQUEST_OPEN, WORLD_NOW),
			EINVAL);
		ASSERT_OK(jit_requests_close(&site, id, rows[i].state, WORLD_NOW + 5));
		ASSERT_ERR(
			jit_requests_close(&site, id, JIT_REQUEST_DENIED, WORLD_NOW + 6),
			ENOENT);
		ASSERT_ERR(jit_requests_answer(&site, id, &carol), ENOENT);
		ASSERT_ERR(jit_requests_escalated(&site, id), ENOENT);
		ASSERT_EQ_UINT(count(7), 0);
		ASSERT_OK(jit_requests_find(&site, id, &got));
		ASSERT_EQ_INT(got.state, rows[i].state);
		ASSERT_EQ_INT(got.closed_sec, WORLD_NOW + 5);
		jit_open_request_done(&got);
		snprintf(path, sizeof(path), "lib/archive/2027-01/%s.request", id);
		ASSERT_EQ_INT(access(world_path(path), F_OK), 0);
		close_world();
	}
	test_row(NULL);
}

static void
test_escalating_once(void)
{
	struct jit_open_request got;
	char id[JIT_ID_LEN + 1];

	open_world();
	ASSERT_OK(add(7, 1, 20, id));
	ASSERT_OK(jit_requests_escalated(&site, id));
	ASSERT_ERR(jit_requests_escalated(&site, id), EALREADY);
	ASSERT_OK(jit_requests_find(&site, id, &got));
	ASSERT_EQ_INT(got.escalate_sec, 0);
	jit_open_request_done(&got);
	close_world();
}

static void
test_history(void)
{
	struct jit_request_list list = { 0 };
	char id[4][JIT_ID_LEN + 1], path[256];
	const int64_t closed[] = { WORLD_NOW - 40 * 86400, WORLD_NOW - 100,
		WORLD_NOW - 50, WORLD_NOW };

	open_world();
	ASSERT_OK(jit_requests_history(&site, 0, 10, &list));
	ASSERT_EQ_UINT(list.n, 0);
	for (unsigned i = 0; i < 4; i++) {
		struct timespec times[2] = { { .tv_sec = closed[i] },
			{ .tv_sec = closed[i] } };
		char month[16];

		ASSERT_OK(add(7, i + 1, 20, id[i]));
		ASSERT_OK(
			jit_requests_close(&site, id[i], JIT_REQUEST_GRANTED, closed[i]));
		snprintf(month, sizeof(month), "%s", i ? "2027-01" : "2026-12");
		snprintf(path, sizeof(path), "lib/archive/%s/%s.request", month, id[i]);
		ASSERT_EQ_INT(utimensat(AT_FDCWD, world_path(path), times, 0), 0);
	}
	test_file_write(world_path("lib/archive/2027-01/" WORLD_BOOT), 0600, "x", 1);
	ASSERT_OK(jit_requests_history(&site, 0, 10, &list));
	ASSERT_EQ_UINT(list.n, 4);
	for (unsigned i = 0; i < 4; i++) /* newest first */
		ASSERT_EQ_STR(list.v[i].filed.jti, id[3 - i]);
	jit_request_list_done(&list);
	ASSERT_OK(jit_requests_history(&site, 0, 3, &list));
	ASSERT_EQ_UINT(list.n, 3);
	jit_request_list_done(&list);
	ASSERT_OK(jit_requests_history(&site, WORLD_NOW - 60, 10, &list));
	ASSERT_EQ_UINT(list.n, 2);
	jit_request_list_done(&list);
	close_world();
}

/* From now on no file can be written, as on a full disk; or again. */
static void
disk_full(bool full)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	ASSERT_EQ_INT(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = full ? 0 : limit.rlim_max;
	ASSERT_EQ_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Nothing is half done. */
static void
test_a_full_disk(void)
{
	struct jit_answer carol = answer_of("carol", true);
	struct jit_open_request got;
	char id[JIT_ID_LEN + 1];

	open_world();
	ASSERT_OK(add(7, 1, 20, id));
	disk_full(true);
	ASSERT_ERR(add(7, 2, 20, NULL), EFBIG);
	ASSERT_ERR(jit_requests_answer(&site, id, &carol), EFBIG);
	ASSERT_ERR(jit_requests_close(&site, id, JIT_REQUEST_DENIED, WORLD_NOW), EFBIG);
	disk_full(false);
	ASSERT_EQ_UINT(count(7), 1);
	ASSERT_OK(jit_requests_find(&site, id, &got));
	ASSERT_EQ_INT(got.state, JIT_REQUEST_OPEN);
	ASSERT_EQ_UINT(got.n_answers, 0);
	jit_open_request_done(&got);
	close_world();
}

/* The file says that it is over before it moves: between the two it is over. */
static void
test_closed_but_not_moved(void)
{
	struct jit_open_request got;
	char id[JIT_ID_LEN + 1], path[100];

	open_world();
	ASSERT_OK(add(7, 1, 20, id));
	test_file_write(world_path("lib/archive/2027-01"), 0600, "", 0); /* in the way */
	ASSERT_OK(jit_requests_close(&site, id, JIT_REQUEST_DENIED, WORLD_NOW));
	ASSERT_EQ_UINT(count(7), 0);
	ASSERT_ERR(jit_requests_close(&site, id, JIT_REQUEST_GRANTED, WORLD_NOW), ENOENT);
	ASSERT_OK(jit_requests_find(&site, id, &got));
	ASSERT_EQ_INT(got.state, JIT_REQUEST_DENIED);
	jit_open_request_done(&got);
	ASSERT_EQ_INT(unlink(world_path("lib/archive/2027-01")), 0);
	ASSERT_OK(add(7, 2, 20, NULL));
	jit_requests_tidy(&site);
	snprintf(path, sizeof(path), "lib/archive/2027-01/%s.request", id);
	ASSERT_EQ_INT(access(world_path(path), F_OK), 0);
	ASSERT_EQ_UINT(count(7), 1); /* what is open stays */
	close_world();
}

/* Whatever many do to one request at once, one of them closes it. */
static void
test_many_close_one(void)
{
	enum { MANY = 20 };
	char id[JIT_ID_LEN + 1];
	int won = 0;

	open_world();
	ASSERT_OK(add(7, 1, 20, id));
	fflush(stdout);
	for (int i = 0; i < MANY; i++)
		if (fork() == 0)
			_exit(jit_requests_close(&site, id, JIT_REQUEST_GRANTED + i % 4,
				      WORLD_NOW + i) == 0);
	for (int i = 0; i < MANY; i++) {
		int status;

		ASSERT_TRUE(wait(&status) > 0);
		ASSERT_TRUE(WIFEXITED(status));
		won += WEXITSTATUS(status);
	}
	ASSERT_EQ_INT(won, 1);
	close_world();
}

TEST_MAIN(TEST(test_what_is_kept_is_found), TEST(test_ones_own_and_everybodys),
	TEST(test_limits), TEST(test_the_hosts_limit),
	TEST(test_files_that_are_not_whole), TEST(test_renamed_files), TEST(test_answers),
	TEST(test_closing), TEST(test_escalating_once), TEST(test_history),
	TEST(test_a_full_disk), TEST(test_closed_but_not_moved),
	TEST(test_many_close_one))
