/*
 * jitsu/remember.c: an authentication is remembered for exactly what it was for
 * (CVE-2025-64517).
 */
#include "jitsu/remember.h"

#include "test.h"

static struct jit_site site;
static const struct jit_now now = { .boot_id = "0123456789abcdef0123456789abcdef" };

static struct caller
a_caller(void)
{
	return (struct caller){ .id = { .uid = 4242 },
		.tty_device = 34816,
		.session = 100,
		.leader_start = 5000 };
}

static struct remember
a_key(const struct caller *caller, const char *target, const char *grant)
{
	struct remember key;

	ASSERT_OK(remember_key(caller, "bob", target, grant, "", &now, &key));
	return key;
}

static void
open_site(void)
{
	(void)mkdir(test_path("run"), 0700);
	site = JIT_SITE_NONE;
	site.owner = geteuid();
	site.run = open(test_path("run"), O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	ASSERT_TRUE(site.run >= 0);
}

static void
test_every_field_counts(void)
{
	struct caller caller = a_caller();
	struct remember key = a_key(&caller, "root", "aaaa"), other;

	open_site();
	ASSERT_FALSE(remember_has(&site, &key));
	ASSERT_OK(remember_add(&site, &key));
	ASSERT_TRUE(remember_has(&site, &key));
	other = key;
	other.auth_uid = 0;
	ASSERT_FALSE(remember_has(&site, &other));
	other = key;
	other.tty_device++;
	ASSERT_FALSE(remember_has(&site, &other));
	other = key;
	other.session++;
	ASSERT_FALSE(remember_has(&site, &other));
	other = key;
	other.leader_start++;
	ASSERT_FALSE(remember_has(&site, &other));
	other = key;
	other.boot_id[0] = 'f';
	ASSERT_FALSE(remember_has(&site, &other));
	other = key;
	other.name[0] = 'r'; /* a uid that was given to somebody else */
	ASSERT_FALSE(remember_has(&site, &other));
	/* a role that wants a second factor since, or another one */
	ASSERT_OK(
		remember_key(&caller, "bob", "root", "aaaa", "jitsu-totp", &now, &other));
	ASSERT_FALSE(remember_has(&site, &other));
	other = a_key(&caller, "daemon", "aaaa");
	ASSERT_FALSE(remember_has(&site, &other));
	other = a_key(&caller, "root", "bbbb");
	ASSERT_FALSE(remember_has(&site, &other));
}

static void
test_without_a_terminal_session_nothing_is(void)
{
	struct caller caller = a_caller();
	struct remember key;

	caller.tty_device = 0;
	ASSERT_ERR(remember_key(&caller, "bob", "root", "aaaa", "", &now, &key), ENOTTY);
	caller = a_caller();
	caller.leader_start = 0; /* its leader is gone: the number could be anybody's */
	ASSERT_ERR(remember_key(&caller, "bob", "root", "aaaa", "", &now, &key), ENOTTY);
	caller = a_caller();
	caller.session = 0;
	ASSERT_ERR(remember_key(&caller, "bob", "root", "aaaa", "", &now, &key), ENOTTY);
}

static void
test_forgetting(void)
{
	struct caller here = a_caller(), there = a_caller();
	struct remember one, two, three;

	open_site();
	there.session = 200;
	one = a_key(&here, "root", "aaaa");
	two = a_key(&here, "daemon", "bbbb");
	three = a_key(&there, "root", "aaaa");
	ASSERT_OK(remember_add(&site, &one));
	ASSERT_OK(remember_add(&site, &two));
	ASSERT_OK(remember_add(&site, &three));
	ASSERT_OK(remember_forget(&site, &here));
	ASSERT_FALSE(remember_has(&site, &one));
	ASSERT_FALSE(remember_has(&site, &two));
	ASSERT_TRUE(remember_has(&site, &three));
	ASSERT_OK(remember_forget(&site, &there));
	ASSERT_OK(remember_forget(&site, &there)); /* nothing left to forget */
	ASSERT_FALSE(remember_has(&site, &three));
}

static void
test_there_is_a_bound(void)
{
	struct caller caller = a_caller();
	char grant[8];

	open_site();
	for (int i = 0; i < 100; i++) {
		struct remember key;

		snprintf(grant, sizeof(grant), "g%d", i);
		key = a_key(&caller, "root", grant);
		ASSERT_OK(remember_add(&site, &key));
		ASSERT_TRUE(remember_has(&site, &key));
	}
	{
		struct remember first = a_key(&caller, "root", "g0");
		struct remember recent = a_key(&caller, "root", "g80");

		ASSERT_FALSE(remember_has(&site, &first));
		ASSERT_TRUE(remember_has(&site, &recent));
	}
}

static void
test_a_file_that_is_not_ours_is_empty(void)
{
	struct caller caller = a_caller();
	struct remember key = a_key(&caller, "root", "aaaa");

	open_site();
	ASSERT_OK(remember_forget(&site, &caller));
	ASSERT_OK(remember_add(&site, &key));
	ASSERT_OK(chmod(test_path("run/auth/4242"), 0666));
	ASSERT_FALSE(remember_has(&site, &key));
	ASSERT_OK(chmod(test_path("run/auth/4242"), 0600));
	ASSERT_TRUE(remember_has(&site, &key));
	ASSERT_OK(truncate(test_path("run/auth/4242"), (off_t)sizeof(key) - 1));
	ASSERT_FALSE(remember_has(&site, &key));
	ASSERT_OK(unlink(test_path("run/auth/4242")));
	ASSERT_OK(symlink("/etc/passwd", test_path("run/auth/4242")));
	ASSERT_FALSE(remember_has(&site, &key));
}

TEST_MAIN(TEST(test_every_field_counts), TEST(test_without_a_terminal_session_nothing_is),
	TEST(test_forgetting), TEST(test_there_is_a_bound),
	TEST(test_a_file_that_is_not_ours_is_empty))
