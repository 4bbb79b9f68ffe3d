/*
 * Carrying a text to a host and its answer back.
 *
 * Runs as the person at the keyboard. MUST take what comes back as chosen by somebody else:
 * bounded, and escaped when it is shown. MUST NOT hand a host's name to ssh that could be
 * an option.
 */
#include "jitctl/courier.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "config.h"
#include "libjit/escape.h"
#include "libjit/parse.h"

#define ACCOUNT "jit"
enum { ARGS_MAX = 16, CHUNK = 65536, SSH_FAILED = 255, NOT_FOUND = 127 };

void
courier_answer_done(struct courier_answer *answer)
{
	free(answer->out);
	free(answer->said);
	*answer = (struct courier_answer){ 0 };
}

/* ---- the program ---- */

struct arguments {
	const char *v[ARGS_MAX + 1];
	char destination[sizeof(ACCOUNT) + 1 + JIT_NAME_MAX];
	char verb[JIT_NAME_MAX];
};

static int
build_arguments(const char *host, const char *const words[], struct arguments *ret)
{
	static const char *const ssh[] = { "ssh", "-T", "-o", "BatchMode=yes", "-o",
		"ForwardAgent=no", "-o", "ClearAllForwardings=yes", "--" };
	size_t n = 0;

	if (host && !jit_name_valid(host))
		return -EINVAL;
	for (size_t i = 0; host && i < ARRAY_SIZE(ssh); i++)
		ret->v[n++] = ssh[i];
	if (host) {
		(void)snprintf(
			ret->destination, sizeof(ret->destination), ACCOUNT "@%s", host);
		ret->v[n++] = ret->destination;
		ret->v[n++] = words[0];
	} else {
		(void)snprintf(ret->verb, sizeof(ret->verb), "--%s", words[0]);
		ret->v[n++] = JIT_BIN_DIR "/jitsu";
		ret->v[n++] = ret->verb;
	}
	for (size_t i = 1; words[i] && n < ARGS_MAX; i++)
		ret->v[n++] = words[i];
	ret->v[n] = NULL;
	return 0;
}

/* The ends that the program has, and those that stay here. */
struct pipes {
	int in[2], out[2], err[2];
};

#define PIPES_NONE                                                                       \
	(struct pipes)                                                                   \
	{                                                                                \
		{ -1, -1 }, { -1, -1 },                                                  \
		{                                                                        \
			-1, -1                                                           \
		}                                                                        \
	}

static void
pipes_close(struct pipes *p)
{
	jit_closep(&p->in[0]);
	jit_closep(&p->in[1]);
	jit_closep(&p->out[0]);
	jit_closep(&p->out[1]);
	jit_closep(&p->err[0]);
	jit_closep(&p->err[1]);
}

static int
pipes_open(struct pipes *p)
{
	if (pipe2(p->in, O_CLOEXEC) < 0 || pipe2(p->out, O_CLOEXEC) < 0 ||
		pipe2(p->err, O_CLOEXEC) < 0)
		return -errno;
	return 0;
}

static void
become(const struct pipes *p, const struct arguments *args)
{
	if (dup2(p->in[0], STDIN_FILENO) < 0 || dup2(p->out[1], STDOUT_FILENO) < 0 ||
		dup2(p->err[1], STDERR_FILENO) < 0)
		_exit(NOT_FOUND);
	(void)signal(SIGPIPE, SIG_DFL);
	execvp(args->v[0], (char *const *)args->v);
	_exit(NOT_FOUND);
}

static int
start(const struct arguments *args, struct pipes *p, pid_t *ret_pid)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		become(p, args);
	*ret_pid = pid;
	jit_closep(&p->in[0]);
	jit_closep(&p->out[1]);
	jit_closep(&p->err[1]);
	p->in[0] = p->out[1] = p->err[1] = -1;
	return 0;
}

/* ---- the conversation ---- */

struct gathered {
	char *text;
	size_t len, max;
	bool over; /* it was more than max: an error, or dropped */
};

static void
gathered_done(struct gathered *g)
{
	free(g->text);
}

/* 1: go on; 0: the end. */
static int
gather(int fd, struct gathered *g)
{
	char chunk[CHUNK], *text;
	ssize_t n = read(fd, chunk, sizeof(chunk));
	size_t room = g->max - g->len, len;

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -errno;
	if (n == 0)
		return 0;
	g->over |= (size_t)n > room;
	len = (size_t)n < room ? (size_t)n : room;
	text = realloc(g->text, g->len + len + 1);
	if (!text)
		return -ENOMEM;
	g->text = text;
	memcpy(text + g->len, chunk, len);
	g->len += len;
	text[g->len] = '\0';
	return 1;
}

