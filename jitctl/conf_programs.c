/*
 * Programs that run other programs, and files that others run or trust: a role for one of
 * them gives more than it seems to. The lists help; they are not complete, and nothing
 * depends on them.
 *
 * Runs as root.
 */
#include "conf.h"

#include <ctype.h>
#include <string.h>

#include "libjit/pattern.h"

enum freedom {
	ALWAYS,         /* it asks its user, or runs anything by itself */
	PAGER,          /* unless the pattern says --no-pager */
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
	{ "journalctl", PAGER, "its pager runs any program" },
	{ "loginctl", PAGER, "its pager runs any program" },
	{ "coredumpctl", ALWAYS, "it starts a debugger" },
	{ "csh", ALWAYS, "it is a shell" },
	{ "tcsh", ALWAYS, "it is a shell" },
	{ "rbash", ALWAYS, "it is a shell" },
	{ "newgrp", ALWAYS, "it starts a shell" },
	{ "sg", ALWAYS, "it runs what it is given" },
	{ "doas", ALWAYS, "it runs any program" },
	{ "pkexec", ALWAYS, "it runs any program" },
	{ "script", ALWAYS, "it starts a shell" },
	{ "rvim", ALWAYS, "it reads and writes any file" },
	{ "vimdiff", ALWAYS, ":! runs any program" },
	{ "pico", ALWAYS, "^T runs any program" },
	{ "joe", ALWAYS, "^K! runs any program" },
	{ "mcedit", ALWAYS, "it has a shell" },
	{ "mc", ALWAYS, "it has a shell" },
	{ "zless", ALWAYS, "! runs any program" },
	{ "most", ALWAYS, "it starts an editor" },
	{ "pg", ALWAYS, "! runs any program" },
	{ "info", ALWAYS, "it runs any program" },
	{ "mariadb", ALWAYS, "\\! runs any program" },
	{ "lftp", ALWAYS, "! runs any program" },
	{ "telnet", ALWAYS, "! runs any program" },
	{ "mail", ALWAYS, "~! runs any program" },
	{ "mutt", ALWAYS, "! runs any program" },
	{ "vipw", ALWAYS, "it starts an editor" },
	{ "vigr", ALWAYS, "it starts an editor" },
	{ "at", ALWAYS, "atd runs what it is given" },
	{ "batch", ALWAYS, "atd runs what it is given" },
	{ "virsh", ALWAYS, "it starts an editor" },
	{ "irb", ALWAYS, "it runs any script" },
	{ "gnuplot", ALWAYS, "! runs any program" },
	{ "aptitude", ALWAYS, "a package's scripts run as root" },
	{ "sftp", FREE_ARGUMENTS, "-S runs any program" },
	{ "ionice", FREE_ARGUMENTS, "it runs what it is given" },
	{ "chrt", FREE_ARGUMENTS, "it runs what it is given" },
	{ "taskset", FREE_ARGUMENTS, "it runs what it is given" },
	{ "numactl", FREE_ARGUMENTS, "it runs what it is given" },
	{ "prlimit", FREE_ARGUMENTS, "it runs what it is given" },
	{ "stdbuf", FREE_ARGUMENTS, "it runs what it is given" },
	{ "flock", FREE_ARGUMENTS, "it runs what it is given" },
	{ "setpriv", FREE_ARGUMENTS, "it runs what it is given" },
	{ "capsh", FREE_ARGUMENTS, "it runs what it is given" },
	{ "expect", FREE_ARGUMENTS, "it runs what it is given" },
	{ "parallel", FREE_ARGUMENTS, "it runs what it is given" },
	{ "run-parts", FREE_ARGUMENTS, "it runs what it is given" },
	{ "openvt", FREE_ARGUMENTS, "it runs what it is given" },
	{ "ltrace", FREE_ARGUMENTS, "it runs what it is given" },
	{ "perf", FREE_ARGUMENTS, "it runs what it is given" },
	{ "valgrind", FREE_ARGUMENTS, "it runs what it is given" },
	{ "socat", FREE_ARGUMENTS, "EXEC: runs any program" },
	{ "nc", FREE_ARGUMENTS, "-e runs any program" },
	{ "ncat", FREE_ARGUMENTS, "-e runs any program" },
	{ "nmap", FREE_ARGUMENTS, "--script runs any script" },
	{ "ip", FREE_ARGUMENTS, "netns exec runs any program" },
	{ "sysctl", FREE_ARGUMENTS, "kernel.core_pattern names a program" },
	{ "modprobe", FREE_ARGUMENTS, "a module is the kernel" },
	{ "insmod", FREE_ARGUMENTS, "a module is the kernel" },
	{ "logrotate", FREE_ARGUMENTS, "its configuration runs any program" },
	{ "openssl", FREE_ARGUMENTS, "it writes any file and loads engines" },
	{ "curl", FREE_ARGUMENTS, "-o writes any file" },
	{ "wget", FREE_ARGUMENTS, "-O writes any file" },
	{ "install", FREE_ARGUMENTS, "it writes any file" },
	{ "ln", FREE_ARGUMENTS, "it can put any file in place of another" },
	{ "cpio", FREE_ARGUMENTS, "it writes any file" },
	{ "unzip", FREE_ARGUMENTS, "it writes any file" },
	{ "patch", FREE_ARGUMENTS, "it writes any file" },
	{ "truncate", FREE_ARGUMENTS, "it empties any file" },
	{ "setfacl", FREE_ARGUMENTS, "it makes any file writable" },
	{ "setcap", FREE_ARGUMENTS, "it makes any file as good as root" },
	{ "useradd", FREE_ARGUMENTS, "it makes accounts in any group" },
	{ "usermod", FREE_ARGUMENTS, "it puts any account into any group" },
	{ "passwd", FREE_ARGUMENTS, "it sets anybody's password" },
	{ "chpasswd", ALWAYS, "it sets anybody's password" },
	{ "gpasswd", FREE_ARGUMENTS, "it puts any account into any group" },
	{ "update-alternatives", FREE_ARGUMENTS, "it puts any program in place" },
	{ "machinectl", FREE_ARGUMENTS, "shell starts a shell" },
	{ "systemd-nspawn", FREE_ARGUMENTS, "it runs what it is given" },
	{ "busctl", FREE_ARGUMENTS, "it calls any service, also to start programs" },
	{ "dbus-send", FREE_ARGUMENTS, "it calls any service, also to start programs" },
	{ "lxc", FREE_ARGUMENTS, "a container can have the host's files" },
	{ "incus", FREE_ARGUMENTS, "a container can have the host's files" },
	{ "nerdctl", FREE_ARGUMENTS, "a container can have the host's files" },
	{ "ctr", FREE_ARGUMENTS, "a container can have the host's files" },
	{ "kubectl", FREE_ARGUMENTS, "exec and apply run any program" },
	{ "ansible", FREE_ARGUMENTS, "it runs what it is given" },
	{ "ansible-playbook", FREE_ARGUMENTS, "it runs what a playbook says" },
	{ "tclsh", FREE_ARGUMENTS, "it runs any script" },
	{ "guile", FREE_ARGUMENTS, "it runs any script" },
	{ "bpftrace", FREE_ARGUMENTS, "system() runs any program" },
	{ "gcc", FREE_ARGUMENTS, "-wrapper runs any program" },
	{ "gem", FREE_ARGUMENTS, "a package's scripts run as root" },
	{ "cargo", FREE_ARGUMENTS, "build.rs runs as root" },
	{ "go", FREE_ARGUMENTS, "run runs any program" },
	{ "snap", FREE_ARGUMENTS, "a package's hooks run as root" },
	{ "flatpak", FREE_ARGUMENTS, "it runs what it is given" },
	{ "zypper", FREE_ARGUMENTS, "a package's scripts run as root" },
	{ "pacman", FREE_ARGUMENTS, "a package's scripts run as root" },
	{ "apk", FREE_ARGUMENTS, "a package's scripts run as root" },
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
	const bool is_free[] = {
		[ALWAYS] = true,
		[PAGER] = !jit_strv_has(pattern, "--no-pager"),
		[FREE_ARGUMENTS] = leaves_arguments_open(pattern),
	};

