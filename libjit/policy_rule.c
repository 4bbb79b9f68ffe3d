/*
 * A rule's record in policy.cdb: the writer and, beside it, the reader.
 *
 * Runs as: any; the reader as root, inside login processes. MUST range-check each value
 * that somebody will switch on, index with or loop over; MUST free everything on failure.
 */
#include "policy.h"

#include <errno.h>

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
	when->ranges = jit_unpack_array(u, RANGE, sizeof(*when->ranges), &when->n);
	for (size_t i = 0; i < when->n; i++) {
		uint32_t start = jit_unpack_u32(u), end = jit_unpack_u32(u);

		if (start >= WEEK || end > WEEK || start == end)
			jit_unpack_fail(u, -EBADMSG);
		when->ranges[i] =
			(struct jit_when_range){ (uint16_t)start, (uint16_t)end };
	}
}

/* ---- the record ---- */

void
jit_rule_done(struct jit_rule *rule)
{
	free(rule->who.v);
	free(rule->on.v);
	free(rule->when.ranges);
	free(rule->roles.v);
	free(rule->approvers.v);
	free(rule->approvers_shown.v);
	free(rule->then_ask.v);
	free(rule->then_ask_shown.v);
	free(rule->operators.v);
	free(rule->operators_shown.v);
	free(rule->ticket.v);
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
	jit_pack_strv(p, &rule->then_ask);
	jit_pack_strv(p, &rule->then_ask_shown);
	jit_pack_i64(p, rule->answer_within_sec);
	jit_pack_strv(p, &rule->operators);
	jit_pack_strv(p, &rule->operators_shown);
	jit_pack_u8(p, rule->pin_replaces_approvals);
	jit_pack_u8(p, rule->exact_command);
	jit_pack_u8(p, rule->reason_required);
	jit_pack_strv(p, &rule->ticket);
	jit_pack_i64(p, rule->review_sec);
	jit_pack_u8(p, (uint8_t)rule->authenticate);
	jit_pack_i64(p, rule->max_sec);
	jit_pack_u8(p, (uint8_t)rule->mode);
}

static void
rule_unpack(struct jit_unpacker *u, struct jit_rule *rule)
{
	rule->number = jit_unpack_u32(u);
	rule->name = jit_unpack_str(u);
	rule->file = jit_unpack_str(u);
	rule->line = jit_unpack_u32(u);
	jit_unpack_strv(u, &rule->who);
	jit_unpack_strv(u, &rule->on);
	when_unpack(u, &rule->when);
	jit_unpack_strv(u, &rule->roles);
	rule->approval = jit_unpack_enum(u, JIT_APPROVAL_DENY, JIT_APPROVAL_BREAK_GLASS);
	rule->approvals = jit_unpack_upto(u, JIT_APPROVALS_MAX);
	jit_unpack_strv(u, &rule->approvers);
	jit_unpack_strv(u, &rule->approvers_shown);
	jit_unpack_strv(u, &rule->then_ask);
	jit_unpack_strv(u, &rule->then_ask_shown);
	rule->answer_within_sec = jit_unpack_seconds(u);
	jit_unpack_strv(u, &rule->operators);
	jit_unpack_strv(u, &rule->operators_shown);
	rule->pin_replaces_approvals = jit_unpack_bool(u);
	rule->exact_command = jit_unpack_bool(u);
	rule->reason_required = jit_unpack_bool(u);
	jit_unpack_strv(u, &rule->ticket);
	rule->review_sec = jit_unpack_seconds(u);
	rule->authenticate = jit_unpack_enum(u, JIT_AUTH_ALWAYS, JIT_AUTH_NEVER);
	rule->max_sec = jit_unpack_seconds(u);
	rule->mode = jit_unpack_enum(u, JIT_MODE_NONE, JIT_MODE_OBSERVE);
}

int
jit_rule_unpack(uint8_t *record, size_t len, struct jit_rule *ret)
{
	struct jit_unpacker u = { .buf = record, .len = len };
	struct jit_rule rule = { .record = record };
	int r;

	rule_unpack(&u, &rule);
	r = jit_unpack_end(&u);
	if (r < 0) {
		jit_rule_done(&rule);
		return r;
	}
	*ret = rule;
	return 0;
}
