/*
 * A grant before it is signed.
 *
 * Runs as the approver. MUST show what is in the bytes that are signed; MUST escape what
 * somebody else chose; MUST NOT let a payload pass that no host would take.
 */
#include "jitctl/draft.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "jitctl/jitctl.h"
#include "libjit/escape.h"
#include "libjit/parse.h"

/* ---- what people typed ---- */

int
draft_name(const char *option, const char *value, size_t size, char *ret,
	struct jit_error *err)
{
	char shown[128];

	if (!jit_name_valid(value) || strlen(value) >= size)
		return jit_error_set(err, -EINVAL, "%s %s: that is not a name", option,
			jit_escape(value, shown, sizeof(shown)));
	memcpy(ret, value, strlen(value) + 1);
	return 0;
}

int
draft_audience(const char *option, const char *value, char ret[JIT_NAME_MAX + 2],
	struct jit_error *err)
{
	bool label = value[0] == '@';
	int r = draft_name(option, value + label, JIT_NAME_MAX + 1, ret + label, err);

	if (r == 0 && label)
		ret[0] = '@';
	return r;
}

int
draft_signer_name(const char *iss, char ret[JIT_NAME_MAX + 1], struct jit_error *err)
{
	const struct passwd *pw = iss ? NULL : getpwuid(getuid());

	if (!iss && !pw)
		return jit_error_set(
			err, -EINVAL, "you have no login name: say --iss NAME");
	return draft_name("--iss", iss ? iss : pw->pw_name, JIT_NAME_MAX + 1, ret, err);
}

int
draft_duration(const char *option, const char *value, int64_t usual, int64_t ceiling,
	int64_t *ret_sec, struct jit_error *err)
{
	char shown[64], most[JIT_DURATION_SIZE];
	int64_t sec = usual < ceiling ? usual : ceiling;

	if (value && jit_parse_duration(value, &sec) < 0)
		return jit_error_set(err, -EINVAL,
			"%s %s: that is not a duration; write 90s, 10m, 2h, 1h30m or 1d",
			option, jit_escape(value, shown, sizeof(shown)));
	if (sec > ceiling)
		return jit_error_set(err, -ERANGE, "%s: at most %s", option,
			jit_format_duration(ceiling, most));
	*ret_sec = sec;
	return 0;
}

int
draft_reason(const char *option, const char *value, char ret[JIT_REASON_MAX + 1],
	struct jit_error *err)
{
	if (!value)
		return 0;
	if (!jit_text_valid(value, JIT_REASON_MAX))
		return jit_error_set(err, -EINVAL,
			"%s: at most %d bytes of UTF-8 without control characters",
			option, (int)JIT_REASON_MAX);
	memcpy(ret, value, strlen(value) + 1);
	return 0;
}

int
draft_command(const struct jit_strv *argv, struct jit_error *err)
{
	if (argv->n > JIT_ARGC_MAX)
		return jit_error_set(err, -E2BIG, "a grant can name at most %d arguments",
			(int)JIT_ARGC_MAX);
	if (argv->n > 0 && argv->v[0][0] != '/')
		return jit_error_set(err, -EINVAL,
			"the command needs its whole path as on that host, /usr/bin/…");
	return 0;
}

void
draft_window(struct jit_grant *grant, int64_t now_sec, int64_t at_sec, int64_t dur_sec,
	int64_t within_sec)
{
	grant->iat = now_sec;
	grant->nbf = at_sec > now_sec ? at_sec : now_sec;
	grant->dur = dur_sec;
	grant->start_by = grant->nbf + within_sec;
	grant->exp = grant->start_by + dur_sec;
}

/* ---- what is signed ---- */

/* Hosts read the payload with this very function: what they would refuse is not signed. */
int
draft_payload(const struct jit_grant *draft, const struct signer *signer,
	char **ret_payload, struct jit_grant *ret_read, struct jit_error *err)
{
	_cleanup_free_ char *payload = NULL;
	_cleanup_grant_ struct jit_grant read = { 0 };
	struct jit_key key = { .namespaces = JIT_NS_GRANT };
	int r = jit_grant_payload(draft, &payload);

	if (r < 0)
		return jit_error_set(err, r, "a word of the command is not UTF-8");
	memcpy(key.principal, draft->iss, sizeof(key.principal));
	memcpy(key.public_key, signer->public_key, sizeof(key.public_key));
	r = jit_grant_parse(payload, &key, &read, err);
	if (r < 0)
		return r;
	if (strlen(payload) > JIT_PAYLOAD_MAX)
		return jit_error_set(err, -EFBIG,
			"this is too long for a token (%d characters): shorten reason or "
			"command",
			(int)JIT_TOKEN_MAX);
	*ret_payload = TAKE_PTR(payload);
	*ret_read = read;
	read = (struct jit_grant){ 0 };
	return 0;
}

