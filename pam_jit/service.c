/*
 * PAM services and their kinds. Runs as: any. Pure.
 *
 * MUST be a closed list: what is not in it is refused, never guessed.
 */
#include "service.h"

#include "libjit/base.h"

static const struct {
	const char *service;
	enum door door;
} doors[] = {
	{ "sshd", DOOR_LOGIN },
	{ "login", DOOR_LOGIN },
	{ "su", DOOR_SWITCH },
	{ "su-l", DOOR_SWITCH },
	{ "runuser", DOOR_SWITCH },
	{ "runuser-l", DOOR_SWITCH },
	{ "sudo", DOOR_SUDO },
	{ "sudo-i", DOOR_SUDO },
	{ "doas", DOOR_SUDO },
	{ "jitsu", DOOR_NOT_OURS },
	{ "systemd-user", DOOR_NOT_OURS },
	{ "cron", DOOR_NOT_OURS },
	{ "atd", DOOR_NOT_OURS },
};

enum door
service_door(const char *service)
{
	for (size_t i = 0; i < ARRAY_SIZE(doors); i++)
		if (jit_streq(service, doors[i].service))
			return doors[i].door;
	return DOOR_UNKNOWN;
}

enum door
service_door_from_name(const char *name)
{
	if (jit_streq(name, "login"))
		return DOOR_LOGIN;
	if (jit_streq(name, "switch"))
		return DOOR_SWITCH;
	if (jit_streq(name, "sudo"))
		return DOOR_SUDO;
	return DOOR_UNKNOWN;
}
