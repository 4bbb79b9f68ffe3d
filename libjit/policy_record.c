/*
 * The head of policy.cdb, its globals: the writer and, beside it, the reader.
 *
 * Runs as: any; the readers as root, inside login processes. MUST range-check each value
 * that somebody will switch on, index with or loop over; MUST free everything on failure.
 */
#include "policy.h"

#include <errno.h>

/* ---- parts ---- */

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

	globals->exempt = jit_unpack_array(
		u, SMALLEST, sizeof(*globals->exempt), &globals->n_exempt);
	for (size_t i = 0; i < globals->n_exempt; i++) {
		struct jit_exempt *exempt = &globals->exempt[i];

		exempt->user = jit_unpack_str(u);
		exempt->service = jit_unpack_str(u);
		exempt->tty = jit_unpack_str(u);
		exempt->reason = jit_unpack_str(u);
		exempt->until = jit_unpack_seconds(u);
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
	zone->changes =
		jit_unpack_array(u, CHANGE, sizeof(*zone->changes), &zone->n_changes);
	if (zone->n_changes == 0)
		jit_unpack_fail(u, -EBADMSG);
	for (size_t i = 0; i < zone->n_changes; i++) {
		struct jit_zone_change *change = &zone->changes[i];

		change->from_sec = jit_unpack_i64(u);
		change->offset_sec = (int32_t)jit_unpack_u32(u);
		if (change->offset_sec < -OFFSET_MAX || change->offset_sec > OFFSET_MAX ||
			(i > 0 && change->from_sec <= change[-1].from_sec))
			jit_unpack_fail(u, -EBADMSG);
	}
}

static void
zones_unpack(struct jit_unpacker *u, struct jit_globals *globals)
{
	enum { SMALLEST = 4 + 1 + 4 };

	globals->zones =
		jit_unpack_array(u, SMALLEST, sizeof(*globals->zones), &globals->n_zones);
	for (size_t i = 0; i < globals->n_zones; i++)
		zone_unpack(u, &globals->zones[i]);
}

static void
gids_unpack(struct jit_unpacker *u, struct jit_globals *globals)
{
	globals->privileged_gids = jit_unpack_array(u, sizeof(uint32_t),
		sizeof(*globals->privileged_gids), &globals->n_privileged_gids);
	for (size_t i = 0; i < globals->n_privileged_gids; i++)
		globals->privileged_gids[i] = jit_unpack_u32(u);
}

/* Absolute, or "". */
static const char *
path_unpack(struct jit_unpacker *u)
{
	const char *path = jit_unpack_str(u);

	if (path[0] != '\0' && path[0] != '/')
		jit_unpack_fail(u, -EBADMSG);
	return path;
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
	jit_pack_i64(p, globals->request_ttl_sec);
	jit_pack_i64(p, globals->break_glass_max_sec);
	jit_pack_i64(p, globals->pin_max_sec);
	jit_pack_i64(p, globals->pin_challenge_ttl_sec);
	jit_pack_u32(p, globals->pending_requests);
	jit_pack_str(p, globals->notify_command);
	jit_pack_i64(p, globals->notify_timeout_sec);
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
	globals.mode = jit_unpack_enum(&u, JIT_MODE_ENFORCE, JIT_MODE_OBSERVE);
	globals.observe_until = jit_unpack_seconds(&u);
	globals.max_sec = jit_unpack_seconds(&u);
	globals.start_within_sec = jit_unpack_seconds(&u);
	globals.prompt_timeout_sec = jit_unpack_seconds(&u);
	globals.keep_sec = jit_unpack_seconds(&u);
	globals.request_ttl_sec = jit_unpack_seconds(&u);
	globals.break_glass_max_sec = jit_unpack_seconds(&u);
	globals.pin_max_sec = jit_unpack_seconds(&u);
	globals.pin_challenge_ttl_sec = jit_unpack_seconds(&u);
	globals.pending_requests = jit_unpack_upto(&u, JIT_REQUESTS_MAX);
	globals.notify_command = path_unpack(&u);
	globals.notify_timeout_sec = jit_unpack_seconds(&u);
	jit_unpack_strv(&u, &globals.privileged_users);
	jit_unpack_strv(&u, &globals.privileged_shared);
	jit_unpack_strv(&u, &globals.privileged_groups);
	gids_unpack(&u, &globals);
	exempt_unpack(&u, &globals);
	globals.audit_required = jit_unpack_bool(&u);
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
