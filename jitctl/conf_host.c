/*
 * Who this host is (host.conf), and whose logins are gated (privileged).
 *
 * Runs as root.
 */
#include "conf.h"

#include <errno.h>
#include <string.h>

#include "libjit/parse.h"

#include "config.h"

/* ---- host.conf ---- */

static void
host_id(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct conf *conf = into;

	(void)conf_read_name(r, node, "a host's id", &conf->globals.host);
}

static void
host_labels(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct conf *conf = into;
	const char *name;

	if (!conf_read_strings(r, node, true, &conf->globals.labels))
		return;
	if (node->n > JIT_LABELS_MAX)
		conf_error(r, node, "more than %d labels", JIT_LABELS_MAX);
	for (size_t i = 0; i < node->n; i++)
		(void)conf_read_name(r, &node->v[i], "a label", &name);
}

void
conf_read_host(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	static const struct conf_key keys[] = {
		{ "id", host_id },
		{ "labels", host_labels },
	};
	size_t before = r->problems->count[CONF_ERROR];

	conf_read_group(r, node, keys, ARRAY_SIZE(keys), conf);
	if (conf->globals.host || r->problems->count[CONF_ERROR] > before)
		return;
	if (conf->world.hostname && jit_name_valid(conf->world.hostname) &&
		!jit_streq(conf->world.hostname, "localhost")) {
		conf->globals.host = conf->world.hostname;
		return;
	}
	conf_error(r, NULL,
		"this host has no name of its own in /etc/hostname; write id = \"web1\"; "
		"into "
		"%s/host.conf",
		JIT_ETC_DIR);
}

/* ---- privileged ---- */

static void
check_names(const struct conf_reader *r, const struct conf_node *node, const char *what)
{
	const char *name;

	for (size_t i = 0; i < node->n; i++)
		(void)conf_read_name(r, &node->v[i], what, &name);
}

static void
privileged_users(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct conf *conf = into;

	if (conf_read_strings(r, node, true, &conf->globals.privileged_users))
		check_names(r, node, "an account");
}

static void
privileged_shared(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct conf *conf = into;

	if (conf_read_strings(r, node, true, &conf->globals.privileged_shared))
		check_names(r, node, "an account");
}

/* One file serves hosts of several distributions: where one of these is, the others are
 * not missed. */
static bool
is_usual_group(const char *name)
{
	return jit_streq(name, "sudo") || jit_streq(name, "wheel") ||
		jit_streq(name, "admin");
}

/* The name gates whoever is in a group of that name then, the gid whoever is in this group
 * even if it loses its name. One that cannot be looked up could have members. */
static void
privileged_group(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	struct jit_globals *globals = &conf->globals;
	gid_t gid;
	int error;

	conf_strv_add(r->arena, &globals->privileged_groups,
		conf_format(r->arena, "%%%s", node->string));
	error = conf->world.group_id(node->string, &gid);
	if (error == 0)
		globals->privileged_gids[globals->n_privileged_gids++] = gid;
	else if (error != -ENOENT)
		conf_error(r, node,
			"the group \"%s\" cannot be looked up now (%s); try again",
			node->string, strerror(-error));
	else if (!is_usual_group(node->string))
		conf_warning(
			r, node, "there is no group \"%s\" on this host", node->string);
}

static void
privileged_groups(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	size_t before = r->problems->count[CONF_ERROR];
	struct conf *conf = into;
	struct jit_strv names;
	const char *name;

	if (!conf_read_strings(r, node, true, &names))
		return;
	conf->n_privileged_groups = names.n;
	conf->globals.privileged_gids =
		conf_alloc(r->arena, (names.n + 1) * sizeof(gid_t));
	for (size_t i = 0; i < node->n; i++)
		if (conf_read_name(r, &node->v[i], "a group", &name))
			privileged_group(r, &node->v[i], conf);
	if (names.n && !conf->globals.n_privileged_gids &&
		r->problems->count[CONF_ERROR] == before)
		conf_warning(r, node,
			"this host has none of these groups: so far they gate nobody");
}

/* ---- exempt ---- */

static void
exempt_user(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_exempt *exempt = into;

	(void)conf_read_name(r, node, "an account", &exempt->user);
}

static void
exempt_service(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_exempt *exempt = into;

	(void)conf_read_name(r, node, "a PAM service", &exempt->service);
}

static void
exempt_tty(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_exempt *exempt = into;

	if (!conf_read_text(r, node, JIT_NAME_MAX, &exempt->tty))
		return;
	if (strncmp(exempt->tty, "/dev/", 5) == 0)
		exempt->tty += 5;
	if (!exempt->tty[0] || strpbrk(exempt->tty, "*?[, "))
		conf_error(r, node, "tty is one terminal, like \"tty1\"");
}

static void
exempt_reason(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_exempt *exempt = into;

	(void)conf_read_text(r, node, JIT_REASON_MAX, &exempt->reason);
}

static void
exempt_until(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct jit_exempt *exempt = into;

	(void)conf_read_date_end(r, node, &exempt->until);
}

static void
read_exempt(const struct conf_reader *r, const struct conf_node *node, struct conf *conf,
	struct jit_exempt *exempt)
{
	static const struct conf_key keys[] = {
		{ "user", exempt_user },
		{ "service", exempt_service },
		{ "tty", exempt_tty },
		{ "reason", exempt_reason },
		{ "until", exempt_until },
	};
	size_t before = r->problems->count[CONF_ERROR];

	conf_read_group(r, node, keys, ARRAY_SIZE(keys), exempt);
	if (r->problems->count[CONF_ERROR] > before)
		return;
	if (!exempt->user || !exempt->service || !exempt->tty || !exempt->reason)
		conf_error(r, node, "an exemption needs user, service, tty and reason");
	else if (exempt->until && exempt->until <= conf->world.now_sec)
		conf_warning(r, node, "this exemption is over");
}

static void
privileged_exempt(const struct conf_reader *r, const struct conf_node *node, void *into)
{
	struct conf *conf = into;

	if (node->type != CONF_LIST) {
		conf_error(r, node,
			"exempt is a list of groups: exempt = ( { user = \"root\"; "
			"service = \"login\"; tty = \"tty1\"; reason = \"…\"; } );");
		return;
	}
	conf->globals.exempt =
		conf_alloc(r->arena, (node->n + 1) * sizeof(*conf->globals.exempt));
	conf->globals.n_exempt = node->n;
	for (size_t i = 0; i < node->n; i++)
		read_exempt(r, &node->v[i], conf, &conf->globals.exempt[i]);
}

void
conf_read_privileged(
	const struct conf_reader *r, const struct conf_node *node, struct conf *conf)
{
	static const struct conf_key keys[] = {
		{ "users", privileged_users },
		{ "groups", privileged_groups },
		{ "shared", privileged_shared },
		{ "exempt", privileged_exempt },
	};

	conf_read_group(r, node, keys, ARRAY_SIZE(keys), conf);
}
