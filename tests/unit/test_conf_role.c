/*
 * Claims: each key of a role arrives in the structure as it is written; every mistake that
 * it can have is refused with its place and what to write; nothing that makes a command run
 * what its caller chooses can be handed on by accident, and no capability that is root.
 */
#include <linux/capability.h>

#include "conf_text.h"

struct role_case {
	const char *text, *want;
};

/* The role is line 4, and its text begins in column 7. */
static const char *
role_text(const char *text)
{
	static char whole[16384];

	snprintf(whole, sizeof(whole),
		"format = 1; mode = \"enforce\"; privileged = { users = [ \"root\" ]; "
		"};\n"
		"approver_groups = { };\n"
		"roles = { root = { commands = [ \"*\" ]; };\n"
		"x = { %s };\n"
		"};\n"
		"rules = ( { name = \"r\"; who = [ \"zoe\" ]; roles = [ \"root\", \"x\" "
		"]; "
		"approval = \"approvers\"; approvers = [ \"carol\" ]; } );\n",
		text);
	return whole;
}

static void
check_cases(const struct role_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		test_row(cases[i].text);
		ASSERT_EQ_STR(conf_text_check(role_text(cases[i].text)), cases[i].want);
	}
	test_row(NULL);
}

/* ---- what is written arrives ---- */

/* Only what a role without any key does not have. */
static const char *
shown(const struct jit_role *role)
{
	static char buf[1024];
	size_t n = 0;

	buf[0] = '\0';
#define ADD(...) n += (size_t)snprintf(buf + n, sizeof(buf) - n, __VA_ARGS__)
	for (size_t i = 0; i < role->n_commands; i++) {
		n += conf_text_strv(
			buf + n, sizeof(buf) - n, "command", &role->commands[i]);
		if (role->digests[i].given)
			ADD("sha256=%02x..%02x ", role->digests[i].sha256[0],
				role->digests[i].sha256[31]);
	}
	for (size_t i = 0; i < role->n_deny_commands; i++)
		n += conf_text_strv(
			buf + n, sizeof(buf) - n, "deny", &role->deny_commands[i]);
	n += conf_text_strv(buf + n, sizeof(buf) - n, "edit", &role->edit);
	n += conf_text_strv(buf + n, sizeof(buf) - n, "keep", &role->env_keep);
	n += conf_text_strv(buf + n, sizeof(buf) - n, "set", &role->env_set);
	if (role->capabilities)
		ADD("capabilities=%llx ", (unsigned long long)role->capabilities);
	if (role->max_uses)
		ADD("uses=%u ", role->max_uses);
	if (role->authenticate_with[0])
		ADD("with=%s ", role->authenticate_with);
	if (role->umask != JIT_UMASK_NONE)
		ADD("umask=%o ", role->umask);
	if (role->cwd[0])
		ADD("cwd=%s ", role->cwd);
	if (role->no_new_privs)
		ADD("no_new_privs ");
	if (role->ends != JIT_ENDS_TIME)
		ADD("ends=use ");
	return buf;
}

