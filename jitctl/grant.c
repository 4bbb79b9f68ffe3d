/*
 * jitctl grant: an approver signs a grant that nobody asked for (via "direct").
 *
 * Runs as the approver. MUST show what it signs before it signs; MUST NOT sign what no host
 * would take; MUST NOT ask anything but a key file's passphrase.
 */
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "jitctl/signer.h"
#include "libjit/clock.h"
#include "libjit/escape.h"
#include "libjit/grant.h"
#include "libjit/parse.h"
#include "libjit/token.h"

enum { DEFAULT_WITHIN_SEC = 3600 };

struct options {
	const char *sub, *host, *role, *as, *reason, *iss, *key_file, *which;
	const char *time, *within, *uses;
	struct jit_strv cmd;
};

static void
print_help(FILE *out)
{
	fputs("usage: jitctl grant --sub USER --host HOST|@LABEL -R ROLE [option...]\n"
	      "                    [-- COMMAND ARGUMENT...]\n"
	      "Signs a grant and prints the token; its subject hands it in (jitsu "
	      "--accept).\n\n"
	      "  --sub USER           who may use it\n"
	      "  --host HOST          on which host; @LABEL: on every host with that "
	      "label\n"
	      "  -R, --role ROLE      which role\n"
	      "  --as ACCOUNT         as whom, where the role allows several\n"
	      "  -t, --time TIME      for how long from its start (default: 1h)\n"
	      "  --start-within TIME  by when it must have been handed in (default: 1h)\n"
	      "  --uses N             how often (default: any number)\n"
	      "  -r, --reason TEXT    why\n"
	      "  --iss NAME           your name in trusted_keys (default: your login "
	      "name)\n"
	      "  --key FILE           sign with a key file of jitctl keygen\n"
	      "  -k, --agent-key KEY  sign with this key of your ssh-agent: SHA256:… or "
	      "comment\n"
	      "  -- COMMAND…          only this command, with exactly these arguments\n",
		out);
}

static int
usage(const char *what)
{
	fprintf(stderr, "jitctl: grant: %s; jitctl grant -h explains\n", what);
	return JITCTL_USAGE;
}

static int
read_options(int argc, char **argv, struct options *o)
{
	const struct option_set set = {
		.entries = {
			{ "sub", .value = &o->sub },
			{ "host", .value = &o->host },
			{ "role", 'R', .value = &o->role },
			{ "time", 't', .value = &o->time },
			{ "as", .value = &o->as },
			{ "reason", 'r', .value = &o->reason },
			{ "start-within", .value = &o->within },
			{ "uses", .value = &o->uses },
			{ "iss", .value = &o->iss },
			{ "key", .value = &o->key_file },
			{ "agent-key", 'k', .value = &o->which },
		},
		.command = true,
		.once = true,
		.help = print_help,
		.usage = usage,
	};

	return option_read(argc, argv, &set);
}

/* Less than 0: go on; else the exit code. */
static int
parse_options(int argc, char **argv, struct options *o)
{
	int r = read_options(argc, argv, o);

	if (r >= 0)
		return r;
	o->cmd = (struct jit_strv){ (size_t)(argc - optind),
		(const char **)argv + optind };
	if (!o->sub || !o->host || !o->role)
		return usage("--sub, --host and -R are needed");
	return r;
}

static int
take_name(const char *option, const char *value, size_t size, char *ret,
	struct jit_error *err)
{
	char shown[128];

	if (!jit_name_valid(value) || strlen(value) >= size)
		return jit_error_set(err, -EINVAL, "%s %s: that is not a name", option,
			jit_escape(value, shown, sizeof(shown)));
	memcpy(ret, value, strlen(value) + 1);
	return 0;
}

static int
take_names(const struct options *o, struct jit_grant *g, struct jit_error *err)
{
	const struct passwd *pw = o->iss ? NULL : getpwuid(getuid());
	const char *iss = pw ? pw->pw_name : o->iss;
	bool label = o->host[0] == '@';
	int r;

	if (!iss)
		return jit_error_set(
			err, -EINVAL, "you have no login name: say --iss NAME");
	r = take_name("--iss", iss, sizeof(g->iss), g->iss, err);
	if (r == 0)
		r = take_name("--sub", o->sub, sizeof(g->sub), g->sub, err);
	if (r == 0)
		r = take_name("--host", o->host + label, sizeof(g->aud) - label,
			g->aud + label, err);
	if (r == 0)
		r = take_name("-R", o->role, sizeof(g->role), g->role, err);
	if (r == 0 && o->as)
		r = take_name("--as", o->as, sizeof(g->as), g->as, err);
	if (r == 0 && label)
		g->aud[0] = '@';
	return r;
}

