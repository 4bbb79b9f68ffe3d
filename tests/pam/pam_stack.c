/*
 * Runs stacks. Runs as: anybody.
 */
#include "pam_stack.h"

#include "unit/test.h"

enum {
	CODE_IGNORED = PAM_MODULE_UNKNOWN
}; /* stands for PAM_IGNORE; we never return it */

static char text[8192];

const char *
stack_text(void)
{
	return text;
}

static int
converse(
	int n, const struct pam_message **messages, struct pam_response **ret, void *data)
{
	(void)data;
	for (int i = 0; i < n; i++) {
		size_t at = strlen(text);

		snprintf(text + at, sizeof(text) - at, "%s\n", messages[i]->msg);
	}
	*ret = calloc((size_t)n, sizeof(**ret));
	return *ret ? PAM_SUCCESS : PAM_BUF_ERR;
}

/* ---- the files ---- */

static const char *
module_of(const char *name, size_t *len)
{
	static const struct {
		const char *name, *path;
	} modules[] = {
		{ "@JIT@", PAM_JIT_TEST_MODULE },
		{ "@OTHER@", PAM_JIT_TEST_OTHER_MODULE },
		{ "@SAY@", PAM_SAY_MODULE },
	};

	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		*len = strlen(modules[i].name);
		if (strncmp(name, modules[i].name, *len) == 0)
			return modules[i].path;
	}
	return NULL;
}

void
stack_write(const char *service, const char *lines)
{
	char content[8192], path[128];
	size_t at = 0;

	if (mkdir("pam.d", 0700) < 0)
		ASSERT_EQ_INT(errno, EEXIST);
	while (*lines && at < sizeof(content) - 1) {
		size_t len = 1;
		const char *module = *lines == '@' ? module_of(lines, &len) : NULL;

		if (module)
			at += (size_t)snprintf(
				content + at, sizeof(content) - at, "%s", module);
		else
			content[at++] = *lines;
		lines += module ? len : 1;
	}
	ASSERT_TRUE(at < sizeof(content));
	snprintf(path, sizeof(path), "pam.d/%s", service);
	test_file_write(path, 0600, content, at);
}

static void
write_bare(const char *service, const char *module, const char *options)
{
	static const char *const groups[] = { "auth", "account", "session" };
	char lines[2048];
	size_t at = 0;

	for (size_t i = 0; i < 3; i++)
		at += (size_t)snprintf(lines + at, sizeof(lines) - at,
			"%s [default=ignore] @SAY@ call\n"
			"%s [success=ok ignore=1 default=die] %s %s\n"
			"%s [default=done] @SAY@ code=%d data=systemd.runtime_max_sec\n"
			"%s required @SAY@ code=%d data=systemd.runtime_max_sec\n",
			groups[i], groups[i], module, options, groups[i], PAM_SUCCESS,
			groups[i], CODE_IGNORED);
	stack_write(service, lines);
}

void
stack_write_bare(const char *service, const char *options)
{
	write_bare(service, "@JIT@", options);
}

void
stack_write_bare_other(const char *service, const char *options)
{
	write_bare(service, "@OTHER@", options);
}

/* ---- running ---- */

static int
start_and_set(const struct stack_call *call, pam_handle_t **ret)
{
	static const struct pam_conv conv = { converse, NULL };
	int code;

	text[0] = '\0';
	code = pam_start_confdir(call->service, call->user, &conv, "pam.d", ret);
	if (code == PAM_SUCCESS && call->tty)
		code = pam_set_item(*ret, PAM_TTY, call->tty);
	if (code == PAM_SUCCESS && call->rhost)
		code = pam_set_item(*ret, PAM_RHOST, call->rhost);
	return code;
}

static pam_handle_t *
start(const struct stack_call *call)
{
	pam_handle_t *pamh = NULL;

	ASSERT_EQ_INT(start_and_set(call, &pamh), PAM_SUCCESS);
	return pamh;
}

static int
shown(int code)
{
	return code == CODE_IGNORED ? PAM_IGNORE : code;
}

int
stack_account(const struct stack_call *call)
{
	pam_handle_t *pamh = start(call);
	int code = pam_acct_mgmt(pamh, call->flags);

	ASSERT_EQ_INT(pam_end(pamh, code), PAM_SUCCESS);
	return shown(code);
}

int
stack_authenticate(const struct stack_call *call)
{
	pam_handle_t *pamh = start(call);
	int code = pam_authenticate(pamh, call->flags);

	ASSERT_EQ_INT(pam_end(pamh, code), PAM_SUCCESS);
	return shown(code);
}

struct stack_session
stack_session(const struct stack_call *call)
{
	pam_handle_t *pamh = start(call);
	struct stack_session codes;

	codes.opened = shown(pam_open_session(pamh, call->flags));
	codes.closed = shown(pam_close_session(pamh, call->flags));
	ASSERT_EQ_INT(pam_end(pamh, codes.closed), PAM_SUCCESS);
	return codes;
}
