#!/bin/bash
# The manual pages: clean mdoc, and they name every option of the programs that were built, every key of the policy (those
# of later versions only as such), every event, and nothing of another version.
# shellcheck source=tests/static/lib.sh
. "$(dirname "$0")/lib.sh"
need mandoc

mapfile -t pages < <(find man -name '*.[1-8]' | sort)

# has PAGE TEXT: does the page, as it is shown, have it as a whole word?
has() {
	grep -qE -- "(^|[^[:alnum:]_-])${2//./\\.}(\$|[^[:alnum:]_-])" "$SHOWN/${1##*/}"
}

SHOWN=$(mktemp -d)
trap 'rm -rf "$SHOWN"' EXIT
[ ${#pages[@]} -gt 0 ] || fault "man/: no pages"
for page in "${pages[@]}"; do
	mandoc -T ascii -O width=200 "$page" | sed "s|.\x08||g" >"$SHOWN/${page##*/}"
	grep -qF "'${page##*/}'" man/meson.build || fault "$page is not installed by man/meson.build"
done
faults "" < <(mandoc -T lint -W warning "${pages[@]}" || :)

# ---- options ----

# options HELP: the options in a help text, one a line.
options() {
	grep -oE '(^|[[:space:][|])-(-[a-z][a-z-]+|[A-Za-z])($|[^[:alnum:]-])' <<<"$1" | grep -oE -- '-[-A-Za-z]+' | sort -u || :
}

# options_stand PAGE HELP COMMAND
options_stand() {
	local option
	while IFS= read -r option; do
		[ -z "$option" ] || has "$1" "$option" || fault "man/$1: $option of $3 -h is missing"
	done < <(options "$2")
}

# The section of one command of jitctl, so that an option of another does not count for it.
jitctl_options_stand() {
	local command=$1 option section
	section=$(awk -v head="^     jitctl $command( |$)" '/^     [^ ]/ { on = $0 ~ head } on' "$SHOWN/jitctl.1")
	[ -n "$section" ] || fault "man/jitctl.1: the command $command is missing"
	while IFS= read -r option; do
		[ -z "$option" ] || [ "$option" = -h ] || grep -qE -- "(^|[^[:alnum:]-])$option(\$|[^[:alnum:]-])" <<<"$section" ||
			fault "man/jitctl.1: $option of jitctl $command -h is missing there"
	done < <(options "$("$BUILD/jitctl/jitctl" "$command" -h)")
}

if [ -x "$BUILD/jitsu/jitsu" ]; then
	options_stand jitsu.1 "$("$BUILD/jitsu/jitsu" -h)" jitsu
fi
if [ -x "$BUILD/jitctl/jitctl" ]; then
	help=$("$BUILD/jitctl/jitctl" -h)
	options_stand jitctl.1 "$help" jitctl
	commands=$(sed -nE 's/^  ([a-z-]+) .*/\1/p' <<<"$help")
	[ -n "$commands" ] || fault "jitctl -h lists no commands"
	for command in $commands; do
		jitctl_options_stand "$command"
	done
fi

# ---- keys of the policy ----

# keys FILTER: of the tables in jitctl/conf*.c, the keys whose reader fits.
keys() {
	cat jitctl/conf*.c | grep -oE '\{ "[a-z_]+", [A-Za-z_]+ \}' | grep -E "$1" | grep -oE '"[a-z_]+"' | tr -d '"' | sort -u
}

later=$(awk '/^\.Sh SETTINGS OF LATER VERSIONS/ { on = 1; next } /^\.Sh/ { on = 0 } on && /^\.(It )?Li/' man/jit.conf.5 | grep -oE '[a-z_]+' | sort -u)
headings=$(sed -nE 's/^\.It Ic ([a-z_]+)$/\1/p; s/^\.Ic ([a-z_]+)( .*)?$/\1/p' man/jit.conf.5 | sort -u)
supported=$(keys ', [a-z_]+ \}')
[ -n "$supported" ] || fault "jitctl/conf*.c: no keys found"
faults "man/jit.conf.5: this key is missing" < <(comm -23 <(echo "$supported") <(echo "$headings"))
faults "man/jit.conf.5: this key is refused as not supported yet, and does not stand among those of later versions" \
	< <(comm -23 <(keys ', NULL \}') <(echo "$later"))
faults "man/jit.conf.5: described, but refused as not supported yet" < <(comm -13 <(echo "$supported") \
	<(comm -12 <(sed -nE 's/^\.It Ic ([a-z_]+)$/\1/p' man/jit.conf.5 | sort -u) <(keys ', NULL \}')))

# ---- events ----

while read -r event id; do
	grep -qE "^ *$event +$id " "$SHOWN/jit-audit.7" || fault "man/jit-audit.7: $event with $id is not in the table"
done < <(tr -d '\n' <libjit/audit_event.c | grep -oE '\{ "[a-z-]+",[[:space:]]*"[0-9a-f]{32}"' | sed -E 's/^\{ "([a-z-]+)",[[:space:]]*"([0-9a-f]+)"/\1 \2/')
end
