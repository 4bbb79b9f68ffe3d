/*
 * Exempt logins. Runs as root, in somebody else's process. Pure.
 *
 * MUST NOT open a file. MUST compare whole literal names: no patterns, no prefixes.
 */
#include "exempt.h"

#include <string.h>

#include "libjit/parse.h"

/* A terminal as PAM names it, without /dev/: `tty1`, `pts/0`, `console`. */
static bool
tty_valid(const char *tty, size_t len)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:._-";

	return len > 0 && tty[0] != '/' && strspn(tty, allowed) >= len;
}

static bool
ttys_valid(const char *ttys)
{
	for (;;) {
		size_t len = strcspn(ttys, ",");

		if (!tty_valid(ttys, len))
			return false;
		if (!ttys[len])
			return true;
		ttys += len + 1;
	}
}

bool
exempt_valid(const char *text)
{
	const char *at = strchr(text, '@');
	char user[JIT_NAME_MAX + 1];

	if (!at || (size_t)(at - text) >= sizeof(user))
		return false;
	memcpy(user, text, (size_t)(at - text));
	user[at - text] = '\0';
	return jit_name_valid(user) && ttys_valid(at + 1);
}

static const char *
tty_name(const char *tty)
{
	return strncmp(tty, "/dev/", 5) == 0 ? tty + 5 : tty;
}

static bool
ttys_have(const char *ttys, const char *tty)
{
	size_t want = strlen(tty);

	while (*ttys) {
		size_t len = strcspn(ttys, ",");

		if (len == want && memcmp(ttys, tty, len) == 0)
			return true;
		ttys += len + (ttys[len] == ',');
	}
	return false;
}

/* Is it a login at this machine itself, at a terminal that has a name? */
static bool
is_local_login(const struct call *call)
{
	return call->door == DOOR_LOGIN && !call->rhost[0] && *tty_name(call->tty);
}

bool
exempt_by_line(const struct call *call)
{
	const char *exempt = call->options.exempt;
	size_t len;

	if (!exempt || !is_local_login(call))
		return false;
	len = strcspn(exempt, "@");
	if (strlen(call->user) != len || memcmp(call->user, exempt, len) != 0)
		return false;
	return ttys_have(exempt + len + 1, tty_name(call->tty));
}

const struct jit_exempt *
exempt_by_policy(
	const struct call *call, const struct jit_globals *globals, int64_t wall_sec)
{
	if (!is_local_login(call))
		return NULL;
	for (size_t i = 0; i < globals->n_exempt; i++) {
		const struct jit_exempt *exempt = &globals->exempt[i];

		if (jit_streq(exempt->user, call->user) &&
			jit_streq(exempt->service, call->service) &&
			jit_streq(tty_name(exempt->tty), tty_name(call->tty)) &&
			(exempt->until == 0 || wall_sec < exempt->until))
			return exempt;
	}
	return NULL;
}
