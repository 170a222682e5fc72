// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * suggest - see suggest.h. Near is an edit distance of at most a third of
 * the word; or the word is part of the name, as somaxconn is.
 */
#include "checker/cli/suggest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Longer names are not compared: no name of ours is. */
#define NAME_MAX_LEN 63

struct suggest suggest_for(const char *word, const char *prefix)
{
	return (struct suggest){ .word = word, .prefix = prefix };
}

static size_t min3(size_t a, size_t b, size_t c)
{
	const size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein's distance, one row of the matrix at a time. */
static size_t edit_distance(const char *a, size_t a_len, const char *b,
                            size_t b_len)
{
	size_t row[NAME_MAX_LEN + 1];

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			const size_t above = row[j];

			row[j] = min3(above + 1, row[j - 1] + 1,
			              diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[b_len];
}

/* A part of a name comes after any slip of the fingers, shorter rest first. */
static size_t distance_of(const char *word, size_t word_len, const char *name,
                          size_t name_len)
{
	const size_t distance = edit_distance(word, word_len, name, name_len);

	if (distance <= (word_len + 1) / 3)
		return distance;
	if (word_len >= 3 && strstr(name, word))
		return NAME_MAX_LEN + name_len - word_len;
	return SIZE_MAX;
}

void suggest_offer(struct suggest *suggest, const char *name)
{
	const size_t word_len = strlen(suggest->word);
	const size_t name_len = strlen(name);
	size_t distance;
	size_t at = SUGGEST_MAX;

	if (!word_len || word_len > NAME_MAX_LEN || name_len > NAME_MAX_LEN)
		return;
	distance = distance_of(suggest->word, word_len, name, name_len);
	if (distance == SIZE_MAX)
		return;
	while (at > 0 &&
	       (!suggest->near[at - 1] || suggest->distance[at - 1] > distance))
		at--;
	if (at == SUGGEST_MAX)
		return;
	for (size_t i = SUGGEST_MAX - 1; i > at; i--) {
		suggest->near[i] = suggest->near[i - 1];
		suggest->distance[i] = suggest->distance[i - 1];
	}
	suggest->near[at] = name;
	suggest->distance[at] = distance;
}

const char *suggest_words(const struct suggest *suggest, char *buf, size_t size,
                          const char *otherwise)
{
	size_t n = 0;
	size_t used;

	while (n < SUGGEST_MAX && suggest->near[n])
		n++;
	if (!n)
		return otherwise;
	used = (size_t)snprintf(buf, size, "did you mean ");
	for (size_t i = 0; i < n && used < size; i++) {
		const char *gap = i + 1 == n ? " or " : ", ";

		used += (size_t)snprintf(buf + used, size - used, "%s%s%s",
		                         i ? gap : "", suggest->prefix,
		                         suggest->near[i]);
	}
	if (used < size)
		(void)snprintf(buf + used, size - used, "?");
	return buf;
}
