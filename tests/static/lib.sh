# For tests/static/*.sh: what is looked at, and how a violation is said.
#
# A script prints one line for each violation and exits 1 if there was one, 77 if a tool is missing. meson sets
# JIT_SOURCE_ROOT and JIT_BUILD_ROOT; by hand the tree around the script and its build/ are looked at.
# shellcheck shell=bash

set -euo pipefail
export LC_ALL=C
SOURCE=${JIT_SOURCE_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck disable=SC2034 # for the scripts that look at what was built
BUILD=${JIT_BUILD_ROOT:-$SOURCE/build}
cd "$SOURCE"
FAULTS=0

# need TOOL...: the test is skipped where one is missing.
need() {
	local tool
	for tool in "$@"; do
		command -v "$tool" >/dev/null || { echo "$tool is not installed"; exit 77; }
	done
}

fault() {
	echo "$*"
	FAULTS=$((FAULTS + 1))
}

# faults WHY: each line of standard input is a violation. Feed it with < <(...), not with a pipe.
faults() {
	local line
	while IFS= read -r line; do
		[ -z "$line" ] || fault "$line${1:+   <- $1}"
	done
}

# The last line of a script.
end() {
	[ "$FAULTS" = 0 ] || echo "$FAULTS violations"
	exit $((FAULTS > 0))
}

# sources DIR...: the C files below.
sources() {
	find "$@" -name '*.[ch]' | sort
}

# code FILE...: the lines as "file:line:text", without comments and without what stands in strings; "//" stays.
code() {
	python3 - "$@" <<'PYTHON'
import re, sys

def bare(match):
    text = match[0]
    if text.startswith(("//", '"', "'")):
        return text[:2] if text[0] == "/" else text[0] * 2
    return " " + "\n" * text.count("\n")

token = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""", re.S)
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(token.sub(bare, file.read()).split("\n"), 1):
            print(f"{path}:{number}:{line}")
PYTHON
}

# mentions NAMES: of lines of code, those with one of the identifiers (an extended regular expression) in them.
mentions() {
	grep -E "(^|[^A-Za-z0-9_])($1)([^A-Za-z0-9_]|\$)" || :
}

# calls NAMES: those that call one; a member of the same name is another thing.
calls() {
	grep -E "(^|[^A-Za-z0-9_.>])($1)[[:space:]]*\(" || :
}

# outside FILES: of lines of code, those not in the named files (words, globs allowed).
outside() {
	local line pattern known
	while IFS= read -r line; do
		known=no
		for pattern in $1; do
			# shellcheck disable=SC2053 # a glob
			[[ ${line%%:*} != $pattern ]] || known=yes
		done
		[ $known = yes ] || echo "$line"
	done
}

# built FILE...: each is there, else a violation.
built() {
	local file
	for file in "$@"; do
		[ -e "$BUILD/$file" ] || fault "$BUILD/$file was not built"
	done
	[ "$FAULTS" = 0 ] || end
}
