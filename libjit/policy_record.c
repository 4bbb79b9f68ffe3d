/*
 * The records of policy.cdb: for each structure one writer and, beside it, its reader.
 *
 * Runs as: any; the readers as root, inside login processes. MUST range-check each value
 * that somebody will switch on, index with or loop over; MUST free everything on failure.
 */
#include "policy.h"

#include <errno.h>

/* ---- parts ---- */

static bool
unpack_bool(struct jit_unpacker *u)
{
	uint8_t v = jit_unpack_u8(u);

	if (v > 1)
		u->error = -EBADMSG;
	return v == 1;
}

static uint8_t
unpack_enum(struct jit_unpacker *u, uint8_t first, uint8_t last)
{
	uint8_t v = jit_unpack_u8(u);

	if (v < first || v > last) {
		u->error = u->error ? u->error : -EBADMSG;
		return first;
	}
	return v;
}

/* Seconds that are counted, not dated: never below zero. */
static int64_t
unpack_seconds(struct jit_unpacker *u)
{
	int64_t v = jit_unpack_i64(u);

	if (v < 0)
		u->error = -EBADMSG;
	return v;
}

/* A counted array of fixed-size items: NULL and 0 if there are none or there is an error. */
static void *
unpack_array(struct jit_unpacker *u, size_t packed, size_t size, size_t *ret_n)
{
	uint32_t n = jit_unpack_count(u, packed);
	void *v = n ? calloc(n, size) : NULL;

	if (n && !v)
		u->error = -ENOMEM;
	*ret_n = v ? n : 0;
	return v;
}

static void
exempt_pack(struct jit_packer *p, const struct jit_exempt *exempt)
{
	jit_pack_str(p, exempt->user);
	jit_pack_str(p, exempt->service);
	jit_pack_str(p, exempt->tty);
	jit_pack_str(p, exempt->reason);
	jit_pack_i64(p, exempt->until);
}

static void
exempt_unpack(struct jit_unpacker *u, struct jit_globals *globals)
{
	enum { SMALLEST = 4 * (4 + 1) + 8 };

	globals->exempt =
		unpack_array(u, SMALLEST, sizeof(*globals->exempt), &globals->n_exempt);
	for (size_t i = 0; i < globals->n_exempt; i++) {
		struct jit_exempt *exempt = &globals->exempt[i];

		exempt->user = jit_unpack_str(u);
		exempt->service = jit_unpack_str(u);
		exempt->tty = jit_unpack_str(u);
		exempt->reason = jit_unpack_str(u);
		exempt->until = unpack_seconds(u);
	}
}

static void
zone_pack(struct jit_packer *p, const struct jit_zone *zone)
{
	jit_pack_str(p, zone->name);
	jit_pack_u32(p, (uint32_t)zone->n_changes);
	for (size_t i = 0; i < zone->n_changes; i++) {
		jit_pack_i64(p, zone->changes[i].from_sec);
		jit_pack_u32(p, (uint32_t)zone->changes[i].offset_sec);
	}
}

/* At least one change, and rising: the look-up bisects. */
static void
zone_unpack(struct jit_unpacker *u, struct jit_zone *zone)
{
	enum { CHANGE = 8 + 4, OFFSET_MAX = 26 * 3600 };

	zone->name = jit_unpack_str(u);
	zone->changes = unpack_array(u, CHANGE, sizeof(*zone->changes), &zone->n_changes);
	if (zone->n_changes == 0 && !u->error)
		u->error = -EBADMSG;
	for (size_t i = 0; i < zone->n_changes; i++) {
		struct jit_zone_change *change = &zone->changes[i];

		change->from_sec = jit_unpack_i64(u);
		change->offset_sec = (int32_t)jit_unpack_u32(u);
		if (change->offset_sec < -OFFSET_MAX || change->offset_sec > OFFSET_MAX ||
			(i > 0 && change->from_sec <= change[-1].from_sec))
			u->error = u->error ? u->error : -EBADMSG;
	}
}

static void
zones_unpack(struct jit_unpacker *u, struct jit_globals *globals)
{
	enum { SMALLEST = 4 + 1 + 4 };

	globals->zones =
		unpack_array(u, SMALLEST, sizeof(*globals->zones), &globals->n_zones);
	for (size_t i = 0; i < globals->n_zones; i++)
		zone_unpack(u, &globals->zones[i]);
}

static void
gids_unpack(struct jit_unpacker *u, struct jit_globals *globals)
{
	globals->privileged_gids = unpack_array(u, sizeof(uint32_t),
		sizeof(*globals->privileged_gids), &globals->n_privileged_gids);
	for (size_t i = 0; i < globals->n_privileged_gids; i++)
		globals->privileged_gids[i] = jit_unpack_u32(u);
}

