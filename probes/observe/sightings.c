// SPDX-License-Identifier: GPL-2.0-or-later
/* sightings - see sightings.h. */
#include "probes/observe/sightings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/vec.h"
#include "probes/diag_parse.h"
#include "probes/facts.h"
#include "probes/listeners.h"
#include "probes/observe/observed.h"

#define SLOTS_FIRST 256

void sightings_done(struct sightings *table)
{
	for (size_t i = 0; i < table->n; i++)
		free(table->items[i].first.owners);
	free(table->items);
	free(table->slots);
	*table = (struct sightings){ 0 };
}

/* Cookies count up; the multiplier is that of Fibonacci hashing. */
static size_t slot_of(const struct sightings *table, uint64_t cookie)
{
	return (size_t)(cookie * UINT64_C(0x9e3779b97f4a7c15) >> 32) &
	       (table->n_slots - 1);
}

struct seen_listener *sightings_find(const struct sightings *table,
                                     uint64_t netns_inode, uint64_t cookie)
{
	size_t slot;

	if (!table->n_slots)
		return NULL;
	for (slot = slot_of(table, cookie); table->slots[slot];
	     slot = (slot + 1) & (table->n_slots - 1)) {
		struct seen_listener *seen =
			&table->items[table->slots[slot] - 1];

		if (seen->first.cookie == cookie &&
		    seen->netns_inode == netns_inode)
			return seen;
	}
	return NULL;
}

static void fill_slot(struct sightings *table, size_t item)
{
	size_t slot = slot_of(table, table->items[item].first.cookie);

	while (table->slots[slot])
		slot = (slot + 1) & (table->n_slots - 1);
	table->slots[slot] = (uint32_t)item + 1;
}

/* At most half of the slots are in use. */
static int make_slots(struct sightings *table)
{
	const size_t n = table->n_slots ? table->n_slots * 2 : SLOTS_FIRST;
	uint32_t *slots;

	if (2 * (table->n + 1) <= table->n_slots)
		return 0;
	slots = calloc(n, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(table->slots);
	table->slots = slots;
	table->n_slots = n;
	for (size_t i = 0; i < table->n; i++)
		fill_slot(table, i);
	return 0;
}

static struct seen_listener *add(struct sightings *table)
{
	struct seen_listener *items;

	if (make_slots(table))
		return NULL;
	items = vec_grow(table->items, table->n, &table->max, sizeof(*items));
	if (!items)
		return NULL;
	table->items = items;
	return &items[table->n++];
}

/* What its drops are counted from: those of one that appeared were 0. */
static uint32_t drops_before(const struct seen_listener *seen)
{
	return seen->appeared_ns ? 0 : (uint32_t)seen->first.drops.value;
}

static void look_at(struct seen_listener *seen, const struct diag_row *row,
                    uint64_t now_ns)
{
	if (seen->seen_ns == now_ns)
		return;
	seen->seen_ns = now_ns;
	seen->gone_ns = 0;
	seen->samples++;
	seen->limit = row->wqueue;
	seen->queue_last = row->rqueue;
	if (row->rqueue > seen->queue_peak)
		seen->queue_peak = row->rqueue;
	seen->drops = row->drops;
	seen->drops.value = (uint32_t)(row->drops.value - drops_before(seen));
	if (row->rqueue <= row->wqueue)
		return;
	seen->full++;
	seen->full_last_ns = now_ns;
	if (!seen->full_first_ns)
		seen->full_first_ns = now_ns;
}

int sightings_see(struct sightings *table, uint64_t netns_inode,
                  const struct diag_row *row, uint64_t now_ns,
                  uint64_t begun_ns)
{
	struct seen_listener *seen =
		sightings_find(table, netns_inode, row->cookie);

	if (!seen) {
		seen = add(table);
		if (!seen)
			return -ENOMEM;
		*seen = (struct seen_listener){
			.netns_inode = netns_inode,
			.first = listener_of_row(row),
			.appeared_ns = now_ns > begun_ns ? now_ns : 0,
		};
		fill_slot(table, table->n - 1);
		table->ownerless++;
	}
	look_at(seen, row, now_ns);
	return 0;
}

size_t sightings_end_look(struct sightings *table, uint64_t netns_inode,
                          uint64_t now_ns)
{
	size_t went = 0;

	for (size_t i = 0; i < table->n; i++) {
		struct seen_listener *seen = &table->items[i];

		if (seen->netns_inode != netns_inode || seen->gone_ns ||
		    seen->seen_ns == now_ns)
			continue;
		seen->gone_ns = now_ns;
		went++;
	}
	return went;
}

static int copy_owners(struct listener *to, const struct listener *from)
{
	to->group_size = from->group_size;
	to->owners_state = from->owners_state;
	if (!from->n_owners)
		return 0;
	to->owners = calloc(from->n_owners, sizeof(*to->owners));
	if (!to->owners)
		return -ENOMEM;
	memcpy(to->owners, from->owners, from->n_owners * sizeof(*to->owners));
	to->n_owners = from->n_owners;
	return 0;
}

int sightings_adopt(struct sightings *table, const struct netns_facts *ns)
{
	for (size_t i = 0; i < ns->n_listeners; i++) {
		const struct listener *known = &ns->listeners[i];
		struct seen_listener *seen =
			sightings_find(table, ns->inode, known->cookie);

		if (!seen || seen->first.owners_state != OWNERS_UNREAD ||
		    known->owners_state == OWNERS_UNREAD)
			continue;
		if (copy_owners(&seen->first, known))
			return -ENOMEM;
		table->ownerless--;
	}
	return 0;
}

void sightings_forget_gone(struct sightings *table)
{
	size_t kept = 0;

	for (size_t i = 0; i < table->n; i++) {
		struct seen_listener *seen = &table->items[i];

		if (!seen->gone_ns) {
			table->items[kept++] = *seen;
			continue;
		}
		table->ownerless -= seen->first.owners_state == OWNERS_UNREAD;
		free(seen->first.owners);
	}
	if (kept == table->n)
		return;
	table->n = kept;
	memset(table->slots, 0, table->n_slots * sizeof(*table->slots));
	for (size_t i = 0; i < table->n; i++)
		fill_slot(table, i);
}
