/*
 * The environment of a role's commands: what may be handed on, what is set; their umask.
 *
 * Runs as root. MUST NOT let the caller hand on what makes a loader, a shell or an
 * interpreter run something else, unless the role says that it equals root. Whoever may
 * hand on anything else is still bounded by the privileged side, which starts from nothing.
 */
#include "conf.h"

#include <string.h>

#include "libjit/parse.h"
#include "libjit/pattern.h"

enum { NAMES_MAX = 100, VALUE_MAX = 4096, VARIABLE_MAX = 128 };

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

/* Names, and with a * behind them beginnings of names. The list helps against the common
 * ones; whatever else is in env_keep, the administrator has named, and the privileged side
 * lets only plain values of it pass. */
static const char *const dangerous[] = {
	/* the loader and the C library */
	"LD_*", "GLIBC_TUNABLES", "GCONV_PATH", "GETCONF_DIR", "LOCPATH", "NLSPATH",
	"MALLOC_*", "NIS_PATH", "RESOLV_HOST_CONF", "RES_OPTIONS", "LOCALDOMAIN",
	"HOSTALIASES", "TMPDIR", "TZ", "TZDIR", "TERMINFO*", "TERMCAP", "TERMPATH",
	/* shells */
	"PATH", "IFS", "ENV", "CDPATH", "FPATH", "BASH_*", "BASHOPTS", "SHELLOPTS",
	"GLOBIGNORE", "PS4", "PROMPT_COMMAND", "ZDOTDIR", "NULLCMD", "READNULLCMD",
	"INPUTRC",
	/* interpreters and libraries with plugins */
	"PYTHON*", "PERL*", "RUBY*", "GEM_*", "BUNDLE_*", "NODE_*", "NPM_*",
	"npm_config_*", "YARN_*", "COMPOSER_*", "PIP_*", "VIRTUAL_ENV", "CONDA_*",
	"JAVA_*", "JDK_*", "_JAVA_*", "CLASSPATH", "MAVEN_*", "GRADLE_*", "ANT_*",
	"LUA_*", "ERL_*", "EMACS*", "PHPRC", "PHP_INI_SCAN_DIR", "R_PROFILE*",
	"R_ENVIRON*", "TCLLIBPATH", "GUILE_*", "DOTNET_*", "CORECLR_*", "AWKPATH",
	"AWKLIBPATH", "OPENSSL_*", "KRB5_*", "GTK_*", "QT_*", "GIO_*", "GST_*", "XDG_*",
	"SASL_*", "LDAP*", "ODBC*", "XTABLES_*", "TC_LIB_DIR", "MAGIC", "DBUS_*",
	/* a program that other programs start, or its options */
	"EDITOR", "VISUAL", "PAGER", "BROWSER", "LESS*", "MORE", "GIT_*", "SYSTEMD_*",
	"EXINIT", "VIM*", "NANO*", "FCEDIT", "TAR_OPTIONS", "TAPE", "RSYNC_*", "RSH",
	"CVS*", "SVN_*", "HG*", "SSH_ASKPASS*", "GROFF_*", "MAN*", "MAIL*", "SCREENRC",
	"TMUX*", "GDB*", "STRACE_*", "BC_*", "DC_*", "GREP_OPTIONS", "XZ_*", "GZIP",
	"UNZIP*", "ZIPOPT",
	/* packages: debconf evaluates the name of a frontend as Perl */
	"DEB*", "UCF_*", "APT_*", "DPKG_*", "NEEDRESTART_*", "RPM_*", "YUM*", "DNF*",
	"ZYPP_*", "SNAP_*", "FLATPAK_*",
	/* compilers and what drives them */
	"CC", "CXX", "CPP", "LD", "AR", "CONFIG_*", "PKG_CONFIG*", "MAKE*", "MFLAGS",
	"CMAKE_*", "GCC_*", "COMPILER_PATH", "LIBRARY_PATH", "CCACHE_*", "DISTCC_*",
	"CARGO*", "RUST*", "GO*", "KBUILD_*",
	/* where a client finds its configuration, its keys, its server, its helpers */
	"KUBE*", "HELM_*", "DOCKER_*", "COMPOSE_*", "BUILDKIT*", "CONTAINER*", "PODMAN_*",
	"LIBVIRT_*", "CURL_*", "WGETRC", "SYSTEM_WGETRC", "PG*", "PSQL*", "MYSQL_*",
	"MARIADB_*", "ORACLE_*", "TNS_ADMIN", "ANSIBLE_*", "TF_*", "VAULT_*", "AWS_*",
	"AZURE_*", "CLOUDSDK_*", "GOOGLE_*", "GNUPGHOME", "GPG_*", "BORG_*", "RESTIC_*",
	"RCLONE_*", "LVM_*",
	/* what is set for the command in any case */
	"HOME", "USER", "LOGNAME", "SHELL", "SUDO_*", "JIT_*"
};

