// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hex_table - see hex_table.h. A line that is longer or shorter than the
 * names is refused: no value of it could be told from its neighbour's.
 */
#include "probes/base/hex_table.h"

#include <errno.h>
#include <stdbool.h>

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int hex_u64(struct span word, uint64_t *ret)
{
	uint64_t value = 0;

	if (word.at == word.end)
		return -EINVAL;
	for (const char *p = word.at; p < word.end; p++) {
		const int digit = digit_of(*p);

		if (digit < 0)
			return -EINVAL;
		if (value >> 60)
			return -ERANGE;
		value = value << 4 | (uint64_t)digit;
	}
	*ret = value;
	return 0;
}

/* Where @name stands, and how many names there are. */
static bool find_column(struct span names, const char *name, size_t *ret_at,
                        size_t *ret_n)
{
	struct span word;
	bool found = false;

	for (*ret_n = 0; span_word(&names, &word); ++*ret_n) {
		if (found || !span_is(word, name))
			continue;
		found = true;
		*ret_at = *ret_n;
	}
	return found;
}

/* Word @at of a line of exactly @n words. */
static int value_at(struct span line, size_t at, size_t n, uint64_t *ret)
{
	struct span word;
	struct span value = line;

	for (size_t i = 0; i < n; i++) {
		if (!span_word(&line, &word))
			return -EBADMSG;
		if (i == at)
			value = word;
	}
	if (span_word(&line, &word) || hex_u64(value, ret))
		return -EBADMSG;
	return 0;
}

int hex_table_column(const char *bytes, size_t len, const char *name,
                     struct hex_column *ret)
{
	struct span rest = span_of(bytes, len);
	struct span line;
	size_t at = 0;
	size_t n = 0;
	size_t n_lines = 0;

	if (!span_line(&rest, "", &line) || !find_column(line, name, &at, &n))
		return -ENOENT;
	*ret = (struct hex_column){ 0 };
	while (span_line(&rest, "", &line)) {
		uint64_t value;

		if (value_at(line, at, n, &value) ||
		    __builtin_add_overflow(ret->sum, value, &ret->sum))
			return -EBADMSG;
		if (!n_lines++)
			ret->first = value;
	}
	return n_lines ? 0 : -EBADMSG;
}
