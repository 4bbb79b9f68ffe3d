/*
 * Reading a passphrase.
 *
 * Runs as the person at the keyboard. MUST read with ECHO and ICANON off and flush what was
 * typed before and after (CVE-2019-18634, CVE-2025-64170); MUST restore the terminal before
 * a signal ends the process.
 */
#include "jitctl/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <termios.h>

#include "libjit/file.h"

enum {
	CTRL_C = 3,
	CTRL_D = 4,
	BACKSPACE = 8,
	CTRL_U = 21,
	CTRL_BACKSLASH = 28,
	DELETE = 127
};

void
passphrase_wipe(struct passphrase *passphrase)
{
	sodium_memzero(passphrase, sizeof(*passphrase));
}

/* The terminal as it was, and the signals as they were: put back by the destructor. */
struct quiet_tty {
	int fd, signal_fd;
	struct termios before;
	sigset_t mask_before;
};

static void
quiet_tty_end(struct quiet_tty *tty)
{
	if (tty->fd < 0)
		return;
	(void)tcsetattr(tty->fd, TCSAFLUSH, &tty->before);
	(void)sigprocmask(SIG_SETMASK, &tty->mask_before, NULL);
	jit_closep(&tty->signal_fd);
	jit_closep(&tty->fd);
}

/* From here on, signals that would end or stop us wait until the terminal is itself again. */
static int
quiet_tty_begin(struct quiet_tty *ret)
{
	static const int held[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	_cleanup_close_ int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct quiet_tty tty = { -1, -1 };
	struct termios quiet;
	sigset_t mask;

	if (fd < 0 || tcgetattr(fd, &tty.before) < 0)
		return -errno;
	(void)sigemptyset(&mask);
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		(void)sigaddset(&mask, held[i]);
	tty.signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (tty.signal_fd < 0)
		return -errno;
	(void)sigprocmask(SIG_BLOCK, &mask, &tty.mask_before);
	quiet = tty.before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	quiet.c_cc[VMIN] = 1;
	quiet.c_cc[VTIME] = 0;
	tty.fd = TAKE_FD(fd);
	if (tcsetattr(tty.fd, TCSAFLUSH, &quiet) < 0) {
		int r = -errno;

		quiet_tty_end(&tty);
		return r;
	}
	*ret = tty;
	return 0;
}

/* One byte: 1, or 0 at the end, -EINTR when a signal wants us. */
static int
tty_byte(const struct quiet_tty *tty, char *ret)
{
	struct pollfd fds[] = { { tty->fd, POLLIN, 0 }, { tty->signal_fd, POLLIN, 0 } };
	ssize_t n;

	while (poll(fds, ARRAY_SIZE(fds), -1) < 0)
		if (errno != EINTR)
			return -errno;
	if (fds[1].revents)
		return -EINTR;
	n = read(tty->fd, ret, 1);
	return n < 0 ? -errno : (int)n;
}

/* Takes away one character: in UTF-8 that can be several bytes. */
static size_t
erase(char *text, size_t len)
{
	while (len > 0 && ((unsigned char)text[len - 1] & 0xc0) == 0x80)
		len--;
	return len > 0 ? len - 1 : 0;
}

static int
tty_line(const struct quiet_tty *tty, struct passphrase *ret)
{
	size_t len = 0;

	for (;;) {
		char c = 0;
		int r = tty_byte(tty, &c);

		if (r < 0)
			return r;
		if (r == 0 || c == CTRL_C || c == CTRL_BACKSLASH ||
			(c == CTRL_D && len == 0))
			return -ECANCELED;
		if (c == '\n' || c == '\r')
			break;
		if (c == BACKSPACE || c == DELETE)
			len = erase(ret->text, len);
		else if (c == CTRL_U)
			len = 0;
		else if (c != '\0' && len < PASSPHRASE_MAX)
			ret->text[len++] = c;
	}
	ret->text[len] = '\0';
	return 0;
}

static int
ask_tty(const char *prompt, struct passphrase *ret)
{
	_cleanup_(quiet_tty_end) struct quiet_tty tty = { -1, -1 };
	int r = quiet_tty_begin(&tty);

	if (r < 0)
		return r;
	r = jit_write_full(tty.fd, prompt, strlen(prompt));
	if (r == 0)
		r = tty_line(&tty, ret);
	if (jit_write_full(tty.fd, "\n", 1) < 0 && r == 0)
		r = -EIO;
	return r;
}

/* The first line, byte by byte: what is behind it stays for others. */
static int
read_stdin(struct passphrase *ret)
{
	size_t len = 0;

	while (len < sizeof(ret->text)) {
		ssize_t n = read(STDIN_FILENO, ret->text + len, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0 && len == 0)
			return -ENODATA;
		if (n == 0 || ret->text[len] == '\n') {
			ret->text[len] = '\0';
			return 0;
		}
		len++;
	}
	return -EFBIG;
}

static int
ask_failed(int r, struct jit_error *err)
{
	if (r == -ECANCELED || r == -EINTR)
		return jit_error_set(err, r, "no passphrase given; nothing was done");
	if (r == -ENODATA)
		return jit_error_set(err, r,
			"the passphrase is empty; it is asked on a terminal, or read "
			"from "
			"standard input where that is none");
	return jit_error_set(err, r, "the passphrase cannot be read: %s", strerror(-r));
}

int
passphrase_ask(const char *prompt, struct passphrase *ret, struct jit_error *err)
{
	_cleanup_passphrase_ struct passphrase passphrase = { 0 };
	int r;

	(void)prctl(PR_SET_DUMPABLE, 0); /* no core, no debugger: a secret is coming */
	r = isatty(STDIN_FILENO) ? ask_tty(prompt, &passphrase) : read_stdin(&passphrase);
	if (r == 0 && !passphrase.text[0])
		r = -ENODATA;
	if (r < 0)
		return ask_failed(r, err);
	*ret = passphrase;
	return 0;
}

int
passphrase_ask_new(struct passphrase *ret, struct jit_error *err)
{
	_cleanup_passphrase_ struct passphrase first = { 0 }, second = { 0 };
	int r = passphrase_ask("New passphrase: ", &first, err);

	if (r < 0)
		return r;
	if (strlen(first.text) < PASSPHRASE_MIN)
		return jit_error_set(err, -EINVAL,
			"the passphrase is shorter than %d characters: it is all that "
			"protects the key when the file is copied",
			(int)PASSPHRASE_MIN);
	if (isatty(STDIN_FILENO)) {
		r = passphrase_ask("The same again: ", &second, err);
		if (r < 0)
			return r;
		if (strcmp(first.text, second.text) != 0)
			return jit_error_set(err, -EINVAL, "the two passphrases differ");
	}
	*ret = first;
	return 0;
}