	if (pattern->v[0][0] != '/')
		return;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		const struct program *program = &programs[i];

		if (!is_free[program->freedom] || !path_may_be(pattern->v[0], program))
			continue;
		conf_warning(r, node,
			"role %s permits %s, and %s: it is as good as the account that "
			"it runs as",
			role->name, program->name, program->how);
		return;
	}
}

/* ---- files ---- */

/* Who may write one of these is the account that reads it: nearly always root. */
static const char *const trusted_files[] = { "/etc/passwd", "/etc/shadow", "/etc/group",
	"/etc/gshadow", "/etc/sudoers", "/etc/sudoers.d/any", "/etc/doas.conf",
	"/etc/jit/jit.conf", "/etc/jit/trusted_keys", "/etc/jit/conf.d/any.conf",
	"/etc/jit/host.conf", "/etc/pam.d/any", "/etc/pam.conf", "/etc/security/any.conf",
	"/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/any.conf", "/etc/crontab",
	"/etc/cron.d/any", "/etc/cron.daily/any", "/etc/anacrontab", "/etc/profile",
	"/etc/profile.d/any.sh", "/etc/bash.bashrc", "/etc/environment",
	"/etc/ld.so.preload", "/etc/ld.so.conf", "/etc/ld.so.conf.d/any.conf",
	"/etc/nsswitch.conf", "/etc/sysctl.conf", "/etc/sysctl.d/any.conf",
	"/etc/modprobe.d/any.conf", "/etc/systemd/system/any.service",
	"/etc/udev/rules.d/any.rules", "/etc/polkit-1/rules.d/any.rules",
	"/etc/apt/apt.conf", "/etc/apt/apt.conf.d/any", "/etc/apt/sources.list",
	"/etc/fstab", "/etc/inittab", "/etc/rc.local", "/root/.bashrc", "/root/.profile",
	"/root/.ssh/authorized_keys", "/usr/bin/any", "/usr/sbin/any" };

static void
check_file(const struct conf_reader *r, const struct conf_node *node,
	const struct jit_role *role)
{
	if (!jit_strv_has(&role->run_as, "root") && !jit_strv_has(&role->run_as, "*"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(trusted_files); i++) {
		if (!jit_glob_match(node->string, trusted_files[i]))
			continue;
		conf_warning(r, node,
			"role %s permits to edit %s, and whoever writes that is as good "
			"as root",
			role->name, trusted_files[i]);
		return;
	}
}

/* ---- the whole ---- */

void
conf_check_programs(const struct conf_reader *r, const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_roles; i++) {
		const struct conf_role *role = &conf->roles[i];
		const struct conf_node *commands =
			conf_node_member(role->node, "commands");
		const struct conf_node *edit = conf_node_member(role->node, "edit");

		if (role->role.equals_root)
			continue;
		for (size_t k = 0; k < role->role.n_commands; k++)
			check_pattern(
				r, &commands->v[k], &role->role, &role->role.commands[k]);
		for (size_t k = 0; k < role->role.edit.n; k++)
			check_file(r, &edit->v[k], &role->role);
	}
}
