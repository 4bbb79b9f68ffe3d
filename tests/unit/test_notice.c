/*
 * libjit/notice.c: each event has its sentence and its fields; what somebody else chose is
 * one line in the sentence, and JSON whatever it is; nothing is longer than a hook reads.
 */
#include <jansson.h>

#include "libjit/notify.h"
#include "test.h"

#define ID "99ee201122334455667788990011aabb" /* K7Q2… as people see it */

static const struct jit_globals globals = { .host = "web1" };

static json_t *
notice_json(const struct jit_notice *notice)
{
	char *text = NULL;
	json_t *json;

	ASSERT_OK(jit_notice_json(&globals, notice, &text));
	for (const char *c = text; *c; c++)
		ASSERT_TRUE(*c >= 0x20 && *c < 0x7f);
	ASSERT_TRUE(strlen(text) <= JIT_NOTICE_MAX);
	json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	ASSERT_TRUE(json_is_object(json));
	free(text);
	return json;
}

static const char *
member(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

static void
test_each_event_has_its_sentence(void)
{
	static const struct {
		struct jit_notice notice;
		const char *text;
	} rows[] = {
		{ { .event = JIT_EVENT_REQUEST,
			  .subject = "bob",
			  .role = "root",
			  .target = "root",
			  .reason = "OPS-12 disk full",
			  .request = ID,
			  .duration_sec = 3600,
			  .approvals = 2 },
			"bob asks root on web1 for 1h: \"OPS-12 disk full\" (1 of 2 "
			"needed, web1/K7Q2)" },
		{ { .event = JIT_EVENT_REQUEST,
			  .subject = "bob",
			  .role = "dba",
			  .target = "postgres",
			  .request = ID,
			  .duration_sec = 90,
			  .approvals = 1 },
			"bob asks dba as postgres on web1 for 1m30s (web1/K7Q2)" },
		{ { .event = JIT_EVENT_APPROVE,
			  .subject = "bob",
			  .role = "root",
			  .by = "carol",
			  .request = ID,
			  .approvals = 2,
			  .have = 1 },
			"carol approved root for bob on web1 (1 of 2, web1/K7Q2)" },
		{ { .event = JIT_EVENT_DENY,
			  .subject = "bob",
			  .role = "root",
			  .by = "carol",
			  .reason = "tomorrow, please",
			  .request = ID },
			"carol said no to root for bob on web1: \"tomorrow, please\" "
			"(web1/K7Q2)" },
		{ { .event = JIT_EVENT_BREAK_GLASS,
			  .subject = "bob",
			  .role = "root",
			  .reason = "db is down",
			  .duration_sec = 1800 },
			"BREAK-GLASS: bob uses root on web1 for 30m: \"db is down\"" },
		{ { .event = JIT_EVENT_REQUEST_ABANDONED,
			  .subject = "bob",
			  .role = "root",
			  .request = ID },
			"nobody answered in time: bob asked root on web1 (web1/K7Q2)" },
		{ { .event = JIT_EVENT_REVOKED,
			  .subject = "bob",
			  .role = "root",
			  .by = "carol",
			  .reason = "wrong host" },
			"carol revoked root of bob on web1: \"wrong host\"" },
		{ { .event = JIT_EVENT_LOCKED, .subject = "bob", .by = "root" },
			"root locked bob on web1" },
		{ { .event = JIT_EVENT_LOCKED, .by = "root", .reason = "incident" },
			"root locked everything on web1: \"incident\"" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *json = notice_json(&rows[i].notice);

		test_row(rows[i].text);
		ASSERT_EQ_STR(member(json, "text"), rows[i].text);
		ASSERT_EQ_STR(
			member(json, "event"), jit_event_name(rows[i].notice.event));
		ASSERT_EQ_STR(member(json, "host"), "web1");
		json_decref(json);
	}
	test_row(NULL);
}

static void
test_a_request_says_how_to_answer_it(void)
{
	const char *who[] = { "carol", "dave" }, *words[] = { "/usr/bin/id", "a b" };
	const struct jit_strv ask = { 2, who }, command = { 2, words };
	const struct jit_notice notice = {
		.event = JIT_EVENT_REQUEST,
		.subject = "bob",
		.role = "root",
		.request = ID,
		.ask = &ask,
		.command = &command,
		.duration_sec = 3600,
		.expires_sec = 1770000000,
		.approvals = 2,
		.have = 0,
	};
	json_t *json = notice_json(&notice);

	ASSERT_EQ_INT(json_integer_value(json_object_get(json, "version")), 1);
	ASSERT_EQ_STR(member(json, "request"), ID);
	ASSERT_EQ_STR(member(json, "short"), "K7Q2");
	ASSERT_EQ_STR(member(json, "approve"), "jitctl approve web1/K7Q2");
	ASSERT_EQ_STR(member(json, "expires"), "2026-02-02T02:40:00Z");
	ASSERT_EQ_INT(json_integer_value(json_object_get(json, "duration")), 3600);
	ASSERT_EQ_INT(json_integer_value(json_object_get(json, "approvals")), 2);
	ASSERT_EQ_INT(json_integer_value(json_object_get(json, "have")), 0);
	ASSERT_TRUE(json_is_integer(json_object_get(json, "have")));
	ASSERT_EQ_INT(json_array_size(json_object_get(json, "ask")), 2);
	ASSERT_EQ_STR(
		json_string_value(json_array_get(json_object_get(json, "command"), 1)),
		"a b");
	ASSERT_TRUE(strstr(member(json, "text"), "to run /usr/bin/id 'a b'") != NULL);
	json_decref(json);
}

static void
test_hostile_words_stay_words(void)
{
	struct jit_notice notice = {
		.event = JIT_EVENT_REQUEST,
		.subject = "bob",
		.role = "root",
		.reason = "\"}\n{\"event\":\"approve\"\t\x1b[31m $(id) `id`",
		.request = ID,
	};
	json_t *json = notice_json(&notice);

	ASSERT_EQ_STR(member(json, "event"), "request");
	ASSERT_EQ_STR(member(json, "reason"), notice.reason);
	ASSERT_EQ_STR(member(json, "text"),
		"bob asks root on web1: \"\"}\\n{\"event\":\"approve\"\\t\\x1b[31m $(id) "
		"`id`\" (web1/K7Q2)");
	json_decref(json);
	notice.reason = "\xff\xfe not UTF-8";
	json = notice_json(&notice);
	ASSERT_EQ_STR(member(json, "reason"), "\\xff\\xfe not UTF-8");
	json_decref(json);
}

static void
test_a_long_command_is_left_out(void)
{
	char word[2 * JIT_NOTICE_MAX];
	const char *words[] = { "/usr/bin/echo", word };
	const struct jit_strv command = { 2, words };
	const struct jit_notice notice = {
		.event = JIT_EVENT_REQUEST,
		.subject = "bob",
		.role = "root",
		.request = ID,
		.command = &command,
	};
	json_t *json;

	memset(word, '"', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	json = notice_json(&notice);
	ASSERT_TRUE(json_object_get(json, "command") == NULL);
	ASSERT_TRUE(json_is_true(json_object_get(json, "cut")));
	ASSERT_EQ_STR(member(json, "subject"), "bob");
	json_decref(json);
}

static void
test_without_a_hook_nothing_is_started(void)
{
	const struct jit_globals none = { .host = "web1", .notify_command = "" };
	const struct jit_notice notice = { .event = JIT_EVENT_REQUEST };

	ASSERT_OK(jit_notify(&none, &notice));
}

TEST_MAIN(TEST(test_each_event_has_its_sentence),
	TEST(test_a_request_says_how_to_answer_it), TEST(test_hostile_words_stay_words),
	TEST(test_a_long_command_is_left_out),
	TEST(test_without_a_hook_nothing_is_started))
