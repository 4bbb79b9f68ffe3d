/*
 * Programs that run other programs: a role for one of them gives more than it seems to.
 * The list helps; it is not complete, and nothing depends on it.
 *
 * Runs as root.
 */
#include "conf.h"

#include <ctype.h>
#include <string.h>

#include "libjit/pattern.h"

enum freedom {
	ALWAYS,         /* it asks its user, or runs anything by itself */
	FREE_ARGUMENTS, /* where the pattern leaves arguments open */
};

struct program {
	const char *name;
	enum freedom freedom;
	const char *how;
};

static const struct program programs[] = {
	{ "sh", ALWAYS, "it is a shell" },
	{ "bash", ALWAYS, "it is a shell" },
	{ "dash", ALWAYS, "it is a shell" },
	{ "zsh", ALWAYS, "it is a shell" },
	{ "ksh", ALWAYS, "it is a shell" },
	{ "fish", ALWAYS, "it is a shell" },
	{ "busybox", ALWAYS, "it has a shell" },
	{ "su", ALWAYS, "it starts a shell" },
	{ "sudo", ALWAYS, "it runs any program" },
	{ "vi", ALWAYS, ":! runs any program" },
	{ "vim", ALWAYS, ":! runs any program" },
	{ "nvim", ALWAYS, ":! runs any program" },
	{ "view", ALWAYS, ":! runs any program" },
	{ "ex", ALWAYS, "! runs any program" },
	{ "ed", ALWAYS, "! runs any program" },
	{ "nano", ALWAYS, "^T runs any program" },
	{ "emacs", ALWAYS, "M-! runs any program" },
	{ "less", ALWAYS, "! runs any program" },
	{ "more", ALWAYS, "! runs any program" },
	{ "man", ALWAYS, "its pager runs any program" },
	{ "gdb", ALWAYS, "shell runs any program" },
	{ "mysql", ALWAYS, "\\! runs any program" },
	{ "psql", ALWAYS, "\\! runs any program" },
	{ "sqlite3", ALWAYS, ".shell runs any program" },
	{ "ftp", ALWAYS, "! runs any program" },
	{ "screen", ALWAYS, "it starts a shell" },
	{ "tmux", ALWAYS, "it starts a shell" },
	{ "visudo", ALWAYS, "it starts an editor" },
	{ "crontab", ALWAYS, "cron runs what it is given" },
	{ "journalctl", ALWAYS, "its pager runs any program" },
	{ "find", FREE_ARGUMENTS, "-exec runs any program" },
	{ "tar", FREE_ARGUMENTS, "--to-command runs any program" },
	{ "zip", FREE_ARGUMENTS, "-TT runs any program" },
	{ "rsync", FREE_ARGUMENTS, "-e runs any program" },
	{ "env", FREE_ARGUMENTS, "it runs what it is given" },
	{ "nice", FREE_ARGUMENTS, "it runs what it is given" },
	{ "nohup", FREE_ARGUMENTS, "it runs what it is given" },
	{ "setsid", FREE_ARGUMENTS, "it runs what it is given" },
	{ "timeout", FREE_ARGUMENTS, "it runs what it is given" },
	{ "time", FREE_ARGUMENTS, "it runs what it is given" },
	{ "xargs", FREE_ARGUMENTS, "it runs what it is given" },
	{ "watch", FREE_ARGUMENTS, "it runs what it is given" },
	{ "strace", FREE_ARGUMENTS, "it runs what it is given" },
	{ "chroot", FREE_ARGUMENTS, "it runs what it is given" },
	{ "nsenter", FREE_ARGUMENTS, "it runs what it is given" },
	{ "unshare", FREE_ARGUMENTS, "it runs what it is given" },
	{ "runuser", FREE_ARGUMENTS, "it runs what it is given" },
	{ "systemd-run", FREE_ARGUMENTS, "it runs what it is given" },
	{ "start-stop-daemon", FREE_ARGUMENTS, "it runs what it is given" },
	{ "ssh", FREE_ARGUMENTS, "ProxyCommand runs any program" },
	{ "scp", FREE_ARGUMENTS, "-S runs any program" },
	{ "python", FREE_ARGUMENTS, "it runs any script" },
	{ "perl", FREE_ARGUMENTS, "it runs any script" },
	{ "ruby", FREE_ARGUMENTS, "it runs any script" },
	{ "node", FREE_ARGUMENTS, "it runs any script" },
	{ "php", FREE_ARGUMENTS, "it runs any script" },
	{ "lua", FREE_ARGUMENTS, "it runs any script" },
	{ "awk", FREE_ARGUMENTS, "system() runs any program" },
	{ "gawk", FREE_ARGUMENTS, "system() runs any program" },
	{ "mawk", FREE_ARGUMENTS, "system() runs any program" },
	{ "sed", FREE_ARGUMENTS, "its e command runs any program" },
	{ "make", FREE_ARGUMENTS, "it runs what a Makefile says" },
	{ "git", FREE_ARGUMENTS, "aliases, hooks and -c run any program" },
	{ "docker", FREE_ARGUMENTS, "a container can have the host's files" },
	{ "podman", FREE_ARGUMENTS, "a container can have the host's files" },
	{ "tcpdump", FREE_ARGUMENTS, "-z runs any program" },
	{ "mount", FREE_ARGUMENTS, "it can put any file in place of another" },
	{ "tee", FREE_ARGUMENTS, "it writes any file" },
	{ "cp", FREE_ARGUMENTS, "it writes any file" },
	{ "mv", FREE_ARGUMENTS, "it writes any file" },
	{ "dd", FREE_ARGUMENTS, "it writes any file" },
	{ "chown", FREE_ARGUMENTS, "it gives any file to anybody" },
	{ "chmod", FREE_ARGUMENTS, "it makes any file writable" },
	{ "apt", FREE_ARGUMENTS, "-o Dpkg::Pre-Invoke runs any program" },
	{ "apt-get", FREE_ARGUMENTS, "-o Dpkg::Pre-Invoke runs any program" },
	{ "dpkg", FREE_ARGUMENTS, "a package's scripts run as root" },
	{ "dnf", FREE_ARGUMENTS, "a package's scripts run as root" },
	{ "yum", FREE_ARGUMENTS, "a package's scripts run as root" },
	{ "rpm", FREE_ARGUMENTS, "a package's scripts run as root" },
	{ "pip", FREE_ARGUMENTS, "setup.py runs as root" },
	{ "npm", FREE_ARGUMENTS, "a package's scripts run as root" },
	{ "systemctl", FREE_ARGUMENTS, "edit and link start any program" },
};

