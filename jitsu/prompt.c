/*
 * Asking on the terminal. Runs as: root.
 *
 * MUST have echo and line editing of the kernel off while a secret is read
 * (CVE-2019-18634); MUST put the terminal back on every way out, signals too; MUST wipe.
 */
#include "prompt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <termios.h>

struct prompt {
	int tty;
	int signal_fd, timer_fd;
	bool secret;
	bool changed; /* the terminal's settings are ours now */
	sigset_t old_mask;
	struct termios old;
	const char *question;
	char *text;
	size_t len, size;
	bool too_long;
};

void
prompt_secret_wipe(struct prompt_secret *secret)
{
	explicit_bzero(secret, sizeof(*secret));
}

static void
restore_terminal(struct prompt *p)
{
	if (p->changed)
		(void)tcsetattr(p->tty, TCSAFLUSH, &p->old);
	p->changed = false;
}

/* In the background this stops us (SIGTTOU) until somebody looks. */
static int
prepare_terminal(struct prompt *p)
{
	struct termios t;

	if (tcgetattr(p->tty, &p->old) < 0)
		return -errno;
	t = p->old;
	if (p->secret) {
		t.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ICANON);
		t.c_cc[VMIN] = 1;
		t.c_cc[VTIME] = 0;
	}
	t.c_lflag |= ISIG;
	if (tcsetattr(p->tty, TCSAFLUSH, &t) < 0)
		return -errno;
	p->changed = true;
	return 0;
}

static int
ask(struct prompt *p)
{
	size_t len = strlen(p->question);
	int r = prepare_terminal(p);

	p->len = 0;
	p->too_long = false;
	if (r < 0)
		return r;
	return write(p->tty, p->question, len) == (ssize_t)len ? 0 : -EIO;
}

static void
prompt_done(struct prompt *p)
{
	restore_terminal(p);
	if (p->signal_fd >= 0)
		close(p->signal_fd);
	if (p->timer_fd >= 0)
		close(p->timer_fd);
	(void)sigprocmask(SIG_SETMASK, &p->old_mask, NULL);
}

static int
watch_signals(struct prompt *p)
{
	static const int watched[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(watched); i++)
		sigaddset(&set, watched[i]);
	if (sigprocmask(SIG_BLOCK, &set, &p->old_mask) < 0)
		return -errno;
	p->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return p->signal_fd < 0 ? -errno : 0;
}

static int
start_timer(struct prompt *p, int64_t timeout_sec)
{
	struct itimerspec spec = { .it_value.tv_sec = timeout_sec };

	p->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (p->timer_fd < 0 || timerfd_settime(p->timer_fd, 0, &spec, NULL) < 0)
		return -errno;
	return 0;
}

/* ^Z: gives the terminal back, stops as the shell expects it, asks again afterwards. */
static int
stop_and_ask_again(struct prompt *p)
{
	sigset_t stop;

	restore_terminal(p);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	if (raise(SIGTSTP) != 0 || sigprocmask(SIG_UNBLOCK, &stop, NULL) < 0 ||
		sigprocmask(SIG_BLOCK, &stop, NULL) < 0)
		return -EIO;
	return ask(p);
}

static int
take_signal(struct prompt *p)
{
	struct signalfd_siginfo info;

	if (read(p->signal_fd, &info, sizeof(info)) != sizeof(info))
		return 0;
	if (info.ssi_signo == SIGTSTP)
		return stop_and_ask_again(p);
	return -ECANCELED;
}

/* One character of a secret. 1: that was the end of the line. */
static int
take_secret_char(struct prompt *p, char c)
{
	if (c == '\n' || c == '\r')
		return 1;
	if (c == '\0' || (c == (char)p->old.c_cc[VEOF] && p->len > 0))
		return 0;
	if (c == (char)p->old.c_cc[VEOF])
		return -ECANCELED;
	if (c == (char)p->old.c_cc[VERASE] || c == '\b' || c == 0x7f) {
		if (p->len > 0)
			p->len--;
	} else if (c == (char)p->old.c_cc[VKILL]) {
		p->len = 0;
	} else if (p->len + 1 < p->size) {
		p->text[p->len++] = c;
	} else {
		p->too_long = true;
	}
	return 0;
}

/* One character of a line that the kernel has edited. */
static int
take_line_char(struct prompt *p, char c)
{
	if (c == '\n')
		return 1;
	if (p->len + 1 < p->size && c != '\0')
		p->text[p->len++] = c;
	else
		p->too_long = true;
	return 0;
}

/* By single characters: what is behind the line is not ours. */
static int
take_input(struct prompt *p)
{
	char c;
	ssize_t n = read(p->tty, &c, 1);
	int r;

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	if (n == 0)
		return -ECANCELED;
	r = p->secret ? take_secret_char(p, c) : take_line_char(p, c);
	explicit_bzero(&c, sizeof(c));
	return r;
}

static int
converse(struct prompt *p)
{
	struct pollfd fds[] = { { p->tty, POLLIN, 0 }, { p->signal_fd, POLLIN, 0 },
		{ p->timer_fd, POLLIN, 0 } };
	int r = ask(p);

	while (r == 0) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[2].revents)
			return -ETIMEDOUT;
		if (fds[1].revents)
			r = take_signal(p);
		else if (fds[0].revents)
			r = take_input(p);
	}
	return r;
}

static int
prompt(struct prompt *p, int64_t timeout_sec)
{
	int r = watch_signals(p);

	if (r == 0)
		r = start_timer(p, timeout_sec);
	if (r == 0)
		r = converse(p);
	if ((p->secret || r < 0) && p->changed && write(p->tty, "\n", 1) < 0)
		r = r < 0 ? r : -EIO;
	prompt_done(p);
	if (r < 0)
		return r;
	p->text[p->len] = '\0';
	return p->too_long ? -EFBIG : 0;
}

int
prompt_secret(
	int tty, const char *question, int64_t timeout_sec, struct prompt_secret *ret)
{
	_cleanup_secret_ struct prompt_secret secret = { 0 };
	struct prompt p = { .tty = tty,
		.signal_fd = -1,
		.timer_fd = -1,
		.secret = true,
		.question = question,
		.text = secret.text,
		.size = sizeof(secret.text) };
	int r = prompt(&p, timeout_sec);

	if (r == 0)
		(void)memcpy(ret, &secret, sizeof(*ret));
	return r;
}

int
prompt_line(int tty, const char *question, int64_t timeout_sec, char *ret, size_t size)
{
	struct prompt p = { .tty = tty,
		.signal_fd = -1,
		.timer_fd = -1,
		.question = question,
		.text = ret,
		.size = size };

	return prompt(&p, timeout_sec);
}
