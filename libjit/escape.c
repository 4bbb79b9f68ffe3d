/*
 * The one escaping function.
 *
 * Runs as: any. MUST pass on nothing that moves a cursor, hides, reorders or ends a line,
 * and no byte that is not valid UTF-8 (RFC 3629); MUST NOT cut an escape in two.
 */
#include "escape.h"

#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"
enum { ELLIPSIS_LEN = sizeof(ELLIPSIS) - 1, PIECE_MAX = 16 };

/* ---- what can be shown ---- */

/* Rising, so that a glance finds one. Not here: C0, DEL, C1 and noncharacters. */
static const struct span {
	uint32_t first, last;
} hidden[] = {
	{ 0x00ad, 0x00ad },   /* soft hyphen */
	{ 0x034f, 0x034f },   /* combining grapheme joiner */
	{ 0x0600, 0x0605 },   /* Arabic number signs */
	{ 0x061c, 0x061c },   /* Arabic letter mark */
	{ 0x06dd, 0x06dd },   /* end of ayah */
	{ 0x070f, 0x070f },   /* Syriac abbreviation mark */
	{ 0x0890, 0x0891 },   /* Arabic pound, piastre mark */
	{ 0x08e2, 0x08e2 },   /* Arabic disputed end of ayah */
	{ 0x115f, 0x1160 },   /* Hangul fillers */
	{ 0x17b4, 0x17b5 },   /* Khmer inherent vowels */
	{ 0x180b, 0x180f },   /* Mongolian selectors and vowel separator */
	{ 0x200b, 0x200f },   /* zero width, directional marks */
	{ 0x2028, 0x202e },   /* line, paragraph separator; embeddings, overrides */
	{ 0x2060, 0x206f },   /* word joiner, invisible operators, isolates */
	{ 0x2800, 0x2800 },   /* blank Braille pattern */
	{ 0x3164, 0x3164 },   /* Hangul filler */
	{ 0xe000, 0xf8ff },   /* private use */
	{ 0xfdd0, 0xfdef },   /* noncharacters */
	{ 0xfe00, 0xfe0f },   /* variation selectors */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xffa0, 0xffa0 },   /* half-width Hangul filler */
	{ 0xfff0, 0xfffb },   /* unassigned ignorables, interlinear annotation */
	{ 0x110bd, 0x110bd }, /* Kaithi number sign */
	{ 0x110cd, 0x110cd }, { 0x13430, 0x1345f }, /* Egyptian format controls */
	{ 0x1bca0, 0x1bca3 },                       /* shorthand format controls */
	{ 0x1d173, 0x1d17a },                       /* musical format controls */
	{ 0xe0000, 0x10ffff }, /* tags, selectors, private use planes */
};

static bool
is_shown(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c & 0xfffe) == 0xfffe)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(hidden); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return false;
	return true;
}

/* ---- UTF-8 ---- */

/* Length by the first byte, its payload bits, and the smallest value of that length. */
static size_t
sequence_length(uint8_t first, uint32_t *ret_bits, uint32_t *ret_smallest)
{
	size_t len = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	static const uint32_t smallest[] = { 0x80, 0x800, 0x10000 };

	if (first < 0xc2 || first > 0xf4)
		return 0;
	*ret_bits = first & (0xffu >> (len + 1));
	*ret_smallest = smallest[len - 2];
	return len;
}

/* Bytes of the valid character at s, 0 if it is none: overlong forms, surrogates and
 * what lies beyond U+10FFFF are none. The NUL at the end stops it. */
static size_t
decode(const char *s, uint32_t *ret)
{
	const uint8_t *bytes = (const uint8_t *)s;
	uint32_t c, smallest;
	size_t len;

	if (bytes[0] < 0x80) {
		*ret = bytes[0];
		return 1;
	}
	len = sequence_length(bytes[0], &c, &smallest);
	for (size_t i = 1; i < len; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (bytes[i] & 0x3f);
	}
	if (len == 0 || c < smallest || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return 0;
	*ret = c;
	return len;
}

/* ---- output ---- */

struct output {
	char *buf;
	size_t size, at;
	size_t cut; /* where a `…` still fits */
	bool full;
};

static struct output
output_start(char *buf, size_t size)
{
	if (size > 0)
		buf[0] = '\0';
	return (struct output){ .buf = buf, .size = size, .full = size == 0 };
}

/* Adds the whole piece or ends the output with a `…`. */
static void
put(struct output *out, const char *piece, size_t len)
{
	if (out->full)
		return;
	if (len < out->size - out->at) {
		memcpy(out->buf + out->at, piece, len);
		out->at += len;
		if (out->size - out->at > ELLIPSIS_LEN)
			out->cut = out->at;
	} else {
		out->full = true;
		out->at = out->cut;
		if (out->size - out->at > ELLIPSIS_LEN) {
			memcpy(out->buf + out->at, ELLIPSIS, ELLIPSIS_LEN);
			out->at += ELLIPSIS_LEN;
		}
	}
	out->buf[out->at] = '\0';
}

static void
put_escaped(struct output *out, uint32_t c, bool is_byte)
{
	char piece[PIECE_MAX];
	int n;

	if (!is_byte && (c == '\\' || c == '\n' || c == '\t'))
		n = snprintf(piece, sizeof(piece), "\\%c",
			c == '\n'           ? 'n'
				: c == '\t' ? 't'
					    : '\\');
	else if (is_byte || c < 0x80)
		n = snprintf(piece, sizeof(piece), "\\x%02x", (unsigned)c);
	else
		n = snprintf(piece, sizeof(piece), "\\u{%x}", (unsigned)c);
	put(out, piece, (size_t)n);
}

/* Writes the character at s, returns what is behind it. */
static const char *
put_character(struct output *out, const char *s)
{
	uint32_t c;
	size_t len = decode(s, &c);

	if (len == 0) {
		put_escaped(out, (uint8_t)*s, true);
		return s + 1;
	}
	if (c == '\\' || !is_shown(c))
		put_escaped(out, c, false);
	else
		put(out, s, len);
	return s + len;
}

const char *
jit_escape(const char *s, char *buf, size_t size)
{
	struct output out = output_start(buf, size);

	while (s && *s && !out.full)
		s = put_character(&out, s);
	return buf;
}

char *
jit_escape_dup(const char *s)
{
	enum { WORST = 4 }; /* `\xHH` for one byte */
	size_t len = s ? strlen(s) : 0;
	char *buf;

	if (len > (SIZE_MAX - 1) / WORST)
		return NULL;
	buf = malloc(len * WORST + 1);
	if (buf)
		jit_escape(s, buf, len * WORST + 1);
	return buf;
}

/* ---- argument vectors ---- */

static bool
is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_@%+=:,./-";

	return word[0] != '\0' && word[strspn(word, plain)] == '\0';
}

static void
put_word(struct output *out, const char *word)
{
	if (is_plain(word)) {
		while (*word && !out->full)
			word = put_character(out, word);
		return;
	}
	put(out, "'", 1);
	while (*word && !out->full) {
		if (*word == '\'') {
			put(out, "'\\''", 4);
			word++;
		} else {
			word = put_character(out, word);
		}
	}
	put(out, "'", 1);
}

const char *
jit_escape_argv(const struct jit_strv *argv, char *buf, size_t size)
{
	struct output out = output_start(buf, size);

	for (size_t i = 0; i < argv->n && !out.full; i++) {
		if (i > 0)
			put(&out, " ", 1);
		put_word(&out, argv->v[i]);
	}
	return buf;
}
