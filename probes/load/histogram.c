// SPDX-License-Identifier: GPL-2.0-or-later
/* histogram - see histogram.h. */
#include "probes/load/histogram.h"

#include <stddef.h>

#define PER_POWER (UINT64_C(1) << HISTOGRAM_BITS)

/* The bits that a value loses: all but the highest eight of it. */
static unsigned int shift_of(uint64_t value)
{
	return value < 2 * PER_POWER
	               ? 0
	               : 63U - (unsigned int)__builtin_clzll(value) -
	                         HISTOGRAM_BITS;
}

static size_t bucket_of(uint64_t value)
{
	const unsigned int shift = shift_of(value);

	return shift * PER_POWER + (value >> shift);
}

/* The largest value that a bucket takes. */
static uint64_t bucket_last(size_t bucket)
{
	const size_t shift =
		bucket < 2 * PER_POWER ? 0 : bucket / PER_POWER - 1;

	/* of the last bucket, 2^64 - 1 */
	return ((bucket - shift * PER_POWER + 1) << shift) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
	if (!histogram->n || value < histogram->min)
		histogram->min = value;
	if (value > histogram->max)
		histogram->max = value;
	histogram->n++;
	histogram->count[bucket_of(value)]++;
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
	if (!from->n)
		return;
	if (!to->n || from->min < to->min)
		to->min = from->min;
	if (from->max > to->max)
		to->max = from->max;
	to->n += from->n;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		to->count[i] += from->count[i];
}

/* n * mille / 1000, rounded up, without overflow; ranks begin with 1. */
static uint64_t rank_of(uint64_t n, unsigned int mille)
{
	const uint64_t rank =
		n / 1000 * mille + (n % 1000 * mille + 999) / 1000;

	return rank ? rank : 1;
}

uint64_t histogram_percentile(const struct histogram *histogram,
                              unsigned int mille)
{
	const uint64_t rank = rank_of(histogram->n, mille);
	uint64_t below = 0;
	size_t bucket;

	for (bucket = 0; bucket < HISTOGRAM_BUCKETS - 1; bucket++) {
		below += histogram->count[bucket];
		if (below >= rank)
			break;
	}
	return bucket_last(bucket) < histogram->max ? bucket_last(bucket)
	                                            : histogram->max;
}
