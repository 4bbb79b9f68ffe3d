#!/bin/bash
# Includes point one way: jitsu, pam_jit, jitctl -> libjit, never back, never sideways; and inside libjit from an upper
# layer to a lower one.
# shellcheck source=tests/static/lib.sh
. "$(dirname "$0")/lib.sh"

# libjit's layers, the lowest first: a file includes headers of its own layer and of those before it.
LAYERS=(
	"limits base"
	"parse escape clock file site pack state cgroup cgroup_run spawn"
	"keys hostkey token claims grant filed ruling table pattern when policy policy_record policy_role policy_rule"
	"lock judge decide decide_role decide_rule decide_window decide_approvals decide_grant subject"
	"store requests request_file history break_glass holder unproven mark archive tombstone session audit audit_event journal"
	"notice notify access make bound longest due ask ask_token accept accept_grant accept_held accept_ruling advice"
)

# layer_of FILE: its number; nothing for a file that has none.
layer_of() {
	local i name=${1##*/}
	for i in "${!LAYERS[@]}"; do
		[[ " ${LAYERS[i]} " != *" ${name%.[ch]} "* ]] || echo "$i"
	done
}

# judge FILE:LINE HEADER: one #include "HEADER".
judge() {
	local from=${1%%/*} header=$2 to
	[ "$header" != config.h ] || return 0
	[ -e "$header" ] || header=$from/$header
	to=${header%%/*}
	if [ ! -e "$header" ] || [[ $header == *..* ]]; then
		fault "$1: \"$2\" is no header of $from or libjit"
	elif [ "$to" != "$from" ] && [ "$to" != libjit ]; then
		fault "$1: $from includes $header"
	elif [ "$from" != libjit ] && [ "$to" = libjit ] && grep -q 'Internal to libjit' "$header"; then
		fault "$1: $header is internal to libjit"
	elif [ "$from" = libjit ] && (($(layer_of "$header") > $(layer_of "${1%%:*}"))); then
		fault "$1: $header is in a layer above"
	fi
}

for file in $(sources libjit); do
	[ -n "$(layer_of "$file")" ] || fault "$file: give it a layer in tests/static/includes.sh"
done
[ "$FAULTS" = 0 ] || end
while IFS=$'\t' read -r place header; do
	judge "$place" "$header"
done < <(sources libjit jitsu pam_jit jitctl | xargs grep -n '^ *# *include *"' |
	sed -E 's/^([^:]*:[^:]*):[^"]*"([^"]*)".*/\1\t\2/')
end
