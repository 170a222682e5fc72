// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * num - see num.h. strtoull() is avoided on purpose: it takes signs and
 * blanks where none belong, depends on NUL and needs errno.
 */
#include "probes/base/num.h"

#include <errno.h>
#include <stdbool.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits from *cursor on; @ret may be partly computed on failure. */
static int scan_digits(const char **cursor, const char *end, uint64_t *ret)
{
	const char *p = *cursor;
	uint64_t value = 0;

	if (p == end || !is_digit(*p))
		return -EINVAL;
	for (; p < end && is_digit(*p); p++) {
		const uint64_t digit = (uint64_t)(*p - '0');

		if (__builtin_mul_overflow(value, 10U, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return -ERANGE;
	}
	*cursor = p;
	*ret = value;
	return 0;
}

static const char *text_end(const char *text)
{
	while (*text)
		text++;
	return text;
}

/* Power of the suffix's base: 0 for none, 1 for k, 2 for M, 3 for G. */
static int suffix_power(const char *suffix)
{
	if (suffix[0] == '\0')
		return 0;
	if (suffix[1] != '\0')
		return -EINVAL;
	switch (suffix[0]) {
	case 'k':
	case 'K':
		return 1;
	case 'M':
		return 2;
	case 'G':
		return 3;
	default:
		return -EINVAL;
	}
}

int num_parse_u64(const char *text, enum num_unit unit, uint64_t *ret)
{
	const uint64_t base = unit == NUM_BYTES ? 1024 : 1000;
	const char *cursor = text;
	uint64_t value;
	int power;
	int rc;

	rc = scan_digits(&cursor, text_end(text), &value);
	if (rc)
		return rc;
	power = suffix_power(cursor);
	if (power < 0)
		return power;
	while (power--) {
		if (__builtin_mul_overflow(value, base, &value))
			return -ERANGE;
	}
	*ret = value;
	return 0;
}

/* Nanoseconds of one unit, 0 for an unknown one. */
static uint64_t duration_unit_ns(const char *unit)
{
	static const struct {
		char name[4];
		uint64_t ns;
	} units[] = {
		{ "", 1000000000 },
		{ "s", 1000000000 },
		{ "ms", 1000000 },
		{ "us", 1000 },
		{ "ns", 1 },
		{ "m", 60000000000 },
		{ "h", 3600000000000 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const char *a = units[i].name;
		const char *b = unit;

		while (*a && *a == *b) {
			a++;
			b++;
		}
		if (*a == *b)
			return units[i].ns;
	}
	return 0;
}

int num_parse_duration_ns(const char *text, uint64_t *ret)
{
	const char *cursor = text;
	const char *end = text_end(text);
	const char *fraction = NULL;
	const char *fraction_end = NULL;
	uint64_t whole;
	uint64_t unit_ns;
	uint64_t place;
	int rc;

	rc = scan_digits(&cursor, end, &whole);
	if (rc)
		return rc;
	if (*cursor == '.') {
		fraction = ++cursor;
		while (is_digit(*cursor))
			cursor++;
		fraction_end = cursor;
		if (fraction == fraction_end)
			return -EINVAL;
	}
	unit_ns = duration_unit_ns(cursor);
	if (!unit_ns)
		return -EINVAL;
	if (__builtin_mul_overflow(whole, unit_ns, &whole))
		return -ERANGE;
	place = unit_ns;
	for (; fraction < fraction_end; fraction++) {
		place /= 10;
		if (__builtin_add_overflow(
			    whole, place * (uint64_t)(*fraction - '0'), &whole))
			return -ERANGE;
	}
	*ret = whole;
	return 0;
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

int num_scan_u64(const char **cursor, const char *end, uint64_t *ret)
{
	const char *p = skip_blanks(*cursor, end);
	const int rc = scan_digits(&p, end, ret);

	if (!rc)
		*cursor = p;
	return rc;
}

int num_scan_i64(const char **cursor, const char *end, int64_t *ret)
{
	const char *p = skip_blanks(*cursor, end);
	const bool negative = p < end && *p == '-';
	uint64_t magnitude;
	int rc;

	if (negative)
		p++;
	rc = scan_digits(&p, end, &magnitude);
	if (rc)
		return rc;
	if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return -ERANGE;
	*ret = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	*cursor = p;
	return 0;
}

uint64_t num_pow2_at_least(uint64_t n)
{
	uint64_t power = 1;

	while (power < n && power < (UINT64_C(1) << 63))
		power <<= 1;
	return power;
}
