/*
 * jitctl/agent.c: a real ssh-agent's keys are listed and its signatures verify; what it
 * refuses is said; whatever else may answer at the socket is refused and reads nothing that
 * is not there. Skipped (77) behind the protocol tests where there is no ssh-agent.
 */
#include "jitctl/agent.h"

#include <signal.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "jitctl/sshkey.h"
#include "test.h"

enum { TOOLS_MISSING = 77, SIGN_RESPONSE = 14 };

/* ---- canned answers ---- */

/* A connection whose other end has answered already. */
static int
answered(const void *bytes, size_t len, int *ret_peer)
{
	int fds[2];

	ASSERT_EQ_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	ASSERT_EQ_INT(write(fds[1], bytes, len), (ssize_t)len);
	shutdown(fds[1], SHUT_WR);
	*ret_peer = fds[1];
	return fds[0];
}

#define EMPTY_RSA "\0\0\0\x0b\0\0\0\7ssh-rsa"

static const struct {
	const char *name, *bytes;
	size_t len;
	int error;
} bad_lists[] = {
#define ROW(name, bytes, error)                                                          \
	{                                                                                \
		name, bytes, sizeof(bytes) - 1, error                                    \
	}
	ROW("nothing", "", ECONNRESET),
	ROW("half a length", "\0\0", ECONNRESET),
	ROW("length of nothing", "\0\0\0\0", EPROTO),
	ROW("length beyond the bound", "\0\4\0\1", EPROTO),
	ROW("longest length", "\xff\xff\xff\xff", EPROTO),
	ROW("cut short", "\0\0\0\5\x0c\0\0", ECONNRESET),
	ROW("a refusal", "\0\0\0\1\5", EPROTO),
	ROW("another answer", "\0\0\0\5\x0e\0\0\0\0", EPROTO),
	ROW("no count", "\0\0\0\4\x0c\0\0\0", EPROTO),
	ROW("count without keys", "\0\0\0\5\x0c\0\0\0\1", EPROTO),
	ROW("too many keys", "\0\0\0\5\x0c\0\0\1\1", E2BIG),
	ROW("most keys", "\0\0\0\5\x0c\xff\xff\xff\xff", E2BIG),
	ROW("blob beyond the end", "\0\0\0\x09\x0c\0\0\0\1\0\0\0\1", EPROTO),
	ROW("longest blob", "\0\0\0\x09\x0c\0\0\0\1\xff\xff\xff\xff", EPROTO),
	ROW("no comment", "\0\0\0\x14\x0c\0\0\0\1" EMPTY_RSA, EPROTO),
	ROW("comment beyond the end", "\0\0\0\x18\x0c\0\0\0\1" EMPTY_RSA "\0\0\0\1",
		EPROTO),
	ROW("type beyond its blob", "\0\0\0\x11\x0c\0\0\0\1\0\0\0\4\0\0\0\1\0\0\0\0",
		EPROTO),
	ROW("second key missing", "\0\0\0\x18\x0c\0\0\0\2" EMPTY_RSA "\0\0\0\0", EPROTO),
};

static void
test_bad_lists_are_refused(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad_lists); i++) {
		struct agent_keys keys = { 7, NULL };
		struct jit_error err = { 0 };
		int peer, fd = answered(bad_lists[i].bytes, bad_lists[i].len, &peer);

		test_row(bad_lists[i].name);
		ASSERT_ERR(agent_list(fd, &keys, &err), bad_lists[i].error);
		ASSERT_TRUE(err.text[0] != '\0');
		ASSERT_EQ_UINT(keys.n, 7);
		close(fd);
		close(peer);
	}
	test_row(NULL);
}

static void
test_key_of_another_type_is_listed_and_not_usable(void)
{
	static const char bytes[] = "\0\0\0\x1c\x0c\0\0\0\1" EMPTY_RSA "\0\0\0\4a\nb\0";
	struct agent_keys keys = { 0 };
	int peer, fd = answered(bytes, 4 + 0x1c, &peer);

	ASSERT_OK(agent_list(fd, &keys, NULL));
	ASSERT_EQ_UINT(keys.n, 1);
	ASSERT_EQ_STR(keys.v[0].type, "ssh-rsa");
	ASSERT_EQ_STR(keys.v[0].comment, "a\nb");
	ASSERT_FALSE(keys.v[0].usable);
	agent_keys_done(&keys);
	close(fd);
	close(peer);
}

