/*
 * The compiled-in policy key (meson option policy_key). Pure.
 */
#include "jitctl/policy_key.h"

#include <errno.h>
#include <string.h>

#include "config.h"
#include "jitctl/sshkey.h"

int
policy_key(uint8_t ret[32])
{
	static const char type[] = SSHKEY_ED25519 " ";
	char base64[SSHKEY_LINE_SIZE];
	const char *line = JIT_POLICY_KEY;
	size_t len;

	if (!*line)
		return 0;
	if (strncmp(line, type, strlen(type)) != 0)
		return -EINVAL;
	line += strlen(type);
	len = strcspn(line, " ");
	if (len >= sizeof(base64))
		return -EINVAL;
	(void)snprintf(base64, sizeof(base64), "%.*s", (int)len, line);
	return sshkey_parse(SSHKEY_ED25519, base64, ret) == 0 ? 1 : -EINVAL;
}
