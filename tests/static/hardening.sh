#!/bin/bash
# How the binaries were built: position-independent, relocations read-only, no executable stack, stack protector,
# FORTIFY where the compiler optimizes (JIT_OPTIMIZED=yes), CET on x86-64, no library path of their own.
# shellcheck source=tests/static/lib.sh
. "$(dirname "$0")/lib.sh"
need readelf nm

PRIVILEGED=(pam_jit/pam_jit.so pam_jit/session-watch jitsu/jitsu jitsu/notify-run)
built "${PRIVILEGED[@]}" jitctl/jitctl

# expect FILE WHAT REGEX READELF-OPTION...: a line of what readelf says matches.
expect() {
	local file=$1 what=$2 regex=$3
	shift 3
	readelf -W "$@" "$BUILD/$file" 2>/dev/null | grep -E "$regex" >/dev/null || fault "$file: $what"
}

refuse() {
	local file=$1 what=$2 regex=$3
	shift 3
	! readelf -W "$@" "$BUILD/$file" 2>/dev/null | grep -E "$regex" || fault "$file: $what"
}

imports() {
	nm -D --undefined-only "$BUILD/$1" | grep -E " $2(@|\$)" >/dev/null
}

for file in "${PRIVILEGED[@]}" jitctl/jitctl; do
	expect "$file" "not position-independent" 'Type: +DYN' -h
	[[ $file == *.so ]] || expect "$file" "not position-independent (PIE)" 'FLAGS_1.*PIE' -d
	expect "$file" "no RELRO" 'GNU_RELRO' -l
	expect "$file" "lazy binding: RELRO is not full" 'BIND_NOW|FLAGS_1.*NOW' -d
	expect "$file" "says nothing about its stack" 'GNU_STACK' -l
	refuse "$file" "executable stack" 'GNU_STACK.* RWE' -l
	refuse "$file" "a segment that is writable and executable" 'LOAD.* RWE' -l
	refuse "$file" "relocations in its code" 'TEXTREL' -d
	refuse "$file" "a library path of its own" 'RPATH|RUNPATH' -d
	imports "$file" __stack_chk_fail || fault "$file: no stack protector"
	if [ "${JIT_OPTIMIZED:-yes}" = yes ]; then
		imports "$file" '__[a-z]+_chk' || fault "$file: not fortified"
	fi
done

# The objects, because the C library's own start-up code, on Debian 12, has no CET and takes it from the whole.
if [ "$(uname -m)" = x86_64 ]; then
	for object in "$BUILD"/{libjit/libjit.a,pam_jit/pam_jit.so,pam_jit/session-watch,jitsu/jitsu,jitsu/notify-run}.p/*.o; do
		expect "${object#"$BUILD"/}" "no CET" 'x86 feature: IBT, SHSTK' -n
	done
fi
end