/* Free: an argument that begins as the user likes, so also with - . The last word decides,
 * because a glob that is not written as an option never matches one. */
static bool
leaves_arguments_open(const struct jit_strv *pattern)
{
	for (size_t i = 1; i < pattern->n; i++) {
		const char *word = pattern->v[i];
		size_t len = strlen(word);

		if (jit_streq(word, "any...") || word[0] == '*' || word[0] == '?')
			return true;
		if (word[0] == '-' && len > 1 && !jit_glob_is_literal(word))
			return true;
	}
	return false;
}

/* python3.11, vim.basic: the version or flavour does not matter. */
static bool
is_called(const char *base, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(base, name, len) != 0)
		return false;
	base += len;
	return !*base || *base == '.' || isdigit((unsigned char)*base);
}

static bool
path_may_be(const char *path, const struct program *program)
{
	const char *slash = strrchr(path, '/');
	char whole[4096];

	if (jit_glob_is_literal(path))
		return is_called(slash + 1, program->name);
	(void)snprintf(whole, sizeof(whole), "%.*s/%s", (int)(slash - path), path,
		program->name);
	return jit_glob_match(path, whole);
}

static void
check_pattern(const struct conf_reader *r, const struct conf_node *node,
	const struct jit_role *role, const struct jit_strv *pattern)
{
	bool open = leaves_arguments_open(pattern);

	if (pattern->v[0][0] != '/')
		return;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		const struct program *program = &programs[i];

		if (program->freedom == FREE_ARGUMENTS && !open)
			continue;
		if (!path_may_be(pattern->v[0], program))
			continue;
		conf_warning(r, node,
			"role %s permits %s, and %s: it is as good as the account that "
			"it runs as",
			role->name, program->name, program->how);
		return;
	}
}

void
conf_check_programs(const struct conf_reader *r, const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_roles; i++) {
		const struct conf_role *role = &conf->roles[i];
		const struct conf_node *commands =
			conf_node_member(role->node, "commands");

		if (role->role.equals_root || !commands)
			continue;
		for (size_t k = 0; k < role->role.n_commands; k++)
			check_pattern(
				r, &commands->v[k], &role->role, &role->role.commands[k]);
	}
}
