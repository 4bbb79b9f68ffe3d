/*
 * A question to the person at the terminal.
 *
 * Runs as the person at the keyboard. MUST NOT take an answer from anywhere but the
 * terminal, nor one that was typed before the question was there.
 */
#include "jitctl/question.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <termios.h>

#include "libjit/file.h"

/* One line, byte by byte; the terminal does the editing. */
static int
read_line(int fd, char ret[QUESTION_ANSWER_SIZE])
{
	size_t len = 0;

	for (;;) {
		char c;
		ssize_t n = read(fd, &c, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || len == QUESTION_ANSWER_SIZE - 1 || c == '\0')
			return -ECANCELED;
		if (c == '\n') {
			ret[len] = '\0';
			return 0;
		}
		ret[len++] = c;
	}
}

int
question_ask(const char *prompt, char ret[QUESTION_ANSWER_SIZE])
{
	_cleanup_close_ int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int r;

	if (fd < 0)
		return -ENOTTY;
	(void)fflush(stdout);
	(void)fflush(stderr);
	(void)tcflush(fd, TCIFLUSH);
	r = jit_write_full(fd, prompt, strlen(prompt));
	if (r == 0)
		r = read_line(fd, ret);
	if (r < 0)
		(void)!jit_write_full(fd, "\n", 1);
	return r;
}

bool
question_is_yes(const char *answer)
{
	return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}
