// SPDX-License-Identifier: GPL-2.0-or-later
/* log_tracks - see log_tracks.h. */
#include "probes/logs/log_tracks.h"

#include <stdlib.h>

#include "probes/base/vec.h"

#define INDEX_FIRST 256

/* Fibonacci hashing: the high bits of the product depend on all of the key. */
static size_t place(const struct log_tracks *tracks, uint64_t key)
{
	return (size_t)((key * UINT64_C(11400714819323198485)) >> 32) &
	       (tracks->index_size - 1);
}

/* Where @key is in the index, or where it is to be. */
static uint32_t *slot_of(const struct log_tracks *tracks, uint64_t key)
{
	size_t at = place(tracks, key);

	while (tracks->index[at] &&
	       tracks->list[tracks->index[at] - 1].key != key)
		at = (at + 1) & (tracks->index_size - 1);
	return &tracks->index[at];
}

/* At most half of it is used. */
static bool grow_index(struct log_tracks *tracks)
{
	const size_t size =
		tracks->index_size ? tracks->index_size * 2 : INDEX_FIRST;
	uint32_t *bigger;

	if (tracks->n * 2 < tracks->index_size)
		return true;
	bigger = calloc(size, sizeof(*bigger));
	if (!bigger)
		return false;
	free(tracks->index);
	tracks->index = bigger;
	tracks->index_size = size;
	for (size_t i = 0; i < tracks->n; i++)
		*slot_of(tracks, tracks->list[i].key) = (uint32_t)i + 1;
	return true;
}

struct log_track *log_tracks_get(struct log_tracks *tracks, uint64_t key)
{
	struct log_track *list;
	uint32_t *slot;

	if (!grow_index(tracks))
		return NULL;
	slot = slot_of(tracks, key);
	if (*slot)
		return &tracks->list[*slot - 1];
	if (tracks->n == UINT32_MAX)
		return NULL;
	list = vec_grow(tracks->list, tracks->n, &tracks->room, sizeof(*list));
	if (!list)
		return NULL;
	tracks->list = list;
	list[tracks->n] = (struct log_track){ .key = key };
	*slot = (uint32_t)++tracks->n;
	return &list[tracks->n - 1];
}

bool log_tracks_has(const struct log_tracks *tracks, uint64_t key)
{
	return tracks->index_size && *slot_of(tracks, key);
}

void log_tracks_done(struct log_tracks *tracks)
{
	free(tracks->list);
	free(tracks->index);
	*tracks = (struct log_tracks){ 0 };
}
