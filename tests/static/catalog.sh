#!/bin/bash
# Every kind of event has one catalog entry, every entry belongs to an event, and it shows only fields that events have.
# shellcheck source=tests/static/lib.sh
. "$(dirname "$0")/lib.sh"

CATALOG=conf/jit.catalog
EVENTS=libjit/audit_event.c
events=$(grep -oE '"[0-9a-f]{32}"' $EVENTS | tr -d '"' | sort)
entries=$(sed -nE 's/^-- ([0-9a-f]{32})( [a-z_]+)?$/\1/p' $CATALOG | sort)

[ -n "$events" ] || fault "$EVENTS: no MESSAGE_ID found"
faults "$EVENTS: two kinds of event with one MESSAGE_ID" < <(uniq -d <<<"$events")
faults "$CATALOG: two entries for it" < <(uniq -d <<<"$entries")
faults "$EVENTS: not in $CATALOG" < <(comm -23 <(echo "$events") <(echo "$entries"))
faults "$CATALOG: no event of $EVENTS" < <(comm -13 <(echo "$events") <(echo "$entries"))
faults "$CATALOG: a line that begins an entry, but has no MESSAGE_ID" < <(grep -nE '^-- ' $CATALOG |
	grep -vE '^[0-9]+:-- [0-9a-f]{32}( [a-z_]+)?$' || :)

fields=$({ sed -nE 's/^\tFIELD\(([a-z_]+)\),$/JIT_\U\1/p' $EVENTS; grep -ohE '"JIT_[A-Z_]+"' libjit/journal.c | tr -d '"'; } | sort -u)
faults "$CATALOG shows it, but no event has such a field" < <(comm -13 <(echo "$fields") \
	<(grep -ohE '@JIT_[A-Z_]+@' $CATALOG | tr -d @ | sort -u))
end
