/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * histogram - how often each value came, in a fixed room. Pure.
 *
 * Log-linear, as an HDR histogram: each power of two is cut into 128 buckets
 * of the same width. A value below 256 has a bucket of its own; a larger one
 * shares it with values that differ by less than 1/128 of it. All 64 bits of
 * a value fit, so none is ever left out or clamped.
 */
#ifndef KILOFLOW_PROBES_LOAD_HISTOGRAM_H
#define KILOFLOW_PROBES_LOAD_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BITS 7
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS)

/* All zero: empty. */
struct histogram {
	uint64_t n;
	uint64_t min, max; /* exact; when n is not 0 */
	uint64_t count[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t value);

/** histogram_merge - as if all that was added to @from had been to @to */
void histogram_merge(struct histogram *to, const struct histogram *from);

/**
 * histogram_percentile - that @mille of a thousand values are not above
 * @histogram: n is not 0
 * @mille: 0..1000; by nearest rank
 *
 * Return: at least the value of that rank, at most 1/128 above it, and never
 * above max.
 */
uint64_t histogram_percentile(const struct histogram *histogram,
                              unsigned int mille);

#endif
