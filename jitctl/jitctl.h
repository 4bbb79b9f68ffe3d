/*
 * The subcommands of jitctl and how they end. Each stands in a file of its own.
 */
#ifndef JITCTL_H
#define JITCTL_H

enum jitctl_exit {
	JITCTL_DONE = 0,
	JITCTL_NO = 1, /* the answer is no */
	JITCTL_USAGE = 64,
	JITCTL_BAD_INPUT = 65,
	JITCTL_NOT_FOUND = 66,
	JITCTL_UNREACHABLE = 69,
	JITCTL_FAILED = 71, /* internal: no memory, no clock */
	JITCTL_CANNOT_WRITE = 73,
	JITCTL_NOT_ALLOWED = 77,
};

/* argv[0] is the subcommand's name. They return an exit code of the table above; check
 * has its own: 0, 1, 2 by severity. */
int cmd_approve(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_edit(int argc, char **argv);
int cmd_deny(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_grant(int argc, char **argv);
int cmd_init(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_keygen(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_lock(int argc, char **argv);
int cmd_log(int argc, char **argv);
int cmd_manifest(int argc, char **argv);
int cmd_reload(int argc, char **argv);
int cmd_request(int argc, char **argv);
int cmd_revoke(int argc, char **argv);
int cmd_serve_keys(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_sweep(int argc, char **argv);
int cmd_unlock(int argc, char **argv);

#endif
