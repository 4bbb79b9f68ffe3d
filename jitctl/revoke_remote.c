/*
 * jitctl revoke by a signed token, delivered to the host that it is for.
 *
 * Runs as the approver. MUST say why; MUST NOT need the grant to be known there yet.
 */
#include <errno.h>
#include <string.h>

#include "jitctl/approver.h"
#include "jitctl/asked.h"
#include "jitctl/delivery.h"
#include "jitctl/draft.h"
#include "jitctl/inventory.h"
#include "jitctl/jitctl.h"
#include "jitctl/revoke.h"
#include "libjit/escape.h"
#include "libjit/parse.h"

void
revoke_remote_help(FILE *out)
{
	fputs("       jitctl revoke [HOST/|@LABEL/]ID --reason TEXT [option...]\n"
	      "As an approver (whoever is not root, or for another host): signs a "
	      "revocation and brings\n"
	      "it there by ssh, as jit@HOST. ID is the request's, or the whole id (32 "
	      "digits) of a grant\n"
	      "or request.\n"
	      "  -r, --reason TEXT    why; the person is told\n"
	      "  --print              print the token instead of delivering "
	      "it\n" APPROVER_HELP,
		out);
}

static void
print_help(FILE *out)
{
	fputs("usage:\n", out);
	revoke_remote_help(out);
}

/* Where it goes, and what it names there. */
struct target {
	struct jit_ruling ruling;
	char host[JIT_NAME_MAX + 1]; /* by ssh; "": here, or a label */
	bool here;
};

static int
split_typed(
	const char *typed, struct target *ret, const char **ret_id, struct jit_error *err)
{
	const char *slash = strchr(typed, '/');
	char aud[JIT_NAME_MAX + 2] = "";
	int r;

	if (typed[0] != '@' || !slash)
		return asked_place(typed, ret->host, ret_id, err);
	if ((size_t)(slash - typed) >= sizeof(aud))
		return jit_error_set(err, -EINVAL, "that is not a label");
	memcpy(aud, typed, (size_t)(slash - typed));
	r = draft_audience("", aud, ret->ruling.aud, err);
	*ret_id = slash + 1;
	return r;
}

/* The beginning of an id is for the host to complete. */
static int
find_id(struct target *target, const char *id, struct jit_error *err)
{
	_cleanup_(jit_open_request_done) struct jit_open_request open = { .token = NULL };
	_cleanup_asked_ struct asked asked = { .stated = false };
	bool whole = jit_id_valid(id);
	struct jit_error first = { "" };
	char shown[64];
	int r = target->host[0] ? asked_status(target->host, id, &open, &first)
		: target->here  ? asked_fetch(id, &asked, &first)
				: -ENOENT;

	if (r < 0 && !whole && first.text[0])
		return jit_error_set(err, r, "%s", first.text);
	if (r < 0 && !whole)
		return jit_error_set(err, -EINVAL,
			"%s: over a label, the whole id is needed (32 digits)",
			jit_escape(id, shown, sizeof(shown)));
	target->ruling.is_req = r == 0;
	memcpy(target->ruling.id,
		r < 0                  ? id
			: target->here ? asked.open.filed.jti
				       : open.filed.jti,
		sizeof(target->ruling.id));
	return 0;
}

static int
find_target(const char *typed, struct target *ret, struct jit_error *err)
{
	const char *id = typed;
	int r = split_typed(typed, ret, &id, err);

	if (r < 0)
		return r;
	ret->here = !ret->host[0] && !ret->ruling.aud[0];
	if (ret->here && inventory_this_host(ret->ruling.aud) < 0)
		return jit_error_set(
			err, -ENOENT, "this host has no host.pub: jitctl init");
	if (ret->host[0])
		memcpy(ret->ruling.aud, ret->host, sizeof(ret->host));
	return find_id(ret, id, err);
}

/* An exit code, or -errno with a text. */
static int
revoke_by_token(const struct approver_ruling *o, struct jit_error *err)
{
	_cleanup_approver_ struct approver approver = APPROVER_NONE;
	struct target target = { .ruling = { .kind = JIT_RULING_REVOKE } };
	_cleanup_free_ char *token = NULL;
	struct delivery delivery = { .verb = "accept", .done = "revoked" };
	int r = draft_reason("--reason", o->reason, target.ruling.reason, err);

	if (r == 0 && !o->reason[0])
		return jit_error_set(err, -EINVAL, "--reason: say why");
	if (r == 0)
		r = approver_open(&o->by, &approver, err);
	if (r == 0)
		r = find_target(o->typed, &target, err);
	if (r == 0)
		r = approver_rule(&approver, &target.ruling, &token, err);
	if (r < 0)
		return r;
	delivery.print = o->print;
	delivery.token = token;
	delivery.aud = target.ruling.aud;
	delivery.host = target.host;
	delivery.here = target.here;
	return delivery_run(&delivery);
}

int
revoke_remote(int argc, char **argv)
{
	struct approver_ruling o = { .print = false };
	struct jit_error err = { "" };
	int r = approver_read(argc, argv, print_help, &o);

	if (r >= 0)
		return r;
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	r = revoke_by_token(&o, &err);
	if (r < 0)
		fprintf(stderr, "jitctl: %s\n", err.text);
	return r < 0 ? asked_exit(r) : r;
}
