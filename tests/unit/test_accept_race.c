/*
 * Many who approve, deny, revoke, withdraw and start the same request at once leave one
 * outcome: the request is closed once, and what the host then says agrees with it.
 */
#include <sys/wait.h>

#include "handing.h"

enum { MANY = 50, ROUNDS = 4 };

/* Each process has a site and a subject of its own, as each jitsu has. */
static void
reopen(void)
{
	struct jit_now now = access_.now;

	jit_access_close(&access_);
	access_ = JIT_ACCESS_NONE;
	access_.site.owner = geteuid();
	access_.site.etc = open(world_path("etc"), O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	access_.site.lib = open(world_path("lib"), O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	access_.site.run = open(world_path("run"), O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	access_.site.log = open(world_path("log"), O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	ASSERT_OK(jit_policy_open(&access_.site, &access_.policy, NULL));
	ASSERT_OK(jit_table_open(
		access_.site.lib, "keys.cdb", access_.site.owner, &access_.keys));
	access_.now = now;
	ASSERT_OK(jit_access_subject(&access_, "daemon", 0, NULL));
}

/* What came of one process: its exit status. */
enum outcome { NOTHING = 0, STARTED = 1, WITHDRAWN = 2, ERROR = 3 };

static enum outcome
outcome_of(enum jit_accept a)
{
	return a == JIT_ACCEPT_FAILED || a == JIT_ACCEPT_NO_RECORD ||
			a == JIT_ACCEPT_MALFORMED
		? ERROR
		: NOTHING;
}

/* The acts in turn; without a no in the mix, all must end in yes. */
static enum outcome
act(int i, bool only_yes, const char *id)
{
	reopen();
	switch (only_yes ? i % 4 : i % 7) {
	case 0: return outcome_of(approve("carol", id));
	case 1: return outcome_of(approve("dave", id));
	case 2: return outcome_of(approve("grace", id));
	case 3: return ask_deploy() == JIT_WHY_GRANT_HELD ? STARTED : NOTHING;
	case 4: return outcome_of(deny("grace", id));
	case 5: return outcome_of(rule(JIT_RULING_REVOKE, "carol", id, true));
	default:
		return jit_access_withdraw(&access_, 1, id, NULL) == 0 ? WITHDRAWN
								       : NOTHING;
	}
}

static void
run_all(bool only_yes, const char *id, int counts[4])
{
	int gate[2];

	ASSERT_EQ_INT(pipe(gate), 0);
	fflush(stdout);
	for (int i = 0; i < MANY; i++) {
		if (fork() == 0) {
			char c;

			close(gate[1]);
			(void)!read(gate[0], &c, 1); /* until all are there */
			_exit(act(i, only_yes, id));
		}
	}
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < MANY; i++) {
		int status;

		ASSERT_TRUE(wait(&status) > 0);
		ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) <= ERROR);
		counts[WEXITSTATUS(status)]++;
	}
}

static int
files_of(const char *id)
{
	char open_path[100], archived[100];

	snprintf(open_path, sizeof(open_path), "lib/requests/1.%s", id);
	snprintf(archived, sizeof(archived), "lib/archive/2027-01/%s.request", id);
	return (access(world_path(open_path), F_OK) == 0) * 10 +
		(access(world_path(archived), F_OK) == 0);
}

static void
test_all_at_once(void)
{
	for (int round = 0; round < ROUNDS; round++) {
		struct jit_request request = deploy_request();
		enum jit_request_state state;
		char id[JIT_ID_LEN + 1];
		int counts[4] = { 0 };
		bool ended;

		open_world();
		file(&request, id);
		run_all(false, id, counts);
		reopen();
		ASSERT_EQ_INT(counts[ERROR], 0);
		ASSERT_EQ_INT(files_of(id), 1); /* in the archive, and only there */
		state = state_of(id);
		ended = has_ended(id);
		/* somebody said no, sooner or later, so it is over for good */
		ASSERT_TRUE(ended);
		ASSERT_EQ_INT(ask_deploy(), JIT_WHY_NEEDS_APPROVAL);
		ASSERT_TRUE(state == JIT_REQUEST_GRANTED || state == JIT_REQUEST_DENIED ||
			state == JIT_REQUEST_WITHDRAWN);
		ASSERT_EQ_INT(counts[WITHDRAWN], state == JIT_REQUEST_WITHDRAWN);
		ASSERT_EQ_INT(recorded("\"event\":\"request-withdrawn\""),
			state == JIT_REQUEST_WITHDRAWN);
		ASSERT_EQ_INT(recorded("\"event\":\"grant-accepted\""),
			state == JIT_REQUEST_GRANTED);
		if (state != JIT_REQUEST_GRANTED)
			ASSERT_EQ_INT(counts[STARTED], 0);
		ASSERT_TRUE(recorded("\"event\":\"approve\"") <= 2);
		/* the first no is on record, and no other */
		ASSERT_EQ_INT(recorded("\"event\":\"deny\"") +
				recorded("\"event\":\"revoked\""),
			state != JIT_REQUEST_WITHDRAWN);
		close_world();
	}
}

/* Fifty approvals: two count, one grant begins. */
static void
test_approvals_at_once(void)
{
	struct jit_request request = deploy_request();
	struct jit_held_list held = { 0 };
	char id[JIT_ID_LEN + 1];
	int counts[4] = { 0 };

	open_world();
	file(&request, id);
	run_all(true, id, counts);
	reopen();
	ASSERT_EQ_INT(counts[ERROR], 0);
	ASSERT_EQ_INT(state_of(id), JIT_REQUEST_GRANTED);
	ASSERT_EQ_INT(files_of(id), 1);
	ASSERT_FALSE(has_ended(id));
	ASSERT_EQ_INT(ask_deploy(), JIT_WHY_GRANT_HELD);
	ASSERT_OK(jit_store_load(&access_.site, &access_.keys, &access_.subject,
		&access_.now, &held, NULL));
	ASSERT_EQ_UINT(held.n, 2);
	jit_held_list_done(&held);
	ASSERT_EQ_INT(recorded("\"event\":\"approve\""), 2);
	ASSERT_EQ_INT(recorded("\"event\":\"grant-accepted\""), 1);
	close_world();
}

/* The same question fifty times: one request. */
static void
test_asking_at_once(void)
{
	struct jit_request_list open = { 0 };

	open_world();
	fflush(stdout);
	for (int i = 0; i < MANY; i++)
		if (fork() == 0) {
			struct jit_request request = deploy_request();
			char id[JIT_ID_LEN + 1];

			reopen();
			file(&request, id);
			_exit(0);
		}
	for (int i = 0; i < MANY; i++) {
		int status;

		ASSERT_TRUE(wait(&status) > 0);
		ASSERT_EQ_INT(status, 0);
	}
	ASSERT_OK(jit_requests_load(&access_.site, 1, &open));
	ASSERT_EQ_UINT(open.n, 1);
	jit_request_list_done(&open);
	ASSERT_EQ_INT(recorded("\"event\":\"request\""), 1);
	close_world();
}

TEST_MAIN(TEST(test_all_at_once), TEST(test_approvals_at_once), TEST(test_asking_at_once))
