#!/bin/bash
# One place for each of: privilege, the clock, opening files, asking NSS, PAM's application side, starting programs,
# libconfig, libsystemd.
# shellcheck source=tests/static/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2046 # no blanks in our file names
EVERYTHING=$(code $(sources libjit jitsu pam_jit jitctl))
PRIVILEGED=$(grep -E '^(libjit|jitsu|pam_jit)/' <<<"$EVERYTHING")
LIBJIT=$(grep '^libjit/' <<<"$EVERYTHING")

# only WHAT HITS FILE...: the lines HITS are all in the named files, and each of these has some.
only() {
	local what=$1 hits=$2 file
	shift 2
	faults "$what belongs in $1" < <(outside "$*" <<<"$hits")
	for file in "$@"; do
		grep -q "^$file:" <<<"$hits" || fault "tests/static/places.sh allows $file $what: no longer needed"
	done
}

ids='set(res|re|fs|e)?[ug]id|setgroups|initgroups|capset|cap_set_[a-z_]*|unshare|setns|chroot'
raw='SYS_(set(res|re|fs)?[ug]id|setgroups|capset|unshare|setns|chroot)|PR_(CAPBSET_DROP|CAP_AMBIENT|SET_SECUREBITS|SET_KEEPCAPS)'
only "changing privilege" "$(calls "$ids" <<<"$EVERYTHING"; mentions "$raw" <<<"$EVERYTHING")" \
	jitsu/privs.c

# Timers (timerfd_*, poll, nanosleep) wait, they do not tell the time.
clock=(
	libjit/clock.c
	libjit/audit.c        # dates a record that no decision dated
	pam_jit/watch_start.c # a time-out of two seconds, monotonic
)
only "reading a clock" \
	"$(calls 'clock_gettime|clock|time|gettimeofday|timespec_get|ftime|ntp_[a-z]*|adjtimex' <<<"$PRIVILEGED")" "${clock[@]}"

opening=(
	libjit/file.c
	libjit/audit.c   # the log: created by the first record, appended to
	libjit/cgroup.c  # /proc, which has no sizes
	libjit/cgroup_run.c # cgroup files, the same
	libjit/clock.c   # the boot id, in /proc
	libjit/journal.c # /dev/kmsg
	libjit/site.c    # /etc/machine-id
)
only "opening files" \
	"$(calls 'open(at2?|64|dir)?|fopen|freopen|creat|mkd?temps?|mkostemp|open_by_handle_at' <<<"$LIBJIT")" "${opening[@]}"

nss=(
	libjit/subject.c
	jitsu/target.c # the target's home, shell and groups
	pam_jit/gate.c # only in a process without privilege, about its own account
)
only "asking NSS" \
	"$(calls '(pam_modutil_)?get(pw|gr|sp)(nam|[ug]id|ent)(_r)?|getgrouplist|initgroups|getaddrinfo|gethostby[a-z_]*' \
		<<<"$PRIVILEGED")" "${nss[@]}"

only "PAM's application side" \
	"$(calls 'pam_(start[a-z_]*|end|authenticate|setcred|acct_mgmt|chauthtok|open_session|close_session)' <<<"$EVERYTHING"
		mentions '<security/pam_appl\.h>' <<<"$EVERYTHING")" jitsu/auth.c

starting=(
	jitsu/child.c
	jitsu/notify_hook.c   # the policy's hook, as an account of its own
	libjit/spawn.c        # notify-run
	pam_jit/watch_start.c # session-watch
)
only "starting programs" "$(calls 'f?exec(l|v)[pe]*|execveat|posix_spawnp?' <<<"$PRIVILEGED"
	mentions 'SYS_execve(at)?' <<<"$PRIVILEGED")" "${starting[@]}"

faults "only jitctl's conf files include libconfig" < <(grep '#include <libconfig' <<<"$EVERYTHING" | outside 'jitctl/conf*.c')
faults "only jitctl includes libsystemd" < <(grep '#include <systemd/' <<<"$EVERYTHING" | outside 'jitctl/*')
end
