#!/bin/bash
# clang-format has nothing to say. Other versions than 14 format differently; CLANG_FORMAT may name a command that is it.
# shellcheck source=tests/static/lib.sh
. "$(dirname "$0")/lib.sh"

# The command, in words.
find_clang_format() {
	local command
	for command in "${CLANG_FORMAT:-}" clang-format-14 clang-format; do
		# shellcheck disable=SC2086 # it may have arguments
		if [ -n "$command" ] && $command --version 2>/dev/null | grep -q 'version 14\.'; then
			echo "$command"
			return
		fi
	done
}

command=$(find_clang_format)
[ -n "$command" ] || { echo "clang-format 14 is not installed, and other versions format differently"; exit 77; }
# shellcheck disable=SC2046,SC2086 # words
faults "" < <($command --dry-run --Werror $(sources libjit jitsu pam_jit jitctl tests) 2>&1 | grep ': error: ' | cut -d: -f1 |
	sort | uniq -c | awk '{ print $2 ": not as clang-format 14 has it, in " $1 " places" }' || :)
end
