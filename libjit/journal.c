/*
 * journald's copy of an event, by its native protocol.
 *
 * Runs as: root, all three uids 0. MUST NOT block (a stopped journald would hold every
 * login up) and MUST NOT send a byte that somebody else chose unescaped: a newline in a
 * value would begin a field of its own.
 */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#include "escape.h"
#include "parse.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define KMSG "/dev/kmsg"
#define IDENTIFIER "jit"

enum {
	FACILITY_AUTHPRIV = 10, /* LOG_AUTHPRIV, unshifted: what SYSLOG_FACILITY wants */
	VALUE_SIZE = 1100,      /* JIT_REASON_MAX bytes, all of them escaped */
	COMMAND_SIZE = 4096,
	NUMBER_SIZE = 16,
	KEY_SIZE = 32,
	KMSG_SIZE = 900, /* the kernel cuts a line below 1,000 bytes */
};

/* ---- the sentence ---- */

struct sentence {
	char *buf;
	size_t len;
	bool started;
};

/* Adds `: ` or `, ` and the label, if there is room. */
static bool
add_label(struct sentence *sentence, const char *label)
{
	size_t room = JIT_JOURNAL_MESSAGE_SIZE - sentence->len;
	int n = snprintf(sentence->buf + sentence->len, room, "%s%s",
		sentence->started ? ", " : ": ", label);

	if (n < 0 || (size_t)n >= room) {
		sentence->buf[sentence->len] = '\0';
		return false;
	}
	sentence->len += (size_t)n;
	sentence->started = true;
	return true;
}

/* A value that is too long is cut by the escaping. */
static void
add(struct sentence *sentence, const char *label, const char *value)
{
	if (!value || !value[0] || !add_label(sentence, label))
		return;
	jit_escape(value, sentence->buf + sentence->len,
		JIT_JOURNAL_MESSAGE_SIZE - sentence->len);
	sentence->len += strlen(sentence->buf + sentence->len);
}

static void
add_command(struct sentence *sentence, const struct jit_strv *command)
{
	if (!command || command->n == 0 || !add_label(sentence, "command "))
		return;
	jit_escape_argv(command, sentence->buf + sentence->len,
		JIT_JOURNAL_MESSAGE_SIZE - sentence->len);
	sentence->len += strlen(sentence->buf + sentence->len);
}

const char *
jit_journal_message(const struct jit_audit *audit, char buf[JIT_JOURNAL_MESSAGE_SIZE])
{
	struct sentence sentence = { .buf = buf };
	char number[NUMBER_SIZE], expires[JIT_TIME_SIZE];

	(void)snprintf(
		buf, JIT_JOURNAL_MESSAGE_SIZE, "%s", jit_event_phrase(audit->event));
	sentence.len = strlen(buf);
	add(&sentence, "", audit->subject);
	add(&sentence, "as ", audit->target);
	add(&sentence, "role ", audit->role);
	add(&sentence, "service ", audit->service);
	add(&sentence, "from ", audit->rhost);
	add(&sentence, "by ", audit->approver);
	add(&sentence, "policy ", audit->role ? NULL : audit->policy);
	add(&sentence, "", audit->why);
	if (audit->exit_status != -1) {
		(void)snprintf(number, sizeof(number), "%d", audit->exit_status);
		add(&sentence, "exit status ", number);
	}
	if (audit->expires_sec)
		add(&sentence, "until ", jit_format_time(audit->expires_sec, expires));
	add(&sentence, "reason: ", audit->reason);
	add_command(&sentence, audit->command);
	return buf;
}

/* ---- the datagram ---- */

struct datagram {
	char *buf;
	size_t len;
};

/* One line, or nothing where there is no room for the whole of it. */
static void
put(struct datagram *datagram, const char *key, const char *escaped)
{
	size_t room = JIT_JOURNAL_SIZE - datagram->len;
	int n = snprintf(datagram->buf + datagram->len, room, "%s=%s\n", key, escaped);

	if (n > 0 && (size_t)n < room)
		datagram->len += (size_t)n;
}