static void
when_pack(struct jit_packer *p, const struct jit_when *when)
{
	jit_pack_str(p, when->text);
	jit_pack_u32(p, when->zone);
	jit_pack_u32(p, (uint32_t)when->n);
	for (size_t i = 0; i < when->n; i++) {
		jit_pack_u32(p, when->ranges[i].start);
		jit_pack_u32(p, when->ranges[i].end);
	}
}

static void
when_unpack(struct jit_unpacker *u, struct jit_when *when)
{
	enum { RANGE = 4 + 4, WEEK = 7 * 24 * 60 };

	when->text = jit_unpack_str(u);
	when->zone = jit_unpack_u32(u);
	when->ranges = unpack_array(u, RANGE, sizeof(*when->ranges), &when->n);
	for (size_t i = 0; i < when->n; i++) {
		uint32_t start = jit_unpack_u32(u), end = jit_unpack_u32(u);

		if (start >= WEEK || end > WEEK || start == end)
			u->error = u->error ? u->error : -EBADMSG;
		when->ranges[i] =
			(struct jit_when_range){ (uint16_t)start, (uint16_t)end };
	}
}

/* ---- globals ---- */

void
jit_globals_done(struct jit_globals *globals)
{
	free(globals->labels.v);
	free(globals->privileged_users.v);
	free(globals->privileged_shared.v);
	free(globals->privileged_groups.v);
	free(globals->privileged_gids);
	free(globals->exempt);
	for (size_t i = 0; i < globals->n_zones; i++)
		free(globals->zones[i].changes);
	free(globals->zones);
	free(globals->record);
	*globals = (struct jit_globals){ 0 };
}

void
jit_globals_pack(struct jit_packer *p, const struct jit_globals *globals)
{
	jit_pack_u32(p, globals->format);
	jit_pack_str(p, globals->hash);
	jit_pack_i64(p, globals->compiled_at);
	jit_pack_str(p, globals->host);
	jit_pack_strv(p, &globals->labels);
	jit_pack_u8(p, (uint8_t)globals->mode);
	jit_pack_i64(p, globals->observe_until);
	jit_pack_i64(p, globals->max_sec);
	jit_pack_i64(p, globals->start_within_sec);
	jit_pack_i64(p, globals->prompt_timeout_sec);
	jit_pack_i64(p, globals->keep_sec);
	jit_pack_strv(p, &globals->privileged_users);
	jit_pack_strv(p, &globals->privileged_shared);
	jit_pack_strv(p, &globals->privileged_groups);
	jit_pack_u32(p, (uint32_t)globals->n_privileged_gids);
	for (size_t i = 0; i < globals->n_privileged_gids; i++)
		jit_pack_u32(p, globals->privileged_gids[i]);
	jit_pack_u32(p, (uint32_t)globals->n_exempt);
	for (size_t i = 0; i < globals->n_exempt; i++)
		exempt_pack(p, &globals->exempt[i]);
	jit_pack_u8(p, globals->audit_required);
	jit_pack_str(p, globals->contact);
	jit_pack_str(p, globals->url);
	jit_pack_u32(p, (uint32_t)globals->n_zones);
	for (size_t i = 0; i < globals->n_zones; i++)
		zone_pack(p, &globals->zones[i]);
}

int
jit_globals_unpack(uint8_t *record, size_t len, struct jit_globals *ret)
{
	struct jit_unpacker u = { .buf = record, .len = len };
	struct jit_globals globals = { .record = record };
	int r;

	globals.format = jit_unpack_u32(&u);
	globals.hash = jit_unpack_str(&u);
	globals.compiled_at = jit_unpack_i64(&u);
	globals.host = jit_unpack_str(&u);
	jit_unpack_strv(&u, &globals.labels);
	globals.mode = unpack_enum(&u, JIT_MODE_ENFORCE, JIT_MODE_OBSERVE);
	globals.observe_until = unpack_seconds(&u);
	globals.max_sec = unpack_seconds(&u);
	globals.start_within_sec = unpack_seconds(&u);
	globals.prompt_timeout_sec = unpack_seconds(&u);
	globals.keep_sec = unpack_seconds(&u);
	jit_unpack_strv(&u, &globals.privileged_users);
	jit_unpack_strv(&u, &globals.privileged_shared);
	jit_unpack_strv(&u, &globals.privileged_groups);
	gids_unpack(&u, &globals);
	exempt_unpack(&u, &globals);
	globals.audit_required = unpack_bool(&u);
	globals.contact = jit_unpack_str(&u);
	globals.url = jit_unpack_str(&u);
	zones_unpack(&u, &globals);

	r = jit_unpack_end(&u);
	if (r < 0) {
		jit_globals_done(&globals);
		return r;
	}
	*ret = globals;
	return 0;
}

/* ---- roles ---- */

