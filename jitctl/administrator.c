/*
 * Who runs jitctl as root. Runs as root.
 */
#include "jitctl/administrator.h"

#include <fcntl.h>
#include <pwd.h>

#include "libjit/parse.h"

void
administrator_name(char ret[JIT_NAME_MAX + 1])
{
	_cleanup_close_ int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	char text[16] = "";
	const struct passwd *pw = NULL;
	uid_t uid;

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 &&
		jit_parse_uid(text, &uid) == 0)
		pw = getpwuid(uid);
	(void)snprintf(ret, JIT_NAME_MAX + 1, "%s",
		pw && jit_name_valid(pw->pw_name) ? pw->pw_name : "root");
}
