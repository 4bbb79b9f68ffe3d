/*
 * Claims: trusted_keys is OpenSSH's allowed_signers, narrowed; every line that is not of
 * that form is refused with line and column and nothing of it is taken; what is taken is
 * found again in keys.cdb by its key id.
 */
#include "conf_text.h"
#include "jitctl/compile.h"
#include "jitctl/trusted_line.h"

#include "libjit/file.h"

#define KEY_A "AAAAC3NzaC1lZDI1NTE5AAAAIJ6W2dNJPdK0WHo42KHa0QCNYNioVe8zowYkPCTfjT1P"
#define KEY_B "AAAAC3NzaC1lZDI1NTE5AAAAILsXx4KlOtw7H9Idu2YfZTmoBvCRaydooL2shVygiT3V"
#define KEY_PIN "AAAACmppdC14MjU1MTkAAAAgCQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
/* the neutral point: every signature would hold */
#define KEY_ZERO "AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define A " ssh-ed25519 " KEY_A "\n"
#define B " ssh-ed25519 " KEY_B "\n"
#define GRANT "namespaces=\"jit-grant\""

static const char *said;

static struct trusted_keys
parse(const char *text, size_t len, const uint8_t *host)
{
	struct conf_problems problems = { 0 };
	struct conf_source source = { .path = JIT_ETC_DIR "/trusted_keys" };
	struct trusted_keys keys;

	source.text = text;
	source.len = len;
	trusted_keys_parse(&source, host, &keys, &problems);
	said = conf_text_problems(&problems);
	conf_problems_done(&problems);
	return keys;
}

struct key_case {
	const char *text, *want;
	size_t n; /* keys that are taken all the same */
};

