/*
 * What front and keeper say to each other over a SOCK_SEQPACKET pair: one frame, one packet,
 * bounded. The keeper treats the front as hostile: it runs as the caller.
 */
#ifndef JITSU_FRAME_H
#define JITSU_FRAME_H

#include <sys/ioctl.h>

#include "libjit/base.h"

enum { FRAME_DATA_MAX = 16384 };

enum frame_type {
	FRAME_NONE = 0,
	/* front to keeper */
	FRAME_INPUT,  /* data: typed */
	FRAME_SIZE,   /* size of the terminal */
	FRAME_SIGNAL, /* value: one of a few signals */
	FRAME_RESUME, /* value: 1 in the foreground, 0 in the background */
	/* keeper to front */
	FRAME_STARTED,
	FRAME_OUTPUT,  /* data: to be shown */
	FRAME_STOPPED, /* value: the signal that stopped the command */
	FRAME_NOTICE,  /* data: a line to be shown now */
	FRAME_FINAL,   /* data: lines to be shown at the end */
	FRAME_EXIT,    /* value: exit status; the last one */
};

struct frame {
	uint32_t type;
	int32_t value;
	struct winsize size;
	uint32_t len;
	char data[FRAME_DATA_MAX];
};

/* Sends one; type and value, and data where there is some. -EAGAIN: no room; -EPIPE: the
 * other side is gone. */
int frame_send(int socket, enum frame_type type, int value, const void *data,
	size_t len) _must_check_;
int frame_send_size(int socket, const struct winsize *size) _must_check_;

/* Receives one and checks its form. -EAGAIN: there is none; -EPIPE: the other side is gone;
 * -EBADMSG: not a frame. */
int frame_receive(int socket, struct frame *ret) _must_check_;

/* Is a packet of n bytes a frame? Pure. */
bool frame_is_whole(const struct frame *frame, size_t n);

/* May the front send this? Types, and signals of a short list. Pure. */
bool frame_is_from_front(const struct frame *frame);

#endif
