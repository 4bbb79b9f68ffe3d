/*
 * Capabilities by their names (capabilities(7)).
 *
 * Runs as root. MUST NOT let a role have one that is root by another name unless it says
 * that it equals root.
 */
#include "conf.h"

#include <linux/capability.h>
#include <string.h>

static const char *const names[CAP_LAST_CAP + 1] = {
	[CAP_CHOWN] = "cap_chown",
	[CAP_DAC_OVERRIDE] = "cap_dac_override",
	[CAP_DAC_READ_SEARCH] = "cap_dac_read_search",
	[CAP_FOWNER] = "cap_fowner",
	[CAP_FSETID] = "cap_fsetid",
	[CAP_KILL] = "cap_kill",
	[CAP_SETGID] = "cap_setgid",
	[CAP_SETUID] = "cap_setuid",
	[CAP_SETPCAP] = "cap_setpcap",
	[CAP_LINUX_IMMUTABLE] = "cap_linux_immutable",
	[CAP_NET_BIND_SERVICE] = "cap_net_bind_service",
	[CAP_NET_BROADCAST] = "cap_net_broadcast",
	[CAP_NET_ADMIN] = "cap_net_admin",
	[CAP_NET_RAW] = "cap_net_raw",
	[CAP_IPC_LOCK] = "cap_ipc_lock",
	[CAP_IPC_OWNER] = "cap_ipc_owner",
	[CAP_SYS_MODULE] = "cap_sys_module",
	[CAP_SYS_RAWIO] = "cap_sys_rawio",
	[CAP_SYS_CHROOT] = "cap_sys_chroot",
	[CAP_SYS_PTRACE] = "cap_sys_ptrace",
	[CAP_SYS_PACCT] = "cap_sys_pacct",
	[CAP_SYS_ADMIN] = "cap_sys_admin",
	[CAP_SYS_BOOT] = "cap_sys_boot",
	[CAP_SYS_NICE] = "cap_sys_nice",
	[CAP_SYS_RESOURCE] = "cap_sys_resource",
	[CAP_SYS_TIME] = "cap_sys_time",
	[CAP_SYS_TTY_CONFIG] = "cap_sys_tty_config",
	[CAP_MKNOD] = "cap_mknod",
	[CAP_LEASE] = "cap_lease",
	[CAP_AUDIT_WRITE] = "cap_audit_write",
	[CAP_AUDIT_CONTROL] = "cap_audit_control",
	[CAP_SETFCAP] = "cap_setfcap",
	[CAP_MAC_OVERRIDE] = "cap_mac_override",
	[CAP_MAC_ADMIN] = "cap_mac_admin",
	[CAP_SYSLOG] = "cap_syslog",
	[CAP_WAKE_ALARM] = "cap_wake_alarm",
	[CAP_BLOCK_SUSPEND] = "cap_block_suspend",
	[CAP_AUDIT_READ] = "cap_audit_read",
	[CAP_PERFMON] = "cap_perfmon",
	[CAP_BPF] = "cap_bpf",
	[CAP_CHECKPOINT_RESTORE] = "cap_checkpoint_restore",
};

/* CAP_KILL: whoever has it can kill the keeper that ends the command with its grant.
 * CAP_SYS_BOOT: it loads another kernel. */
static const uint8_t as_good_as_root[] = { CAP_SETUID, CAP_SETGID, CAP_SETPCAP,
	CAP_SETFCAP, CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_SYS_MODULE, CAP_SYS_RAWIO,
	CAP_SYS_BOOT, CAP_SYS_CHROOT, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_CHOWN,
	CAP_FOWNER, CAP_KILL, CAP_MKNOD, CAP_BPF, CAP_PERFMON, CAP_CHECKPOINT_RESTORE,
	CAP_MAC_ADMIN, CAP_MAC_OVERRIDE, CAP_AUDIT_CONTROL };

/* -1: it has no such name. */
static int
number_of(const char *name)
{
	for (int i = 0; i <= CAP_LAST_CAP; i++)
		if (names[i] && jit_streq(names[i], name))
			return i;
	return -1;
}

static void
unknown_capability(const struct conf_reader *r, const struct conf_node *node)
{
	struct jit_strv candidates = { 0 };

	for (int i = 0; i <= CAP_LAST_CAP; i++)
		if (names[i])
			conf_strv_add(r->arena, &candidates, names[i]);
	conf_error(r, node, "unknown capability \"%s\"%s", node->string,
		conf_did_you_mean(r, node->string, &candidates));
}

void
conf_read_capabilities(
	const struct conf_reader *r, const struct conf_node *node, struct jit_role *role)
{
	struct jit_strv words;

	if (!conf_read_strings(r, node, false, &words))
		return;
	for (size_t i = 0; i < node->n; i++) {
		int number = number_of(words.v[i]);

		if (number < 0)
			unknown_capability(r, &node->v[i]);
		else
			role->capabilities |= UINT64_C(1) << number;
	}
}

static bool
is_as_good_as_root(const char *name)
{
	return memchr(as_good_as_root, number_of(name), sizeof(as_good_as_root)) != NULL;
}

void
conf_check_capabilities(const struct conf_reader *r, const struct conf_node *role,
	const struct jit_role *judged)
{
	const struct conf_node *node = conf_node_member(role, "capabilities");

	if (!node)
		return;
	if (judged->run_as.n != 1 || !jit_streq(judged->run_as.v[0], "self"))
		conf_error(r, node,
			"capabilities are given to the person's own account: they need "
			"run_as = \"self\"; beside them");
	for (size_t i = 0; i < node->n && !judged->equals_root; i++)
		if (is_as_good_as_root(node->v[i].string))
			conf_error(r, &node->v[i],
				"\"%s\" is root by another name; if that is meant, write "
				"equals_root = true; into the role",
				node->v[i].string);
}