static void
test_long_texts_are_cut(void)
{
	uint8_t answer[1024] = { 0, 0, 2, 1 + 4 + 4 + 4 + 4, 12, 0, 0, 0, 1, 0, 0, 1, 4,
		0, 0, 1 };
	struct agent_keys keys = { 0 };
	int peer, fd;

	memset(answer + 17, 'T', 256);
	answer[17 + 256 + 2] = 1;
	memset(answer + 17 + 256 + 4, 'c', 256);
	fd = answered(answer, 4 + 512 + 17, &peer);
	ASSERT_OK(agent_list(fd, &keys, NULL));
	ASSERT_EQ_UINT(strlen(keys.v[0].type), AGENT_TYPE_SIZE - 1);
	ASSERT_EQ_UINT(strlen(keys.v[0].comment), AGENT_COMMENT_SIZE - 1);
	ASSERT_EQ_INT(keys.v[0].comment[0], 'c');
	agent_keys_done(&keys);
	close(fd);
	close(peer);
}

static const struct {
	const char *name, *bytes;
	size_t len;
	int error;
} bad_signatures[] = {
	ROW("a refusal", "\0\0\0\1\5", EACCES),
	ROW("another answer", "\0\0\0\5\x0c\0\0\0\0", EPROTO),
	ROW("nothing inside", "\0\0\0\5\x0e\0\0\0\0", EPROTO),
	ROW("longest inside", "\0\0\0\5\x0e\xff\xff\xff\xff", EPROTO),
	ROW("short signature",
		"\0\0\0\x1c\x0e\0\0\0\x17\0\0\0\x0b"
		"ssh-ed25519\0\0\0\4abcd",
		EPROTO),
};

static void
test_bad_signatures_are_refused(void)
{
	static const uint8_t key[32] = { 1 };

	for (size_t i = 0; i < ARRAY_SIZE(bad_signatures); i++) {
		uint8_t signature[64] = { 0x55 };
		int peer,
			fd = answered(
				bad_signatures[i].bytes, bad_signatures[i].len, &peer);

		test_row(bad_signatures[i].name);
		ASSERT_ERR(agent_sign(fd, key, (const uint8_t *)"x", 1, signature, NULL),
			bad_signatures[i].error);
		ASSERT_EQ_INT(signature[0], 0x55);
		close(fd);
		close(peer);
	}
	test_row(NULL);
}

/* A well-formed answer with this type and signature, to a question about data "x". */
static int
sign_answered(uint8_t code, const char *type, const uint8_t *public_key,
	const uint8_t signature[64], uint8_t ret[64])
{
	uint8_t answer[256] = { 0, 0, 0, 0, code };
	size_t type_len = strlen(type), blob_len = 4 + type_len + 4 + 64;
	int peer, fd, r;

	answer[3] = (uint8_t)(1 + 4 + blob_len);
	answer[8] = (uint8_t)blob_len;
	answer[12] = (uint8_t)type_len;
	memcpy(answer + 13, type, type_len);
	answer[13 + type_len + 3] = 64;
	memcpy(answer + 13 + type_len + 4, signature, 64);
	fd = answered(answer, 4 + 1 + 4 + blob_len, &peer);
	r = agent_sign(fd, public_key, (const uint8_t *)"x", 1, ret, NULL);
	close(fd);
	close(peer);
	return r;
}

static void
test_signature_must_verify(void)
{
	uint8_t pk[32], sk[64], good[64], bad[64], got[64] = { 0x55 };

	crypto_sign_keypair(pk, sk);
	crypto_sign_detached(good, NULL, (const uint8_t *)"x", 1, sk);
	crypto_sign_detached(bad, NULL, (const uint8_t *)"y", 1, sk);
	ASSERT_ERR(sign_answered(SIGN_RESPONSE, "ssh-ed25519", pk, bad, got), EBADMSG);
	ASSERT_ERR(sign_answered(SIGN_RESPONSE, "ssh-ed25518", pk, good, got), EPROTO);
	ASSERT_ERR(
		sign_answered(SIGN_RESPONSE + 1, "ssh-ed25519", pk, good, got), EPROTO);
	ASSERT_EQ_INT(got[0], 0x55);
	ASSERT_OK(sign_answered(SIGN_RESPONSE, "ssh-ed25519", pk, good, got));
	ASSERT_EQ_MEM(got, good, 64);
}

