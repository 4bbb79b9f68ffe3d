/*
 * jitctl init: this host's directories, keys and first files.
 *
 * Runs as root. MUST NOT ask, and MUST NOT change a file that is there (only --new-key
 * replaces the host's key and its public half).
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "jitctl/init_files.h"
#include "jitctl/init_key.h"
#include "jitctl/jitctl.h"
#include "jitctl/option.h"
#include "libjit/file.h"

enum { APPROVERS_MODE = 0750 };

static const struct {
	const char *path;
	mode_t mode;
} directories[] = {
	{ JIT_ETC_DIR, 0755 },
	{ JIT_ETC_DIR "/conf.d", 0755 },
	{ JIT_LIB_DIR, 0711 }, /* the way to requests; all else below is shut */
	{ JIT_LIB_DIR "/grants", 0700 },
	{ JIT_LIB_DIR "/locks", 0700 },
	{ JIT_LIB_DIR "/requests", APPROVERS_MODE },
	{ JIT_LIB_DIR "/revoked", 0700 },
	{ JIT_LIB_DIR "/uses", 0700 },
	{ JIT_LOG_DIR, 0700 },
	{ JIT_RUN_DIR, 0700 },
	{ JIT_RUN_DIR "/grants", 0700 },
	{ JIT_RUN_DIR "/sessions", 0700 },
	{ JIT_RUN_DIR "/auth", 0700 },
	{ JIT_RUN_DIR "/uses", 0700 },
};

static void
print_help(FILE *out)
{
	fputs("usage: jitctl init [--new-key]\n"
	      "Makes what is missing of this host's directories, keys and first files; "
	      "what is\n"
	      "there stays as it is. Asks nothing.\n"
	      "  --new-key   replace the host's key: grants that the host gave die with "
	      "the old "
	      "one\n",
		out);
}

static int
parse_options(int argc, char **argv, bool *ret_new_key)
{
	const struct option_set set = {
		.entries = { { "new-key", .flag = ret_new_key } },
		.help = print_help,
	};

	return option_read(argc, argv, &set);
}

/* The directories above, where a prefix has none yet. */
static void
make_parents(const char *path)
{
	char parent[4096];

	for (const char *slash = strchr(path + 1, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		(void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
		(void)mkdir(parent, 0755);
	}
}

/* What a group may read is the approvers', where that group is there. */
static int
mode_set(int fd, mode_t mode)
{
	const struct group *approvers =
		mode == APPROVERS_MODE ? getgrnam("jit-approvers") : NULL;

	if (approvers && fchown(fd, (uid_t)-1, approvers->gr_gid) < 0)
		return -1;
	return fchmod(fd, mode);
}

static int
make_directory(const char *path, mode_t mode, struct jit_error *err)
{
	_cleanup_close_ int fd = -1;
	bool made;

	make_parents(path);
	made = mkdir(path, mode) == 0;
	if (!made && errno != EEXIST)
		return jit_error_set(err, -errno, "%s cannot be made: %m", path);
	fd = jit_dir_open(AT_FDCWD, path, jit_site_owner());
	if (fd < 0)
		return jit_error_set(err, fd, "%s %s: it must be a directory of root's",
			path, jit_file_problem(fd));
	if (made && mode_set(fd, mode) < 0)
		return jit_error_set(err, -errno, "%s: %m", path);
	printf("  %s  %s\n", made ? "made" : "kept", path);
	return 0;
}

static int
make_directories(struct jit_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(directories); i++)
		r = make_directory(directories[i].path, directories[i].mode, err);
	return r;
}

static int
make_all(bool new_key, struct jit_error *err)
{
	struct jit_site site = JIT_SITE_NONE;
	char host[JIT_NAME_MAX + 1] = "";
	int r = make_directories(err);

	if (r < 0)
		return r;
	jit_site_open(&site);
	init_host_name(&site, host);
	r = init_key(&site, host, new_key, err);
	if (r == 0)
		r = init_files(&site, host, err);
	jit_site_close(&site);
	return r;
}

static int
reload(void)
{
	char name[] = "reload";
	char *argv[] = { name, NULL };
	int r;

	fflush(stdout);
	optind = 0; /* getopt_long begins anew */
	r = cmd_reload(1, argv);
	if (r != JITCTL_DONE)
		fputs("jitctl: nothing new is in force: mend what is said above, then: "
		      "jitctl "
		      "reload\n",
			stderr);
	return r;
}

static void
print_next_steps(void)
{
	puts("\nNext:\n"
	     "  1. Trust your approvers: for each a line in " JIT_ETC_DIR
	     "/trusted_keys\n"
	     "       carol namespaces=\"jit-grant,jit-revoke,jit-request\" ssh-ed25519 "
	     "AAAA...\n"
	     "     (carol shows hers with ssh-add -L, or makes one with jitctl keygen)\n"
	     "  2. Make " JIT_ETC_DIR
	     "/jit.conf yours. A new one observes and refuses nothing\n"
	     "     until the date in it. Then: jitctl reload && jitctl check\n"
	     "  3. Keep a root console open and add the lines of pam_jit(8) to "
	     "/etc/pam.d/sshd.\n"
	     "     Watch what would be refused (journalctl JIT_EVENT=would-deny) before "
	     "you\n"
	     "     write mode = \"enforce\".");
}

static int
init_exit(int error)
{
	return error == -EKEYREJECTED || error == -EBADMSG ? JITCTL_BAD_INPUT
							   : JITCTL_CANNOT_WRITE;
}

int
cmd_init(int argc, char **argv)
{
	struct jit_error err = { 0 };
	bool new_key = false;
	int r = parse_options(argc, argv, &new_key);

	if (r >= 0)
		return r;
	if (geteuid() != jit_site_owner()) {
		fputs("jitctl: only root can set a host up: sudo jitctl init\n", stderr);
		return JITCTL_NOT_ALLOWED;
	}
	if (sodium_init() < 0)
		return JITCTL_FAILED;
	r = make_all(new_key, &err);
	if (r < 0) {
		fprintf(stderr, "jitctl: %s\n", err.text);
		return init_exit(r);
	}
	r = reload();
	print_next_steps();
	return r;
}
