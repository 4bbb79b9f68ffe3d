/*
 * "did you mean …?": the nearest of a set of words.
 *
 * Runs as any. Pure.
 */
#include "suggest.h"

#include <ctype.h>
#include <string.h>

static int
fold(char c)
{
	return tolower((unsigned char)c);
}

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* One row of the table of optimal string alignment; row[-1] and row[-2] are above it. */
static void
fill_row(const char *a, size_t i, const char *b, size_t n_b,
	size_t rows[JIT_NAME_MAX + 1][JIT_NAME_MAX + 1])
{
	rows[i][0] = i;
	for (size_t j = 1; j <= n_b; j++) {
		size_t same = fold(a[i - 1]) == fold(b[j - 1]) ? 0 : 1;

		rows[i][j] = least(rows[i - 1][j] + 1, rows[i][j - 1] + 1,
			rows[i - 1][j - 1] + same);
		if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
			fold(a[i - 2]) == fold(b[j - 1]))
			rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1, SIZE_MAX);
	}
}

size_t
suggest_distance(const char *a, const char *b)
{
	size_t rows[JIT_NAME_MAX + 1][JIT_NAME_MAX + 1];
	size_t n_a = strlen(a), n_b = strlen(b);

	if (n_a > JIT_NAME_MAX || n_b > JIT_NAME_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n_a; i++)
		fill_row(a, i, b, n_b, rows);
	return rows[n_a][n_b];
}

const char *
suggest_nearest(const char *word, const struct jit_strv *candidates)
{
	size_t len = strlen(word);
	size_t best = len < 4 ? 2 : len < 8 ? 3 : 4; /* farther than that is a guess */
	const char *nearest = NULL;

	for (size_t i = 0; i < candidates->n; i++) {
		size_t distance = suggest_distance(word, candidates->v[i]);

		if (distance < best && distance < len) {
			best = distance;
			nearest = candidates->v[i];
		}
	}
	return nearest;
}
