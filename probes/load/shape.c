// SPDX-License-Identifier: GPL-2.0-or-later
/* shape - see shape.h. */
#include "probes/load/shape.h"

const struct shape *shape_of(enum load_shape shape)
{
	static const struct shape *const shapes[] = {
		[LOAD_STREAM] = &shape_stream,
		[LOAD_REQUEST] = &shape_request,
		[LOAD_HOLD] = &shape_hold,
		[LOAD_CHURN] = &shape_churn,
	};

	return shapes[shape];
}