#define LOGIN "login = true; "
#define ID "commands = [ \"/usr/bin/id\" ]; "
#define SELF ID "run_as = \"self\"; "
#define HEX64 "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
static const struct role_case good_cases[] = {
	{ LOGIN, "" },
	{ LOGIN "max_uses = 1;", "uses=1 " },
	{ LOGIN "max_uses = 1000000;", "uses=1000000 " },
	{ LOGIN "ends = \"use\";", "ends=use " },
	{ LOGIN "ends = \"time\";", "" },
	{ "commands = ( { path = \"/opt/x\"; args = [ ]; } );", "command=/opt/x " },
	{ "commands = ( { path = \"/opt/x\"; args = [ \"a b\", \"-v\", \"-v\", \"\", "
	  "\"any...\" ]; } );",
		"command=/opt/x,a b,-v,-v,,any... " },
	{ "commands = ( { path = \"/opt/*/x\"; args = [ \"'\" ]; sha256 = \"" HEX64
	  "\"; }, \"/usr/bin/id\" );",
		"command=/opt/*/x,' sha256=00..ff command=/usr/bin/id " },
	{ ID "deny_commands = [ \"/usr/bin/id -Z\", \"/usr/bin/who any...\" ];",
		"command=/usr/bin/id deny=/usr/bin/id,-Z deny=/usr/bin/who,any... " },
	{ ID "deny_commands = ( { path = \"/usr/bin/id\"; args = [ ]; } );",
		"command=/usr/bin/id deny=/usr/bin/id " },
	{ "edit = [ \"/etc/hosts\", \"/etc/nginx/*\" ];",
		"edit=/etc/hosts,/etc/nginx/* " },
	{ SELF "capabilities = [ \"cap_net_raw\", \"cap_net_admin\" ];",
		"command=/usr/bin/id capabilities=3000 " },
	{ SELF "capabilities = [ \"cap_audit_read\", \"cap_syslog\" ];",
		"command=/usr/bin/id capabilities=2400000000 " },
	{ SELF "capabilities = [ \"cap_checkpoint_restore\" ]; equals_root = true;",
		"command=/usr/bin/id capabilities=10000000000 " },
	{ SELF "capabilities = [ \"cap_chown\" ]; equals_root = true;",
		"command=/usr/bin/id capabilities=1 " },
	{ ID "authenticate_with = \"jit-totp\";", "command=/usr/bin/id with=jit-totp " },
	{ ID "authenticate_with = \"jit-u2f\";", "command=/usr/bin/id with=jit-u2f " },
	{ ID "env_keep = [ \"LC_*\", \"VENDOR_MODE\", \"http?_proxy\" ];",
		"command=/usr/bin/id keep=LC_*,VENDOR_MODE,http?_proxy " },
	{ ID "env_keep = [ \"LD_*\", \"PATH\" ]; equals_root = true;",
		"command=/usr/bin/id keep=LD_*,PATH " },
	{ ID "env_set = [ \"EMPTY=\", \"A=b=c d\" ];",
		"command=/usr/bin/id set=EMPTY=,A=b=c d " },
	{ ID "umask = \"027\";", "command=/usr/bin/id umask=27 " },
	{ ID "umask = \"0777\";", "command=/usr/bin/id umask=777 " },
	{ ID "umask = \"000\";", "command=/usr/bin/id umask=0 " },
	{ ID "cwd = \"/srv\";", "command=/usr/bin/id cwd=/srv " },
	{ ID "cwd = \"/\";", "command=/usr/bin/id cwd=/ " },
	{ ID "no_new_privs = true;", "command=/usr/bin/id no_new_privs " },
};

static void
test_what_is_written_arrives(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(good_cases); i++) {
		struct conf conf;

		test_row(good_cases[i].text);
		ASSERT_EQ_STR(conf_text_load(role_text(good_cases[i].text), &conf), "");
		ASSERT_EQ_STR(
			shown(&conf_find_role(&conf, "x")->role), good_cases[i].want);
		conf_done(&conf);
	}
	test_row(NULL);
}

/* ---- commands, files ---- */

