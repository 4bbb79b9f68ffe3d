/*
 * jitsu/command.c and the reader of /proc/PID/stat: one name, one file.
 */
#include "jitsu/command.h"

#include <sodium.h>
#include <sys/resource.h>

#include "jitsu/caller.h"
#include "test.h"

static void
make_program(const char *name, mode_t mode)
{
	test_file_write(test_path(name), mode, "#!/bin/sh\n", 10);
}

static int
find(const char *typed, char *ret_path, size_t size)
{
	_cleanup_command_ struct command command = COMMAND_NONE;
	int r = command_find(typed, &command);

	snprintf(ret_path, size, "%s", command.path);
	return r;
}

static void
test_names_are_looked_up_in_the_fixed_path(void)
{
	char path[4096];

	make_program("onpath", 0755);
	ASSERT_OK(setenv("PATH", test_dir(), 1));
	ASSERT_ERR(find("onpath", path, sizeof(path)), ENOENT);
	ASSERT_EQ_STR(path, "onpath");
	ASSERT_OK(find("sh", path, sizeof(path)));
	ASSERT_TRUE(strcmp(path, "/usr/bin/sh") == 0 || strcmp(path, "/bin/sh") == 0);
}

static void
test_directories_are_resolved_the_last_component_is_not(void)
{
	char path[4096], wanted[4096], typed[4096];

	ASSERT_OK(mkdir(test_path("real"), 0700));
	make_program("real/tool", 0700);
	ASSERT_OK(symlink("real", test_path("dirlink")));
	ASSERT_OK(symlink("tool", test_path("real/vi")));
	snprintf(typed, sizeof(typed), "%s/dirlink/.././dirlink/vi", test_dir());
	snprintf(wanted, sizeof(wanted), "%s/real/vi", test_dir());
	ASSERT_OK(find(typed, path, sizeof(path)));
	ASSERT_EQ_STR(path, wanted);
	ASSERT_OK(chdir(test_dir()));
	ASSERT_OK(find("./dirlink/vi", path, sizeof(path)));
	ASSERT_EQ_STR(path, wanted);
}

static void
test_what_is_no_program(void)
{
	static const struct {
		const char *name;
		int error;
	} cases[] = {
		{ "", ENOENT },
		{ "./missing", ENOENT },
		{ "./data", ENOEXEC },
		{ "./dir", ENOEXEC },
		{ "./dir/", ENOEXEC },
		{ "./dir/..", ENOEXEC },
		{ ".", ENOEXEC },
		{ "..", ENOEXEC },
		{ "./data/x", ENOENT },
		{ "./fifo", ENOEXEC },
		{ "./loop", ENOENT },
		{ "./dangling", ENOENT },
		{ "/", ENOEXEC },
	};
	char path[4096];

	ASSERT_OK(chdir(test_dir()));
	make_program("data", 0644);
	ASSERT_OK(mkdir("dir", 0755));
	ASSERT_OK(mkfifo("fifo", 0755));
	ASSERT_OK(symlink("loop", "loop"));
	ASSERT_OK(symlink("nowhere", "dangling"));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		test_row(cases[i].name);
		ASSERT_ERR(find(cases[i].name, path, sizeof(path)), cases[i].error);
		ASSERT_EQ_STR(path, cases[i].name); /* as it was typed */
	}
}

static void
test_a_file_that_is_exchanged_is_noticed(void)
{
	_cleanup_command_ struct command command = COMMAND_NONE;

	ASSERT_OK(chdir(test_dir()));
	make_program("swap", 0755);
	make_program("other", 0755);
	ASSERT_OK(command_find("./swap", &command));
	ASSERT_OK(command_check_same(&command));
	ASSERT_OK(rename("other", "swap"));
	ASSERT_ERR(command_check_same(&command), ESTALE);
	ASSERT_OK(unlink("swap"));
	ASSERT_ERR(command_check_same(&command), ENOENT);
}

static void
test_only_root_may_have_changed_it(void)
{
	_cleanup_command_ struct command good = COMMAND_NONE, bad = COMMAND_NONE;
	struct jit_error err = { "" };

	ASSERT_OK(command_find("/bin/sh", &good));
	ASSERT_OK(command_check_owners(&good, &err));
	make_program("mine", 0755);
	ASSERT_OK(command_find(
		test_path("mine"), &bad)); /* below /tmp: all may write there */
	ASSERT_ERR(command_check_owners(&bad, &err), EPERM);
	ASSERT_EQ_STR(err.text, "/tmp can be changed by others than root");
}

