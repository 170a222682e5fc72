// SPDX-License-Identifier: GPL-2.0-or-later
/* vec - see vec.h. */
#include "probes/base/vec.h"

#include <stdlib.h>

#define VEC_FIRST 64

void *vec_grow(void *items, size_t n, size_t *max, size_t item_bytes)
{
	const size_t bigger = *max ? *max * 2 : VEC_FIRST;

	if (n < *max)
		return items;
	items = reallocarray(items, bigger, item_bytes);
	if (items)
		*max = bigger;
	return items;
}
