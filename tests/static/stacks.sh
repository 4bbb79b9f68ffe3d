#!/bin/bash
# The PAM stacks that we ship. jitsu's has nothing that takes the command out of its group or asks pam_jit again.
# shellcheck source=tests/static/lib.sh
. "$(dirname "$0")/lib.sh"

# rules FILE: "FILE:LINE:RULE" without comments.
rules() {
	grep -nHE '^[^#]*[^#[:space:]]' "$1" | sed 's/#.*//'
}

faults "jitsu has its own stack" < <(rules conf/pam.d/jitsu | grep -E '@include|[[:space:]](include|substack)[[:space:]]' || :)
faults "not in jitsu's stack" < <(rules conf/pam.d/jitsu |
	grep -E '\<pam_(systemd[a-z_]*|jit|elogind)\.so|\<pam_keyinit\.so.*\<revoke\>|user_readenv=1' || :)
for type in auth account session; do
	rules conf/pam.d/jitsu | grep -cE ":${type}[[:space:]]+(required|requisite)[[:space:]]" >/dev/null ||
		fault "conf/pam.d/jitsu: no $type that must succeed"
done
for file in conf/pam.d/*; do
	[[ ${file##*/} != common-* ]] || fault "$file: lines are for one service"
	faults "module by name, in PAM's own directory" < <(rules "$file" | grep -E '/[^ ]*\.so' || :)
done
end