#define AT(place) "trusted_keys:" place ": "
static const struct key_case key_cases[] = {
	{ "", "", 0 },
	{ "# comment\n\n  \t\ncarol " GRANT A, "", 1 },
	{ "carol " GRANT " ssh-ed25519 " KEY_A " carol@laptop and more", "", 1 },
	{ "carol  " GRANT "\t ssh-ed25519\t" KEY_A "\n", "", 1 },
	{ "carol "
	  "namespaces=\"jit-grant,jit-revoke\",valid-after=\"20260101Z\",valid-before="
	  "\"20271130120000Z\"" A,
		"", 1 },
	{ "carol " GRANT A "dave " GRANT B, "", 2 },
	{ "carol namespaces=\"jit-pin\" jit-x25519 " KEY_PIN "\n",
		AT("1:39") "warning: PINs are not supported yet; this line is passed "
			   "over\n",
		0 },

	{ "carol" A,
		AT("1:7") "namespaces is missing: carol namespaces=\"jit-grant\" "
			  "ssh-ed25519 AAAA…\n" },
	{ "carol valid-after=\"20260101Z\"" A,
		AT("1:7") "namespaces is missing: namespaces=\"jit-grant\"\n" },
	{ "carol namespaces=\"\"" A, AT("1:7") "unknown namespace \"\"\n" },
	{ "carol namespaces=\"jit-grants\"" A,
		AT("1:7") "unknown namespace \"jit-grants\"; did you mean "
			  "\"jit-grant\"?\n" },
	{ "carol namespaces=\"file\"" A, AT("1:7") "unknown namespace \"file\"\n" },
	{ "carol namespaces=\"jit-grant,\"" A, AT("1:7") "unknown namespace \"\"\n" },
	{ "carol namespaces=jit-grant" A,
		AT("1:7") "the value of namespaces stands in double quotes\n" },
	{ "carol namespaces=\"jit-grant" A, AT("1:18") "this quote is not closed\n" },
	{ "carol " GRANT "," GRANT A,
		AT("1:30") "namespaces stands in this line twice\n" },
	{ "carol cert-authority," GRANT A,
		AT("1:7") "unknown option \"cert-authority\"\n" },
	{ "carol namespace=\"jit-grant\"" A,
		AT("1:7") "unknown option \"namespace\"; did you mean "
			  "namespaces=\"…\"?\n" },
	{ "carol " GRANT "x" A, AT("1:29") "a blank or a comma is missing here\n" },
	{ "carol " GRANT ",valid-before=\"20271130\"" A,
		AT("1:30") "\"20271130\" is no time: YYYYMMDD, HHMM or HHMMSS if wanted, "
			   "and Z "
			   "(UTC) at the end, like 20271130Z\n" },
	{ "carol " GRANT ",valid-before=\"20271330Z\"" A,
		AT("1:30") "\"20271330Z\" is no time: YYYYMMDD, HHMM or HHMMSS if "
			   "wanted, and Z "
			   "(UTC) at the end, like 20271130Z\n" },
	{ "carol " GRANT ",valid-after=\"20270101Z\",valid-before=\"20270101Z\"" A,
		AT("1:7") "valid-after is not before valid-before\n" },

	{ "host " GRANT A,
		AT("1:1") "\"host\" is nobody's name here; write the person's user "
			  "name\n" },
	{ "*@example.com " GRANT A,
		AT("1:1") "one user name, like carol: no patterns, lists or "
			  "addresses\n" },
	{ "carol,dave " GRANT A,
		AT("1:1") "one user name, like carol: no patterns, lists or "
			  "addresses\n" },
	{ "../carol " GRANT A, AT("1:1") "\"../carol\" cannot be a user name\n" },
	{ "\"carol\" " GRANT A, AT("1:1") "the user name stands without quotes\n" },

	{ "carol " GRANT " ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ==\n",
		AT("1:30") "only ssh-ed25519 keys, not ssh-rsa: ssh-keygen -t ed25519, "
			   "or jitctl "
			   "keygen\n" },
	{ "carol " GRANT " sk-ssh-ed25519@openssh.com AAAA\n",
		AT("1:30") "only ssh-ed25519 keys, not sk-ssh-ed25519@openssh.com: "
			   "ssh-keygen -t "
			   "ed25519, or jitctl keygen\n" },
	{ "carol " GRANT " jit-x25519 " KEY_PIN "\n",
		AT("1:30") "only ssh-ed25519 keys, not jit-x25519: ssh-keygen -t "
			   "ed25519, or "
			   "jitctl keygen\n" },
	{ "carol namespaces=\"jit-pin\"" A,
		AT("1:28") "a key for jit-pin is of type jit-x25519, not ssh-ed25519\n" },
	{ "carol namespaces=\"jit-grant,jit-pin\" jit-x25519 " KEY_PIN "\n",
		AT("1:38") "jit-pin stands alone in its namespaces: its key is of "
			   "another "
			   "type\n" },
	{ "carol " GRANT " ssh-ed25519\n",
		AT("1:30") "a key is missing: ssh-ed25519 AAAA…\n" },
	{ "carol " GRANT " ssh-ed25519 AAAA\n",
		AT("1:42") "this is not the public key that its type says; copy the .pub "
			   "file's "
			   "line again\n" },
	{ "carol " GRANT " ssh-ed25519 " KEY_PIN "\n",
		AT("1:42") "this is not the public key that its type says; copy the .pub "
			   "file's "
			   "line again\n" },
	{ "carol " GRANT " ssh-ed25519 " KEY_ZERO "\n",
		AT("1:42") "this key is a point that no signature can come from\n" },

	{ "carol " GRANT A "dave " GRANT A,
		AT("2:41") "this key is carol's already (line 1): a key has one owner\n",
		1 },
	{ "carol " GRANT A "carol namespaces=\"jit-revoke\"" A,
		AT("2:43") "this key stands in line 1 already; put all namespaces "
			   "there\n",
		1 },
	{ "carol " GRANT " ssh-ed25519 " KEY_A "\r\n",
		AT("1:110") "a carriage return (a file from Windows); remove it\n" },
	{ "bad line here\ncarol " GRANT A "host " GRANT B,
		AT("1:5") "unknown option \"line\"\n" AT(
			"3:1") "\"host\" is nobody's name here; "
			       "write the person's user name\n",
		1 },
};

static void
test_each_line_is_taken_or_refused(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(key_cases); i++) {
		const struct key_case *c = &key_cases[i];
		struct trusted_keys keys;

		test_row(c->text);
		keys = parse(c->text, strlen(c->text), NULL);
		ASSERT_EQ_STR(said, c->want);
		ASSERT_EQ_UINT(keys.n, c->n);
		trusted_keys_done(&keys);
	}
	test_row(NULL);
}

