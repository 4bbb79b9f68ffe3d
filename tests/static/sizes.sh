#!/bin/bash
# Functions and files that grew out of hand: over 60 and 400 lines they are shown, over 100 and 600 they fail.
# Test programs may be long, their functions not.
# shellcheck source=tests/static/lib.sh
. "$(dirname "$0")/lib.sh"

# LINES FILE:LINE NAME of every function: from its name, which begins a line, to the brace that does.
functions() {
	awk '
		FNR == 1 || /^}/ { if (name && /^}$/) print FNR - start + 1, FILENAME ":" start, name; name = "" }
		/^[a-z_]+\(/ { candidate = $0; sub(/\(.*/, "", candidate); start = FNR }
		/^\{$/ { name = candidate; candidate = "" }
		/;$/ { if (!name) candidate = "" }' "$@"
}

# judge WHAT SHOWN FAILED: lines "LINES PLACE …".
judge() {
	local lines place name
	while read -r lines place name; do
		if [ "$lines" -gt "$3" ]; then
			fault "$place: $1 ${name:+$name }has $lines lines, more than $3"
		elif [ "$lines" -gt "$2" ]; then
			echo "note: $place: $1 ${name:+$name }has $lines lines"
		fi
	done
}

mapfile -t files < <(sources libjit jitsu pam_jit jitctl)
mapfile -t test_files < <(sources tests)
judge function 60 100 < <(functions "${files[@]}" "${test_files[@]}")
judge file 400 600 < <(wc -l "${files[@]}" | grep -v ' total$')
end
