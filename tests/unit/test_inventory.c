/*
 * jitctl/inventory.c: each host of a sorted file is found with its own key, and a file that
 * could give a wrong answer gives none.
 */
#include "jitctl/inventory.h"

#include <sodium.h>

#include "jitctl/sshkey.h"

#include "test.h"

enum { HOSTS = 1000 };

/* A key that tells which line it stands in. */
static void
key_of(unsigned number, uint8_t ret[32])
{
	memset(ret, 0x11, 32);
	memcpy(ret, &number, sizeof(number));
}

static const char *
line_of(const char *host, const char *type, unsigned number, const char *labels)
{
	static char lines[4][INVENTORY_LINE_MAX * 2];
	static unsigned next;
	char key_text[SSHKEY_LINE_SIZE], *line = lines[next++ % 4];
	uint8_t key[32];

	key_of(number, key);
	(void)snprintf(line, sizeof(lines[0]), "%s %s%s%s\n", host,
		sshkey_format(type, key, key_text), labels ? " " : "",
		labels ? labels : "");
	return line;
}

static int
open_with(const char *content, size_t len)
{
	int fd;

	test_file_write(test_path("hosts"), 0644, content, len);
	fd = open(test_path("hosts"), O_RDONLY | O_CLOEXEC);
	ASSERT_TRUE(fd >= 0);
	return fd;
}

static void
assert_found(int fd, const char *host, unsigned number)
{
	uint8_t got[32] = { 0 }, want[32];

	test_row(host);
	key_of(number, want);
	ASSERT_OK(inventory_find_in(fd, host, got));
	ASSERT_EQ_MEM(got, want, 32);
}

static void
assert_error(int fd, const char *host, int error)
{
	uint8_t got[32];

	test_row(host);
	ASSERT_ERR(inventory_find_in(fd, host, got), error);
}

/* ---- finding ---- */

static void
test_every_host_is_found(void)
{
	static char content[HOSTS * 256];
	size_t at = 0;
	char name[32];
	int fd;

	for (unsigned i = 0; i < HOSTS; i++) {
		(void)snprintf(name, sizeof(name), "h%04u", i * 2);
		at += (size_t)snprintf(content + at, sizeof(content) - at, "%s",
			line_of(name, SSHKEY_ED25519, i, i % 3 ? "@a,@b" : NULL));
		at += (size_t)snprintf(content + at, sizeof(content) - at, "%s",
			line_of(name, SSHKEY_X25519, i + HOSTS, NULL));
	}
	fd = open_with(content, at);
	for (unsigned i = 0; i < HOSTS; i++) {
		(void)snprintf(name, sizeof(name), "h%04u", i * 2);
		assert_found(fd, name, i);
		(void)snprintf(name, sizeof(name), "h%04u", i * 2 + 1);
		assert_error(fd, name, ENOENT);
	}
	assert_error(fd, "a", ENOENT);
	assert_error(fd, "z", ENOENT);
	assert_error(fd, "h", ENOENT);
	close(fd);
}

/* `sort` compares whole lines: the blank behind a name comes before all that is in one. */
static void
test_names_that_begin_alike(void)
{
	static const char *const names[] = { "web", "web-a", "web.b", "web1", "web1-a",
		"web10", "web1a" };
	char content[4096] = "# made by hand\n";
	size_t at = strlen(content);
	int fd;

	for (unsigned i = 0; i < 7; i++)
		at += (size_t)snprintf(content + at, sizeof(content) - at, "%s",
			line_of(names[i], SSHKEY_ED25519, i, NULL));
	fd = open_with(content, at - 1); /* the last line has no end */
	for (unsigned i = 0; i < 7; i++)
		assert_found(fd, names[i], i);
	assert_error(fd, "we", ENOENT);
	assert_error(fd, "web11", ENOENT);
	assert_error(fd, "#", ENOENT);
	close(fd);
}

static void
test_empty_file_has_no_host(void)
{
	int fd = open_with("", 0);

	assert_error(fd, "web1", ENOENT);
	close(fd);
}

/* ---- what could give a wrong answer ---- */