const char *
draft_time(int64_t sec, char *buf, size_t size)
{
	time_t t = (time_t)sec;
	struct tm tm;

	if (!localtime_r(&t, &tm) || strftime(buf, size, "%Y-%m-%d %H:%M %Z", &tm) == 0)
		return "?";
	return buf;
}

/* ---- what is shown ---- */

/* Bytes of the blank at s, of whatever width; 0: none stands there. */
static size_t
blank_length(const char *s)
{
	static const char *const blanks[] = { " ", "\u00a0", "\u1680", "\u2000", "\u2001",
		"\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008",
		"\u2009", "\u200a", "\u202f", "\u205f", "\u3000" };

	for (size_t i = 0; i < ARRAY_SIZE(blanks); i++)
		if (strncmp(s, blanks[i], strlen(blanks[i])) == 0)
			return strlen(blanks[i]);
	return 0;
}

const char *
draft_words(const char *s, char *buf, size_t size)
{
	const char *from = jit_escape(s, buf, size);
	char *to = buf;

	while (*from) {
		size_t blank = blank_length(from);

		if (blank == 0) {
			*to++ = *from++;
			continue;
		}
		from += blank;
		if (to == buf || to[-1] != ' ')
			*to++ = ' ';
	}
	if (size > 0)
		*to = '\0';
	return buf;
}

/* From when, where that is not at once. */
static void
show_window(const struct jit_grant *g, FILE *out)
{
	char dur[JIT_DURATION_SIZE], at[64], by[64];

	fprintf(out, "  for      %s from the moment that it is %s",
		jit_format_duration(g->dur, dur), g->req[0] ? "complete" : "handed in");
	if (g->nbf > g->iat)
		fprintf(out, ", not before %s", draft_time(g->nbf, at, sizeof(at)));
	fprintf(out, ", %s %s\n", g->req[0] ? "start by" : "by",
		draft_time(g->start_by, by, sizeof(by)));
}

static void
show_role(const struct jit_grant *g, const struct draft_said *said, FILE *out)
{
	fprintf(out, "  role     %-32s on %s%s, as %s", g->role,
		g->aud[0] == '@' ? "every host labelled " : "",
		g->aud + (g->aud[0] == '@'), g->as[0] ? g->as : "the role's own account");
	if (!g->as[0] && said && jit_name_valid(said->target))
		fprintf(out, " (%s says: %s)", said->host, said->target);
	fputc('\n', out);
}

/* Whole: what does not fit is not shown at all. */
static void
show_argv(const struct jit_strv *argv, FILE *out)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 1;

	for (size_t i = 0; i < argv->n; i++)
		size += strlen(argv->v[i]) * 4 + sizeof("'' ");
	text = malloc(size);
	fprintf(out, "  command  %s\n",
		text ? jit_escape_argv(argv, text, size) : "CANNOT BE SHOWN: no memory");
}

static void
show_command(const struct jit_grant *g, const struct draft_said *said, FILE *out)
{
	const struct jit_strv *argv = said ? said->command : &g->cmd;

	if (g->cmd.n == 0)
		fputs("  command  whatever the role covers\n", out);
	else if (argv)
		show_argv(argv, out);
	else
		fputs("  command  NOT KNOWN: only the digest of one is here\n", out);
}

void
draft_show(const struct jit_grant *g, const struct draft_said *said, FILE *out)
{
	char reason[JIT_REASON_MAX * 4 + 1];

	if (g->via == JIT_VIA_BREAK_GLASS)
		fputs("  BREAK-GLASS, IN AN EMERGENCY: told to all, to be looked at "
		      "afterwards\n",
			out);
	show_role(g, said, out);
	show_window(g, out);
	show_command(g, said, out);
	if (g->uses)
		fprintf(out, "  uses     %u\n", g->uses);
	fprintf(out, "  why      %s\n",
		g->reason[0] ? draft_words(g->reason, reason, sizeof(reason)) : "-");
}

int
draft_exit(int error)
{
	return error == -EIO                          ? JITCTL_CANNOT_WRITE
		: error == -ERANGE || error == -E2BIG ? JITCTL_BAD_INPUT
						      : signer_exit(error);
}
