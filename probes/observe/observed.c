// SPDX-License-Identifier: GPL-2.0-or-later
/* observed - see observed.h. */
#include "probes/observe/observed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* ::ffff:0:0/96; a peer that is not known is :: in either case */
static bool unmap(const uint8_t from[static 16], uint8_t to[static 16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t none[16];

	if (memcmp(from, mapped, sizeof(mapped)) != 0)
		return !memcmp(from, none, sizeof(none));
	memcpy(to, from + sizeof(mapped), 4);
	return true;
}

void seen_tuple_unmap(struct seen_tuple *tuple)
{
	struct seen_tuple ipv4 = {
		.family = AF_INET,
		.sport = tuple->sport,
		.dport = tuple->dport,
	};
	static const uint8_t none[16];

	if (tuple->family != AF_INET6 || !memcmp(tuple->saddr, none, 16) ||
	    !unmap(tuple->saddr, ipv4.saddr) ||
	    !unmap(tuple->daddr, ipv4.daddr))
		return;
	*tuple = ipv4;
}

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
