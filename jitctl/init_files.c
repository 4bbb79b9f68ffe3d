/*
 * The first files of a host.
 *
 * Runs as root. MUST NOT change a file that is there.
 */
#include "jitctl/init_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "config.h"
#include "libjit/clock.h"
#include "libjit/file.h"
#include "libjit/parse.h"

#define SAMPLE JIT_DATA_DIR "/jit.conf"
#define PLACEHOLDER "@OBSERVE_UNTIL@"
#define DAY_SEC INT64_C(86400)
enum { SAMPLE_MAX = 65536, OBSERVE_DAYS = 30, DATE_LEN = sizeof("2027-01-31") - 1 };

static const char trusted_keys[] =
	"# Whose signatures this host believes: OpenSSH's allowed_signers syntax, "
	"ssh-ed25519\n"
	"# only, one user name a line. `jitctl reload` puts it in force; a line that is "
	"gone\n"
	"# makes every grant that its key signed useless for what starts then; what runs "
	"is ended\n"
	"# with jitctl revoke. See jit-keys(5).\n"
	"#\n"
	"# carol namespaces=\"jit-grant,jit-revoke,jit-request\" ssh-ed25519 AAAA...\n"
	"# dave  namespaces=\"jit-grant\",valid-before=\"20271231Z\" ssh-ed25519 "
	"AAAA...\n";

static int
make_file(const struct jit_site *site, const char *name, mode_t mode, const char *content,
	struct jit_error *err)
{
	int r = site->etc < 0
		? site->etc
		: jit_file_create(site->etc, name, mode, content, strlen(content));

	if (r < 0 && r != -EEXIST)
		return jit_error_set(
			err, r, JIT_ETC_DIR "/%s cannot be made: %s", name, strerror(-r));
	printf("  %s  " JIT_ETC_DIR "/%s\n", r == 0 ? "made" : "kept", name);
	return 0;
}

static int
make_host_conf(const struct jit_site *site, const char *host, struct jit_error *err)
{
	char content[1024];

	(void)snprintf(content, sizeof(content),
		"# What this host is called in grants (aud) and rules (on). `jitctl "
		"reload`\n"
		"# compiles it. Renaming the host ends every grant that names the old "
		"id.\n"
		"id = \"%s\";\n"
		"\n"
		"# Groups of hosts that it belongs to: on = [ \"workstation\" ], --host "
		"@web\n"
		"labels = [ ];\n",
		host);
	return make_file(site, "host.conf", 0644, content, err);
}

/* The last day of observing, as jit.conf writes it. The compiled ceiling counts from when
 * the file is loaded to the end of that day. */
static int
observe_until(char ret[JIT_TIME_SIZE])
{
	int64_t days = JIT_CEILING_OBSERVE_SEC / DAY_SEC - 1;
	struct jit_now now;
	int r = jit_clock_now(&now);

	if (r < 0)
		return r;
	if (days > OBSERVE_DAYS)
		days = OBSERVE_DAYS;
	jit_format_time(now.wall_sec + days * DAY_SEC, ret);
	ret[DATE_LEN] = '\0';
	return 0;
}

/* The sample with the date put in. */
static int
fill_sample(const char *sample, char **ret)
{
	const char *at = strstr(sample, PLACEHOLDER);
	char date[JIT_TIME_SIZE];
	int r = observe_until(date);

	if (r < 0)
		return r;
	if (!at)
		return -EBADMSG;
	if (asprintf(ret, "%.*s%s%s", (int)(at - sample), sample, date,
		    at + strlen(PLACEHOLDER)) < 0)
		return -ENOMEM;
	return 0;
}

static int
make_jit_conf(const struct jit_site *site, struct jit_error *err)
{
	_cleanup_free_ char *sample = NULL, *content = NULL;
	int r;

	if (site->etc >= 0 &&
		faccessat(site->etc, "jit.conf", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return make_file(site, "jit.conf", 0600, "", err);
	r = jit_file_read(AT_FDCWD, SAMPLE, site->owner, 0755, SAMPLE_MAX, &sample, NULL);
	if (r == 0)
		r = fill_sample(sample, &content);
	if (r < 0)
		return jit_error_set(err, r,
			"the sample policy " SAMPLE " %s: install again",
			jit_file_problem(r));
	return make_file(site, "jit.conf", 0600, content, err);
}

int
init_files(const struct jit_site *site, const char *host, struct jit_error *err)
{
	int r = make_host_conf(site, host, err);

	if (r == 0)
		r = make_file(site, "trusted_keys", 0644, trusted_keys, err);
	if (r == 0)
		r = make_jit_conf(site, err);
	return r;
}
