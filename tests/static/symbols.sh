#!/bin/bash
# What the privileged binaries show, ask of others, link to and keep in memory that can be written.
# shellcheck source=tests/static/lib.sh
. "$(dirname "$0")/lib.sh"
need nm readelf

MODULE=pam_jit/pam_jit.so
WATCH=pam_jit/session-watch
JITSU=jitsu/jitsu
NOTIFY=jitsu/notify-run
LIBJIT=libjit/libjit.a
built $MODULE $WATCH $JITSU $NOTIFY $LIBJIT

# Names without versions, and without what large-file and fortified builds put around them: __read_chk is read.
names() {
	sed -E 's/@.*//; s/^__(.*)_chk$/\1/; s/^__(isoc[0-9]+_)?//; s/64(_2)?$//; s/_2$//' | sort -u
}

exports() {
	nm -D --defined-only "$BUILD/$1" | awk '{ print $3 }' | sort -u
}

imports() {
	local dynamic=-D
	[[ $1 != *.[ao] ]] || dynamic=
	nm $dynamic --undefined-only "$BUILD/$1" | awk 'NF == 2 { print $2 }' | names
}

# forbid FILE WHY NAMES: it imports none of them.
forbid() {
	faults "$1: $2" < <(imports "$1" | grep -xE "$3" || :)
}

linked() {
	readelf -d "$BUILD/$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

# ---- what it shows ----

wanted=$(printf 'pam_sm_%s\n' acct_mgmt authenticate close_session open_session setcred)
faults "$MODULE: not exactly the entry points" < <(diff <(echo "$wanted") <(exports $MODULE) | grep '^[<>]' || :)

# ---- what it asks of others ----

ENDS='_Exit|exit|abort|quick_exit|v?errx?|assert_fail|assert_perror_fail|pthread_exit|raise'
PRINTS='v?printf|puts|putchar|v?warnx?|perror|psignal|stdout|stderr|v?dprintf|v?syslog|openlog|closelog'
IDS='set(res|re|e|fs)?[ug]id|setgroups|initgroups|setsid|setpgid|capset|prctl'
CHANGES='(set|put|unset|clear)env|setlocale|setrlimit|setitimer|setpriority|umask|f?chdir|chroot|signal|sigaction|sysv_signal|sigprocmask|alarm|tzset|localtime|(cxa_)?atexit|s?random|s?rand'
STATIC='get(pw|gr)(nam|[ug]id|ent)|gmtime|ctime|asctime|strtok|readdir_r|getenv|environ'
STARTS='v?fork|daemon|posix_spawnp?|execv|execvpe?|execl[pe]?|fexecve|execveat|dlopen|system|popen|wordexp'
UNSAFE='gets|st[rp]cpy|strn?cat|v?sprintf|v?f?s?scanf|strto(l|ul|ll|ull|imax|umax)|ato(i|l|ll|f)|mktemp|tmpnam|tempnam|regcomp|regexec|getenv|system|popen|wordexp|dlopen'

for file in $LIBJIT $MODULE; do
	forbid "$file" "must not end the process" "$ENDS"
	forbid "$file" "must not print" "$PRINTS"
	forbid "$file" "must not change what the process has" "$CHANGES|$IDS"
	forbid "$file" "its result lies in memory of the application, or in its environment" "$STATIC"
done
for object in "$BUILD/$LIBJIT.p"/*.o; do
	[ "${object##*/}" = spawn.c.o ] ||
		forbid "${object#"$BUILD"/}" "must not start programs: spawn.c does" "$STARTS|execve|clone|syscall"
done
forbid $MODULE "starts session-watch only, by clone3() and execve()" "$STARTS"
for file in $LIBJIT $MODULE $WATCH $JITSU $NOTIFY; do
	forbid "$file" "checks nothing, keeps state or starts a shell" "$UNSAFE"
done

# What only the child does that becomes session-watch.
for object in "$BUILD"/pam_jit/pam_jit.so.p/*.o; do
	[ "${object##*/}" = watch_start.c.o ] ||
		forbid "${object#"$BUILD"/}" "only watch_start.c may, in its child" '_exit|execve|syscall|pthread_sigmask|dup[23]?|close_range'
done

# The decision does no I/O, reads no clock, asks nobody: nor does anything that it calls.
PURE='jit_(grant_(covers_argv|is_agreement|is_answer)|locks_find|view_role|streq|strv_has|strv_equal)|str[a-z]*|mem[a-z]*|stack_chk_fail|_GLOBAL_OFFSET_TABLE_'
DECISION=$(cd "$SOURCE" && echo libjit/decide*.c)
DECISION="$DECISION libjit/pattern.c libjit/when.c"
decided() {
	local file
	for file in $DECISION; do
		nm "$@" "$BUILD/libjit/libjit.a.p/${file#libjit/}.o"
	done
}
OURS=$(decided --defined-only | awk 'NF == 3 && $2 == "T" { print $3 }' | sort -u)
faults "the decision ($DECISION) may call only what is pure" < <(decided --undefined-only | awk 'NF == 2 { print $2 }' |
	names | sort -u | grep -vxE "$PURE" | grep -vxF "$OURS" || :)

# ---- what it links to ----

# links FILE LIBRARY...: nothing else than these and the C library.
links() {
	local file=$1
	shift
	faults "$file must not link to it" < <(linked "$file" | grep -vxE "($(IFS='|'; echo "$*")|libc|ld-linux[a-z0-9_-]*)\.so\.[0-9]+" || :)
}
links $MODULE libpam libsodium libjansson libcdb
links $WATCH libsodium libjansson libcdb
links $JITSU libpam libpam_misc libcap libsodium libjansson libcdb
links $NOTIFY libsodium libjansson libcdb

# ---- what it keeps ----

# But for names that the compiler and the linker bring themselves.
faults "$MODULE must not keep mutable globals" < <(nm -f sysv "$BUILD/$MODULE" | tr -d ' ' |
	awk -F'|' '$4 ~ /OBJECT|TLS|COMMON/ && $7 ~ /^(\.t?data|\.t?bss|\*COM\*)/ && $7 !~ /^\.data\.rel\.ro/ { print $1 }' |
	grep -vxE '__dso_handle|__TMC_END__|completed\.[0-9]+' || :)
end
