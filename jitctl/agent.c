/*
 * The ssh-agent protocol, as far as Ed25519 signatures need it.
 *
 * Runs as the person at the keyboard. MUST bound what the agent states (a message, a
 * count, a string) before using it; MUST verify the signature; MUST NOT sign anything else
 * than the bytes that it was given.
 */
#include "jitctl/agent.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "jitctl/sshkey.h"
#include "libjit/escape.h"

enum {
	MESSAGE_MAX = 256 * 1024, /* as OpenSSH's own agent bounds it */
	LIST_TIMEOUT_SEC = 10,

	FAILURE = 5,
	REQUEST_IDENTITIES = 11,
	IDENTITIES_ANSWER = 12,
	SIGN_REQUEST = 13,
	SIGN_RESPONSE = 14,
};

/* A message, or a string inside one: what is left to read. */
struct span {
	const uint8_t *at;
	size_t left;
};

void
agent_keys_done(struct agent_keys *keys)
{
	free(keys->v);
	*keys = (struct agent_keys){ 0 };
}

static uint32_t
get_u32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
		at[3];
}

static uint8_t *
put_u32(uint8_t *at, size_t v)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(v >> (24 - 8 * i));
	return at + 4;
}

static uint8_t *
put_string(uint8_t *at, const uint8_t *bytes, size_t len)
{
	at = put_u32(at, len);
	memcpy(at, bytes, len);
	return at + len;
}

static int
span_u32(struct span *span, uint32_t *ret)
{
	if (span->left < 4)
		return -EPROTO;
	*ret = get_u32(span->at);
	span->at += 4;
	span->left -= 4;
	return 0;
}

static int
span_string(struct span *span, struct span *ret)
{
	uint32_t len;
	int r = span_u32(span, &len);

	if (r < 0)
		return r;
	if (len > span->left)
		return -EPROTO;
	*ret = (struct span){ span->at, len };
	span->at += len;
	span->left -= len;
	return 0;
}

/* The text of a span; what lies behind a NUL or does not fit is left out. */
static void
span_text(const struct span *span, char *buf, size_t size)
{
	size_t len = span->left < size - 1 ? span->left : size - 1;

	memcpy(buf, span->at, len);
	buf[len] = '\0';
}

static bool
span_is(const struct span *span, const char *text)
{
	return span->left == strlen(text) && memcmp(span->at, text, span->left) == 0;
}

int
agent_open(struct jit_error *err)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	const char *path = getenv("SSH_AUTH_SOCK");
	_cleanup_close_ int fd = -1;
	char shown[256];

	if (!path || !*path)
		return jit_error_set(err, -ENOENT,
			"no ssh-agent here (SSH_AUTH_SOCK is not set); start one "
			"(eval $(ssh-agent); ssh-add), or sign with a key file: --key "
			"FILE");
	if (strlen(path) >= sizeof(sun.sun_path))
		return jit_error_set(err, -ENAMETOOLONG,
			"SSH_AUTH_SOCK: the path is longer than a socket's can be");
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return jit_error_set(err, -errno, "cannot make a socket: %m");
	if (connect(fd, &sun, sizeof(sun)) < 0)
		return jit_error_set(err, -errno, "no ssh-agent answers at %s: %m",
			jit_escape(path, shown, sizeof(shown)));
	return TAKE_FD(fd);
}