static void
test_a_file_is_hashed_to_its_end(void)
{
	static const char abc[] = "abc";
	static uint8_t big[200000];
	uint8_t sha256[32], wanted[32];
	struct jit_error err = { "" };

	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (uint8_t)(i * 7);
	memcpy(big, "\177ELF", 4);
	{
		_cleanup_command_ struct command command = COMMAND_NONE;

		test_file_write(test_path("abc"), 0755, abc, 3);
		ASSERT_OK(command_find(test_path("abc"), &command));
		ASSERT_OK(command_hash(&command, sha256, &err));
		crypto_hash_sha256(wanted, (const uint8_t *)abc, 3);
		ASSERT_EQ_MEM(sha256, wanted, 32);
		ASSERT_FALSE(
			command.by_descriptor); /* somebody else will read it again */
	}
	{
		_cleanup_command_ struct command command = COMMAND_NONE;

		test_file_write(test_path("big"), 0755, big, sizeof(big));
		ASSERT_OK(command_find(test_path("big"), &command));
		ASSERT_OK(command_hash(&command, sha256, &err));
		crypto_hash_sha256(wanted, big, sizeof(big));
		ASSERT_EQ_MEM(sha256, wanted, 32);
		ASSERT_TRUE(command.by_descriptor);
	}
}

/* CVE-2015-8239: the path leads to another file between hash and exec. */
static void
test_what_is_hashed_is_what_runs(void)
{
	_cleanup_command_ struct command command = COMMAND_NONE;
	uint8_t sha256[32], wanted[32], content[8];
	struct jit_error err = { "" };

	test_file_write(test_path("good"), 0755, "\177ELFgood", 8);
	test_file_write(test_path("evil"), 0755, "\177ELFevil", 8);
	ASSERT_OK(command_find(test_path("good"), &command));
	ASSERT_OK(rename(test_path("evil"), test_path("good")));
	ASSERT_OK(command_hash(&command, sha256, &err));
	crypto_hash_sha256(wanted, (const uint8_t *)"\177ELFgood", 8);
	ASSERT_EQ_MEM(sha256, wanted, 32);
	ASSERT_EQ_INT(pread(command.fd, content, 8, 0), 8);
	ASSERT_EQ_MEM(content, "\177ELFgood", 8);
	ASSERT_ERR(command_check_same(&command), ESTALE);
}

static void
test_hashing_has_a_bound(void)
{
	_cleanup_command_ struct command command = COMMAND_NONE;
	uint8_t sha256[32];
	struct jit_error err = { "" };

	make_program("huge", 0755);
	ASSERT_OK(truncate(test_path("huge"), COMMAND_HASH_MAX + 1)); /* a hole */
	ASSERT_OK(command_find(test_path("huge"), &command));
	ASSERT_ERR(command_hash(&command, sha256, &err), EFBIG);
	ASSERT_CONTAINS(err.text, "larger than 1 GiB");
	ASSERT_FALSE(command.by_descriptor);
}

static void
test_builtins(void)
{
	ASSERT_TRUE(command_is_builtin("cd"));
	ASSERT_TRUE(command_is_builtin("export"));
	ASSERT_FALSE(command_is_builtin("ls"));
	ASSERT_FALSE(command_is_builtin(""));
}

static void
test_proc_stat_is_read_behind_the_last_parenthesis(void)
{
	static const char plain[] =
		"12 (sh) S 1 12 12 34816 12 4194304 1 2 3 4 5 6 7 8 20 0 1 0 "
		"987654 1 2";
	static const char hostile[] =
		"12 (x) S 1 1 1 1 (y) ) S 1 12 12 34816 12 4194304 1 2 3 4 5 "
		"6 7 8 20 0 1 0 987654 1 2";
	uint64_t value = 1;

	ASSERT_OK(caller_stat_field(plain, 7, &value));
	ASSERT_EQ_UINT(value, 34816);
	ASSERT_OK(caller_stat_field(hostile, 7, &value));
	ASSERT_EQ_UINT(value, 34816);
	ASSERT_OK(caller_stat_field(hostile, 22, &value));
	ASSERT_EQ_UINT(value, 987654);
	ASSERT_ERR(caller_stat_field("no parenthesis 1 2 3", 7, &value), EBADMSG);
	ASSERT_ERR(caller_stat_field("1 (short) S 1", 7, &value), EBADMSG);
	ASSERT_ERR(caller_stat_field("1 (x) S 1 1 1 nan", 7, &value), EBADMSG);
	ASSERT_ERR(caller_stat_field("1 (x)", 3, &value), EBADMSG);
	ASSERT_EQ_UINT(value, 987654); /* untouched */
}

TEST_MAIN(TEST(test_names_are_looked_up_in_the_fixed_path),
	TEST(test_directories_are_resolved_the_last_component_is_not),
	TEST(test_what_is_no_program), TEST(test_a_file_that_is_exchanged_is_noticed),
	TEST(test_only_root_may_have_changed_it), TEST(test_a_file_is_hashed_to_its_end),
	TEST(test_what_is_hashed_is_what_runs), TEST(test_hashing_has_a_bound),
	TEST(test_builtins), TEST(test_proc_stat_is_read_behind_the_last_parenthesis))