static int
take_duration(const char *option, const char *value, int64_t usual, int64_t ceiling,
	int64_t *ret, struct jit_error *err)
{
	char shown[64], most[JIT_DURATION_SIZE];

	*ret = usual < ceiling ? usual : ceiling;
	if (!value)
		return 0;
	if (jit_parse_duration(value, ret) < 0)
		return jit_error_set(err, -EINVAL,
			"%s %s: that is not a duration; write 90s, 10m, 2h, 1h30m or 1d",
			option, jit_escape(value, shown, sizeof(shown)));
	if (*ret > ceiling)
		return jit_error_set(err, -ERANGE, "%s: at most %s", option,
			jit_format_duration(ceiling, most));
	return 0;
}

static int
take_window(
	const struct options *o, int64_t now, struct jit_grant *g, struct jit_error *err)
{
	int64_t within = 0;
	int r = take_duration("-t", o->time, JIT_DEFAULT_GRANT_SEC, JIT_CEILING_GRANT_SEC,
		&g->dur, err);

	if (r == 0)
		r = take_duration("--start-within", o->within, DEFAULT_WITHIN_SEC,
			JIT_CEILING_AHEAD_SEC, &within, err);
	if (r < 0)
		return r;
	g->iat = g->nbf = now;
	g->start_by = now + within;
	g->exp = g->start_by + g->dur;
	return 0;
}

static int
take_rest(const struct options *o, struct jit_grant *g, struct jit_error *err)
{
	uint64_t uses = 0;

	if (o->uses && (jit_parse_u64(o->uses, UINT32_MAX, &uses) < 0 || uses == 0))
		return jit_error_set(err, -EINVAL, "--uses: a number from 1 on");
	g->uses = (uint32_t)uses;
	if (o->reason && !jit_text_valid(o->reason, JIT_REASON_MAX))
		return jit_error_set(err, -EINVAL,
			"-r: at most %d bytes of UTF-8 without control characters",
			(int)JIT_REASON_MAX);
	if (o->reason)
		memcpy(g->reason, o->reason, strlen(o->reason) + 1);
	if (o->cmd.n > JIT_ARGC_MAX)
		return jit_error_set(err, -E2BIG, "a grant can name at most %d arguments",
			(int)JIT_ARGC_MAX);
	if (o->cmd.n > 0 && o->cmd.v[0][0] != '/')
		return jit_error_set(err, -EINVAL,
			"the command needs its whole path as on that host, /usr/bin/…");
	return 0;
}

/* cmd is borrowed from the command line: the caller takes it out again. */
static int
make_grant(
	const struct options *o, int64_t now, struct jit_grant *g, struct jit_error *err)
{
	int r = take_names(o, g, err);

	if (r == 0)
		r = take_window(o, now, g, err);
	if (r == 0)
		r = take_rest(o, g, err);
	if (r < 0)
		return r;
	if (jit_streq(g->iss, g->sub))
		return jit_error_set(err, -EPERM,
			"nobody approves for themselves: no host takes a grant of %s for "
			"%s",
			g->iss, g->sub);
	jit_grant_new_id(g->jti);
	g->via = JIT_VIA_DIRECT;
	g->cmd = o->cmd;
	return 0;
}

/* Hosts read the payload with this very function: what they would refuse is not signed. */
static int
make_payload(const struct jit_grant *g, const struct signer *signer, char **ret,
	struct jit_error *err)
{
	_cleanup_free_ char *payload = NULL;
	_cleanup_grant_ struct jit_grant check = { 0 };
	struct jit_key key = { .namespaces = JIT_NS_GRANT };
	int r = jit_grant_payload(g, &payload);