static void
test_describe_names_the_kinds(void)
{
	struct agent_key v[] = { { .type = "ssh-rsa" },
		{ .type = "sk-ssh-ed25519@openssh.com" },
		{ .type = "ecdsa-sha2-nistp256" },
		{ .type = "sk-ecdsa-sha2-nistp256@openssh.com" },
		{ .type = "ssh-\033[2J" } };
	struct agent_keys keys = { ARRAY_SIZE(v), v };
	char buf[128], small[8];

	ASSERT_EQ_STR(agent_describe(&keys, buf, sizeof(buf)),
		"rsa, sk-ed25519, ecdsa, sk-ecdsa, \\x1b[2J");
	ASSERT_EQ_STR(agent_describe(&keys, small, sizeof(small)), "rsa, sk");
	keys.n = 0;
	ASSERT_EQ_STR(agent_describe(&keys, buf, sizeof(buf)), "no keys");
}

static void
test_no_agent_is_said(void)
{
	struct jit_error err = { 0 };
	char long_path[256];

	unsetenv("SSH_AUTH_SOCK");
	ASSERT_ERR(agent_open(&err), ENOENT);
	ASSERT_CONTAINS(err.text, "SSH_AUTH_SOCK is not set");
	setenv("SSH_AUTH_SOCK", test_path("nobody"), 1);
	err.text[0] = '\0';
	ASSERT_ERR(agent_open(&err), ENOENT);
	ASSERT_CONTAINS(err.text, "/nobody");
	memset(long_path, 'a', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	setenv("SSH_AUTH_SOCK", long_path, 1);
	ASSERT_ERR(agent_open(NULL), ENAMETOOLONG);
}

/* ---- a real ssh-agent ---- */

static pid_t
start(const char *const argv[])
{
	pid_t pid;

	fflush(stdout);
	pid = fork();

	ASSERT_TRUE(pid >= 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!freopen("/dev/null", "r+", stdin) || !freopen("/dev/null", "w", stdout) ||
		!freopen("/dev/null", "w", stderr))
		_exit(126);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static int
run(const char *const argv[])
{
	int status = -1;

	ASSERT_TRUE(waitpid(start(argv), &status, 0) > 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

#define RUN(...) run((const char *[]){ __VA_ARGS__, NULL })

static char key_path[512], socket_path[512];
static pid_t agent_pid;

static void
stop_agent(void)
{
	if (agent_pid > 0)
		kill(agent_pid, SIGKILL);
}

/* False: there is no ssh-agent to be had. */
static bool
start_agent(void)
{
	snprintf(socket_path, sizeof(socket_path), "%s", test_path("agent"));
	snprintf(key_path, sizeof(key_path), "%s", test_path("id_ed25519"));
	setenv("SSH_ASKPASS", "/bin/false", 1);
	setenv("SSH_ASKPASS_REQUIRE", "force", 1);
	agent_pid = start((const char *[]){ "ssh-agent", "-D", "-a", socket_path, NULL });
	atexit(stop_agent);
	for (int i = 0; i < 100 && access(socket_path, F_OK) < 0; i++) {
		if (waitpid(agent_pid, NULL, WNOHANG) == agent_pid) {
			agent_pid = 0;
			return false;
		}
		usleep(50000);
	}
	setenv("SSH_AUTH_SOCK", socket_path, 1);
	return access(socket_path, F_OK) == 0;
}

static void
list(struct agent_keys *ret)
{
	int fd = agent_open(NULL);

	ASSERT_TRUE(fd >= 0);
	ASSERT_OK(agent_list(fd, ret, NULL));
	close(fd);
}

static int
sign(const struct agent_key *key, const char *data, uint8_t ret[64],
	struct jit_error *err)
{
	int fd = agent_open(NULL), r;

	ASSERT_TRUE(fd >= 0);
	r = agent_sign(
		fd, key->public_key, (const uint8_t *)data, strlen(data), ret, err);
	close(fd);
	return r;
}

static void
test_real_agent_lists_and_signs(void)
{
	struct agent_keys keys = { 0 };
	uint8_t signature[64];

	list(&keys);
	ASSERT_EQ_UINT(keys.n, 0);
	agent_keys_done(&keys);
	ASSERT_EQ_INT(RUN("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C",
			      "carol's key", "-f", key_path),
		0);
	ASSERT_EQ_INT(RUN("ssh-add", "-q", key_path), 0);
	list(&keys);
	ASSERT_EQ_UINT(keys.n, 1);
	ASSERT_TRUE(keys.v[0].usable);
	ASSERT_EQ_STR(keys.v[0].comment, "carol's key");
	ASSERT_OK(sign(&keys.v[0], "some bytes", signature, NULL));
	ASSERT_EQ_INT(crypto_sign_verify_detached(signature,
			      (const uint8_t *)"some bytes", 10, keys.v[0].public_key),
		0);
	agent_keys_done(&keys);
}

static void
test_real_line_is_ours(void)
{
	struct agent_keys keys = { 0 };
	char line[SSHKEY_LINE_SIZE], path[520];
	char *file;

	list(&keys);
	snprintf(path, sizeof(path), "%s.pub", key_path);
	file = test_file_read(path, NULL);
	ASSERT_CONTAINS(file, sshkey_format(SSHKEY_ED25519, keys.v[0].public_key, line));
	free(file);
	agent_keys_done(&keys);
}

static void
test_real_ecdsa_key_is_not_usable(void)
{
	struct agent_keys keys = { 0 };
	char path[512], buf[128];

	snprintf(path, sizeof(path), "%s", test_path("id_ecdsa"));
	ASSERT_EQ_INT(RUN("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", path), 0);
	ASSERT_EQ_INT(RUN("ssh-add", "-q", path), 0);
	list(&keys);
	ASSERT_EQ_UINT(keys.n, 2);
	ASSERT_FALSE(keys.v[1].usable);
	ASSERT_EQ_STR(agent_describe(&keys, buf, sizeof(buf)), "ed25519, ecdsa");
	agent_keys_done(&keys);
}

static void
assert_refused(const struct agent_key *key)
{
	uint8_t signature[64] = { 0x55 };
	struct jit_error err = { 0 };

	ASSERT_ERR(sign(key, "x", signature, &err), EACCES);
	ASSERT_CONTAINS(err.text, "refused to sign");
	ASSERT_EQ_INT(signature[0], 0x55);
}

static void
test_real_agent_refuses_what_its_user_refuses(void)
{
	struct agent_keys keys = { 0 };

	list(&keys);
	ASSERT_EQ_INT(RUN("ssh-add", "-q", "-c", key_path), 0);
	assert_refused(&keys.v[0]);
	agent_keys_done(&keys);
}

static void
test_real_agent_refuses_a_restricted_key(void)
{
	struct agent_keys keys = { 0 };
	char path[520], known[512];
	char *pub;

	list(&keys);
	snprintf(path, sizeof(path), "%s.pub", key_path);
	pub = test_file_read(path, NULL);
	snprintf(known, sizeof(known), "%s", test_path("known_hosts"));
	snprintf(path, sizeof(path), "web1 %.400s", pub);
	test_file_write(known, 0600, path, strlen(path));
	ASSERT_EQ_INT(RUN("ssh-add", "-q", "-D"), 0);
	ASSERT_EQ_INT(RUN("ssh-add", "-q", "-H", known, "-h", "web1", key_path), 0);
	assert_refused(&keys.v[0]);
	free(pub);
	agent_keys_done(&keys);
}

static const struct test_case protocol[] = { TEST(test_bad_lists_are_refused),
	TEST(test_key_of_another_type_is_listed_and_not_usable),
	TEST(test_long_texts_are_cut), TEST(test_bad_signatures_are_refused),
	TEST(test_signature_must_verify), TEST(test_describe_names_the_kinds),
	TEST(test_no_agent_is_said) };

static const struct test_case real[] = { TEST(test_real_agent_lists_and_signs),
	TEST(test_real_line_is_ours), TEST(test_real_ecdsa_key_is_not_usable),
	TEST(test_real_agent_refuses_what_its_user_refuses),
	TEST(test_real_agent_refuses_a_restricted_key) };

int
main(void)
{
	test_run_(protocol, ARRAY_SIZE(protocol));
	if (!start_agent()) {
		printf("no ssh-agent here: the tests against it are skipped\n");
		return TOOLS_MISSING;
	}
	return test_run_(real, ARRAY_SIZE(real));
}