/* Could the glob match a name that begins like this? A `*` could match the rest of it; a
 * bracket is taken for whatever stands there. */
static bool
glob_may_begin(const char *glob, const char *beginning, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (*glob == '*')
			return true;
		if (*glob == '[')
			glob = strchr(glob, ']');
		else if (*glob != '?' && *glob != beginning[i])
			return false;
		glob++;
	}
	return true;
}

static const char *
dangerous_match(const char *glob)
{
	for (size_t i = 0; i < ARRAY_SIZE(dangerous); i++) {
		const char *name = dangerous[i];
		size_t len = strlen(name);

		if (name[len - 1] == '*' ? glob_may_begin(glob, name, len - 1)
					 : jit_glob_match(glob, name))
			return name;
	}
	return NULL;
}

static void
check_glob(const struct conf_reader *r, const struct conf_node *node)
{
	const char *glob = node->string;

	if (strspn(glob, "*?") == strlen(glob))
		conf_error(r, node,
			"\"%s\" names no variable; name those that are needed, like "
			"\"LC_*\"",
			glob);
	else if (strspn(glob, UPPER LOWER DIGITS "_*?[]!-") != strlen(glob) ||
		strchr(DIGITS, glob[0]) || strlen(glob) > VARIABLE_MAX ||
		!jit_glob_valid(glob))
		conf_error(r, node, "\"%s\" is no pattern over names of variables", glob);
}

void
conf_read_env_keep(
	const struct conf_reader *r, const struct conf_node *node, struct jit_role *role)
{
	if (!conf_read_strings(r, node, false, &role->env_keep))
		return;
	if (node->n > NAMES_MAX)
		conf_error(r, node, "env_keep has at most %d patterns", NAMES_MAX);
	for (size_t i = 0; i < node->n; i++)
		check_glob(r, &node->v[i]);
}

void
conf_check_env_keep(const struct conf_reader *r, const struct conf_node *role,
	const struct jit_role *judged)
{
	const struct conf_node *node = conf_node_member(role, "env_keep");

	for (size_t i = 0; node && i < node->n && !judged->equals_root; i++) {
		const char *found = dangerous_match(node->v[i].string);

		if (found)
			conf_error(r, &node->v[i],
				"\"%s\" can match %s, by which a caller chooses what "
				"the command runs or loads; if that is meant, write "
				"equals_root = true; into the role (what the loader and "
				"shells read is not handed on even then)",
				node->v[i].string, found);
	}
}

/* The length of NAME in NAME=value; 0 if it is none. */
static size_t
name_length(const char *entry)
{
	size_t len = strspn(entry, UPPER LOWER DIGITS "_");

	if (entry[len] != '=' || strchr(DIGITS, entry[0]) || len > VARIABLE_MAX)
		return 0;
	return len;
}

static bool
check_entry(const struct conf_reader *r, const struct conf_node *list, size_t i)
{
	const char *entry = list->v[i].string;
	size_t len = name_length(entry);

	if (len == 0) {
		conf_error(r, &list->v[i],
			"\"%s\" is not NAME=value: env_set = [ \"LANG=C.UTF-8\" ]",
			entry);
		return false;
	}
	if (strncmp(entry, "JIT_", 4) == 0) {
		conf_error(r, &list->v[i], "JIT_… is not set by a policy");
		return false;
	}
	for (size_t k = 0; k < i; k++) {
		if (strncmp(list->v[k].string, entry, len + 1) != 0)
			continue;
		conf_error(r, &list->v[i], "%.*s is set twice", (int)len, entry);
		return false;
	}
	return true;
}

void
conf_read_env_set(
	const struct conf_reader *r, const struct conf_node *node, struct jit_role *role)
{
	bool ok = conf_read_strings(r, node, false, &role->env_set);

	if (ok && node->n > NAMES_MAX)
		conf_error(r, node, "env_set has at most %d variables", NAMES_MAX);
	for (size_t i = 0; ok && i < node->n; i++)
		ok = check_entry(r, node, i);
}

void
conf_read_umask(
	const struct conf_reader *r, const struct conf_node *node, struct jit_role *role)
{
	uint32_t mask = 0;
	const char *text;
	size_t len;

	if (!conf_read_text(r, node, VALUE_MAX, &text))
		return;
	len = strlen(text);
	if ((len != 3 && len != 4) || strspn(text, "01234567") != len ||
		(len == 4 && text[0] != '0')) {
		conf_error(r, node,
			"\"%s\" is no umask; write three octal digits, like \"027\"",
			text);
		return;
	}
	for (; *text; text++)
		mask = mask * 8 + (uint32_t)(*text - '0');
	role->umask = mask;
}
