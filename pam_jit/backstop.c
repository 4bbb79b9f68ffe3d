/*
 * The backstop behind session-watch (pam_systemd(8), systemd.runtime_max_sec). It counts no
 * suspend and does nothing without systemd: never the only thing. Runs as root, inside
 * somebody else's process.
 */
#include "backstop.h"

#include <errno.h>
#include <inttypes.h>

static void
seconds_free(pam_handle_t *pamh, void *data, int error_status)
{
	(void)pamh, (void)error_status;
	free(data);
}

int
backstop_set(pam_handle_t *pamh, int64_t sec)
{
	char *text = NULL;

	if (asprintf(&text, "%" PRId64, sec) < 0)
		return -ENOMEM;
	if (pam_set_data(pamh, "systemd.runtime_max_sec", text, seconds_free) ==
		PAM_SUCCESS)
		return 0;
	free(text);
	return -ENOMEM;
}
