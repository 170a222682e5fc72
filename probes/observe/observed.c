// SPDX-License-Identifier: GPL-2.0-or-later
/* observed - see observed.h. */
#include "probes/observe/observed.h"

#include <stdlib.h>

struct observed *observed_new(void)
{
	return calloc(1, sizeof(struct observed));
}

void observed_free(struct observed *observed)
{
	if (!observed)
		return;
	for (size_t i = 0; i < observed->n_listeners; i++)
		free(observed->listeners[i].first.owners);
	free(observed->listeners);
	free(observed->ends);
	free(observed->resets);
	free(observed->listens);
	free(observed->synacks);
	free(observed);
}