#define AT(column, text) "jit.conf:4:" column ": " text "\n"
#define GROUP(text) "commands = ( { " text " } );"
#define PLAIN "is no plain path: no //, no . or .., no / at the end"
static const struct role_case command_cases[] = {
	{ GROUP("args = [ ];"),
		AT("20",
			"this command has no path; write: path = "
			"\"/opt/vendor/setup\";") },
	{ GROUP("path = \"/opt/x\";"),
		AT("20",
			"this command has no args; write: args = [ ]; for none, or args "
			"= [ \"any...\" ]; for any") },
	{ GROUP("path = \"opt/x\"; args = [ ];"),
		AT("29",
			"a command begins with its absolute path: "
			"\"/usr/bin/opt/x\"") },
	{ GROUP("path = \"*\"; args = [ ];"),
		AT("29",
			"a command begins with its absolute path: \"/usr/bin/*\"; * "
			"stands alone") },
	{ GROUP("path = \"/opt/../x\"; args = [ ];"), AT("29", "\"/opt/../x\" " PLAIN) },
	{ GROUP("path = \"/opt/[x\"; args = [ ];"),
		AT("29",
			"\"/opt/[x\" is no pattern: a [ is not closed, is empty or has "
			"a range that falls; \"not\" is [!…]") },
	{ GROUP("path = \"/opt/x\"; args = \"a\";"),
		AT("46", "args is a list: args = [ \"--fast\", \"any...\" ]") },
	{ GROUP("path = \"/opt/x\"; args = ( 1 );"),
		AT("48", "args is a list of words in double quotes") },
	{ GROUP("path = \"/opt/x\"; args = [ \"any...\", \"b\" ];"),
		AT("48", "\"any...\" is good for the last word only") },
	{ GROUP("path = \"/opt/x\"; args = [ \"[\" ];"),
		AT("48",
			"\"[\" is no pattern: a [ is not closed, is empty or has a "
			"range that falls; \"not\" is [!…]") },
	{ GROUP("path = \"/opt/x\"; args = [ ]; sha256 = \"abcd\";"),
		AT("60",
			"sha256 is 64 hexadecimal digits, as sha256sum(1) prints "
			"them") },
	{ GROUP("path = \"/opt/x\"; args = [ ]; sha256 = \"" HEX64 "0\";"),
		AT("60",
			"sha256 is 64 hexadecimal digits, as sha256sum(1) prints "
			"them") },
	{ GROUP("path = \"/opt/x\"; args = [ ]; sha265 = \"" HEX64 "\";"),
		AT("51", "unknown key \"sha265\"; did you mean \"sha256\"?") },
	{ "commands = ( 1 );",
		AT("20", "a command is text: \"/usr/bin/apt-get update\"") },
	{ "commands = \"/usr/bin/id\";",
		AT("18",
			"commands is a list: commands = [ \"/usr/bin/apt-get update\" "
			"]") },
	{ ID "deny_commands = [ ];",
		AT("53", "deny_commands has between 1 and 1000 patterns") },
	{ ID "deny_commands = [ \"*\" ];",
		AT("55", "this denies every command of the role") },
	{ ID "deny_commands = [ \"id\" ];",
		AT("55", "a command begins with its absolute path: \"/usr/bin/id\"") },
	{ ID "deny_commands = [ \"/usr/bin/id\" ];",
		AT("55",
			"warning: this denies /usr/bin/id without arguments only; with "
			"any: \"/usr/bin/id any...\"") },
	{ ID "deny_commands = ( { path = \"/usr/bin/id\"; args = [ ]; sha256 = \"" HEX64
	     "\"; } );",
		AT("55",
			"sha256 stands in commands only: what is denied is denied "
			"whatever is in it") },
	{ LOGIN "deny_commands = [ \"/usr/bin/id -Z\" ];",
		AT("21",
			"deny_commands takes away from commands, and this role has "
			"none; remove it") },
	{ "deny_commands = [ \"/usr/bin/id -Z\" ];",
		AT("1",
			"role x permits nothing: give it commands, edit, shell or login, "
			"or let only rules with exact_command = true name it") },
	{ "edit = [ \"hosts\" ];",
		AT("16",
			"a file to edit is written with its absolute path: "
			"\"/etc/hosts\"") },
	{ "edit = [ \"/etc/../shadow\" ];", AT("16", "\"/etc/../shadow\" " PLAIN) },
	{ "edit = [ \"/etc/nginx/\" ];", AT("16", "\"/etc/nginx/\" " PLAIN) },
	{ "edit = [ \"/etc/[\" ];",
		AT("16",
			"\"/etc/[\" is no pattern: a [ is not closed, is empty or has a "
			"range that falls; \"not\" is [!…]") },
	{ "edit = \"/etc/hosts\";",
		AT("14", "edit is a list: edit = [ \"/etc/nginx/*\" ]") },
	{ "edit = [ ];", AT("14", "edit has between 1 and 1000 patterns") },
	{ "edit = [ \"/etc/hosts\", \"/etc/hosts\" ];",
		AT("30", "\"/etc/hosts\" stands in this list twice") },
	{ "edit = [ \"/etc/pam.d/*\" ];",
		AT("16",
			"warning: role x permits to edit /etc/pam.d/any, and whoever "
			"writes that is as good as root") },
	{ "edit = [ \"/etc/pam.d/*\" ]; equals_root = true;", "" },
	{ "edit = [ \"/etc/pam.d/*\" ]; run_as = \"www-data\";", "" },
};

static void
test_command_mistakes(void)
{
	check_cases(command_cases, ARRAY_SIZE(command_cases));
}