static int
send_all(int fd, const uint8_t *buf, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, buf, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
receive_all(int fd, uint8_t *buf, size_t len)
{
	while (len > 0) {
		ssize_t n = recv(fd, buf, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (n == 0)
			return -ECONNRESET;
		buf += n;
		len -= (size_t)n;
	}
	return 0;
}

/* One question, one answer. timeout_sec 0: as long as it takes. The answer is allocated
 * and not empty. */
static int
exchange(int fd, const uint8_t *question, size_t len, int timeout_sec, uint8_t **ret,
	size_t *ret_len)
{
	const struct timeval timeout = { .tv_sec = timeout_sec };
	_cleanup_free_ uint8_t *answer = NULL;
	uint8_t header[4];
	uint32_t answer_len;
	int r;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0)
		return -errno;
	r = send_all(fd, question, len);
	if (r >= 0)
		r = receive_all(fd, header, sizeof(header));
	if (r < 0)
		return r;
	answer_len = get_u32(header);
	if (answer_len == 0 || answer_len > MESSAGE_MAX)
		return -EPROTO;
	answer = malloc(answer_len);
	if (!answer)
		return -ENOMEM;
	r = receive_all(fd, answer, answer_len);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(answer);
	*ret_len = answer_len;
	return 0;
}

static int
read_key(struct span *list, struct agent_key *ret)
{
	struct span blob, comment, inside, type;
	int r = span_string(list, &blob);

	if (r >= 0)
		r = span_string(list, &comment);
	if (r < 0)
		return r;
	inside = blob;
	r = span_string(&inside, &type);
	if (r < 0)
		return r;
	*ret = (struct agent_key){ 0 };
	span_text(&type, ret->type, sizeof(ret->type));
	span_text(&comment, ret->comment, sizeof(ret->comment));
	ret->usable = sshkey_parse_blob(
			      SSHKEY_ED25519, blob.at, blob.left, ret->public_key) == 0;
	return 0;
}

static int
read_list(struct span answer, struct agent_keys *ret)
{
	_cleanup_agent_keys_ struct agent_keys keys = { 0 };
	uint32_t n;
	int r;

	if (answer.left < 1 || *answer.at != IDENTITIES_ANSWER)
		return -EPROTO;
	answer.at++;
	answer.left--;
	r = span_u32(&answer, &n);
	if (r < 0)
		return r;
	if (n > AGENT_KEYS_MAX)
		return -E2BIG;
	keys.v = calloc(n + 1, sizeof(*keys.v));
	if (!keys.v)
		return -ENOMEM;
	for (; keys.n < n; keys.n++) {
		r = read_key(&answer, &keys.v[keys.n]);
		if (r < 0)
			return r;
	}
	*ret = keys;
	keys = (struct agent_keys){ 0 };
	return 0;
}

/* What went wrong between us and the agent, for a person. */
static int
exchange_failed(int r, struct jit_error *err)
{
	if (r == -ETIMEDOUT)
		return jit_error_set(err, r, "the ssh-agent does not answer");
	if (r == -EPROTO)
		return jit_error_set(err, r,
			"what answers at SSH_AUTH_SOCK does not speak ssh-agent's "
			"protocol");
	if (r == -E2BIG)
		return jit_error_set(err, r, "the ssh-agent holds more than %d keys",
			(int)AGENT_KEYS_MAX);
	return jit_error_set(err, r, "talking to the ssh-agent failed: %s", strerror(-r));
}

int
agent_list(int fd, struct agent_keys *ret, struct jit_error *err)
{
	static const uint8_t question[] = { 0, 0, 0, 1, REQUEST_IDENTITIES };
	_cleanup_free_ uint8_t *answer = NULL;
	size_t len;
	int r;

	r = exchange(fd, question, sizeof(question), LIST_TIMEOUT_SEC, &answer, &len);
	if (r >= 0)
		r = read_list((struct span){ answer, len }, ret);
	if (r < 0)
		return exchange_failed(r, err);
	return 0;
}

static int
sign_question(const uint8_t public_key[32], const uint8_t *data, size_t data_len,
	uint8_t **ret, size_t *ret_len)
{
	uint8_t blob[SSHKEY_BLOB_MAX], *at;
	size_t blob_len = sshkey_blob(SSHKEY_ED25519, public_key, blob);
	size_t len = 1 + 4 + blob_len + 4 + data_len + 4;
	uint8_t *question;

	if (data_len > MESSAGE_MAX / 2)
		return -EFBIG;
	question = malloc(4 + len);
	if (!question)
		return -ENOMEM;
	at = put_u32(question, len);
	*at++ = SIGN_REQUEST;
	at = put_string(at, blob, blob_len);
	at = put_string(at, data, data_len);
	put_u32(at, 0); /* flags: none for Ed25519 */
	*ret = question;
	*ret_len = 4 + len;
	return 0;
}

static int
read_signature(struct span answer, uint8_t ret[64])
{
	struct span blob, type, signature;
	int r;

	if (answer.left < 1)
		return -EPROTO;
	if (*answer.at == FAILURE)
		return -EACCES;
	if (*answer.at != SIGN_RESPONSE)
		return -EPROTO;
	answer.at++;
	answer.left--;
	r = span_string(&answer, &blob);
	if (r >= 0)
		r = span_string(&blob, &type);
	if (r >= 0)
		r = span_string(&blob, &signature);
	if (r < 0)
		return r;
	if (!span_is(&type, SSHKEY_ED25519) || signature.left != crypto_sign_BYTES ||
		blob.left != 0 || answer.left != 0)
		return -EPROTO;
	memcpy(ret, signature.at, crypto_sign_BYTES);
	return 0;
}

int
agent_sign(int fd, const uint8_t public_key[32], const uint8_t *data, size_t len,
	uint8_t ret[64], struct jit_error *err)
{
	_cleanup_free_ uint8_t *question = NULL, *answer = NULL;
	uint8_t signature[crypto_sign_BYTES];
	size_t question_len, answer_len;
	int r;

	r = sign_question(public_key, data, len, &question, &question_len);
	if (r >= 0)
		r = exchange(fd, question, question_len, 0, &answer, &answer_len);
	if (r >= 0)
		r = read_signature((struct span){ answer, answer_len }, signature);
	if (r == -EACCES)
		return jit_error_set(err, r,
			"the ssh-agent refused to sign: it is locked, somebody said no, "
			"or "
			"the key was added for certain hosts only (ssh-add -h); add it "
			"with "
			"ssh-add -c");
	if (r < 0)
		return exchange_failed(r, err);
	if (crypto_sign_verify_detached(signature, data, len, public_key) != 0)
		return jit_error_set(err, -EBADMSG,
			"the ssh-agent's signature does not verify; nothing was signed");
	memcpy(ret, signature, sizeof(signature));
	return 0;
}

/* `ssh-rsa` -> `rsa`, `sk-ssh-ed25519@openssh.com` -> `sk-ed25519`, and so on. */
static void
short_type(const char *type, char *buf, size_t size)
{
	bool sk = strncmp(type, "sk-", 3) == 0;
	const char *rest = sk ? type + 3 : type;
	char word[AGENT_TYPE_SIZE], shown[AGENT_TYPE_SIZE * 4];
	size_t len;

	if (strncmp(rest, "ssh-", 4) == 0)
		rest += 4;
	len = strcspn(rest, "@");
	if (strncmp(rest, "ecdsa-", 6) == 0 && !memmem(rest, len, "-cert-", 6))
		len = 5;
	(void)snprintf(word, sizeof(word), "%.*s", (int)len, rest);
	(void)snprintf(buf, size, "%s%s", sk ? "sk-" : "",
		jit_escape(word, shown, sizeof(shown)));
}

const char *
agent_describe(const struct agent_keys *keys, char *buf, size_t size)
{
	size_t at = 0;

	if (keys->n == 0)
		(void)snprintf(buf, size, "no keys");
	for (size_t i = 0; i < keys->n && at < size; i++) {
		char type[AGENT_TYPE_SIZE * 4];

		short_type(keys->v[i].type, type, sizeof(type));
		at += (size_t)snprintf(buf + at, size - at, "%s%s", i ? ", " : "", type);
	}
	return buf;
}