static void
put_number(struct datagram *datagram, const char *key, int64_t number)
{
	char text[NUMBER_SIZE];

	(void)snprintf(text, sizeof(text), "%lld", (long long)number);
	put(datagram, key, text);
}

/* `subject_uid` is JIT_SUBJECT_UID in the journal. */
static const char *
key_of(const char *name, char buf[KEY_SIZE])
{
	size_t len;

	(void)snprintf(buf, KEY_SIZE, "JIT_%s", name);
	len = strlen(buf);
	for (size_t i = 0; i < len; i++)
		if (buf[i] >= 'a' && buf[i] <= 'z')
			buf[i] = (char)(buf[i] - 'a' + 'A');
	return buf;
}

static void
put_texts(struct datagram *datagram, const struct jit_audit *audit)
{
	const char *name, *value;
	char key[KEY_SIZE], escaped[VALUE_SIZE];

	for (size_t i = 0; (name = jit_audit_field(audit, i, &value)); i++)
		if (value)
			put(datagram, key_of(name, key),
				jit_escape(value, escaped, sizeof(escaped)));
}

static void
put_rest(struct datagram *datagram, const struct jit_audit *audit)
{
	char command[COMMAND_SIZE], expires[JIT_TIME_SIZE];

	if (audit->subject_uid != (uid_t)-1)
		put_number(datagram, "JIT_SUBJECT_UID", audit->subject_uid);
	if (audit->expires_sec)
		put(datagram, "JIT_EXPIRES",
			jit_format_time(audit->expires_sec, expires));
	if (audit->exit_status != -1)
		put_number(datagram, "JIT_EXIT_STATUS", audit->exit_status);
	if (audit->waited_sec != -1)
		put_number(datagram, "JIT_WAITED_SEC", audit->waited_sec);
	if (audit->command && audit->command->n > 0)
		put(datagram, "JIT_COMMAND",
			jit_escape_argv(audit->command, command, sizeof(command)));
}

size_t
jit_journal_datagram(const struct jit_audit *audit, char buf[JIT_JOURNAL_SIZE])
{
	struct datagram datagram = { .buf = buf };
	char message[JIT_JOURNAL_MESSAGE_SIZE];

	put(&datagram, "MESSAGE", jit_journal_message(audit, message));
	put(&datagram, "MESSAGE_ID", jit_event_message_id(audit->event));
	put_number(&datagram, "PRIORITY", jit_event_priority(audit->event));
	put(&datagram, "SYSLOG_IDENTIFIER", IDENTIFIER);
	put_number(&datagram, "SYSLOG_FACILITY", FACILITY_AUTHPRIV);
	put(&datagram, "JIT_EVENT", jit_event_name(audit->event));
	put_rest(&datagram, audit);
	put_texts(&datagram, audit);
	return datagram.len;
}

int
jit_journal_send(const struct jit_audit *audit)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX,
		.sun_path = JOURNAL_SOCKET };
	_cleanup_close_ int fd = -1;
	char buf[JIT_JOURNAL_SIZE];
	struct iovec part = { .iov_base = buf };
	const struct msghdr message = { .msg_name = &address,
		.msg_namelen = sizeof(address),
		.msg_iov = &part,
		.msg_iovlen = 1 };

	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	part.iov_len = jit_journal_datagram(audit, buf);
	if (sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return -errno;
	return 0;
}

int
jit_journal_kmsg(const struct jit_audit *audit)
{
	_cleanup_close_ int fd = -1;
	char message[JIT_JOURNAL_MESSAGE_SIZE], line[KMSG_SIZE];
	int n;

	fd = open(KMSG, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = snprintf(line, sizeof(line), "<%d>" IDENTIFIER ": %s",
		LOG_AUTHPRIV | jit_event_priority(audit->event),
		jit_journal_message(audit, message));
	if (n < 0)
		return -EINVAL;
	if ((size_t)n >= sizeof(line))
		n = sizeof(line) - 1;
	return write(fd, line, (size_t)n) < 0 ? -errno : 0;
}