static void
test_a_nul_byte_is_refused(void)
{
	static const char text[] = "carol " GRANT " ssh-ed25519 " KEY_A "\0 x\n";
	struct trusted_keys keys = parse(text, sizeof(text) - 1, NULL);

	ASSERT_CONTAINS(said, "a NUL byte; remove it");
	ASSERT_EQ_UINT(keys.n, 0);
	trusted_keys_done(&keys);
}

static void
test_the_hosts_key_is_nobody_elses(void)
{
	static const char text[] = "carol " GRANT A;
	struct trusted_keys keys = parse(text, sizeof(text) - 1, NULL);
	struct jit_key first = keys.v[0];

	trusted_keys_done(&keys);
	keys = parse(text, sizeof(text) - 1, first.public_key);
	ASSERT_EQ_STR(
		said, AT("1:42") "this is the host's own key; nobody else can have it\n");
	ASSERT_EQ_UINT(keys.n, 0);
	trusted_keys_done(&keys);
}

static void
test_times_as_openssh_writes_them(void)
{
	static const struct {
		const char *text;
		int64_t sec; /* 0: refused */
	} times[] = {
		{ "20260101Z", 1767225600 },
		{ "202601010830Z", 1767256200 },
		{ "20260101083015Z", 1767256215 },
		{ "20260101", 0 },
		{ "2026-01-01Z", 0 },
		{ "20260230Z", 0 },
		{ "202601012460Z", 0 },
		{ "2026010108Z", 0 },
		{ "20260101Z ", 0 },
		{ "", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		int64_t sec = 0;
		int r = trusted_time_parse(times[i].text, &sec);

		test_row(times[i].text);
		ASSERT_EQ_INT(r == 0, times[i].sec != 0);
		ASSERT_EQ_INT(sec, times[i].sec);
	}
	test_row(NULL);
}

static void
test_keys_are_found_again(void)
{
	static const char text[] =
		"carol namespaces=\"jit-grant,jit-revoke\",valid-before=\"20270101Z\"" A
		"dave namespaces=\"jit-request\"" B;
	struct trusted_keys keys = parse(text, sizeof(text) - 1, NULL);
	struct jit_key host = { .principal = "host",
		.public_key = { 7 },
		.is_host = true,
		.machine_id = "0123456789abcdef0123456789abcdef" };
	struct compiled compiled = { 0 };
	struct jit_table table = JIT_TABLE_NONE;
	char kid[JIT_KID_LEN + 1];
	struct jit_key found;
	int dirfd = test_dir_fd();

	ASSERT_EQ_STR(said, "");
	ASSERT_OK(compile_keys(&keys, &host, &compiled));
	ASSERT_OK(jit_file_replace(dirfd, "keys.cdb", 0600, compiled.buf, compiled.len));
	ASSERT_OK(jit_table_open(dirfd, "keys.cdb", getuid(), &table));
	jit_key_id(keys.v[0].public_key, kid);
	ASSERT_OK(jit_keys_find(&table, kid, &found));
	ASSERT_EQ_STR(found.principal, "carol");
	ASSERT_EQ_UINT(found.namespaces, JIT_NS_GRANT | JIT_NS_REVOKE);
	ASSERT_TRUE(jit_key_allows(&found, JIT_NS_GRANT, CONF_TEXT_NOW));
	ASSERT_FALSE(jit_key_allows(&found, JIT_NS_GRANT, 1798761600));
	ASSERT_FALSE(found.is_host);
	jit_key_id(keys.v[1].public_key, kid);
	ASSERT_OK(jit_keys_find(&table, kid, &found));
	ASSERT_FALSE(jit_key_allows(&found, JIT_NS_GRANT, CONF_TEXT_NOW));
	ASSERT_OK(jit_keys_find_host(&table, &found));
	ASSERT_TRUE(found.is_host);
	ASSERT_EQ_STR(found.machine_id, host.machine_id);
	jit_key_id(host.public_key, kid);
	ASSERT_OK(jit_keys_find(&table, kid, &found));
	ASSERT_TRUE(found.is_host);
	jit_table_close(&table);
	close(dirfd);
	compiled_done(&compiled);
	trusted_keys_done(&keys);
}

TEST_MAIN(TEST(test_each_line_is_taken_or_refused), TEST(test_a_nul_byte_is_refused),
	TEST(test_the_hosts_key_is_nobody_elses), TEST(test_times_as_openssh_writes_them),
	TEST(test_keys_are_found_again))