/* ---- what surrounds a command ---- */

#define ROOT_BY "if that is meant, write equals_root = true; into the role"
#define CHOOSES(column, glob, name)                                                      \
	AT(column,                                                                       \
		"\"" glob "\" can match " name                                           \
		", by which a caller chooses what the command runs or loads; " ROOT_BY   \
		" (what the loader and shells read is not handed on even then)")
#define KEEP(glob) ID "env_keep = [ \"" glob "\" ];"
#define NO_UMASK(text)                                                                   \
	AT("45", "\"" text "\" is no umask; write three octal digits, like \"027\"")
static const struct role_case surroundings_cases[] = {
	{ ID "capabilities = [ \"cap_net_raw\" ];",
		AT("52",
			"capabilities are given to the person's own account: they need "
			"run_as = \"self\"; beside them") },
	{ ID "run_as = [ \"bob\" ]; capabilities = [ \"cap_net_raw\" ];",
		AT("72",
			"capabilities are given to the person's own account: they need "
			"run_as = \"self\"; beside them") },
	{ SELF "capabilities = [ \"net_raw\" ];",
		AT("71", "unknown capability \"net_raw\"") },
	{ SELF "capabilities = [ \"cap_net_row\" ];",
		AT("71",
			"unknown capability \"cap_net_row\"; did you mean "
			"\"cap_net_raw\"?") },
	{ SELF "capabilities = [ ];", AT("69", "capabilities is empty") },
	{ SELF "capabilities = \"cap_net_raw\";",
		AT("69", "capabilities is a list: capabilities = [ \"…\", \"…\" ]") },
	{ SELF "capabilities = [ \"cap_lease\", \"cap_setuid\" ];",
		AT("84", "\"cap_setuid\" is root by another name; " ROOT_BY) },
	{ LOGIN "run_as = \"self\"; capabilities = [ \"cap_lease\" ];",
		AT("38",
			"capabilities is for commands, and this role is for logins "
			"only; remove it") },
	{ ID "max_uses = 0;",
		AT("48",
			"max_uses is a number from 1 to 1000000, without "
			"quotes") },
	{ ID "max_uses = 1000001;",
		AT("48",
			"max_uses is a number from 1 to 1000000, "
			"without quotes") },
	{ ID "max_uses = \"1\";",
		AT("48",
			"max_uses is a number from 1 to 1000000, "
			"without quotes") },
	{ ID "authenticate_with = \"jit-otp\";",
		AT("57",
			"warning: there is no /etc/pam.d/jit-otp: nobody could "
			"authenticate with it") },
	{ ID "authenticate_with = \"../sshd\";",
		AT("57",
			"\"../sshd\" cannot be a PAM service: letters, digits, _ . - "
			"(at most 64, not all digits, no - or . in front)") },
	{ ID "authenticate_with = true;",
		AT("57", "authenticate_with is text in double quotes, like \"web1\"") },
	{ LOGIN "authenticate_with = \"jit-totp\";",
		AT("21",
			"authenticate_with is for commands, and this role is for logins "
			"only; remove it") },
	{ LOGIN "umask = \"027\"; cwd = \"/\";",
		AT("21",
			"umask is for commands, and this role is for logins only; "
			"remove it") AT("36",
			"cwd is for commands, and this role is for logins only; "
			"remove it") },
	{ ID "umask = \"27\";", NO_UMASK("27") },
	{ ID "umask = \"028\";", NO_UMASK("028") },
	{ ID "umask = \"1027\";", NO_UMASK("1027") },
	{ ID "umask = \"00027\";", NO_UMASK("00027") },
	{ ID "umask = \"\";", NO_UMASK("") },
	{ ID "umask = 027;", AT("45", "umask is text in double quotes, like \"…\"") },
	{ ID "cwd = \"srv\";", AT("43", "cwd is an absolute path: cwd = \"/srv/srv\"") },
	{ ID "cwd = \"/srv/../etc\";", AT("43", "\"/srv/../etc\" " PLAIN) },
	{ ID "cwd = [ \"/srv\" ];",
		AT("43", "cwd is text in double quotes, like \"…\"") },
	{ ID "no_new_privs = 1;",
		AT("52", "no_new_privs is true or false, without quotes") },
	{ ID "ends = \"used\";",
		AT("44",
			"ends is \"time\" or \"use\", not \"used\"; did you mean "
			"\"use\"?") },
	{ ID "env_set = [ \"LANG\" ];",
		AT("49", "\"LANG\" is not NAME=value: env_set = [ \"LANG=C.UTF-8\" ]") },
	{ ID "env_set = [ \"=x\" ];",
		AT("49", "\"=x\" is not NAME=value: env_set = [ \"LANG=C.UTF-8\" ]") },
	{ ID "env_set = [ \"1A=x\" ];",
		AT("49", "\"1A=x\" is not NAME=value: env_set = [ \"LANG=C.UTF-8\" ]") },
	{ ID "env_set = [ \"A-B=x\" ];",
		AT("49", "\"A-B=x\" is not NAME=value: env_set = [ \"LANG=C.UTF-8\" ]") },
	{ ID "env_set = [ \"A=1\", \"AB=2\", \"A=3\" ];", AT("64", "A is set twice") },
	{ ID "env_set = [ \"JIT_ROLE=x\" ];", AT("49", "JIT_… is not set by a policy") },
	{ ID "env_set = \"A=1\";",
		AT("47", "env_set is a list: env_set = [ \"…\", \"…\" ]") },
	{ KEEP("*"),
		AT("50",
			"\"*\" names no variable; name those that are needed, like "
			"\"LC_*\"") },
	{ KEEP("?*"),
		AT("50",
			"\"?*\" names no variable; name those that are needed, "
			"like \"LC_*\"") },
	{ KEEP("*") " equals_root = true;",
		AT("50",
			"\"*\" names no variable; name those that are needed, like "
			"\"LC_*\"") },
	{ KEEP("LC_*=x"), AT("50", "\"LC_*=x\" is no pattern over names of variables") },
	{ KEEP("1A"), AT("50", "\"1A\" is no pattern over names of variables") },
	{ KEEP("LC_["), AT("50", "\"LC_[\" is no pattern over names of variables") },
};

