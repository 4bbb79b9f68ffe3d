/*
 * jitsu/frame.c: the keeper takes nothing from the front but what the front may send.
 */
#include "jitsu/frame.h"

#include <signal.h>
#include <sys/socket.h>

#include "test.h"

#define HEADER offsetof(struct frame, data)

static void
pair(int ret[2])
{
	ASSERT_OK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret));
}

static void
test_what_is_sent_arrives(void)
{
	static struct frame frame;
	const struct winsize size = { .ws_row = 24, .ws_col = 80 };
	int ends[2];

	pair(ends);
	ASSERT_OK(frame_send(ends[0], FRAME_INPUT, 0, "typed", 5));
	ASSERT_OK(frame_send(ends[0], FRAME_SIGNAL, SIGINT, NULL, 0));
	ASSERT_OK(frame_send_size(ends[0], &size));
	ASSERT_OK(frame_receive(ends[1], &frame));
	ASSERT_EQ_INT(frame.type, FRAME_INPUT);
	ASSERT_EQ_UINT(frame.len, 5);
	ASSERT_EQ_MEM(frame.data, "typed", 5);
	ASSERT_OK(frame_receive(ends[1], &frame));
	ASSERT_EQ_INT(frame.value, SIGINT);
	ASSERT_OK(frame_receive(ends[1], &frame));
	ASSERT_EQ_INT(frame.size.ws_col, 80);
	ASSERT_ERR(frame_receive(ends[1], &frame), EAGAIN);
	close(ends[0]);
	ASSERT_ERR(frame_receive(ends[1], &frame), EPIPE);
	ASSERT_ERR(frame_send(ends[1], FRAME_STARTED, 0, NULL, 0), EPIPE);
	close(ends[1]);
}

static void
test_sending_never_blocks(void)
{
	static char data[FRAME_DATA_MAX + 1];
	int ends[2], r = 0;

	pair(ends);
	ASSERT_ERR(frame_send(ends[0], FRAME_OUTPUT, 0, data, sizeof(data)), EMSGSIZE);
	for (int i = 0; r == 0 && i < 10000; i++)
		r = frame_send(ends[0], FRAME_OUTPUT, 0, data, FRAME_DATA_MAX);
	ASSERT_EQ_INT(r, -EAGAIN);
	close(ends[0]);
	close(ends[1]);
}

/* Packets as a hostile front could make them. */
static void
test_what_is_no_frame_is_refused(void)
{
	static union {
		struct frame frame;
		char bytes[sizeof(struct frame) + 64];
	} packet;
	static const struct {
		const char *row;
		uint32_t type, len;
		size_t size;
	} cases[] = {
		{ "empty header", FRAME_SIGNAL, 0, 1 },
		{ "short header", FRAME_SIGNAL, 0, HEADER - 1 },
		{ "no type", FRAME_NONE, 0, HEADER },
		{ "unknown type", FRAME_EXIT + 1, 0, HEADER },
		{ "huge type", UINT32_MAX, 0, HEADER },
		{ "says more than it has", FRAME_INPUT, 10, HEADER + 9 },
		{ "has more than it says", FRAME_INPUT, 9, HEADER + 10 },
		{ "says very much", FRAME_INPUT, UINT32_MAX, HEADER + 10 },
		{ "too long", FRAME_INPUT, FRAME_DATA_MAX + 10,
			HEADER + FRAME_DATA_MAX + 10 },
	};
	static struct frame frame;
	int ends[2];

	pair(ends);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		test_row(cases[i].row);
		packet.frame.type = cases[i].type;
		packet.frame.len = cases[i].len;
		ASSERT_EQ_INT(
			send(ends[0], &packet, cases[i].size, 0), (ssize_t)cases[i].size);
		ASSERT_ERR(frame_receive(ends[1], &frame), EBADMSG);
	}
	close(ends[0]);
	close(ends[1]);
}

static void
test_what_a_front_may_send(void)
{
	static const struct {
		const char *row;
		enum frame_type type;
		int value;
		uint32_t len;
		bool may;
	} cases[] = {
		{ "input", FRAME_INPUT, 0, 1, true },
		{ "no input", FRAME_INPUT, 0, 0, false },
		{ "size", FRAME_SIZE, 0, 0, true },
		{ "INT", FRAME_SIGNAL, SIGINT, 0, true },
		{ "TERM", FRAME_SIGNAL, SIGTERM, 0, true },
		{ "HUP", FRAME_SIGNAL, SIGHUP, 0, true },
		{ "QUIT", FRAME_SIGNAL, SIGQUIT, 0, true },
		{ "TSTP", FRAME_SIGNAL, SIGTSTP, 0, true },
		{ "USR1", FRAME_SIGNAL, SIGUSR1, 0, true },
		{ "KILL", FRAME_SIGNAL, SIGKILL, 0, false },
		{ "STOP", FRAME_SIGNAL, SIGSTOP, 0, false },
		{ "SEGV", FRAME_SIGNAL, SIGSEGV, 0, false },
		{ "CHLD", FRAME_SIGNAL, SIGCHLD, 0, false },
		{ "RTMIN", FRAME_SIGNAL, 34, 0, false },
		{ "signal 0", FRAME_SIGNAL, 0, 0, false },
		{ "signal -1", FRAME_SIGNAL, -1, 0, false },
		{ "signal with data", FRAME_SIGNAL, SIGINT, 1, false },
		{ "foreground", FRAME_RESUME, 1, 0, true },
		{ "background", FRAME_RESUME, 0, 0, true },
		{ "neither", FRAME_RESUME, 2, 0, false },
		{ "the keeper's own: exit", FRAME_EXIT, 0, 0, false },
		{ "started", FRAME_STARTED, 0, 0, false },
		{ "output", FRAME_OUTPUT, 0, 1, false },
		{ "stopped", FRAME_STOPPED, SIGTSTP, 0, false },
		{ "notice", FRAME_NOTICE, 0, 1, false },
		{ "final", FRAME_FINAL, 0, 1, false },
	};
	static struct frame frame;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		test_row(cases[i].row);
		frame.type = cases[i].type;
		frame.value = cases[i].value;
		frame.len = cases[i].len;
		ASSERT_EQ_INT(frame_is_from_front(&frame), cases[i].may);
	}
}

TEST_MAIN(TEST(test_what_is_sent_arrives), TEST(test_sending_never_blocks),
	TEST(test_what_is_no_frame_is_refused), TEST(test_what_a_front_may_send))
