/*
 * The kinds of events and the fields of an event: one table each.
 *
 * Runs as: any. Pure. A MESSAGE_ID MUST never change or be used again: catalogs, alerts
 * and archives know it.
 */
#include "audit.h"

#include <syslog.h>

static const struct kind {
	const char *name, *message_id, *phrase;
	int priority;
	bool decides;
} kinds[JIT_EVENT_COUNT_] = {
	[JIT_EVENT_NONE] = { "none", "", "nothing", LOG_INFO, false },
	[JIT_EVENT_GRANT_ACCEPTED] = { "grant-accepted",
		"115974fc4f8f4017b6f0e700dff0711b", "grant accepted", LOG_INFO, true },
	[JIT_EVENT_GRANT_REFUSED] = { "grant-refused", "5accdc861e904e4095451854b26a8874",
		"grant refused", LOG_WARNING, true },
	[JIT_EVENT_AUTH_FAILED] = { "auth-failed", "1845cc296626417f9fa5b1ea6ca98c3c",
		"authentication failed", LOG_WARNING, false },
	[JIT_EVENT_COMMAND_START] = { "command-start", "1a17fa5b58e0434b88dc65bd2fda5027",
		"command started", LOG_INFO, false },
	[JIT_EVENT_COMMAND_END] = { "command-end", "b6f65904f9d94a2bacd6339d812fa3a9",
		"command ended", LOG_INFO, false },
	[JIT_EVENT_SESSION_OPEN] = { "session-open", "ad7f6df4266542d4817919f00073c3af",
		"session opened", LOG_INFO, false },
	[JIT_EVENT_SESSION_CLOSE] = { "session-close", "b5a17049557643ed90d46601e413c0c7",
		"session closed", LOG_INFO, false },
	[JIT_EVENT_EXEMPT_USED] = { "exempt-used", "5b9272b2918e4c02a33092af933624bb",
		"exempt login used", LOG_WARNING, false },
	[JIT_EVENT_EXPIRED] = { "expired", "17894b9db2bd4ae588d77e5dab108167",
		"grant ended", LOG_INFO, false },
	[JIT_EVENT_REVOKED] = { "revoked", "3035a41d37724e1c83cf3ecfa20ac42e",
		"grant revoked", LOG_NOTICE, true },
	[JIT_EVENT_DENY] = { "deny", "25a1baf582d048cb973b3fe4b5810584", "refused",
		LOG_WARNING, false },
	[JIT_EVENT_WOULD_DENY] = { "would-deny", "64e8312cce0b4e4baa830cf35c3a3dd9",
		"would be refused if policy were enforced", LOG_NOTICE, false },
	[JIT_EVENT_POLICY_LOADED] = { "policy-loaded", "416ede26ba2a4d73a827f44a92d54be1",
		"policy loaded", LOG_NOTICE, true },
	[JIT_EVENT_POLICY_REFUSED] = { "policy-refused",
		"de037a2299004b0ca0c8c74b86abd1dd",
		"policy refused, the last good one stays in force", LOG_NOTICE, true },
	[JIT_EVENT_POLICY_DRIFT] = { "policy-drift", "eedd1c34881d471c9ede9ec2b8b5d3ce",
		"policy sources differ from the policy in force", LOG_NOTICE, false },
	[JIT_EVENT_CLOCK_BACK] = { "clock-back", "1fd097d1117f451598b4f4c9235e535a",
		"the clock was set back", LOG_NOTICE, true },
	[JIT_EVENT_START_LATE] = { "start-late", "b8be5eeff9994a6d8e5a08a02ca9f293",
		"grant came too late to start", LOG_INFO, false },
};

static const struct kind *
kind_of(enum jit_event event)
{
	return &kinds[(unsigned)event < JIT_EVENT_COUNT_ ? event : JIT_EVENT_NONE];
}

const char *
jit_event_name(enum jit_event event)
{
	return kind_of(event)->name;
}

const char *
jit_event_message_id(enum jit_event event)
{
	return kind_of(event)->message_id;
}

int
jit_event_priority(enum jit_event event)
{
	return kind_of(event)->priority;
}

const char *
jit_event_phrase(enum jit_event event)
{
	return kind_of(event)->phrase;
}

bool
jit_event_decides(enum jit_event event)
{
	return kind_of(event)->decides;
}

#define FIELD(name)                                                                      \
	{                                                                                \
#name, offsetof(struct jit_audit, name)                                  \
	}

static const struct field {
	const char *name;
	size_t offset;
} fields[] = {
	FIELD(subject),
	FIELD(target),
	FIELD(role),
	FIELD(rule),
	FIELD(policy),
	FIELD(grant),
	FIELD(request),
	FIELD(approver),
	FIELD(via),
	FIELD(reason),
	FIELD(why),
	FIELD(cwd),
	FIELD(tty),
	FIELD(rhost),
	FIELD(service),
	FIELD(session),
};

const char *
jit_audit_field(const struct jit_audit *audit, size_t i, const char **ret_value)
{
	const char *value;

	if (i >= ARRAY_SIZE(fields))
		return NULL;
	value = *(const char *const *)((const char *)audit + fields[i].offset);
	*ret_value = value && value[0] ? value : NULL;
	return fields[i].name;
}
