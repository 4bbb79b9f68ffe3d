/*
 * jitsu/notify_format.c: whatever somebody typed, no service takes it for a mention, a link
 * or markup.
 */
#include "jitsu/notify_format.h"

#include "test.h"

static json_t *
notice(const char *text)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:[s, s], s:i}", "version", 1, "text",
		text, "approve", "jitctl approve web1/K7Q2", "expires",
		"2026-02-02T02:40:00Z", "ask", "carol", "dave", "suppressed", 3);
}

static const struct {
	const char *text, *slack;
} hostile[] = {
	{ "plain", "plain" },
	{ "<!channel> <@U012> <http://evil|carol>",
		"&lt;!channel&gt; &lt;@U012&gt; &lt;http://evil|carol&gt;" },
	{ "a & b &lt;", "a &amp; b &amp;lt;" },
	{ "\"quotes\" \\ [x](http://evil) *b* $(id) `id` @channel",
		"\"quotes\" \\ [x](http://evil) *b* $(id) `id` @channel" },
};

static const char rest[] = "\njitctl approve web1/K7Q2   (until 2026-02-02T02:40:00Z)\n"
			   "asked: carol, dave\n3 notices before this one were left out";

static void
test_slack_mentions_and_links_nothing(void)
{
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		json_t *in = notice(hostile[i].text), *out = notify_format("slack", in);
		char want[1024];

		test_row(hostile[i].text);
		snprintf(want, sizeof(want), "%s%s", hostile[i].slack, rest);
		ASSERT_EQ_STR(json_string_value(json_object_get(out, "text")), want);
		ASSERT_TRUE(json_is_false(json_object_get(out, "mrkdwn")));
		ASSERT_TRUE(json_is_false(json_object_get(out, "link_names")));
		ASSERT_EQ_STR(json_string_value(json_object_get(out, "parse")), "none");
		json_decref(in);
		json_decref(out);
	}
	test_row(NULL);
}

static void
test_teams_gets_text_that_is_no_markdown(void)
{
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		json_t *in = notice(hostile[i].text), *out = notify_format("teams", in);
		const char *type, *run_type, *text;
		char want[1024];

		test_row(hostile[i].text);
		snprintf(want, sizeof(want), "%s%s", hostile[i].text, rest);
		ASSERT_OK(json_unpack(out, "{s:[{s:{s:[{s:s, s:[{s:s, s:s}]}]}}]}",
			"attachments", "content", "body", "type", &type, "inlines",
			"type", &run_type, "text", &text));
		ASSERT_EQ_STR(type, "RichTextBlock");
		ASSERT_EQ_STR(run_type, "TextRun");
		ASSERT_EQ_STR(text, want);
		json_decref(in);
		json_decref(out);
	}
	test_row(NULL);
}

static void
test_json_is_the_notice_itself(void)
{
	json_t *in = notice("<&>"), *out = notify_format("json", in);

	ASSERT_TRUE(json_equal(in, out));
	json_decref(in);
	json_decref(out);
}

static void
test_nothing_else_is_made(void)
{
	json_t *in = notice("x"), *bare = json_pack("{s:i}", "version", 1);

	ASSERT_TRUE(notify_format("irc", in) == NULL);
	ASSERT_TRUE(notify_format("", in) == NULL);
	ASSERT_TRUE(notify_format("slack", NULL) == NULL);
	ASSERT_TRUE(notify_format("slack", bare) == NULL);
	json_decref(in);
	json_decref(bare);
}

TEST_MAIN(TEST(test_slack_mentions_and_links_nothing),
	TEST(test_teams_gets_text_that_is_no_markdown),
	TEST(test_json_is_the_notice_itself), TEST(test_nothing_else_is_made))
