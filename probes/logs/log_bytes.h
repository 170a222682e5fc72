/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_bytes - a count of bytes as a log states it. Pure.
 *
 * "1.05 GBytes" stands for every count that is printed so. All that is done
 * with such counts is done with both ends of that range, so that rounding is
 * never mistaken for an error, and nothing is ever a double.
 */
#ifndef KILOFLOW_PROBES_LOGS_LOG_BYTES_H
#define KILOFLOW_PROBES_LOGS_LOG_BYTES_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/base/span.h"

/* From min to max, both of them included; UINT64_MAX is that or more. */
struct log_bytes {
	uint64_t min, max;
};

static inline struct log_bytes log_bytes_exact(uint64_t bytes)
{
	return (struct log_bytes){ bytes, bytes };
}

/**
 * log_bytes_parse - an amount of data and its unit
 * @number: decimal, with as many digits as were printed
 * @unit: Bytes, KBytes, ... PBytes (of 1024), or bits, Kbits, ... Pbits (of
 * 1000)
 * @ret: set only on success
 *
 * Return: 0; -EINVAL; -ERANGE when @number has more digits than anything
 * prints.
 */
int log_bytes_parse(struct span number, struct span unit,
                    struct log_bytes *ret);

/** log_bytes_add - both ends, saturated */
struct log_bytes log_bytes_add(struct log_bytes a, struct log_bytes b);

/** log_bytes_agree - may both be the same count? */
bool log_bytes_agree(struct log_bytes a, struct log_bytes b);

/**
 * log_time_us - "1.0083", seconds, in microseconds; digits beyond are cut
 *
 * Return: 0, -EINVAL, -ERANGE.
 */
int log_time_us(struct span text, uint64_t *ret);

#endif