static void
test_mistakes_in_what_surrounds_a_command(void)
{
	check_cases(surroundings_cases, ARRAY_SIZE(surroundings_cases));
}

/* Every glob that could take one of them along. */
static const struct role_case dangerous_cases[] = {
	{ KEEP("LD_PRELOAD"), CHOOSES("50", "LD_PRELOAD", "LD_*") },
	{ KEEP("LD_*"), CHOOSES("50", "LD_*", "LD_*") },
	{ KEEP("L*"), CHOOSES("50", "L*", "LD_*") },
	{ KEEP("?D_AUDIT"), CHOOSES("50", "?D_AUDIT", "LD_*") },
	{ KEEP("[LM]D_AUDIT"), CHOOSES("50", "[LM]D_AUDIT", "LD_*") },
	{ KEEP("*LOAD"), CHOOSES("50", "*LOAD", "LD_*") },
	{ KEEP("GLIBC_TUNABLES"), CHOOSES("50", "GLIBC_TUNABLES", "GLIBC_TUNABLES") },
	{ KEEP("BASH_ENV"), CHOOSES("50", "BASH_ENV", "BASH_*") },
	{ KEEP("ENV"), CHOOSES("50", "ENV", "ENV") },
	{ KEEP("IFS"), CHOOSES("50", "IFS", "IFS") },
	{ KEEP("PATH"), CHOOSES("50", "PATH", "PATH") },
	{ KEEP("PAT?"), CHOOSES("50", "PAT?", "PATH") },
	{ KEEP("SHELLOPTS"), CHOOSES("50", "SHELLOPTS", "SHELLOPTS") },
	{ KEEP("BASHOPTS"), CHOOSES("50", "BASHOPTS", "BASHOPTS") },
	{ KEEP("PS4"), CHOOSES("50", "PS4", "PS4") },
	{ KEEP("PYTHONSTARTUP"), CHOOSES("50", "PYTHONSTARTUP", "PYTHON*") },
	{ KEEP("PERL5OPT"), CHOOSES("50", "PERL5OPT", "PERL*") },
	{ KEEP("RUBYOPT"), CHOOSES("50", "RUBYOPT", "RUBY*") },
	{ KEEP("NODE_OPTIONS"), CHOOSES("50", "NODE_OPTIONS", "NODE_*") },
	{ KEEP("JAVA_TOOL_OPTIONS"), CHOOSES("50", "JAVA_TOOL_OPTIONS", "JAVA_*") },
	{ KEEP("EDITOR"), CHOOSES("50", "EDITOR", "EDITOR") },
	{ KEEP("GIT_SSH_COMMAND"), CHOOSES("50", "GIT_SSH_COMMAND", "GIT_*") },
	{ KEEP("HOME"), CHOOSES("50", "HOME", "HOME") },
	{ KEEP("DEBIAN_FRONTEND"), CHOOSES("50", "DEBIAN_FRONTEND", "DEB*") },
	{ KEEP("DEBCONF_DB_OVERRIDE"), CHOOSES("50", "DEBCONF_DB_OVERRIDE", "DEB*") },
	{ KEEP("?EBIAN_*"), CHOOSES("50", "?EBIAN_*", "DEB*") },
	{ KEEP("UCF_FORCE_CONFFOLD"), CHOOSES("50", "UCF_FORCE_CONFFOLD", "UCF_*") },
	{ KEEP("APT_CONFIG"), CHOOSES("50", "APT_CONFIG", "APT_*") },
	{ KEEP("DPKG_ROOT"), CHOOSES("50", "DPKG_ROOT", "DPKG_*") },
	{ KEEP("NEEDRESTART_MODE"), CHOOSES("50", "NEEDRESTART_MODE", "NEEDRESTART_*") },
	{ KEEP("RPM_CONFIGDIR"), CHOOSES("50", "RPM_CONFIGDIR", "RPM_*") },
	{ KEEP("KUBECONFIG"), CHOOSES("50", "KUBECONFIG", "KUBE*") },
	{ KEEP("DOCKER_HOST"), CHOOSES("50", "DOCKER_HOST", "DOCKER_*") },
	{ KEEP("CURL_HOME"), CHOOSES("50", "CURL_HOME", "CURL_*") },
	{ KEEP("WGETRC"), CHOOSES("50", "WGETRC", "WGETRC") },
	{ KEEP("PSQLRC"), CHOOSES("50", "PSQLRC", "PSQL*") },
	{ KEEP("PSQL_PAGER"), CHOOSES("50", "PSQL_PAGER", "PSQL*") },
	{ KEEP("PGSERVICEFILE"), CHOOSES("50", "PGSERVICEFILE", "PG*") },
	{ KEEP("MYSQL_HOME"), CHOOSES("50", "MYSQL_HOME", "MYSQL_*") },
	{ KEEP("ANSIBLE_CONFIG"), CHOOSES("50", "ANSIBLE_CONFIG", "ANSIBLE_*") },
	{ KEEP("GNUPGHOME"), CHOOSES("50", "GNUPGHOME", "GNUPGHOME") },
	{ KEEP("CARGO_HOME"), CHOOSES("50", "CARGO_HOME", "CARGO*") },
	{ KEEP("RUSTC_WRAPPER"), CHOOSES("50", "RUSTC_WRAPPER", "RUST*") },
	{ KEEP("GOFLAGS"), CHOOSES("50", "GOFLAGS", "GO*") },
	{ KEEP("CC"), CHOOSES("50", "CC", "CC") },
	{ KEEP("CXX"), CHOOSES("50", "CXX", "CXX") },
	{ KEEP("MAKEFLAGS"), CHOOSES("50", "MAKEFLAGS", "MAKE*") },
	{ KEEP("CMAKE_TOOLCHAIN_FILE"),
		CHOOSES("50", "CMAKE_TOOLCHAIN_FILE", "CMAKE_*") },
	{ KEEP("PKG_CONFIG_PATH"), CHOOSES("50", "PKG_CONFIG_PATH", "PKG_CONFIG*") },
	{ KEEP("PIP_CONFIG_FILE"), CHOOSES("50", "PIP_CONFIG_FILE", "PIP_*") },
	{ KEEP("JAVA_HOME"), CHOOSES("50", "JAVA_HOME", "JAVA_*") },
	{ KEEP("MAVEN_OPTS"), CHOOSES("50", "MAVEN_OPTS", "MAVEN_*") },
	{ KEEP("XTABLES_LIBDIR"), CHOOSES("50", "XTABLES_LIBDIR", "XTABLES_*") },
	{ KEEP("TC_LIB_DIR"), CHOOSES("50", "TC_LIB_DIR", "TC_LIB_DIR") },
	{ KEEP("AWS_CONFIG_FILE"), CHOOSES("50", "AWS_CONFIG_FILE", "AWS_*") },
	{ KEEP("CLOUDSDK_PYTHON"), CHOOSES("50", "CLOUDSDK_PYTHON", "CLOUDSDK_*") },
	{ KEEP("TF_CLI_ARGS"), CHOOSES("50", "TF_CLI_ARGS", "TF_*") },
	{ KEEP("BORG_RSH"), CHOOSES("50", "BORG_RSH", "BORG_*") },
	{ KEEP("RESTIC_PASSWORD_COMMAND"),
		CHOOSES("50", "RESTIC_PASSWORD_COMMAND", "RESTIC_*") },
	{ KEEP("LVM_SYSTEM_DIR"), CHOOSES("50", "LVM_SYSTEM_DIR", "LVM_*") },
	{ KEEP("RSH"), CHOOSES("50", "RSH", "RSH") },
	{ KEEP("MANOPT"), CHOOSES("50", "MANOPT", "MAN*") },
	{ KEEP("DBUS_SYSTEM_BUS_ADDRESS"),
		CHOOSES("50", "DBUS_SYSTEM_BUS_ADDRESS", "DBUS_*") },
	{ KEEP("DEBIAN_FRONTEND") "equals_root = true;", "" },
	{ KEEP("https_proxy"), "" },
	{ KEEP("NO_PROXY"), "" },
	{ KEEP("LANG"), "" },
	{ KEEP("LC_[A-Z]*"), "" },
	{ KEEP("SSH_AUTH_SOCK"), "" },
	{ KEEP("VENDOR_*"), "" },
};

