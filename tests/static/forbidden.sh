#!/bin/bash
# What no source may have: functions that check nothing or start a shell, // comments, typedefs for structs, files
# without a subject.
# shellcheck source=tests/static/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2046 # no blanks in our file names
EVERYTHING=$(code $(sources libjit jitsu pam_jit jitctl))
PRIVILEGED=$(grep -E '^(libjit|jitsu|pam_jit)/' <<<"$EVERYTHING")

faults "jit_parse_*() reads numbers" < <(calls 'strto[a-z]+|ato(i|l|ll|f)|v?f?s?scanf' <<<"$EVERYTHING" | outside '' |
	grep -vE '[^a-z_]strtok' || :)
faults "it does not know the size of what it writes to" < <(calls 'st[rp]cpy|strn?cat|strncpy|v?sprintf|gets|alloca' <<<"$EVERYTHING")
faults "it starts a shell" < <(calls 'system|popen|wordexp' <<<"$EVERYTHING")
faults "it keeps state" < <(calls 'strtok|rand|random|drand48|localtime|gmtime|ctime|asctime' <<<"$EVERYTHING")
faults "a name that somebody can guess" < <(calls 'mktemp|tmpnam|tempnam|tmpfile' <<<"$EVERYTHING")
faults "no regular expressions where there is privilege" < <(calls 'regcomp|regexec|fnmatch' <<<"$PRIVILEGED")
faults "secure_getenv() is the one that a setuid program may ask" < <(calls 'getenv' <<<"$PRIVILEGED")
faults "a shrinking file would kill the process" < <(calls 'mmap' <<<"$PRIVILEGED")

faults "comments are /* */" < <(grep -F '//' <<<"$EVERYTHING")
faults "structs have no typedefs" < <(grep -E 'typedef[[:space:]]+(struct|union|enum)' <<<"$EVERYTHING")
faults "a file that needs such a name has no subject yet" < <(find libjit jitsu pam_jit jitctl tests -regextype posix-extended \
	-regex '.*/(util|utils|misc|common|helpers?)\.[ch]')
end
