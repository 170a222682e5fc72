/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saturate - sums and products that stop at UINT64_MAX: a need too large to
 * count is still too large. And sysctls as such numbers.
 */
#ifndef KILOFLOW_RULES_SATURATE_H
#define KILOFLOW_RULES_SATURATE_H

#include <stdint.h>

#include "probes/facts.h"

static inline uint64_t saturate_add(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static inline uint64_t saturate_sub(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static inline uint64_t saturate_mul(uint64_t a, uint64_t b)
{
	uint64_t product;

	return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/** saturate_sysctl - number @i of a known sysctl, 0 when it is negative */
static inline uint64_t saturate_sysctl(const struct sysctl_fact *fact,
                                       unsigned int i)
{
	return fact->v[i] > 0 ? (uint64_t)fact->v[i] : 0;
}

#endif