static void
test_two_keys_of_one_host_are_refused(void)
{
	char content[1024];
	int n = snprintf(content, sizeof(content), "%s%s",
		line_of("web1", SSHKEY_ED25519, 1, NULL),
		line_of("web1", SSHKEY_ED25519, 2, NULL));
	int fd = open_with(content, (size_t)n);

	assert_error(fd, "web1", EBADMSG);
	close(fd);
	n = snprintf(content, sizeof(content), "%s%s",
		line_of("web1", SSHKEY_ED25519, 1, NULL),
		line_of("web1", SSHKEY_ED25519, 1, "@web"));
	fd = open_with(content, (size_t)n);
	assert_found(fd, "web1", 1);
	close(fd);
}

/* In falling order: each is found, or the file is refused; nobody is "not there". */
static void
test_unsorted_file_is_refused(void)
{
	static char content[64 * 256];
	size_t at = 0;
	unsigned refused = 0;
	char name[32];
	int fd;

	for (unsigned i = 64; i-- > 0;) {
		(void)snprintf(name, sizeof(name), "h%02u", i);
		at += (size_t)snprintf(content + at, sizeof(content) - at, "%s",
			line_of(name, SSHKEY_ED25519, i, NULL));
	}
	fd = open_with(content, at);
	for (unsigned i = 1; i < 63; i++) {
		uint8_t got[32], want[32];
		int r;

		(void)snprintf(name, sizeof(name), "h%02u", i);
		test_row(name);
		key_of(i, want);
		r = inventory_find_in(fd, name, got);
		if (r == 0)
			ASSERT_EQ_MEM(got, want, 32);
		else
			refused += r == -EBADMSG;
	}
	ASSERT_TRUE(refused > 50);
	close(fd);
}

static const struct {
	const char *name, *content;
} bad_lines[] = {
	{ "no key", "web1 ssh-ed25519\n" },
	{ "no type", "web1\n" },
	{ "not base64", "web1 ssh-ed25519 AAAA\n" },
	{ "a field too many",
		"web1 ssh-ed25519 "
		"AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea "
		"@a @b\n" },
};

static void
test_bad_line_of_the_host_is_refused(void)
{
	for (size_t i = 0; i < sizeof(bad_lines) / sizeof(bad_lines[0]); i++) {
		int fd = open_with(bad_lines[i].content, strlen(bad_lines[i].content));
		uint8_t got[32];

		test_row(bad_lines[i].name);
		ASSERT_ERR(inventory_find_in(fd, "web1", got), EBADMSG);
		close(fd);
	}
}

static void
test_endless_line_is_refused(void)
{
	static char content[INVENTORY_LINE_MAX * 3];
	int fd;

	memset(content, 'x', sizeof(content));
	fd = open_with(content, sizeof(content));
	assert_error(fd, "web1", EBADMSG);
	close(fd);
}

/* ---- labels ---- */

static void
test_hosts_of_a_label(void)
{
	char content[4096];
	_cleanup_names_ struct inventory_names names = { 0 };
	int n = snprintf(content, sizeof(content), "# hosts\n%s%s%s%s",
		line_of("db1", SSHKEY_ED25519, 1, "@db,@prod"),
		line_of("web1", SSHKEY_ED25519, 2, "@web,@prod"),
		line_of("web2", SSHKEY_ED25519, 3, "@webs"),
		line_of("web3", SSHKEY_ED25519, 4, NULL));
	int fd = open_with(content, (size_t)n);

	ASSERT_OK(inventory_labelled_in(fd, "prod", &names));
	ASSERT_EQ_UINT(names.n, 2);
	ASSERT_EQ_STR(names.v[0], "db1");
	ASSERT_EQ_STR(names.v[1], "web1");
	inventory_names_done(&names);
	ASSERT_OK(inventory_labelled_in(fd, "web", &names));
	ASSERT_EQ_UINT(names.n, 1);
	ASSERT_EQ_STR(names.v[0], "web1");
	inventory_names_done(&names);
	ASSERT_OK(inventory_labelled_in(fd, "we", &names));
	ASSERT_EQ_UINT(names.n, 0);
	close(fd);
}

TEST_MAIN(TEST(test_every_host_is_found), TEST(test_names_that_begin_alike),
	TEST(test_empty_file_has_no_host), TEST(test_two_keys_of_one_host_are_refused),
	TEST(test_unsorted_file_is_refused), TEST(test_bad_line_of_the_host_is_refused),
	TEST(test_endless_line_is_refused), TEST(test_hosts_of_a_label))
