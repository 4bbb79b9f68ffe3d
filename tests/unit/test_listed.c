/*
 * jitctl/listed.c: what a host says of its requests is taken over within bounds, and one
 * entry that is none hides no other.
 */
#include "jitctl/listed.h"

#include "test.h"

#define ID "0123456789abcdef0123456789abcdef"
#define ENTRY(more)                                                                      \
	"{\"id\": \"" ID "\", \"state\": \"open\", \"approvals\": 2, \"answers\": [], "  \
	"\"description\": null, \"default_target\": \"root\", \"typed\": null, "         \
	"\"asked_of\": \"secops\", \"rule\": \"r\", \"open_until\": null, "              \
	"\"closed\": null" more "}"
#define UID(uid) ", \"uid\": " #uid
#define LIST(entries) "{\"version\": 1, \"requests\": [" entries "]}"

static void
test_what_is_taken_over(void)
{
	_cleanup_requests_ struct jit_request_list list = { 0 };
	size_t unread = 7;

	ASSERT_OK(listed_read(
		LIST(ENTRY(UID(1002) ", \"token\": \"v4.public.x\", "
				     "\"command\": [\"/usr/bin/id\", \"\", \"-u\"]")),
		&list, &unread));
	ASSERT_EQ_UINT(unread, 0);
	ASSERT_EQ_UINT(list.n, 1);
	ASSERT_EQ_STR(list.v[0].filed.jti, ID);
	ASSERT_EQ_UINT(list.v[0].uid, 1002);
	ASSERT_EQ_UINT(list.v[0].approvals, 2);
	ASSERT_EQ_STR(list.v[0].target, "root");
	ASSERT_EQ_STR(list.v[0].token, "v4.public.x");
	ASSERT_EQ_UINT(list.v[0].command.n, 3);
	ASSERT_EQ_STR(list.v[0].command.v[0], "/usr/bin/id");
	ASSERT_EQ_STR(list.v[0].command.v[1], "");
	ASSERT_EQ_STR(list.v[0].command.v[2], "-u");
	ASSERT_EQ_UINT(list.v[0].filed.cmd.n, 0);
}

#define GOOD ENTRY(UID(4294967294))

static const struct {
	const char *name, *text;
	size_t n, unread;
} lists[] = {
	{ "none", LIST(""), 0, 0 },
	{ "the largest uid", LIST(GOOD), 1, 0 },
	{ "a uid beyond", LIST(ENTRY(UID(4294967295)) "," GOOD), 1, 1 },
	{ "a uid below", LIST(GOOD "," ENTRY(UID(-1))), 1, 1 },
	{ "no uid", LIST(GOOD "," ENTRY("") "," GOOD), 2, 1 },
	{ "no object", LIST("7, null, [], " GOOD), 1, 3 },
	{ "no command", LIST(ENTRY(UID(1) ", \"command\": null")), 1, 0 },
	{ "a command without words", LIST(ENTRY(UID(1) ", \"command\": []")), 1, 0 },
	{ "a command that is a text",
		LIST(ENTRY(UID(1) ", \"command\": \"/bin/sh\"") "," GOOD), 1, 1 },
	{ "a word that is none", LIST(ENTRY(UID(1) ", \"command\": [\"/bin/sh\", 1]")), 0,
		1 },
};

static void
test_one_that_is_none_hides_no_other(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		_cleanup_requests_ struct jit_request_list list = { 0 };
		size_t unread = 7;

		test_row(lists[i].name);
		ASSERT_OK(listed_read(lists[i].text, &list, &unread));
		ASSERT_EQ_UINT(list.n, lists[i].n);
		ASSERT_EQ_UINT(unread, lists[i].unread);
	}
	test_row(NULL);
}

/* One word of so many bytes. */
static void
assert_word(size_t len, size_t n)
{
	_cleanup_requests_ struct jit_request_list list = { 0 };
	char word[JIT_COMMAND_MAX + 2], text[JIT_COMMAND_MAX + 1024];
	size_t unread = 7;

	memset(word, 'x', len);
	word[len] = '\0';
	(void)snprintf(
		text, sizeof(text), LIST(ENTRY(UID(1) ", \"command\": [\"%s\"]")), word);
	ASSERT_OK(listed_read(text, &list, &unread));
	ASSERT_EQ_UINT(list.n, n);
	ASSERT_EQ_UINT(unread, 1 - n);
	if (n)
		ASSERT_EQ_STR(list.v[0].command.v[0], word);
}

static void
test_how_long_a_command_may_be(void)
{
	assert_word(JIT_COMMAND_MAX - 1, 1);
	assert_word(JIT_COMMAND_MAX, 0);
}

static void
test_what_is_no_list(void)
{
	static const char *const texts[] = { "", "[]", "{}", "{\"version\": 1}",
		"{\"version\": 2, \"requests\": []}",
		"{\"version\": 1, \"requests\": {}}",
		"{\"version\": 1, \"requests\": [], \"requests\": []}" };
	struct jit_request_list list = { 0 };
	size_t unread = 7;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		test_row(texts[i]);
		ASSERT_EQ_INT(listed_read(texts[i], &list, &unread), -EBADMSG);
		ASSERT_EQ_UINT(list.n, 0);
		ASSERT_EQ_UINT(unread, 7);
	}
	test_row(NULL);
}

TEST_MAIN(TEST(test_what_is_taken_over), TEST(test_one_that_is_none_hides_no_other),
	TEST(test_how_long_a_command_may_be), TEST(test_what_is_no_list))