static void
test_nothing_dangerous_is_handed_on(void)
{
	check_cases(dangerous_cases, ARRAY_SIZE(dangerous_cases));
}

static void
test_capabilities_that_are_root_say_so(void)
{
	static const char *const names[] = { "setuid", "setgid", "setpcap", "setfcap",
		"sys_admin", "sys_ptrace", "sys_module", "sys_rawio", "dac_override",
		"dac_read_search", "chown", "fowner", "mknod", "bpf", "audit_control",
		"sys_boot", "sys_chroot", "kill", "perfmon", "checkpoint_restore",
		"mac_admin", "mac_override" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char text[256];

		test_row(names[i]);
		snprintf(text, sizeof(text), SELF "capabilities = [ \"cap_%s\" ];",
			names[i]);
		ASSERT_CONTAINS(conf_text_check(role_text(text)), "root by another name");
		snprintf(text, sizeof(text),
			SELF "capabilities = [ \"cap_%s\" ]; equals_root = true;",
			names[i]);
		ASSERT_EQ_STR(conf_text_check(role_text(text)), "");
	}
	test_row(NULL);
}

/* ---- what comes later ---- */

static const struct role_case later_cases[] = {
	{ "commands = [ \"/usr/bin/idx\" ]; run_group = \"x\";",
		"jit.conf:4:38: \"run_group\" is not supported yet; remove it\n" },
	{ ID "no_exec = true;",
		"jit.conf:4:37: \"no_exec\" is not supported yet; remove "
		"it\n" },
	{ ID "leftovers = \"end\";",
		"jit.conf:4:37: \"leftovers\" is not supported yet; "
		"remove it\n" },
	{ ID "log_commands = true;",
		"jit.conf:4:37: \"log_commands\" is not supported "
		"yet; remove it\n" },
	{ ID "record = \"all\";",
		"jit.conf:4:37: \"record\" is not supported yet; remove "
		"it\n" },
};

static void
test_what_is_not_supported_yet_is_refused(void)
{
	check_cases(later_cases, ARRAY_SIZE(later_cases));
}

TEST_MAIN(TEST(test_what_is_written_arrives), TEST(test_command_mistakes),
	TEST(test_mistakes_in_what_surrounds_a_command),
	TEST(test_nothing_dangerous_is_handed_on),
	TEST(test_capabilities_that_are_root_say_so),
	TEST(test_what_is_not_supported_yet_is_refused))
