# For tests/system/*.test: commands in the test machine, and claims about what they do.
#
#   . "$(dirname "$0")/lib.sh"
#   check "bob is in sre" as bob sh -c 'id -nG | grep -w sre'
#
# Every claim prints one line: "ok - CLAIM", "not ok - CLAIM" (what was seen follows, indented) or "skip - CLAIM (why)".
# A claim that does not hold does not end the test; the test's own exit status says at the end whether all did.
# JIT_MACHINE and JIT_SUITE name the machine that tests/run booted; by hand: tests/machine up, then run the .test file.
# Give a checked command its standard input with < or <<<, not with a pipe: a pipe would count the claim in a subshell.
# shellcheck shell=bash disable=SC2016 # expanded by the shell inside

set -u
JIT_MACHINE=${JIT_MACHINE:-jit}
JIT_SUITE=${JIT_SUITE:-bookworm}
LIB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LIB_FAILED=0
OUTPUT= # what the last checked command printed, both streams
STATUS=0 # and its exit status

# ---- the machine ----

machine() {
	local command=$1
	shift
	"$LIB_DIR/../machine" "$command" --name "$JIT_MACHINE" "$@"
}

# m CMD...: runs a command as root.
m() {
	machine run -- "$@"
}

# as USER CMD...: runs a command as a user, without terminal.
as() {
	local user=$1
	shift
	machine run --user "$user" -- "$@"
}

# as_tty USER CMD...: runs a command as a user on a terminal of its own. The lines of standard input are typed one at a
# time, when the command waits for them: as_tty bob sudo id <<<jit-test
as_tty() {
	local user=$1
	shift
	machine run --user "$user" --tty -- "$@"
}

# talk USER: an expect script on standard input, run as a user, for conversations that need more than lines in order.
# Beside expect's own words it has `want REGEX` (ends the script with 98 if that does not come within 10 s) and
# `finish` (waits for the spawned command to end and exits with its status).
talk() {
	local preamble='
		set timeout 10
		proc want {regex} {
			upvar spawn_id spawn_id
			expect {
				-re $regex {}
				timeout { puts "\nwanted, in vain: $regex"; exit 98 }
				eof { puts "\nended before: $regex"; exit 98 }
			}
		}
		proc finish {} {
			upvar spawn_id spawn_id
			expect { eof {} timeout { puts "\nit did not end"; exit 98 } }
			lassign [wait] pid id failed status
			exit $status
		}'
	as "$1" expect -c "$preamble"$'\n'"$(cat)"
}

# fresh [--hostname H]: a new machine in place of this one.
fresh() {
	machine up --suite "$JIT_SUITE" "$@"
}

# put DEST [MODE]: writes standard input to a file in the machine, root's, 0644 or MODE.
put() {
	m sh -euc 'umask 077; cat >"$1.new"; chmod "$2" "$1.new"; mv -f "$1.new" "$1"' sh "$1" "${2:-0644}"
}

# ---- claims ----

# check CLAIM CMD...: the command exits 0.
check() {
	check_status 0 "$@"
}

# check_status N CLAIM CMD...: the command exits N.
check_status() {
	local wanted=$1 claim=$2
	shift 2
	see "$@"
	if [ "$STATUS" = "$wanted" ]; then
		claim_holds "$claim"
	else
		claim_fails "$claim" "exit status $STATUS, not $wanted, from: $*"
	fi
}

# check_output REGEX CLAIM CMD...: a line of the command's output matches (grep -E); its exit status does not matter.
check_output() {
	local regex=$1 claim=$2
	shift 2
	see "$@"
	seen "$regex" "$claim"
}

# seen REGEX CLAIM, not_seen REGEX CLAIM: about the output of the command that was checked last.
seen() {
	if grep -qE -e "$1" <<<"$OUTPUT"; then
		claim_holds "$2"
	else
		claim_fails "$2" "nothing matches: $1"
	fi
}

not_seen() {
	if grep -qE -e "$1" <<<"$OUTPUT"; then
		claim_fails "$2" "something matches: $1"
	else
		claim_holds "$2"
	fi
}

# skip CLAIM WHY
skip() {
	echo "skip - $1 ($2)"
}

# see CMD...: runs a command for its OUTPUT and STATUS, and claims nothing.
see() {
	STATUS=0
	OUTPUT=$("$@" 2>&1) || STATUS=$?
}

claim_holds() {
	echo "ok - $1"
}

claim_fails() {
	LIB_FAILED=$((LIB_FAILED + 1))
	echo "not ok - $1"
	printf '%s\n' "$2" "it printed:" "$OUTPUT" | tail -n 40 | sed 's/^/    /'
}

lib_end() {
	local status=$?
	if [ $status != 0 ]; then
		echo "not ok - the test runs to its end (exit status $status)"
		exit 1
	fi
	[ $LIB_FAILED = 0 ] || exit 1
}
trap lib_end EXIT
