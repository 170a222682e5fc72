// SPDX-License-Identifier: GPL-2.0-or-later
/* log_bytes - see log_bytes.h. */
#include "probes/logs/log_bytes.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define DIGITS_MAX 18

/* A decimal number: digits / 10^places. */
struct decimal {
	uint64_t digits;
	unsigned int places;
};

static int decimal_parse(struct span text, struct decimal *ret)
{
	bool point = false;
	unsigned int n = 0;

	*ret = (struct decimal){ 0, 0 };
	for (; text.at < text.end; text.at++) {
		const char c = *text.at;

		if (c == '.' && !point && n) {
			point = true;
			continue;
		}
		if (c < '0' || c > '9')
			return -EINVAL;
		if (++n > DIGITS_MAX)
			return -ERANGE;
		ret->digits = ret->digits * 10 + (uint64_t)(c - '0');
		ret->places += point;
	}
	return n ? 0 : -EINVAL;
}

static uint64_t power(uint64_t base, unsigned int n)
{
	uint64_t value = 1;

	while (n--)
		value *= base;
	return value;
}

/* Bytes (or bits, eight of which are one) that are one of @unit. */
static int unit_parse(struct span unit, uint64_t *ret_factor,
                      unsigned int *ret_parts)
{
	static const char prefixes[] = "KMGTP";
	const char *prefix = NULL;
	unsigned int n = 0;
	bool bits;

	if (unit.at < unit.end && *unit.at)
		prefix = strchr(prefixes, *unit.at);
	if (prefix) {
		n = (unsigned int)(prefix - prefixes) + 1;
		unit.at++;
	}
	bits = span_is(unit, "bits") || span_is(unit, "bit");
	if (!bits && !span_is(unit, "Bytes") && !span_is(unit, "Byte"))
		return -EINVAL;
	*ret_factor = power(bits ? 1000 : 1024, n);
	*ret_parts = bits ? 8 : 1;
	return 0;
}

static uint64_t saturated(unsigned __int128 value)
{
	return value > UINT64_MAX ? UINT64_MAX : (uint64_t)value;
}

int log_bytes_parse(struct span number, struct span unit, struct log_bytes *ret)
{
	struct decimal decimal;
	unsigned __int128 twice, whole;
	unsigned int parts;
	uint64_t factor;
	int rc = decimal_parse(number, &decimal);

	if (!rc)
		rc = unit_parse(unit, &factor, &parts);
	if (rc)
		return rc;
	/* half of the last digit to either side: (2 * digits +- 1) / whole */
	twice = (unsigned __int128)decimal.digits * 2;
	whole = (unsigned __int128)power(10, decimal.places) * 2 * parts;
	ret->min = twice ? saturated(((twice - 1) * factor + whole - 1) / whole)
	                 : 0;
	ret->max = saturated((twice + 1) * factor / whole);
	if (ret->max < ret->min) /* a part of a byte */
		ret->max = ret->min;
	return 0;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

struct log_bytes log_bytes_add(struct log_bytes a, struct log_bytes b)
{
	return (struct log_bytes){ sum(a.min, b.min), sum(a.max, b.max) };
}

bool log_bytes_agree(struct log_bytes a, struct log_bytes b)
{
	return a.min <= b.max && b.min <= a.max;
}

int log_time_us(struct span text, uint64_t *ret)
{
	struct decimal decimal;
	const int rc = decimal_parse(text, &decimal);

	if (rc)
		return rc;
	while (decimal.places > 6) {
		decimal.digits /= 10;
		decimal.places--;
	}
	if (decimal.digits > UINT64_MAX / power(10, 6 - decimal.places))
		return -ERANGE;
	*ret = decimal.digits * power(10, 6 - decimal.places);
	return 0;
}