	if (r < 0)
		return jit_error_set(err, r, "a word of the command is not UTF-8");
	memcpy(key.principal, g->iss, sizeof(key.principal));
	memcpy(key.public_key, signer->public_key, sizeof(key.public_key));
	r = jit_grant_parse(payload, &key, &check, err);
	if (r < 0)
		return r;
	if (strlen(payload) > JIT_PAYLOAD_MAX)
		return jit_error_set(err, -EFBIG,
			"this is too long for a token (%d characters): shorten reason or "
			"command",
			(int)JIT_TOKEN_MAX);
	*ret = TAKE_PTR(payload);
	return 0;
}

static const char *
local_time(int64_t sec, char *buf, size_t size)
{
	time_t t = (time_t)sec;
	struct tm tm;

	if (!localtime_r(&t, &tm) || strftime(buf, size, "%Y-%m-%d %H:%M %Z", &tm) == 0)
		return "?";
	return buf;
}

static void
show(const struct jit_grant *g, const struct signer *signer)
{
	char command[4096], reason[JIT_REASON_MAX * 4], dur[JIT_DURATION_SIZE], by[64];

	fprintf(stderr, "jitctl: %s signs with %s (%s):\n", g->iss, signer->fingerprint,
		signer->where);
	fprintf(stderr, "  %s may use\n", g->sub);
	fprintf(stderr, "  role     %-16s on %s%s, as %s\n", g->role,
		g->aud[0] == '@' ? "every host labelled " : "",
		g->aud + (g->aud[0] == '@'), g->as[0] ? g->as : "the role's own account");
	fprintf(stderr, "  for      %s from the moment that it is handed in, by %s\n",
		jit_format_duration(g->dur, dur),
		local_time(g->start_by, by, sizeof(by)));
	fprintf(stderr, "  command  %s\n",
		g->cmd.n ? jit_escape_argv(&g->cmd, command, sizeof(command))
			 : "whatever the role covers");
	if (g->uses)
		fprintf(stderr, "  uses     %u\n", g->uses);
	fprintf(stderr, "  why      %s\n",
		g->reason[0] ? jit_escape(g->reason, reason, sizeof(reason)) : "-");
}

static void
hint(const struct jit_grant *g)
{
	char id[JIT_ID_CROCKFORD_SIZE];

	if (jit_id_to_crockford(g->jti, id) == 0)
		fprintf(stderr, "jitctl: signed, grant %.8s\n", id);
	fprintf(stderr, "jitctl: hand it in: ssh %s jitsu --accept < token\n",
		g->aud[0] == '@' ? "HOST" : g->aud);
}

static int
sign_grant(const struct options *o, struct jit_grant *g, struct jit_error *err)
{
	_cleanup_signer_ struct signer signer = SIGNER_NONE;
	_cleanup_free_ char *payload = NULL, *token = NULL;
	int r = signer_open(o->key_file, o->which, &signer, err);

	if (r == 0)
		r = make_payload(g, &signer, &payload, err);
	if (r < 0)
		return r;
	show(g, &signer);
	r = signer_token(&signer, payload, JIT_ASSERT_GRANT, &token, err);
	if (r < 0)
		return r;
	if (puts(token) < 0 || fflush(stdout) != 0)
		return jit_error_set(err, -EIO, "the token cannot be written: %m");
	hint(g);
	return 0;
}

static int
grant_exit(int error)
{
	return error == -EIO                          ? JITCTL_CANNOT_WRITE
		: error == -ERANGE || error == -E2BIG ? JITCTL_BAD_INPUT
						      : signer_exit(error);
}

int
cmd_grant(int argc, char **argv)
{
	struct options o = { 0 };
	struct jit_error err = { 0 };
	struct jit_grant grant = { 0 };
	struct jit_now now;
	int r = parse_options(argc, argv, &o);

	if (r >= 0)
		return r;
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	r = jit_clock_now(&now);
	if (r < 0)
		(void)jit_error_set(
			&err, r, "the clock cannot be read: %s", strerror(-r));
	if (r == 0)
		r = make_grant(&o, now.wall_sec, &grant, &err);
	if (r == 0)
		r = sign_grant(&o, &grant, &err);
	if (r < 0) {
		fprintf(stderr, "jitctl: %s\n", err.text);
		return grant_exit(r);
	}
	return JITCTL_DONE;
}
