/*
 * Frames between front and keeper. Runs as: root (keeper), subject (front).
 *
 * MUST NOT block; MUST NOT use a frame that is not exactly as long as it says.
 */
#include "frame.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define HEADER_SIZE offsetof(struct frame, data)

static int
send_frame(int socket, struct frame *header, const void *data)
{
	struct iovec parts[] = { { header, HEADER_SIZE }, { (void *)data, header->len } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = ARRAY_SIZE(parts) };
	ssize_t n;

	do
		n = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	return (size_t)n == HEADER_SIZE + header->len ? 0 : -EIO;
}

int
frame_send(int socket, enum frame_type type, int value, const void *data, size_t len)
{
	struct frame header;

	if (len > FRAME_DATA_MAX)
		return -EMSGSIZE;
	(void)memset(&header, 0, HEADER_SIZE);
	header.type = type;
	header.value = value;
	header.len = (uint32_t)len;
	return send_frame(socket, &header, data);
}

int
frame_send_size(int socket, const struct winsize *size)
{
	struct frame header;

	(void)memset(&header, 0, HEADER_SIZE);
	header.type = FRAME_SIZE;
	header.size = *size;
	return send_frame(socket, &header, NULL);
}

bool
frame_is_whole(const struct frame *frame, size_t n)
{
	return n >= HEADER_SIZE && frame->type > FRAME_NONE &&
		frame->type <= FRAME_EXIT && frame->len == n - HEADER_SIZE;
}

int
frame_receive(int socket, struct frame *ret)
{
	ssize_t n;

	do
		n = recv(socket, ret, sizeof(*ret), MSG_DONTWAIT | MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	if (n == 0)
		return -EPIPE;
	return (size_t)n <= sizeof(*ret) && frame_is_whole(ret, (size_t)n) ? 0 : -EBADMSG;
}

static bool
is_passed_on(int sig)
{
	static const int passed_on[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1,
		SIGUSR2, SIGTSTP };

	for (size_t i = 0; i < ARRAY_SIZE(passed_on); i++)
		if (passed_on[i] == sig)
			return true;
	return false;
}

bool
frame_is_from_front(const struct frame *frame)
{
	switch (frame->type) {
	case FRAME_INPUT: return frame->len > 0;
	case FRAME_SIZE: return frame->len == 0;
	case FRAME_SIGNAL: return frame->len == 0 && is_passed_on(frame->value);
	case FRAME_RESUME:
		return frame->len == 0 && (frame->value == 0 || frame->value == 1);
	default: return false;
	}
}