/* Hands over some of the input; closes the pipe behind the last byte, and where the other
 * side reads no more. */
static void
feed(int *fd, const char **input)
{
	size_t left = strlen(*input);
	ssize_t n = left ? write(*fd, *input, left) : 0;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0)
		*input += n;
	if (n < 0 || !**input) {
		close(*fd);
		*fd = -1;
	}
}

static int
gather_if(const struct pollfd *fd, int *pipe_fd, struct gathered *g)
{
	int r = fd->revents ? gather(fd->fd, g) : 1;

	if (r == 0)
		jit_closep(pipe_fd);
	if (r == 0)
		*pipe_fd = -1;
	return r < 0 ? r : 0;
}

static int
converse(struct pipes *p, const char *input, struct gathered *out, struct gathered *said)
{
	(void)fcntl(p->in[1], F_SETFL, O_NONBLOCK);
	while (p->out[0] >= 0 || p->err[0] >= 0) {
		struct pollfd fds[] = { { p->in[1], POLLOUT, 0 },
			{ p->out[0], POLLIN, 0 }, { p->err[0], POLLIN, 0 } };
		int r;

		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents)
			feed(&p->in[1], &input);
		r = gather_if(&fds[1], &p->out[0], out);
		if (r == 0)
			r = gather_if(&fds[2], &p->err[0], said);
		if (r == 0 && out->over)
			r = -EFBIG;
		if (r < 0)
			return r;
	}
	return 0;
}

static int
wait_for(pid_t pid, int *ret_status)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return 0;
}

/* Runs it to its end, whatever happens: a pipe that closes ends it. */
static int
run(const struct arguments *args, const char *input, struct gathered *out,
	struct gathered *said, int *ret_status)
{
	_cleanup_(pipes_close) struct pipes p = PIPES_NONE;
	void (*before)(int);
	pid_t pid = -1;
	int r = pipes_open(&p), w;

	if (r == 0)
		r = start(args, &p, &pid);
	if (r < 0)
		return r;
	before = signal(SIGPIPE, SIG_IGN);
	r = converse(&p, input, out, said);
	pipes_close(&p);
	p = PIPES_NONE;
	w = wait_for(pid, ret_status);
	(void)signal(SIGPIPE, before);
	return r < 0 ? r : w;
}

static int
judge(const char *host, int status, const char *said, struct jit_error *err)
{
	char shown[300];

	if (status == NOT_FOUND && host)
		return jit_error_set(err, -ENOENT,
			"jit@%s: is ssh installed here, and jitsu there?", host);
	if (status == NOT_FOUND)
		return jit_error_set(err, -ENOENT, JIT_BIN_DIR "/jitsu cannot be run");
	if (host && status == SSH_FAILED)
		return jit_error_set(err, -EHOSTUNREACH, "jit@%s: %s", host,
			said && *said ? jit_escape(said, shown, sizeof(shown))
				      : "ssh did not get there");
	return 0;
}

int
courier_run(const char *host, const char *const words[], const char *input,
	struct courier_answer *ret, struct jit_error *err)
{
	_cleanup_(gathered_done) struct gathered out = { .max = COURIER_OUT_MAX };
	_cleanup_(gathered_done) struct gathered said = { .max = COURIER_ERR_MAX };
	struct arguments args = { 0 };
	int status = NOT_FOUND, r = build_arguments(host, words, &args);

	if (r < 0)
		return jit_error_set(err, r, "that is not the name of a host");
	r = run(&args, input ? input : "", &out, &said, &status);
	if (r == -EFBIG)
		return jit_error_set(
			err, r, "%s answers too much", host ? host : "jitsu");
	if (r < 0)
		return jit_error_set(
			err, r, "%s: %s", host ? "ssh" : "jitsu", strerror(-r));
	r = judge(host, status, said.text, err);
	if (r < 0)
		return r;
	ret->status = status;
	ret->out = TAKE_PTR(out.text);
	ret->said = TAKE_PTR(said.text);
	return 0;
}

void
courier_repeat(const char *host, const struct courier_answer *answer)
{
	static const char own[] = "jitsu: ";
	char *rest = answer->said, *line, shown[1024];

	while (rest && (line = strsep(&rest, "\n"))) {
		if (strncmp(line, own, sizeof(own) - 1) == 0)
			line += sizeof(own) - 1;
		if (*line)
			fprintf(stderr, "jitctl: %s%s%s\n", host ? host : "",
				host ? ": " : "", jit_escape(line, shown, sizeof(shown)));
	}
}