void
jit_role_done(struct jit_role *role)
{
	free(role->run_as.v);
	for (size_t i = 0; i < role->n_commands; i++)
		free(role->commands[i].v);
	free(role->commands);
	free(role->record);
	*role = (struct jit_role){ 0 };
}

void
jit_role_pack(struct jit_packer *p, const struct jit_role *role)
{
	jit_pack_str(p, role->name);
	jit_pack_str(p, role->description);
	jit_pack_strv(p, &role->run_as);
	jit_pack_u32(p, (uint32_t)role->n_commands);
	for (size_t i = 0; i < role->n_commands; i++)
		jit_pack_strv(p, &role->commands[i]);
	jit_pack_u8(p, role->login);
	jit_pack_u8(p, role->shell);
	jit_pack_u8(p, role->equals_root);
	jit_pack_i64(p, role->max_sec);
	jit_pack_i64(p, role->default_sec);
}

static void
commands_unpack(struct jit_unpacker *u, struct jit_role *role)
{
	enum { SMALLEST = 4 + 4 + 1 }; /* a pattern has at least the word for the path */

	role->commands =
		unpack_array(u, SMALLEST, sizeof(*role->commands), &role->n_commands);
	for (size_t i = 0; i < role->n_commands; i++) {
		jit_unpack_strv(u, &role->commands[i]);
		if (role->commands[i].n == 0 && !u->error)
			u->error = -EBADMSG;
	}
}

int
jit_role_unpack(uint8_t *record, size_t len, struct jit_role *ret)
{
	struct jit_unpacker u = { .buf = record, .len = len };
	struct jit_role role = { .record = record };
	int r;

	role.name = jit_unpack_str(&u);
	role.description = jit_unpack_str(&u);
	jit_unpack_strv(&u, &role.run_as);
	commands_unpack(&u, &role);
	role.login = unpack_bool(&u);
	role.shell = unpack_bool(&u);
	role.equals_root = unpack_bool(&u);
	role.max_sec = unpack_seconds(&u);
	role.default_sec = unpack_seconds(&u);

	r = jit_unpack_end(&u);
	if (r < 0) {
		jit_role_done(&role);
		return r;
	}
	*ret = role;
	return 0;
}

/* ---- rules ---- */

void
jit_rule_done(struct jit_rule *rule)
{
	free(rule->who.v);
	free(rule->on.v);
	free(rule->when.ranges);
	free(rule->roles.v);
	free(rule->approvers.v);
	free(rule->approvers_shown.v);
	free(rule->record);
	*rule = (struct jit_rule){ 0 };
}

void
jit_rule_pack(struct jit_packer *p, const struct jit_rule *rule)
{
	jit_pack_u32(p, rule->number);
	jit_pack_str(p, rule->name);
	jit_pack_str(p, rule->file);
	jit_pack_u32(p, rule->line);
	jit_pack_strv(p, &rule->who);
	jit_pack_strv(p, &rule->on);
	when_pack(p, &rule->when);
	jit_pack_strv(p, &rule->roles);
	jit_pack_u8(p, (uint8_t)rule->approval);
	jit_pack_u32(p, rule->approvals);
	jit_pack_strv(p, &rule->approvers);
	jit_pack_strv(p, &rule->approvers_shown);
	jit_pack_u8(p, rule->reason_required);
	jit_pack_u8(p, (uint8_t)rule->authenticate);
	jit_pack_i64(p, rule->max_sec);
	jit_pack_u8(p, (uint8_t)rule->mode);
}

int
jit_rule_unpack(uint8_t *record, size_t len, struct jit_rule *ret)
{
	struct jit_unpacker u = { .buf = record, .len = len };
	struct jit_rule rule = { .record = record };
	int r;

	rule.number = jit_unpack_u32(&u);
	rule.name = jit_unpack_str(&u);
	rule.file = jit_unpack_str(&u);
	rule.line = jit_unpack_u32(&u);
	jit_unpack_strv(&u, &rule.who);
	jit_unpack_strv(&u, &rule.on);
	when_unpack(&u, &rule.when);
	jit_unpack_strv(&u, &rule.roles);
	rule.approval = unpack_enum(&u, JIT_APPROVAL_DENY, JIT_APPROVAL_BREAK_GLASS);
	rule.approvals = jit_unpack_u32(&u);
	jit_unpack_strv(&u, &rule.approvers);
	jit_unpack_strv(&u, &rule.approvers_shown);
	rule.reason_required = unpack_bool(&u);
	rule.authenticate = unpack_enum(&u, JIT_AUTH_ALWAYS, JIT_AUTH_NEVER);
	rule.max_sec = unpack_seconds(&u);
	rule.mode = unpack_enum(&u, JIT_MODE_NONE, JIT_MODE_OBSERVE);

	r = jit_unpack_end(&u);
	if (r < 0) {
		jit_rule_done(&rule);
		return r;
	}
	*ret = rule;
	return 0;
}
