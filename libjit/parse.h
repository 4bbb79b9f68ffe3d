/*
 * Strict readers for what people and tokens write: durations, times, numbers, names.
 * Pure. Every reader takes the whole string or refuses it with -EINVAL (-ERANGE where the
 * form is right and the value is not).
 */
#ifndef JIT_PARSE_H
#define JIT_PARSE_H

#include "base.h"

/* Decimal, no sign, no leading zero, at most max. */
int jit_parse_u64(const char *s, uint64_t max, uint64_t *ret) _must_check_;

/* A uid or gid; (uid_t)-1 and what lies beyond INT_MAX are refused (CVE-2018-19788). */
int jit_parse_uid(const char *s, uid_t *ret) _must_check_;

/* `90s`, `10m`, `2h`, `1h30m`, `1d`: units in falling order, each once, more than zero and
 * at most ten years. Seconds. */
int jit_parse_duration(const char *s, int64_t *ret_sec) _must_check_;

/* RFC 3339 in UTC, to the second: `2027-01-31T09:00:00Z`. Seconds since the epoch. */
int jit_parse_time(const char *s, int64_t *ret_sec) _must_check_;

/* `2027-01-31`: midnight UTC at the end of that day, in seconds since the epoch. */
int jit_parse_date_end(const char *s, int64_t *ret_sec) _must_check_;

/* Seconds since the epoch from a UTC calendar date and time; -ERANGE if it does not exist. */
int jit_time_from_utc(int year, int month, int day, int hour, int minute, int second,
	int64_t *ret_sec) _must_check_;

/* The same forms, written. buf takes at least JIT_TIME_SIZE, JIT_DURATION_SIZE. */
enum { JIT_TIME_SIZE = 48, JIT_DURATION_SIZE = 32 };
const char *jit_format_time(int64_t sec, char buf[JIT_TIME_SIZE]);
const char *jit_format_duration(int64_t sec, char buf[JIT_DURATION_SIZE]);

/* An account or group name: 1 to JIT_NAME_MAX of [A-Za-z0-9_.-] (and a last `$`), not
 * beginning with `-` or `.`, not all digits. Never `..`, never with `/` (CVE-2023-42456). */
bool jit_name_valid(const char *s);

/* A random id: exactly JIT_ID_LEN lower-case hexadecimal digits. */
bool jit_id_valid(const char *s);

/* The first 8 bits and on of an id in Crockford's base 32, as people see it; `full` has 26
 * symbols. buf takes JIT_ID_CROCKFORD_SIZE. */
enum { JIT_ID_CROCKFORD_SIZE = 27 };
int jit_id_to_crockford(const char *id, char buf[JIT_ID_CROCKFORD_SIZE]) _must_check_;

/* Does what a person typed (a Crockford prefix of at least 4 symbols, I, L, O and case
 * forgiven, or the whole hexadecimal id) stand for this id? */
bool jit_id_matches(const char *id, const char *typed);

/* Valid UTF-8, whatever it says. */
bool jit_utf8_valid(const char *s);

/* Valid UTF-8 without control characters (C0, DEL, C1), at most max bytes. */
bool jit_text_valid(const char *s, size_t max);

#endif
