/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * num - numbers as people and /proc write them. Pure.
 *
 * A number that does not fit is an error, never a wrap or a clamp.
 */
#ifndef KILOFLOW_PROBES_BASE_NUM_H
#define KILOFLOW_PROBES_BASE_NUM_H

#include <stddef.h>
#include <stdint.h>

enum num_unit {
	NUM_COUNT, /* k, M, G are powers of 1000: "10k" flows are 10000 */
	NUM_BYTES, /* K, M, G are powers of 1024, as in iperf: "64K" is 65536 */
};

/**
 * num_parse_u64 - parse a whole decimal number with an optional suffix
 * @text: the whole string is used; no sign, no spaces
 * @unit: what the suffixes k, K, M, G mean
 * @ret: set only on success
 *
 * Return: 0, -EINVAL when it is not such a number, -ERANGE on overflow.
 */
int num_parse_u64(const char *text, enum num_unit unit, uint64_t *ret);

/**
 * num_parse_duration_ns - parse "500ms", "2s", "1.5s", "1m"; a bare number
 * is seconds
 * @text: the whole string is used
 * @ret: nanoseconds; set only on success
 *
 * Return: 0, -EINVAL, -ERANGE.
 */
int num_parse_duration_ns(const char *text, uint64_t *ret);

/**
 * num_scan_i64 - take one decimal number, sign allowed, from a bounded text
 * @cursor: advanced past leading blanks (space, tab) and the number
 * @end: one past the last byte; the text need not end in NUL
 * @ret: set only on success
 *
 * Return: 0, -EINVAL when no number stands there, -ERANGE on overflow.
 */
int num_scan_i64(const char **cursor, const char *end, int64_t *ret);

/** num_scan_u64 - as num_scan_i64, for counters that use all 64 bits */
int num_scan_u64(const char **cursor, const char *end, uint64_t *ret);

/** num_pow2_at_least - smallest power of two >= @n; 2^63 at the most */
uint64_t num_pow2_at_least(uint64_t n);

#endif
