/*
 * jitctl grant: an approver signs a grant that nobody asked for (via "direct").
 *
 * Runs as the approver. MUST show what it signs before it signs; MUST NOT sign what no host
 * would take; MUST NOT ask anything but a key file's passphrase.
 */
#include <errno.h>
#include <string.h>

#include "config.h"
#include "jitctl/approver.h"
#include "jitctl/delivery.h"
#include "jitctl/draft.h"
#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "libjit/parse.h"
#include "libjit/token.h"

struct options {
	struct approver_options by;
	const char *sub, *host, *role, *as, *reason;
	const char *time, *within, *uses;
	bool deliver;
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
	      "  --deliver            bring it to the host by ssh (jit@HOST) instead of "
	      "printing it\n" APPROVER_HELP
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
			{ "deliver", .flag = &o->deliver },
			APPROVER_ENTRIES(&o->by),
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
take_names(const struct options *o, struct jit_grant *g, struct jit_error *err)
{
	int r = draft_signer_name(o->by.iss, g->iss, err);

	if (r == 0)
		r = draft_name("--sub", o->sub, sizeof(g->sub), g->sub, err);
	if (r == 0)
		r = draft_audience("--host", o->host, g->aud, err);
	if (r == 0)
		r = draft_name("-R", o->role, sizeof(g->role), g->role, err);
	if (r == 0 && o->as)
		r = draft_name("--as", o->as, sizeof(g->as), g->as, err);
	return r;
}

static int
take_window(
	const struct options *o, int64_t now, struct jit_grant *g, struct jit_error *err)
{
	int64_t within = 0, dur = 0;
	int r = draft_duration(
		"-t", o->time, JIT_DEFAULT_GRANT_SEC, JIT_CEILING_GRANT_SEC, &dur, err);

	if (r == 0)
		r = draft_duration("--start-within", o->within, DRAFT_WITHIN_SEC,
			JIT_CEILING_AHEAD_SEC, &within, err);
	if (r == 0)
		draft_window(g, now, 0, dur, within);
	return r;
}

static int
take_rest(const struct options *o, struct jit_grant *g, struct jit_error *err)
{
	uint64_t uses = 0;
	int r;

	if (o->uses && (jit_parse_u64(o->uses, UINT32_MAX, &uses) < 0 || uses == 0))
		return jit_error_set(err, -EINVAL, "--uses: a number from 1 on");
	g->uses = (uint32_t)uses;
	r = draft_reason("-r", o->reason, g->reason, err);
	return r < 0 ? r : draft_command(&o->cmd, err);
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

static void
show(const struct jit_grant *g, const struct signer *signer)
{
	fprintf(stderr, "jitctl: %s signs with %s (%s):\n", g->iss, signer->fingerprint,
		signer->where);
	fprintf(stderr, "  %s may use\n", g->sub);
	draft_show(g, NULL, stderr);
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
hand_over(const struct options *o, const struct jit_grant *g, const char *token,
	struct jit_error *err)
{
	const struct delivery delivery = {
		.verb = "accept", .token = token, .aud = g->aud, .done = "in force"
	};

	if (o->deliver)
		return delivery_run(&delivery);
	if (puts(token) < 0 || fflush(stdout) != 0)
		return jit_error_set(err, -EIO, "the token cannot be written: %m");
	hint(g);
	return JITCTL_DONE;
}

/* An exit code, or -errno with a text. */
static int
sign_grant(const struct options *o, const struct jit_grant *g, struct jit_error *err)
{
	_cleanup_signer_ struct signer signer = SIGNER_NONE;
	_cleanup_grant_ struct jit_grant read = { 0 };
	_cleanup_free_ char *payload = NULL, *token = NULL;
	int r = signer_open(o->by.key_file, o->by.which, &signer, err);

	if (r == 0)
		r = draft_payload(g, &signer, &payload, &read, err);
	if (r < 0)
		return r;
	show(&read, &signer);
	r = signer_token(&signer, payload, JIT_ASSERT_GRANT, &token, err);
	return r < 0 ? r : hand_over(o, &read, token, err);
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
	if (r < 0)
		fprintf(stderr, "jitctl: %s\n", err.text);
	return r < 0 ? draft_exit(r) : r;
}
