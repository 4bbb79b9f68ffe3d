#!/bin/bash
# What shellcheck says about our shell scripts: nothing.
# shellcheck source=tests/static/lib.sh
. "$(dirname "$0")/lib.sh"
need shellcheck

# Scripts by their first line; files to be sourced by their name.
scripts() {
	find .ci conf man tests -type f \( -name '*.sh' -o -exec sh -c 'head -n 1 "$1" | grep -qE "^#! ?/(usr/)?bin/(env )?(ba)?sh( |$)"' _ {} \; \) \
		-print | sort -u
}

mapfile -t files < <(scripts)
faults "" < <(shellcheck -x --format=gcc "${files[@]}" || :)
end
