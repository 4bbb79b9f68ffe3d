/*
 * Reads what PAM hands over. Runs as: any (a screen locker is not root).
 *
 * MUST NOT believe more of an item than that it is a string. MUST NOT prompt: account and
 * session find PAM_USER set, or refuse.
 */
#include "call.h"

#include <errno.h>

/* An item that is not set is "". False: PAM would not say, so that nothing is known. */
static bool
item(const pam_handle_t *pamh, int type, const char **ret)
{
	const void *value = NULL;

	if (pam_get_item(pamh, type, &value) != PAM_SUCCESS)
		return false;
	*ret = value ? value : "";
	return true;
}

int
call_read(struct call *ret, pam_handle_t *pamh, int argc, const char **argv)
{
	struct call call = {
		.pamh = pamh, .service = "", .user = "", .tty = "", .rhost = ""
	};
	bool known = item(pamh, PAM_SERVICE, &call.service) &&
		item(pamh, PAM_USER, &call.user) && item(pamh, PAM_TTY, &call.tty) &&
		item(pamh, PAM_RHOST, &call.rhost);

	options_parse(&call.options, argc, argv);
	call.door = call.options.door;
	if (call.door == DOOR_UNKNOWN)
		call.door = service_door(call.service);
	*ret = call;
	return known && call.service[0] && call.user[0] ? 0 : -EINVAL;
}
