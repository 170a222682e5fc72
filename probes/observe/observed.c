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

/* Addresses that ended sockets had; of more nothing is claimed. */
struct addresses {
	const struct seen_tuple *of[64];
	size_t n;
};

static bool has_address(const struct addresses *all, int family,
                        const uint8_t addr[static 16])
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->of[i]->family == family &&
		    !memcmp(all->of[i]->saddr, addr, 16))
			return true;
	}
	return false;
}

static void add_address(struct addresses *all, const struct seen_tuple *tuple)
{
	if (all->n < sizeof(all->of) / sizeof(all->of[0]) &&
	    !has_address(all, tuple->family, tuple->saddr))
		all->of[all->n++] = tuple;
}

static bool is_here(const struct addresses *all, const struct seen_tuple *tuple)
{
	static const uint8_t none[16];

	return (tuple->family == AF_INET && tuple->daddr[0] == 127) ||
	       !memcmp(tuple->daddr, none, sizeof(none)) ||
	       has_address(all, tuple->family, tuple->daddr);
}

bool observed_is_local(const struct observed *observed)
{
	struct addresses all = { .n = 0 };

	if (observed->ended.state != FACT_KNOWN || observed->ended.lost ||
	    !observed->n_ends)
		return false;
	for (size_t i = 0; i < observed->n_ends; i++)
		add_address(&all, &observed->ends[i].tuple);
	for (size_t i = 0; i < observed->n_ends; i++) {
		if (!is_here(&all, &observed->ends[i].tuple))
			return false;
	}
	return true;
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
